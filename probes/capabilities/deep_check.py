"""The deep check as a whole: every capability by itself, within the time that is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from probes.api.client import ApiClient, OutOfBudget
from probes.capabilities import NAMES, WIRES, host_features, model_features
from probes.capabilities.feature_checks import Verdict
from probes.capabilities.feature_client import FeatureClient, FeatureContext, FeatureTrials, Limited, NoRequest
from probes.model.capability import Capability, Support
from probes.model.scrubber import Scrubber

Look = Callable[[FeatureClient, FeatureTrials], Awaitable[Verdict]]


class DeepCheck:
    """One deep check. :meth:`results` may be asked for at any time: what has not been answered by then is unknown."""

    def __init__(
        self, depth: FeatureContext, client: ApiClient, scrub: Scrubber, watch: Callable[[str], object]
    ) -> None:
        self._asking = FeatureClient(depth, client, scrub)
        self._scrub = scrub
        self._watch = watch  # is told the name of each capability that has been looked at
        self._sheets = {name: FeatureTrials() for name in NAMES}
        self._found: dict[str, Capability] = {}

    async def run(self, seconds: float) -> None:
        """Look at every capability of :data:`probes.capabilities.NAMES`, within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._run()

    async def _run(self) -> None:
        """The wrong key comes last and alone: a door that counts refusals is to have answered everything else."""
        works: dict[str, Look] = {
            **{name: partial(host_features.speaks, protocol=protocol) for name, protocol in WIRES.items()},
            "tools": model_features.tools,
            "tools_stream": model_features.streamed_tools,
            "structured_output": model_features.structured,
            "vision": model_features.vision,
            "embeddings": model_features.embeddings,
        }
        async with asyncio.TaskGroup() as group:
            for name, work in works.items():
                group.create_task(self._settle(name, work))
        await self._settle("key_check", host_features.key_check)

    def results(self) -> tuple[Capability, ...]:
        """In the order of the report; what the time did not suffice for is open."""
        late: Verdict = (Support.UNKNOWN, "unfinished", "")
        return tuple(
            self._found.get(name) or sheet.capability(name, late, self._scrub) for name, sheet in self._sheets.items()
        )

    async def _settle(self, name: str, work: Look) -> None:
        sheet = self._sheets[name]
        try:
            verdict = await work(self._asking, sheet)
        except Limited:
            verdict = (Support.UNKNOWN, "rate_limited", "")
        except NoRequest:
            verdict = (Support.UNKNOWN, "no_request", "")
        except OutOfBudget:
            verdict = (Support.UNKNOWN, "enough", "")
        except Exception as error:  # our own fault costs one line, not the report
            verdict = (Support.UNKNOWN, "crashed", type(error).__name__)
        self._found[name] = sheet.capability(name, verdict, self._scrub)
        self._watch(name)
