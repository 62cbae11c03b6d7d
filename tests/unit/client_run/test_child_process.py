"""A program that is run with limits: its end, its outputs, what it has started."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from probes.client_run.child_process import HEAD, TAIL, ChildResult, run_program
from probes.model.client_run import ClientEnd


def run(code: str, folder: Path, limit: float = 20.0, stop: threading.Event | None = None) -> ChildResult:
    argv = [sys.executable, "-SE", "-c", code]
    return run_program(argv, dict(os.environ), folder, limit, stop or threading.Event())


def test_both_outputs_and_the_status(tmp_path: Path) -> None:
    done = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(41)", tmp_path)
    assert (done.end, done.status) == (ClientEnd.EXITED, 41)
    assert (done.output.strip(), done.errors.strip()) == ("out", "err") and done.seconds > 0


def test_an_output_is_cut_between_words(tmp_path: Path) -> None:
    done = run("print('first', 'sk-abcdefghijklmnopqrstuvwxyz ' * 5000, 'last')", tmp_path)
    assert len(done.output) < HEAD + TAIL + 10
    assert done.output.startswith("first") and done.output.strip().endswith("last")
    pieces = done.output.split()
    assert set(pieces) - {"first", "last", "…"} == {"sk-abcdefghijklmnopqrstuvwxyz"}, "no part of a key is left"


def test_a_program_that_is_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    done = run("import time; time.sleep(60)", tmp_path, stop=stop)
    assert (done.end, done.status) == (ClientEnd.STOPPED, None) and done.seconds < 30


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    done = run_program([str(tmp_path / "none")], {}, tmp_path, 1.0, threading.Event())
    assert done.end is ClientEnd.NOT_STARTED and done.errors


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_a_program_that_leaves_a_child_behind(tmp_path: Path) -> None:
    """The child keeps the outputs open; it is ended with its parent."""
    code = "import os, time\nchild = os.fork()\nif child == 0:\n    time.sleep(60)\nprint(child, flush=True)"
    done = run(code, tmp_path)
    assert done.end is ClientEnd.EXITED and done.seconds < 30
    assert not alive(int(done.output))


def alive(number: int) -> bool:
    """Check whether a process runs. One that nobody has waited for may still be listed."""
    try:
        os.kill(number, 0)
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
