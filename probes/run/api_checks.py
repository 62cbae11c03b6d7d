"""What is asked at a host that was reached: which key may go out, how first, and how the asking ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from probes.api.attempt_loop import AttemptLoop
from probes.api.client import ApiClient
from probes.api.response_checks import passes
from probes.model.attempt import Attempt, KeyForm
from probes.model.capability import Capability, Cost
from probes.model.evidence import Subject
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import DoorFacts, KeyPolicy
from probes.model.scrubber import Scrubber
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.network.failures import NetError
from probes.network.trust_stores import blind_context
from probes.run.key_policy import Route, decide
from probes.run.offline_checks import OfflineChecks
from probes.run.plan import api_context
from probes.steps.recorder import Recorder

if TYPE_CHECKING:
    from probes.capabilities.deep_check import DeepCheck

_LAST = 0.25  # seconds of the run that a deep check leaves: it is to end by itself


def route_of(pool: ConnectionPool, local: bool) -> Route:
    """Return the route by which the pool's requests get to a host that is private or not."""
    address = pool.good.ip if pool.good is not None else None
    return Route(pool.target.scheme, local, pool.proxy is not None, pool.redirected, address)


class ApiChecks:
    """The asking at one host, of which ``working`` is the way that was found to work."""

    def __init__(
        self, offline: OfflineChecks, recorder: Recorder, scrub: Scrubber, pools: ConnectionPools, version: str
    ) -> None:
        self._offline = offline
        self._recorder = recorder
        self._scrub = scrub
        self._pools = pools
        self.working: Attempt | None = None
        self._dive: DeepCheck | None = None
        self.policy: KeyPolicy | None = None  # None before anything could be sent
        self._client = ApiClient(offline.values, offline.given.limits, scrub, pools.to, version, pools.network.pages)

    @property
    def capabilities(self) -> tuple[Capability, ...] | None:
        """What the deep check has found; empty where there was no way on which to ask."""
        if not self._offline.given.deep:
            return None
        return self._dive.results() if self._dive is not None else ()

    @property
    def cost(self) -> Cost:
        return self._client.cost

    async def ask(self, pool: ConnectionPool, base: str, facts: DoorFacts) -> None:
        """Ask at the base URL ``base`` until a way works, and on that one, where it is wanted, what else it can do.

        ``facts`` are what is known of the door by now. What cannot be asked is put down as spared, with the reason.
        """
        offline, given = self._offline, self._offline.given
        # An attempt takes the proxy unless it says otherwise, even one that `pool` avoids because it was seen to fail.
        policy = decide(offline.keys, route_of(self._pools.to(pool.target, False), facts.host.local))
        self.settle(policy)
        context = api_context(offline, base, facts, policy)
        loop = AttemptLoop(context, self._client, self._recorder, pool, self._speaks_tls)
        try:
            await loop.run()
        except NetError as error:
            self._recorder.failed(Subject.HTTP, "", error.failure, self._recorder.now())
        except Exception as error:
            self._recorder.crashed(Subject.HTTP, "", error, self._recorder.now())
        finally:
            self.working = loop.working
        if given.deep and self.working is not None:
            await self._deepen(self.working, facts.host.local)
        keys = {*policy.forms, *policy.direct}
        if given.no_spend:
            self._recorder.close("", "no_spend")
        elif not keys - {KeyForm.CONFLICTING} and offline.exams.keys():
            self._recorder.close("", "key_not_sent")
        elif not keys:
            self._recorder.close("", "no_key")
        else:
            self._recorder.close("", "unneeded")

    def settle(self, policy: KeyPolicy) -> None:
        """Record what may be sent, once for the run; nothing else is sent from now on."""
        self.policy = self._client.policy = policy
        # The decision takes no time: it must not make the door's line last until now.
        at = next((one.ended for one in self._recorder.observations if one.subject is Subject.DOOR), 0.0)
        self._recorder.done(Subject.KEY_POLICY, "", policy, at, at)

    async def _deepen(self, working: Attempt, local: bool) -> None:
        """What else the door can do, asked on the way that works, in the time that is left."""
        from probes.capabilities.deep_check import DeepCheck
        from probes.capabilities.feature_client import FeatureContext
        from probes.capabilities.feature_plan import MOST

        offline, seen = (
            self._offline,
            [one.facts for one in self._recorder.observations if isinstance(one.facts, Exchange)],
        )
        lists = [(one, one.reading.models) for one in seen if one.reading.models is not None]
        asked = [one for one in seen if passes(one) and replace(one.attempt, model=working.model) == working]
        depth = FeatureContext(
            working=working,
            adapted=next((one.request.adapted for one in asked if one.purpose is Purpose.CHAT), ()),
            models=next((names for _, names in lists if names), ()),
            listed=any(one.request.with_key for one, _ in lists),
            streams=any(one.purpose is Purpose.STREAM for one in asked),
            local=local,
            door=offline.door,
            keys=tuple(offline.values.values()),
            no_spend=offline.given.no_spend,
        )
        self._client.budget = MOST
        began = self._recorder.now()
        self._dive = DeepCheck(depth, self._client, self._scrub, lambda name: self._recorder.tell(name, began))
        await self._dive.run(offline.given.limits.run - began - _LAST)

    async def _speaks_tls(self) -> bool:
        """Whether the port, asked in plain HTTP, wants TLS instead: a handshake without a key."""
        where = self._offline.target
        assert where is not None
        pool = self._pools.to(where, False).beside(target=replace(where, scheme="https"), tls=blind_context())
        try:
            async with asyncio.timeout(min(2.0, self._offline.given.limits.probe)):
                await pool.first_connection()
        except (NetError, TimeoutError):
            return False
        finally:
            pool.close()
        return True
