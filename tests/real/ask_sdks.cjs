// Runs the official Node SDKs in the worlds on standard input. All of them have this process's environment, because Node
// reads proxies and CA certificates when it starts. Input and output are those of ask_sdks.py. Arguments: the folder of the
// SDKs, and the folder of the compile cache.
const { createRequire, enableCompileCache } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

if (process.argv[3]) enableCompileCache(process.argv[3]);
const fetched = createRequire(join(process.argv[2], 'here.js'));
const { OpenAI } = fetched('openai');
const { Anthropic } = fetched('@anthropic-ai/sdk');

const ask = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 16 };
const options = { maxRetries: 0, timeout: 4000 };
const calls = {
  'openai-node': async ({ origin, key, models }) => {
    const sdk = new OpenAI({ ...options, baseURL: `${origin}/v1`, apiKey: key });
    (await sdk.chat.completions.create({ ...ask, model: models.openai })).choices[0].message.content;
  },
  'anthropic-node': async ({ origin, key, models }) => {
    const sdk = new Anthropic({ ...options, baseURL: origin, apiKey: key });
    (await sdk.messages.create({ ...ask, model: models.anthropic })).content[0].type;
  },
};

async function outcome(call, world) {
  try {
    await call(world);
    return '';
  } catch (error) {
    let said = `${error.name}: ${error.message}`;
    for (let cause = error.cause; cause; cause = cause.cause) said += ` <- ${cause.code ?? ''} ${cause.message}`;
    return said.slice(0, 300);
  }
}

async function within(world) {
  const found = await Promise.all(Object.entries(calls).map(async ([name, call]) => [name, await outcome(call, world)]));
  return [world.name, Object.fromEntries(found)];
}

(async () => {
  const worlds = JSON.parse(readFileSync(0, 'utf8'));
  const found = await Promise.all(worlds.map(within));
  process.stdout.write(JSON.stringify(Object.fromEntries(found)), () => process.exit(0));
})();
