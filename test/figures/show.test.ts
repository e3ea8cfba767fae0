import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const display = Symbol.for('jupyter.display');
const signal = Symbol.for('jupyter.signal');
const cell = Symbol.for('jupyter.cell');

/** Each test has a kernel of its own: what the room remembers of a notebook starts anew. */
async function freshRoom() {
  vi.resetModules();
  return import('../../lib/figures');
}

describe('show, in a notebook', () => {
  let shown: { data: Record<string, string>; options?: { displayId?: string; update?: boolean } }[];
  beforeEach(() => {
    shown = [];
    Reflect.set(globalThis, display, (data: Record<string, string>, options?: object) =>
      shown.push({ data, ...(options && { options }) }),
    );
    Reflect.set(globalThis, signal, new AbortController().signal);
  });
  afterEach(() => {
    for (const key of [display, signal, cell]) Reflect.deleteProperty(globalThis, key);
  });

  const brings = (html: string | undefined) => /genlabFigures\.provide\("cartesian", "H4sI/.test(html ?? '');

  it('shows at once, not a moment later', async () => {
    const { show, table } = await freshRoom();
    show(table([{ a: 1 }]));
    show('words');
    show({ loss: 2 });
    expect(shown.map(({ data }) => data['text/plain'])).toEqual(['a\n─\n1', 'words', '{\n  "loss": 2\n}']);
  });

  it('brings plotly once for a notebook, well under 2 MB', async () => {
    const { show, curves } = await freshRoom();
    const line = (title: string) => curves({ title, series: [{ name: 'a', y: [1, 2] }] });
    show(line('first'));
    show(line('second'));
    expect(shown.map(({ data }) => brings(data['text/html']))).toEqual([true, false]);
    expect(shown[0].data['text/html'].length).toBeLessThan(1_000_000);
    expect(shown[1].data['text/html'].length).toBeLessThan(100_000);
  });

  it('brings plotly again when the cell that brought it runs again, and only then', async () => {
    const { show, curves } = await freshRoom();
    const line = (title: string) => curves({ title, series: [{ name: 'a', y: [1, 2] }] });
    const run = (name: string) => {
      Reflect.set(globalThis, signal, new AbortController().signal);
      show(line(name));
    };
    for (const name of ['one', 'two', 'two', 'one']) run(name);
    expect(shown.map(({ data }) => brings(data['text/html']))).toEqual([true, false, false, true]);
  });

  it('goes by the cell where the kernel tells it', async () => {
    const { show, curves } = await freshRoom();
    const run = (id: string, title: string) => {
      Reflect.set(globalThis, cell, id);
      Reflect.set(globalThis, signal, new AbortController().signal);
      show(curves({ title, series: [{ name: 'a', y: [1, 2] }] }));
    };
    run('cell-1', 'loss of the first run');
    run('cell-2', 'x');
    run('cell-1', 'loss of the second run');
    expect(shown.map(({ data }) => brings(data['text/html']))).toEqual([true, false, true]);
  });

  it('replaces what the same cell showed under an id, and keeps plotly out of the way', async () => {
    const { show, curves } = await freshRoom();
    const line = (last: number) => curves({ title: 'live', series: [{ name: 'a', y: [1, last] }] });
    show(line(2), { id: 'loss' });
    show(line(3), { id: 'loss' });
    Reflect.set(globalThis, signal, new AbortController().signal); // the cell runs again: its outputs are gone
    show(line(4), { id: 'loss' });
    const figures = shown.filter(({ options }) => options);
    expect(figures.map(({ options }) => options?.update)).toEqual([false, true, false]);
    expect(figures.some(({ data }) => brings(data['text/html']))).toBe(false);
    expect(shown.filter(({ data }) => brings(data['text/html'])).map(({ data }) => data['text/plain'])).toEqual([
      '',
      '',
    ]);
  });

  it('ends no script early', async () => {
    const { curves } = await freshRoom();
    const html = String(curves({ title: '</script><b>', series: [{ name: '<!--', y: [1] }] }).bundle()['text/html']);
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).not.toContain('<!--');
  });
});

describe('show, elsewhere', () => {
  it('prints one line and draws nothing', async () => {
    const { show, curves } = await freshRoom();
    const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    show(curves({ title: 'Loss <i>L</i>', series: [{ name: 'train', y: [1, 2] }] }));
    show(3);
    expect(print.mock.calls).toEqual([['[Loss L: train]'], ['3']]);
    print.mockRestore();
  });
});

describe('a browser', () => {
  it('loads the room without Node: figures come without still pictures', async () => {
    vi.resetModules();
    vi.doMock('#figures-platform', () => import('../../lib/figures/platform/browser'));
    const { curves } = await import('../../lib/figures');
    const bundle = curves({ title: 'a', series: [{ name: 'a', y: [1, 2] }] }).bundle();
    expect(Object.keys(bundle)).not.toContain('image/png');
    expect(String(bundle['text/html'])).toContain('genlabFigures.draw');
    expect(String(bundle['text/html'])).not.toContain('genlabFigures.provide("');
    vi.doUnmock('#figures-platform');
  });
});
