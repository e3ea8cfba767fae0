/** Time of a run: how long its steps take, and how long that makes the whole. */
export class Stopwatch {
  /** Steps measured. */
  steps = 0;
  images = 0;
  /** Time in steps alone, without what the caller does between them. */
  stepSeconds = 0;
  /** Said once, early, and then left alone: it is compared with the truth at the end. */
  predictedSeconds: number | undefined;
  private readonly begun = performance.now();
  private stepBegun = 0;
  private readonly durations: number[] = [];

  start(): void {
    this.stepBegun = performance.now();
  }

  stop(images: number): void {
    const seconds = (performance.now() - this.stepBegun) / 1000;
    this.steps++;
    this.images += images;
    this.stepSeconds += seconds;
    if (this.durations.length < 1000) this.durations.push(seconds);
  }

  /** @param stepsLeft to the end of the run, where that is known */
  predict(stepsLeft: number | undefined): void {
    if (this.predictedSeconds !== undefined || stepsLeft === undefined) return;
    // The first steps compile and allocate; half a second more evens out what else the machine does.
    if (this.steps < 10 || this.stepSeconds < 0.5) return;
    const typical = median(this.durations.slice(2));
    this.predictedSeconds = this.seconds() + stepsLeft * typical;
  }

  seconds(): number {
    return (performance.now() - this.begun) / 1000;
  }

  /** Time to the end, told from the average of the steps so far. */
  secondsLeft(stepsLeft: number | undefined): number | undefined {
    if (stepsLeft === undefined || this.steps < 10) return undefined;
    return (stepsLeft * this.seconds()) / this.steps;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
