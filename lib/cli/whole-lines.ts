/** Text that comes in pieces, with carriage returns, as the lines that it leaves behind. */
export class WholeLines {
  private line = '';

  /** @returns the lines that are complete now */
  push(text: string): string {
    const parts = (this.line + text).split('\n');
    this.line = parts.pop() ?? '';
    // A carriage return at the very end may be the first half of a line's end.
    const last = this.line.replace(/\r$/, '').lastIndexOf('\r');
    this.line = this.line.slice(last + 1);
    return parts.map((part) => `${lastState(part)}\n`).join('');
  }

  /** @returns what no line end has come for, with one */
  end(): string {
    const rest = lastState(this.line);
    this.line = '';
    return rest && `${rest}\n`;
  }
}

/** What a terminal shows of a line after it was written over. */
const lastState = (line: string): string => line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
