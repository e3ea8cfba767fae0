import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors';
import type { Lang } from '../../lesson';
import { configSchema, parseConfig } from './config';
import { createGradebook } from './gradebook';
import { openClass, placesOf, shown, type ClassRoom } from './room';
import { withDisk, writeWhole } from './storage';

export interface InitOptions {
  readonly name?: string;
  readonly languages?: readonly Lang[];
  readonly timeZone?: string;
}

/**
 * Makes a class in a folder. What is there is kept: a folder that holds a class is completed, never overwritten.
 * @throws UserError where the folder cannot be one
 */
export async function initClass(folder: string, options: InitOptions = {}): Promise<ClassRoom> {
  const at = path.resolve(folder);
  const { config, gradebook, submitted } = placesOf(at);
  const stat = fs.statSync(at, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) throw new UserError(`${folder} is a file. A class needs a folder of its own.`);
  withDisk(`${shown(at)} cannot be made`, () => fs.mkdirSync(at, { recursive: true }));
  if (!fs.existsSync(config)) {
    if (fs.existsSync(gradebook)) {
      throw new UserError(
        `${shown(at)} holds a gradebook but no class.json. Put class.json back, or take another folder; nothing was changed.`,
      );
    }
    const written = {
      $schema: './class.schema.json',
      name: options.name ?? path.basename(at),
      languages: options.languages ?? ['en'],
      timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      counts: 'best',
      late: { graceMinutes: 15, percentPerDay: 0 },
      secret: crypto.randomBytes(16).toString('hex'),
      lessons: [],
    };
    const text = `${JSON.stringify(written, undefined, 2)}\n`;
    parseConfig(text, shown(config));
    writeWhole(config, text);
  }
  const room = openClass(at);
  describeConfig(path.join(at, 'class.schema.json'));
  if (!fs.existsSync(gradebook)) {
    if (fs.existsSync(submitted) && fs.readdirSync(submitted).length > 0) {
      throw new UserError(
        `the gradebook ${shown(gradebook)} is missing, though notebooks were handed in. Make it anew from them: genlab class rebuild ${shown(at)}`,
      );
    }
    await createGradebook(gradebook);
  }
  return room;
}

/** What editors know of `class.json`; that of an older genlab is brought up to date. */
function describeConfig(file: string): void {
  const text = `${JSON.stringify(configSchema(), undefined, 2)}\n`;
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) writeWhole(file, text);
}
