import fs from 'node:fs';
import path from 'node:path';
import type { Lang } from '../lesson';
import { cellHtml, codeHtml, escapeHtml, type SavedCell, type SavedNotebook, style, textOf } from './page';
import { folded, isFigure, slidesOf } from './slides';

const read = (file: string): string => fs.readFileSync(file, 'utf8');
const reveal = (file: string): string => read(path.join(path.dirname(require.resolve('reveal.js')), file));
const widgets = (file: string): string => read(path.join(__dirname, '..', 'widgets', file));
/** Reveal takes every section inside a slide for a slide below it. */
const still = (cell: SavedCell): string => cellHtml(cell).replace(/<(\/?)section\b/g, '<$1div');
/** Text that cannot end the script it stands in. */
const script = (code: string): string => `<script>${code.replace(/<\/script/gi, '<\\/script')}</script>`;
const json = (value: unknown): string => JSON.stringify(value).replace(/</g, '\\u003c');

const words = {
  en: { run: 'Run (Shift+Enter)', runs: 'runs…', waits: 'waits…', lost: 'The kernel was lost' },
  zh: { run: '运行（Shift+Enter）', runs: '运行中…', waits: '等待中…', lost: '内核已丢失' },
};

/** Slides whose code runs: one page that holds all it needs. */
export function presentPage(notebook: SavedNotebook, { title, lang }: { title: string; lang: Lang }): string {
  const { cells } = notebook;
  const slides = slidesOf(notebook).map(({ pieces, notes }) => {
    const body = pieces.map(({ cell, step }) => piece(cell, cells.indexOf(cell), step, lang)).join('\n');
    const said = notes.length > 0 ? `<aside class="notes">${notes.map(still).join('\n')}</aside>` : '';
    return `<section><div class="sheet">${body}</div>${said}</section>`;
  });
  const outputs = Object.fromEntries(cells.flatMap(({ outputs }, i) => (outputs?.length ? [[i, outputs]] : [])));
  const saved = notebook.metadata?.widgets as Record<string, { state?: unknown }> | undefined;
  const states = saved?.['application/vnd.jupyter.widget-state+json']?.state ?? {};
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${reveal('reveal.css')}</style>
<style>${style}${widgets('page.css')}${look}</style>
</head>
<body>
<div class="reveal"><div class="slides">
${slides.join('\n')}
</div></div>
${script(reveal('reveal.js'))}
${script(reveal('plugin/notes.js'))}
${script(widgets('page.js'))}
<script>const given = ${json({ outputs, states, words: words[lang] })};</script>
${script(read(path.join(__dirname, 'present-browser.js')))}
</body>
</html>
`;
}

function piece(cell: SavedCell, index: number, step: number, lang: Lang): string {
  const fragment = step > 0 ? ` fragment" data-fragment-index="${step - 1}` : '';
  if (cell.cell_type !== 'code') return `<div class="piece${fragment}">${still(cell)}</div>`;
  const source = `<pre class="source" contenteditable="plaintext-only" spellcheck="false">${codeHtml(textOf(cell.source))}</pre>`;
  const code = isFigure(cell) ? folded(source, lang) : source;
  return `<div class="piece cell${fragment}" data-cell="${index}">${code}<button class="run" type="button">▶</button><div class="shown"></div></div>`;
}

const look = `
html, body { height: 100%; }
.reveal { font-size: 26px; }
.reveal .slides { text-align: left; }
.reveal .slides > section { height: 100%; padding: 0 !important; }
.sheet { box-sizing: border-box; max-width: 1280px; max-height: 720px; overflow: hidden auto; padding: 12px 40px; scrollbar-width: thin; }
.sheet h1 { font-size: 1.9em; line-height: 1.15; } .sheet h2 { font-size: 1.45em; } .sheet h3 { font-size: 1.15em; }
.sheet h1, .sheet h2, .sheet h3 { margin: 0 0 0.4em; }
.sheet pre { font-size: 18px; }
.sheet table { font-size: 0.8em; }
.cell { position: relative; margin: 0.6em 0; }
.source { background: #f6f8fa; border-left: 4px solid #0072b2; padding: 12px 56px 12px 16px !important; outline: none;
  max-height: 470px; overflow: auto; white-space: pre; tab-size: 2; }
.cell details > summary { font-size: 15px; color: #57606a; cursor: pointer; padding: 2px 0; }
.source:focus { box-shadow: inset 0 0 0 2px #0072b2; }
.run { position: absolute; right: 10px; top: 10px; font-size: 15px; border: 1px solid #8c959f; border-radius: 4px;
  background: #fff; color: #0072b2; cursor: pointer; padding: 2px 10px; }
.cell[data-state] .run { color: #57606a; }
.cell[data-state='starts'] .source { border-left-color: #e69f00; }
.shown { font-size: 20px; } .shown img, .shown svg { max-width: 100%; height: auto; }
.shown pre { white-space: pre-wrap; padding: 4px 16px; max-height: 420px; overflow: auto; }
.shown pre.error, .shown pre.stderr { background: #fff1ef; }
/* The number of the slide lies on the arrows unless it is moved. */
.reveal .slide-number { right: 110px; }
/* A slide of words alone has room to breathe. */
.sheet:not(:has(.cell)) li { line-height: 1.35; margin: 0.3em 0; }
.lost { position: fixed; left: 20px; bottom: 12px; color: #a40e26; font-size: 16px; z-index: 9; }
`;
