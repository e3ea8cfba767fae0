import type { Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../engine';
import type { Sampler } from './recipe';

/** Images at a time, so that memory does not grow with their number. */
const batch = 250;
/** How often it is told how far it is, in milliseconds. */
const interval = 30_000;

/** n images in batches; every half a minute `say` is told how many there are and how long the others will take. */
export async function* drawn(
  what: string,
  sampler: Sampler,
  n: number,
  random: Random,
  say: (line: string) => void = () => undefined,
): AsyncGenerator<Tensor4D> {
  const begin = performance.now();
  let told = begin;
  for (let from = 0; from < n; from += batch) {
    yield await sampler(Math.min(batch, n - from), random.fork(from));
    const now = performance.now();
    if (now - told < interval) continue;
    told = now;
    const done = Math.min(n, from + batch);
    const rate = (1000 * done) / (now - begin);
    const minutes = Math.ceil((n - done) / rate / 60);
    say(`${what}: ${done.toLocaleString('en-US')} of ${n.toLocaleString('en-US')} images, ${rate.toPrecision(3)} a second, about ${minutes} min left`); // prettier-ignore
  }
}
