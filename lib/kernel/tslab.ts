/**
 * `import * as tslab from 'tslab'` in a cell: the display functions of the TypeScript kernel of that name, so that notebooks
 * written for it run unchanged, and `clearOutput`.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version strings of the kernel and what it stands on. */
export const versions: { tslab: string; typescript: string; node: string } = {
  tslab: versionOf(path.resolve(__dirname, '..', '..', 'package.json')),
  typescript: versionOf(require.resolve('typescript/package.json')),
  node: process.version,
};

export interface Display {
  javascript(code: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  /** Any MIME type; bytes are sent as base64. */
  raw(contentType: string, content: string | Uint8Array): void;
}

type Show = (data: Record<string, unknown>, options?: { displayId?: string; update?: boolean }) => void;

function kernelFunction<T>(name: string): T {
  const found: unknown = Reflect.get(globalThis, Symbol.for(name));
  if (typeof found !== 'function') throw new Error('tslab displays only inside a notebook.');
  return found as T;
}

function displayOf(displayId?: string): Display {
  let shown = false;
  const raw = (contentType: string, content: string | Uint8Array): void => {
    const options = displayId === undefined ? {} : { displayId, update: shown };
    kernelFunction<Show>('jupyter.display')({ [contentType]: content }, options);
    shown = true;
  };
  return {
    javascript: (code) => raw('text/javascript', code),
    html: (text) => raw('text/html', text),
    markdown: (text) => raw('text/markdown', text),
    latex: (text) => raw('text/latex', text),
    svg: (text) => raw('image/svg+xml', text),
    png: (bytes) => raw('image/png', bytes),
    jpeg: (bytes) => raw('image/jpeg', bytes),
    gif: (bytes) => raw('image/gif', bytes),
    pdf: (bytes) => raw('application/pdf', bytes),
    text: (text) => raw('text/plain', text),
    raw,
  };
}

/** Shows rich content under the cell. */
export const display: Display = displayOf();

/** A display that overwrites what it showed before. */
export const newDisplay = (): Display => displayOf(randomUUID());

/** Empties the cell's output. @param wait only when the next output comes, so that nothing flickers */
export function clearOutput(wait = false): void {
  kernelFunction<(wait: boolean) => void>('jupyter.clear')(wait);
}

function versionOf(file: string): string {
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
