import { UserError } from '../../errors';
import { listLessons } from '../../lesson';
import { momentOf } from '../policy';
import { listSource, type Found } from './archive';
import { lookAt } from './notebook';
import { claimOf, Owners, type Claim } from './owners';
import type { Attempt } from './records';
import type { ClassRoom } from './room';
import { keep } from './submit';

export interface CollectOptions {
  /** Slug or another name of the lesson, for files that do not say. */
  readonly lesson?: string;
  /** Regular expression over a file's path with a group `student`. */
  readonly pattern?: string;
  /** Names as the platform writes them, to students; see `readNames`. */
  readonly names?: ReadonlyMap<string, string>;
  /** When all of it was handed in, ISO 8601; else each file's own time. */
  readonly at?: string;
}

export interface Collected {
  readonly attempts: readonly Attempt[];
  /** Notebooks that the class had already. */
  readonly known: number;
  /** Files that were not taken, with the reason. */
  readonly left: readonly string[];
  /** What was taken, and what should be known of it. */
  readonly warnings: readonly string[];
}

interface Taken {
  readonly student: string;
  readonly lesson: string;
  readonly at: string;
  readonly hash: string;
  readonly one: Found;
}

/**
 * Takes in what a learning platform hands out: a folder or a ZIP archive. A notebook that the class has already from the
 * same student is left; nothing that is there is changed.
 * @throws UserError where the source cannot be read, or holds no notebook
 */
export async function collect(room: ClassRoom, source: string, options: CollectOptions = {}): Promise<Collected> {
  const lesson = options.lesson === undefined ? undefined : room.lesson(options.lesson);
  const pattern = options.pattern ?? room.config.collect?.pattern;
  const expression = pattern === undefined ? undefined : compile(pattern);
  const { files, refused } = await listSource(source);
  const notebooks = files.filter(({ name }) => /\.ipynb$/i.test(name));
  const left = [...refused, ...otherFiles(files)];
  if (!notebooks.length && !refused.length)
    throw new UserError(`${source} holds no notebook (no file ends in .ipynb).`);

  const owners = new Owners(room, options.names);
  const warnings: string[] = [];
  const taken: Taken[] = [];
  const numbers = new Map<string, Claim>();
  for (const one of notebooks) {
    const claim = claimOf(withoutCommonFolder(one.name, notebooks), expression);
    const owner = claim ? owners.find(claim) : { why: 'the pattern does not match it' };
    if (!claim || 'why' in owner) {
      left.push(`${one.name}: ${'why' in owner ? owner.why : ''}`);
      continue;
    }
    const other = numbers.get(owner.student);
    if (claim.number !== undefined && other && other.number !== claim.number) {
      const both = `"${other.name}" (${other.number}) and "${claim.name}" (${claim.number})`;
      left.push(`${one.name}: ${both} would both be ${owner.student}; say who is who with --names FILE.csv`);
      continue;
    }
    if (claim.number !== undefined) numbers.set(owner.student, claim);
    const read = await readOne(room, one, claim, lesson);
    if ('why' in read) left.push(`${one.name}: ${read.why}`);
    else {
      const { at, warning } = timeOf(room, one, claim, options.at);
      warnings.push(...[warning, ...read.warnings].flatMap((text) => (text ? [`${one.name}: ${text}`] : [])));
      taken.push({ student: owner.student, lesson: read.lesson, at, hash: read.hash, one });
    }
  }
  taken.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.one.name < b.one.name ? -1 : 1));

  const attempts: Attempt[] = [];
  let known = 0;
  for (const { student, lesson: slug, at, hash, one } of taken) {
    const bytes = await one.bytes(); // once more, so that a class of 300 never lies in memory whole
    const attempt = await room.gradebook('collecting', (book) =>
      book.attemptWith(student, slug, hash) ? undefined : keep(room, book, { student, lesson: slug, bytes, at }),
    );
    if (attempt) attempts.push(attempt);
    else known++;
  }
  return { attempts, known, left, warnings };
}

function compile(pattern: string): RegExp {
  try {
    if (!pattern.includes('(?<student>')) throw new Error('it has no group (?<student>…)');
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new UserError(`--pattern ${pattern}: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

/** Files that are no notebooks, told in one line. */
function otherFiles(files: readonly Found[]): string[] {
  const others = files.filter(({ name }) => !/\.ipynb$/i.test(name));
  const some = others.slice(0, 3).map(({ name }) => name);
  return others.length
    ? [`${others.length} files that are no notebooks (${some.join(', ')}${others.length > 3 ? ', …' : ''})`]
    : [];
}

/** An archive often holds one folder with everything in it, which is nobody's name. */
function withoutCommonFolder(name: string, all: readonly Found[]): string {
  const [first, ...rest] = name.split('/');
  const common =
    rest.length > 1 && all.every((one) => one.name.startsWith(`${first}/`) && one.name.split('/').length > 2);
  return common && all.length > 1 ? rest.join('/') : name;
}

async function readOne(
  room: ClassRoom,
  one: Found,
  claim: Claim,
  asked: string | undefined,
): Promise<{ lesson: string; hash: string; warnings: string[] } | { why: string }> {
  let bytes: Buffer;
  try {
    bytes = await one.bytes();
  } catch (error) {
    if (error instanceof UserError) return { why: error.message };
    throw error;
  }
  const looked = lookAt(bytes, room.course);
  const named = listLessons(room.course).find((slug) => one.name.includes(slug) || claim.file.includes(slug));
  const lesson = looked.lesson ?? asked ?? named;
  if (asked !== undefined && looked.lesson !== undefined && looked.lesson !== asked) {
    return { why: `it is the notebook of ${looked.lesson}, not of ${asked}` };
  }
  if (lesson === undefined) {
    return {
      why: `${looked.unreadable ?? 'it holds no exercise of this course.'} Name the lesson with --lesson to take it in all the same`,
    };
  }
  if (!room.isReleased(lesson)) return { why: `${lesson} is not released in this class` };
  return { lesson, hash: looked.hash, warnings: looked.unreadable ? [`${looked.unreadable} It will score 0.`] : [] };
}

/** When a file was handed in. Clocks and archives tell nonsense at times: then it counts as handed in now. */
function timeOf(
  room: ClassRoom,
  { changed }: Found,
  { at }: Claim,
  asked: string | undefined,
): { at: string; warning?: string } {
  if (asked !== undefined) return { at: asked };
  const time = at === undefined ? changed.getTime() : momentOf(at, room.config.timeZone);
  const now = Date.now();
  const sane = Number.isFinite(time) && time > Date.UTC(2000, 0, 1) && time < now + 60_000;
  if (sane) return { at: new Date(time).toISOString() };
  const said = Number.isFinite(time) ? new Date(time).toISOString() : 'nothing';
  return {
    at: new Date(now).toISOString(),
    warning: `its time cannot be right (${said}), so it counts as handed in now`,
  };
}
