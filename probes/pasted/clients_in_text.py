"""Recognise in a pasted text the client program that wrote it, and the stack in which it runs."""

from __future__ import annotations

from probes.catalog.text_pattern import TextPattern
from probes.model.named_tuple import NamedTuple


class TextClient(NamedTuple):
    """A client program: its id in ``probes/facts/apps.toml`` (empty if it has none), and its stack.

    ``stack`` is ``httpx`` (any client in Python), ``node``, ``browser``, ``rust``, ``go``, ``java`` or ``curl``.
    """

    app: str
    stack: str


# The words that only one client writes, in lower case; apps come before the SDKs on which they are built. Sources: the
# messages recorded with each client on loopback (November 2026), and the names that people give.
_APPS = (
    ("claude-code", "node", ("claude code", "claude-code", "claudecode", "claude-cli/", "⎿", "please run /login")),
    # Beta headers that Claude Code alone sends (the rows `changes` of apps.toml).
    ("claude-code", "node", ("advisor-tool-2026", "per-turn-control-2026", "mid-conversation-tool-changes-2026")),
    ("claude-code", "node", ("cache-diagnosis-2026", "fast-mode-2026")),
    ("codex", "rust", ("codex", "stream disconnected before completion", "falling back from websockets")),
    ("codex", "rust", ("responses_websockets=", "wire_api")),
    ("antigravity-cli", "go", ("antigravity-cli", "antigravity cli", "agy cli")),
    ("gemini-cli", "node", ("gemini-cli", "gemini cli", "gemini-client-error", "invalid auth method selected")),
    ("qwen-code", "node", ("qwen-code", "qwen code", 'value of "this" must be of domexception')),
    ("opencode", "node", ("opencode.json", "opencode ", "opencode\n")),
    ("cherry-studio", "browser", ("cherry studio", "cherrystudio", "cherry-studio")),
    ("nextchat", "node", ("nextchat", "chatgpt-next-web", "next web")),
    ("lobechat", "node", ("lobechat", "lobe-chat", "lobehub", "invalidproviderapikey", "providerbizerror")),
    ("open-webui", "httpx", ("open-webui", "open webui", "openwebui")),
    ("dify-openai", "httpx", ("dify", "pluginvokeerror", "plugininvokeerror")),
    ("n8n", "node", ("n8n",)),
    ("librechat", "node", ("librechat",)),
    ("chatbox", "browser", ("chatbox",)),
    ("continue", "node", ("continue.dev", "continuedev")),
    ("roo-code", "node", ("roo code", "roocode", "roo-code")),
    ("cline", "node", ("cline",)),
    ("aider", "httpx", ("aider",)),
    ("litellm", "httpx", ("litellm.", "litellm:")),
    ("langchain-openai", "httpx", ("langchain_openai", "langchain-openai", "chatopenai")),
    ("llama-index", "httpx", ("llama_index", "llamaindex")),
    ("ai-sdk", "node", ("ai_apicallerror", "ai_retryerror", "ai_loadapikeyerror", "cannot connect to api:")),
    ("ollama-python", "httpx", ("ollama._types",)),
    ("google-genai", "httpx", ("google.genai", "google/genai/errors.py")),
    ("anthropic-sdk", "httpx", ("anthropic._exceptions", "anthropic/_base_client", "anthropic.apiconnectionerror")),
    ("openai-sdk", "httpx", ("openai/_base_client", "openai._exceptions", "openai.apiconnectionerror")),
    ("openai-node", "node", ("openai/core", "openai/src/", "node_modules/openai")),
)
# The stack alone: what a library or the runtime prints. The first pattern that matches decides.
_STACKS = (
    (
        "httpx",
        TextPattern(
            r"traceback \(most recent|httpx\.|httpcore|requests\.exceptions|urllib3|aiohttp|\.py\b|_ssl\.c"
            r"|error code: \d{3} - \{'"
        ),
    ),
    ("curl", TextPattern(r"curl: \(\d{1,2}\)")),
    (
        "browser",
        TextPattern(
            r"net::err_|cors policy|xmlhttprequest|networkerror when attempting|load failed|uncaught \(in promise\)"
        ),
    ),
    (
        "node",
        TextPattern(
            r"node:internal|undici|und_err_|fetch failed|\bat async |node_modules|econnrefused|enotfound|axioserror"
            r"|aggregateerror"
        ),
    ),
    ("rust", TextPattern(r"error sending request for url|os error \d|reqwest|hyper::")),
    ("go", TextPattern(r"dial tcp|i/o timeout|: eof\b|http: server gave|x509: ")),
    ("java", TextPattern(r"java\.(?:net|io|lang)\.|okhttp|exception in thread")),
)


def client_of(lower: str) -> TextClient | None:
    """Return the client that wrote a text in lower case; None if its words name none."""
    app = next((TextClient(id, stack) for id, stack, words in _APPS if any(word in lower for word in words)), None)
    if app is not None:
        return app
    return next((TextClient("", stack) for stack, pattern in _STACKS if pattern.search(lower)), None)
