import { spawnSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { applyAdam, type EngineReport, Random, ready, withMemoryAdvice } from '../../lib/engine';
import { noSwiftshader, swiftshaderEnv, useSwiftshader } from '../support/swiftshader';
import { derivatives, golden, relativeError } from './derivatives';
import { losses, nets } from './small-training';

/**
 * The backend keeps compiled shaders under a key. A program that writes a size into its code and not into its key would
 * compute with the size of the first tensor it met, and be silently wrong for the others.
 */
function watchShaders(): void {
  const codes = new Map<string, string>();
  const backend = tf.backend() as unknown as { runWebGPUProgram(program: Program, ...rest: unknown[]): unknown };
  const stock = backend.runWebGPUProgram;
  backend.runWebGPUProgram = function (program, ...rest) {
    const result = stock.call(this, program, ...rest);
    const code = program.getUserCode();
    const known = codes.get(program.shaderKey);
    if (known !== undefined && known !== code) throw new Error(`Two shaders share the key ${program.shaderKey}.`);
    codes.set(program.shaderKey, code);
    return result;
  };
}

interface Program {
  readonly shaderKey: string;
  getUserCode(): string;
}

if (noSwiftshader) console.warn(`WebGPU is not tried: ${noSwiftshader}.`);

describe.skipIf(noSwiftshader)('webgpu on SwiftShader', { timeout: 300_000 }, () => {
  let report: EngineReport;
  beforeAll(async () => {
    useSwiftshader();
    report = await ready({ engine: 'webgpu' });
    watchShaders();
  });

  beforeEach(async () => void (await ready({ engine: 'webgpu' })));

  test('says what it runs on, and that it is only a program', () => {
    expect(report).toMatchObject({ engine: 'webgpu', version: 'TensorFlow.js 4.22.0', threads: 0, onlyByName: true });
    expect(report.device).toMatch(/^SwiftShader .*, a program: slow$/);
  });

  test('a tensor can be read at once, of every type, and later', async () => {
    const x = tf.tidy(() => tf.range(0, 2000).sub(1000).reshape([40, 50]).mul(1));
    expect(x.dataSync()[1999]).toBe(999);
    expect([...x.sum().dataSync()]).toEqual([-1000]);
    expect(await x.mean().data()).toEqual(Float32Array.of(-0.5));
    const some = x.reshape([2000]).slice(999, 3);
    expect([...some.greater(0).dataSync()]).toEqual([0, 0, 1]);
    expect([...some.toInt().dataSync()]).toEqual([-1, 0, 1]);
    expect(some.greater(0).dtype).toBe('bool');
  });

  test('sin and cos are exact far from 0 too, where a GPU by itself is not', async () => {
    const angles = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) * 1.7);
    const x = tf.tensor1d(angles);
    const [sine, cosine] = [await x.sin().data(), await x.cos().data()];
    angles.forEach((angle, i) => {
      expect(Math.abs(sine[i] - Math.sin(angle)), `sin ${angle}`).toBeLessThan(3e-7);
      expect(Math.abs(cosine[i] - Math.cos(angle)), `cos ${angle}`).toBeLessThan(3e-7);
    });
    expect((await tf.scalar(0.5).sin().data())[0]).toBeCloseTo(Math.sin(0.5), 6);
  });

  test('sums along an axis do not depend on the sizes that came before', async () => {
    for (const size of [2, 3, 7]) {
      const x = tf.range(1, size + 1).reshape([1, size]);
      const backwards = Array.from({ length: size }, (_, i) => ((size - i) * (size + i + 1)) / 2);
      expect([...(await x.cumsum(1, false, true).data())]).toEqual(backwards);
      expect([...(await x.cumsum(-1).data())]).toEqual([...backwards.keys()].map((i) => ((i + 1) * (i + 2)) / 2));
    }
  });

  test('Adam is the formula, and leaves nothing behind', async () => {
    for (const shape of [[], [7], [2, 3, 4]]) {
      const random = new Random(shape.length);
      const [variable, m, v] = [random.normal(shape), random.normal(shape), random.uniform(shape)];
      const gradient = random.normal(shape);
      const [w0, m0, v0, g] = await Promise.all([variable, m, v, gradient].map((x) => x.data()));
      const before = tf.memory().numTensors;
      const next = applyAdam({ variable, m, v }, gradient, { rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6 });
      expect(tf.memory().numTensors).toBe(before + 3);
      const [w1, m1, v1] = await Promise.all([next.variable, next.m, next.v].map((x) => x.data()));
      g.forEach((slope, i) => {
        const [wantM, wantV] = [0.9 * m0[i] + 0.1 * slope, 0.99 * v0[i] + 0.01 * slope * slope];
        expect(m1[i]).toBeCloseTo(wantM, 5);
        expect(v1[i]).toBeCloseTo(wantV, 5);
        expect(w1[i]).toBeCloseTo(w0[i] - (0.02 * wantM) / (Math.sqrt(wantV) + 1e-6), 5);
      });
    }
  });

  test('padding of five axes, and a product with several broadcast batches', async () => {
    const x = tf.range(0, 24).reshape([2, 1, 3, 2, 2]);
    const padded = tf.pad(x, [[0, 0], [1, 0], [0, 0], [0, 0], [0, 1]], 9); // prettier-ignore
    expect(padded.shape).toEqual([2, 2, 3, 2, 3]);
    expect([...(await padded.slice([1, 1, 2, 1], [1, 1, 1, 1]).data())]).toEqual([22, 23, 9]);
    const product = tf.matMul(tf.ones([2, 1, 1, 4]), tf.range(0, 12).reshape([1, 3, 4, 1]));
    expect(product.shape).toEqual([2, 3, 1, 1]);
    expect([...(await product.data())]).toEqual([6, 22, 38, 6, 22, 38]);
  });

  test.each(Object.keys(nets) as (keyof typeof nets)[])(
    '20 training steps of %s: two runs are identical, and wasm agrees to 1e-3',
    async (net) => {
      const run = losses(1, 20, net);
      expect(losses(1, 20, net)).toEqual(run);
      await ready({ engine: 'wasm' });
      const onWasm = losses(1, 20, net);
      // A critic's loss goes through zero: differences count against its size over the run.
      const size = Math.max(...onWasm.map(Math.abs)) / 10;
      run.forEach((loss, i) => {
        expect(Math.abs(loss - onWasm[i]) / Math.max(Math.abs(onWasm[i]), size), `step ${i}`).toBeLessThan(1e-3);
      });
    },
  );

  test('the memory of the GPU does not grow from step to step', async () => {
    const bytes = () => (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;
    const step = () =>
      tf.tidy(() =>
        tf
          .grad((x) => x.tanh().square().sum())(tf.ones([64, 64]))
          .dataSync(),
      );
    for (let i = 0; i < 20; i++) step();
    const [tensors, before] = [tf.memory().numTensors, bytes()];
    for (let i = 0; i < 100; i++) step();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(bytes()).toBe(before);
  });

  test('more than the GPU takes is out of memory, with a batch size to try', async () => {
    const attempt = () => withMemoryAdvice(64, () => tf.tidy(() => tf.zeros([60_000, 60_000]).add(1).dataSync()));
    expect(attempt).toThrow(
      /^Out of memory: .* and 14\.40 GB more did not fit\. Try a batch size of 32 instead of 64\.$/,
    );
    expect(tf.tidy(() => tf.ones([50, 50]).add(1).sum().dataSync())).toEqual(Float32Array.of(5000));
  });

  test('what the GPU refuses is an error, not zeros', async () => {
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    device.createShaderModule({ code: 'this is no shader' });
    await expect(tf.ones([60, 60]).add(1).data()).rejects.toThrow(
      /^The GPU refused an operation: Error while parsing WGSL/,
    );
    expect((await tf.ones([60, 60]).add(1).data())[0]).toBe(2);
  });

  describe('derivatives against PyTorch in double precision', () => {
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    test.each(Object.keys(golden))('%s', async (name) => {
      const { output, first, second } = derivatives(name);
      const y = output();
      expect(y.shape).toEqual(golden[name].output.shape);
      expect(relativeError(await y.data(), golden[name].output.values), 'forward').toBeLessThan(1e-5);
      const gradients = await Promise.all(first().map((gradient) => gradient.data()));
      gradients.forEach((gradient, i) => {
        expect(relativeError(gradient, golden[name].first[i]), `first derivative, input ${i}`).toBeLessThan(1e-3);
      });
      const seconds = await Promise.all(second().map((gradient) => gradient.data()));
      seconds.forEach((gradient, i) => {
        expect(relativeError(gradient, golden[name].second[i]), `second derivative, input ${i}`).toBeLessThan(1e-3);
      });
    });
  });

  test('is not chosen silently, rests while nothing is asked of it, and lets the process end', () => {
    const script = `
      const Module = require('node:module');
      const load = Module._load;
      Module._load = function (request, ...rest) {
        if (request.includes('tfjs-node-gpu')) throw new Error('not now');
        return load.call(this, request, ...rest);
      };
      require('./lib/setup/register.js');
      const { ready, describe } = require('./lib/engine');
      const tf = require('@tensorflow/tfjs');
      (async () => {
        console.log(describe(await ready()));
        console.log(describe(await ready({ engine: 'webgpu' })));
        console.log((await tf.ones([60, 60]).add(1).data())[0]);
        const before = process.cpuUsage();
        await new Promise((resolve) => setTimeout(resolve, 500));
        const { user, system } = process.cpuUsage(before);
        console.log(user + system < 100_000 ? 'rests' : 'busy: ' + (user + system));
      })();`;
    const { GENLAB_ENGINE: _, ...env } = process.env;
    const { stdout, status } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      env: { ...env, ...swiftshaderEnv },
      timeout: 60_000,
    });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^Engine: wasm .*; webgpu is not available: the only GPU is a program, SwiftShader/),
      expect.stringMatching(/^Engine: webgpu \(TensorFlow\.js 4\.22\.0, SwiftShader .*\)\.$/),
      '2',
      'rests',
      '',
    ]);
    expect(status).toBe(0);
  });
});
