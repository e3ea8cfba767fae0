import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileResult } from '../../lib/grading';
import { openGrader, type Grader } from '../../lib/grading/grade';
import { answering, course, words } from './support';

let folder: string;
let grader: Grader;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-test-'));
  grader = await openGrader({ ...course, secret: 'of the class' });
});
afterAll(async () => {
  await grader.close();
  fs.rmSync(folder, { recursive: true });
});

async function grade(answers: Record<string, string>, student?: string): Promise<FileResult> {
  const file = path.join(folder, 'submission.ipynb');
  fs.writeFileSync(file, JSON.stringify(answering(answers)));
  const { seconds: _, ...result } = await grader.grade(file, student === undefined ? {} : { student });
  return result as FileResult;
}

describe('a submission', () => {
  it('cannot carry what hidden checks gave it out in the words of a visible one', async () => {
    // The second answer names the first one's function, so that its words are those of the process that both shared.
    const result = await grade({
      'mini-scale': `const seen: string[] = [];
        function scale(x: Tensor): Tensor { seen.push(String(x.shape)); return tf.mul(x, half(1)); }
        Object.assign(globalThis, { seen });`,
      'mini-sample': `function sample(): Tensor {
        throw new Error('seen ' + Reflect.get(globalThis, 'seen').join(' ') + typeof scale);
      }`,
    });
    expect(words(result)).toContain('seen 2,3');
    expect(words(result)).not.toContain('4096');
    expect(result.exercises[0].score).toBe(2);
  });

  it('meets its own numbers, the same ones each time', async () => {
    const off = { 'mini-scale': 'function scale(x: Tensor): Tensor { return x.square(); }' };
    const [li, again, wang] = [await grade(off, 'li'), await grade(off, 'li'), await grade(off, 'wang')];
    expect(again).toEqual(li);
    const reasonOf = (result: FileResult): string | undefined => result.exercises[0].checks[1].reason;
    expect(reasonOf(li)).toMatch(/The largest difference is .*, at \[\d, \d\]: expected .*, got /);
    expect(reasonOf(wang)).not.toBe(reasonOf(li));
    // Another exercise's answer changes nothing here.
    const more = await grade({ ...off, 'mini-sample': 'function sample(x: Tensor): Tensor { return x; }' }, 'li');
    expect(more.exercises[0]).toEqual(li.exercises[0]);
  });

  it('is told the line and the cell of an error, also of one deep inside TensorFlow.js', async () => {
    const result = await grade({
      'mini-sample': `function sample(mean: Tensor, std: Tensor): Tensor {
        const twice = std.concat(std, 0);
        return mean.add(twice.mul(mean));
      }`,
    });
    const [check] = result.exercises[1].checks;
    expect(check).toMatchObject({ cause: 'threw', line: 3 });
    expect(result.exercises[1].cell).toBeGreaterThan(1);
  });
});
