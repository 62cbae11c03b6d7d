// Real Node clients, driven by tests/real/test_url_joining.py. Standard input contains a JSON list of
// [app, protocol, number, base URL]; LLMDOCTOR_NODE_CLIENTS is a folder whose node_modules has the packages. Each client
// is asked for one answer with the key sk-case-NUMBER; the result does not matter. One line of JSON lists the apps that
// are installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.LLMDOCTOR_NODE_CLIENTS;
const require = createRequire(pathToFileURL(join(folder, "package.json")));
const load = async (name) => {
  const found = await import(pathToFileURL(require.resolve(name)).href);
  return { ...found.default, ...found };
};
const MODEL = "gpt-4o";
const messages = [{ role: "user", content: "hi" }];

async function openai(baseURL, apiKey, protocol) {
  const { OpenAI } = await load("openai");
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  if (protocol === "responses") await client.responses.create({ model: MODEL, input: "hi" });
  else await client.chat.completions.create({ model: MODEL, messages });
}

async function anthropic(baseURL, apiKey) {
  const { Anthropic } = await load("@anthropic-ai/sdk");
  const client = new Anthropic({ baseURL, apiKey, maxRetries: 0 });
  await client.messages.create({ model: MODEL, max_tokens: 9, messages });
}

async function genai(baseUrl, apiKey) {
  const { GoogleGenAI } = await load("@google/genai");
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  await client.models.generateContent({ model: MODEL, contents: "hi" });
}

const makers = {
  openai: ["@ai-sdk/openai-compatible", (found) => (settings) => found.createOpenAICompatible({ name: "x", ...settings })],
  responses: ["@ai-sdk/openai", (found) => found.createOpenAI],
  anthropic: ["@ai-sdk/anthropic", (found) => found.createAnthropic],
  gemini: ["@ai-sdk/google", (found) => found.createGoogleGenerativeAI],
};

async function aiSdk(baseURL, apiKey, protocol) {
  const { generateText } = await load("ai");
  const [name, maker] = makers[protocol];
  const provider = maker(await load(name))({ baseURL, apiKey });
  await generateText({ model: provider(MODEL), prompt: "hi", maxRetries: 0 });
}

// The package, its generations and the client.
const clients = {
  "openai-node": ["openai", [7], openai],
  "openai-node-6": ["openai", [4, 5, 6], openai],
  "anthropic-node": ["@anthropic-ai/sdk", [1], anthropic],
  "anthropic-node-0": ["@anthropic-ai/sdk", [0], anthropic],
  "genai-node": ["@google/genai", [3], genai],
  "genai-node-2": ["@google/genai", [1, 2], genai],
  "ai-sdk": ["ai", [6, 7], aiSdk],
};

const present = {};
for (const [app, [name, generations]] of Object.entries(clients)) {
  try {
    const file = join(folder, "node_modules", ...name.split("/"), "package.json");
    const { version } = JSON.parse(readFileSync(file, "utf8"));
    if (generations.includes(parseInt(version, 10))) present[app] = version;
  } catch {
    // not installed
  }
}
console.error = console.warn = () => {};
for (const [app, protocol, number, base] of JSON.parse(readFileSync(0, "utf8"))) {
  if (!(app in present)) continue;
  try {
    await clients[app][2](base, `sk-case-${number}`, protocol);
  } catch {
    // the recording server refuses every request
  }
}
console.log(JSON.stringify(present));
