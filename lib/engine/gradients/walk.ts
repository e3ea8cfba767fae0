import * as tf from '@tensorflow/tfjs';
import { run } from './gradient';
import type { Recorder, TapeNode } from './rewrite';

// By way of `tf` each costs three calls.
const { Tensor } = tf;
const { arraysEqual } = tf.util;

/**
 * The derivative of y = f(x) by the chain rule, from y back along the tape: as TensorFlow.js does it, without the closures
 * and the copies that it makes for each operation and each of its inputs. What was saved is let go of as the walk passes, and
 * also where f throws.
 */
export function walkPlainly(recorder: Recorder): void {
  const stock = recorder.gradients;
  recorder.gradients = function gradients(f, xs, dy, allowNoGradients = false) {
    if (xs.length === 0 || (dy && dy.dtype !== 'float32')) return stock.call(this, f, xs, dy); // which says what is wrong
    try {
      const y = record(this, f);
      const tape = this.state.activeTape ?? [];
      const fromX = reachedFrom(xs, tape);
      const path = leadingTo(y, tape, fromX);
      if (path.length === 0 && !allowNoGradients) {
        throw new Error(
          'Cannot compute gradient of y=f(x) with respect to x. Make sure that the f you passed encloses all operations ' +
            'that lead from x to y.',
        );
      }
      return this.tidy('backward', () => {
        const slopes: Slopes = new Map([[y.id, dy ?? tf.ones(y.shape)]]);
        for (const node of path) {
          stepBack(this, node, fromX, slopes);
          if (this.state.gradientDepth === 0) node.saved.forEach((tensor) => tensor.dispose()); // nobody asks again
        }
        return { value: y, grads: xs.map(({ id }) => slopes.get(id)) };
      });
    } finally {
      if (this.state.gradientDepth === 0) forgetTape(this);
    }
  };
}

function record(recorder: Recorder, f: () => tf.Tensor): tf.Tensor {
  recorder.startTape();
  try {
    const y = recorder.tidy('forward', f);
    if (!(y instanceof Tensor)) throw new Error('The result y returned by f() must be a tensor.');
    return y;
  } finally {
    recorder.endTape();
  }
}

function forgetTape({ state }: Recorder): void {
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  state.activeTape = null;
}

type Ids = ReadonlySet<number>;
/** Of y by each tensor, by the tensor's id. */
type Slopes = Map<number, tf.Tensor>;

/** The tensors that depend on one of xs, by their ids, and xs themselves. */
function reachedFrom(xs: readonly tf.Tensor[], tape: readonly TapeNode[]): Ids {
  const reached = new Set(xs.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    for (const name in inputs) {
      if (!reached.has(inputs[name].id)) continue;
      for (const { id } of outputs) reached.add(id);
      break;
    }
  }
  return reached;
}

/** The operations between x and y, the last first. */
function leadingTo(y: tf.Tensor, tape: readonly TapeNode[], fromX: Ids): TapeNode[] {
  const wanted = new Set([y.id]);
  const path: TapeNode[] = [];
  for (let i = tape.length - 1; i >= 0; i--) {
    const { inputs, outputs } = tape[i];
    if (!outputs.some(({ id }) => wanted.has(id))) continue;
    let isBetween = false;
    for (const name in inputs) {
      const { id } = inputs[name];
      wanted.add(id);
      isBetween ||= fromX.has(id);
    }
    if (isBetween) path.push(tape[i]);
  }
  return path;
}

/** Adds to the slope of each input of an operation what its outputs' slopes make of it. */
function stepBack(recorder: Recorder, node: TapeNode, fromX: Ids, slopes: Slopes): void {
  const { kernelName, inputs, outputs, gradient } = node;
  if (!gradient) throw new Error(`Cannot compute gradient: gradient function not found for ${kernelName}.`);
  const gradients = gradient(outputs.map(({ id }) => slopes.get(id))); // TensorFlow.js takes zeros where there is none
  for (const name in inputs) {
    const { id, shape } = inputs[name];
    if (!fromX.has(id)) continue;
    if (!(name in gradients)) throw new Error(`The gradient of ${kernelName} lacks its input ${name}.`);
    const slope = inScope(recorder, gradients[name]);
    if (slope.dtype !== 'float32' || !arraysEqual(slope.shape, shape)) {
      const found = `${slope.dtype} [${slope.shape.join()}]`;
      throw new Error(`The gradient of ${kernelName} by ${name} must be float32 [${shape.join()}]; it is ${found}.`);
    }
    const before = slopes.get(id);
    slopes.set(id, before ? run('Add', { a: before, b: slope }) : slope);
    before?.dispose();
  }
}

/** Of the tensors that are made on the way, the result stays. */
function inScope(recorder: Recorder, compute: () => tf.Tensor): tf.Tensor {
  let result: tf.Tensor | undefined;
  recorder.startScope();
  try {
    result = compute();
    return result;
  } finally {
    recorder.endScope(result);
  }
}
