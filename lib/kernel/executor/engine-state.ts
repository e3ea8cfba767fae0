/**
 * TensorFlow.js notes in one place what is under way: scopes of `tidy`, the tape of a gradient. V8's termination runs no
 * `finally`, so that a cell which is broken off in the middle leaves them open: every later operation would be recorded on a
 * tape that nobody reads, and memory would only grow. What a cell had opened is closed when it was interrupted.
 */
interface Tensor {
  readonly kept: boolean;
  readonly isDisposed: boolean;
  dispose(): void;
}
interface Scope {
  readonly track: readonly Tensor[];
}
interface EngineState {
  gradientDepth: number;
  kernelDepth: number;
  activeTape: { readonly saved?: readonly Tensor[] }[] | null;
  activeScope: Scope | null;
  readonly scopeStack: Scope[];
}

/** How much was open, of what the engine counts. */
export interface Opened {
  readonly scopes: number;
  readonly gradients: number;
  readonly kernels: number;
}

const stateOf = (): EngineState | undefined => (globalThis as { _tfengine?: { state?: EngineState } })._tfengine?.state;

/** What is open now: nothing, unless a cell has opened a scope by hand. */
export function opened(): Opened {
  const state = stateOf();
  return {
    scopes: state?.scopeStack.length ?? 0,
    gradients: state?.gradientDepth ?? 0,
    kernels: state?.kernelDepth ?? 0,
  };
}

/** Closes what has been opened since. No operation may be under way: call it from a turn of the event loop of its own. */
export function closeSince(before: Opened): void {
  const state = stateOf();
  if (!state) return;
  state.gradientDepth = before.gradients;
  state.kernelDepth = before.kernels;
  if (before.gradients === 0) {
    // What operations have saved for their gradients is kept from `tidy`, until the tape ends.
    for (const { saved } of state.activeTape ?? [])
      for (const tensor of saved ?? []) if (!tensor.isDisposed) tensor.dispose();
    state.activeTape = null;
  }
  while (state.scopeStack.length > before.scopes) {
    const scope = state.scopeStack.pop();
    state.activeScope = state.scopeStack.at(-1) ?? null;
    for (const tensor of scope?.track ?? []) if (!tensor.kept && !tensor.isDisposed) tensor.dispose();
  }
}
