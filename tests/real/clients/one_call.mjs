// One call of a Node library in its usual form, for tests/real/record_clients.py. The arguments are the app, the
// protocol, the model, the origin of the recording server, and the prompt; the key is in THE_KEY, and
// LLMDOCTOR_NODE_CLIENTS is a folder whose node_modules has the packages. A chat that streams is what such a program
// does most; nothing is set that the library does not need.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [app, protocol, model, url, prompt] = process.argv.slice(2);
const apiKey = process.env.THE_KEY;
const require = createRequire(pathToFileURL(join(process.env.LLMDOCTOR_NODE_CLIENTS, "package.json")));
const load = async (name) => {
  const found = await import(pathToFileURL(require.resolve(name)).href);
  return { ...found.default, ...found };
};
const messages = [{ role: "user", content: prompt }];

async function drain(stream) {
  for await (const piece of stream) void piece;
}

async function openai() {
  const { OpenAI } = await load("openai");
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  if (protocol === "responses") await drain(await client.responses.create({ model, input: prompt, stream: true }));
  else await drain(await client.chat.completions.create({ model, messages, stream: true }));
}

async function anthropic() {
  const { Anthropic } = await load("@anthropic-ai/sdk");
  const client = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
  await client.messages.stream({ model, max_tokens: 16, messages }).finalText();
}

async function genai() {
  const { GoogleGenAI } = await load("@google/genai");
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
  await drain(await client.models.generateContentStream({ model, contents: prompt }));
}

const makers = {
  openai: ["@ai-sdk/openai", (found) => { const made = found.createOpenAI({ baseURL: `${url}/v1`, apiKey }); return made.chat(model); }],
  responses: ["@ai-sdk/openai", (found) => { const made = found.createOpenAI({ baseURL: `${url}/v1`, apiKey }); return made(model); }],
  anthropic: ["@ai-sdk/anthropic", (found) => { const made = found.createAnthropic({ baseURL: `${url}/v1`, apiKey }); return made(model); }],
  gemini: ["@ai-sdk/google", (found) => { const made = found.createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey }); return made(model); }],
};

async function aiSdk() {
  const { streamText } = await load("ai");
  const [name, maker] = makers[protocol];
  await drain(streamText({ model: maker(await load(name)), prompt, maxRetries: 0 }).textStream);
}

await { "openai-node": openai, "anthropic-node": anthropic, "genai-node": genai, "ai-sdk": aiSdk }[app]();
