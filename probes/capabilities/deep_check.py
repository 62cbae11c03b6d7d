"""Run the deep check: one check for each capability, within the time that is left."""

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

FeatureCheck = Callable[[FeatureClient, FeatureTrials], Awaitable[Verdict]]


class DeepCheck:
    """One deep check. :meth:`results` can be called at any time: a capability without a result so far is unknown."""

    def __init__(
        self, context: FeatureContext, client: ApiClient, scrub: Scrubber, watch: Callable[[str], object]
    ) -> None:
        self._client = FeatureClient(context, client, scrub)
        self._scrub = scrub
        self._watch = watch  # is called with the name of each capability that was checked
        self._trials = {name: FeatureTrials() for name in NAMES}
        self._found: dict[str, Capability] = {}

    async def run(self, seconds: float) -> None:
        """Check every capability of :data:`probes.capabilities.NAMES`, within ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._run()

    async def _run(self) -> None:
        """Check all capabilities concurrently, and then the wrong key.

        The wrong key comes last because a server that counts refusals may block the requests that follow.
        """
        checks: dict[str, FeatureCheck] = {
            **{name: partial(host_features.speaks, protocol=protocol) for name, protocol in WIRES.items()},
            "tools": model_features.tools,
            "tools_stream": model_features.streamed_tools,
            "structured_output": model_features.structured,
            "vision": model_features.vision,
            "embeddings": model_features.embeddings,
        }
        async with asyncio.TaskGroup() as group:
            for name, check in checks.items():
                group.create_task(self._check(name, check))
        await self._check("key_check", host_features.key_check)

    def results(self) -> tuple[Capability, ...]:
        """Return the capabilities in the order of the report; those that ran out of time are unknown."""
        late: Verdict = (Support.UNKNOWN, "unfinished", "")
        return tuple(
            self._found.get(name) or trials.capability(name, late, self._scrub) for name, trials in self._trials.items()
        )

    async def _check(self, name: str, check: FeatureCheck) -> None:
        trials = self._trials[name]
        try:
            verdict = await check(self._client, trials)
        except Limited:
            verdict = (Support.UNKNOWN, "rate_limited", "")
        except NoRequest:
            verdict = (Support.UNKNOWN, "no_request", "")
        except OutOfBudget:
            verdict = (Support.UNKNOWN, "enough", "")
        except Exception as error:  # a bug in this program costs one line, not the report
            verdict = (Support.UNKNOWN, "crashed", type(error).__name__)
        self._found[name] = trials.capability(name, verdict, self._scrub)
        self._watch(name)
