"""Errors of the real SDKs explain themselves: OpenAI, Anthropic, Groq, Mistral and LangChain, each in its own way."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checkout import ROOT
from probes.demo_server import handlers, practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor, Request, closed_port
from probes.model.record import replace
from real.conftest import own_environment

pytestmark = [pytest.mark.real, pytest.mark.slow]

SCRIPT = Path(__file__).with_name("ask_watched.py")
CLAUDE = ("anthropic", "anthropic_stream", "langchain_anthropic")
CALLS = (
    *("openai", "openai_stream", "openai_async", "groq", "groq_async", "mistral", "mistral_stream", "mistral_async"),
    *("langchain", "langchain_block", *CLAUDE),
)
# LangChain raises an exception of its own from that of the SDK, which has the note.
INNER = ("langchain", "langchain_anthropic")


def without_prefix(handler: handlers.Handler) -> handlers.Handler:
    """Serve Groq's paths, which begin with /openai."""

    def answer(request: Request) -> Any:
        return handler(replace(request, target=request.target.removeprefix("/openai")))

    return answer


def test_the_cause_is_where_the_user_looks(fetched: Callable[[str, str, str], Path]) -> None:
    python = (
        fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate environments") / "sdks" / "bin" / "python"
    )
    if not python.exists():
        pytest.skip("the SDKs are not installed; .ci/run does it")
    key, wrong = made_up_key(), made_up_key()
    with (
        PracticeDoor(without_prefix(practice_doors.openai(key))) as openai,
        PracticeDoor(practice_doors.anthropic(key)) as claude,
        closed_port() as port,
    ):
        places = [
            {"call": call, "url": url, "key": given, "wanted": wanted}
            for call in CALLS
            for url, given, wanted in (
                (claude.url if call in CLAUDE else openai.url, wrong, "auth.rejected"),
                (f"http://127.0.0.1:{port}", key, "tcp.refused"),
            )
        ]
        places += [{"call": call, "url": openai.url, "key": key, "wanted": ""} for call in CALLS if call not in CLAUDE]
        done = subprocess.run(
            [python, SCRIPT],
            input=json.dumps(places),
            capture_output=True,
            text=True,
            timeout=120,
            env={**own_environment(), "PYTHONPATH": str(ROOT)},
        )
    seen = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(seen) == len(places), done.stderr
    assert key[8:20] not in done.stdout and wrong[8:20] not in done.stdout
    for one in seen:
        if not one["wanted"]:
            assert one["type"] is None and one["codes"] == [], one
            continue
        noted = one["inner" if one["call"] in INNER else "notes"]
        assert one["codes"] == [one["wanted"]], one
        assert len(noted) == 1 and f"({one['wanted']}, likely)" in noted[0] and "Fix: " in noted[0], one
