'use strict';
/**
 * Gets the data sets and proves that they are the right ones. Where they may lie is the same here and in
 * datasets/files.ts, which reads them; what they must be is in datasets/*.files.json.
 */
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const zlib = require('node:zlib');
const {
  SetupError,
  cacheFolder,
  hashOf,
  lastLines,
  readStamp,
  root,
  run,
  which,
  withLock,
  writeStamp,
} = require('./common.js');
const { download } = require('./download.js');
const { megabytes } = require('./progress.js');

/**
 * @typedef {object} DataFile
 * @property {string} name
 * @property {number} bytes unpacked
 * @property {string} sha256 of the unpacked file: the same pictures are packed differently by different servers
 */

/**
 * @typedef {object} DataSet
 * @property {string} name
 * @property {string} title
 * @property {readonly DataFile[]} files
 * @property {number} packed bytes to download, about
 * @property {readonly string[]} mirrors addresses to which a file's name and .gz are appended
 * @property {string} debianPackage holds the files in /usr/share/datasets/NAME
 */

/** @typedef {{ file: string, state: 'ok' | 'missing' | 'wrong', what: string }} FileState */

/** @param {string} name @returns {DataFile[]} */
const manifest = (name) => JSON.parse(fs.readFileSync(path.join(root, 'datasets', `${name}.files.json`), 'utf8')).files;

/** @type {readonly DataSet[]} */
const dataSets = [
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST: 70,000 grey pictures of clothes, 28×28, ten classes',
    files: manifest('fashion-mnist'),
    packed: 30_878_551,
    mirrors: [
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', // the authors' own; it has no https
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/',
    ],
    debianPackage: 'dataset-fashion-mnist',
  },
];

/** @param {string} name */
function dataSet(name) {
  const set = dataSets.find((candidate) => candidate.name === name);
  if (!set)
    throw new SetupError(`there is no data set ${name}. There are: ${dataSets.map((s) => s.name).join(', ')}`, 1);
  return set;
}

/** @param {DataSet} set */
const cachedFolder = (set) => path.join(cacheFolder(), 'data', set.name);

/** The folders that may hold a data set, in the order in which they are asked. @param {DataSet} set */
function foldersOf(set) {
  const own = process.env.GENLAB_DATA;
  return [
    ...(own ? [own, path.join(own, set.name), path.join(own, 'usr', 'share', 'datasets', set.name)] : []),
    path.join('/usr/share/datasets', set.name),
    cachedFolder(set),
  ].map((folder) => path.resolve(folder));
}

/** @param {string} folder @param {DataFile} file */
function fileIn(folder, file) {
  return [`${file.name}.gz`, file.name].map((name) => path.join(folder, name)).find((name) => fs.existsSync(name));
}

/** The folder that will be read: the first with at least one of the files. @param {DataSet} set */
function findFolder(set) {
  return foldersOf(set).find((folder) => set.files.some((file) => fileIn(folder, file)));
}

/**
 * What is wrong with one file, by its unpacked bytes.
 * @param {string} name
 * @param {DataFile} expected
 * @returns {Promise<string | undefined>}
 */
async function faultOf(name, expected) {
  const hash = crypto.createHash('sha256');
  let bytes = 0;
  const packed = await isGzip(name);
  try {
    await pipeline(
      fs.createReadStream(name),
      packed ? zlib.createGunzip() : new PassThrough(),
      async (/** @type {AsyncIterable<Buffer>} */ chunks) => {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          hash.update(chunk);
        }
      },
    );
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'Z_BUF_ERROR') return `is truncated (${fs.statSync(name).size} bytes)`;
    return code === 'Z_DATA_ERROR' ? 'is damaged' : `cannot be read: ${message}`;
  }
  if (bytes !== expected.bytes) {
    return `${bytes < expected.bytes ? 'is truncated' : 'is too long'}: ${bytes} bytes unpacked instead of ${expected.bytes}`;
  }
  return hash.digest('hex') === expected.sha256 ? undefined : 'has a wrong checksum';
}

/** @param {string} name */
async function isGzip(name) {
  const file = await fs.promises.open(name);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/** @param {DataSet} set @param {string} folder @returns {Promise<FileState[]>} */
function verify(set, folder) {
  return Promise.all(
    set.files.map(async (expected) => {
      const file = fileIn(folder, expected);
      if (!file) return { file: path.join(folder, `${expected.name}.gz`), state: 'missing', what: 'is missing' };
      const what = await faultOf(file, expected);
      return what ? { file, state: 'wrong', what } : { file, state: 'ok', what: '' };
    }),
  );
}

/** Changes when any of the files does; much quicker to make than to read them all. @param {DataSet} set @param {string} folder */
function fingerprint(set, folder) {
  const parts = set.files.map((expected) => {
    const file = fileIn(folder, expected);
    if (!file) return 'missing';
    const { size, mtimeMs } = fs.statSync(file);
    return `${file} ${size} ${mtimeMs} ${expected.sha256}`;
  });
  return hashOf(...parts);
}

/**
 * The set-up step: the data set is there and right, fetched if it must be.
 * @param {DataSet} set
 * @param {(text: string) => void} say
 * @returns {Promise<{ folder: string, fetched: string | undefined }>}
 */
async function ensureData(set, say) {
  const stamp = `data-${set.name}`;
  const folder = findFolder(set);
  if (folder && readStamp(stamp) === fingerprint(set, folder)) return { folder, fetched: undefined };
  say('checking');
  const faults = folder ? (await verify(set, folder)).filter(({ state }) => state !== 'ok') : [];
  let fetched;
  if (!folder || (faults.length > 0 && folder === cachedFolder(set))) {
    fetched = await fetchData(set, say);
  } else if (faults.length > 0) {
    const list = faults.map(({ file, what }) => `  ${file} ${what}`).join('\n');
    throw new SetupError(`the data set ${set.name} in ${folder} is not whole:\n${list}\n${waysToGet(set)}`);
  }
  const there = folder ?? cachedFolder(set);
  writeStamp(stamp, fingerprint(set, there));
  return { folder: there, fetched };
}

/**
 * Brings the files that are missing or wrong into the cache.
 * @param {DataSet} set
 * @param {(text: string) => void} say
 * @param {{ debian?: boolean }} [options]
 * @returns {Promise<string>} where they came from
 */
async function fetchData(set, say, { debian = true } = {}) {
  const folder = cachedFolder(set);
  return withLock(`${folder}.lock`, say, async () => {
    const states = await verify(set, folder);
    const wanted = set.files.filter((_, i) => states[i].state !== 'ok');
    if (wanted.length === 0) return 'the cache';
    for (const { file, state } of states) if (state === 'wrong') fs.rmSync(file);
    try {
      return await fromMirrors(wanted, folder, set.mirrors, say);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      const reason = debian ? await fromDebian(set, folder, say) : 'not tried';
      if (reason === undefined) return `Debian's package ${set.debianPackage}`;
      const apt = debian ? `\nDebian's package ${set.debianPackage}: ${reason}` : '';
      throw new SetupError(`${error.message}${apt}\n${waysToGet(set)}`);
    }
  });
}

/**
 * @param {readonly DataFile[]} files
 * @param {string} folder
 * @param {readonly string[]} mirrors
 * @param {(text: string) => void} say
 */
async function fromMirrors(files, folder, mirrors, say) {
  let usable = [...mirrors];
  let source = '';
  for (const file of files) {
    const url = await download({
      urls: usable.map((mirror) => `${mirror}${file.name}.gz`),
      to: path.join(folder, `${file.name}.gz`),
      verify: (name) => faultOf(name, file),
      onProgress: (received, total) =>
        say(`${file.name} ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ''}`),
    });
    source = new URL(url).host;
    // The mirror that had this file is asked first for the next one.
    const mirror = usable.find((candidate) => url.startsWith(candidate)) ?? usable[0];
    usable = [mirror, ...usable.filter((candidate) => candidate !== mirror)];
  }
  return source;
}

/**
 * The files out of Debian's package, which needs no root: it is unpacked, not installed.
 * @param {DataSet} set
 * @param {string} folder
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>} why it did not work
 */
async function fromDebian(set, folder, say) {
  if (!which('apt-get') || !which('dpkg-deb')) return 'this is not a Debian or Ubuntu system';
  say(`downloading Debian's package ${set.debianPackage}`);
  fs.mkdirSync(folder, { recursive: true });
  const work = fs.mkdtempSync(path.join(folder, 'debian-'));
  try {
    const fetchPackage = () => run('apt-get', ['download', set.debianPackage], { cwd: work, timeout: 600_000 });
    let result = await fetchPackage();
    if (result.code !== 0 && process.getuid?.() === 0) {
      say('refreshing the package lists (apt-get update)');
      await run('apt-get', ['update'], { timeout: 300_000 });
      result = await fetchPackage();
    }
    if (result.code !== 0) {
      const hint = process.getuid?.() === 0 ? '' : ' (are the package lists there? sudo apt-get update)';
      return `${lastLines(result.output, 1)}${hint}`;
    }
    const file = fs.readdirSync(work).find((entry) => entry.endsWith('.deb'));
    if (!file) return 'apt-get download left no package';
    const unpacked = await run('dpkg-deb', ['-x', path.join(work, file), work]);
    if (unpacked.code !== 0) return lastLines(unpacked.output, 1);
    const source = path.join(work, 'usr', 'share', 'datasets', set.name);
    for (const expected of set.files) {
      const name = fileIn(source, expected);
      const what = name ? await faultOf(name, expected) : 'is not in it';
      if (!name || what) return `${expected.name} ${what}`;
      fs.renameSync(name, path.join(folder, path.basename(name)));
    }
    return undefined;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** @param {DataSet} set */
function waysToGet(set) {
  return [
    'Ways to get it:',
    `  with a network                      npx genlab data fetch ${set.name}   (${megabytes(set.packed)})`,
    `  on Debian or Ubuntu                 sudo apt install ${set.debianPackage}`,
    `  with the files from somewhere else  put the four .gz files into a folder and set GENLAB_DATA=FOLDER`,
  ].join('\n');
}

module.exports = {
  cachedFolder,
  dataSet,
  dataSets,
  ensureData,
  faultOf,
  fetchData,
  findFolder,
  foldersOf,
  verify,
  waysToGet,
};
