import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ready } from '../../lib/engine';
import { noSwiftshader, useSwiftshader } from '../support/swiftshader';
import { derivatives, golden, relativeError } from './derivatives';

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

describe.skipIf(noSwiftshader)('webgpu on SwiftShader', () => {
  beforeAll(async () => {
    useSwiftshader();
    await ready({ engine: 'webgpu' });
    watchShaders();
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  describe('derivatives against PyTorch in double precision', () => {
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
});
