import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ready } from '../../lib/engine';
import { type Batch, line } from './line';

beforeAll(() => ready());

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.stubEnv('GENLAB_LANG', 'en');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Reflect.deleteProperty(globalThis, Symbol.for('jupyter.display'));
});

describe('what a person sees', () => {
  test('nothing but one line where nobody watches', async () => {
    await line().run();
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(/^line: step 30 of 30 · loss \S+ · [\d,]+ images\/s · .*took \d/);
  });

  test('a plain line every half a minute where nobody watches and it takes long', async () => {
    const begin = performance.now();
    let clock = begin;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    await line().run({ stepsPerEpoch: 10, onStep: () => void (clock += 12_000) });
    const lines = printed.slice(0, -1);
    expect(lines).toHaveLength(10); // after steps 3, 6, …: 36 s apart, since the line waits for a step to end
    for (const text of lines) expect(text).toMatch(/^line: step \d+ of 30 · loss \S+ · [\d,]+ images\/s/);
    expect(lines.at(-2)).toMatch(/ left · /);
    expect(printed.at(-1)).toMatch(/took 6 min 00 s$/);
  });

  test('Chinese where the notebook is Chinese', async () => {
    vi.stubEnv('GENLAB_LANG', 'zh');
    await line().run();
    expect(printed[0]).toMatch(/^line: 第 30 步，共 30 步 · 损失 \S+ · 每秒 [\d,]+ 张图 · .*实际用时 [\d.]+ 秒$/);
  });

  test('in a notebook one output, updated in place at most four times a second, with a forecast', async () => {
    const shown: { data: Record<string, string>; options: { displayId: string; update: boolean }; at: number }[] = [];
    Reflect.set(globalThis, Symbol.for('jupyter.display'), (data: never, options: never) => {
      shown.push({ data, options, at: performance.now() });
    });
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 25));
    const slow = line({ epochs: 6 });
    await slow.run({
      stepsPerEpoch: 10,
      // The pause lies in making the batch, as a slow disk would have it.
      async *batches(epoch, random) {
        for (const batch of slow.options.batches(epoch, random) as Iterable<Batch>) {
          await pause();
          yield batch;
        }
      },
    });
    expect(printed).toEqual([]);
    expect(shown.map(({ options }) => options.update)).toEqual(shown.map((_, i) => i > 0));
    expect(new Set(shown.map(({ options }) => options.displayId)).size).toBe(1);
    const running = shown.slice(0, -1);
    running.slice(1).forEach(({ at }, i) => expect(at - running[i].at).toBeGreaterThan(200));
    expect(running.length).toBeGreaterThan(3);
    const last = shown[shown.length - 1].data;
    expect(last['text/plain']).toMatch(/step 60 of 60 .* predicted .* took/);
    expect(last['text/html']).toContain('<svg');
    expect(running.at(-1)?.data['text/plain']).toMatch(/left · about .* on this machine/);
    const forecast = running.at(-1)?.data['text/plain'].match(/about ([\d.]+) s/)?.[1];
    expect(Number(forecast)).toBeGreaterThan(1);
  });

  test('in a terminal one line, rewritten, never wider than the window', async () => {
    const written: string[] = [];
    const { isTTY, columns } = process.stdout;
    Object.assign(process.stdout, { isTTY: true, columns: 40 });
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    vi.stubEnv('GENLAB_LANG', 'zh');
    await line().run({ onStep: () => new Promise((resolve) => setTimeout(resolve, 15)) });
    vi.mocked(process.stdout.write).mockRestore();
    Object.assign(process.stdout, { isTTY, columns });
    expect(printed).toEqual([]);
    const lines = written.filter((text) => text.startsWith('\r\u001b[2K')).map((text) => text.slice(5));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-2)).toMatch(/^█+░* line: /);
    for (const text of lines) {
      expect([...text].reduce((width, character) => width + (character > '\u2e80' ? 2 : 1), 0)).toBeLessThan(40);
    }
    expect(written.at(-1)).toMatch(/^line: 第 30 步.*\n$/);
  });

  test('other work gets its turn while a run goes on', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const until = performance.now() + 200;
    await line({ epochs: 1 }).run({
      *batches() {
        while (performance.now() < until) yield { x: tf.ones([4, 2]), y: tf.ones([4, 1]) };
      },
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});
