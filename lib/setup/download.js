'use strict';
/** Downloads that go on where they were cut off, try one mirror after another, and end whole and checked or not at all. */
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { SetupError } = require('./common.js');
const { get } = require('./http.js');

/**
 * @typedef {object} Download
 * @property {readonly string[]} urls the same file on several servers, the preferred one first
 * @property {string} to
 * @property {string} [sha256] of the file itself
 * @property {(file: string) => Promise<string | undefined>} [verify] what is wrong with the file; for a file that may be
 *   packed in more than one way
 * @property {(received: number, total: number | undefined) => void} [onProgress]
 * @property {number} [attempts] on each server
 * @property {number} [stall] milliseconds without a byte after which a connection is given up
 */

/** An answer that trying again will not change (no such file, no such server). */
class Permanent extends Error {}

const hopeless = new Set([
  ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED'],
  ...['ENOSPC', 'EACCES', 'EROFS'],
]);

/**
 * @param {Download} download
 * @returns {Promise<string>} the address it came from
 */
async function download(download) {
  const { urls, to, attempts = 3 } = download;
  const part = `${to}.part`;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  /** @type {string[]} */
  const failures = [];
  for (const url of urls) {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        await receive(url, part, download);
        const wrong = await check(part, download);
        if (!wrong) {
          fs.renameSync(part, to);
          return url;
        }
        fs.rmSync(part, { force: true }); // what is there is wrong: going on with it would keep the fault
        throw new Error(wrong);
      } catch (error) {
        const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
        failures.push(`${new URL(url).host}: ${code && !message.includes(code) ? `${message} (${code})` : message}`);
        if (error instanceof Permanent || hopeless.has(code ?? '')) break;
        if (attempt < attempts) await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
      }
    }
  }
  const last = [...new Set(failures)].map((line) => `  ${line}`).join('\n');
  throw new SetupError(`${path.basename(to)} could not be downloaded:\n${last}`);
}

/**
 * Fetches what is still missing of the file into `part`.
 * @param {string} url
 * @param {string} part
 * @param {Download} options
 */
async function receive(url, part, { onProgress, stall = 15_000 }) {
  const have = fs.existsSync(part) ? fs.statSync(part).size : 0;
  const response = await get(url, have > 0 ? { range: `bytes=${have}-` } : {});
  const { statusCode = 0, headers } = response;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (statusCode === 416) {
    response.destroy();
    const size = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
    if (size !== undefined && Number(size) === have) return; // all of it was there; the check decides
    fs.rmSync(part, { force: true });
    throw new Error('the part downloaded before does not fit this file');
  }
  const resumed = statusCode === 206 && range !== null && Number(range[1]) === have;
  if (statusCode !== 200 && !resumed) {
    response.destroy();
    const Kind = statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429 ? Permanent : Error;
    throw new Kind(`answered ${statusCode}`);
  }
  const start = resumed ? have : 0; // a server without ranges sends the whole file again
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  const total = length === undefined ? undefined : start + length;
  let received = start;
  response.setTimeout(stall, () => response.destroy(new Error(`no byte for ${stall / 1000} s`)));
  // What came before a cut is kept in `part` for the next attempt.
  await pipeline(
    response,
    async function* (/** @type {AsyncIterable<Buffer>} */ chunks) {
      for await (const chunk of chunks) {
        received += chunk.length;
        onProgress?.(received, total);
        yield chunk;
      }
    },
    fs.createWriteStream(part, { flags: resumed ? 'a' : 'w' }),
  );
  if (total !== undefined && received !== total) throw new Error(`cut off after ${received} of ${total} bytes`);
}

/**
 * @param {string} file
 * @param {Download} options
 * @returns {Promise<string | undefined>}
 */
async function check(file, { sha256, verify }) {
  if (sha256 !== undefined && (await sha256Of(file)) !== sha256) return 'wrong checksum';
  return verify?.(file);
}

/** @param {string} file */
async function sha256Of(file) {
  const hash = crypto.createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

module.exports = { download, sha256Of };
