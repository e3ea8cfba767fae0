import { UserError } from '../errors';

/** The one name that a command takes. @throws UserError with exit code 2 where there is none, or there are several */
export function oneName(command: string, positionals: readonly string[]): string {
  if (positionals.length === 1) return positionals[0];
  throw new UserError(`${command} takes one name, got ${positionals.length}.\nSee genlab ${command} --help`, 2);
}

/** The value of `--name` as a whole number. @throws UserError with exit code 2 where it is none, or out of bounds */
export function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UserError(`--${name} is a whole number from ${low} to ${high}, got '${text}'.`, 2);
}
