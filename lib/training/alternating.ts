import { UserError } from '../errors';
import type { History } from './history';
import type { PlayerSettings } from './player';
import type { LoopOptions } from './run';
import { play } from './train';

export interface AlternatingOptions<B> extends LoopOptions<B> {
  /**
   * They move in this order. A round is over when each has made its `steps` updates: with 5 for the critic and 1 for the
   * generator it takes five batches, and the generator moves on the last of them. Batches at the end of an epoch that do not
   * fill a round go to whoever would have moved on them.
   */
  readonly players: readonly PlayerSettings<B>[];
}

/**
 * Trains players against each other, or side by side: each minimizes its own loss over its own variables while the others
 * stand still (Goodfellow et al. 2014, arXiv:1406.2661, Algorithm 1). Bar, interrupt, resume, checkpoints and errors are those
 * of `train`. A step of `steps`, `onStep` and the history is a round; `history.loss` is the first player's loss and
 * `history.metrics` holds the others' under their names, each at the player's last update of the round.
 * @throws UserError when a loss is no longer a finite number.
 */
export async function trainAlternating<B>(options: AlternatingOptions<B>): Promise<History> {
  const { name, players } = options;
  const names = players.map((player) => player.name);
  if (players.length === 0) throw new UserError(`trainAlternating (${name}): players is empty, so nobody learns.`);
  if (new Set(names).size < names.length) {
    throw new UserError(`trainAlternating (${name}): each player needs a name of its own, got ${names.join(', ')}.`);
  }
  return play({ ...options, caller: 'trainAlternating' });
}
