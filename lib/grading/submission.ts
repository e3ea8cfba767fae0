import fs from 'node:fs';
import { marksOf } from './restored';
import type { Text } from './text';

/** A cell of a submitted notebook, as far as anything in it can be trusted: strings and nothing else. */
export interface SubmittedCell {
  readonly type: 'code' | 'markdown' | 'raw';
  readonly source: string;
  readonly gradeId?: string;
  /** What its metadata says about grading (see marksOf). */
  readonly marks: string;
  /** Position in the notebook, counted from 1. */
  readonly number: number;
}

export interface Submission {
  readonly cells: readonly SubmittedCell[];
  /** What the notebook says it is. */
  readonly lesson?: string;
  readonly lang?: 'en' | 'zh';
  readonly notes: readonly Text[];
}

/** Nothing can be graded, and why. */
export interface Unreadable {
  readonly unreadable: Text;
}

const largest = 256 << 20;
/** Characters of one cell and of all; cells. Far beyond what a person writes, and no more than can be read in seconds. */
const limits = { source: 1 << 18, sources: 4 << 20, cells: 2000 };

/** Reads a submission, whatever it is. */
export function readSubmission(file: string): Submission | Unreadable {
  const refuse = (en: string, zh: string): Unreadable => ({ unreadable: { en, zh } });
  let bytes: Buffer;
  try {
    const stat = fs.lstatSync(file);
    if (stat.isSymbolicLink()) {
      return refuse(
        'This is a link to another file. Submit the notebook itself.',
        '这是指向另一个文件的链接，请提交笔记本文件本身。',
      );
    }
    if (stat.isDirectory()) return refuse('This is a folder, not a notebook.', '这是一个文件夹，不是笔记本。');
    if (!stat.isFile()) return refuse('This is no ordinary file.', '这不是普通文件。');
    if (stat.size > largest) {
      const size = Math.round(stat.size / 2 ** 20);
      return refuse(
        `The file has ${size} MB; at most 256 MB are read. Clear its outputs.`,
        `文件有 ${size} MB，最多读取 256 MB。请先清除输出。`,
      );
    }
    bytes = readWhole(file, stat);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return refuse('There is no such file.', '文件不存在。');
    if (code === 'EACCES' || code === 'EPERM') return refuse('The file may not be read.', '没有读取该文件的权限。');
    return refuse(`The file cannot be read (${code}).`, `文件无法读取（${code}）。`);
  }
  return parseSubmission(bytes);
}

/** Reads the very file that was looked at, not one that took its place meanwhile. */
function readWhole(file: string, looked: fs.Stats): Buffer {
  const handle = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    const now = fs.fstatSync(handle);
    if (now.ino !== looked.ino || now.dev !== looked.dev) throw new Error('The file was exchanged.');
    return fs.readFileSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

export function parseSubmission(bytes: Buffer): Submission | Unreadable {
  const refuse = (en: string, zh: string): Unreadable => ({ unreadable: { en, zh } });
  const text = decode(bytes);
  if (text.trim() === '') return refuse('The file is empty.', '文件是空的。');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const at = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    const [en, zh] = line === undefined ? ['', ''] : [` It breaks off in line ${line}.`, `第 ${line} 行出错。`];
    return refuse(`The file is no notebook: it is not valid JSON.${en}`, `文件不是笔记本：不是有效的 JSON。${zh}`);
  }
  if (!isRecord(json)) return refuse('The file is no notebook: it holds no cells.', '文件不是笔记本：其中没有单元格。');
  const notes: Text[] = [];
  const { nbformat } = json;
  if (nbformat !== 4) {
    notes.push({
      en: `The notebook's format is ${shown(nbformat)}, not 4; it was read as well as possible.`,
      zh: `笔记本格式为 ${shown(nbformat)}，不是 4；已尽量读取。`,
    });
  }
  // Format 3 has its cells in worksheets.
  const lists = Array.isArray(json.cells) ? [json.cells] : worksheetCells(json.worksheets);
  const found = lists.flat();
  if (!lists.length) return refuse('The file is no notebook: it holds no cells.', '文件不是笔记本：其中没有单元格。');
  if (found.length > limits.cells) {
    notes.push({
      en: `The notebook has ${found.length} cells; only the first ${limits.cells} were read.`,
      zh: `笔记本有 ${found.length} 个单元格，只读取了前 ${limits.cells} 个。`,
    });
  }
  let room = limits.sources;
  const damaged: number[] = [];
  const cells = found.slice(0, limits.cells).flatMap((cell, i): SubmittedCell[] => {
    const read = readCell(cell, i + 1);
    if (!read) {
      damaged.push(i + 1);
      return [];
    }
    if (read.source.length > limits.source || (room -= read.source.length) < 0) {
      notes.push({
        en: `Cell ${i + 1} is too long (${read.source.length} characters) and was not read.`,
        zh: `第 ${i + 1} 个单元格过长（${read.source.length} 个字符），未读取。`,
      });
      return [{ ...read, source: '' }];
    }
    return [read];
  });
  if (damaged.length) {
    const [named, more] = [damaged.slice(0, 10).join(', '), damaged.length > 10 ? ', …' : ''];
    notes.push({
      en: `${damaged.length > 1 ? 'Cells' : 'Cell'} ${named}${more} cannot be read: not as a notebook's cells are. Left out.`,
      zh: `第 ${named}${more} 个单元格已损坏，已忽略。`,
    });
  }
  const meta = isRecord(json.metadata) && isRecord(json.metadata.genlab) ? json.metadata.genlab : {};
  return {
    cells,
    notes,
    ...(typeof meta.lesson === 'string' ? { lesson: meta.lesson } : {}),
    ...(meta.lang === 'en' || meta.lang === 'zh' ? { lang: meta.lang } : {}),
  };
}

/** UTF-8 with or without a mark, or UTF-16 with one, as some Windows editors save. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes); // drops the mark
}

function worksheetCells(worksheets: unknown): unknown[][] {
  if (!Array.isArray(worksheets)) return [];
  return worksheets.flatMap((sheet: unknown) => (isRecord(sheet) && Array.isArray(sheet.cells) ? [sheet.cells] : []));
}

function readCell(cell: unknown, number: number): SubmittedCell | undefined {
  if (!isRecord(cell)) return undefined;
  const text = cell.source ?? cell.input; // format 3 calls a code cell's source its input
  const lines = Array.isArray(text) ? text : [text];
  if (!lines.every((line): line is string => typeof line === 'string')) return undefined;
  const source = lines.join('').replace(/\r\n?/g, '\n');
  const type = cell.cell_type === 'markdown' || cell.cell_type === 'raw' ? cell.cell_type : 'code';
  const nbgrader = isRecord(cell.metadata) && isRecord(cell.metadata.nbgrader) ? cell.metadata.nbgrader : {};
  const gradeId = typeof nbgrader.grade_id === 'string' ? nbgrader.grade_id : undefined;
  return { type, source, number, marks: marksOf(cell.metadata), ...(gradeId === undefined ? {} : { gradeId }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 40);
