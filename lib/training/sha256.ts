/** SHA-256 (FIPS 180-4) in hexadecimal. `crypto.subtle` would do, but a page that is not served securely lacks it. */
export function sha256(parts: readonly Uint8Array[]): string {
  const hash = Uint32Array.from(initial);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const block = new DataView(new ArrayBuffer(64));
  const schedule = new Uint32Array(64);
  let filled = 0;
  const put = (byte: number) => {
    block.setUint8(filled++, byte);
    if (filled === 64) {
      compress(hash, block, schedule);
      filled = 0;
    }
  };
  for (const part of parts) for (let i = 0; i < part.length; i++) put(part[i]);
  put(0x80);
  while (filled !== 56) put(0);
  block.setUint32(56, Math.floor(length / 2 ** 29));
  block.setUint32(60, (length << 3) >>> 0);
  compress(hash, block, schedule);
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('');
}

function compress(hash: Uint32Array, block: DataView, w: Uint32Array): void {
  for (let t = 0; t < 16; t++) w[t] = block.getUint32(4 * t);
  for (let t = 16; t < 64; t++) {
    const s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >>> 3);
    const s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >>> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let t = 0; t < 64; t++) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + constants[t] + w[t]) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (hash[i] += word));
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The first 32 bits of the fractional parts of the roots of the first 64 primes. */
function primeRoots(count: number, root: (prime: number) => number): Uint32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Uint32Array.from(primes, (prime) => Math.floor((root(prime) % 1) * 2 ** 32));
}

const constants = primeRoots(64, Math.cbrt);
const initial = primeRoots(8, Math.sqrt);
