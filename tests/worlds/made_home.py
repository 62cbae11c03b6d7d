"""A made-up home directory and project with the files of many clients, in the formats that the clients themselves
write.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RELAY = "https://relay.example"


def made_up() -> str:
    """Return a key that nobody has issued."""
    return "sk-" + secrets.token_hex(24)


@dataclass
class Made:
    """The home, the project inside it, the environment, and the key of each client."""

    home: Path
    cwd: Path
    environ: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> str:
        return self.keys.setdefault(name, made_up())

    def write(self, name: str, text: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def claude_code(made: Made, base: str) -> None:
    document = {
        "$schema": "https://json.schemastore.org/claude-code-settings.json",
        "env": {"ANTHROPIC_BASE_URL": base, "ANTHROPIC_AUTH_TOKEN": made.key("claude-code"), "DISABLE_TELEMETRY": "1"},
        "model": "claude-sonnet-4-5",
        "permissions": {"allow": ["Bash(ls:*)"], "deny": []},
    }
    made.write(".claude/settings.json", json.dumps(document, indent=2))


def codex(made: Made, base: str) -> None:
    made.write(
        ".codex/config.toml",
        f"""model = "gpt-5-codex"
model_provider = "relay"   # not [model_providers.other]
approval_policy = "on-request"

[model_providers.relay]
name = "Relay"
base_url = "{base}/v1"
env_key = "RELAY_KEY"
wire_api = "responses"

[projects."/work"]
trust_level = "trusted"
""",
    )
    made.environ["RELAY_KEY"] = made.key("codex")


def gemini_cli(made: Made, base: str) -> None:
    made.write(
        ".gemini/settings.json",
        '{\n  // how to sign in\n  "security": {"auth": {"selectedType": "gemini-api-key"}},\n}\n',
    )
    made.write(".gemini/.env", f'GEMINI_API_KEY="{made.key("gemini-cli")}"\nGOOGLE_GEMINI_BASE_URL={base}\n')


def qwen_code(made: Made, base: str) -> None:
    auth = {"selectedType": "openai", "apiKey": made.key("qwen-code"), "baseUrl": f"{base}/v1"}
    made.write(
        ".qwen/settings.json", json.dumps({"security": {"auth": auth}, "model": {"name": "qwen3-coder"}}, indent=2)
    )


def opencode(made: Made, base: str) -> None:
    made.write(
        ".config/opencode/opencode.json",
        f"""{{
  "$schema": "https://opencode.ai/config.json",
  // the team's relay
  "provider": {{
    "relay": {{
      "npm": "@ai-sdk/openai-compatible",
      "options": {{ "baseURL": "{base}/v1", "apiKey": "{{env:OPENCODE_RELAY}}" }},
      "models": {{ "gpt-5": {{ "name": "GPT-5" }} }},
    }},
    "claude-relay": {{
      "npm": "@ai-sdk/anthropic",
      "options": {{ "baseURL": "{base}/v1" }},
    }},
  }},
  "model": "relay/gpt-5",
}}
""",
    )
    made.environ["OPENCODE_RELAY"] = made.key("opencode")
    made.write(
        ".local/share/opencode/auth.json",
        json.dumps({"claude-relay": {"type": "api", "key": made.key("opencode-claude")}}, indent=2),
    )


def crush(made: Made, base: str) -> None:
    provider = {
        "type": "openai-compat",
        "base_url": f"{base}/v1",
        "api_key": "$CRUSH_RELAY",
        "models": [{"id": "gpt-5"}],
    }
    made.write(".config/crush/crush.json", json.dumps({"providers": {"relay": provider}}, indent=2))
    made.environ["CRUSH_RELAY"] = made.key("crush")


def crush_command(made: Made, base: str) -> None:
    made.write(
        ".config/crush/crushrc",
        f"""# what Crush reads today
provider add vault --type openai-compat \\
  --base-url {base}/v1 --api-key "$(touch ~/executed; pass show relay)"
""",
    )


def aider(made: Made, base: str) -> None:
    made.write(
        ".aider.conf.yml",
        f"# aider\nmodel: openai/gpt-5\nopenai-api-base: {base}/v1\nopenai-api-key: {made.key('aider')}\ndark-mode: true\n",
    )


def llm(made: Made, base: str) -> None:
    made.write(
        ".config/io.datasette.llm/extra-openai-models.yaml",
        f"- model_id: relay-gpt\n  model_name: gpt-5\n  api_base: {base}/v1\n  api_key_name: relay\n",
    )
    made.write(
        ".config/io.datasette.llm/keys.json", json.dumps({"// Note": "secret!", "relay": made.key("llm")}, indent=2)
    )


def shell_gpt(made: Made, base: str) -> None:
    made.write(
        ".config/shell_gpt/.sgptrc",
        f"CACHE_LENGTH=100\nDEFAULT_MODEL=gpt-4o-mini\nAPI_BASE_URL={base}/v1\nOPENAI_API_KEY={made.key('shell-gpt')}\n",
    )


def mods(made: Made, base: str) -> None:
    made.write(
        ".config/mods/mods.yml",
        f"""default-api: relay
default-model: gpt-5
apis:
  relay:
    base-url: {base}/v1
    api-key: {made.key("mods")}
    models:
      gpt-5:
        aliases: [five]
  vault:
    base-url: {base}/v1
    api-key-cmd: touch ~/executed
""",
    )


def fabric(made: Made, base: str) -> None:
    made.write(
        ".config/fabric/.env",
        f"DEFAULT_VENDOR=OpenAI\nDEFAULT_MODEL=gpt-5\nOPENAI_API_KEY={made.key('fabric')}\nOPENAI_API_BASE_URL={base}/v1\n",
    )


def goose(made: Made, base: str) -> None:
    made.write(
        ".config/goose/config.yaml",
        f"GOOSE_PROVIDER: openai\nGOOSE_MODEL: gpt-5\nOPENAI_HOST: {base}\nextensions: {{}}\n",
    )
    made.write(".config/goose/secrets.yaml", f"OPENAI_API_KEY: {made.key('goose')}\n")


def claude_code_router(made: Made, base: str) -> None:
    provider = {
        "name": "relay",
        "api_base_url": f"{base}/v1/chat/completions",
        "api_key": made.key("claude-code-router"),
        "models": ["gpt-5"],
    }
    made.write(".claude-code-router/config.json", json.dumps({"LOG": False, "Providers": [provider]}, indent=2))


def kimi_cli(made: Made, base: str) -> None:
    made.write(
        ".kimi/config.toml",
        f'default_model = "k2"\n\n[providers.relay]\ntype = "openai_legacy"\nbase_url = "{base}/v1"\n'
        f'api_key = "{made.key("kimi-cli")}"\n\n[models.k2]\nprovider = "relay"\nmodel = "kimi-k2"\n',
    )


def openclaw(made: Made, base: str) -> None:
    made.write(
        ".openclaw/openclaw.json",
        f"""// JSON5
{{
  models: {{
    providers: {{
      relay: {{
        baseUrl: '{base}/v1',
        apiKey: '${{OPENCLAW_KEY}}',
        api: 'openai-completions',
        models: [{{ id: 'gpt-5' }}],
      }},
    }},
  }},
}}
""",
    )
    made.environ["OPENCLAW_KEY"] = made.key("openclaw")


def hermes(made: Made, base: str) -> None:
    made.write(
        ".hermes/config.yaml",
        f"model:\n  default: gpt-5\ncustom_providers:\n  - name: relay\n    base_url: {base}/v1\n    api_key: {made.key('hermes')}\n",
    )


def grok(made: Made, base: str) -> None:
    made.write(
        ".grok/config.toml",
        f'[models]\ndefault = "grok-4"\n\n[model."grok-4"]\nmodel = "grok-4"\nbase_url = "{base}/v1"\nname = "Grok"\n'
        f'api_key = "{made.key("grok")}"\napi_backend = "responses"\n',
    )


def pi(made: Made, base: str) -> None:
    provider = {"baseUrl": f"{base}/v1", "apiKey": "PI_RELAY", "api": "openai-completions", "models": [{"id": "gpt-5"}]}
    made.write(".pi/agent/models.json", json.dumps({"providers": {"relay": provider}}, indent=2))
    made.environ["PI_RELAY"] = made.key("pi")


def continue_(made: Made, base: str) -> None:
    made.write(
        ".continue/config.yaml",
        f"""name: mine
version: 0.0.1
schema: v1
models:
  - name: GPT-5
    provider: openai
    model: gpt-5
    apiBase: {base}/v1
    apiKey: ${{{{ secrets.CONTINUE_RELAY }}}}
    roles: [chat, edit]
""",
    )
    made.write(".continue/.env", f"CONTINUE_RELAY={made.key('continue')}\n")


def cline(made: Made, base: str) -> None:
    state = {"actModeApiProvider": "openai", "openAiBaseUrl": f"{base}/v1", "actModeOpenAiModelId": "gpt-5"}
    made.write(".cline/data/globalState.json", json.dumps(state, indent=2))
    made.write(".cline/data/secrets.json", json.dumps({"openAiApiKey": made.key("cline")}, indent=2))


def roo_code(made: Made, base: str) -> None:
    profile = {
        "apiProvider": "openai",
        "openAiBaseUrl": f"{base}/v1",
        "openAiApiKey": made.key("roo-code"),
        "openAiModelId": "gpt-5",
    }
    made.write(
        "roo-code-settings.json", json.dumps({"providerProfiles": {"apiConfigs": {"default": profile}}}, indent=2)
    )


def vscode_copilot(made: Made, base: str) -> None:
    group = {
        "name": "Relay",
        "vendor": "customendpoint",
        "apiKey": made.key("vscode-copilot"),
        "apiType": "chat-completions",
        "models": [{"id": "gpt-5", "name": "GPT-5", "url": f"{base}/v1"}],
    }
    kept = dict(group, name="Kept", apiKey="${input:chat.lm.secret.1}")
    made.write(".config/Code/User/chatLanguageModels.json", json.dumps([group, kept], indent="\t"))


def zed(made: Made, base: str) -> None:
    made.write(
        ".config/zed/settings.json",
        f"""// Zed settings
{{
  "language_models": {{
    "openai_compatible": {{
      "Custom Gateway": {{
        "api_url": "{base}/v1",
        "available_models": [{{ "name": "gpt-5", "max_tokens": 100000 }}],
      }},
    }},
  }},
  "theme": "One Dark",
}}
""",
    )
    made.environ["CUSTOM_GATEWAY_API_KEY"] = made.key("zed")


def chatbox(made: Made, base: str) -> None:
    settings = {
        "providers": {"openai": {"apiKey": made.key("chatbox"), "apiHost": base, "models": [{"modelId": "gpt-5"}]}}
    }
    made.write(
        ".config/xyz.chatboxapp.app/config.json", json.dumps({"configVersion": 13, "settings": settings}, indent="\t")
    )


def home_assistant(made: Made, base: str) -> None:
    entries = [
        {"domain": "weather", "data": {"api_key": "0123456789abcdef"}},
        {"domain": "openai_conversation", "title": "ChatGPT", "data": {"api_key": made.key("home-assistant")}},
    ]
    made.write(
        ".homeassistant/.storage/core.config_entries",
        json.dumps({"version": 1, "data": {"entries": entries}}, indent=2),
    )
    made.environ["OPENAI_BASE_URL"] = f"{base}/v1"


def anthropic_profile(made: Made, base: str) -> None:
    made.write(".config/anthropic/configs/work.json", json.dumps({"base_url": base}, indent=2))
    made.write(
        ".config/anthropic/credentials/work.json", json.dumps({"access_token": made.key("anthropic-sdk")}, indent=2)
    )


# -- files of a project ------------------------------------------------------------------------------------------------


def librechat(made: Made, base: str) -> None:
    made.write(
        "project/librechat.yaml",
        f"version: 1.2.1\nendpoints:\n  custom:\n    - name: relay\n      apiKey: '${{LIBRE_KEY}}'\n"
        f"      baseURL: {base}/v1\n      models:\n        default: [gpt-5]\n",
    )
    made.write("project/.env", f"LIBRE_KEY={made.key('librechat')}\n")


def litellm_proxy(made: Made, base: str) -> None:
    made.write(
        "project/config.yaml",
        f"model_list:\n  - model_name: fast\n    litellm_params:\n      model: openai/gpt-5\n      api_base: {base}/v1\n"
        f"      api_key: os.environ/LITELLM_RELAY\n",
    )
    made.environ["LITELLM_RELAY"] = made.key("litellm-proxy")


def promptfoo(made: Made, base: str) -> None:
    made.write(
        "project/promptfooconfig.yaml",
        f"prompts: [hi]\nproviders:\n  - id: openai:chat:gpt-5\n    config:\n      apiBaseUrl: {base}/v1\n"
        f"      apiKey: {made.key('promptfoo')}\n",
    )


def compose(made: Made, base: str) -> None:
    made.write(
        "project/docker-compose.yml",
        f"""services:
  web:
    image: ghcr.io/open-webui/open-webui:main
    environment:
      OPENAI_API_BASE_URL: {base}/v1
      OPENAI_API_KEY: {made.key("open-webui")}
  chat:
    image: lobehub/lobe-chat:latest
    env_file: lobe.env
  next:
    image: yidadaa/chatgpt-next-web
    environment:
      - BASE_URL={base}
      - OPENAI_API_KEY={made.key("nextchat")}
  inner:
    image: example/app
    environment:
      OPENAI_BASE_URL: http://litellm:4000/v1
      OPENAI_API_KEY: {made.key("inner")}
  litellm:
    image: ghcr.io/berriai/litellm:main
""",
    )
    made.write("project/lobe.env", f"# lobe\nOPENAI_PROXY_URL={base}/v1\nOPENAI_API_KEY={made.key('lobechat')}\n")


CLIENTS = {
    "claude-code": claude_code,
    "codex": codex,
    "gemini-cli": gemini_cli,
    "qwen-code": qwen_code,
    "opencode": opencode,
    "crush": crush,
    "aider": aider,
    "llm": llm,
    "shell-gpt": shell_gpt,
    "mods": mods,
    "fabric": fabric,
    "goose": goose,
    "claude-code-router": claude_code_router,
    "kimi-cli": kimi_cli,
    "openclaw": openclaw,
    "hermes": hermes,
    "grok": grok,
    "pi": pi,
    "continue": continue_,
    "cline": cline,
    "roo-code": roo_code,
    "vscode-copilot": vscode_copilot,
    "zed": zed,
    "chatbox": chatbox,
    "home-assistant": home_assistant,
    "anthropic-sdk": anthropic_profile,
    "librechat": librechat,
    "litellm-proxy": litellm_proxy,
    "promptfoo": promptfoo,
    "compose": compose,
}


def furnish(home: Path, *clients: str, bases: Mapping[str, str] | None = None) -> Made:
    """Create a home with the settings of these clients (of all if none are named), each at its base URL, by default the
    relay.
    """
    project = home / "project"
    project.mkdir(parents=True, exist_ok=True)
    made = Made(home, project)
    for name in clients or CLIENTS:
        CLIENTS[name](made, (bases or {}).get(name, RELAY))
    return made
