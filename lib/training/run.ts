import * as tf from '@tensorflow/tfjs';
import { Random } from '../engine';
import { UserError } from '../errors';
import { packRun, unpackRun } from './checkpoint';
import { emptyHistory, type HistoryData, smoothedEnd } from './history';
import { breathe, cellSignal } from './host';
import { Player, type PlayerSettings, type Update } from './player';
import { Progress, type Standing } from './progress';
import { recall, remember, restoreOptimizer, type RunState, saveOptimizer } from './state';
import { Stopwatch } from './stopwatch';
import type { StepInfo, TrainOptions } from './train';

/** What concerns the loop, not one player. */
export type LoopOptions<B> = Omit<TrainOptions<B>, Exclude<keyof PlayerSettings<B>, 'name' | 'steps'>>;

/** What `train` and `trainAlternating` have in common. */
export interface RunOptions<B> extends LoopOptions<B> {
  readonly caller: 'train' | 'trainAlternating';
  readonly players: readonly PlayerSettings<B>[];
}

/** One call of `train` or `trainAlternating`: where it stands, and how it goes on. */
export class Run<B> {
  history: HistoryData;
  failed = false;
  /** Rounds done. A round takes as many batches as the busiest player makes updates; for `train` that is one. */
  private step = 0;
  private epoch = 1;
  private stepInEpoch = 0;
  private stepsPerEpoch: number | undefined;
  private secondsBefore = 0;
  private alreadyOver = false;
  private leaked = 0;
  private lastBreath = performance.now();
  private readonly players: readonly Player<B>[];
  private readonly variables: readonly tf.Variable[];
  private readonly roundLength: number;
  private readonly batchNoise: Random;
  private readonly lossNoise: Random;
  private readonly signal: AbortSignal | undefined;
  private readonly progress: Progress;
  private readonly watch = new Stopwatch();

  constructor(private readonly options: RunOptions<B>) {
    checkOptions(options);
    const random = new Random(options.seed ?? 0);
    const { name, players } = options;
    this.batchNoise = random.fork('batches');
    this.lossNoise = random.fork('loss');
    this.history = emptyHistory(name, this.isAlone() ? undefined : players[0].name);
    this.stepsPerEpoch = options.stepsPerEpoch;
    this.signal = options.signal ?? cellSignal();
    this.players = players.map((player) => new Player(player, this.isAlone() ? name : `${name}, ${player.name}`));
    this.variables = players.flatMap(({ variables }) => [...variables]);
    this.roundLength = Math.max(...this.players.map(({ steps }) => steps));
    this.progress = new Progress(name);
  }

  /** Takes up the state of an earlier run, if that is wanted and there is one. */
  async begin(): Promise<void> {
    const { resume, seed = 0, caller } = this.options;
    const state = resume ? (recall(this.variables) ?? (await this.stored())) : undefined;
    if (state) {
      if (state.seed !== seed) {
        throw new UserError(
          `${caller}: this run was started with seed ${state.seed} and can only be resumed with it; got seed ${seed}.`,
        );
      }
      ({ step: this.step, epoch: this.epoch, stepInEpoch: this.stepInEpoch } = state);
      this.history = { ...structuredClone(state.history), interrupted: false };
      this.secondsBefore = state.history.seconds;
      for (const [i, { optimizer }] of this.players.entries()) await restoreOptimizer(optimizer, state.optimizers[i]);
    }
    this.alreadyOver = this.isDone();
    this.watch.reset();
  }

  isOver(): boolean {
    return this.isDone() || this.signal?.aborted === true;
  }

  /** One pass over the batches, or what is left of it. */
  async oneEpoch(): Promise<void> {
    const { epoch, options, roundLength } = this;
    let position = 0;
    let images = 0;
    let isEnded = false;
    let tensors = tf.memory().numTensors;
    const growth = (): number => -tensors + (tensors = tf.memory().numTensors);
    for await (const batch of options.batches(epoch, this.batchNoise.fork(epoch))) {
      const turn = position % roundLength;
      const isBehind = position++ < this.stepInEpoch * roundLength; // done before the interruption
      isEnded = !isBehind && turn === 0 && this.isOver();
      if (isBehind || isEnded) {
        tf.dispose(tensorsIn(batch));
        if (isBehind) continue;
        break;
      }
      const used = tensorsIn(batch);
      images += used[0]?.shape[0] ?? 0;
      const isFirst = this.watch.steps === 0;
      this.leaked += growth();
      await this.oneTurn(batch, turn);
      const grown = growth();
      this.leaked += isFirst ? -used.length : grown; // a run's first step also makes the optimizers' own tensors
      if (turn === roundLength - 1) {
        const info = this.endRound(images);
        images = 0;
        await options.onStep?.(info);
        if (options.checkpoint && this.step % options.checkpoint.every === 0) await this.store(await this.state());
        await this.report();
        growth(); // theirs to keep
      }
    }
    this.leaked += growth(); // what the batches had made besides themselves goes with the last of them
    if (isEnded) return;
    if (position < roundLength) throw tooFewBatches(options, epoch, position, roundLength);
    this.stepsPerEpoch = Math.floor(position / roundLength);
    this.epoch++;
    this.stepInEpoch = 0;
    const values = await options.onEpoch?.({ ...this.lastInfo(), epoch });
    this.watch.reset();
    if (values) this.history.epochs.push({ epoch, step: this.step, values: { ...values } });
  }

  /** Keeps what a later call with `resume` needs, and leaves the line that tells how it went. */
  async end(): Promise<void> {
    const { history, options, players } = this;
    history.predictedSeconds ??= this.watch.predictedSeconds;
    history.interrupted = !this.failed && !this.isDone();
    const state = await this.state();
    remember(this.variables, state);
    if (options.checkpoint && !this.alreadyOver) await this.store(state);
    for (const player of players) player.dispose();
    const interrupted = history.interrupted ? 'interrupted' : 'finished';
    this.progress.finish(this.standing(), this.failed ? 'failed' : this.alreadyOver ? 'already' : interrupted);
    if (this.leaked > 0 && !this.failed) {
      console.warn(
        `${options.name}: ${this.leaked} tensors were left over by ${this.watch.steps} steps. Look for tf.keep, ` +
          'tf.variable, or a batch with tensors the loop cannot see.',
      );
    }
  }

  private isAlone(): boolean {
    return this.options.caller === 'train';
  }

  private async state(): Promise<RunState> {
    const { history, step, epoch, stepInEpoch, options } = this;
    history.seconds = this.secondsBefore + this.watch.seconds();
    const optimizers = [];
    for (const { optimizer } of this.players) optimizers.push(await saveOptimizer(optimizer));
    return { seed: options.seed ?? 0, step, epoch, stepInEpoch, history, optimizers };
  }

  private async store(state: RunState): Promise<void> {
    const { checkpoint, state: untrained } = this.options;
    await checkpoint?.store.write(this.fileName(), await packRun(this.variables, state, untrained));
  }

  private async stored(): Promise<RunState | undefined> {
    const { checkpoint, state: untrained } = this.options;
    const bytes = await checkpoint?.store.read(this.fileName());
    return bytes && unpackRun(this.variables, bytes, this.fileName(), untrained);
  }

  private fileName(): string {
    return `${this.options.name}.run.safetensors`;
  }

  /** The updates that a batch is for: a player with fewer than the others moves towards the end of the round. */
  private async oneTurn(batch: B, turn: number): Promise<void> {
    const { step, players, roundLength } = this;
    const images = tensorsIn(batch)[0]?.shape[0] ?? 0;
    const noise = this.lossNoise.fork(step);
    const done = step / (this.stepsInAll() ?? Infinity);
    try {
      for (const [i, player] of players.entries()) {
        if (turn < roundLength - player.steps) continue;
        player.setRate(this.options.schedule, done);
        const own = this.isAlone() ? noise : noise.fork(`${player.settings.name} ${turn}`);
        const update = await player.update(batch, own, images, step + 1);
        if (turn === roundLength - 1) this.record(i, update);
      }
    } finally {
      tf.dispose(tensorsIn(batch));
    }
  }

  /** A round's entry in the curves is each player's last update. */
  private record(i: number, { loss, metrics }: Update): void {
    const { history, step } = this;
    const add = (name: string, value: number) => {
      const curve = (history.metrics[name] ??= []);
      if (curve.length > step) throw new UserError(`${this.options.name}: two curves have the name ${name}.`);
      curve.push(value);
    };
    if (i === 0) history.loss.push(loss);
    else add(this.players[i].settings.name, loss);
    for (const [name, value] of Object.entries(metrics)) add(name, value);
  }

  private endRound(images: number): StepInfo {
    this.step++;
    this.stepInEpoch++;
    this.history.images += images;
    this.watch.lap(images);
    return this.lastInfo();
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
    const { watch, step, history } = this;
    const { loss, curve } = smoothedEnd(history.loss);
    const others = this.players.slice(1).map(({ settings: { name } }) => ({
      name,
      loss: smoothedEnd(history.metrics[name] ?? []).loss,
    }));
    return {
      step,
      steps: this.stepsInAll(),
      lossName: history.lossName,
      loss,
      others,
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

function tooFewBatches<B>({ caller }: RunOptions<B>, epoch: number, found: number, wanted: number): UserError {
  return new UserError(
    found === 0
      ? `${caller}: there are no batches in epoch ${epoch}.`
      : `${caller}: epoch ${epoch} has ${found} batches, and a round of all players takes ${wanted}. Use smaller batches.`,
  );
}

function checkOptions<B>(options: RunOptions<B>): void {
  const { players, steps, epochs, name, caller } = options;
  const where = `${caller} (${name})`;
  for (const { name: player, variables, steps: updates = 1 } of players) {
    if (variables.length === 0) {
      const whose = caller === 'train' ? 'variables is' : `the variables of ${player} are`;
      throw new UserError(`${where}: ${whose} empty, so there is nothing to learn.`);
    }
    if (!Number.isInteger(updates) || updates < 1) {
      throw new UserError(`${where}: steps of ${player} is a whole number from 1, got ${updates}.`);
    }
  }
  if ((steps === undefined) === (epochs === undefined)) {
    throw new UserError(`${where}: say when to stop by epochs or by steps, one of the two.`);
  }
  const ownAdam = players.some(({ optimizer }) => !optimizer);
  if (options.schedule === 'cosine' && (!ownAdam || !(steps ?? options.stepsPerEpoch))) {
    throw new UserError(
      `${where}: the cosine schedule needs the loop's own Adam, and steps or stepsPerEpoch to know the end.`,
    );
  }
  const limit = steps ?? epochs ?? 0;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new UserError(`${where}: ${steps ? 'steps' : 'epochs'} is a whole number from 1, got ${limit}.`);
  }
}
