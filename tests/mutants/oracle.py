"""The real SDKs as the oracle: how each reads a mutant, by the idioms that their manuals show."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mutants.mutant import Mutant
from mutants.server import MODELS, base_url

PROMPT = [{"role": "user", "content": "Say OK."}]
PYTHON = {
    **dict.fromkeys(("openai", "responses"), "openai"),
    "anthropic": "anthropic",
    "gemini": "google-genai",
    "ollama": "ollama",
}
NODE = {**dict.fromkeys(("openai", "responses"), "openai"), "anthropic": "@anthropic-ai/sdk"}
WAYS = {"plain": ("plain",), "stream": ("raw", "helper")}
_HERE = Path(__file__).parent
_SECONDS = 6.0
# openai-python's helpers raise these for every answer that the limit of tokens or a filter ended, as they are meant to.
_UNFINISHED = ("LengthFinishReasonError", "ContentFilterFinishReasonError", "Didn't receive a `response.completed`")


def versions() -> dict[str, str]:
    """Return the versions of the SDKs that are there, those for Node with the prefix ``node:``."""
    found = {}
    for name in dict.fromkeys(PYTHON.values()):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    root = node_packages()
    for name in dict.fromkeys(NODE.values()):
        package = root / "node_modules" / name / "package.json" if root else None
        if package is not None and package.exists():
            found[f"node:{name}"] = json.loads(package.read_text())["version"]
    return found


def node_packages() -> Path | None:
    """Return the folder whose ``node_modules`` has the SDKs: LLMDOCTOR_NODE_SDKS, else one of the checkout's caches."""
    cache = _HERE.parent.parent / ".cache"
    named = os.environ.get("LLMDOCTOR_NODE_SDKS")
    places = [Path(named)] if named else [cache / "node-sdks", cache / "clients" / "node"]
    return next((one for one in places if (one / "node_modules" / "openai").exists()), None)


def _node() -> str | None:
    root = node_packages()
    own = root / "node_modules" / "node" / "bin" / "node" if root else None
    return str(own) if own is not None and own.exists() else shutil.which("node")


def _openai(base: str, model: str) -> dict[str, Callable[[], Any]]:
    client = _client("openai", "OpenAI", api_key="k", base_url=base, max_retries=0, timeout=_SECONDS)
    asked = {"model": model, "messages": PROMPT}

    def raw() -> str:
        pieces = []
        for chunk in client.chat.completions.create(**asked, stream=True):
            if chunk.choices:
                pieces.append(chunk.choices[0].delta.content or "")
        return "".join(pieces)

    def helper() -> Any:
        with client.chat.completions.stream(**asked) as stream:
            for _ in stream:
                pass
            return stream.get_final_completion().choices[0].message.content

    def plain() -> Any:
        return client.chat.completions.create(**asked).choices[0].message.content

    return {"plain": plain, "raw": raw, "helper": helper, "close": client.close}


def _responses(base: str, model: str) -> dict[str, Callable[[], Any]]:
    client = _client("openai", "OpenAI", api_key="k", base_url=base, max_retries=0, timeout=_SECONDS)
    asked = {"model": model, "input": "Say OK."}

    def raw() -> str:
        events = client.responses.create(**asked, stream=True)
        return "".join([event.delta for event in events if event.type == "response.output_text.delta"])

    def helper() -> Any:
        with client.responses.stream(**asked) as stream:
            for _ in stream:
                pass
            return stream.get_final_response().output_text

    def plain() -> Any:
        return client.responses.create(**asked).output_text

    return {"plain": plain, "raw": raw, "helper": helper, "close": client.close}


def _anthropic(base: str, model: str) -> dict[str, Callable[[], Any]]:
    client = _client("anthropic", "Anthropic", api_key="k", base_url=base, max_retries=0, timeout=_SECONDS)
    asked = {"model": model, "max_tokens": 16, "messages": PROMPT}

    def joined(message: Any) -> str:
        return "".join([block.text for block in message.content if block.type == "text"])

    def raw() -> str:
        pieces = []
        for event in client.messages.create(**asked, stream=True):
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                pieces.append(event.delta.text)
        return "".join(pieces)

    def helper() -> str:
        with client.messages.stream(**asked) as stream:
            text = "".join(list(stream.text_stream))
            return text if joined(stream.get_final_message()) else ""

    def plain() -> str:
        return joined(client.messages.create(**asked))

    return {"plain": plain, "raw": raw, "helper": helper, "close": client.close}


def _gemini(base: str, model: str) -> dict[str, Callable[[], Any]]:
    client = _client("google.genai", "Client", api_key="k", http_options={"base_url": base, "timeout": 6000})
    asked = {"model": model, "contents": "Say OK."}

    def raw() -> str:
        return "".join([piece.text or "" for piece in client.models.generate_content_stream(**asked)])

    def plain() -> Any:
        return client.models.generate_content(**asked).text

    return {"plain": plain, "raw": raw, "close": client.close}


def _ollama(base: str, model: str) -> dict[str, Callable[[], Any]]:
    client = _client("ollama", "Client", host=base, timeout=_SECONDS)
    asked = {"model": model, "messages": PROMPT}

    def raw() -> str:
        return "".join([piece.message.content or "" for piece in client.chat(**asked, stream=True)])

    def plain() -> Any:
        return client.chat(**asked).message.content

    return {"plain": plain, "raw": raw, "close": client._client.close}


CALLS = {
    "openai": _openai,
    "responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "ollama": _ollama,
}


def _client(package: str, name: str, **options: Any) -> Any:
    """Return a client of an SDK, which is imported only where it is used."""
    return getattr(import_module(package), name)(**options)


def _verdict(call: Callable[[], Any], mutant: Mutant) -> str:
    """Return an empty text if the call returns the text that the response has, otherwise how it fails."""
    try:
        text = call()
    except Exception as error:
        how = f"{type(error).__name__}: {str(error)[:120]}"
        return "" if mutant.silent and any(one in how for one in _UNFINISHED) else how
    if mutant.silent:
        return ""
    if not isinstance(text, str) or not text.strip():
        return f"no text: {text!r:.60}"
    whole = all(piece in text for piece in mutant.wanted) and "\ufffd" not in text
    return "" if whole else f"text lost: {text[:60]}"


def by_python(mutants: Sequence[Mutant], port: int) -> list[dict[str, str]]:
    """Return how each Python SDK reads each mutant: by way (plain, raw, helper), empty where it reads it."""

    def read(number: int) -> dict[str, str]:
        mutant = mutants[number]
        calls = CALLS[mutant.protocol](base_url(mutant.protocol, port, number), MODELS[mutant.protocol])
        ways = [way for way in WAYS[mutant.half] if way in calls]
        try:
            return {way: _verdict(calls[way], mutant) for way in ways}
        finally:
            calls["close"]()

    for package in ("openai", "anthropic", "google.genai", "ollama"):
        import_module(package)
    # pydantic warns of each value that a mutant has made odd.
    with warnings.catch_warnings(action="ignore"), ThreadPoolExecutor(6) as pool:
        found = list(pool.map(read, range(len(mutants))))
        gc.collect()  # a stream that broke off leaves its connection to the garbage collector
        return found


def by_node(mutants: Sequence[Mutant], port: int) -> list[dict[str, str]]:
    """Return the same for the Node SDKs; an empty mapping where there is none."""
    root, node = node_packages(), _node()
    found: list[dict[str, str]] = [{} for _ in mutants]
    if root is None or node is None:
        return found
    jobs = [
        {
            "id": number,
            "protocol": one.protocol,
            "half": one.half,
            "base": base_url(one.protocol, port, number),
            "model": MODELS[one.protocol],
            "wanted": one.wanted,
            "silent": one.silent,
        }
        for number, one in enumerate(mutants)
        if one.protocol in NODE
    ]
    script = str(_HERE / "oracle.mjs")
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    done = subprocess.run([node, script, str(root)], input=lines, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        row = json.loads(line)
        found[row.pop("id")] = row
    missing = sum(1 for job in jobs if not found[job["id"]])
    if missing:
        raise RuntimeError(f"{missing} mutants were not read by Node: {done.stderr[-600:]}")
    return found
