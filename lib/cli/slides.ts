import type { Lang } from '../lesson';
import { cellHtml, escapeHtml, type SavedCell, type SavedNotebook, style, textOf } from './page';

interface Slide {
  /** `step`: how many key presses after the slide itself this piece appears. */
  readonly pieces: { readonly cell: SavedCell; readonly step: number }[];
  readonly notes: SavedCell[];
}

const typeOf = ({ metadata }: SavedCell): unknown =>
  (metadata?.slideshow as { readonly slide_type?: unknown } | null | undefined)?.slide_type;

/**
 * Cells by slides, as Jupyter's own slide types say: a slide or subslide starts one, a fragment appears at a key press, notes
 * are for the speaker. A notebook that says nothing of slides has one for each heading down to level 3.
 */
export function slidesOf({ cells }: SavedNotebook): Slide[] {
  const isMarked = cells.some((cell) => ['slide', 'subslide'].includes(String(typeOf(cell))));
  const starts = (cell: SavedCell): boolean =>
    isMarked
      ? ['slide', 'subslide'].includes(String(typeOf(cell)))
      : cell.cell_type === 'markdown' && /^#{1,3} /.test(textOf(cell.source));
  const slides: Slide[] = [];
  let step = 0;
  for (const cell of cells) {
    const type = typeOf(cell);
    if (type === 'skip') continue;
    if (slides.length === 0 || starts(cell)) {
      slides.push({ pieces: [], notes: [] });
      step = 0;
    }
    const slide = slides[slides.length - 1];
    if (type === 'notes') slide.notes.push(cell);
    else slide.pieces.push({ cell, step: type === 'fragment' ? ++step : step });
  }
  return slides.filter(({ pieces }) => pieces.length > 0);
}

/** Of a cell that is there for its figure, a slide shows the figure; the code is a click away. */
export const isFigure = ({ cell_type: kind, metadata, source }: SavedCell): boolean =>
  typeof (metadata?.genlab as { readonly figure?: unknown } | null | undefined)?.figure === 'string' ||
  (kind === 'code' && /\bshow\(/.test(textOf(source)));

export const folded = (code: string, lang: Lang): string =>
  `<details><summary>${lang === 'zh' ? '代码' : 'code'}</summary>${code}</details>`;

/** A notebook as slides in one file that needs no network: arrow keys move, `s` shows the notes, `f` fills the screen. */
export function slidesPage(notebook: SavedNotebook, title: string): string {
  const { lang = 'en' } = (notebook.metadata?.genlab ?? {}) as { readonly lang?: Lang };
  const slides = slidesOf(notebook).map(({ pieces, notes }) => {
    const body = pieces.map(({ cell, step }) => `<div data-step="${step}">${slideHtml(cell, lang)}</div>`).join('\n');
    const said = notes.length > 0 ? `<aside>${notes.map(cellHtml).join('\n')}</aside>` : '';
    return `<article class="slide">\n${body}\n${said}</article>`;
  });
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}${slideStyle}</style>
</head>
<body>
${slides.join('\n')}
${brought(notebook)}
<footer></footer>
<script>${script}</script>
</body>
</html>
`;
}

/** Plotly comes with the first chart of a notebook; where that is on no slide, the charts that are must have it all the same. */
function brought(notebook: SavedNotebook): string {
  const shown = new Set(slidesOf(notebook).flatMap(({ pieces }) => pieces.map(({ cell }) => cell)));
  return notebook.cells
    .filter((cell) => !shown.has(cell))
    .flatMap(
      ({ outputs = [] }) =>
        outputs as readonly { readonly data?: { readonly 'text/html'?: string | readonly string[] } }[],
    )
    .map(({ data }) => textOf(data?.['text/html']))
    .filter((html) => html.includes('genlabFigures.provide('))
    .map((html) => `<div hidden>${html}</div>`)
    .join('\n');
}

const slideHtml = (cell: SavedCell, lang: Lang): string =>
  isFigure(cell)
    ? cellHtml(cell).replace(/<section class="code">[^]*?<\/section>/, (code) => folded(code, lang))
    : cellHtml(cell);

const slideStyle = `
.slide { box-sizing: border-box; max-width: 72rem; margin: 0 auto; padding: 2rem 3rem; }
.live { overflow: hidden; font-size: clamp(16px, 1.9vw, 30px); }
.live pre { font-size: 0.8em; }
.live .slide { display: none; height: 100vh; overflow: auto; }
.live .slide.current { display: block; }
.live .waiting { visibility: hidden; }
.slide img, .slide svg { max-height: 70vh; }
summary { font-size: 0.6em; color: #57606a; cursor: pointer; }
aside { display: none; border-top: 1px solid #d0d7de; margin-top: 1rem; font-size: 0.7em; color: #57606a; }
.notes aside { display: block; }
footer { position: fixed; right: 1rem; bottom: 0.6rem; color: #57606a; font-size: 14px; }
@media print { .slide { display: block !important; height: auto !important; break-after: page; } footer { display: none; }
  .live .waiting { visibility: visible; } .live { overflow: visible; } }
`;

/** Runs in the browser. The place is kept in the address, so that a reload stays on the slide. */
const script = `
const slides = [...document.querySelectorAll('.slide')];
const steps = (slide) => Math.max(0, ...[...slide.querySelectorAll('[data-step]')].map((piece) => Number(piece.dataset.step)));
let [at, step] = [0, 0];
function go(slide, shown) {
  at = Math.min(Math.max(slide, 0), slides.length - 1);
  step = Math.min(Math.max(shown, 0), steps(slides[at]));
  slides.forEach((each, i) => each.classList.toggle('current', i === at));
  for (const piece of slides[at].querySelectorAll('[data-step]')) {
    piece.classList.toggle('waiting', Number(piece.dataset.step) > step);
  }
  document.querySelector('footer').textContent = (at + 1) + ' / ' + slides.length;
  history.replaceState(null, '', '#' + (at + 1));
}
const next = () => (step < steps(slides[at]) ? go(at, step + 1) : at < slides.length - 1 && go(at + 1, 0));
const back = () => (step > 0 ? go(at, step - 1) : at > 0 && go(at - 1, Infinity));
const keys = { ArrowRight: next, PageDown: next, ' ': next, ArrowLeft: back, PageUp: back,
  Home: () => go(0, 0), End: () => go(slides.length - 1, Infinity),
  s: () => document.body.classList.toggle('notes'),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()) };
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
addEventListener('hashchange', () => go(Number(location.hash.slice(1)) - 1 || 0, 0));
document.body.classList.add('live');
go(Number(location.hash.slice(1)) - 1 || 0, 0);
`;
