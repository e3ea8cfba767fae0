/** Best first. `cpu` is TensorFlow.js in plain JavaScript, 1,000 times slower: used only when it is asked for. */
export const engineNames = ['native', 'webgpu', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

export interface EngineReport {
  readonly engine: EngineName;
  /** Of what does the work: `TensorFlow 2.18.0`, `TensorFlow.js 4.22.0`. */
  readonly version: string;
  /** `CPU`, `GPU`, `SIMD`. */
  readonly device: string;
  /** How many threads it computes with; 0 where that means nothing. */
  readonly threads: number;
  /** Why no better engine runs, in one line; empty where the best one runs or one was asked for by name. */
  readonly why: string;
  /** Another engine is faster on this machine, so that this one runs only where it is asked for by name. */
  readonly onlyByName?: boolean;
}

/** How a platform (Node, a browser) offers an engine. */
export interface EngineProvider {
  readonly name: EngineName;
  /** What keeps the engine from running, as far as it can be told without loading it. */
  missing(): string | undefined;
  /**
   * Loads the engine and makes it TensorFlow.js's current backend.
   * @param how byName: it was asked for, and runs even where another would be faster
   */
  start(how: { byName: boolean }): Promise<Omit<EngineReport, 'engine' | 'why'>>;
}
