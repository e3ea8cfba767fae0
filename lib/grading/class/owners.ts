/** Whose a collected file is: from the way in which learning platforms name what they hand out. */
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { UserError } from '../../errors';
import { checkStudent, plainName, whyNotStudent } from './names';
import type { ClassRoom } from './room';

/** What a file's path says of its owner. */
export interface Claim {
  /** As the platform writes them. */
  readonly name: string;
  /** The platform's number for them. */
  readonly number?: string;
  /** When it was handed in, ISO 8601, where the name says so. */
  readonly at?: string;
  /** The rest of the path. */
  readonly file: string;
}

/** The path of a file in what each platform hands out, outermost folder first. */
const platforms: readonly RegExp[] = [
  // Moodle: "Ada Lovelace_123456_assignsubmission_file_/04-vae.ipynb", or the same without the folder.
  /^(?:[^/]+\/)*(?<name>[^/]+?)_(?<number>\d+)_assignsubmission_[a-z]+_?\/?(?<file>.+)$/,
  // Blackboard: "04 VAE_ada_attempt_2026-11-20-13-45-12_04-vae.ipynb"
  /^(?:[^/]+\/)*[^/]*?_(?<name>[^/_]+)_attempt_(?<at>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)_(?<file>[^/]+)$/,
  // Canvas: "lovelaceada_LATE_1234_567890_04-vae-1.ipynb"
  /^(?:[^/]+\/)*(?<name>[^/_]+)_(?:LATE_)?(?<number>\d+)_\d+_(?<file>[^/]+)$/,
];

export function claimOf(file: string, pattern?: RegExp): Claim | undefined {
  if (pattern) {
    const found = pattern.exec(file)?.groups?.student;
    return found === undefined ? undefined : { name: found, file: path.posix.basename(file) };
  }
  for (const platform of platforms) {
    const groups = platform.exec(file)?.groups;
    if (!groups?.name || !groups.file) continue;
    const { name, number, at, file: rest } = groups;
    const time = at && `${at.slice(0, 10)}T${at.slice(11).replaceAll('-', ':')}`;
    return { name, file: rest, ...(number ? { number } : {}), ...(time ? { at: time } : {}) };
  }
  // A folder for each student, in one folder for all or not: "ada/04-vae.ipynb", nbgrader's "ada/04-vae/04-vae.ipynb".
  const [first, ...rest] = file.split('/');
  if (rest.length > 0) return { name: first, file: rest.join('/') };
  // A file for each: "ada_04-vae.ipynb", "04-vae_ada.ipynb", "ada.ipynb".
  const stem = file.replace(/\.ipynb$/i, '');
  const name = stem.replace(/^\d\d-[a-z0-9-]+?_(?=.)/, '').replace(/[_-]\d\d-[a-z0-9-]+$/, '');
  return { name: name || stem, file };
}

/** Names as a platform writes them, to students of the class. Read from a CSV file of two columns, with or without a heading. */
export function readNames(text: string, file: string): Map<string, string> {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    throw new UserError(`${file} cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
  const heading = rows[0]?.some((cell) => /^(id|student|student.?id)$/i.test(cell)) ? rows.shift() : undefined;
  const idAt = heading ? heading.findIndex((cell) => /^(id|student|student.?id)$/i.test(cell)) : 1;
  const names = new Map<string, string>();
  for (const [i, row] of rows.entries()) {
    const id = row[idAt];
    if (id === undefined || id === '')
      throw new UserError(`${file}, row ${i + (heading ? 2 : 1)}: there is no student in it.`);
    checkStudent(id);
    for (const [column, name] of row.entries()) {
      const key = plainName(name);
      if (column === idAt || key === '') continue;
      if (names.has(key) && names.get(key) !== id) {
        throw new UserError(`${file}: ${name} stands for both ${names.get(key)} and ${id}.`);
      }
      names.set(key, id);
    }
  }
  return names;
}

/** Finds students by what platforms call them. */
export class Owners {
  private readonly byName = new Map<string, Set<string>>();

  constructor(
    private readonly room: ClassRoom,
    private readonly names: ReadonlyMap<string, string> = new Map(),
  ) {
    const note = (name: string | undefined, id: string): void => {
      const key = plainName(name ?? '');
      if (key) this.byName.set(key, (this.byName.get(key) ?? new Set()).add(id));
    };
    for (const { id, name, email } of room.config.students ?? []) {
      note(id, id);
      note(name, id);
      note(email, id);
      note(email?.split('@')[0], id);
      const words = plainName(name ?? '').split(' ');
      note([...words.slice(-1), ...words.slice(0, -1)].join(' '), id); // "Lovelace, Ada"
      note([...words.slice(-1), ...words.slice(0, -1)].join(''), id); // Canvas's "lovelaceada"
      note(words.join(''), id);
    }
  }

  /** The student that a claim is of, or why it cannot be told. */
  find({ name, number }: Claim): { student: string } | { why: string } {
    const mapped = this.names.get(plainName(name)) ?? (number === undefined ? undefined : this.names.get(number));
    if (mapped !== undefined) return this.known(mapped);
    if (this.room.hasRoster) {
      const found = [...(this.byName.get(plainName(name)) ?? [])];
      if (found.length === 1) return { student: found[0] };
      return {
        why: found.length ? `"${name}" may be ${found.join(' or ')}` : `there is no student "${name}" in the class`,
      };
    }
    if (!whyNotStudent(name)) return this.known(name);
    const id = plainName(name).replaceAll(' ', '-');
    if (!whyNotStudent(id)) return { student: id };
    if (number !== undefined) return { student: `student-${number}` }; // a name in another script than Latin
    return { why: `"${name}" cannot be made a student's name` };
  }

  private known(id: string): { student: string } | { why: string } {
    try {
      return { student: this.room.student(id) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { why: error.message.split('\n')[0] };
    }
  }
}
