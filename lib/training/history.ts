import { curves, type MimeBundle } from '../figures';
import { language } from '../language';

/** What was measured after an epoch, by the caller's `onEpoch`. */
export interface EpochRecord {
  readonly epoch: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A run as plain data: what a checkpoint keeps of it. */
export interface HistoryData {
  readonly name: string;
  /** Whose loss `loss` is, where several players have one; the others' are under their names in `metrics`. */
  readonly lossName?: string;
  readonly loss: number[];
  readonly metrics: Record<string, number[]>;
  readonly epochs: EpochRecord[];
  images: number;
  seconds: number;
  predictedSeconds?: number;
  interrupted: boolean;
}

export function emptyHistory(name: string, lossName?: string): HistoryData {
  return {
    name,
    ...(lossName && { lossName }),
    loss: [],
    metrics: {},
    epochs: [],
    images: 0,
    seconds: 0,
    interrupted: false,
  };
}

/** Each value averaged with the `window − 1` before it. */
export function smooth(values: readonly number[], window: number): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= window ? values[i - window] : 0);
    return sum / Math.min(i + 1, window);
  });
}

/** The loss averaged over the last steps, and a curve of at most 60 points up to there. */
export function smoothedEnd(loss: readonly number[]): { loss: number; curve: number[] } {
  const mean = (from: number, to: number) => loss.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  const points = Math.min(60, loss.length);
  const edge = (i: number) => Math.round((i * loss.length) / points);
  const curve = Array.from({ length: points }, (_, i) => mean(edge(i), edge(i + 1)));
  return { loss: mean(Math.max(0, loss.length - 50), loss.length), curve };
}

/** How a run went. */
export class History {
  constructor(readonly data: HistoryData) {}

  /** The loss of each step; of the first player where there are several. */
  get loss(): readonly number[] {
    return this.data.loss;
  }

  /** The other players' losses, and whatever else the loss functions returned, step by step. */
  get metrics(): Readonly<Record<string, readonly number[]>> {
    return this.data.metrics;
  }

  /** What `onEpoch` returned. */
  get epochs(): readonly EpochRecord[] {
    return this.data.epochs;
  }

  /** Time in all, with what came between the steps. */
  get seconds(): number {
    return this.data.seconds;
  }

  /** What the run foretold of its time after the first steps; undefined if it was over before. */
  get predictedSeconds(): number | undefined {
    return this.data.predictedSeconds;
  }

  get interrupted(): boolean {
    return this.data.interrupted;
  }

  /** The curves of the run: loss, and each metric on the same axes. */
  figure(options: { readonly title?: string; readonly y?: string } = {}): ReturnType<typeof curves> {
    const words =
      language() === 'zh' ? { x: '训练步数', y: '损失', loss: '损失' } : { x: 'step', y: 'loss', loss: 'loss' };
    const window = Math.max(1, Math.round(this.loss.length / 40));
    const named = [[this.data.lossName ?? words.loss, this.loss] as const, ...Object.entries(this.metrics)];
    const steps = this.loss.map((_, i) => i + 1);
    const series = named.map(([name, y]) => ({ name, x: steps, y, smooth: window }));
    // The first steps tower above all others and would flatten the rest.
    const settled = named.flatMap(([, y]) => smooth(y, window).slice(Math.min(20, y.length - 1)));
    const [low, high] = [Math.min(...settled), Math.max(...settled)];
    const room = 0.07 * (high - low || 1);
    return curves({
      title: options.title ?? this.data.name,
      series,
      x: words.x,
      y: options.y ?? words.y,
      yRange: [low - room, high + room],
    });
  }

  get text(): string {
    return this.figure().text;
  }

  /** As a cell's last value, and for `show`, a history is its curves. */
  bundle(): MimeBundle {
    return this.figure().bundle();
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return this.bundle();
  }
}
