import { expect, test } from 'vitest';
import { WholeLines } from '../../lib/cli/whole-lines';

const through = (...pieces: string[]): string[] => {
  const lines = new WholeLines();
  return [...pieces.map((piece) => lines.push(piece)), lines.end()].filter(Boolean);
};

test('a progress bar leaves its last state', () => {
  expect(through('begin\n', '10 %\r50 %', '\r100 %', '\ndone\n')).toEqual(['begin\n', '100 %\ndone\n']);
  expect(through('\r1', '\r2', '\r3')).toEqual(['3\n']);
  expect(through('1\r', '2\r')).toEqual(['2\n']);
});

test('lines stay what they are, wherever the text is cut', () => {
  const text = 'one\r\ntwo\n\nthree';
  for (let at = 0; at <= text.length; at++) {
    expect(through(text.slice(0, at), text.slice(at)).join('')).toBe('one\ntwo\n\nthree\n');
  }
});
