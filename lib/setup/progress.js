'use strict';
/** Says what set-up is doing: one live line a step on a terminal, plain lines elsewhere (a log, a pipe). */

/**
 * @typedef {object} Outcome
 * @property {string} text what is there now
 * @property {boolean} [warning] the step did not do all it should; the rest goes on
 */

/** @typedef {(text: string) => void} Say */

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Without a terminal, a message that keeps changing (a download) is repeated this often. */
const plainInterval = 5000;

class Progress {
  /** @param {number} total number of steps @param {NodeJS.WriteStream} [stream] */
  constructor(total, stream = process.stderr) {
    this.total = total;
    this.stream = stream;
    this.done = 0;
    this.live = Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
  }

  /**
   * Runs one step and says how it ended.
   * @param {string} title
   * @param {(say: Say) => Promise<Outcome>} work
   */
  async step(title, work) {
    const head = `[${++this.done}/${this.total}] ${title}`;
    const start = Date.now();
    const seconds = () => (Date.now() - start) / 1000;
    let text = '';
    let frame = 0;
    let saidAt = -Infinity;
    const draw = () => {
      const mark = spinner[frame++ % spinner.length];
      const line = `${mark} ${head}${text ? `: ${text}` : ''}${seconds() >= 1 ? ` (${seconds().toFixed(0)} s)` : ''}`;
      this.stream.write(`\r\x1b[2K${line.slice(0, (this.stream.columns ?? 100) - 1)}`);
    };
    const timer = this.live ? setInterval(draw, 100) : undefined;
    /** @type {Say} */
    const say = (next) => {
      const changed = next !== text;
      text = next;
      if (!this.live && changed && Date.now() - saidAt >= plainInterval) {
        saidAt = Date.now();
        this.stream.write(`  ${head}: ${next}\n`);
      }
    };
    try {
      const outcome = await work(say);
      const took = seconds() >= 1 ? ` (${seconds().toFixed(seconds() < 10 ? 1 : 0)} s)` : '';
      this.end(`${outcome.warning ? '!' : '✓'} ${head}: ${outcome.text.replace(/$/m, took)}`);
      return outcome;
    } catch (error) {
      this.end(`✗ ${head}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** @param {string} line */
  end(line) {
    this.stream.write(`${this.live ? '\r\x1b[2K' : ''}${line}\n`);
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

module.exports = { Progress, megabytes };
