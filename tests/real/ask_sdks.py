"""Run the official Python SDKs in each of the worlds given on standard input, as a separate process.

Input: JSON, a list of ``{"name", "environment", "origin", "key", "models"}``. Output: JSON, name -> SDK -> an empty
string for an answer, otherwise how the call failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from typing import Any

import anthropic
import openai

SECONDS = 4.0
ASK: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 16}


def _openai(world: Mapping[str, Any]) -> None:
    given = {"base_url": f"{world['origin']}/v1", "api_key": world["key"]}
    with openai.OpenAI(**given, max_retries=0, timeout=SECONDS) as sdk:
        _ = sdk.chat.completions.create(model=world["models"]["openai"], **ASK).choices[0].message.content


def _anthropic(world: Mapping[str, Any]) -> None:
    given = {"base_url": world["origin"], "api_key": world["key"]}
    with anthropic.Anthropic(**given, max_retries=0, timeout=SECONDS) as sdk:
        _ = sdk.messages.create(model=world["models"]["anthropic"], **ASK).content[0].type


def _outcome(call: Callable[[Mapping[str, Any]], None], world: Mapping[str, Any]) -> str:
    try:
        call(world)
    except Exception as error:  # the SDKs do not wrap what httpx and the ssl module raise
        return f"{type(error).__name__}: {error} <- {error.__cause__!r}"[:300]
    return ""


def _within(world: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    os.environ.update(world["environment"])
    if world["environment"].get("WITHOUT_SOCKSIO"):
        sys.modules["socksio"] = None  # type: ignore[assignment]  # importing it now fails as if it were not installed
    return world["name"], {"openai-sdk": _outcome(_openai, world), "anthropic-sdk": _outcome(_anthropic, world)}


if __name__ == "__main__":
    # One fork per world: the SDKs are imported once, and no world sees another's environment.
    with get_context("fork").Pool(4, maxtasksperchild=1) as pool:
        print(json.dumps(dict(pool.imap_unordered(_within, json.load(sys.stdin)))))
