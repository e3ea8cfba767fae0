import fs from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { sourceMaps } from '../../setup/register.js';
import { codePicture } from '../picture';

/** A place in the text that a person wrote. Lines and columns are 1-based. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `cell 3`, for code of a cell. */
  readonly label?: string;
}

interface CellScript {
  readonly label: string;
  readonly source: string;
  readonly map: string;
  /** Characters that were put in front of the source before it was compiled. */
  readonly shift: number;
}

const cells = new Map<string, CellScript>();
const parsed = new Map<string, { text: string; map: SourceMap }>();
const kernelFolder = path.resolve(__dirname, '..');
const setupFolder = path.resolve(kernelFolder, '..', 'setup');

export const registerCell = (file: string, cell: CellScript): void => void cells.set(file, cell);

/** Takes a position in JavaScript back to the TypeScript that it came from. */
export function originalPlace(file: string, line: number, column: number): Omit<Frame, 'name'> {
  const cell = cells.get(file);
  const text = cell?.map ?? sourceMaps.get(file);
  const label = cell ? { label: cell.label } : {};
  if (!text) return { file, line, column, ...label };
  let known = parsed.get(file);
  if (known?.text !== text) {
    known = { text, map: new SourceMap(JSON.parse(text)) };
    parsed.set(file, known);
  }
  const entry = known.map.findEntry(line - 1, column - 1);
  if (!('originalLine' in entry)) return { file, line, column, ...label };
  const shift = entry.originalLine === 0 ? (cell?.shift ?? 0) : 0;
  return { file, line: entry.originalLine + 1, column: Math.max(1, entry.originalColumn + 1 - shift), ...label };
}

/** Frames of the kernel itself and of Node's insides say nothing to the person at the notebook. */
const isHidden = (file: string): boolean =>
  !file ||
  file.startsWith('node:') ||
  file.startsWith(kernelFolder + path.sep) ||
  file.startsWith(setupFolder + path.sep);

function frameOf(site: NodeJS.CallSite): Frame | undefined {
  const script = site.getFileName() || site.getScriptNameOrSourceURL();
  if (!script || isHidden(script)) return undefined;
  const file = script.startsWith('file://') ? decodeURIComponent(new URL(script).pathname) : script;
  const type = site.getTypeName();
  const method = site.getFunctionName() ?? site.getMethodName() ?? '';
  const owner = type && type !== 'Object' && type !== 'global' && !method.includes('.') ? `${type}.` : '';
  const name = `${site.isAsync?.() ? 'async ' : ''}${site.isConstructor() ? 'new ' : owner}${method}`;
  return {
    name: method ? name : '',
    ...originalPlace(file, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1),
  };
}

const framesOf = new WeakMap<object, readonly Frame[]>();

/** `cell 3:2:5` or `../lib/x.ts:2:5`. */
export function placeOf(frame: Omit<Frame, 'name'>): string {
  const relative = path.relative(process.cwd(), frame.file);
  const name = frame.label ?? (relative.length < frame.file.length ? relative : frame.file);
  return `${name}:${frame.line}:${frame.column}`;
}

export const frameLine = (frame: Frame): string =>
  frame.name ? `    at ${frame.name} (${placeOf(frame)})` : `    at ${placeOf(frame)}`;

/** From here on every `error.stack` shows places in TypeScript and cells, and nothing of the kernel. */
export function installStackTraces(): void {
  Error.stackTraceLimit = 25;
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.flatMap((site) => frameOf(site) ?? []);
    framesOf.set(error, frames);
    let title: string;
    try {
      title = Error.prototype.toString.call(error);
    } catch {
      title = 'Error';
    }
    return [title, ...frames.map(frameLine)].join('\n');
  };
}

export function stackFrames(error: Error): readonly Frame[] {
  void error.stack; // is made when first read
  return framesOf.get(error) ?? [];
}

function sourceOf(frame: Omit<Frame, 'name'>): string | undefined {
  const cell = cells.get(frame.file);
  if (cell) return cell.source;
  try {
    return fs.readFileSync(frame.file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The lines around a place, the one at hand marked. */
export function codeFrame(frame: Omit<Frame, 'name'>): string[] {
  const source = sourceOf(frame);
  return source === undefined ? [] : codePicture(source, frame);
}
