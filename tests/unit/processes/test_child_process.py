"""Test that a program is bounded in time and output, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import suppress

import pytest

from probes.processes import child_process
from probes.processes.child_process import ChildResult, run

ENV = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="uses fork and process groups")


def python(code: str, stdin: bytes = b"", seconds: float = 20.0, most: int = 1000) -> ChildResult:
    argv = [sys.executable, "-I", "-S", "-c", code]
    return asyncio.run(run(argv, env=ENV, seconds=seconds, most=most, stdin=stdin))


def alive(pid: int) -> bool:
    """Check whether a process runs; one that has ended but was not reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with suppress(OSError), open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"
    return True


def gone(pid: int) -> bool:
    end = time.monotonic() + 10
    while alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_input_outputs_and_status_pass() -> None:
    found = python("import sys; print(input()[::-1]); sys.stderr.write('oh'); sys.exit(7)", b"abc\n")
    assert (found.status, found.out.strip(), found.err) == (7, b"cba", b"oh")
    assert not found.timed_out and not found.overflowed and not found.problem


def test_an_input_that_nobody_reads_is_no_error() -> None:
    assert python("", b"x" * 2_000_000).status == 0


def test_what_cannot_be_started_is_said() -> None:
    found = asyncio.run(run([os.path.join(os.sep, "no", "such", "program")], env=ENV, seconds=5, most=10))
    assert found.status is None and found.problem.startswith("FileNotFoundError")


def test_output_beyond_the_limit_ends_it() -> None:
    found = python("while True: print('x' * 1000)", most=5000)
    assert found.overflowed and found.status is None and len(found.out) == 5000


@POSIX
def test_at_the_limit_of_time_the_whole_group_ends() -> None:
    code = (
        "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); child = os.fork()\n"
        "if child: print(os.getpid(), child, flush=True)\n"
        "time.sleep(60)"
    )
    found = python(code, seconds=0.4)
    assert found.timed_out and found.status is None
    assert all(gone(int(pid)) for pid in found.out.split())


@POSIX
def test_a_descendant_does_not_outlive_the_program() -> None:
    found = python("import os, time; child = os.fork()\nif child: print(child, flush=True)\nelse: time.sleep(60)")
    assert found.status == 0 and not found.timed_out
    assert gone(int(found.out))


@POSIX
def test_a_cancelled_run_ends_the_program() -> None:
    async def cancelled() -> int:
        code = "import time; time.sleep(60)"
        task = asyncio.create_task(run([sys.executable, "-I", "-S", "-c", code], env=ENV, seconds=60, most=10))
        while not child_process._running:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        pid = next(iter(child_process._running))
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return pid

    assert gone(asyncio.run(cancelled())) and not child_process._running
