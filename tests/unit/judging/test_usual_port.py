"""A well-known port of a server of one's own is a hint, and never a statement about what runs there."""

from __future__ import annotations

import asyncio

import pytest

from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.model.settings import Settings, Sourced
from probes.model.source import option
from probes.run.engine import run


def offline(url: str) -> Report:
    given = Settings(base_url=Sourced(url, option("test")), offline=True)
    return judge(asyncio.run(run(given, version="0")))


@pytest.mark.parametrize(
    ("url", "product"),
    [
        ("http://127.0.0.1:8080/v1", "llama.cpp server"),
        ("http://localhost:1234/v1", "LM Studio"),
        ("http://localhost:11434/v1", "Ollama (local)"),
    ],
)
def test_a_port_is_a_hint(url: str, product: str) -> None:
    line = next(one for one in offline(url).probes if one.name == "door")
    assert line.summary.startswith("a server of your own (port ")
    assert f"is usual for {product}" in line.summary


def test_another_port_is_none() -> None:
    line = next(one for one in offline("http://127.0.0.1:5555/v1").probes if one.name == "door")
    assert line.summary.startswith("a server of your own, checked as")
