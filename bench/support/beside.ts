import { type EngineName, engines } from '../../lib/engine';
import { interleaved, row, type Row } from './bench';
import { startStepper, type Stepper } from './stepper';
import { type Share, TorchPeers } from './torch';

export interface Comparison {
  /** Every piece of work, in the order of the rows. */
  readonly names: readonly string[];
  /** A script of ours and one of PyTorch's, which know the same names. */
  readonly script: string;
  readonly torchScript: string;
  readonly rounds: number;
  /** Whether PyTorch knows this one; if not, its column stays empty. */
  readonly hasPeer?: (name: string) => boolean;
}

/** V8 compiles what runs often; a training run of minutes is measured as it goes on, not as it begins. */
const warmUps = 10;

/**
 * A row for each name on each engine of this machine, beside PyTorch with as much of the machine: all cores beside native,
 * one thread beside wasm, the same card beside an engine on a GPU. The row says which.
 */
export async function besideTorch(comparison: Comparison, say: (text: string) => void): Promise<Row[]> {
  const { names, script, torchScript, rounds, hasPeer = () => true } = comparison;
  const ours = await startEngines(script, say);
  const peer = new TorchPeers(torchScript, say);
  const rows: Row[] = [];
  try {
    for (const name of names) {
      const peers = new Map<Share, Stepper>();
      const peerOf: (Share | undefined)[] = [];
      for (const { engine, stepper } of ours) {
        const beside = hasPeer(name) ? await peer.beside(shareOf(engine, stepper)) : undefined;
        if (beside) peers.set(beside.share, beside.stepper);
        peerOf.push(beside?.share);
      }
      const shares = [...peers.keys()];
      const steppers = [...ours.map(({ stepper }) => stepper), ...peers.values()];
      const measures = steppers.map((stepper) => () => stepper.time(name));
      const medians = await interleaved(measures, rounds, (text) => say(`${name}: ${text}`), warmUps);
      ours.forEach(({ engine }, i) => {
        const share = peerOf[i];
        const theirs = share ? medians[ours.length + shares.indexOf(share)] : null;
        rows.push(row(`${name}, ${engine}${share ? `; PyTorch ${share}` : ''}`, medians[i], theirs, 'ms'));
      });
    }
  } finally {
    for (const { stepper } of ours) stepper.stop();
    await peer.stop();
  }
  return rows;
}

interface Ours {
  readonly engine: EngineName;
  readonly stepper: Stepper;
}

/** The engines that start here. A GPU that is only emulated is left out, unless GENLAB_BENCH_EMULATED is set. */
async function startEngines(script: string, say: (text: string) => void): Promise<Ours[]> {
  const ours: Ours[] = [];
  for (const { engine, missing } of engines()) {
    if (engine === 'cpu' || missing) continue;
    try {
      const args = ['-r', './lib/setup/register.js', script];
      const stepper = await startStepper(process.execPath, args, { GENLAB_ENGINE: engine });
      if (/SwiftShader|llvmpipe/i.test(stepper.about) && !process.env.GENLAB_BENCH_EMULATED) {
        say(`${engine} is left out: its GPU is emulated (GENLAB_BENCH_EMULATED=1 measures it all the same)`);
        stepper.stop();
        continue;
      }
      say(stepper.about);
      ours.push({ engine, stepper });
    } catch {
      say(`${engine} does not start here`);
    }
  }
  return ours;
}

function shareOf(engine: EngineName, { about }: Stepper): Share {
  if (engine === 'wasm') return 'one thread';
  return engine === 'webgpu' || /\bGPU\b/.test(about) ? 'GPU' : 'all cores';
}
