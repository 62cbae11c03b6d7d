"""Check the API at a host that was reached: decide which key may be sent, make attempts, and run the deep check."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from probes.api.attempt_loop import AttemptLoop
from probes.api.balance import balance_attempt, balance_urls, read_balance
from probes.api.client import ApiClient, ExposedConnection, KeyRefused, OutOfBudget
from probes.api.context import ApiContext
from probes.api.response_checks import passes
from probes.catalog.app_readers import readers_of
from probes.model.attempt import Attempt, KeyForm
from probes.model.capability import Capability, Cost
from probes.model.client_request import AsClientResult, OpenReason
from probes.model.credential import CredentialFacts, CredentialProblem
from probes.model.evidence import Subject
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import BalanceFacts, DoorFacts, KeyPolicy
from probes.model.failure import Failure, Kind
from probes.model.record import replace
from probes.model.scrubber import Scrubber
from probes.model.settings import CredentialSettings
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.network.failures import NetError
from probes.network.trust_stores import blind_context
from probes.run.key_policy import Route, decide
from probes.run.offline_checks import OfflineChecks
from probes.run.plan import api_context, websocket_of
from probes.steps.recorder import Recorder, host_of, record_policy
from probes.urls.url import Url, parse_url

if TYPE_CHECKING:
    from probes.capabilities.deep_check import DeepCheck
    from probes.client_requests.client_check import ClientCheck

_NO_CREDIT = (402, 403, 429)  # how providers refuse a request if no credit is left
_RESERVED = 0.25  # seconds before the run's deadline at which a deep check ends, so that it ends by itself


def route_of(pool: ConnectionPool, around: ConnectionPool, presumed_local: bool) -> Route:
    """Return the route of the pool's requests, with the address that was dialled.

    ``around`` is the pool of the same target without the proxy. ``presumed_local`` is what the host's name suggests.
    """
    dialled = pool if pool.proxy is None else around
    address = dialled.good.ip if dialled.good is not None else None
    return Route(pool.target.scheme, presumed_local, pool.proxy is not None, dialled.redirected, address)


def _exposed_in(error: BaseException) -> ExposedConnection | None:
    """Return the refusal among errors that were raised by concurrent requests, if there is no other kind of error."""
    if isinstance(error, BaseExceptionGroup):
        found = [_exposed_in(one) for one in error.exceptions]
        return found[0] if None not in found else None
    return error if isinstance(error, ExposedConnection) else None


class ApiChecks:
    """The checks of the API at one host. ``working`` is the attempt that worked; None if none did."""

    def __init__(
        self, offline: OfflineChecks, recorder: Recorder, scrub: Scrubber, pools: ConnectionPools, version: str
    ) -> None:
        self._offline = offline
        self._recorder = recorder
        self._scrub = scrub
        self._pools = pools
        self.working: Attempt | None = None
        self._deep_check: DeepCheck | None = None
        self._client_check: ClientCheck | None = None
        self._client_request: AsClientResult | None = None
        self.policy: KeyPolicy | None = None  # None until it is decided
        self._client = ApiClient(
            offline.values,
            offline.given.limits,
            scrub,
            pools.to,
            version,
            pools.network.pages,
            exposed=offline.keys.send_anyway,
            readers=readers_of(offline.given.app),
            headers=offline.given.headers,
        )

    @property
    def capabilities(self) -> tuple[Capability, ...] | None:
        """The results of the deep check: empty if no attempt worked, None if the user did not ask for the check."""
        if not self._offline.given.deep:
            return None
        return self._deep_check.results() if self._deep_check is not None else ()

    @property
    def client_request(self) -> AsClientResult | None:
        """What came of the client's own request; None if no attempt worked, or if the user did not ask for it."""
        return self._client_check.result() if self._client_check is not None else self._client_request

    @property
    def cost(self) -> Cost:
        """What all requests so far have cost."""
        return self._client.cost

    async def ask(self, pool: ConnectionPool, base: str, facts: DoorFacts) -> None:
        """Make attempts at the base URL ``base`` until one works, then run the deep check if the user asked for it.

        ``facts`` are what is known about the host so far. What is not checked is recorded as spared, with the reason.
        """
        offline, given = self._offline, self._offline.given
        # Unless an attempt is direct, it uses the proxy, even one that `pool` avoids because it failed.
        route = self.route(pool.target, facts.host.local)
        policy = decide(offline.keys, route)
        if offline.credential is not None and KeyForm.GIVEN in {*policy.forms, *policy.direct}:
            await self._obtain(offline.credential, base, facts)
            if self._client.credential is None:
                policy = decide(replace(offline.keys, forms=offline.keys.forms - {KeyForm.GIVEN}), route)
                # Without the credential, other paths and protocols would answer as little as this one.
                limits = replace(given.limits, extra_requests=0, earned_requests=0)
                offline = replace(offline, given=replace(given, limits=limits))
            else:
                base = self._client.credential.base_url or base
        self.settle(policy, route.exposed if offline.keys.forms else "")
        context = api_context(offline, base, facts, policy)
        loop = AttemptLoop(context, self._client, self._recorder, pool, self._speaks_tls)
        try:
            await loop.run()
        except NetError as error:
            self._recorder.failed(Subject.HTTP, "", error.failure, self._recorder.now())
        except Exception as error:
            exposed = _exposed_in(error)
            if exposed is not None:
                # The name has led to another address than the policy was decided for. It is decided again.
                policy = decide(offline.keys, Route("http", facts.host.local, address=exposed.address))
                self.settle(policy, exposed.address)
            else:
                self._recorder.crashed(Subject.HTTP, "", error, self._recorder.now())
        finally:
            self.working = loop.working
        await self._open_websocket(loop.working or (context.first if given.no_spend else None), context)
        await self._ask_balance(pool.target, policy)
        if given.as_client and self.working is not None and not given.no_spend:
            await self._ask_as_client(self.working)
        if given.deep and self.working is not None:
            await self._run_deep_check(self.working, facts.host.local)
        keys = {*policy.forms, *policy.direct}
        if given.no_spend:
            self._recorder.close("", "no_spend")
        elif not keys - {KeyForm.CONFLICTING} and offline.exams.keys():
            self._recorder.close("", "key_not_sent")
        elif not keys:
            self._recorder.close("", "no_key")
        else:
            self._recorder.close("", "unneeded")

    async def _obtain(self, found: CredentialSettings, base: str, facts: DoorFacts) -> None:
        """Obtain the credential of the house's chain, and record it; or why there is none."""
        from probes.credential_chains.chain import CredentialError, ObtainFor, chain_of

        given, recorder = self._offline.given, self._recorder
        vendor, began = found.chain.vendor, recorder.now()
        proxy, bundle = self._pools.proxy, given.ca_bundle
        wanted = ObtainFor(
            base_url=base,
            protocol=facts.protocol,
            seconds=given.limits.probe,
            proxy=proxy.url if proxy is not None else "",
            ca_bundle=bundle.value if bundle is not None else "",
        )
        try:
            with recorder.waiting(Subject.CREDENTIAL, vendor):
                async with asyncio.timeout(given.limits.probe):
                    credential = await chain_of(vendor).obtain(found, wanted)
        except CredentialError as error:
            recorder.failed(Subject.CREDENTIAL, vendor, Failure(Kind.OTHER), began, error.facts)
        except TimeoutError:
            won = found.chain.winner
            lost = CredentialFacts(vendor, won.step if won else "", problem=CredentialProblem.UNREACHABLE)
            recorder.failed(Subject.CREDENTIAL, vendor, Failure(Kind.TIMEOUT), began, lost)
        except Exception as error:  # of the vendor's library: a result, never a traceback
            recorder.crashed(Subject.CREDENTIAL, vendor, error, began)
        else:
            for secret in credential.secrets:
                self._scrub.add(secret)
            recorder.done(Subject.CREDENTIAL, vendor, credential.facts, began)
            self._client.credential = credential

    async def _open_websocket(self, attempt: Attempt | None, context: ApiContext) -> None:
        """Open the WebSocket that the app opens first, with the settings that worked, or without a generation."""
        given = self._offline.given
        app = websocket_of(given, attempt.protocol) if attempt is not None else None
        if attempt is None or app is None or (given.key is not None and not attempt.holds_key):
            return
        if self._client.credential is not None:
            return  # no app opens one with the credential of a chain
        model = None if given.no_spend else attempt.model
        began, host = self._recorder.now(), self._pools.to(parse_url(attempt.base_url), attempt.direct).target.host
        self._client.budget = 1
        try:
            with self._recorder.waiting(Subject.WEBSOCKET, host):
                found = await self._client.websocket(attempt, model, app, configured=given.websocket is not None)
        except (NetError, OutOfBudget, KeyRefused, ExposedConnection):
            return
        except Exception as error:
            self._recorder.crashed(Subject.WEBSOCKET, "", error, self._recorder.now())
            return
        self._recorder.done(Subject.WEBSOCKET, host, found, began)

    async def _ask_balance(self, target: Url, policy: KeyPolicy) -> None:
        """Ask the provider for the credit that is left, if it has an address for that and did not refuse the key."""
        attempt = balance_attempt(self._offline.door, target, policy)
        found = [one.facts for one in self._recorder.observations if isinstance(one.facts, Exchange)]
        answered = {one.status for one in found if one.request.with_key}
        if attempt is None or 401 in answered or not any(status < 300 or status in _NO_CREDIT for status in answered):
            return
        door = self._offline.door
        assert door is not None
        assert door.balance is not None
        for url in balance_urls(door):
            self._client.budget = 1
            try:
                exchange = await self._client.balance(attempt, parse_url(url).path)
            except (NetError, OutOfBudget, KeyRefused):
                return
            left = read_balance(exchange.response.text, door.balance.currency) if exchange.ok else None
            if left is not None:
                self._record(Subject.BALANCE, target.host, BalanceFacts(url, *left))
                return

    def _record(self, subject: Subject, name: str, facts: BalanceFacts) -> None:
        at = next((one.ended for one in self._recorder.observations if one.subject is Subject.DOOR), 0.0)
        self._recorder.done(subject, name, facts, at, at)

    def route(self, target: Url, presumed_local: bool) -> Route:
        """Return the route of the requests to a target, with the address that was dialled for it."""
        return route_of(self._pools.to(target, False), self._pools.to(target, True), presumed_local)

    def settle(self, policy: KeyPolicy, exposed: str = "") -> None:
        """Set and record the key policy. From now on, the client sends only what it allows.

        ``exposed`` is the address that was dialled if others can read a key that is sent to it; it is recorded too.
        """
        self.policy = self._client.policy = policy
        record_policy(self._recorder, policy, exposed)

    async def _run_deep_check(self, working: Attempt, local: bool) -> None:
        """Run the deep check with the working attempt, in the time that is left."""
        from probes.capabilities.deep_check import DeepCheck
        from probes.capabilities.feature_client import FeatureContext
        from probes.capabilities.feature_plan import MOST

        offline, seen = self._offline, self._exchanges()
        lists = [(one, one.reading.models) for one in seen if one.reading.models is not None]
        asked = [one for one in seen if passes(one) and replace(one.attempt, model=working.model) == working]
        context = FeatureContext(
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
        self._deep_check = DeepCheck(context, self._client, self._scrub, lambda name: self._recorder.tell(name, began))
        await self._deep_check.run(offline.given.limits.run - began - _RESERVED)

    async def _ask_as_client(self, working: Attempt) -> None:
        """Send the client's own request with the working attempt, in the time that is left."""
        from probes.client_requests.client_check import REQUESTS, ClientCheck
        from probes.client_requests.recordings import recording_for

        app, seen = self._offline.given.app or "", self._exchanges()
        recording = recording_for(app, working.protocol, working.model or "")
        if recording is None:
            self._client_request = AsClientResult(app, why=OpenReason.UNRECORDED)
            return
        asked = [one for one in seen if replace(one.attempt, model=working.model) == working]
        streams = [one for one in asked if one.purpose is Purpose.STREAM]
        if recording.streams and streams and not passes(streams[-1]):
            self._client_request = AsClientResult(app, recording.version, why=OpenReason.NO_STREAM)
            return
        adapted = next((one.request.adapted for one in asked if one.purpose is Purpose.CHAT and passes(one)), ())
        self._client.budget = REQUESTS
        self._client_check = ClientCheck(recording, working, adapted, self._client)
        left = self._offline.given.limits.run - self._recorder.now() - _RESERVED
        with self._recorder.waiting(Subject.CHAT, host_of(working), 2):
            await self._client_check.run(left)

    def _exchanges(self) -> list[Exchange]:
        return [one.facts for one in self._recorder.observations if isinstance(one.facts, Exchange)]

    async def _speaks_tls(self) -> bool:
        """Check whether the port expects TLS although the URL says plain HTTP: try a handshake, without a key."""
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
