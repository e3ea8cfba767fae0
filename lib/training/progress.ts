/** The live line of a run: in a notebook or a terminal a bar that is updated in place, elsewhere a plain line now and then. */
import { type Language, language } from '../language';
import { memoryInUse, notebookDisplay, terminal } from './host';

/** Where a run stands. */
export interface Standing {
  readonly step: number;
  /** Steps in all, where that is known. */
  readonly steps?: number;
  /** The first player's name, where there are several. */
  readonly lossName?: string;
  /** Smoothed. */
  readonly loss: number;
  /** The other players'. */
  readonly others?: readonly { readonly name: string; readonly loss: number }[];
  readonly images: number;
  /** Time in steps and batches alone, for the rate. */
  readonly stepSeconds: number;
  readonly seconds: number;
  /** Time from here to the end, once there is something to tell it from. */
  readonly secondsLeft?: number;
  readonly predictedSeconds?: number;
  /** The last losses, smoothed, for the small curve beside the bar. */
  readonly curve: readonly number[];
}

const words = {
  en: {
    step: (s: Standing) => `step ${grouped(s.step)}${s.steps ? ` of ${grouped(s.steps)}` : ''}`,
    loss: 'loss',
    rate: (n: number) => `${grouped(n)} images/s`,
    left: (t: string) => `${t} left`,
    predicted: (t: string) => `about ${t} on this machine`,
    memory: (n: string) => `${n} in use`,
    took: (t: string) => `took ${t}`,
    foretold: (t: string) => `predicted ${t}`,
    stopped: 'interrupted: the weights are kept, and train with resume: true goes on from here',
    already: 'already finished; nothing left to train',
  },
  zh: {
    step: (s: Standing) => `第 ${grouped(s.step)} 步${s.steps ? `，共 ${grouped(s.steps)} 步` : ''}`,
    loss: '损失',
    rate: (n: number) => `每秒 ${grouped(n)} 张图`,
    left: (t: string) => `还需 ${t}`,
    predicted: (t: string) => `在这台机器上大约要 ${t}`,
    memory: (n: string) => `占用内存 ${n}`,
    took: (t: string) => `实际用时 ${t}`,
    foretold: (t: string) => `预计 ${t}`,
    stopped: '已中断：权重保留，用 resume: true 再次调用 train 即可接着训练',
    already: '训练早已完成，没有剩余步骤',
  },
} as const;

/** `8.2 s`, `45 s`, `3 min 20 s`, `2 h 05 min`. */
export function duration(seconds: number, lang: Language): string {
  const unit = lang === 'zh' ? { s: '秒', min: '分', h: '小时' } : { s: 's', min: 'min', h: 'h' };
  if (seconds < 9.95) return `${seconds.toFixed(1)} ${unit.s}`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} ${unit.s}`;
  if (whole < 3600) return `${Math.floor(whole / 60)} ${unit.min} ${String(whole % 60).padStart(2, '0')} ${unit.s}`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} ${unit.h} ${String(minutes % 60).padStart(2, '0')} ${unit.min}`;
}

/** Where nothing can be rewritten (a log, a pipe), a line is written this often, in milliseconds. */
const plainInterval = 30_000;

export type Ending = 'finished' | 'interrupted' | 'already' | 'failed';

export class Progress {
  private readonly lang = language();
  private readonly display = notebookDisplay();
  private readonly terminal = terminal();
  private readonly displayId = `genlab-progress-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  private shown = false;
  private lastUpdate = -Infinity;
  private lastLine = performance.now();

  constructor(private readonly name: string) {}

  /** Shows where the run stands, at most four times a second. */
  update(standing: () => Standing): void {
    const time = performance.now();
    if (time - this.lastUpdate < 250) return;
    this.lastUpdate = time;
    const isLive = this.display !== undefined || this.terminal !== undefined;
    if (!isLive && time - this.lastLine < plainInterval) return;
    this.lastLine = time;
    const now = standing();
    const line = this.running(now);
    if (this.display) this.show(this.display, line, now);
    else if (this.terminal) this.rewrite(`${bar(now)}${line.join(' · ')}`);
    else console.log(line.join(' · '));
  }

  /** The line that stays. */
  finish(standing: Standing, ending: Ending): void {
    const line = this.ended(standing, ending);
    if (this.display) return this.show(this.display, line, standing);
    if (this.terminal) {
      this.rewrite('');
      this.terminal.write(`${line.join(' · ')}\n`);
    } else console.log(line.join(' · '));
  }

  private running(s: Standing): string[] {
    const { step, loss, rate, left, predicted, memory } = words[this.lang];
    const held = memoryInUse();
    return [
      `${this.name}: ${step(s)}`,
      ...losses(s, loss),
      ...(s.images > 0 ? [rate(s.images / s.stepSeconds)] : []),
      ...(s.secondsLeft === undefined ? [] : [left(duration(s.secondsLeft, this.lang))]),
      ...(s.predictedSeconds === undefined ? [] : [predicted(duration(s.predictedSeconds, this.lang))]),
      ...(held === undefined ? [] : [memory(bytes(held))]),
    ];
  }

  private ended(s: Standing, ending: Ending): string[] {
    const { step, loss, rate, took, foretold, stopped, already } = words[this.lang];
    const predicted = s.predictedSeconds === undefined ? [] : [foretold(duration(s.predictedSeconds, this.lang))];
    return [
      `${this.name}: ${step(s)}`,
      ...losses(s, loss),
      ...(s.images > 0 ? [rate(s.images / s.stepSeconds)] : []),
      ...(ending === 'already' ? [already] : [...predicted, took(duration(s.seconds, this.lang))]),
      ...(ending === 'interrupted' ? [stopped] : []),
    ];
  }

  private show(display: Display, line: readonly string[], s: Standing): void {
    const data = { 'text/plain': line.join(' · '), 'text/html': html(line, s) };
    display(data, { displayId: this.displayId, update: this.shown });
    this.shown = true;
  }

  private rewrite(text: string): void {
    const room = (this.terminal?.columns ?? 80) - 1;
    this.terminal?.write(`\r\u001b[2K${fitting(text, room)}`);
  }
}

function losses({ step, lossName, loss, others = [] }: Standing, word: string): string[] {
  if (step === 0) return [];
  return [{ name: lossName ?? word, loss }, ...others].map((one) => `${one.name} ${significant(one.loss)}`);
}

type Display = NonNullable<ReturnType<typeof notebookDisplay>>;

function html([head, ...rest]: readonly string[], s: Standing): string {
  const share = s.steps ? Math.min(1, s.step / s.steps) : 1;
  const bar =
    `<span style="display:inline-block;width:200px;height:10px;border-radius:5px;background:#8884;vertical-align:middle">` +
    `<span style="display:block;width:${(200 * share).toFixed(0)}px;height:10px;border-radius:5px;background:#0072B2"></span></span>`;
  return (
    `<div style="font-size:14px;line-height:1.9">${bar}${sparkline(s.curve)} <b>${escaped(head)}</b><br>` +
    `${rest.map(escaped).join(' · ')}</div>`
  );
}

/** For a terminal; nothing where the end is not known. */
function bar({ step, steps }: Standing): string {
  if (!steps) return '';
  const cells = 20;
  const full = Math.round(cells * Math.min(1, step / steps));
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} `;
}

/** A small curve of the loss, so that a run that fails is seen to fail while it runs. */
function sparkline(curve: readonly number[]): string {
  if (curve.length < 2) return '';
  const [width, height] = [120, 24];
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const x = (i: number) => ((i * width) / (curve.length - 1)).toFixed(1);
  const y = (value: number) => (1 + ((high - value) * (height - 2)) / (high - low || 1)).toFixed(1);
  const points = curve.map((value, i) => `${x(i)},${y(value)}`).join(' ');
  return (
    `<svg width="${width}" height="${height}" style="vertical-align:middle;margin:0 8px">` +
    `<polyline fill="none" stroke="#D55E00" stroke-width="1.5" points="${points}"/></svg>`
  );
}

/** As much of a text as has room in so many columns; Chinese characters take two. */
function fitting(text: string, columns: number): string {
  let width = 0;
  return [...text].filter((character) => (width += character >= '\u2e80' ? 2 : 1) <= columns).join('');
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function grouped(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

function significant(n: number): string {
  const size = Math.abs(n);
  if (size >= 100) return n.toFixed(1);
  return size >= 1e-3 || n === 0 ? Number(n.toPrecision(4)).toString() : n.toExponential(2);
}

function bytes(n: number): string {
  return n >= 2 ** 30 ? `${(n / 2 ** 30).toFixed(1)} GB` : `${Math.round(n / 2 ** 20)} MB`;
}
