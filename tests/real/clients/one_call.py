"""One call of a Python library in its usual form, for tests/real/record_clients.py.

The arguments are the app, the protocol, the model, the origin of the recording server, and the prompt; the key is in
``THE_KEY``. A chat that streams is what such a program does most; nothing is set that the library does not need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

APP, PROTOCOL, MODEL, URL, PROMPT = sys.argv[1:6]
KEY = os.environ["THE_KEY"]
V1 = f"{URL}/v1"
MESSAGES = [{"role": "user", "content": PROMPT}]


def openai_sdk() -> None:
    from openai import OpenAI

    client = OpenAI(base_url=V1, api_key=KEY, max_retries=0, timeout=10)
    if PROTOCOL == "responses":
        list(client.responses.create(model=MODEL, input=PROMPT, stream=True))
    else:
        list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))


def anthropic_sdk() -> None:
    from anthropic import Anthropic

    client = Anthropic(base_url=URL, api_key=KEY, max_retries=0, timeout=10)
    with client.messages.stream(model=MODEL, max_tokens=16, messages=MESSAGES) as stream:
        stream.get_final_text()


def langchain_openai() -> None:
    from langchain_openai import ChatOpenAI

    list(ChatOpenAI(model=MODEL, base_url=V1, api_key=KEY, max_retries=0, timeout=10).stream(PROMPT))


def langchain_anthropic() -> None:
    from langchain_anthropic import ChatAnthropic

    list(ChatAnthropic(model=MODEL, base_url=URL, api_key=KEY, max_retries=0, timeout=10).stream(PROMPT))


def llama_index() -> None:
    from llama_index.llms.openai import OpenAI

    list(OpenAI(model=MODEL, api_base=V1, api_key=KEY, max_retries=0, timeout=10).stream_complete(PROMPT))


def litellm() -> None:
    import litellm as module

    module.suppress_debug_info = True
    base = {"openai": V1, "anthropic": URL, "gemini": f"{URL}/v1beta"}[PROTOCOL]
    more = {"api_base": base, "api_key": KEY, "timeout": 10, "num_retries": 0}
    list(module.completion(model=f"{PROTOCOL}/{MODEL}", messages=MESSAGES, stream=True, **more))


def groq_python() -> None:
    from groq import Groq

    client = Groq(base_url=URL, api_key=KEY, max_retries=0, timeout=10)
    list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))


def mistral_python() -> None:
    from mistralai.client import Mistral

    client = Mistral(server_url=URL, api_key=KEY, timeout_ms=10_000)
    list(client.chat.stream(model=MODEL, messages=MESSAGES))


CALLS: dict[str, Callable[[], None]] = {
    "openai-sdk": openai_sdk,
    "anthropic-sdk": anthropic_sdk,
    "langchain-openai": langchain_openai,
    "langchain-anthropic": langchain_anthropic,
    "llama-index": llama_index,
    "litellm": litellm,
    "groq-python": groq_python,
    "mistral-python": mistral_python,
}

if __name__ == "__main__":
    CALLS[APP]()
