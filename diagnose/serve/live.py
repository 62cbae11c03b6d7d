"""A run as it goes: each observation as a line of the timeline, in the words of a language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from diagnose.evidence.view import View
from diagnose.judging.probe_lines import probe_line
from diagnose.judging.proven import prove
from diagnose.serve import pages
from probes.model.evidence import PROBES, Evidence, Observation
from probes.model.facts import DoorFacts
from probes.model.failure import Outcome
from probes.model.settings import Settings
from probes.run.offline_checks import scrubber, target
from probes.steps.recorder import scrubbed


class LiveProgress:
    """Keeps what a run has observed so far. What it says of a probe is not judged yet: the report has the last word."""

    def __init__(self, settings: Settings, lang: str) -> None:
        self._target = scrubbed(target(settings, None), scrubber(settings))
        self._lang = lang
        self._seen: list[Observation] = []
        self._fresh: asyncio.Queue[Observation | None] = asyncio.Queue()

    def saw(self, observation: Observation) -> None:
        """The run's watch."""
        self._seen.append(observation)
        if isinstance(observation.facts, DoorFacts):
            self._target = replace(self._target, protocol=observation.facts.protocol)
        self._fresh.put_nowait(observation)

    async def lines(self, run: asyncio.Task[Evidence]) -> AsyncIterator[dict[str, object]]:
        """A line for every observation, until the run ends: which probe, its HTML, and its times in milliseconds."""
        run.add_done_callback(lambda _: self._fresh.put_nowait(None))
        while (observation := await self._fresh.get()) is not None:
            if observation.outcome is not Outcome.BLOCKED:
                yield self._line(observation.probe)

    def _line(self, probe: str) -> dict[str, object]:
        view = View(Evidence(self._target, tuple(self._seen)))
        line = probe_line(view, probe, (), prove(view), self._lang)
        return {
            "at": PROBES.index(probe),
            "html": pages.row(line, self._lang),
            "began": line.began_ms,
            "ended": line.began_ms + line.duration_ms,
        }
