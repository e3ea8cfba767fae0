/** A training step and sampling of each model family, beside the same network in PyTorch. */
import { UserError } from '../lib/errors';
import { root, run } from '../lib/setup/common.js';
import type { Bench } from './support/bench';
import { besideTorch } from './support/beside';
import { modelWorks } from './support/model_groups';
import { torchPython } from './support/torch';

const torchScript = './bench/support/torch_models.py';

export const bench: Bench = {
  summary: 'milliseconds a training step, and sampling, of each model family on each engine',
  peer: 'PyTorch on as many threads',
  async run(say) {
    const known = await torchNames(say);
    const names = Object.keys(await modelWorks());
    const strangers = [...known].filter((name) => !names.includes(name));
    if (strangers.length > 0) throw new UserError(`bench/models/*.py has what *.ts has not: ${strangers.join('; ')}`);
    return besideTorch(
      {
        names,
        script: './bench/support/model_steps.ts',
        torchScript,
        rounds: 15,
        hasPeer: (name) => known.has(name),
      },
      say,
    );
  },
};

async function torchNames(say: (text: string) => void): Promise<Set<string>> {
  const python = await torchPython(say);
  if (!python) return new Set();
  const { code, stdout, output } = await run(python, [torchScript, '--names'], { cwd: root });
  if (code !== 0) throw new Error(`${torchScript} failed:\n${output}`);
  return new Set(JSON.parse(stdout) as string[]);
}
