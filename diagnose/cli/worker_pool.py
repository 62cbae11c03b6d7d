"""The processes that check a fleet: as many as there are processors, each with many checks at once.

    members ──jobs, per-host──▶ the least busy worker ──a number a line──▶ its event loop: run, judge
                                                      ◀──number, report── one line of JSON

A worker reads the fleet's file and the keys itself: no key travels between processes. One that dies or never comes back
costs its own target alone: what it had at hand is asked again.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from diagnose import __version__
from diagnose.formats.json import document, dumps
from diagnose.judging.judge import judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.network.shared_network import SharedNetwork
    from probes.run.fleet import Fleet, FleetTarget

LINE = 16 * 1024 * 1024  # bytes of one report, at the most
GRACE = 15.0  # seconds beyond a member's own deadline until its worker is given up
SHARE = 64  # members that are worth a process of their own
FORGET = "forget"
# Every TLS link has a buffer of 256 KiB. glibc soon takes them from its heap, and the holes that they leave there cost
# as much again; so they stay mappings of their own, which are given back.
GLIBC = {"MALLOC_MMAP_THRESHOLD_": "65536"}

Document = dict[str, Any]


class WorkerFailed(Exception):
    """The worker ended, or did not come back, before it had an answer."""


class Refused(Exception):
    """The member's settings are none; the text says why."""


async def examine(
    fleet: Fleet, member: FleetTarget, environ: Mapping[str, str], network: SharedNetwork, lang: str
) -> str:
    """One member's report, as one line of JSON."""
    return _line(judge(await fleet.check(member, environ, network, __version__), lang))


def _line(report: Any) -> str:
    return dumps(document(report))


# -- the worker's side -------------------------------------------------------------------------------------------------


async def work(fleet: Fleet, environ: Mapping[str, str], lang: str) -> None:
    """Check the members whose numbers come on standard input, a line each, until it ends."""
    from probes.model.settings import BadInput
    from probes.network.shared_network import SharedNetwork

    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends the input
    # A TLS link that has ended is garbage of a quarter of a MiB: what is here to stay is not looked through for it.
    gc.freeze()
    gc.set_threshold(1000, 5, 5)
    network = SharedNetwork()
    tasks: set[asyncio.Task[None]] = set()

    async def one(number: int) -> None:
        try:
            said = await examine(fleet, fleet.members[number], environ, network, lang)
        except BadInput as error:
            said = json.dumps({"refused": str(error)})
        sys.stdout.write(f"{number} {said}\n")
        sys.stdout.flush()

    lines = _standard_input()
    while line := await lines.get():
        if line.strip() == FORGET:
            network.forget()
            continue
        task = asyncio.create_task(one(int(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    for task in tasks:
        task.cancel()


def _standard_input() -> asyncio.Queue[str]:
    """Its lines; an empty one at its end. A thread reads them: a pipe of Windows knows no other way."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop may be closed by now
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="input", daemon=True).start()
    return lines


# -- the parent's side -------------------------------------------------------------------------------------------------


class Worker:
    """One process; started when it is first asked, and again when it has fallen."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: Process | None = None
        self._asked: dict[int, asyncio.Future[str]] = {}
        self.load = 0  # members that it has at hand
        self._starting = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def check(self, number: int, seconds: float) -> str:
        """The report of a member. Raises Fallen."""
        self.load += 1
        try:
            return await self._check(number, seconds)
        finally:
            self.load -= 1

    async def _check(self, number: int, seconds: float) -> str:
        async with self._starting:
            if self._process is None:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command, stdin=PIPE, stdout=PIPE, limit=LINE, env={**GLIBC, **os.environ}
                )
                self._reading = asyncio.create_task(self._read(self._process))
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._say(str(number))
        try:
            async with asyncio.timeout(seconds):
                said: str = await answer
                return said
        except TimeoutError:
            self.kill()
            raise WorkerFailed(f"no answer within {seconds:.0f} s") from None
        finally:
            self._asked.pop(number, None)

    async def forget(self) -> None:
        if self._process is not None:
            await self._say(FORGET)

    async def _say(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):  # it has fallen: its reader finds out
                self._process.stdin.write(f"{line}\n".encode())
                await self._process.stdin.drain()

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        with suppress(ValueError, OSError):
            while line := await process.stdout.readline():
                number, _, said = line.decode("utf-8", "replace").rstrip("\n").partition(" ")
                answer = self._asked.get(int(number))
                if answer is not None and not answer.done():
                    answer.set_result(said)
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
        """End the process, and wait until it has ended."""
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
    """The same in this process: for a few members a process of their own would take longer than they do."""

    load = 0

    def __init__(self, fleet: Fleet, environ: Mapping[str, str], lang: str) -> None:
        from probes.network.shared_network import SharedNetwork

        self._fleet, self._environ, self._lang = fleet, environ, lang
        self._network = SharedNetwork()

    async def check(self, number: int, seconds: float) -> str:
        from probes.model.settings import BadInput

        try:
            async with asyncio.timeout(seconds):
                return await examine(self._fleet, self._fleet.members[number], self._environ, self._network, self._lang)
        except BadInput as error:
            return json.dumps({"refused": str(error)})
        except TimeoutError:
            raise WorkerFailed(f"no answer within {seconds:.0f} s") from None

    async def forget(self) -> None:
        self._network.forget()

    async def leave(self) -> None:
        """Nothing is left behind."""


class WorkerPool:
    """All workers, and the limits of what is checked at once: in all, and at one host."""

    def __init__(
        self,
        fleet: Fleet,
        workers: Sequence[Worker | InProcessWorker],
        spare: Worker | InProcessWorker,
        limits: tuple[int, int],
        lang: str,
    ) -> None:
        self._fleet = fleet
        self._workers = workers
        self._spare = spare
        jobs, per_host = limits
        self._lang = lang
        self._jobs = asyncio.Semaphore(jobs)
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))
        self._alone = asyncio.Lock()

    async def round(self, tell: Callable[[int, str, Document], None]) -> None:
        """Check every member once; each is told as it ends: its number, the line of JSON, and the same as a document.

        Raises Refused for a member whose settings are none, and what ``tell`` raises.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(len(self._fleet.members)):
                    group.create_task(self._member(number, tell))
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None

    async def forget(self) -> None:
        """What was shared in one round is not to be told in the next."""
        for worker in (*self._workers, self._spare):
            await worker.forget()

    async def leave(self) -> None:
        await asyncio.gather(*(worker.leave() for worker in (*self._workers, self._spare)))

    async def _member(self, number: int, tell: Callable[[int, str, Document], None]) -> None:
        async with self._hosts[self._fleet.members[number].host], self._jobs:
            line = await self._checked(number)
        found: Document = json.loads(line)
        if "refused" in found:
            raise Refused(str(found["refused"]))
        tell(number, line, found)

    async def _checked(self, number: int) -> str:
        member = self._fleet.members[number]
        seconds = member.deadline + GRACE
        try:
            return await min(self._workers, key=lambda worker: worker.load).check(number, seconds)
        except WorkerFailed:
            pass
        # Whose fault it was shows when each is asked again with nobody beside it.
        async with self._alone:
            try:
                return await self._spare.check(number, seconds)
            except WorkerFailed as error:
                return _line(judge(self._fleet.fallen(member, str(error)), self._lang))
