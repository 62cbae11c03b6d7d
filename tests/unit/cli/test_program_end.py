"""The program ends without Python's clean-up, but not before what was registered for the end, and all of its output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

START = """
import atexit, sys, threading
atexit.register(print, "registered")
sys.argv[:] = ["llmdoctor", {arguments}]
{before}
from diagnose.__main__ import program
program()
"""


def ran(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    shown = ", ".join(map(repr, arguments))
    code = START.format(arguments=shown, before=before)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_status_output_and_what_was_registered(tmp_path: Path) -> None:
    done = ran("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("llmdoctor ") and done.stdout.endswith("\nregistered\n")
    assert ran("check", "--no-such-option").returncode == 2


def test_a_thread_that_is_at_work_is_waited_for() -> None:
    late = "import time\nthreading.Thread(target=lambda: (time.sleep(0.3), print('late'))).start()"
    done = ran("--version", before=late)
    assert "late\n" in done.stdout and done.returncode == 0
