import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { code, outputsOf, runIn } from './cells';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'notebook-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const run = runIn(folder);

test('outputs are those of a notebook', async () => {
  const seen: string[] = [];
  const { notebook, failures } = await run(
    [
      { cell_type: 'markdown', source: '# prose' },
      code(['const a: number = 20;\n', "console.log('one');\n", "console.log('two');\n", "console.error('three');"]),
      code('  '),
      code(
        "import { newDisplay, clearOutput } from 'tslab';\nconsole.log('gone');\nclearOutput();\nconst d = newDisplay();\nd.html('<b>1</b>');\na + 1",
      ),
      code("d.html('<b>2</b>');\nundefined;"),
    ],
    { onOutput: (output, { count }) => seen.push(`${count} ${output.output_type}`) },
  );
  expect(failures).toEqual([]);
  expect(notebook).toMatchObject({ metadata: { kept: true }, nbformat: 4 });
  expect(notebook.cells[0]).toEqual({ cell_type: 'markdown', source: '# prose' });
  expect(outputsOf(notebook.cells[1])).toEqual([
    { output_type: 'stream', name: 'stdout', text: 'one\ntwo\n' },
    { output_type: 'stream', name: 'stderr', text: 'three\n' },
  ]);
  expect(notebook.cells[1]).toMatchObject({ execution_count: 1 });
  expect(notebook.cells[2]).toMatchObject({ execution_count: null, outputs: [] });
  expect(outputsOf(notebook.cells[3])).toEqual([
    { output_type: 'display_data', data: { 'text/html': '<b>2</b>' }, metadata: {} },
    { output_type: 'execute_result', data: { 'text/plain': '21' }, metadata: {}, execution_count: 2 },
  ]);
  expect(outputsOf(notebook.cells[4])).toEqual([]);
  expect(seen).toContain('1 stream');
  expect(seen.at(-1)).toBe('2 execute_result');
});

test('the first failure ends the run and says where it was', async () => {
  const cells = [code('1'), code("const x = 1;\nthrow new RangeError('too far');"), code("console.log('never')")];
  const { notebook, failures } = await run(cells);
  expect(failures).toMatchObject([{ index: 1, count: 2, line: 2, ename: 'RangeError', evalue: 'too far' }]);
  const [output] = outputsOf(notebook.cells[1]);
  const text = output.output_type === 'error' ? stripVTControlCharacters(output.traceback.join('\n')) : '';
  expect(text).toContain("> 2 | throw new RangeError('too far');");
  expect(notebook.cells[2]).toMatchObject({ execution_count: null, outputs: [] });

  const all = await run([...cells, code('const n: number = "";')], { allowErrors: true });
  expect(all.failures.map(({ count, ename }) => [count, ename])).toEqual([
    [2, 'RangeError'],
    [4, 'TypeScriptError'],
  ]);
  expect(outputsOf(all.notebook.cells[2])).toMatchObject([{ text: 'never\n' }]);
});

test('cells run in their folder with the environment they are given, and nobody answers questions', async () => {
  fs.writeFileSync(path.join(folder, 'data.json'), '{"a": 3}');
  const { notebook, failures } = await run(
    [
      code(
        "import data from './data.json';\nimport fs from 'node:fs';\n[data.a, fs.existsSync('data.json'), process.env.GIVEN]",
      ),
      code("await input('name?')"),
    ],
    { env: { GIVEN: 'yes' } },
  );
  expect(outputsOf(notebook.cells[0])).toMatchObject([{ data: { 'text/plain': "[ 3, true, 'yes' ]" } }]);
  expect(failures).toMatchObject([{ count: 2, ename: 'Error' }]);
});
