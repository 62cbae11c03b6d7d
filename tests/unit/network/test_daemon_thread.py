"""Blocking work that never ends keeps neither a run nor the process."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from probes.network.daemon_thread import in_daemon_thread


def test_the_result_or_the_exception_is_that_of_the_work() -> None:
    assert asyncio.run(in_daemon_thread(lambda: 7, "made up")) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_daemon_thread(lambda: 1 // 0, "made up"))


def test_work_that_never_ends_does_not_keep_the_process() -> None:
    code = (
        "import asyncio, threading; from probes.network.daemon_thread import in_daemon_thread\n"
        "async def wait():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.1): await in_daemon_thread(threading.Event().wait, 'made up')\n"
        "    except TimeoutError: print('late')\n"
        "asyncio.run(wait())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "late"
