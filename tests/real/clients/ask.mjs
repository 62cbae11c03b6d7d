// The same as ask.py for the Node SDKs: reads one JSON object per line, and prints how each call went.
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

// Packages are loaded from the given folders, not from this file's folder.
const [packages, below] = process.argv.slice(2).map((folder) => createRequire(`${folder}/`));
const { OpenAI, AzureOpenAI } = packages("openai");
const { Anthropic } = packages("@anthropic-ai/sdk");
const { Agent, ProxyAgent, fetch: send } = below("undici");

const SECONDS = 8;
const NAP = 10; // milliseconds; replaces the SDKs' pauses between two tries
const PROMPT = [{ role: "user", content: "Say OK." }];
const LOOPBACK = ["127.0.0.1", "0.0.0.0", "localhost", "::1"];
const later = globalThis.setTimeout;
globalThis.setTimeout = (call, milliseconds, ...more) =>
  later(call, milliseconds < SECONDS * 1000 ? Math.min(milliseconds, NAP) : milliseconds, ...more);

// Connect into the world that the job describes, and nowhere else.
function dispatcher(job) {
  const ca = job.environment.SSL_CERT_FILE ? readFileSync(job.environment.SSL_CERT_FILE) : undefined;
  const connect = (options, done) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    const secure = options.protocol === "https:";
    const port = Number(options.port) || (secure ? 443 : 80);
    const own = job.kept.includes(port) || (LOOPBACK.includes(host) && !job.simulated);
    const [to, at] = own ? [host, port] : (job.route ?? ["nowhere.invalid", port]);
    const socket = secure
      ? tls.connect({ host: to, port: at, ca, servername: net.isIP(host) ? "" : host, ALPNProtocols: ["http/1.1"],
          checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate) })
      : net.connect({ host: to, port: at });
    socket.once(secure ? "secureConnect" : "connect", () => done(null, socket));
    socket.once("error", (error) => done(error, null));
    return socket;
  };
  const { hostname, protocol } = new URL(job.base_url);
  const named = protocol === "https:" ? job.environment.HTTPS_PROXY : job.environment.HTTP_PROXY;
  const proxy = named ?? job.environment.ALL_PROXY;
  if (!proxy || (job.environment.NO_PROXY ?? "").split(",").includes(hostname)) return new Agent({ connect });
  if (!proxy.startsWith("http")) throw new Error("Node's fetch has no SOCKS");
  return new ProxyAgent({ uri: proxy, requestTls: { ca } });
}

async function read(answer, stream, whole) {
  if (!stream) return whole(answer);
  for await (const event of answer) void (event.type ?? event.choices?.map((choice) => choice.delta));
}

async function openai(job, options) {
  const client =
    job.protocol === "azure"
      ? new AzureOpenAI({ ...options, endpoint: job.base_url, apiVersion: job.api_version,
          ...(job.auth === "bearer" ? { azureADTokenProvider: async () => job.key } : { apiKey: job.key }) })
      : new OpenAI({ ...options, baseURL: job.base_url, apiKey: job.key,
          defaultHeaders: { ...job.headers, ...(["bearer", "none"].includes(job.auth) ? {} : { [job.auth]: job.key }) } });
  const { model, stream } = job;
  if (job.protocol === "responses")
    return read(await client.responses.create({ model, input: "Say OK.", stream }), stream, (found) => found.output_text.length);
  const answer = await client.chat.completions.create({ model, messages: PROMPT, stream });
  return read(answer, stream, (found) => found.choices[0].message.content);
}

async function anthropic(job, options) {
  const style = job.auth === "bearer" ? { authToken: job.key, apiKey: null }
    : { apiKey: job.key, defaultHeaders: { "x-api-key": job.key, Authorization: null, "anthropic-version": "2023-06-01" } };
  style.defaultHeaders = { ...job.headers, ...style.defaultHeaders };
  const client = new Anthropic({ ...options, ...style, baseURL: job.base_url });
  const answer = await client.messages.create({ model: job.model, max_tokens: 16, messages: PROMPT, stream: job.stream });
  return read(answer, job.stream, (found) => found.stop_reason === "max_tokens" || found.content[0].type);
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  let failed = "", way;
  try {
    way = dispatcher(job);
    const options = { timeout: SECONDS * 1000, fetch: (url, init) => send(url, { ...init, dispatcher: way }) };
    await (job.protocol === "anthropic" ? anthropic : openai)(job, options);
  } catch (error) {
    const why = `${error.name}: ${error.message} from ${error.cause?.name ?? ""} ${error.cause?.cause?.message ?? ""}`;
    failed = error.message.startsWith("Node's fetch") ? error.message : why;
  }
  void way?.destroy();
  console.log(JSON.stringify({ failed: failed.replaceAll(job.key, "[key]") }));
}
process.exit(0);
