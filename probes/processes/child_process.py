"""Run another program with a limit of time and of output, and end it together with everything that it has started."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from probes.model.record import Record

if TYPE_CHECKING:
    from asyncio.subprocess import Process

_GRACE = 0.5  # seconds between the polite request to end and the end by force
_AFTER_END = 0.5  # seconds in which output is still read after the program has ended: a descendant may hold the pipe
_POLL = 0.01  # seconds between two looks whether it has ended
_CHUNK = 64 * 1024  # bytes
# A session of its own: the whole group is ended by one signal, Ctrl-C in the terminal does not reach it, and it has no
# terminal on which it could ask.
_OWN_GROUP: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    _OWN_GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

_running: set[int] = set()  # the groups that have not ended


class ChildResult(Record):
    """How a program ended, and what it has written. ``status`` is negative if a signal ended it (POSIX)."""

    status: int | None  # None: it was not started, or this program ended it
    out: bytes = b""
    err: bytes = b""
    timed_out: bool = False
    overflowed: bool = False  # it wrote more than the limit, and was ended
    problem: str = ""  # why it could not be started: the exception's type and the system's words
    seconds: float = 0.0


async def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    seconds: float,
    most: int,
    stdin: bytes = b"",
    cwd: str | None = None,
) -> ChildResult:
    """Run a program to its end, with ``stdin`` as its whole input. Raises nothing for what the program does.

    ``env`` is its whole environment. After ``seconds``, or as soon as it has written more than ``most`` bytes to one of
    its two outputs, it is ended; what it has started in its process group ends with it in every case, also if the
    caller is cancelled. ``argv`` is never read by a shell. Secrets belong into ``stdin``: other users can read the
    arguments, and what the program starts inherits the environment.
    """
    began = monotonic()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            **_OWN_GROUP,
        )
    except (OSError, ValueError) as error:  # ValueError: a null character in an argument
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return ChildResult(None, problem=f"{type(error).__name__}: {words}", seconds=monotonic() - began)
    _running.add(process.pid)
    out, err = bytearray(), bytearray()
    timed_out = overflowed = ended = False
    try:
        async with asyncio.timeout(seconds):
            fits = await _communicate(process, stdin, (out, err), most)
        ended, overflowed = fits, not fits
    except TimeoutError:
        timed_out = True
    finally:
        await _end(process, gently=timed_out)
        _running.discard(process.pid)
    status = process.returncode if ended else None
    return ChildResult(status, bytes(out[:most]), bytes(err[:most]), timed_out, overflowed, seconds=monotonic() - began)


def end_running() -> None:
    """End by force what is running, if this process is about to end at once and no ``finally`` block will run."""
    for pid in tuple(_running):
        _signal_group(pid, force=True)


async def _communicate(process: Process, stdin: bytes, kept: tuple[bytearray, bytearray], most: int) -> bool:
    """Write the input and read both outputs until the program has ended. Return whether its output fits."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    feeding = asyncio.create_task(_feed(process.stdin, stdin))
    reading = [
        asyncio.create_task(_read(stream, into, most))
        for stream, into in zip((process.stdout, process.stderr), kept, strict=True)
    ]
    waiting = asyncio.create_task(_ended(process))
    tasks = [feeding, *reading, waiting]
    try:
        pending: set[asyncio.Task[Any]] = {*reading, waiting}
        while pending:
            left = None if not waiting.done() else _AFTER_END
            done, pending = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if any(one in reading and not one.result() for one in done):
                return False
            if not done:  # the program has ended, but something that it started keeps the pipe open
                break
        return True
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ended(process: Process) -> None:
    """Wait until the process has ended. asyncio's own ``wait`` also waits for those who have inherited its pipes."""
    while process.returncode is None:  # noqa: ASYNC110  asyncio offers no event for it
        await asyncio.sleep(_POLL)


async def _feed(stream: asyncio.StreamWriter, data: bytes) -> None:
    with suppress(OSError):  # the program has ended, or closed its input
        stream.write(data)
        await stream.drain()
    with suppress(OSError):
        stream.close()


async def _read(stream: asyncio.StreamReader, into: bytearray, most: int) -> bool:
    """Read to the end. Return False as soon as there is more than ``most`` bytes."""
    with suppress(OSError):
        while chunk := await stream.read(_CHUNK):
            into += chunk
            if len(into) > most:
                return False
    return True


async def _end(process: Process, gently: bool) -> None:
    """End the process and its group: first by a request to end, if ``gently``, and in any case by force."""
    if gently and process.returncode is None:
        _signal_group(process.pid, force=False)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await _ended(process)
    _signal_group(process.pid, force=True, leader_ended=process.returncode is not None)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await _ended(process)
    # Otherwise the pipes stay open as long as a process holds their other ends that has left the group.
    process._transport.close()  # type: ignore[attr-defined]  # asyncio's Process has no method for it


def _signal_group(pid: int, *, force: bool, leader_ended: bool = False) -> None:
    if sys.platform == "win32":
        # Windows ends no group. taskkill follows the tree by the ids of the parents, so it needs the first process.
        if not leader_ended and force:
            taskkill = str(Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe"))
            with suppress(OSError, subprocess.SubprocessError):
                subprocess.run([taskkill, "/T", "/F", "/PID", str(pid)], capture_output=True, timeout=5, check=False)  # noqa: S603
        return
    import signal

    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL if force else signal.SIGTERM)
