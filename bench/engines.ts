/** Milliseconds a training step: our engines beside PyTorch on the same cores, one step of each in turn. */
import type { Bench } from './support/bench';
import { nets } from './support/nets';
import { besideTorch } from './support/stepper';

export const bench: Bench = {
  summary: 'milliseconds a training step on each engine (PyTorch from .genlab/bench-venv, PATH or python3-torch)',
  peer: 'PyTorch on the same cores, where it is installed',
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
