"""Call one SDK at one URL with a watched client, and print the exception, its notes and the logged codes as JSON.

python ask_watched.py CALL URL KEY
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import diagnose

MODEL = "gpt-5-nano"
MESSAGES: Any = [{"role": "user", "content": "Say hi."}]
OPENAI: Any = {"model": MODEL, "messages": MESSAGES}
CLAUDE: Any = {"model": MODEL, "messages": MESSAGES, "max_tokens": 9}


def openai(url: str, key: str) -> object:
    from openai import OpenAI

    return watched(OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=1)).chat.completions.create(**OPENAI)


def openai_stream(url: str, key: str) -> object:
    from openai import OpenAI

    client = watched(OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)).with_options(timeout=5)
    return list(client.chat.completions.create(**OPENAI, stream=True))


def openai_async(url: str, key: str) -> object:
    from openai import AsyncOpenAI

    async def call() -> object:
        client = watched(AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0))
        return [one async for one in await client.chat.completions.create(**OPENAI, stream=True)]

    return asyncio.run(call())


def anthropic(url: str, key: str) -> object:
    from anthropic import Anthropic

    return watched(Anthropic(base_url=url, api_key=key, max_retries=0)).messages.create(**CLAUDE)


def anthropic_stream(url: str, key: str) -> object:
    from anthropic import Anthropic

    with watched(Anthropic(base_url=url, api_key=key, max_retries=0)).messages.stream(**CLAUDE) as stream:
        return stream.get_final_text()


def groq(url: str, key: str) -> object:
    from groq import Groq

    return watched(Groq(base_url=url, api_key=key, max_retries=0)).chat.completions.create(**OPENAI)


def groq_async(url: str, key: str) -> object:
    from groq import AsyncGroq

    async def call() -> object:
        return await watched(AsyncGroq(base_url=url, api_key=key, max_retries=0)).chat.completions.create(**OPENAI)

    return asyncio.run(call())


def mistral(url: str, key: str) -> object:
    from mistralai.client import Mistral

    return watched(Mistral(server_url=url, api_key=key)).chat.complete(**OPENAI)


def mistral_stream(url: str, key: str) -> object:
    from mistralai.client import Mistral

    return list(watched(Mistral(server_url=url, api_key=key)).chat.stream(**OPENAI))


def mistral_async(url: str, key: str) -> object:
    from mistralai.client import Mistral

    async def call() -> object:
        client = watched(Mistral(server_url=url, api_key=key))
        return [one async for one in await client.chat.stream_async(**OPENAI)]

    return asyncio.run(call())


def langchain(url: str, key: str) -> object:
    from langchain_openai import ChatOpenAI

    return watched(ChatOpenAI(model=MODEL, base_url=f"{url}/v1", api_key=key, max_retries=0)).invoke("hi")


def langchain_anthropic(url: str, key: str) -> object:
    from langchain_anthropic import ChatAnthropic

    return watched(ChatAnthropic(model=MODEL, base_url=url, api_key=key, max_retries=0)).invoke("hi")


def langchain_block(url: str, key: str) -> object:
    from langchain_openai import ChatOpenAI

    with diagnose.explaining_errors():
        return ChatOpenAI(model=MODEL, base_url=f"{url}/v1", api_key=key, max_retries=0).invoke("hi")


CALLS: dict[str, Callable[[str, str], object]] = {
    one.__name__: one
    for one in (
        *(openai, openai_stream, openai_async, anthropic, anthropic_stream, groq, groq_async),
        *(mistral, mistral_stream, mistral_async, langchain, langchain_anthropic, langchain_block),
    )
}


def watched(client: Any) -> Any:
    return diagnose.explain_errors(client)


def main(places: list[dict[str, str]]) -> None:
    """Make each call at each place, and print one line of JSON for each."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger("llmdoctor").addHandler(handler)
    for place in places:
        records.clear()
        outcome: dict[str, object] = {"notes": [], "inner": [], "type": None}
        try:
            CALLS[place["call"]](place["url"], place["key"])
        except Exception as error:
            cause = error.__cause__
            outcome = {
                "type": type(error).__name__,
                "notes": getattr(error, "__notes__", []),
                "inner": getattr(cause, "__notes__", []),
            }
        codes = [vars(one).get("llmdoctor_code") for one in records]
        print(json.dumps({**place, **outcome, "codes": codes, "key": ""}), flush=True)


if __name__ == "__main__":
    main(json.load(sys.stdin))
