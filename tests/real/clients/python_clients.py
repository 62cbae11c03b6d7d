"""Real Python clients, driven by tests/real/test_url_joining.py in an interpreter that has them installed.

Standard input contains a JSON list of ``[app, protocol, number, base URL]``. Each client is asked for one answer with
the key ``sk-case-NUMBER``, by which the recording server tells the calls apart; the result of a call does not matter.
Clients that read their settings at import run in a fork each. One line of JSON lists the apps that are installed.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROMPT = [{"role": "user", "content": "hi"}]
MODEL = "gpt-4o"  # some clients look the model up in a built-in list
CLAUDE, GEMINI = "claude-3-5-haiku-20241022", "gemini-2.0-flash"


@functools.cache
def shared(package: str) -> Any:
    """Return one HTTP client of the package's own kind, shared because each new one reads all CA certificates."""
    return importlib.import_module(package).DefaultHttpxClient()


def openai(base: str, key: str, protocol: str) -> None:
    from openai import OpenAI

    client = OpenAI(base_url=base, api_key=key, max_retries=0, timeout=5, http_client=shared("openai"))
    if protocol == "responses":
        client.responses.create(model=MODEL, input="hi")
    else:
        client.chat.completions.create(model=MODEL, messages=PROMPT)


def anthropic(base: str, key: str, protocol: str) -> None:
    from anthropic import Anthropic

    client = Anthropic(base_url=base, api_key=key, max_retries=0, timeout=5, http_client=shared("anthropic"))
    client.messages.create(model=CLAUDE, max_tokens=9, messages=PROMPT)


def genai(base: str, key: str, protocol: str) -> None:
    from google import genai as module

    quick = {"client_args": {"verify": False}}  # skips reading CA certificates: the recording server speaks plain http
    client = module.Client(api_key=key, http_options={"base_url": base, "timeout": 5000, **quick})
    client.models.generate_content(model=GEMINI, contents="hi")


def ollama(base: str, key: str, protocol: str) -> None:
    from ollama import Client

    client = Client(host=base, headers={"Authorization": f"Bearer {key}"}, timeout=5, verify=False)
    client.chat(model=MODEL, messages=PROMPT)


def litellm(base: str, key: str, protocol: str) -> None:
    import litellm as module

    module.suppress_debug_info = True
    model = {"openai": f"openai/{MODEL}", "anthropic": f"anthropic/{CLAUDE}", "gemini": f"gemini/{GEMINI}"}[protocol]
    module.completion(model=model, api_base=base, api_key=key, messages=PROMPT, timeout=5, num_retries=0)


def langchain_openai(base: str, key: str, protocol: str) -> None:
    from langchain_openai import ChatOpenAI

    own = {"use_responses_api": protocol == "responses", "http_client": shared("openai")}
    ChatOpenAI(model=MODEL, base_url=base, api_key=key, max_retries=0, timeout=5, **own).invoke("hi")


def langchain_anthropic(base: str, key: str, protocol: str) -> None:
    from langchain_anthropic import ChatAnthropic

    ChatAnthropic(model=CLAUDE, base_url=base, api_key=key, max_retries=0, timeout=5).invoke("hi")


def llama_index(base: str, key: str, protocol: str) -> None:
    from llama_index.llms.openai import OpenAI

    client = shared("openai")
    OpenAI(model=MODEL, api_base=base, api_key=key, max_retries=0, timeout=5, http_client=client).complete("hi")


def llm(base: str, key: str, protocol: str) -> None:
    import llm as module

    folder = Path(os.environ["LLM_USER_PATH"])
    row = {"model_id": key, "model_name": MODEL, "api_base": base, "api_key_name": key}
    row |= {"responses": True} if protocol == "responses" else {}
    folder.joinpath("extra-openai-models.yaml").write_text(json.dumps([row]))  # JSON is valid YAML
    folder.joinpath("keys.json").write_text(json.dumps({key: key}))
    module.get_model(key).prompt("hi", stream=False).text()


def shell_gpt(base: str, key: str, protocol: str) -> None:
    os.environ.update(API_BASE_URL=base, OPENAI_API_KEY=key, DEFAULT_MODEL=MODEL)
    from sgpt.app import entry_point

    sys.argv = ["sgpt", "--no-cache", "hi"]
    entry_point()


def aider(base: str, key: str, protocol: str) -> None:
    name = protocol.upper()
    os.environ.update({f"{name}_API_KEY": key, f"{name}_API_BASE": base})
    from aider.main import main

    model = f"openai/{MODEL}" if protocol == "openai" else f"anthropic/{CLAUDE}"
    silent = (
        "--no-git",
        "--yes-always",
        "--no-check-update",
        "--no-analytics",
        "--no-show-model-warnings",
        "--no-pretty",
    )
    main([*silent, "--timeout", "5", "--model", model, "--message", "hi"])


Client = Callable[[str, str, str], None]
# The distribution and its generations, the packages to import before forking (None: no fork needed), and the client.
CLIENTS: dict[str, tuple[str, str, str | None, Client]] = {
    "openai-sdk": ("openai", "3", None, openai),
    "openai-sdk-1": ("openai", "1 2", None, openai),
    "anthropic-sdk": ("anthropic", "2", None, anthropic),
    "anthropic-sdk-0": ("anthropic", "0 1", None, anthropic),
    "google-genai": ("google-genai", "3", None, genai),
    "ollama-python": ("ollama", "0", None, ollama),
    "litellm": ("litellm", "1", None, litellm),
    "langchain-openai": ("langchain-openai", "1", None, langchain_openai),
    "langchain-anthropic": ("langchain-anthropic", "1", None, langchain_anthropic),
    "llama-index": ("llama-index-llms-openai", "0", None, llama_index),
    "llm": ("llm", "0", None, llm),
    "shell-gpt": ("shell-gpt", "1", "openai rich typer", shell_gpt),
    "aider": ("aider-chat", "0", "aider.main litellm", aider),
}


def here() -> dict[str, str]:
    """Return the apps that this interpreter has installed, with their versions."""
    found = {}
    for app, (distribution, generations, _, _) in CLIENTS.items():
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            version = importlib.metadata.version(distribution)
            if version.partition(".")[0] in generations.split():
                found[app] = version
    return found


def ask(client: Client, base: str, key: str, protocol: str) -> None:
    """Make one call; whatever the client returns or raises does not matter."""
    silence = io.StringIO()
    with contextlib.suppress(BaseException), contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        client(base, key, protocol)


def forked(packages: str, client: Client, *arguments: Any) -> None:
    for name in packages.split():
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(0, 1)
        os.dup2(0, 2)
        try:
            ask(client, *arguments)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    present = here()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLM_USER_PATH"] = folder
        for app, protocol, number, base in json.load(sys.stdin):
            if app in present:
                _, _, packages, client = CLIENTS[app]
                arguments = (base, f"sk-case-{number}", protocol)
                if packages is None:
                    ask(client, *arguments)
                else:
                    forked(packages, client, *arguments)
    print(json.dumps(present))


if __name__ == "__main__":
    main()
