/**
 * Winnowing (Schleimer, Wilkerson, Aiken 2003): of the hashes of all runs of k tokens, the smallest of every w neighbours is
 * kept. Any run of w + k − 1 tokens that two texts share is found, wherever it stands.
 */
import type { Token } from './tokens';

/** Tokens in a run, and runs in a window. */
export const k = 10;
export const w = 6;

export interface Fingerprint {
  readonly hash: number;
  /** Index of the first token of the run. */
  readonly at: number;
}

/** FNV-1a over the kinds of a run. */
function hashOf(tokens: readonly Token[], at: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + k; i++) {
    const { kind } = tokens[i];
    for (let c = 0; c <= kind.length; c++) {
      hash = Math.imul(hash ^ (c < kind.length ? kind.charCodeAt(c) : 0), 0x01000193);
    }
  }
  return hash >>> 0;
}

/** The kept runs in order. Fewer than k tokens have none. */
export function fingerprintsOf(tokens: readonly Token[]): Fingerprint[] {
  const hashes = Array.from({ length: Math.max(0, tokens.length - k + 1) }, (_, at) => hashOf(tokens, at));
  const kept: Fingerprint[] = [];
  const windows = Math.max(1, hashes.length - w + 1);
  for (let from = 0; from < windows && hashes.length; from++) {
    let at = from;
    // Of equal ones the last: then neighbouring windows agree as often as can be.
    for (let i = from; i < Math.min(from + w, hashes.length); i++) if (hashes[i] <= hashes[at]) at = i;
    if (kept.at(-1)?.at !== at) kept.push({ hash: hashes[at], at });
  }
  return kept;
}
