/** Milliseconds a training step: our engines beside PyTorch on the same cores, one step of each in turn. */
import type { Bench } from './support/bench';
import { nets } from './support/nets';
import { besideTorch } from './support/beside';

export const bench: Bench = {
  summary: 'milliseconds a training step on each engine',
  peer: 'PyTorch on as many threads',
  run: (say) =>
    besideTorch(
      {
        names: Object.keys(nets),
        script: './bench/support/engine_steps.ts',
        torchScript: './bench/support/torch_steps.py',
        rounds: 15,
      },
      say,
    ),
};
