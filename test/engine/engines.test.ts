import { spawnSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test } from 'vitest';
import { describe as describeEngine, engines, ready, type EngineReport } from '../../lib/engine';

const report: EngineReport = { engine: 'native', version: 'TensorFlow 2.18.0', threads: 2, device: 'CPU', why: '' };

afterEach(() => delete process.env.GENLAB_ENGINE);

describe('ready', () => {
  test('answers the same report however often it is called', async () => {
    const first = ready({ engine: 'wasm' });
    expect(ready({ engine: 'wasm' })).toBe(first);
    expect(ready()).toBe(first);
    expect(await first).toMatchObject({ engine: 'wasm', version: 'TensorFlow.js 4.22.0', device: 'SIMD', why: '' });
    expect(tf.getBackend()).toBe('wasm');
  });

  test('cpu runs without the greeting of TensorFlow.js', async () => {
    const warned: unknown[] = [];
    const { warn } = console;
    console.warn = (...message: unknown[]) => void warned.push(message);
    try {
      expect(await ready({ engine: 'cpu' })).toMatchObject({ engine: 'cpu', threads: 1 });
      expect(tf.tidy(() => tf.ones([2]).add(1).dataSync())).toEqual(Float32Array.of(2, 2));
    } finally {
      console.warn = warn;
    }
    expect(warned).toEqual([]);
  });
});

describe('describe', () => {
  test('says engine, version, threads and device', () => {
    expect(describeEngine(report)).toBe('Engine: native (TensorFlow 2.18.0, 2 threads, CPU).');
  });

  test('says why a better engine is not used', () => {
    const why = 'native is not available: its addon is not built';
    expect(
      describeEngine({ ...report, engine: 'wasm', version: 'TensorFlow.js 4.22.0', device: 'SIMD', threads: 1, why }),
    ).toBe(
      'Engine: wasm (TensorFlow.js 4.22.0, 1 thread, SIMD); native is not available: its addon is not built; `npx genlab doctor` tells more.',
    );
  });
});

test('engines that do not load lead to wasm, and one line says why', () => {
  const script = `
    const Module = require('node:module');
    const load = Module._load;
    Module._load = function (request, ...rest) {
      if (/tfjs-node-gpu|dawn\\.node/.test(request)) throw new Error('libtensorflow.so.2: cannot open shared object file\\nand more');
      return load.call(this, request, ...rest);
    };
    require('./lib/setup/register.js');
    const { ready, describe } = require('./lib/engine');
    ready().then((report) => console.log(describe(report)));`;
  const { GENLAB_ENGINE: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
  const native = '(libtensorflow\\.so\\.2: cannot open shared object file|its addon is not built)';
  const webgpu = '(libtensorflow\\.so\\.2: cannot open shared object file|there is no Vulkan driver)';
  expect(stdout).toMatch(
    new RegExp(
      `^Engine: wasm \\(.*\\); native is not available: ${native}; webgpu is not available: ${webgpu}; ` +
        '`npx genlab doctor` tells more\\.\\n$',
    ),
  );
  expect(stderr).toBe('');
});

test('GENLAB_ENGINE with a name that is none', () => {
  process.env.GENLAB_ENGINE = 'gpu';
  const attempt = spawnSync(
    process.execPath,
    [
      '-r',
      './lib/setup/register.js',
      '-e',
      "require('./lib/engine').ready().catch((error) => console.log(error.message))",
    ],
    { encoding: 'utf8' },
  );
  expect(attempt.stdout).toBe('GENLAB_ENGINE=gpu: no such engine. There are: native, webgpu, wasm, cpu.\n');
});

test('engines lists what this platform has, best first', () => {
  expect(engines().map(({ engine }) => engine)).toEqual(['native', 'webgpu', 'wasm', 'cpu']);
  expect(engines().find(({ engine }) => engine === 'wasm')?.missing).toBeUndefined();
});
