import { describe, expect, test } from 'vitest';
import { toPoints, toUnits } from '../../lib/kernel/front/cursor';
import { History } from '../../lib/kernel/front/history';
import { Wire } from '../../lib/kernel/front/wire';
import { FrameReader, MarkedStream } from '../../lib/kernel/frames';
import { completeness } from '../../lib/kernel/compiler/answers';
import { streamMark } from '../../lib/kernel/protocol';

const buffers = (frames: readonly Uint8Array[]): Buffer[] => frames.map((frame) => Buffer.from(frame));

describe('messages', () => {
  const wire = new Wire('secret');
  const sent = () =>
    buffers(wire.encode('a_request', { x: 'é' }, { msg_id: 'p' }, [Buffer.from('id')], [Buffer.from([0, 255])]));

  test('come back as they were sent', () => {
    expect(new Wire('secret').decode(sent())).toMatchObject({
      identities: [Buffer.from('id')],
      header: { msg_type: 'a_request', version: '5.4' },
      parent: { msg_id: 'p' },
      content: { x: 'é' },
      buffers: [Buffer.from([0, 255])],
    });
  });

  test('are dropped when changed, signed with another key, or sent again', () => {
    const receiver = new Wire('secret');
    const frames = sent();
    const changed = [...frames];
    changed[6] = Buffer.from('{"x":1}');
    expect(receiver.decode(changed)).toBeUndefined();
    expect(new Wire('other').decode(frames)).toBeUndefined();
    expect(receiver.decode(frames)).toBeDefined();
    expect(receiver.decode(frames)).toBeUndefined();
  });

  test('are dropped when cut off or not JSON objects', () => {
    const open = new Wire('');
    const frames = buffers(open.encode('a_request', {}));
    for (let length = 0; length < frames.length; length++) expect(open.decode(frames.slice(0, length))).toBeUndefined();
    for (const text of ['', '{', '[]', 'null', '7']) {
      const broken = [...frames];
      broken[2] = Buffer.from(text);
      expect(open.decode(broken)).toBeUndefined();
    }
  });
});

test('frames are put together again from any chunks', () => {
  const objects = [{ a: 1 }, { text: 'é'.repeat(1000) }, { b: [2] }];
  const bytes = Buffer.concat(
    objects.map((object) => {
      const body = Buffer.from(JSON.stringify(object));
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      return Buffer.concat([head, body]);
    }),
  );
  for (const size of [1, 3, 7, 100, bytes.length]) {
    const got: object[] = [];
    const reader = new FrameReader<object>((frame) => got.push(frame));
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(got).toEqual(objects);
  }
});

test('marks are taken out of a stream wherever it is cut, zero bytes stay', async () => {
  const whole = Buffer.from(`a\0b${streamMark('one')}c${streamMark('two')}\0\0é`);
  for (const size of [1, 2, 5, 13, whole.length]) {
    const stream = new MarkedStream();
    let text = '';
    for (let at = 0; at < whole.length; at += size) text += stream.push(whole.subarray(at, at + size));
    expect(text).toBe('a\0bc\0\0é');
    await stream.passed(streamMark('one'));
    await stream.passed(streamMark('two'));
  }
});

test('positions in code points', () => {
  expect(toUnits('😀a', 1)).toBe(2);
  expect(toPoints('😀a', 2)).toBe(1);
  expect(toUnits('ab', 9)).toBe(2);
});

test('completeness of what is typed', () => {
  for (const source of ['1', 'await x', 'if (a) {\n}', '`a\n`', ''])
    expect(completeness(source), source).toBe('complete');
  for (const source of ['f(', 'if (a) {', '`a', '/* a', 'const a =', '[1,']) {
    expect(completeness(source), source).toBe('incomplete');
  }
  for (const source of [')', 'const = 1', 'let 1x', 'f(1))']) expect(completeness(source), source).toBe('invalid');
});

test('history by tail, range and pattern', () => {
  const history = new History();
  ['a = 1', 'b', 'a = 1', 'c'].forEach((input, i) => history.add(i + 1, input));
  history.setOutput(2, '7');
  expect(history.answer({ hist_access_type: 'tail', n: 2 })).toEqual([
    [0, 3, 'a = 1'],
    [0, 4, 'c'],
  ]);
  expect(history.answer({ hist_access_type: 'range', session: 0, start: 2, stop: 3, output: true })).toEqual([
    [0, 2, ['b', '7']],
  ]);
  expect(history.answer({ hist_access_type: 'search', pattern: 'a*1', unique: true })).toEqual([[0, 3, 'a = 1']]);
  expect(history.answer({ hist_access_type: 'search', pattern: '?' })).toEqual([
    [0, 2, 'b'],
    [0, 4, 'c'],
  ]);
});
