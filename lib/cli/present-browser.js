'use strict';
/* global document, location, window, Event, EventSource, URLSearchParams, requestAnimationFrame, Reveal, RevealNotes, genlabWidgets, given */
/** Runs in the page of `genlab present`: sends code to the kernel, and shows what comes back. */

const token = new URLSearchParams(location.search).get('token') ?? '';
/** @param {string} what @param {object} body */
const post = (what, body) => fetch(`/${what}?token=${token}`, { method: 'POST', body: JSON.stringify(body) });

/** @typedef {{ list: any[], clearNext: boolean }} Shown */
/** @type {Map<number, Shown>} */
const shown = new Map();
/** @param {number} cell @returns {any} */
const cellAt = (cell) => document.querySelector(`[data-cell="${cell}"]`);

/** Draws what a cell has put out; pieces that have not changed stay, so that a figure keeps its zoom. @param {number} cell */
function draw(cell) {
  const place = cellAt(cell)?.querySelector('.shown');
  const { list } = shown.get(cell) ?? { list: [] };
  if (!place) return bring(list);
  list.forEach((output, i) => {
    const text = JSON.stringify(output);
    const old = place.children[i];
    if (old?.drawnFrom === text) return;
    const made = Object.assign(genlabWidgets.drawOutput({ ...output }), { drawnFrom: text });
    if (old) old.replaceWith(made);
    else place.append(made);
  });
  while (place.children.length > list.length) place.lastChild.remove();
}

const offstage = document.body.appendChild(Object.assign(document.createElement('div'), { hidden: true }));
const brought = new WeakSet();
/** Of a cell that is on no slide, only what it brings for others: plotly comes with the first chart of a notebook. @param {any[]} list */
function bring(list) {
  for (const output of list) {
    const html = [output.data?.['text/html'] ?? ''].flat().join('');
    if (brought.has(output) || !html.includes('genlabFigures.provide(')) continue;
    brought.add(output);
    offstage.append(genlabWidgets.drawOutput({ ...output }));
  }
}

/** @type {Set<number>} */
const dirty = new Set();
/** Once a frame: a loop may print thousands of lines. @param {number} cell */
function later(cell) {
  if (dirty.size === 0)
    requestAnimationFrame(() => {
      [...dirty].forEach((one) => dirty.delete(one) && draw(one));
      fit();
    });
  dirty.add(cell);
}

/** @param {number} cell */
function outputsOf(cell) {
  const one = shown.get(cell) ?? { list: [], clearNext: false };
  shown.set(cell, one);
  return one;
}

/** @param {number} cell @param {any} output */
function add(cell, output) {
  const one = outputsOf(cell);
  if (one.clearNext) one.list = [];
  one.clearNext = false;
  const last = one.list.at(-1);
  if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name)
    last.text += output.text;
  else one.list.push(output);
}

/** @param {{ cell: number | null, kind: string, content: any }} news */
function take({ cell, kind, content }) {
  if (kind === 'comm_open') return genlabWidgets.states.set(content.comm_id, content.data.state);
  if (kind === 'comm_msg')
    return content.data.method === 'update' && genlabWidgets.set(content.comm_id, content.data.state);
  if (kind === 'lost')
    return Object.assign(document.body.appendChild(document.createElement('p')), {
      className: 'lost',
      textContent: `${given.words.lost}: ${content.why}`,
    });
  if (cell === null || kind === 'comm_close') return;
  if (kind === 'waits' || kind === 'starts' || kind === 'ends') {
    const element = cellAt(cell);
    if (!element) return;
    if (kind === 'ends') delete element.dataset.state;
    else element.dataset.state = kind;
    element.querySelector('.run').textContent =
      kind === 'ends' ? '▶' : kind === 'waits' ? given.words.waits : given.words.runs;
    if (kind === 'starts') outputsOf(cell).clearNext = true;
    if (kind === 'ends' && outputsOf(cell).clearNext) shown.set(cell, { list: [], clearNext: false });
  } else if (kind === 'stream') add(cell, { output_type: 'stream', ...content });
  else if (kind === 'error') add(cell, { output_type: 'error', ...content });
  else if (kind === 'clear_output') {
    if (content.wait) outputsOf(cell).clearNext = true;
    else shown.set(cell, { list: [], clearNext: false });
  } else if (kind === 'update_display_data') {
    for (const [other, { list }] of shown) {
      for (const output of list) {
        if (output.id !== content.transient.display_id) continue;
        output.data = content.data;
        later(other);
      }
    }
    return;
  } else add(cell, { output_type: 'display_data', data: content.data, id: content.transient?.display_id });
  later(cell);
}

/** @param {number} cell */
function run(cell) {
  /** @type {Record<string, string>} */
  const sources = {};
  for (const one of document.querySelectorAll('[data-cell]')) {
    const { dataset } = /** @type {HTMLElement} */ (one);
    sources[String(dataset.cell)] = /** @type {HTMLElement} */ (one.querySelector('.source')).innerText;
  }
  void post('run', { cell, sources });
}

for (const element of document.querySelectorAll('[data-cell]')) {
  const cell = Number(/** @type {HTMLElement} */ (element).dataset.cell);
  const source = /** @type {HTMLElement} */ (element.querySelector('.source'));
  const button = /** @type {HTMLElement} */ (element.querySelector('.run'));
  const isBusy = () => element.hasAttribute('data-state');
  button.title = given.words.run;
  button.onclick = () => (isBusy() ? void post('interrupt', {}) : run(cell));
  source.onkeydown = (event) => {
    event.stopPropagation(); // arrow keys move the cursor, not the slides
    if (event.key === 'Enter' && event.shiftKey) {
      event.preventDefault();
      run(cell);
    } else if (event.key === 'Escape') {
      if (isBusy()) void post('interrupt', {});
      source.blur();
    }
  };
}
// A slider's arrow keys and a field's letters are its own.
document.querySelector('.slides')?.addEventListener('keydown', (event) => {
  if (/** @type {HTMLElement} */ (event.target).matches('input, select, textarea, button')) event.stopPropagation();
});

for (const [id, { state }] of Object.entries(given.states)) genlabWidgets.states.set(id, state);
for (const [cell, outputs] of Object.entries(given.outputs)) {
  for (const output of outputs) add(Number(cell), output);
  draw(Number(cell));
}
genlabWidgets.connect(
  (/** @type {string} */ id, /** @type {object} */ message) => void post('widget', { id, message }),
);
new EventSource(`/news?token=${token}`).onmessage = ({ data }) => take(JSON.parse(data));

/** A figure is never cut off: what a slide's cells have put out shrinks until all of the slide is seen, to a third at most. */
function fit() {
  const sheet = Reveal.getCurrentSlide()?.querySelector('.sheet');
  if (!sheet) return;
  /** @type {any[]} */
  const outputs = [...sheet.querySelectorAll('.shown')];
  for (const output of outputs) output.style.zoom = '';
  for (let scale = 1; sheet.scrollHeight > sheet.clientHeight + 1 && scale > 0.36;) {
    scale -= 0.05;
    for (const output of outputs) output.style.zoom = String(scale);
  }
}

void Reveal.initialize({
  hash: true,
  slideNumber: 'c/t',
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  transition: 'none',
  plugins: [RevealNotes],
}).then(() => {
  Object.assign(window, { genlabReady: true });
  window.dispatchEvent(new Event('resize')); // figures that were drawn on a hidden slide
  fit();
});
Reveal.on('slidechanged', () => {
  window.dispatchEvent(new Event('resize'));
  fit();
});
