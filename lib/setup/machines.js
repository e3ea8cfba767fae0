'use strict';
/** What differs from one kind of machine to another when TensorFlow's library is fetched and its addon is compiled. */

/**
 * @typedef {object} Machine
 * @property {string} name `linux-x64`, as Node names platform and processor
 * @property {readonly string[]} wheels Python packages that carry the C library, the smallest first
 * @property {string} [cudaWheel] the one that carries it for NVIDIA cards
 * @property {string} [archive] the official download of the C library
 * @property {(stem: string) => string} library a library's file as the loader looks for it (SONAME, install name)
 * @property {readonly string[]} linkerFlags
 */

const linux = {
  library: (/** @type {string} */ stem) => `${stem}.so.2`,
  linkerFlags: [],
};

/** @type {Record<string, Omit<Machine, 'name'>>} */
const machines = {
  'linux-x64': {
    ...linux,
    wheels: ['tensorflow-cpu', 'tensorflow'],
    cudaWheel: 'tensorflow',
    archive: 'libtensorflow-cpu-linux-x86_64.tar.gz',
  },
  'linux-arm64': { ...linux, wheels: ['tensorflow', 'tensorflow-cpu-aws'] },
  'darwin-arm64': {
    wheels: ['tensorflow'],
    archive: 'libtensorflow-cpu-darwin-arm64.tar.gz',
    library: (stem) => `${stem}.2.dylib`,
    // Node's own functions are found when Node loads the addon.
    linkerFlags: ['-undefined', 'dynamic_lookup'],
  },
};

/** Why some machines have no native engine, and what to do there. */
const without = {
  win32:
    'TensorFlow has no C library for Windows that fits: use WSL 2 (wsl --install), or lessons run on WebGPU or wasm',
  'darwin-x64': 'TensorFlow gave up Macs with Intel processors: lessons run on WebGPU or wasm',
};

/**
 * @param {string} [platform]
 * @param {string} [processor]
 * @returns {Machine | { reason: string }}
 */
function machineOf(platform = process.platform, processor = process.arch) {
  const name = `${platform}-${processor}`;
  const found = machines[name];
  if (found) return { name, ...found };
  const reasons = /** @type {Record<string, string>} */ (without);
  return { reason: reasons[platform] ?? reasons[name] ?? `TensorFlow's C library is not made for ${name}` };
}

module.exports = { machineOf };
