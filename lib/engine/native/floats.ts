import type { Info } from '../kernel';
import { backend, describe, kernel } from './operation';

/** Kernels that hand their inputs to one operation as they are, under TensorFlow's name for it. */
const ofOne = ['Abs', 'Exp', 'Log', 'Neg', 'Relu', 'Rsqrt', 'Sigmoid', 'Softplus', 'Sqrt', 'Square', 'Tanh'];
const ofTwo = { Add: 'Add', Maximum: 'Maximum', Minimum: 'Minimum', Multiply: 'Mul', RealDiv: 'RealDiv', Sub: 'Sub' };

/**
 * The operations that models are made of, on floats. tfjs-node asks for its backend and for the number of each type anew,
 * and describes the operation anew, every time; here it is described once. What is not a float is left to tfjs-node.
 */
export function installFloats(): void {
  const floats = describe({ T: { type: 'float32' } });
  const isFloat = ({ dtype }: Info) => dtype === 'float32';
  for (const name of ofOne) {
    kernel<{ x: Info }, object>(name, ({ x }, _, stock) =>
      isFloat(x) ? backend().executeSingleOutput(name, floats, [x]) : stock(),
    );
  }
  for (const [name, operation] of Object.entries(ofTwo)) {
    kernel<{ a: Info; b: Info }, object>(name, ({ a, b }, _, stock) =>
      isFloat(a) && isFloat(b) ? backend().executeSingleOutput(operation, floats, [a, b]) : stock(),
    );
  }
  const product = (adj_x: boolean, adj_y: boolean) => [...floats, ...describe({ adj_x, adj_y })];
  const products = [product(false, false), product(false, true), product(true, false), product(true, true)];
  kernel<{ a: Info; b: Info }, { transposeA: boolean; transposeB: boolean }>('BatchMatMul', ({ a, b }, how, stock) => {
    const attributes = products[2 * Number(how.transposeA) + Number(how.transposeB)];
    return isFloat(a) && isFloat(b) ? backend().executeSingleOutput('BatchMatMulV2', attributes, [a, b]) : stock();
  });
}
