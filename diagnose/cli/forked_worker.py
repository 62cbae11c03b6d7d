"""Workers of a fleet that are forks of this process, which has imported everything already: a start takes no time.

Only on Linux: the frameworks of macOS do not survive a fork, and Windows has none. A fork is made before this process
has an event loop or a second thread. What takes the place of a worker that has ended starts anew, like the workers of
other systems.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from diagnose.cli.worker_pool import LINE, Channel, Worker

STEP = 0.01  # seconds between two looks whether a fork has ended
PATIENCE = 2.0  # seconds until one that has closed its socket, but does not end, is killed


@dataclass
class Fork:
    """A worker process, and the socket over which it takes numbers and returns reports."""

    pid: int
    stream: socket.socket


def possible() -> bool:
    """Check whether this process may be forked: on Linux, as long as it has one thread."""
    return sys.platform == "linux" and threading.active_count() == 1


def forks(count: int, work: Callable[[Channel], Coroutine[Any, Any, None]]) -> list[Fork]:
    """Start ``count`` processes that run ``work``, each with its own end of a socket."""
    gc.collect()
    gc.freeze()  # a collection would write to every object, and so copy the memory that the processes share
    made: list[Fork] = []
    for _ in range(count):
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            # If a fork kept the parent's end of another one's socket, that one would outlive a parent that is killed.
            for other in (ours, *(one.stream for one in made)):
                other.close()
            _child(work, theirs)
        theirs.close()
        made.append(Fork(pid, ours))
    return made


def _child(work: Callable[[Channel], Coroutine[Any, Any, None]], stream: socket.socket) -> None:
    """Do the work and end the process, without any code of the parent's that is to run at its end."""
    status = 1
    try:
        # Signals of the terminal go to its group of processes. The parent handles them and closes the socket.
        os.setpgid(0, 0)
        asyncio.run(_serve(work, stream))
        status = 0
    finally:
        os._exit(status)


async def _serve(work: Callable[[Channel], Coroutine[Any, Any, None]], stream: socket.socket) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=stream, limit=LINE)

    async def line() -> str:
        with suppress(OSError):  # the parent has ended
            return (await reader.readline()).decode()
        return ""

    def answer(text: str) -> None:
        if not writer.is_closing():  # the parent may have ended; asyncio warns of what is written to it then
            writer.write(text.encode("utf-8", "replace"))

    await work(Channel(line, answer))


class _ForkProcess:
    """A fork as :class:`Worker` uses a process; ``stdin`` and ``stdout`` are the two directions of its socket."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.stdout, self.stdin = reader, writer
        self._pid = pid
        self._status: int | None = None

    async def wait(self) -> int:
        """Return the exit status, which is negative for a signal, as soon as the process has ended."""
        waited = 0.0
        while self._status is None:
            found, status = os.waitpid(self._pid, os.WNOHANG)  # noqa: ASYNC222 - returns at once
            if found:
                self._status = os.waitstatus_to_exitcode(status)
                break
            if self.stdout.at_eof() and waited >= PATIENCE:
                self.kill()
            await asyncio.sleep(STEP)
            waited += STEP
        self.stdin.close()
        return self._status or 0

    def kill(self) -> None:
        if self._status is None:
            os.kill(self._pid, signal.SIGKILL)


class ForkedWorker(Worker):
    """A worker that is a fork; if that has ended, the next check starts a process with ``command``."""

    def __init__(self, command: Sequence[str], fork: Fork) -> None:
        super().__init__(command)
        self._fork: Fork | None = fork

    async def _start(self) -> Any:
        fork, self._fork = self._fork, None
        if fork is None:
            return await super()._start()
        return _ForkProcess(fork.pid, *await asyncio.open_unix_connection(sock=fork.stream, limit=LINE))

    async def leave(self) -> None:
        """Let the process end, even if it has never been asked."""
        if self._fork is not None:
            self._process = await self._start()
            self._reading = asyncio.create_task(self._read(self._process))
        await super().leave()
