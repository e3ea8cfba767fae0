/** A mistake of the person at the keyboard, or something missing on their machine: shown as a message, never as a stack. */
export class UserError extends Error {
  /** @param exitCode 1 a mistake or a failed check, 2 wrong usage, 3 something is missing on this machine */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3 = 1,
  ) {
    super(message);
    this.name = 'UserError';
  }
}
