"""What is asked at a host that was reached: which key may go out, how first, and how the asking ends."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from dataclasses import replace
from typing import TYPE_CHECKING

from probes.api.attempt_loop import AttemptLoop
from probes.api.client import ApiClient
from probes.api.context import ApiContext
from probes.api.response_checks import passes
from probes.catalog.apps import load as load_apps
from probes.model.attempt import Attempt, Auth, Change, KeyForm
from probes.model.capability import Capability, Cost
from probes.model.evidence import Subject
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import DoorFacts, Withheld
from probes.model.scrubber import Scrubber
from probes.model.settings import Settings, Sourced
from probes.model.source import Source, SourceKind
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.network.failures import NetError
from probes.network.trust_stores import blind_context
from probes.protocols.protocol import model_in, version_in, wire
from probes.run.offline_checks import OfflineChecks
from probes.steps import door
from probes.steps.recorder import Recorder
from probes.urls.addresses import private

if TYPE_CHECKING:
    from probes.capabilities.deep_check import DeepCheck

_LAST = 0.25  # seconds of the run that a deep check leaves: it is to end by itself


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
        self._keys = offline.exams.keys()
        if offline.facts is not None and (
            found := door.conflict(offline.given, offline.door, offline.facts.host.local)
        ):
            self._keys[KeyForm.RIVAL] = found[1]
        self._client = ApiClient(self._keys, offline.given.limits, scrub, pools.to, version, pools.network.pages)

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
        keys = set(self._keys)
        if facts.policy.withheld:
            keys &= {KeyForm.RIVAL} if facts.policy.withheld is not Withheld.PROJECT else set()
        around = frozenset(keys if facts.host.local else ())
        if not self._may_send(pool, facts.host.local):
            if keys and not facts.policy.withheld and not (facts.host.local and pool.proxy is not None):
                facts = replace(facts, policy=replace(facts.policy, sent=False, withheld=Withheld.PLAINTEXT))
                self._recorder.done(Subject.KEY_POLICY, "", facts, self._recorder.now())
            keys = set()
        context = ApiContext(
            settings=_with_model(given, facts.protocol),
            facts=facts,
            door=offline.door,
            first=self._first(base, keys, facts.host.local),
            forms=frozenset(keys),
            direct=around,
            mended=offline.exams.url.mended,
        )
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
        if given.no_spend:
            self._recorder.close("", "no_spend")
        elif not keys - {KeyForm.RIVAL} and offline.exams.keys():
            self._recorder.close("", "key_not_sent")
        elif not keys:
            self._recorder.close("", "no_key")
        else:
            self._recorder.close("", "unneeded")

    def _first(self, base: str, keys: Set[KeyForm], local: bool) -> Attempt:
        """The app's own way of asking, as far as it can be gone: with what is mended, and what may be sent."""
        offline, given = self._offline, self._offline.given
        form = next((one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in keys), KeyForm.NONE)
        protocol = wire(offline.protocol)
        first = _sent_by(given, protocol.attempt(base, given.auth.value if given.auth is not None else None))
        asked_as_given = offline.exams.url.literal == base and (
            form is KeyForm.GIVEN or (form is KeyForm.NONE and not offline.exams.keys())
        )
        changed = () if asked_as_given else (Change.MENDED,)
        if form is KeyForm.NONE and KeyForm.RIVAL in keys and not local:
            # Nothing that may go out was given: the key of the place that is not heeded stands in for it.
            form, asked_as_given, changed = KeyForm.RIVAL, False, (Change.KEY_SOURCE,)
        first = replace(first, key=form, given=asked_as_given, changed=changed)
        if offline.exams.url.literal == base:
            first = replace(first, address=offline.exams.address, query=offline.exams.query)
        if protocol.versions:
            raw = given.base_url.value if given.base_url and not asked_as_given else ""
            named = given.api_version.value if given.api_version else version_in(offline.protocol, raw)
            first = replace(first, version=named or first.version)
        return first

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
            keys=tuple(self._keys.values()),
            no_spend=offline.given.no_spend,
        )
        self._client.budget = MOST
        began = self._recorder.now()
        self._dive = DeepCheck(depth, self._client, self._scrub, lambda name: self._recorder.tell(name, began))
        await self._dive.run(offline.given.limits.run - began - _LAST)

    def _may_send(self, pool: ConnectionPool, local: bool) -> bool:
        """On plain http a key goes to loopback and private addresses alone, and to no proxy in the clear."""
        if pool.target.scheme == "https" or self._offline.given.send_anyway:
            return True
        if pool.proxy is not None:
            return False
        if local:
            return True
        if pool.redirected or pool.good is None:
            return False
        return private(pool.good.ip)

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


def _with_model(given: Settings, protocol: str) -> Settings:
    """The settings with the model that stands in the base URL, where none is given."""
    raw = given.base_url.value if given.base_url else ""
    named = model_in(protocol, raw) if given.model is None else None
    if not named or given.base_url is None:
        return given
    return replace(given, model=Sourced(named, Source(SourceKind.BASE_URL, given.base_url.source.owner)))


def _sent_by(given: Settings, attempt: Attempt) -> Attempt:
    """The SDK's way of asking with the header and the version of the app that was named."""
    app = load_apps().get(given.app)
    wire = app.wire(attempt.protocol) if app is not None else None
    if wire is None:
        return attempt
    style = wire.auth_by.get(given.auth_variable or "", wire.auth[0])
    return replace(attempt, auth=Auth(style), version=wire.version or attempt.version)
