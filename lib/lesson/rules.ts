import { type Cell, type Json, langs } from './types';

type Report = (line: number, message: string) => void;

const isString = (value: Json): boolean => typeof value === 'string';
const isTrue = (value: Json): boolean => value === true;

/** What a marker line may say, and the values that each key takes. */
const keys: Readonly<Record<string, { readonly of: string; readonly is: (value: Json) => boolean }>> = {
  lang: { of: '"en" or "zh"', is: (value) => langs.some((lang) => lang === value) },
  grade_id: { of: 'a text in quotes', is: isString },
  points: { of: 'a number, 0 or more', is: (value) => typeof value === 'number' && value >= 0 },
  manual: { of: 'true', is: isTrue },
  task: { of: 'true', is: isTrue },
  locked: { of: 'true', is: isTrue },
  tags: {
    of: 'a list of words like ["setup"]',
    is: (value) =>
      Array.isArray(value) && value.every((tag) => typeof tag === 'string' && /^[a-z][a-z0-9-]*$/.test(tag)),
  },
  slideshow: {
    of: '{"slide_type": …} with slide, subslide, fragment, skip, notes or -',
    is: (value) =>
      value !== null &&
      typeof value === 'object' &&
      'slide_type' in value &&
      ['slide', 'subslide', 'fragment', 'skip', 'notes', '-'].includes(String(value.slide_type)),
  },
  figure: { of: 'a name like "noising-strip"', is: (value) => typeof value === 'string' && isId(value) },
};

/** With `-check` behind it, a grade_id must still be a cell id, which has 64 characters at most. */
const isId = (text: string): boolean => /^[A-Za-z0-9_-]{1,58}$/.test(text);

/** What is wrong with one cell on its own. */
export function checkCell(cell: Cell, fatal: Report, error: Report): void {
  const { metadata, line, gradeId, points, manual, task, locked } = cell;
  for (const [key, value] of Object.entries(metadata)) {
    if (!Object.hasOwn(keys, key))
      fatal(line, `there is no key "${key}"; the keys are ${Object.keys(keys).join(', ')}`);
    else if (!keys[key].is(value)) fatal(line, `${key} must be ${keys[key].of}, not ${JSON.stringify(value)}`);
  }
  if (gradeId !== undefined && !isId(gradeId)) {
    fatal(line, `grade_id "${gradeId}": only letters a–z, digits, "-" and "_" are allowed, 58 at most`);
  }
  if (gradeId === undefined) {
    for (const key of ['points', 'manual', 'task', 'locked'] as const) {
      if (key in metadata) fatal(line, `${key} needs a grade_id`);
    }
  } else if (!locked && points === undefined) fatal(line, `grade_id "${gradeId}" has no points`);
  if (locked && (points !== undefined || manual || task)) fatal(line, 'a locked cell is only for reading: no points');
  if (manual && task) fatal(line, 'a cell is manual or a task, not both');

  if (cell.kind === 'markdown') checkProse(cell, fatal, error);
  else checkCode(cell, fatal, error);
}

function checkProse({ lang, source, line, gradeId, manual, task, locked }: Cell, fatal: Report, error: Report): void {
  if (!lang) fatal(line, 'a [markdown] cell says its language: lang="en" or lang="zh"');
  if (source.trim() === '') error(line, 'this cell is empty');
  if (gradeId !== undefined && !manual && !task && !locked) {
    fatal(line, 'graded prose is scored by a person: add manual=true (an answer) or task=true (a task)');
  }
}

function checkCode({ source, line, outline, metadata, ...cell }: Cell, fatal: Report, error: Report): void {
  const { gradeId, manual, task, locked } = cell;
  if ('lang' in metadata) fatal(line, 'code is shared by both languages: only [markdown] cells have a lang');
  if (source.trim() === '') error(line, 'this cell is empty');
  if (task) fatal(line, 'a task is prose: only [markdown] cells have task=true');
  const check = outline?.check;
  if (gradeId === undefined || locked) {
    if (outline && outline.regions.length > 0) fatal(line, 'a cell with a solution needs a grade_id and points');
    if (check) fatal(line, `check('${check.id}', …) stands in a cell without grade_id`);
    return;
  }
  if (manual) {
    if (check) fatal(line, 'a cell with manual=true is scored by a person: take check(…) out');
    return;
  }
  if (outline && outline.regions.length === 0) fatal(line, `exercise "${gradeId}" has no // BEGIN SOLUTION`);
  if (!check) fatal(line, `the cell must end in: await check('${gradeId}', { … });`);
  else if (check.id !== gradeId) fatal(line, `check('${check.id}', …) does not match grade_id "${gradeId}"`);
}

/** What is wrong between cells: languages without partner, ids given twice. */
export function checkCells(cells: readonly Cell[], fatal: Report, error: Report): void {
  for (let i = 0; i < cells.length; i++) {
    const { lang, line } = cells[i];
    if (!lang) continue;
    const partner = cells[i + 1];
    const wanted = lang === 'en' ? 'zh' : 'en';
    if (partner?.lang !== wanted) {
      error(line, `this cell has no partner: right after it comes the same in lang="${wanted}"`);
      continue;
    }
    const rest = ({ metadata, title }: Cell): string => JSON.stringify({ ...metadata, lang: '', title });
    if (sortedText(rest(cells[i])) !== sortedText(rest(partner))) {
      error(partner.line, `but for lang, the marker must say the same as its partner's in line ${line}`);
    }
    i++;
  }

  const seen = new Map<string, Cell>();
  for (const cell of cells) {
    if (cell.gradeId === undefined) continue;
    const earlier = seen.get(cell.gradeId);
    const isPair = earlier?.lang && cell.lang && earlier.lang !== cell.lang;
    if (earlier && !isPair) fatal(cell.line, `grade_id "${cell.gradeId}" is taken already, in line ${earlier.line}`);
    if (!earlier) seen.set(cell.gradeId, cell);
    const own = /^(.*)-check$/.exec(cell.gradeId)?.[1];
    if (own && cells.some(({ gradeId }) => gradeId === own)) {
      fatal(cell.line, `grade_id "${cell.gradeId}" is what the test of "${own}" will be called; choose another`);
    }
  }
}

const sortedText = (json: string): string =>
  JSON.stringify(Object.entries(JSON.parse(json) as object).sort(([a], [b]) => (a < b ? -1 : 1)));
