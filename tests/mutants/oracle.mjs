// The Node SDKs as readers. Reads jobs from standard input, one JSON a line: {id, protocol, half, base, model, wanted,
// silent}; prints one JSON a line: {id, plain|raw|helper: "" or how it fails}.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.argv[2] + "/"));
const load = async (name) => {
  try {
    return await import(pathToFileURL(require.resolve(name)).href);
  } catch {
    return null;
  }
};
const openai = (await load("openai"))?.default;
const anthropic = (await load("@anthropic-ai/sdk"))?.default;
const options = { maxRetries: 0, timeout: 5000, logLevel: "off" };
const prompt = [{ role: "user", content: "Say OK." }];

const CALLS = {
  openai: (job) => {
    const client = new openai({ apiKey: "k", baseURL: job.base, ...options });
    const asked = { model: job.model, messages: prompt };
    return {
      plain: async () => (await client.chat.completions.create(asked)).choices[0].message.content,
      raw: async () => {
        let text = "";
        for await (const chunk of await client.chat.completions.create({ ...asked, stream: true }))
          text += chunk.choices[0]?.delta?.content || "";
        return text;
      },
      helper: async () => {
        const stream = client.chat.completions.stream(asked);
        return (await stream.finalChatCompletion()).choices[0].message.content;
      },
    };
  },
  responses: (job) => {
    const client = new openai({ apiKey: "k", baseURL: job.base, ...options });
    const asked = { model: job.model, input: "Say OK." };
    return {
      plain: async () => (await client.responses.create(asked)).output_text,
      raw: async () => {
        let text = "";
        for await (const event of await client.responses.create({ ...asked, stream: true }))
          if (event.type === "response.output_text.delta") text += event.delta;
        return text;
      },
      helper: async () => (await client.responses.stream(asked).finalResponse()).output_text,
    };
  },
  anthropic: (job) => {
    const client = new anthropic({ apiKey: "k", baseURL: job.base, ...options });
    const asked = { model: job.model, max_tokens: 16, messages: prompt };
    const joined = (message) =>
      message.content
        .filter((block) => block.type === "text")
        .map((block) => block.text)
        .join("");
    return {
      plain: async () => joined(await client.messages.create(asked)),
      raw: async () => {
        let text = "";
        for await (const event of await client.messages.create({ ...asked, stream: true }))
          if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
        return text;
      },
      helper: async () => {
        const stream = client.messages.stream(asked);
        return joined(await stream.finalMessage());
      },
    };
  },
};

const verdict = async (call, job) => {
  let text;
  try {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("timeout")), 6000)));
    text = await Promise.race([call(), late]).finally(() => clearTimeout(timer));
  } catch (error) {
    return `${error?.constructor?.name}: ${String(error?.message).slice(0, 120)}`;
  }
  if (job.silent) return "";
  if (typeof text !== "string" || !text.trim()) return `no text: ${JSON.stringify(text)?.slice(0, 60)}`;
  return job.wanted.every((piece) => text.includes(piece)) && !text.includes("\ufffd") ? "" : `text lost: ${text.slice(0, 60)}`;
};

process.on("unhandledRejection", () => {});
const waiting = [];
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => waiting.push(JSON.parse(line)));
await new Promise((resolve) => lines.on("close", resolve));
const worker = async () => {
  for (let job = waiting.shift(); job; job = waiting.shift()) {
    const client = job.protocol === "anthropic" ? anthropic : openai;
    if (!client) continue;
    const calls = CALLS[job.protocol](job);
    const found = { id: job.id };
    for (const way of job.half === "plain" ? ["plain"] : ["raw", "helper"]) found[way] = await verdict(calls[way], job);
    process.stdout.write(JSON.stringify(found) + "\n");
  }
};
await Promise.all(Array.from({ length: 8 }, worker));
process.exit(0);
