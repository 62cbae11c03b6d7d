// The script that runs inside the app's own Node. It is handed over as text and uses Node's own modules alone.
// It gets `wish` (which came by standard input, with the key) and `load`, the require function of the app's folder, and
// writes one line to standard output: wish.mark and a JSON document.
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const PACKAGES = [
  'openai', '@anthropic-ai/sdk', '@google/genai', 'ai', '@ai-sdk/openai', '@ai-sdk/anthropic', 'undici', 'node-fetch',
  'https-proxy-agent',
];
const ROOTS = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const OPTIONS = ['NODE_OPTIONS', 'NODE_USE_ENV_PROXY', 'NODE_USE_SYSTEM_CA', 'NODE_TLS_REJECT_UNAUTHORIZED'];
const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

function manifest(name) {
  for (const folder of load.resolve.paths(name) || []) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, name, 'package.json'), 'utf8'));
    } catch (error) { /* the next folder */ }
  }
  return null;
}

function roots() {
  return ROOTS.filter((name) => process.env[name]).map((name) => {
    const value = process.env[name];
    let state = 'missing';
    try {
      const seen = fs.statSync(value);
      state = seen.isFile() ? 'file' : seen.isDirectory() ? 'folder' : 'missing';
    } catch (error) { /* missing */ }
    return { name, value, state };
  });
}

function chain(error) {
  const found = [];
  const queue = [error];
  while (queue.length && found.length < 6) {
    const one = queue.shift();
    if (one === null || one === undefined) continue;
    found.push({
      type: String((one.constructor && one.constructor.name) || typeof one),
      text: String(one.message === undefined ? one : one.message).slice(0, 600),
      code: String(one.code || '').slice(0, 100),
      status: Number.isInteger(one.status) ? one.status : 0,
    });
    if (Array.isArray(one.errors)) queue.push(...one.errors);
    if (one.cause) queue.push(one.cause);
  }
  return found;
}

async function imported(name) {
  try {
    return load(name);
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM' && error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    return import(pathToFileURL(load.resolve(name)).href);
  }
}

// Follow a redirect on the same origin alone: the key is for the host of the settings.
async function atHome(url, init) {
  let from = new URL(String(url && url.url ? url.url : url));
  for (let hop = 0; hop < 5; hop += 1) {
    const answer = await fetch(from, { ...init, redirect: 'manual' });
    const leads = [307, 308].includes(answer.status) && answer.headers.get('location');
    const to = leads ? new URL(leads, from) : from;
    if (!leads || to.origin !== from.origin) return answer;
    from = to;
  }
  throw new Error('redirected too often');
}

function usage(answer, made) {
  const found = (answer && answer.usage) || {};
  made.prompt = found.prompt_tokens || found.input_tokens || 0;
  made.completion = found.completion_tokens || found.output_tokens || 0;
}

async function call(wish) {
  const wanted = { openai: 'openai', responses: 'openai', anthropic: '@anthropic-ai/sdk' }[wish.protocol];
  const made = { sdk: wanted && manifest(wanted) ? wanted : 'fetch', stage: 'import', ok: false, status: 0, errors: [] };
  const began = Date.now();
  const common = { baseURL: wish.base_url, maxRetries: 0, timeout: wish.timeout * 1000, defaultHeaders: Object.fromEntries(wish.headers), fetch: atHome };
  const body = { ...wish.body };
  delete body.stream;
  try {
    if (made.sdk === 'openai') {
      const sdk = await imported('openai');
      made.stage = 'create';
      const client = new sdk.OpenAI({ apiKey: wish.key || 'none', ...common });
      if (wish.send) {
        made.stage = 'call';
        usage(await (wish.protocol === 'responses' ? client.responses.create(body) : client.chat.completions.create(body)), made);
      }
    } else if (made.sdk === '@anthropic-ai/sdk') {
      const sdk = await imported('@anthropic-ai/sdk');
      made.stage = 'create';
      const key = wish.auth === 'bearer' ? { authToken: wish.key, apiKey: null } : { apiKey: wish.key };
      const client = new sdk.Anthropic({ ...key, ...common });
      if (wish.send) {
        made.stage = 'call';
        usage(await client.messages.create(body), made);
      }
    } else if (wish.send) {
      made.stage = 'call';
      const answer = await atHome(wish.url, {
        method: 'POST', headers: Object.fromEntries([['content-type', 'application/json'], ...wish.request_headers]),
        body: JSON.stringify(wish.body), signal: AbortSignal.timeout(wish.timeout * 1000),
      });
      made.status = answer.status;
      if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    }
    made.ok = true;
  } catch (error) {
    made.errors = chain(error);
    made.status = made.status || (made.errors.find((one) => one.status) || { status: 0 }).status;
  }
  made.seconds = (Date.now() - began) / 1000;
  return made;
}

async function main(wish) {
  const found = { version: process.versions.node, openssl: process.versions.openssl, packages: {}, engines: {}, roots: roots() };
  found.packages.undici = process.versions.undici;
  for (const name of PACKAGES) {
    const seen = manifest(name);
    if (!seen) continue;
    found.packages[name] = String(seen.version);
    if (seen.engines && seen.engines.node) found.engines[name] = String(seen.engines.node);
  }
  found.options = OPTIONS.filter((name) => process.env[name]).map((name) => [name, process.env[name]]);
  found.proxies = {};
  for (const name of PROXIES) {
    if (process.env[name]) found.proxies[name] = process.env[name].replace(/^([^:/?#]*:\/\/)?[^@]*@/, '$1');
  }
  const net = require('net');
  if (net.getDefaultAutoSelectFamily && net.getDefaultAutoSelectFamily()) {
    found.attempt_ms = net.getDefaultAutoSelectFamilyAttemptTimeout();
  }
  found.call = await call(wish);
  const text = JSON.stringify(found).replace(/[^ -~]/g, (one) => '\\u' + one.charCodeAt(0).toString(16).padStart(4, '0'));
  fs.writeSync(1, `\n${wish.mark}${text}\n`);
  process.exit(0);
}

main(wish);
