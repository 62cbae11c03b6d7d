// Calls the official Node SDKs at the addresses on standard input: JSON, a list of {client, origin, key}. How a call ends
// does not matter. The first argument is the folder of the SDKs.
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const fetched = createRequire(join(process.argv[2], 'here.js'));
const { OpenAI, AzureOpenAI } = fetched('openai');
const { Anthropic } = fetched('@anthropic-ai/sdk');

const messages = [{ role: 'user', content: 'Say OK.' }];
const options = { maxRetries: 0, timeout: 4000 };
const calls = {
  openai: ({ origin, key, model }) =>
    new OpenAI({ ...options, baseURL: `${origin}/v1`, apiKey: key }).chat.completions.create({ messages, model }),
  azure: ({ origin, key, model }) =>
    new AzureOpenAI({ ...options, endpoint: origin, apiKey: key, apiVersion: '2024-10-21' }).chat.completions.create({
      messages,
      model,
    }),
  anthropic: ({ origin, key, model }) =>
    new Anthropic({ ...options, baseURL: origin, apiKey: key }).messages.create({ messages, model, max_tokens: 16 }),
};

(async () => {
  const worlds = JSON.parse(readFileSync(0, 'utf8'));
  await Promise.all(worlds.map((world) => calls[world.client](world).catch(() => undefined)));
  process.exit(0);
})();
