"""The evidence, arranged for the rules: the settings, the facts of each probe, the attempts and their responses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from diagnose.evidence import client_urls
from diagnose.evidence.lines import words_of
from diagnose.evidence.proxied_rounds import around_proxy, carried
from diagnose.evidence.side_rounds import beside, refused_alone
from diagnose.report import Report, Try
from probes.api.attempt_round import AttemptRound, rounds_of
from probes.api.response_checks import (
    asks_login,
    bare_failure,
    fenced,
    got_further,
    misses_key,
    no_route,
    passes,
    refuses_key,
    served,
)
from probes.model.attempt import Attempt, Change, KeyForm
from probes.model.credential import CredentialChain, CredentialFacts
from probes.model.evidence import Evidence, F, Observation, Subject, facts_of
from probes.model.exchange import Exchange, Purpose, WebSocketTry
from probes.model.facts import (
    Certificate,
    CompanionFacts,
    DirectFacts,
    DnsFacts,
    DoorFacts,
    KeyPolicy,
    LocalityFacts,
    ModelFacts,
    ProxyFacts,
    SettingsFacts,
    TcpFacts,
    TlsFacts,
    TunnelFacts,
)
from probes.model.failure import Failure, Kind, Outcome
from probes.model.login import StoredLogin
from probes.model.record import replace
from probes.model.runtime_facts import RuntimeFacts
from probes.model.value_issues import Flaw
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import Wire, wire

if TYPE_CHECKING:
    from diagnose.answers.dialects import Match
    from probes.catalog.app import App

UNSEEN = SettingsFacts(None, None)  # for a run that ended before it examined its settings


class View:
    """A read-only view of one :class:`probes.model.evidence.Evidence`.

    ``earlier`` holds the results of the earlier tries of the same check (``--retries``). ``renamed`` is the report of
    the run with other names of variables, if there was one.
    """

    def __init__(self, evidence: Evidence, earlier: tuple[Try, ...] = (), renamed: Report | None = None) -> None:
        self.evidence = evidence
        self.earlier = earlier
        self.renamed = renamed

        self.known: dict[object, object] = {}  # see `view_memo.py`

    @cached_property
    def app(self) -> App | None:
        """The app that the user named, or None."""
        return client_urls.named(self.evidence.target)

    @cached_property
    def client(self) -> App | None:
        """The app whose behaviour decides: the app that the user named, else the official SDK of the protocol."""
        return client_urls.known(self.evidence.target.app)

    @cached_property
    def spoken(self) -> Wire:
        """The protocol of the run, or the default protocol if the run could not determine it."""
        protocol = self.evidence.target.protocol
        return wire(protocol if protocol in NAMES else DEFAULT_PROTOCOL)

    def app_variable(self, role: str) -> str:
        """Return the variable from which the named app reads a setting; empty if no app was named or it reads none."""
        return client_urls.variable(self.app, self.evidence.target.protocol, role)

    @cached_property
    def day(self) -> str:
        """The day of the run (ISO 8601), by which it is judged what has ended; empty if the evidence does not say."""
        day = self.evidence.day or self.evidence.started_at[:10]
        return day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else ""

    # -- facts of the probes -------------------------------------------------------------------------------------------

    def observations(self, probe: str) -> Sequence[Observation]:
        """Return all observations of one probe, in the order in which they were made."""
        return self._of_probes.get(probe, ())

    @cached_property
    def _of_probes(self) -> dict[str, list[Observation]]:
        found: dict[str, list[Observation]] = {}
        for one in self.evidence.observations:
            found.setdefault(one.probe, []).append(one)
        return found

    def _facts(self, kind: type[F], *subjects: Subject) -> F | None:
        """Return what :meth:`Evidence.one` does, from the observations of the probe that each subject is part of."""
        for one in subjects:
            found = facts_of(self.observations(one.probe), kind, one)
            if found is not None:
                return found
        return None

    @cached_property
    def settings(self) -> SettingsFacts:
        """The facts of the settings, or ``UNSEEN`` if the run ended before it examined them."""
        return self._facts(SettingsFacts, Subject.SETTINGS) or UNSEEN

    @cached_property
    def private(self) -> bool:
        """Whether the addresses of a host that is called through a proxy are private."""
        return self._facts(LocalityFacts, Subject.LOCALITY) is not None

    @cached_property
    def door(self) -> DoorFacts | None:
        """The facts of the door; the host counts as local if its addresses are private."""
        facts = self._facts(DoorFacts, Subject.DOOR)
        return replace(facts, host=replace(facts.host, local=True)) if facts is not None and self.private else facts

    @cached_property
    def chain(self) -> CredentialChain | None:
        """Where the house's library looks for a credential; None if the door takes a key alone."""
        return self._facts(CredentialChain, Subject.CREDENTIAL_CHAIN)

    @cached_property
    def credential(self) -> CredentialFacts | None:
        """The credential that the chain gave, or why it gave none; None if it was not asked for one."""
        return self._facts(CredentialFacts, Subject.CREDENTIAL)

    @cached_property
    def login(self) -> StoredLogin | None:
        """The login that the app has stored; None if it has none."""
        return self._facts(StoredLogin, Subject.STORED_LOGIN)

    @cached_property
    def companions(self) -> tuple[CompanionFacts, ...]:
        """The other hosts that the app needs, as they were looked at."""
        found = (one.facts for one in self.evidence.observations if one.subject is Subject.COMPANION)
        return tuple(one for one in found if isinstance(one, CompanionFacts))

    @cached_property
    def runtime(self) -> RuntimeFacts | None:
        """What the app's own Python or Node reported; None if it was not asked."""
        return self._facts(RuntimeFacts, Subject.RUNTIME)

    @cached_property
    def websocket(self) -> WebSocketTry | None:
        """The WebSocket that the app opens first, as it was opened; None if the run opened none."""
        return self._facts(WebSocketTry, Subject.WEBSOCKET)

    @cached_property
    def key_policy(self) -> KeyPolicy:
        """Which forms of the key may be sent, and why others may not."""
        return self._facts(KeyPolicy, Subject.KEY_POLICY) or KeyPolicy()

    @cached_property
    def exposed_at(self) -> str:
        """The address that was dialled without encryption and is not private; empty if there is none."""
        named = [one.name for one in self.evidence.observations if one.subject is Subject.KEY_POLICY]
        return named[-1] if named else ""

    @cached_property
    def proxy(self) -> ProxyFacts | None:
        """The facts of the proxy; it captures local traffic if the addresses of the host are private."""
        facts = self._facts(ProxyFacts, Subject.PROXY)
        return replace(facts, captures_local=True) if facts is not None and self.private else facts

    @cached_property
    def tunnel(self) -> TunnelFacts | None:
        """The tunnel through the proxy, or the protocol that its port speaks."""
        return self._facts(TunnelFacts, Subject.TUNNEL, Subject.PROXY_PORT)

    @cached_property
    def direct(self) -> DirectFacts | None:
        """How far a direct connection to the host came, or None if the run tried none."""
        return self._facts(DirectFacts, Subject.DIRECT)

    @cached_property
    def dns(self) -> DnsFacts | None:
        """The addresses of the host and what each name server answered."""
        return self._facts(DnsFacts, Subject.DNS)

    @cached_property
    def tcp(self) -> TcpFacts | None:
        """The TCP connection to the host, or to the proxy."""
        return self._facts(TcpFacts, Subject.TCP)

    @cached_property
    def tls(self) -> TlsFacts | None:
        """The facts of the TLS handshake, or of the closer look that follows a failed handshake."""
        return self._facts(TlsFacts, Subject.HANDSHAKE, Subject.CERTIFICATE, Subject.PLAIN_HTTP)

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate, or None if it was not read."""
        return self.tls.certificate if self.tls is not None else None

    @property
    def trust(self) -> str:
        """The trust store of the handshake: ``system``, ``certifi`` or the path of a CA bundle."""
        return self.tls.trust if self.tls is not None else "system"

    def failure(self, probe: str) -> Failure | None:
        """Return the first failure of a probe, or None. A second, closer look may fail in another way."""
        return self._failures.get(probe)

    @cached_property
    def _failures(self) -> dict[str, Failure | None]:
        found: dict[str, Failure | None] = {}
        for one in self.evidence.observations:
            if one.outcome is Outcome.FAILED:
                found.setdefault(one.probe, one.failure)
        return found

    def failed(self, probe: str, *kinds: Kind) -> Failure | None:
        """Return the first failure of a probe if it is of one of these kinds."""
        failure = self.failure(probe)
        return failure if failure is not None and failure.kind in kinds else None

    def flaw(self, subject: str, *kinds: str) -> Flaw | None:
        """Return the first flaw of one of these kinds in the ``key`` or the ``base_url``, or None."""
        return next((one for one in self.settings.flaws if one.subject == subject and one.kind in kinds), None)

    # -- requests ------------------------------------------------------------------------------------------------------

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All requests of the run with their responses, in order."""
        return tuple(one.facts for one in self.evidence.observations if isinstance(one.facts, Exchange))

    @cached_property
    def rounds(self) -> tuple[AttemptRound, ...]:
        """The rounds of requests to the API, in order, without the keyless looks at other paths."""
        return rounds_of(self.evidence.observations)

    @cached_property
    def looks(self) -> tuple[Exchange, ...]:
        """The keyless requests to other paths of the host."""
        seen = (one.facts for one in self.evidence.observations if not one.attempt)
        return tuple(one for one in seen if isinstance(one, Exchange) and one.purpose is Purpose.PATH)

    @cached_property
    def carried(self) -> bool:
        """Whether a proxy carried plain requests, without the key, on to a private host that answered them itself.

        The key goes to no proxy in the clear, so the run repeated its requests directly.
        """
        return carried(self.rounds)

    @cached_property
    def first(self) -> AttemptRound | None:
        """The first round: with the settings as given, or corrected if no SDK could send a request with them.

        If a proxy carries the requests on but may not see the key, the round that repeats it directly.
        """
        around = around_proxy(self.rounds) if self.carried else None
        if around is not None and around.told is not None and around.told.status:
            return around
        return self.rounds[0] if self.rounds else None

    @cached_property
    def unseen_key(self) -> bool:
        """Whether the server can be reached only through a proxy to which the key may not be sent in the clear."""
        told = self.rounds[0].told if self.carried else None
        return told is not None and self.deep is self.rounds[0] and (misses_key(told) or refuses_key(told))

    @cached_property
    def deep(self) -> AttemptRound | None:
        """The most informative round: the one that works, else the last one that found a route, else the first."""
        working = self.evidence.working
        for attempt_round in self.rounds:
            if working is not None and attempt_round.chat is not None and passes(attempt_round.chat):
                return attempt_round
        # A round with another header that did not help says less than one that asks as the app does, and what the
        # server says of another model is no answer to the user's question.
        routed = [one for one in self.rounds if not beside(one, self.first)]
        around = around_proxy(self.rounds)
        if self.carried and around is not None and around.told is not None and not around.told.status:
            routed = [attempt_round for attempt_round in routed if attempt_round is not around]
        routed = [one for one in routed if Change.HEADER not in one.attempt.changed or self._got_further(one)]
        if routed and routed[0] is self.first and routed[0].told is not None and bare_failure(routed[0].told):
            # The failing server may be the API itself, and a failure at another path says nothing about that.
            routed = [attempt_round for attempt_round in routed if Change.PATH not in attempt_round.attempt.changed]
        return (
            next(
                (
                    attempt_round
                    for attempt_round in reversed(routed)
                    if Change.AUTH not in attempt_round.attempt.changed
                ),
                None,
            )
            or self.first
        )

    def _got_further(self, without: AttemptRound) -> bool:
        """Check whether a round without an extra header got further than those with it."""
        others = [
            one for one in self.rounds if Change.HEADER not in one.attempt.changed and one.number < without.number
        ]
        return bool(others) and got_further(others[-1].told, without.told)

    @cached_property
    def refused_alone(self) -> Exchange | None:
        """The refusal of the user's model if another model was answered with the same settings, else None."""
        return refused_alone(self.rounds, self.evidence.working)

    @property
    def working(self) -> Attempt | None:
        """The attempt that received a valid answer, or None."""
        return self.evidence.working

    @cached_property
    def works(self) -> bool:
        """Whether some attempt received a valid answer."""
        return self.deep is not None and passes(self.deep.chat)

    @cached_property
    def works_as_given(self) -> bool:
        """Whether an attempt with the settings as given received a valid answer."""
        return self.works and self.deepest_as_given

    @cached_property
    def deepest_as_given(self) -> bool:
        """Whether the most informative round asked with the settings as given."""
        return self.deep is not None and self._is_given(self.deep.attempt)

    def _is_given(self, attempt: Attempt) -> bool:
        """Check whether an attempt is the app's own. Around a proxy it is, if the proxy carries such requests on."""
        return attempt.given and (Change.PROXY not in attempt.changed or self.carried)

    @cached_property
    def better(self) -> Attempt | None:
        """The attempt of the deepest round if it changed the given settings and its path leads to an API, else None."""
        deep = self.deep
        if (
            deep is None
            or self._is_given(deep.attempt)
            or deep.lost
            or deep.told is None
            or deep.told.failure is not None
        ):
            return None
        return deep.attempt

    @cached_property
    def asked(self) -> bool:
        """Whether the run sent any generation request."""
        return any(one.purpose in (Purpose.CHAT, Purpose.STREAM) for one in self.exchanges)

    @cached_property
    def other_listing(self) -> Exchange | None:
        """The request for the model list with the other auth header."""
        return next((one.other_listing for one in self.rounds if one.other_listing is not None), None)

    @cached_property
    def keyless_listing(self) -> Exchange | None:
        """The request for the model list without a key, which shows whether the list proves a key."""
        return next((one.keyless for one in self.rounds if one.keyless is not None), None)

    @cached_property
    def chosen(self) -> ModelFacts | None:
        """The model that the last round chose, or None if no round chose one."""
        return next((one.chosen for one in reversed(self.rounds) if one.chosen is not None), None)

    @cached_property
    def model(self) -> str | None:
        """The model of the settings, else the model of the deepest round's request."""
        deep = self.deep
        asked = deep.chat.attempt.model if deep is not None and deep.chat is not None else None
        return self.evidence.target.model or asked

    # -- meaning of the responses --------------------------------------------------------------------------------------

    @cached_property
    def subject(self) -> Exchange | None:
        """The failed exchange that the findings must explain, or None if nothing failed.

        A failed generation comes first, then a failed model list, then a failed check of the path.
        """
        deep = self.deep
        if deep is None or deep.lost or self.unseen_key:
            return None
        if self.refused_alone is not None:
            return self.refused_alone
        if deep.chat is not None:
            if not passes(deep.chat):
                return deep.chat
            refused = deep.stream is not None and (deep.stream.status >= 300 or not deep.stream.status)
            return deep.stream if refused else self.client_refusal
        exchange = deep.told
        if exchange is None:
            return None
        listing = deep.listing
        listed = listing is not None and listing.request.with_key and not no_route(listing)
        if exchange is deep.path_check and listed and listing is not None and listing.status >= 400:
            return listing
        if exchange is deep.listing and not exchange.ok:
            return exchange
        shut = asks_login(exchange) or fenced(exchange) or exchange.failure is not None or exchange.status in (402, 429)
        if exchange is deep.path_check and (shut or exchange.status >= 500):
            return exchange
        return None

    @property
    def client_refusal(self) -> Exchange | None:
        """The refusal of the app's own request, if the check could not find what is refused of it, or None."""
        found = self.evidence.client_request
        if found is None or found.why or found.refused or not found.tries or passes(found.tries[-1].exchange):
            return None
        return found.tries[0].exchange

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The readings of the failed response by the dialects of the providers, best first."""
        if self.subject is None:
            return ()
        from diagnose.evidence.failed_response import readings  # its tables are loaded only if something failed

        flawed = any(flaw.subject == "key" for flaw in self.settings.flaws)
        hint = "" if flawed else self.evidence.target.key_hint or ""
        listed = self.deep is not None and self.deep.listing is not None and bool(self.deep.listing.reading.models)
        return readings(self.subject, self.door, hint, self.refused_alone is not None, listed, self.day)

    @property
    def match(self) -> Match | None:
        """The best reading of the failed response, or None."""
        return self.matches[0] if self.matches else None

    @cached_property
    def key_good(self) -> bool | None:
        """Whether this run has shown that the key is accepted or refused; None if it has shown neither."""
        deep = self.deep
        if deep is None:
            return None
        if deep.attempt.key is KeyForm.CONFLICTING and self.settings.key_given:
            return False  # it is tried only if the given key was refused or could not be sent
        with_key = deep.attempt.key in (KeyForm.GIVEN, KeyForm.CLEANED, KeyForm.CONFLICTING)
        if not with_key:
            return None
        if self.refused_alone is not None:
            return self.match.key_good if self.match is not None else None
        if passes(deep.chat) or passes(deep.stream):
            # If the server accepts a made-up key too, an answer does not prove the key.
            unchecked = any(one.why == "accepted_wrong" for one in self.evidence.capabilities or ())
            return None if unchecked else True
        if self.match is not None and self.match.key_good is not None:
            return self.match.key_good
        if self.match is not None and self.match.code in ("auth.rejected", "auth.expired"):
            return False
        listed = deep.listing is not None and deep.listing.reading.models is not None
        keyless = self.keyless_listing
        if listed and keyless is not None and keyless.status in (401, 403):
            return True
        return None

    @cached_property
    def served(self) -> tuple[str, ...]:
        """The protocols that the host was seen to serve."""
        return served(self.exchanges)

    def said(self) -> str:
        """Return the server's own words in the failed response, in one line; empty if there is none."""
        return self._said

    @cached_property
    def _said(self) -> str:
        exchange = self.subject or (self.first.told if self.first else None)
        if exchange is None:
            return ""
        return words_of(exchange)
