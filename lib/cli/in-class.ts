/** What the commands of a class have in common. */
import { UserError } from '../errors';
import type { Lang } from '../lesson';
import type { Option } from './command';

export const classOption = {
  type: 'string',
  value: 'FOLDER',
  help: 'The class; the one that this folder is in unless given.',
} as const satisfies Option;

export const classExitCodes = `Exit codes: 0 done; 1 the class or what was named is not as it must be, or something was left undone (the message says
what); 2 wrong usage; 3 the machine does not allow it: disk full, read-only, sandbox too weak; 130 interrupted. A command that
fails leaves what was there as it was.`;

export function langOption(lang: string | undefined): Lang | undefined {
  if (lang === undefined || lang === 'en' || lang === 'zh') return lang;
  throw new UserError(`--lang is en or zh, not ${lang}.`, 2);
}

/** A moment as a person writes it, ISO 8601 in UTC. @param timeZone of dates without an offset */
export async function timeOption(
  name: string,
  text: string | undefined,
  timeZone: string,
): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { classTools } = await import('../grading');
  const { momentOf } = await classTools();
  try {
    return new Date(momentOf(text, timeZone)).toISOString();
  } catch (error) {
    throw new UserError(`--${name}: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

export function countOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UserError(`--${name} is a whole number from 1 on, not ${text}.`, 2);
  return Number(text);
}

/** `1 notebook`, `3 notebooks`. */
export const several = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Text that a student chose, without what could steer a terminal. */
export const harmless = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const warn = (line: string): void => void process.stderr.write(`${line}\n`);
