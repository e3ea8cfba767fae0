'use strict';
/**
 * GET over HTTP(S), with redirects and the usual proxy variables. Node 20's own clients ignore HTTPS_PROXY, and a course
 * room often has no other way out. Certificates: Node's, and NODE_EXTRA_CA_CERTS.
 */
const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');

/** Long enough for a slow link, short enough that set-up without a network does not seem to hang. */
const connectTimeout = 8000;

/** The proxy for this address, if any. @param {URL} url */
function proxyFor(url) {
  const get = (/** @type {string} */ name) => process.env[name.toLowerCase()] || process.env[name.toUpperCase()];
  const proxy = (url.protocol === 'https:' ? get('https_proxy') : get('http_proxy')) || get('all_proxy');
  if (!proxy) return undefined;
  const excepted = (get('no_proxy') ?? '').split(/[\s,]+/).filter(Boolean);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  for (const entry of excepted) {
    if (entry === '*') return undefined;
    const [name, port] = entry.replace(/^\*?\./, '').split(':');
    if (port && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) continue;
    if (host === name || host.endsWith(`.${name}`)) return undefined;
  }
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

/** @param {URL} proxy @returns {Record<string, string>} */
function proxyHeaders(proxy) {
  if (!proxy.username) return {};
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/** A TLS connection to `url` through the proxy's CONNECT. @param {URL} url @param {URL} proxy @returns {Promise<tls.TLSSocket>} */
function tunnel(url, proxy) {
  return new Promise((resolve, reject) => {
    const target = `${url.hostname}:${url.port || 443}`;
    const request = http.request({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyHeaders(proxy) },
      timeout: connectTimeout,
    });
    request.on('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        reject(new Error(`the proxy ${proxy.host} answered ${response.statusCode}`));
        return;
      }
      const secure = tls.connect({ socket, servername: url.hostname }, () => resolve(secure));
      secure.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`the proxy ${proxy.host} did not answer`)));
    request.on('error', reject);
    request.end();
  });
}

/**
 * @param {URL} url
 * @param {Record<string, string>} headers
 * @returns {Promise<http.IncomingMessage>}
 */
async function once(url, headers) {
  const proxy = proxyFor(url);
  const secure = url.protocol === 'https:';
  /** @type {https.RequestOptions} */
  let options = { headers, timeout: connectTimeout };
  /** @type {URL | string} */
  let target = url;
  if (proxy && secure) {
    const socket = await tunnel(url, proxy);
    options = { ...options, agent: false, createConnection: () => socket };
  } else if (proxy) {
    target = proxy;
    options = { ...options, path: url.href, headers: { ...headers, host: url.host, ...proxyHeaders(proxy) } };
  }
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).get(target, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`${url.host} did not answer`)));
    request.on('error', reject);
  });
}

/**
 * The answer to a GET, redirects followed. The caller reads the body or destroys it.
 * @param {string} address
 * @param {Record<string, string>} [headers]
 */
async function get(address, headers = {}) {
  let url = new URL(address);
  for (let redirects = 0; redirects <= 5; redirects++) {
    const response = await once(url, { 'user-agent': 'genlab', 'accept-encoding': 'identity', ...headers });
    const { statusCode = 0, headers: answer } = response;
    if (statusCode < 300 || statusCode >= 400 || !answer.location) return response;
    response.destroy();
    url = new URL(answer.location, url);
  }
  throw new Error(`${new URL(address).host} redirects in circles`);
}

module.exports = { get, proxyFor };
