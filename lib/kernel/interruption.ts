import { livingOf, programsOf, signalAll } from './processes.js';

export interface Interrupted {
  /** The process that runs the cell. */
  readonly pid: number;
  /** Milliseconds from its start to the cell's. */
  readonly after: number;
  /** Says something to the person at the notebook. */
  tell(text: string): void;
  /** Ends the process, and with it every variable. */
  kill(): void;
}

/** Milliseconds after the interrupt. */
const TERMINATE_PROGRAMS = 500;
const KILL_PROGRAMS = 1500;
const TELL = 3000;
const GIVE_UP = 60_000;

const waiting =
  'The interrupt waits for a call into native code to return: the cell ends then, and its variables are kept.\n' +
  'Interrupt again to end its process at once instead; every variable would be lost.\n';

/** Milliseconds between two looks whether a program has ended. */
const LOOK = 20;

/**
 * What is done from outside about an interrupted cell for as long as it goes on. JavaScript the process stops by itself, so
 * that this is about the programs that the cell has started, which end too (as after Ctrl+C in a terminal), and about native
 * code, which nothing can stop: that is waited for, and only a second interrupt or a long time ends the process.
 */
export class Interruption {
  private readonly timers: readonly NodeJS.Timeout[];
  private readonly programs = new Set<number>();
  private told = false;
  private over = false;

  constructor(private readonly cell: Interrupted) {
    this.signalPrograms('SIGINT');
    this.timers = [
      setTimeout(() => this.signalPrograms('SIGTERM'), TERMINATE_PROGRAMS),
      setTimeout(() => this.signalPrograms('SIGKILL'), KILL_PROGRAMS),
      setTimeout(() => this.tell(), TELL),
      setTimeout(() => cell.kill(), GIVE_UP),
    ];
    for (const timer of this.timers) timer.unref();
  }

  private signalPrograms(signal: NodeJS.Signals): void {
    if (!this.over) for (const pid of programsOf(this.cell.pid, this.cell.after)) this.programs.add(pid);
    signalAll(livingOf(this.programs), signal);
  }

  /** Did the cell have programs at work, which were told to end? */
  get reachedPrograms(): boolean {
    return this.programs.size > 0;
  }

  /** Resolves when none of the cell's programs can print into the next cell any more. Its own code has ended. */
  async programsEnded(): Promise<void> {
    this.signalPrograms('SIGINT'); // also those that were just being started when the interrupt came
    this.over = true;
    while (this.programs.size && livingOf(this.programs).length) await new Promise((next) => setTimeout(next, LOOK));
  }

  private tell(): void {
    if (this.over) return;
    this.told = true;
    this.cell.tell(waiting);
  }

  /** The person has pressed the button again. */
  again(): void {
    if (this.told) this.cell.kill();
    else this.signalPrograms('SIGINT');
  }

  /** The cell is no longer there. */
  end(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
