"""Fixtures for the served page: in this process through starlette's client, and as the real program on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diagnose.cli.commands.serve import NEEDED, names
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW

if TYPE_CHECKING:
    from starlette.testclient import TestClient

if not all(map(find_spec, NEEDED)):
    collect_ignore_glob = ["test_*.py"]  # nothing to serve without the extra

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"
PORT = 9115
HERE = f"http://127.0.0.1:{PORT}"
Client = Callable[..., "TestClient"]


def shown(text: str) -> list[str]:
    """Return the pieces of the key that a text contains; tests expect none."""
    return [BODY[i : i + WINDOW] for i in range(len(BODY) - WINDOW + 1) if BODY[i : i + WINDOW] in text]


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    """Yield a working door on loopback that accepts the key."""
    with PracticeDoor(b.openai(KEY)) as door:
        yield door


@pytest.fixture
def served() -> Iterator[Client]:
    """Yield a function that makes a client of a page served with these settings, on loopback unless they say otherwise."""
    from starlette.testclient import TestClient

    from diagnose.serve.web_app import ServeOptions, ServerState

    open_ones: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        settings.setdefault("hosts", names(PORT))
        client = TestClient(ServerState(ServeOptions(**settings)).app, base_url=HERE, follow_redirects=False)
        open_ones.append(client.__enter__())
        return client

    yield make
    for client in open_ones:
        client.__exit__(None, None, None)


@pytest.fixture
def page(served: Client) -> TestClient:
    return served()


class Program:
    """`llmdoctor serve` in a separate process."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, url: str) -> None:
        self.process, self.log, self.url = process, log, url

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def stop(self, sign: int = signal.SIGINT) -> int:
        self.process.send_signal(sign)
        return self.process.wait(20)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Yield a function that starts the program with these options; when it stops, assert that it printed no key and no
    traceback.
    """
    running: list[Program] = []

    def start(*options: str, folder: Path = tmp_path, before: str = "", **environ: str) -> Program:
        log = tmp_path / f"serve-{len(running)}.log"
        kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        program = ["-c", f"{before}\nfrom diagnose.cli import main; main()"] if before else ["-m", "diagnose"]
        with log.open("wb") as noise:
            process = subprocess.Popen(
                [sys.executable, *program, "serve", "--listen", "127.0.0.1:0", *options],
                stdin=subprocess.DEVNULL,
                stdout=noise,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**kept, **environ},
            )
        running.append(Program(process, log, _url(process, log)))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.stop()
        assert "Traceback" not in one.said(), one.said()
        assert shown(one.said()) == []


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"serves (https?://\S+)/ ", log.read_text("utf-8")):
            return found[1].replace("0.0.0.0", "127.0.0.1")
        time.sleep(0.02)
    process.kill()
    raise AssertionError(log.read_text("utf-8"))
