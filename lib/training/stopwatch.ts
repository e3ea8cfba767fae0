const warmUpSteps = 3;

/** Time of a run: how long its steps take, and how long that makes the whole. */
export class Stopwatch {
  /** Steps measured. */
  steps = 0;
  images = 0;
  /** Time of the steps with their batches and `onStep`, without `onEpoch`. */
  stepSeconds = 0;
  /** Said once, early, and then left alone: it is compared with the truth at the end. */
  predictedSeconds: number | undefined;
  private readonly begun = performance.now();
  private stepBegun = performance.now();
  /** The first steps compile and allocate: they say nothing about the others. */
  private warmUp = 0;

  /** What came before does not count towards the next step. */
  reset(): void {
    this.stepBegun = performance.now();
  }

  /** A step ended; the next one begins. */
  lap(images: number): void {
    const now = performance.now();
    this.steps++;
    this.images += images;
    this.stepSeconds += (now - this.stepBegun) / 1000;
    if (this.steps <= warmUpSteps) this.warmUp = this.stepSeconds;
    this.stepBegun = now;
  }

  /** @param stepsLeft to the end of the run, where that is known */
  predict(stepsLeft: number | undefined): void {
    if (this.predictedSeconds !== undefined || stepsLeft === undefined) return;
    // A second evens out what else the machine does.
    if (this.steps < 10 || this.stepSeconds < 1) return;
    this.predictedSeconds =
      this.seconds() + (stepsLeft * (this.stepSeconds - this.warmUp)) / (this.steps - warmUpSteps);
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
