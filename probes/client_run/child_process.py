"""Run a program with limits of time and output, and end everything that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from probes.model.client_run import ClientEnd

HEAD, TAIL = 8 * 1024, 24 * 1024  # bytes of each output that are kept; what lies between is read and dropped
_STEP = 0.02  # seconds between two looks at the program
_GRACE = 1.0  # seconds between the request to end and the end
_OF_KEY = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+/=%~"


class ChildResult(NamedTuple):
    """How the program ended, its exit status, its outputs and the seconds that it took."""

    end: ClientEnd
    status: int | None
    output: str
    errors: str
    seconds: float


def run_program(
    argv: Sequence[str], environ: Mapping[str, str], folder: Path, limit: float, stop: threading.Event
) -> ChildResult:
    """Run a program in ``folder``, without input, for at most ``limit`` seconds or until ``stop`` is set.

    It gets a process group of its own, so that at its end nothing of it is left.
    """
    began = time.monotonic()
    windows = sys.platform == "win32"
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and the path is absolute
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            cwd=folder,
            start_new_session=not windows,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) if windows else 0,
        )
    except OSError as error:
        return ChildResult(ClientEnd.NOT_STARTED, None, "", error.strerror or type(error).__name__, 0.0)
    outputs = [_Output(pipe) for pipe in (process.stdout, process.stderr) if pipe is not None]
    end = ClientEnd.EXITED
    try:
        while not _has_exited(process):
            if stop.is_set() or time.monotonic() - began > limit:
                end = ClientEnd.STOPPED if stop.is_set() else ClientEnd.LIMIT
                break
            time.sleep(_STEP)
    finally:
        seconds = time.monotonic() - began
        _end_group(process, gently=end is not ClientEnd.EXITED)
        for one in outputs:
            one.close()
    said, errors = (one.text for one in outputs)
    return ChildResult(end, process.returncode if end is ClientEnd.EXITED else None, said, errors, seconds)


def _has_exited(process: subprocess.Popen[bytes]) -> bool:
    """Check whether the program has ended. Where the system allows, it stays a zombie, so that its id is not reused."""
    if hasattr(os, "waitid") and hasattr(os, "WNOWAIT"):
        with suppress(ChildProcessError):
            return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return process.poll() is not None


def _end_group(process: subprocess.Popen[bytes], *, gently: bool) -> None:
    """End the program and what it has started: first by a request, if it still runs, and after a second by force."""
    if sys.platform == "win32":
        _end_tree(process)
        return
    if gently:
        _signal(process.pid, signal.SIGTERM)
        end = time.monotonic() + _GRACE
        while time.monotonic() < end and not _has_exited(process):
            time.sleep(_STEP)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: int) -> None:
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):  # macOS: the latter for a group of zombies
            os.killpg(group, number)


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """End a program of Windows with its children, which form no group that could be ended as one."""
    if process.poll() is None:
        tool = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        with suppress(OSError, subprocess.TimeoutExpired):
            argv = [str(tool), "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(argv, capture_output=True, timeout=10, check=False)  # noqa: S603 - the system's own tool
        with suppress(OSError):
            process.kill()
    process.wait()


class _Output:
    """The beginning and the end of an output, read in a thread."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._head, self._tail = bytearray(), bytearray()
        self._dropped = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(self._pipe.fileno(), 65536):
                room = HEAD - len(self._head)
                self._head += piece[:room]
                self._tail += piece[room:]
                if len(self._tail) > TAIL:
                    self._dropped = True
                    del self._tail[:-TAIL]

    def close(self) -> None:
        """Wait for the end of the output; a second, since a process that has left the group may keep it open."""
        self._thread.join(_GRACE)
        with suppress(OSError):
            if not self._thread.is_alive():
                self._pipe.close()

    @property
    def text(self) -> str:
        """The output. Where something was dropped, the cut is moved, so that no part of a key stands there."""
        head, tail = bytes(self._head), bytes(self._tail)
        if self._dropped:
            head, tail = head.rstrip(_OF_KEY), tail.lstrip(_OF_KEY)
            return head.decode("utf-8", "replace") + "\n…\n" + tail.decode("utf-8", "replace")
        return (head + tail).decode("utf-8", "replace")
