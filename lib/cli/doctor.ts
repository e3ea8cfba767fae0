import type { EngineName } from '../engine';
import { columns, defineCommand } from './command';

/** One thing that genlab uses. */
export interface Finding {
  readonly part: string;
  /** ok; missing: lessons do without; broken: genlab cannot work */
  readonly state: 'ok' | 'missing' | 'broken';
  readonly found: string;
  /** How to get it, where it is not ok. */
  readonly remedy?: string;
}

export const command = defineCommand({
  name: 'doctor',
  summary: 'Say what genlab finds on this machine, and how to get what is missing',
  usage: 'genlab doctor [--json]',
  options: { json: { type: 'boolean', help: 'Print JSON instead of text.' } },
  details: `Nothing is changed. Every engine is really started and multiplies two matrices, which takes a few seconds.
Exits with 0 when lessons can run, though perhaps without Jupyter or on a slower engine; else with 3.`,
  async run({ values }) {
    const findings = await examine();
    if (values.json) {
      process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
    } else {
      const mark = { ok: '✓', missing: '–', broken: '✗' };
      const rows = findings.map(({ part, state, found, remedy }): [string, string] => [
        `${mark[state]} ${part}`,
        remedy ? `${found}. ${remedy}` : found,
      ]);
      process.stdout.write(`${columns(rows)}\n`);
    }
    return findings.some(({ state }) => state === 'broken') ? 3 : 0;
  },
});

export async function examine(): Promise<Finding[]> {
  const engines = await Promise.all((['native', 'webgpu', 'wasm'] as const).map(examineEngine));
  return [
    node(),
    await packages(),
    await python(),
    await jupyter(),
    await kernelspec(),
    ...engines,
    engines.some(({ state }) => state === 'ok')
      ? { part: 'engine', state: 'ok', found: `lessons run on ${engines.find((e) => e.state === 'ok')?.part.slice(7)}` }
      : { part: 'engine', state: 'broken', found: 'none of the engines starts', remedy: 'Run npm ci.' },
    ...(await data()),
    await browser(),
    await sandbox(),
  ];
}

function node(): Finding {
  return { part: 'Node', state: 'ok', found: `${process.versions.node} (${process.platform} ${process.arch})` };
}

async function packages(): Promise<Finding> {
  const { isInstalled } = await import('../setup/packages.js');
  return isInstalled()
    ? { part: 'npm packages', state: 'ok', found: 'as package-lock.json says' }
    : {
        part: 'npm packages',
        state: 'broken',
        found: 'not those of package-lock.json',
        remedy: 'Run npm start or npm ci.',
      };
}

async function python(): Promise<Finding> {
  const { findPip, findPython } = await import('../setup/python.js');
  const file = await findPython();
  if (!file) {
    return {
      part: 'Python',
      state: 'missing',
      found: 'no Python 3.9 or newer',
      remedy: 'Needed for Jupyter, and once to fetch the native engine.',
    };
  }
  const pip = await findPip();
  return pip
    ? { part: 'Python', state: 'ok', found: `${file}, with pip` }
    : { part: 'Python', state: 'ok', found: `${file}, without pip`, remedy: 'On Debian: apt install python3-venv' };
}

async function jupyter(): Promise<Finding> {
  const { findJupyter } = await import('../setup/python.js');
  const found = await findJupyter();
  if (found.from !== 'none') return { part: 'Jupyter', state: 'ok', found: found.text };
  return {
    part: 'Jupyter',
    state: 'missing',
    found: 'none',
    remedy:
      'Run npm start with a network, or put a jupyter with nbconvert on PATH (Debian: apt install jupyter-notebook ' +
      'python3-nbconvert). genlab run LESSON needs neither.',
  };
}

async function kernelspec(): Promise<Finding> {
  const { findKernelspec } = await import('../setup/kernelspec.js');
  const { file, current } = findKernelspec();
  if (current) return { part: 'kernel', state: 'ok', found: file };
  return { part: 'kernel', state: 'missing', found: 'Jupyter does not know it yet', remedy: 'Run npm start.' };
}

/** Starts one engine in a process of its own: two in one process see each other, and a broken one can end it. */
async function examineEngine(engine: EngineName): Promise<Finding> {
  const { root, run } = await import('../setup/common.js');
  const script = `
    const { ready } = require('./lib/engine');
    const tf = require('@tensorflow/tfjs');
    ready({ engine: process.argv[1] }).then((report) => {
      const product = tf.matMul(tf.eye(2), tf.tensor2d([[1, 2], [3, 4]])).dataSync().join();
      if (product !== '1,2,3,4') throw new Error('a wrong matrix product: ' + product);
      console.log('report ' + JSON.stringify(report));
    }).catch((error) => { console.log('failure ' + JSON.stringify(error.message)); process.exitCode = 1; });`;
  const { code, stdout, output } = await run(
    process.execPath,
    ['-r', './lib/setup/register.js', '-e', script, engine],
    {
      cwd: root,
      timeout: 60_000,
      env: { TF_CPP_MIN_LOG_LEVEL: '2', GENLAB_ENGINE: '' },
    },
  );
  const part = `engine ${engine}`;
  const report = /^report (.*)$/m.exec(stdout)?.[1];
  if (code === 0 && report) {
    const { version, threads, device, onlyByName } = JSON.parse(report);
    const threadCount = threads > 0 ? `${threads} thread${threads === 1 ? '' : 's'}` : undefined;
    const found = [version, threadCount, device].filter(Boolean).join(', ');
    if (onlyByName) return { part, state: 'missing', found: `only ${found}`, remedy: remedies.software };
    return { part, state: 'ok', found };
  }
  const failure = /^failure (.*)$/m.exec(stdout)?.[1];
  const reason = failure
    ? String(JSON.parse(failure))
    : (output.split('\n').find((line) => /error/i.test(line)) ?? output);
  const remedy = engine === 'native' ? await nativeRemedy() : remedies[engine === 'webgpu' ? engine : 'others'];
  return { part, state: 'missing', found: reason.trim().replace(/\.$/, ''), remedy };
}

const remedies = {
  webgpu:
    process.platform === 'linux'
      ? 'It needs a GPU with a Vulkan driver: that of your NVIDIA card, or on Debian apt install libvulkan1 mesa-vulkan-drivers.'
      : 'It needs a GPU with an up-to-date driver.',
  software: 'It runs only with GENLAB_ENGINE=webgpu, for checks.',
  others: 'Run npm ci.',
};

async function nativeRemedy(): Promise<string> {
  const { machineOf } = await import('../setup/machines.js');
  const machine = machineOf();
  if ('reason' in machine) return `${machine.reason}.`;
  const { which } = await import('../setup/common.js');
  const { findPip } = await import('../setup/python.js');
  if (!(await findPip())) {
    return 'Set-up takes its library from a Python package, the official archive or conda: best get Python with pip; then run npm start.';
  }
  if (!['c++', 'g++', 'clang++'].some((name) => which(name))) {
    return 'Set-up compiles it: get a C++ compiler (Debian: apt install g++; macOS: xcode-select --install), then run npm start.';
  }
  return 'Run npm start: it builds this engine and says why where it cannot.';
}

async function data(): Promise<Finding[]> {
  const { dataSets, findFolder } = await import('../setup/data.js');
  return dataSets.map((set) => {
    const folder = findFolder(set);
    if (folder) return { part: `data ${set.name}`, state: 'ok', found: folder };
    const remedy = `Run genlab data fetch, or on Debian apt install ${set.debianPackage}.`;
    return { part: `data ${set.name}`, state: 'missing', found: 'not on this machine', remedy };
  });
}

async function browser(): Promise<Finding> {
  const { findBrowser } = await import('../setup/browser.js');
  const file = findBrowser();
  if (file) return { part: 'browser', state: 'ok', found: file };
  return {
    part: 'browser',
    state: 'missing',
    found: 'no Chromium or Chrome on PATH',
    remedy: 'Only some tests need one (Debian: apt install chromium).',
  };
}

/** What would hold student code in. Grading needs it, lessons do not. */
async function sandbox(): Promise<Finding> {
  const { sandboxRemedies, sandboxReport, weaknesses } = await import('../grading');
  const { active, missing } = sandboxReport();
  const found = `${active.join(', ')}${missing.length ? `; missing: ${missing.join(', ')}` : ''}`;
  const weak = weaknesses();
  if (!weak.length) return { part: 'sandbox', state: 'ok', found };
  const remedy = `Student code could ${weak.join(', and ')}: genlab grade refuses. ${sandboxRemedies().join(' ')}`;
  return { part: 'sandbox', state: 'missing', found, remedy };
}
