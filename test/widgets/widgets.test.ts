import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../lib/errors';
import { FakeKernel } from './kernel';

const kernel = new FakeKernel();
let widgets: typeof import('../../lib/widgets');
beforeEach(async () => {
  kernel.lines.length = 0;
  kernel.shown.length = 0;
  kernel.install();
  widgets = await import('../../lib/widgets');
});
afterEach(() => kernel.remove());

interface Golden {
  readonly cases: Readonly<Record<string, { state: Record<string, unknown>; style?: Record<string, unknown> }>>;
}
const golden: Golden = JSON.parse(readFileSync(path.join(import.meta.dirname, '../golden/widgets.json'), 'utf8'));

/** Where we choose something else than ipywidgets, on purpose. */
const ours: Readonly<Record<string, Record<string, unknown>>> = {
  IntSlider: {},
  FloatSlider: { readout_format: '.1f' },
  Checkbox: { indent: false },
  FloatProgress: { max: 1 },
};

describe('the state of each widget is that of ipywidgets', () => {
  const make: Readonly<Record<string, () => unknown>> = {
    IntSlider: () => widgets.slider(),
    FloatSlider: () => widgets.slider({ step: 0.1 }),
    Dropdown: () => widgets.dropdown({ options: ['a'] }),
    ToggleButtons: () => widgets.toggleButtons({ options: ['a'] }),
    Button: () => widgets.button(),
    FloatProgress: () => widgets.progress(),
    Output: () => widgets.output(),
    Checkbox: () => widgets.checkbox(),
    Text: () => widgets.text(),
    Label: () => widgets.label(''),
    HTML: () => widgets.html(''),
    HBox: () => widgets.hbox(),
    VBox: () => widgets.vbox(),
    Play: () => widgets.play(),
    Link: () => widgets.link(widgets.slider(), widgets.play()),
    Layout: () => widgets.slider(),
  };
  const plain = (state: Record<string, unknown>): unknown =>
    JSON.parse(JSON.stringify(state).replace(/IPY_MODEL_[\w-]*/g, 'IPY_MODEL_'));

  it.each(Object.keys(golden.cases))('%s', (name) => {
    make[name]();
    const { target, metadata, state } = kernel.of(name);
    expect({ target, metadata }).toEqual({ target: 'jupyter.widget', metadata: { version: '2.1.0' } });
    const expected = { ...golden.cases[name].state, ...ours[name] };
    // ipywidgets shows the first of a Dropdown's options only when told to; it has no value without.
    expect(plain(state)).toEqual('index' in expected ? { ...expected, index: 0 } : expected);
    const { style } = golden.cases[name];
    if (!style) return;
    const found = kernel.lines.find(({ id }) => state.style === `IPY_MODEL_${id}`);
    expect(plain(found?.state ?? {})).toEqual(
      'description_width' in style ? { ...style, description_width: 'initial' } : style,
    );
  });
});

describe('values', () => {
  it('go to the front end and come from it, which is told to the page in a second window too', () => {
    const beta = widgets.slider({ min: 0, max: 4, step: 0.1, value: 1, label: 'β' });
    const heard: number[][] = [];
    const stop = beta.onChange((value, before) => heard.push([value, before]));
    beta.value = 2;
    expect(kernel.of('FloatSlider').sent.at(-1)).toMatchObject({ method: 'update', state: { value: 2 } });
    kernel.move('FloatSlider', { value: 2.5 });
    expect(beta.value).toBe(2.5);
    expect(kernel.of('FloatSlider').sent.at(-1)).toMatchObject({ method: 'echo_update', state: { value: 2.5 } });
    stop();
    kernel.move('FloatSlider', { value: 3 });
    expect(heard).toEqual([
      [2, 1],
      [2.5, 2],
    ]);
  });

  it('that cannot be are refused: by an error here, by the old value there', () => {
    const n = widgets.slider({ min: 1, max: 8 });
    expect(() => (n.value = 9)).toThrow(new UserError('slider: value is 9; it must lie between 1 and 8.'));
    expect(() => (n.value = 1.5)).toThrow('slider: value is 1.5; it must be a whole number.');
    kernel.move('IntSlider', { value: 99, surprise: true });
    expect(n.value).toBe(1);
    expect(kernel.seen('IntSlider')).toMatchObject({ value: 1 });
    expect(kernel.seen('IntSlider')).not.toHaveProperty('surprise');
  });

  it.each([
    [() => widgets.slider({ min: 3, max: 3 }), 'slider: min is 3 and max is 3; min must be less than max.'],
    [() => widgets.slider({ max: NaN }), 'slider: max is NaN; it must be a finite number.'],
    [() => widgets.slider({ step: 0 }), 'slider: step is 0; it must be greater than 0.'],
    [() => widgets.progress({ value: 2 }), 'progress: value is 2; it must lie between 0 and 1.'],
    [() => widgets.dropdown({ options: [] }), 'dropdown: options is empty; it needs at least one.'],
    [() => widgets.dropdown({ options: ['a'], value: 'b' as 'a' }), "it must be one of 'a'."],
    [() => widgets.interact(() => 0, { x: { y: 1 } }), 'interact: x is {"y":1}; it must be a widget'],
  ])('%s names what is wrong', (make, message) => {
    expect(make).toThrow(UserError);
    expect(make).toThrow(message);
  });

  it('of a menu are of any type, by their names', () => {
    const [small, large] = [{ size: 1 }, { size: 2 }];
    const menu = widgets.dropdown({ options: { small, large }, label: 'size' });
    kernel.move('Dropdown', { index: 1 });
    expect(menu.value).toBe(large);
    expect(menu.text).toBe('choice size = large (of small, large)');
    kernel.move('Dropdown', { index: 7 });
    expect(menu.value).toBe(large);
  });

  it('have digits enough to tell two steps apart', () => {
    const formats = [1 / 3, 0.25, 0.1, 0.01, 1e-4, 2.5].map((step) => {
      widgets.slider({ min: 0, max: 1e3, step });
      return kernel.of('FloatSlider').state.readout_format;
    });
    expect(formats).toEqual(['.2f', '.2f', '.1f', '.2f', '.4f', '.1f']);
  });

  it('reach a front end that comes later', () => {
    const box = widgets.checkbox({ label: 'noise' });
    box.value = true;
    const control = { sent: [] as Record<string, Record<string, { state: object }>>[] };
    const comm = { id: 'c', send: (data: never) => void control.sent.push(data), close: () => undefined };
    kernel.targets.get('jupyter.widget.control')?.(comm);
    (comm as { onMessage?: (m: object) => void }).onMessage?.({ data: { method: 'request_states' } });
    const { states } = control.sent[0];
    expect(states[kernel.of('Checkbox').id]).toMatchObject({ model_name: 'CheckboxModel', state: { value: true } });
    const length = kernel.of('Checkbox').sent.length;
    kernel.of('Checkbox').onMessage?.({ data: { method: 'request_state' } });
    expect(kernel.of('Checkbox').sent[length]).toMatchObject({ method: 'update', state: { value: true } });
    box.close();
    expect(kernel.of('Checkbox').closed).toBe(true);
  });
});

it('shows itself, with words for front ends that know no widgets', () => {
  const column = widgets.vbox(
    widgets.slider({ label: 'steps', max: 50, value: 20 }),
    widgets.checkbox({ label: 'fast' }),
  );
  column.show();
  expect(kernel.shown).toEqual([
    {
      'text/plain': 'slider steps = 20 (0 … 50)\n[ ] fast',
      'application/vnd.jupyter.widget-view+json': {
        version_major: 2,
        version_minor: 0,
        model_id: kernel.of('VBox').id,
      },
    },
  ]);
});

it('keeps values where there is no kernel', () => {
  kernel.remove();
  const seen: number[] = [];
  const { controls } = widgets.interact(({ x }) => void seen.push(x), { x: [0, 10] });
  controls.x.value = 4;
  expect(seen).toEqual([0, 4]);
});

const ticks = async (count = 10): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe('callbacks that take long', () => {
  it('get the latest of the values that came meanwhile', async () => {
    const x = widgets.slider();
    const began: number[] = [];
    let finish = (): void => undefined;
    x.onChange(async (value) => {
      began.push(value);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    const done = kernel.move('IntSlider', { value: 1 });
    for (const value of [2, 3, 4]) void kernel.move('IntSlider', { value });
    expect(began).toEqual([1]);
    finish();
    await ticks();
    expect(began).toEqual([1, 4]);
    finish();
    await done;
  });

  it('of a button: it cannot be pressed meanwhile', async () => {
    const go = widgets.button({ label: 'Go' });
    let count = 0;
    let finish = (): void => undefined;
    go.onClick(async () => {
      count++;
      await new Promise<void>((resolve) => (finish = resolve));
    });
    const done = kernel.click();
    expect(kernel.seen('Button')).toMatchObject({ disabled: true });
    kernel.click();
    expect(count).toBe(1);
    finish();
    await done;
    expect(kernel.seen('Button')).toMatchObject({ disabled: false });
    kernel.click();
    expect(count).toBe(2);
  });
});

describe('output', () => {
  it('takes what is printed, shown and thrown, each kind as a notebook keeps it', () => {
    const place = widgets.output();
    const result = place.capture(() => {
      kernel.print('one\n');
      kernel.print('two\n');
      kernel.put('display_data', { data: { 'text/plain': 'bar 1' }, metadata: {}, transient: { display_id: 'p' } });
      kernel.put('update_display_data', {
        data: { 'text/plain': 'bar 2' },
        metadata: {},
        transient: { display_id: 'p' },
      });
      return 7;
    });
    expect(result).toBe(7);
    expect(kernel.seen('Output').outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'one\ntwo\n' },
      { output_type: 'display_data', data: { 'text/plain': 'bar 2' }, metadata: {} },
    ]);
    place.clear();
    place.capture(() => {
      throw new RangeError('too far');
    });
    expect(kernel.seen('Output').outputs).toEqual([
      { output_type: 'error', ename: 'RangeError', evalue: 'too far', traceback: [] },
    ]);
    expect(place.text).toBe('RangeError: too far');
  });

  it('tells the page while code runs that never yields', () => {
    const place = widgets.output();
    place.capture(() => {
      for (const end = Date.now() + 400; Date.now() < end;) kernel.print('.');
      expect(kernel.of('Output').sent.length).toBeGreaterThan(0);
    });
  });
});

describe('interact', () => {
  const shown = (): unknown => kernel.seen('Output').outputs;

  it('runs at once and at every change, and replaces what was there', async () => {
    const demo = widgets.interact(({ n, word }) => kernel.print(`${word} ${n}`), { n: [0, 10], word: ['a', 'b'] });
    expect(shown()).toMatchObject([{ text: 'a 0' }]);
    kernel.move('IntSlider', { value: 3 });
    kernel.move('Dropdown', { index: 1 });
    expect(shown()).toMatchObject([{ text: 'b 3' }]);
    expect(demo.values).toEqual({ n: 3, word: 'b' });
    expect(demo.controls.n.max).toBe(10);
  });

  it('shows what the function returns, and its errors', async () => {
    widgets.interact(
      ({ n }) => {
        if (n > 4) throw new RangeError(`${n} is too many`);
        return n * n;
      },
      { n: [0, 10] },
    );
    await ticks();
    kernel.move('IntSlider', { value: 3 });
    await ticks();
    expect(shown()).toMatchObject([{ output_type: 'display_data', data: { 'text/plain': '9' } }]);
    kernel.move('IntSlider', { value: 5 });
    expect(shown()).toMatchObject([{ output_type: 'error', evalue: '5 is too many' }]);
    kernel.move('IntSlider', { value: 2 });
    await ticks();
    expect(shown()).toMatchObject([{ data: { 'text/plain': '4' } }]);
  });

  it('tells a run of old values to end, and runs once more with the latest', async () => {
    const log: string[] = [];
    const demo = widgets.interact(
      async ({ n }, { signal }) => {
        log.push(`start ${n}`);
        if (n < 4) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        return n;
      },
      { n: [0, 10] },
    );
    for (const value of [1, 2, 3, 4]) void kernel.move('IntSlider', { value });
    await demo.update();
    expect(log).toEqual(['start 0', 'start 4']);
    expect(shown()).toMatchObject([{ data: { 'text/plain': '4' } }]);
  });

  it('waits for its button where it has one', async () => {
    let runs = 0;
    widgets.interact(() => void runs++, { n: [0, 10] }, { button: 'Train' });
    kernel.move('IntSlider', { value: 1 });
    expect(runs).toBe(0);
    kernel.click();
    expect(runs).toBe(1);
  });
});
