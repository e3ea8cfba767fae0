import * as tf from '@tensorflow/tfjs';
import { Random, withMemoryAdvice } from '../engine';
import { UserError } from '../errors';
import { Adam } from './adam';
import { packRun, unpackRun } from './checkpoint';
import { emptyHistory, type HistoryData, smoothedEnd } from './history';
import { breathe, cellSignal } from './host';
import { Progress, type Standing } from './progress';
import { recall, remember, restoreOptimizer, type RunState, saveOptimizer } from './state';
import { Stopwatch } from './stopwatch';
import type { StepInfo, TrainOptions } from './train';

/** One call of `train`: where it stands, and how it goes on. */
export class Run<B> {
  history: HistoryData;
  failed = false;
  private step = 0;
  private epoch = 1;
  private stepInEpoch = 0;
  private stepsPerEpoch: number | undefined;
  private secondsBefore = 0;
  private alreadyOver = false;
  private leaked = 0;
  private lastBreath = performance.now();
  private readonly optimizer: tf.Optimizer;
  private readonly batchNoise: Random;
  private readonly lossNoise: Random;
  private readonly signal: AbortSignal | undefined;
  private readonly progress: Progress;
  private readonly watch = new Stopwatch();

  constructor(private readonly options: TrainOptions<B>) {
    checkOptions(options);
    const random = new Random(options.seed ?? 0);
    this.batchNoise = random.fork('batches');
    this.lossNoise = random.fork('loss');
    this.history = emptyHistory(options.name);
    this.stepsPerEpoch = options.stepsPerEpoch;
    this.signal = options.signal ?? cellSignal();
    this.optimizer = options.optimizer ?? new Adam({ learningRate: options.learningRate });
    this.progress = new Progress(options.name);
  }

  /** Takes up the state of an earlier run, if that is wanted and there is one. */
  async begin(): Promise<void> {
    const { resume, variables, seed = 0 } = this.options;
    const state = resume ? (recall(variables) ?? (await this.stored())) : undefined;
    if (state) {
      if (state.seed !== seed) {
        throw new UserError(
          `train: this run was started with seed ${state.seed} and can only be resumed with it; got seed ${seed}.`,
        );
      }
      ({ step: this.step, epoch: this.epoch, stepInEpoch: this.stepInEpoch } = state);
      this.history = { ...structuredClone(state.history), interrupted: false };
      this.secondsBefore = state.history.seconds;
      await restoreOptimizer(this.optimizer, state.optimizer);
    }
    this.alreadyOver = this.isDone();
    this.watch.reset();
  }

  isOver(): boolean {
    return this.isDone() || this.signal?.aborted === true;
  }

  /** One pass over the batches, or what is left of it. */
  async oneEpoch(): Promise<void> {
    const { epoch, options } = this;
    let position = 0;
    let tensors = tf.memory().numTensors;
    for await (const batch of options.batches(epoch, this.batchNoise.fork(epoch))) {
      const isBehind = position++ < this.stepInEpoch; // done before the interruption
      if (isBehind || this.isOver()) {
        tf.dispose(tensorsIn(batch));
        if (isBehind) continue;
        return;
      }
      const info = await this.oneStep(batch);
      // A run's first step also makes the optimizer's own tensors.
      if (this.watch.steps > 1) this.leaked += tf.memory().numTensors - tensors;
      await options.onStep?.(info);
      if (options.checkpoint && this.step % options.checkpoint.every === 0) await this.store(await this.state());
      await this.report();
      tensors = tf.memory().numTensors;
    }
    if (position === 0) throw new UserError(`train: there are no batches in epoch ${epoch}.`);
    this.stepsPerEpoch = position;
    this.epoch++;
    this.stepInEpoch = 0;
    const values = await options.onEpoch?.({ ...this.lastInfo(), epoch });
    this.watch.reset();
    if (values) this.history.epochs.push({ epoch, step: this.step, values: { ...values } });
  }

  /** Keeps what a later call with `resume` needs, and leaves the line that tells how it went. */
  async end(): Promise<void> {
    const { history, options } = this;
    history.predictedSeconds ??= this.watch.predictedSeconds;
    history.interrupted = !this.failed && !this.isDone();
    const state = await this.state();
    remember(options.variables, state);
    if (options.checkpoint && !this.alreadyOver) await this.store(state);
    if (!options.optimizer) this.optimizer.dispose();
    const interrupted = history.interrupted ? 'interrupted' : 'finished';
    this.progress.finish(this.standing(), this.failed ? 'failed' : this.alreadyOver ? 'already' : interrupted);
    if (this.leaked > 0) {
      console.warn(
        `${options.name}: ${this.leaked} tensors were left over by ${this.watch.steps} steps. Look for tf.keep, ` +
          'tf.variable, or a batch with tensors the loop cannot see.',
      );
    }
  }

  private async state(): Promise<RunState> {
    const { history, step, epoch, stepInEpoch, options } = this;
    history.seconds = this.secondsBefore + this.watch.seconds();
    const optimizer = await saveOptimizer(this.optimizer);
    return { seed: options.seed ?? 0, step, epoch, stepInEpoch, history, optimizer };
  }

  private async store(state: RunState): Promise<void> {
    const { checkpoint, variables } = this.options;
    await checkpoint?.store.write(this.fileName(), await packRun(variables, state));
  }

  private async stored(): Promise<RunState | undefined> {
    const { checkpoint, variables } = this.options;
    const bytes = await checkpoint?.store.read(this.fileName());
    return bytes && unpackRun(variables, bytes, this.fileName());
  }

  private fileName(): string {
    return `${this.options.name}.run.safetensors`;
  }

  private async oneStep(batch: B): Promise<StepInfo> {
    const { options, watch, history } = this;
    const images = tensorsIn(batch)[0]?.shape[0] ?? 0;
    const { names, scalars, gradients } = withMemoryAdvice(images, () => this.gradients(batch));
    const values = await readScalars(scalars);
    const [loss] = values;
    if (!values.every(Number.isFinite)) {
      tf.dispose(gradients);
      throw notFinite(options, this.step + 1, names, values);
    }
    this.setRate();
    withMemoryAdvice(images, () => this.optimizer.applyGradients(gradients));
    tf.dispose(gradients);
    this.step++;
    this.stepInEpoch++;
    history.loss.push(loss);
    history.images += images;
    const metrics = Object.fromEntries(names.slice(1).map((name, i) => [name, values[i + 1]]));
    for (const [name, value] of Object.entries(metrics)) (history.metrics[name] ??= []).push(value);
    watch.lap(images);
    return { step: this.step, epoch: this.epoch, loss, metrics };
  }

  private setRate(): void {
    const { optimizer, learningRate = 1e-3, schedule } = this.options;
    if (optimizer || schedule !== 'cosine' || !(this.optimizer instanceof Adam)) return;
    const done = this.step / (this.stepsInAll() ?? Infinity);
    this.optimizer.learningRate = (learningRate * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
  }

  /** Loss, metrics and gradients of one batch, which it disposes of. */
  private gradients(batch: B) {
    const { options, step } = this;
    let names = ['loss'];
    let extras: tf.Tensor[] = [];
    try {
      const evaluate = () => {
        const result = options.loss(batch, this.lossNoise.fork(step));
        if (result instanceof tf.Tensor) return result.asScalar();
        const { loss, ...metrics } = result;
        names = ['loss', ...Object.keys(metrics)];
        extras = Object.values(metrics).map((metric) => tf.keep(metric.asScalar()));
        return loss.asScalar();
      };
      // The tidy is for errors: without it, what was computed up to there would stay.
      const { value, grads } = tf.tidy(() => tf.variableGrads(evaluate, [...options.variables]));
      if (step === 0) warnOfDeaf(options, grads);
      return { names, scalars: [value, ...extras], gradients: grads };
    } catch (error) {
      tf.dispose(extras);
      throw isUnconnected(error) ? new UserError(unconnected(options)) : error;
    } finally {
      tf.dispose(tensorsIn(batch));
    }
  }

  private async report(): Promise<void> {
    this.watch.predict(this.stepsLeft());
    this.progress.update(() => this.standing());
    if (performance.now() - this.lastBreath < 30) return;
    await breathe();
    this.lastBreath = performance.now();
  }

  private isDone(): boolean {
    const { steps, epochs = 0 } = this.options;
    return steps === undefined ? this.epoch > epochs : this.step >= steps;
  }

  private stepsInAll(): number | undefined {
    const { steps, epochs } = this.options;
    return steps ?? (this.stepsPerEpoch && epochs && this.stepsPerEpoch * epochs);
  }

  private stepsLeft(): number | undefined {
    const inAll = this.stepsInAll();
    return inAll === undefined ? undefined : inAll - this.step;
  }

  private standing(): Standing {
    const { watch, step } = this;
    const { loss, curve } = smoothedEnd(this.history.loss);
    return {
      step,
      steps: this.stepsInAll(),
      loss,
      curve,
      images: watch.images,
      stepSeconds: watch.stepSeconds,
      seconds: watch.seconds(),
      secondsLeft: watch.secondsLeft(this.stepsLeft()),
      predictedSeconds: watch.predictedSeconds,
    };
  }

  private lastInfo(): StepInfo {
    const { loss, metrics } = this.history;
    const last = Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, values[values.length - 1]]));
    return { step: this.step, epoch: this.epoch, loss: loss[loss.length - 1], metrics: last };
  }
}

/** The tensors of a batch: the batch itself, or the values of the object it is. */
function tensorsIn(batch: unknown): tf.Tensor[] {
  if (batch instanceof tf.Tensor) return [batch];
  if (typeof batch !== 'object' || batch === null) return [];
  return Object.values(batch).filter((value) => value instanceof tf.Tensor);
}

/** One trip to the engine for all of them. */
async function readScalars(scalars: readonly tf.Tensor[]): Promise<number[]> {
  const all = scalars.length === 1 ? scalars[0] : tf.stack([...scalars]);
  const values = [...(await all.data())];
  tf.dispose([all, ...scalars]);
  return values;
}

function checkOptions<B>(options: TrainOptions<B>): void {
  const { variables, steps, epochs, name } = options;
  if (variables.length === 0) throw new UserError(`train (${name}): variables is empty, so there is nothing to learn.`);
  if ((steps === undefined) === (epochs === undefined)) {
    throw new UserError(`train (${name}): say when to stop by epochs or by steps, one of the two.`);
  }
  if (options.schedule === 'cosine' && (options.optimizer || !(steps ?? options.stepsPerEpoch))) {
    throw new UserError(
      `train (${name}): the cosine schedule needs the loop's own Adam, and steps or stepsPerEpoch to know the end.`,
    );
  }
  const limit = steps ?? epochs ?? 0;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new UserError(`train (${name}): ${steps ? 'steps' : 'epochs'} is a whole number from 1, got ${limit}.`);
  }
}

function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Cannot find a connection');
}

function unconnected<B>({ name, variables }: TrainOptions<B>): string {
  const names = variables.map((variable) => variable.name).join(', ');
  return `${name}: the loss does not depend on any of the variables to learn (${names}). Does it call the model?`;
}

/** A variable that the loss does not depend on is a mistake more often than not, and otherwise hard to see. */
function warnOfDeaf<B>({ variables, name }: TrainOptions<B>, gradients: tf.NamedTensorMap): void {
  const deaf = variables.filter((variable) => !(variable.name in gradients)).map((variable) => variable.name);
  if (deaf.length > 0) console.warn(`${name}: the loss does not depend on ${deaf.join(', ')}, which will not change.`);
}

function notFinite<B>({ name }: TrainOptions<B>, step: number, names: string[], values: number[]): UserError {
  const culprits = names.map((metric, i) => `${metric} = ${values[i]}`).filter((_, i) => !Number.isFinite(values[i]));
  return new UserError(
    `${name}: ${culprits.join(', ')} at step ${step}, so training stops; the weights are as they were before this step. ` +
      'Try a learning rate ten times smaller; look for the logarithm of 0, a division by 0, or exp of a large number ' +
      '(logVar that grew); then build the model anew and train again.',
  );
}
