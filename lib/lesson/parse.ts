import path from 'node:path';
import { readHeader } from './header';
import { readMarker } from './metadata';
import { outlineOf } from './outline';
import { type Cell, type Json, type Lesson, LessonError, type Problem, langs } from './types';
import { checkCell, checkCells } from './rules';

/** jupytext puts this line first in every script that is not Python and holds more than ASCII. */
const encodingLine = '// -*- coding: utf-8 -*-';

/** Reads a lesson. @throws LessonError when it is so broken that no notebook can be built from it */
export function parseLesson(text: string, file: string): Lesson {
  const { lesson, problems } = readLesson(text, file);
  const fatal = problems.filter(({ level }) => level === 'fatal');
  if (fatal.length > 0) throw new LessonError(fatal);
  return lesson;
}

/** Reads as much of a lesson as can be read, with all that is wrong in its form, in the order of its lines. */
export function readLesson(text: string, file: string): { lesson: Lesson; problems: Problem[] } {
  const problems: Problem[] = [];
  const report =
    (level: Problem['level']) =>
    (line: number, message: string): void => {
      problems.push({ file, line, level, message });
    };
  const [fatal, error] = [report('fatal'), report('error')];

  const slug = path.basename(file).replace(/\.ts$/, '');
  if (!/^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) fatal(1, `a lesson's file is named NN-slug.ts, not ${slug}.ts`);
  if (text.includes('\r')) fatal(1, 'lines must end in LF alone, not CR LF');

  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const markers = lines.flatMap((line, index) => (/^\s*\/\/\s*%%/.test(line) ? [index] : []));
  const front = lines.slice(0, markers[0] ?? lines.length);
  if (front[0] !== encodingLine) error(1, `the first line must be "${encodingLine}", as jupytext writes it`);
  const header = readFront(front, fatal);

  const cells = markers.flatMap((start, index) => {
    const end = markers[index + 1] ?? lines.length;
    const cell = readCell(lines.slice(start, end), start + 1, fatal, error);
    return cell ? [cell] : [];
  });
  if (markers.length === 0) fatal(1, 'there is no cell: a cell starts with a line "// %%"');
  checkCells(cells, fatal, error);

  const title = Object.fromEntries(
    langs.map((lang) => [lang, header.title[lang] ?? firstHeading(cells, lang) ?? slug]),
  ) as Lesson['title'];
  const lesson: Lesson = {
    slug,
    file,
    title,
    ...(Object.keys(header.summary).length > 0 ? { summary: header.summary } : {}),
    ...(header.minutes ? { minutes: header.minutes } : {}),
    terms: header.terms,
    cells,
    text,
  };
  return { lesson, problems: problems.sort((a, b) => a.line - b.line) };
}

type Report = (line: number, message: string) => void;

/** What stands above the first cell: the encoding line, then perhaps the YAML header. */
function readFront(front: readonly string[], fatal: Report): ReturnType<typeof readHeader> {
  const offset = front[0]?.startsWith('// -*-') ? 1 : 0;
  const rest = front.slice(offset).map((line) => line.replace(/^\/\/ ?/, ''));
  const isFence = (line: string): boolean => line.trim() === '---';
  const open = rest.findIndex((line) => line.trim() !== '');
  if (open < 0) return { title: {}, summary: {}, terms: [] };
  const length = rest.slice(open + 1).findIndex(isFence);
  if (!isFence(rest[open]) || length < 0) {
    fatal(offset + open + 1, 'above the first cell there may only be a header between "// ---" and "// ---"');
    return { title: {}, summary: {}, terms: [] };
  }
  const stray = rest.slice(open + length + 2).findIndex((line) => line.trim() !== '');
  if (stray >= 0) fatal(offset + open + length + 3 + stray, 'this line belongs to no cell; a cell starts with "// %%"');
  return readHeader(rest.slice(open + 1, open + 1 + length), offset + open + 2, fatal);
}

function firstHeading(cells: readonly Cell[], lang: string): string | undefined {
  for (const cell of cells) {
    const heading = cell.lang === lang ? /^# +(.+)$/m.exec(cell.source)?.[1] : undefined;
    if (heading) return heading.trim();
  }
  return undefined;
}

function readCell(lines: readonly string[], line: number, fatal: Report, error: Report): Cell | undefined {
  const [first, ...body] = lines;
  if (!/^\/\/ %%( |$)/.test(first)) {
    fatal(line, 'a cell starts with "// %%" at the left edge, then a space; jupytext would cut here all the same');
    return undefined;
  }
  let marker: ReturnType<typeof readMarker>;
  try {
    marker = readMarker(first.slice('// %%'.length));
  } catch (reason) {
    if (!(reason instanceof SyntaxError)) throw reason;
    fatal(line, reason.message);
    return undefined;
  }
  if (marker.canonical !== first) error(line, `jupytext would write this line as: ${marker.canonical}`);

  while (body.length > 0 && body[body.length - 1] === '') body.pop();
  const { markdown, title, metadata } = marker;
  const source = (markdown ? body.map((text, index) => uncomment(text, line + 1 + index, fatal, error)) : body).join(
    '\n',
  );
  const string = (key: string): string | undefined => {
    const value: Json | undefined = metadata[key];
    return typeof value === 'string' ? value : undefined;
  };
  const gradeId = string('grade_id');
  const lang = markdown ? langs.find((each) => each === metadata.lang) : undefined;
  const cell: Cell = {
    kind: markdown ? 'markdown' : 'code',
    ...(lang ? { lang } : {}),
    ...(title ? { title } : {}),
    ...(gradeId ? { gradeId } : {}),
    ...(typeof metadata.points === 'number' ? { points: metadata.points } : {}),
    manual: metadata.manual === true,
    task: metadata.task === true,
    locked: metadata.locked === true,
    tags: Array.isArray(metadata.tags) ? metadata.tags.filter((tag) => typeof tag === 'string') : [],
    metadata,
    source,
    line,
    ...(markdown
      ? {}
      : { outline: outlineOf(source, (offset, message) => fatal(line + lineOf(source, offset), message)) }),
  };
  checkCell(cell, fatal, error);
  return cell;
}

const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length;

function uncomment(text: string, line: number, fatal: Report, error: Report): string {
  if (text.startsWith('// ')) return text.slice(3);
  if (text === '//') return '';
  if (text === '') error(line, 'an empty line of prose is written "//"');
  else if (text.startsWith('//')) error(line, 'a line of prose starts with "// ", with a space');
  else fatal(line, 'in a [markdown] cell every line starts with "// "; does a "// %%" line miss above?');
  return text.replace(/^\/\//, '');
}
