'use strict';
/* global document, window */
/**
 * Draws widgets in a page that has no ipywidgets: exported pages, and slides. Runs in the browser, as it stands.
 * Without `send` nobody calculates: the widgets show how things stood, and linked ones still move each other.
 */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- a page's script calls it
const genlabWidgets = (() => {
  /** @typedef {Record<string, any>} State */
  /** @type {Map<string, State>} */
  const states = new Map();
  /** @type {Map<string, Set<() => void>>} */
  const watchers = new Map();
  /** @type {((id: string, message: object) => void) | undefined} */
  let send;

  const idOf = (/** @type {string} */ reference) => reference.replace('IPY_MODEL_', '');

  /** @param {string} id @param {() => void} draw */
  function watch(id, draw) {
    const own = watchers.get(id) ?? new Set();
    own.add(draw);
    watchers.set(id, own);
    draw();
  }

  /** New values, from the kernel or from the person. @param {string} id @param {State} changes */
  function set(id, changes) {
    const state = states.get(id);
    if (!state) return;
    Object.assign(state, changes);
    for (const draw of watchers.get(id) ?? []) draw();
    if (!('value' in changes)) return;
    for (const { _model_name: name, source, target } of states.values()) {
      if (name !== 'LinkModel') continue;
      for (const [from, to] of [
        [source, target],
        [target, source],
      ]) {
        const other = idOf(to[0]);
        if (idOf(from[0]) === id && states.get(other)?.value !== changes.value) change(other, { value: changes.value });
      }
    }
  }

  /** The person has changed something. @param {string} id @param {State} changes */
  function change(id, changes) {
    set(id, changes);
    send?.(id, { method: 'update', state: changes, buffer_paths: [] });
  }

  /** @param {string} tag @param {State} [properties] @param {(Node | string)[]} children */
  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return /** @type {any} */ (made);
  }

  /** @param {string} id @param {State} state @param {any} control @param {any[]} more */
  function labelled(id, state, control, ...more) {
    const words = element('span', { className: 'gw-label' });
    const row = element('label', { className: 'gw-row', title: state.tooltip ?? '' }, words, control, ...more);
    watch(id, () => {
      words.textContent = state.description;
      words.hidden = !state.description;
      control.disabled = state.disabled === true;
      const { width } = states.get(idOf(state.layout ?? '')) ?? {};
      if (width) row.style.width = width;
    });
    return row;
  }

  const number = (/** @type {State} */ { readout_format: format, value }) => {
    const digits = /^\.(\d+)f$/.exec(format ?? '');
    return digits ? Number(value).toFixed(Number(digits[1])) : String(value);
  };

  /** @type {Record<string, (id: string, state: State) => any>} */
  const drawings = {
    Slider(id, state) {
      const range = element('input', { type: 'range', min: state.min, max: state.max, step: state.step });
      const shown = element('output');
      range.oninput = () => {
        if (state.continuous_update) change(id, { value: Number(range.value) });
        else shown.textContent = number({ ...state, value: Number(range.value) });
      };
      range.onchange = () => change(id, { value: Number(range.value) });
      watch(id, () => {
        range.value = state.value;
        shown.textContent = number(state);
      });
      return labelled(id, state, range, shown);
    },
    Dropdown(id, state) {
      const options = state._options_labels.map((/** @type {string} */ text) =>
        element('option', { textContent: text }),
      );
      const menu = element('select', {}, ...options);
      menu.onchange = () => change(id, { index: menu.selectedIndex });
      watch(id, () => (menu.selectedIndex = state.index));
      return labelled(id, state, menu);
    },
    ToggleButtons(id, state) {
      const buttons = state._options_labels.map((/** @type {string} */ text, /** @type {number} */ index) =>
        element('button', { type: 'button', textContent: text, onclick: () => change(id, { index }) }),
      );
      watch(id, () =>
        buttons.forEach((/** @type {any} */ one, /** @type {number} */ i) =>
          one.classList.toggle('gw-on', i === state.index),
        ),
      );
      return labelled(id, state, element('span', {}, ...buttons));
    },
    Button(id, state) {
      const click = () => send?.(id, { method: 'custom', content: { event: 'click' } });
      const button = element('button', { type: 'button', title: state.tooltip ?? '', onclick: click });
      watch(id, () => {
        button.textContent = state.description;
        button.disabled = state.disabled || !send;
        button.className = `gw-${state.button_style}`;
      });
      return button;
    },
    Progress(id, state) {
      const bar = element('progress');
      watch(id, () => Object.assign(bar, { max: state.max - state.min, value: state.value - state.min }));
      return labelled(id, state, bar);
    },
    Checkbox(id, state) {
      const box = element('input', { type: 'checkbox' });
      box.onchange = () => change(id, { value: box.checked });
      watch(id, () => (box.checked = state.value));
      return labelled(id, state, box);
    },
    Text(id, state) {
      const field = element('input', { type: 'text', placeholder: state.placeholder });
      const tell = () => change(id, { value: field.value });
      if (state.continuous_update) field.oninput = tell;
      field.onchange = tell;
      watch(id, () => (field.value = state.value));
      return labelled(id, state, field);
    },
    Label(id, state) {
      const words = element('span');
      watch(id, () => (words.textContent = state.value));
      return labelled(id, state, words);
    },
    HTML(id, state) {
      const words = element('div');
      watch(id, () => show(words, state.value));
      return labelled(id, state, words);
    },
    Play(id, state) {
      const button = element('button', { type: 'button' });
      let timer = 0;
      const next = () => {
        const last = state.value + state.step > state.max;
        if (last && !state.repeat) change(id, { playing: false });
        else change(id, { value: last ? state.min : state.value + state.step });
      };
      button.onclick = () => {
        const restart = !state.playing && state.value + state.step > state.max;
        change(id, { playing: !state.playing, ...(restart && { value: state.min }) });
      };
      watch(id, () => {
        button.textContent = state.playing ? '❚❚' : '▶';
        if (state.playing && !timer) timer = window.setInterval(next, state.interval);
        if (state.playing) return;
        clearInterval(timer);
        timer = 0;
      });
      return labelled(id, state, button);
    },
    Box(_, state) {
      const row = state._model_name === 'HBoxModel';
      return element(
        'div',
        { className: row ? 'gw-hbox' : 'gw-vbox' },
        ...state.children.map((/** @type {string} */ one) => draw(idOf(one))),
      );
    },
    Output(id, state) {
      const place = element('div', { className: 'gw-output' });
      let before = '';
      watch(id, () => {
        const now = JSON.stringify(state.outputs);
        if (now === before) return;
        before = now;
        place.style.minHeight = `${place.offsetHeight}px`; // or the page would jump
        place.replaceChildren();
        for (const output of state.outputs) place.append(drawOutput(output));
        setTimeout(() => (place.style.minHeight = ''), 300);
      });
      return place;
    },
  };
  const kinds = {
    IntSlider: 'Slider',
    FloatSlider: 'Slider',
    FloatProgress: 'Progress',
    IntProgress: 'Progress',
    HBox: 'Box',
    VBox: 'Box',
  };

  /** The widget as an element. @param {string} id */
  function draw(id) {
    const state = states.get(id);
    const name = String(state?._model_name).replace(/Model$/, '');
    const drawing = drawings[/** @type {Record<string, string>} */ (kinds)[name] ?? name];
    return state && drawing ? drawing(id, state) : element('span', { textContent: `(${name})` });
  }

  /** HTML with its scripts run. @param {any} place @param {string} html */
  function show(place, html) {
    place.innerHTML = html;
    for (const script of place.querySelectorAll('script')) {
      const live = document.createElement('script');
      for (const { name, value } of script.attributes) live.setAttribute(name, value);
      live.textContent = script.textContent;
      script.replaceWith(live);
    }
  }

  const textOf = (/** @type {unknown} */ text) => (Array.isArray(text) ? text.join('') : String(text ?? ''));
  // eslint-disable-next-line no-control-regex -- colours of a terminal
  const plain = (/** @type {string} */ text) => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');

  /** One output of a notebook. @param {State} output */
  function drawOutput({ output_type: type, name, text, data = {}, traceback }) {
    const place = element('div', { className: 'gw-piece' });
    const view = data['application/vnd.jupyter.widget-view+json'];
    const image = ['image/png', 'image/jpeg', 'image/gif'].find((one) => data[one]);
    if (type === 'stream') place.append(element('pre', { className: name, textContent: plain(textOf(text)) }));
    else if (type === 'error')
      place.append(element('pre', { className: 'error', textContent: plain(traceback.join('\n')) }));
    else if (view && states.has(view.model_id)) place.append(draw(view.model_id));
    else if (data['text/html'] ?? data['image/svg+xml'])
      show(place, textOf(data['text/html'] ?? data['image/svg+xml']));
    else if (image)
      place.append(element('img', { alt: '', src: `data:${image};base64,${textOf(data[image]).replace(/\s/g, '')}` }));
    else place.append(element('pre', { textContent: plain(textOf(data['text/plain'])) }));
    return place;
  }

  /** Draws every widget of an exported page: its states and views stand in scripts, as nbconvert writes them. */
  function drawPage() {
    for (const script of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
      for (const [id, { state }] of Object.entries(JSON.parse(script.textContent ?? '{}').state ?? {}))
        states.set(id, state);
    }
    for (const script of document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')) {
      const { model_id: id } = JSON.parse(script.textContent ?? '{}');
      if (states.has(id)) script.replaceWith(draw(id));
    }
  }

  return {
    states,
    set,
    drawOutput,
    drawPage,
    /** @param {(id: string, message: object) => void} to */
    connect: (to) => void (send = to),
  };
})();
