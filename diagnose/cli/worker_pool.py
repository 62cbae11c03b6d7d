"""Worker processes that check a fleet: at most one for each processor, each with many checks in parallel.

    members ──jobs, per-host──▶ the least busy worker ──one number per line──▶ its event loop: run, judge
                                                      ◀──number and report── one line of JSON

A worker reads the fleet's file and the keys itself, so no key is passed between processes. If a worker dies or hangs,
its unfinished members are checked again, each alone; a member that fails again is reported as failed (`run.crashed`).
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from diagnose import interruption
from diagnose.cli.fleet_check import PARTS, Wish, examine, reply
from diagnose.judging.judge import judge
from probes.model.named_tuple import NamedTuple
from probes.model.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.network.shared_network import SharedNetwork
    from probes.run.fleet import Fleet

LINE = 16 * 1024 * 1024  # bytes of one report, at most
GRACE = 15.0  # seconds after a member's deadline until its worker is killed
SHARE = 64  # members for which another process is worth its start
FORGET = "forget"
# Every TLS connection has a buffer of 256 KiB. By default glibc soon allocates such buffers on its heap, where the
# holes that they leave double the memory. With a fixed threshold in bytes they stay mappings, which are given back.
GLIBC = {"MALLOC_MMAP_THRESHOLD_": "65536"}
# The terminal sends Ctrl-C to a whole group of processes. A worker has a group of its own, so that no signal reaches it
# before it ignores them: the interpreter would print a traceback.
_OWN_GROUP: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    _OWN_GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

Document = dict[str, Any]
# Takes a member's number, its line of JSON, the parsed document, and the parts by format.
Tell = Callable[[int, str, Document, dict[str, str]], None]


class WorkerFailed(Exception):
    """A worker ended or timed out before it returned a report."""


class Refused(Exception):
    """A member's settings are invalid; the message says why."""


# -- in the worker -----------------------------------------------------------------------------------------------------


class Channel(NamedTuple):
    """The ways from and to the parent: the next line, empty at the end, and what takes the lines of a reply."""

    line: Callable[[], Awaitable[str]]
    answer: Callable[[str], object]


def warmed(fleet: Fleet, environ: Mapping[str, str], wish: Wish) -> SharedNetwork:
    """Return a network with the trust store of the first member, after a check of it that sends nothing.

    Forks of this process then share what every worker loads for its first check: modules, tables, trust store.
    """
    from probes.network.shared_network import SharedNetwork

    network = SharedNetwork(sparing=True)
    fleet.warm(environ, network)
    offline = replace(fleet, options=replace(fleet.options, offline=True))
    asyncio.run(examine(offline, fleet.members[0], environ, network, wish))
    return network


async def work(
    fleet: Fleet,
    environ: Mapping[str, str],
    wish: Wish,
    channel: Channel | None = None,
    network: SharedNetwork | None = None,
) -> None:
    """Check the members whose numbers arrive, one per line, until the end: by ``channel``, else on standard input."""
    from probes.network.shared_network import SharedNetwork

    interruption.ignore()  # the parent handles the signals and closes this standard input
    # A closed TLS connection leaves 256 KiB of garbage, so collect often, but skip the objects that live until the end.
    gc.freeze()
    gc.set_threshold(5000, 5, 5)
    network = network or SharedNetwork(sparing=True)
    tasks: set[asyncio.Task[None]] = set()

    async def check(number: int) -> None:
        reply = await examine(fleet, fleet.members[number], environ, network, wish)
        answer(f"{number} {reply}\n")

    next_line, answer = channel or Channel(_standard_input().get, _print)
    while line := await next_line():
        if line.strip() == FORGET:
            network.forget()
            continue
        task = asyncio.create_task(check(int(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    for task in tasks:
        task.cancel()


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _standard_input() -> asyncio.Queue[str]:
    """Return a queue of the input's lines; an empty string marks its end.

    A thread reads them, because asyncio cannot read a pipe that is standard input on Windows.
    """
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        with suppress(RuntimeError):  # raised if the loop is already closed
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="input", daemon=True).start()
    return lines


# -- in the parent -----------------------------------------------------------------------------------------------------


class Worker:
    """A worker process. It starts with the first check, and again after it has ended unexpectedly."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: Process | None = None
        self._asked: dict[int, asyncio.Future[str]] = {}
        self.load = 0  # members that are being checked
        self._starting = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def check(self, number: int, seconds: float) -> str:
        """Return the report of a member. Raises WorkerFailed if it ends or takes longer than ``seconds``."""
        self.load += 1
        try:
            return await self._check(number, seconds)
        finally:
            self.load -= 1

    async def _check(self, number: int, seconds: float) -> str:
        async with self._starting:
            if self._process is None:
                self._process = await self._start()
                self._reading = asyncio.create_task(self._read(self._process))
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._send(str(number))
        try:
            async with asyncio.timeout(seconds):
                reply: str = await answer
                return reply
        except TimeoutError:
            self.kill()
            raise WorkerFailed(f"no answer within {seconds:.0f} s") from None
        finally:
            self._asked.pop(number, None)

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, limit=LINE, env={**GLIBC, **os.environ}, **_OWN_GROUP
        )

    async def forget(self) -> None:
        if self._process is not None:
            await self._send(FORGET)

    async def _send(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None and not self._process.stdin.is_closing():
            with suppress(OSError):  # the process has ended: `_read` reports that
                self._process.stdin.write(f"{line}\n".encode())
                await self._process.stdin.drain()

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        with suppress(ValueError, OSError):
            while line := await process.stdout.readline():
                number, _, reply = line.decode("utf-8", "replace").rstrip("\n").partition(" ")
                answer = self._asked.get(int(number))
                if answer is not None and not answer.done():
                    answer.set_result(reply)
        status = await process.wait()
        if self._process is process:
            self._process = None
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(WorkerFailed(f"its process ended with {status}"))

    def kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def leave(self) -> None:
        """Close the process's standard input and wait for its end; kill it after two seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(2):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
        if self._reading is not None:
            await self._reading


class InProcessWorker:
    """A worker in this process: for a few members a separate process takes longer to start than to work."""

    load = 0

    def __init__(self, fleet: Fleet, environ: Mapping[str, str], wish: Wish) -> None:
        from probes.network.shared_network import SharedNetwork

        self._fleet, self._environ, self._wish = fleet, environ, wish
        self._network = SharedNetwork(sparing=True)

    async def check(self, number: int, seconds: float) -> str:
        try:
            async with asyncio.timeout(seconds):
                return await examine(self._fleet, self._fleet.members[number], self._environ, self._network, self._wish)
        except TimeoutError:
            raise WorkerFailed(f"no answer within {seconds:.0f} s") from None

    async def forget(self) -> None:
        self._network.forget()

    async def leave(self) -> None:
        """Do nothing: there is no process to end."""


class WorkerPool:
    """All workers, with the limits of parallel checks in total and per host.

    ``limits`` are these two numbers. ``spare`` checks again what a failed worker left, one member at a time.
    """

    def __init__(
        self,
        fleet: Fleet,
        workers: Sequence[Worker | InProcessWorker],
        spare: Worker | InProcessWorker,
        limits: tuple[int, int],
        wish: Wish,
    ) -> None:
        self._fleet = fleet
        self._workers = workers
        self._spare = spare
        jobs, per_host = limits
        self._wish = wish
        self._jobs = asyncio.Semaphore(jobs)
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))
        self._alone = asyncio.Lock()

    async def round(self, tell: Tell) -> None:
        """Check every member once, and pass each result to ``tell``.

        Raises Refused if a member's settings are invalid, and whatever ``tell`` raises.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(len(self._fleet.members)):
                    group.create_task(self._member(number, tell))
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None

    async def forget(self) -> None:
        """Drop the DNS results and other network state that the checks of a round share."""
        for worker in (*self._workers, self._spare):
            await worker.forget()

    async def leave(self) -> None:
        await asyncio.gather(*(worker.leave() for worker in (*self._workers, self._spare)))

    async def _member(self, number: int, tell: Tell) -> None:
        async with self._hosts[self._fleet.members[number].host], self._jobs:
            line = await self._checked(number)
        line, _, parts = line.partition(PARTS)
        found: Document = json.loads(line)
        if "refused" in found:
            raise Refused(str(found["refused"]))
        tell(number, line, found, json.loads(parts) if parts else {})

    async def _checked(self, number: int) -> str:
        member = self._fleet.members[number]
        seconds = self._wish.patience(member) + GRACE
        try:
            return await min(self._workers, key=lambda worker: worker.load).check(number, seconds)
        except WorkerFailed:
            pass
        # A worker may have died because of another member, so check this one again with no other in the process.
        async with self._alone:
            try:
                return await self._spare.check(number, seconds)
            except WorkerFailed as error:
                return reply(judge(self._fleet.fallen(member, str(error)), self._wish.lang), self._wish)
