import type { Progress } from '../grading';

const cells = 24;
/** Without a terminal, a line is written at most this often, in milliseconds. */
const plainInterval = 10_000;

/** One progress bar with rate and time left: a live line on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  private readonly live: boolean;
  private readonly start = performance.now();
  private said = -Infinity;
  private open = false;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.live = Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
  }

  show(progress: Progress): void {
    if (progress.total === 0) return;
    const text = progressText(progress, (performance.now() - this.start) / 1000);
    const done = progress.graded + progress.reused + progress.failed;
    if (this.live) {
      this.stream.write(`\r\x1b[2K${text.slice(0, (this.stream.columns ?? 100) - 1)}`);
      this.open = true;
    } else if (performance.now() - this.said >= plainInterval || done === progress.total) {
      this.said = performance.now();
      this.stream.write(`${text}\n`);
    }
  }

  end(): void {
    if (this.open) this.stream.write('\n');
    this.open = false;
  }
}

/** @param seconds since the start */
export function progressText({ total, graded, reused, failed, lost }: Progress, seconds: number): string {
  const done = graded + reused + failed;
  const full = Math.floor((cells * done) / total);
  const parts = [`${'█'.repeat(full)}${'░'.repeat(cells - full)} ${done}/${total}`];
  const perMinute = (graded / Math.max(seconds, 1e-3)) * 60;
  if (graded > 0) parts.push(`${perMinute.toFixed(perMinute < 10 ? 1 : 0)} a minute`);
  if (graded > 0 && done < total) parts.push(`${timeText(((total - done) / perMinute) * 60)} left`);
  if (reused > 0) parts.push(`${reused} reused`);
  if (failed > 0) parts.push(`${failed} not graded`);
  if (lost > 0) parts.push(`${lost} tried again`);
  return parts.join(' · ');
}

const timeText = (seconds: number): string =>
  seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;
