"""What a check shows while it runs: the steps that work, and a clock beside the step that it waits for."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from diagnose.interruption import at_end, forget
from diagnose.rendering.outlet import plain
from diagnose.words import phrase

if TYPE_CHECKING:
    from probes.model.evidence import Observation, Subject
    from probes.steps.recorder import Waits, Watch

_TICK = 0.2  # seconds
# What is said while a step runs; the other steps are requests to the API.
_WAITING = {"dns": "progress.dns", "tcp": "progress.tcp", "tls": "progress.tls", "proxy": "progress.proxy"}


class Progress:
    """Two lines on standard error while a check runs, which the report replaces; nothing if that is no terminal."""

    def __init__(self, lang: str, fmt: str, limit: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lang, self._limit, self._clock = lang, limit, clock
        self._live = fmt == "text" and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._done: list[str] = []
        self._running: list[tuple[Subject, str, int, float]] = []
        self._shown: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._ticker: threading.Thread | None = None

    @property
    def watch(self) -> Watch | None:
        return self._saw if self._live else None

    @property
    def waits(self) -> Waits | None:
        return self._wait if self._live else None

    def _wait(self, subject: Subject, name: str, number: int, begins: bool) -> None:
        """Note that a step begins or ends. ``number`` is that of its round, 0 for a step of the connection."""
        with self._lock:
            if begins:
                self._running.append((subject, name, number, self._clock()))
            else:
                gone = next((one for one in self._running if one[:3] == (subject, name, number)), None)
                if gone is not None:
                    self._running.remove(gone)
        if self._ticker is None and begins:
            at_end(self._erase_now)
            self._ticker = threading.Thread(target=self._tick_often, daemon=True)
            self._ticker.start()
        self.tick()

    def _saw(self, observation: Observation) -> None:
        """Note a result. Only what worked as given is shown: the report says what did not."""
        with self._lock:
            for name in _worked(observation):
                if (label := phrase(f"step.{name}", self._lang)) not in self._done:
                    self._done.append(label)

    def tick(self) -> None:
        """Show the steps that work, and the clock of the first step that is still running."""
        with self._lock:
            lines = tuple(self._lines())
            if lines and lines != self._shown:
                self._erase()
                click.echo("\n".join(lines), nl=False, err=True, color=True)
                self._shown = lines

    def _lines(self) -> list[str]:
        from diagnose.cli.console import columns, fits_unicode
        from diagnose.rendering.page import Page

        page = Page(self._lang, columns(), fits_unicode(sys.stderr))
        room = page.width - 1  # a full line would wrap
        lines = ["  ".join(page.mark("ok") + page.safe(label) for label in self._done)] if self._done else []
        if (waiting := self._waiting()) is not None:
            said, clock = waiting
            text = page.clip(page.safe(said), room - page.cells(clock) - 5)
            lines.append(f"{page.safe('…')} {text}   {clock}")
        return [page.clip(line, room) for line in lines]

    def _waiting(self) -> tuple[str, str] | None:
        """Return what the check waits for, and for how long: ``4 s of 10 s``; None if nothing is running."""
        if not self._running:
            return None
        subject, name, number, since = self._running[0]
        key = "progress.again" if number > 1 else _WAITING.get(subject.probe, "progress.request")
        seconds = int(self._clock() - since)
        clock = "progress.clock" if seconds <= self._limit else "progress.clock_alone"
        values = {"seconds": str(seconds), "limit": f"{self._limit:g}"}
        return phrase(key, self._lang, {"name": plain(name)}), phrase(clock, self._lang, values)

    def _tick_often(self) -> None:
        while not self._stop.wait(_TICK):
            self.tick()

    def end(self) -> None:
        """Stop the clock and remove the lines, so that the report takes their place."""
        self._stop.set()
        if self._ticker is not None:
            self._ticker.join()
            self._ticker = None
            forget(self._erase_now)
        self._erase()
        self._stop.clear()
        self._running.clear()
        self._done.clear()

    def _erase(self) -> None:
        if self._shown:
            click.echo(_erasing(len(self._shown)), nl=False, err=True, color=True)
            self._shown = ()

    def _erase_now(self) -> None:
        """Remove the lines from within a signal handler."""
        if self._shown:
            os.write(2, _erasing(len(self._shown)).encode())


def _erasing(lines: int) -> str:
    """Return the sequence that removes the current line and those above it."""
    return "\r" + (f"\x1b[{lines - 1}A" if lines > 1 else "") + "\x1b[J"


def _worked(observation: Observation) -> tuple[str, ...]:
    """Return the steps that an observation shows to work with the settings as given."""
    from probes.api.response_checks import passes
    from probes.model.evidence import Subject
    from probes.model.exchange import Exchange
    from probes.model.failure import Outcome

    if observation.outcome is not Outcome.DONE:
        return ()
    if observation.subject in (Subject.TCP, Subject.HANDSHAKE):
        return (observation.subject.probe,)
    facts = observation.facts
    if isinstance(facts, Exchange) and facts.attempt.given and passes(facts):
        steps = {Subject.CHAT: ("http", "model", "chat"), Subject.STREAM: ("stream",)}
        return steps.get(observation.subject, ())
    return ()
