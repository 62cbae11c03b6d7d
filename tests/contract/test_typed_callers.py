"""A caller that is checked with mypy's strict mode sees the types of the library, and its own slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkout import ROOT

CALLER = """
import httpx
import openai

import diagnose


class Masked:
    def get_secret_value(self) -> str:
        return "sk-x"


result = diagnose.check(openai.OpenAI().base_url, api_key=Masked(), headers={"X-Team": "red"})
code: str | None = result.code
steps: tuple[str, ...] = result.steps
urls: list[object] = [fix.settings["base_url"] for fix in result.fixes if fix.verified]
client: openai.OpenAI = diagnose.explain_errors(openai.OpenAI())
watched = httpx.Client(transport=diagnose.explain_errors(httpx.HTTPTransport()), event_hooks=diagnose.event_hooks())
other = httpx.AsyncClient(event_hooks=diagnose.async_event_hooks())


async def checked() -> diagnose.CheckResult:
    with diagnose.explaining_errors():
        return await diagnose.acheck("https://relay.example/v1")


def told(error: Exception) -> list[str]:
    return [f"{one.code} {one.confidence:.0%}" for one in diagnose.explain(error).candidates if one.likely]
"""
SLIPS = """
import diagnose

diagnose.chekc("https://relay.example/v1")
diagnose.check("https://relay.example/v1", key="sk-x")
diagnose.check("https://relay.example/v1").code.upper()
"""


@pytest.mark.slow
def test_callers_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mypy import api

    monkeypatch.chdir(ROOT)  # where the mypy of this repository finds the packages, and its cache
    caller, slips = tmp_path / "caller.py", tmp_path / "slips.py"
    caller.write_text(CALLER, "utf-8")
    slips.write_text(SLIPS, "utf-8")
    out, error, _ = api.run(["--strict", "--no-error-summary", str(caller), str(slips)])
    assert error == ""
    lines = [line.partition(": ")[2] for line in out.splitlines() if "error" in line]
    assert [line for line in out.splitlines() if line.startswith(str(caller))] == []
    assert [line.rpartition("[")[2] for line in lines] == ["attr-defined]", "call-arg]", "union-attr]"], out


def test_the_types_are_published() -> None:
    assert (ROOT / "diagnose" / "py.typed").exists() and (ROOT / "probes" / "py.typed").exists()
