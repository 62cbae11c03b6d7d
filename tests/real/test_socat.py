"""socat in front of a door: it accepts every connection itself, as port forwarding by containers and tunnels does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, ScriptEnd

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
Forward = Callable[[int], int]
MODEL = answers.MODELS[0]


@pytest.fixture
def forward(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    tmp_path: Path,
) -> Iterator[Forward]:
    """Yield a function that forwards a new port to the given one, and returns it."""
    socat = installed("socat", "socat")
    running: list[AbstractContextManager[Path]] = []

    def start(port: int) -> int:
        listening = free_port()
        argv = [socat, f"TCP-LISTEN:{listening},bind=127.0.0.1,fork,reuseaddr", f"TCP:127.0.0.1:{port}"]
        running.append(serving(argv, listening, tmp_path))
        running[-1].__enter__()
        return listening

    yield start
    for one in running:
        one.__exit__(None, None, None)


@pytest.mark.parametrize("script", [None, (ScriptEnd.MUTE,)], ids=["answers the hello", "stays silent"])
def test_https_to_a_plain_server(
    forward: Forward, key: str, diagnose: Diagnose, script: tuple[ScriptEnd, ...] | None
) -> None:
    with PracticeDoor(b.openai(key), connect=script) as door:
        port = forward(door.port)
        report = diagnose(f"https://127.0.0.1:{port}/v1", key, MODEL)
    assert (report["root_cause"], report["proven"]["answer"]) == ("tls.not_tls", True)
    (fix,) = report["findings"][0]["fixes"]
    assert (fix["settings"]["base_url"], fix["verified"]) == (f"http://127.0.0.1:{port}/v1", True)
    assert report["duration_ms"] < 8000


def test_nothing_behind_it(forward: Forward, key: str, diagnose: Diagnose, free_port: Callable[[], int]) -> None:
    report = diagnose(f"https://127.0.0.1:{forward(free_port())}/v1", key, MODEL)
    assert (report["root_cause"], report["side"]) == ("tls.reset", "machine")
