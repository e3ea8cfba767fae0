import { UserError } from '../errors';

const shown = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** A finite number, or a UserError that names the option. @param what `slider: max` */
export function number(what: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UserError(`${what} is ${shown(value)}; it must be a finite number.`);
}

export function whole(what: string, value: unknown): number {
  if (Number.isInteger(value)) return value as number;
  throw new UserError(`${what} is ${shown(value)}; it must be a whole number.`);
}

export function positive(what: string, value: unknown): number {
  if (number(what, value) > 0) return value as number;
  throw new UserError(`${what} is ${shown(value)}; it must be greater than 0.`);
}

export function string(what: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new UserError(`${what} is ${shown(value)}; it must be a text.`);
}

export function boolean(what: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new UserError(`${what} is ${shown(value)}; it must be true or false.`);
}

/** Two ends in order. */
export function range(what: string, min: unknown, max: unknown): void {
  if (number(`${what}: min`, min) < number(`${what}: max`, max)) return;
  throw new UserError(`${what}: min is ${min} and max is ${max}; min must be less than max.`);
}

export function between(what: string, value: unknown, min: number, max: number): number {
  const checked = number(what, value);
  if (checked >= min && checked <= max) return checked;
  throw new UserError(`${what} is ${checked}; it must lie between ${min} and ${max}.`);
}

export function oneOf<T>(what: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  throw new UserError(`${what} is ${shown(value)}; it must be one of ${choices.map(shown).join(', ')}.`);
}
