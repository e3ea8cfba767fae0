import * as tf from '@tensorflow/tfjs';

/** Of the engine, what is private by its types. */
export interface Recorder {
  isTapeOn(): boolean;
  startTape(): void;
  endTape(): void;
  tidy<T extends tf.TensorContainer>(name: string, f: () => T): T;
  gradients(
    f: () => tf.Tensor,
    xs: readonly tf.Tensor[],
    dy?: tf.Tensor | null,
    allowNoGradients?: boolean,
  ): { value: tf.Tensor; grads: (tf.Tensor | undefined)[] };
  runKernel(kernelName: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor | tf.Tensor[];
  /** Runs a kernel, or an operation with a gradient of its own (tf.customGrad), which has no name but its scope's. */
  runKernelFunc(call: { forwardFunc?: unknown; inputs: tf.NamedTensorMap }): tf.Tensor | tf.Tensor[];
  addTapeNode(
    kernelName: string,
    inputs: tf.NamedTensorMap,
    outputs: tf.Tensor[],
    gradient: GradientFunction | null,
    saved: tf.Tensor[],
    attributes: unknown,
  ): void;
  /** The copy of a tensor that is saved for a gradient. */
  clone(x: tf.Tensor): tf.Tensor;
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
  startScope(name?: string): void;
  endScope(result?: unknown): void;
  track(tensor: tf.Tensor): void;
  trackTensor(tensor: tf.Tensor): void;
  keep(tensor: tf.Tensor): tf.Tensor;
  getTensorsForGradient(kernelName: string, inputs: tf.NamedTensorMap, outputs: tf.Tensor[]): tf.Tensor[];
  readonly backend: { incRef(dataId: object): void };
  readonly backendName?: string;
  readonly ENV: { getBool(flag: string): boolean };
  readonly state: {
    kernelDepth: number;
    readonly profiling: boolean;
    /** `null` outside of gradients. */
    activeTape: TapeNode[] | null;
    gradientDepth: number;
    activeScope: Scope | null;
    readonly scopeStack: Scope[];
  };
}

interface Scope {
  readonly id: number;
  readonly name: string;
  readonly track: tf.Tensor[];
}

export interface TapeNode {
  readonly kernelName: string;
  /** From the outputs' slopes to each input's; absent where nobody gave one. */
  readonly gradient?: (slopes: readonly (tf.Tensor | undefined)[]) => Record<string, () => tf.Tensor>;
  readonly inputs: tf.NamedTensorMap;
  readonly outputs: tf.Tensor[];
  readonly saved: tf.Tensor[];
}

export type GradientFunction = (...args: unknown[]) => Record<string, () => tf.Tensor>;

/**
 * Operations that TensorFlow.js differentiates by hand from an intermediate result, which has no derivative of its own, or
 * wrongly (this one for its labels). Under a gradient they are done with plain operations, which are right.
 */
const plainForms: Record<string, (...inputs: tf.Tensor[]) => tf.Tensor> = {
  softmaxCrossEntropy__op: (labels, logits) => tf.logSoftmax(logits).mul(labels).sum(-1).neg(),
};

export function rewriteOperations(recorder: Recorder): void {
  const stock = recorder.runKernelFunc;
  recorder.runKernelFunc = function runKernelFunc(call) {
    const plain = call.forwardFunc && this.isTapeOn() ? plainForms[this.state.activeScope?.name ?? ''] : undefined;
    return plain ? plain(...Object.values(call.inputs)) : stock.call(this, call);
  };
}

const fusedConvolution = /^fused(Depthwise)?Conv2d_/i;

/**
 * Convolution layers run convolution and bias as one kernel, whose stock gradient refuses a dilation. It is the plain
 * convolution's (./convolution) and a sum for the bias.
 */
export function followDilations(recorder: Recorder): (kernelName: string) => GradientFunction | undefined {
  let last: tf.Conv2DAttrs | undefined;
  const stock = recorder.runKernel;
  recorder.runKernel = function runKernel(kernelName, inputs, attributes) {
    if (kernelName === 'FusedConv2D' || kernelName === 'FusedDepthwiseConv2D') {
      last = attributes as unknown as tf.Conv2DAttrs;
    }
    return stock.call(this, kernelName, inputs, attributes);
  };
  return (kernelName) => {
    const attributes = last; // none in most models
    const found = attributes && fusedConvolution.exec(kernelName);
    if (!found || [attributes.dilations].flat().every((step) => step === 1)) return undefined;
    return (dy, saved) => {
      const [filter, x, , bias] = saved as tf.Tensor[];
      const plain = tf.getGradient(found[1] ? 'DepthwiseConv2dNative' : 'Conv2D').gradFunc;
      const gradients = plain(dy as tf.Tensor, [x, filter], attributes as unknown as tf.NamedAttrMap);
      return { 0: gradients.x, 1: gradients.filter, ...(bias && { 2: () => tf.sum(dy as tf.Tensor, [0, 1, 2]) }) };
    };
  };
}
