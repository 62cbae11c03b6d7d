"""The evidence, arranged for the rules: what was given, what was asked in which way, and what the last answers mean."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from diagnose.evidence import client_urls
from diagnose.evidence.lines import words_of
from diagnose.report import Try
from probes.api.attempt_round import AttemptRound, rounds_of
from probes.api.response_checks import asks_login, bare_failure, fenced, no_route, passes
from probes.model.attempt import Attempt, Change, KeyForm
from probes.model.evidence import Evidence, Observation, Subject
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import (
    Certificate,
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
from probes.model.value_issues import Flaw
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import Wire, wire

if TYPE_CHECKING:
    from diagnose.answers.dialects import Match
    from probes.catalog.app import App

UNSEEN = SettingsFacts(None, None)  # of a run that ended before it looked at its settings


class View:
    """Read-only questions to one :class:`probes.model.settings.Evidence`."""

    def __init__(self, evidence: Evidence, earlier: tuple[Try, ...] = ()) -> None:
        self.evidence = evidence
        self.earlier = earlier  # what came of the tries before this one

    @cached_property
    def app(self) -> App | None:
        """The app that the user named."""
        return client_urls.named(self.evidence.target)

    @cached_property
    def client(self) -> App | None:
        """The app that this run is judged for: the one that was named, else the official client of the protocol."""
        return client_urls.known(self.evidence.target.app)

    @cached_property
    def spoken(self) -> Wire:
        """The protocol of the run; the default one where it was not found out."""
        protocol = self.evidence.target.protocol
        return wire(protocol if protocol in NAMES else DEFAULT_PROTOCOL)

    def app_variable(self, role: str) -> str:
        """The variable in which the app that was named takes a setting; empty where none was, or it has none."""
        return client_urls.variable(self.app, self.evidence.target.protocol, role)

    # -- grounds -------------------------------------------------------------------------------------------------------

    def observations(self, probe: str) -> list[Observation]:
        return [one for one in self.evidence.observations if one.probe == probe]

    @cached_property
    def settings(self) -> SettingsFacts:
        return self.evidence.one(SettingsFacts, Subject.SETTINGS) or UNSEEN

    @cached_property
    def private(self) -> bool:
        """Whether the host behind a proxy was found to be private by its addresses."""
        return self.evidence.one(LocalityFacts, Subject.LOCALITY) is not None

    @cached_property
    def door(self) -> DoorFacts | None:
        facts = self.evidence.one(DoorFacts, Subject.DOOR)
        return replace(facts, host=replace(facts.host, local=True)) if facts is not None and self.private else facts

    @cached_property
    def key_policy(self) -> KeyPolicy:
        """Which forms of the key may be sent, and why others may not."""
        return self.evidence.one(KeyPolicy, Subject.KEY_POLICY) or KeyPolicy()

    @cached_property
    def proxy(self) -> ProxyFacts | None:
        facts = self.evidence.one(ProxyFacts, Subject.PROXY)
        return replace(facts, captures_local=True) if facts is not None and self.private else facts

    @cached_property
    def tunnel(self) -> TunnelFacts | None:
        """The way through the proxy, or what its port was found to be."""
        return self.evidence.one(TunnelFacts, Subject.TUNNEL, Subject.PROXY_PORT)

    @cached_property
    def direct(self) -> DirectFacts | None:
        """How far the host is reached without the proxy, where that was tried."""
        return self.evidence.one(DirectFacts, Subject.DIRECT)

    @cached_property
    def dns(self) -> DnsFacts | None:
        return self.evidence.one(DnsFacts, Subject.DNS)

    @cached_property
    def tcp(self) -> TcpFacts | None:
        return self.evidence.one(TcpFacts, Subject.TCP)

    @cached_property
    def tls(self) -> TlsFacts | None:
        """The handshake; of one that failed, the second look at it."""
        return self.evidence.one(TlsFacts, Subject.HANDSHAKE, Subject.CERTIFICATE, Subject.PLAIN_HTTP)

    @property
    def certificate(self) -> Certificate | None:
        return self.tls.certificate if self.tls is not None else None

    @property
    def trust(self) -> str:
        return self.tls.trust if self.tls is not None else "system"

    def failure(self, probe: str) -> Failure | None:
        """How a ground failed; the first failure, since a second look may fail otherwise."""
        return next((one.failure for one in self.observations(probe) if one.outcome is Outcome.FAILED), None)

    def failed(self, probe: str, *kinds: Kind) -> Failure | None:
        found = self.failure(probe)
        return found if found is not None and found.kind in kinds else None

    def flaw(self, subject: str, *kinds: str) -> Flaw | None:
        return next((one for one in self.settings.flaws if one.subject == subject and one.kind in kinds), None)

    # -- what was asked ------------------------------------------------------------------------------------------------

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(one.facts for one in self.evidence.observations if isinstance(one.facts, Exchange))

    @cached_property
    def rounds(self) -> tuple[AttemptRound, ...]:
        """The rounds in which the API was asked properly, in order. Keyless looks elsewhere are none."""
        return rounds_of(self.evidence.observations)

    @cached_property
    def looks(self) -> tuple[Exchange, ...]:
        """The keyless looks at other paths."""
        seen = (one.facts for one in self.evidence.observations if not one.attempt)
        return tuple(one for one in seen if isinstance(one, Exchange) and one.purpose is Purpose.PATH)

    @cached_property
    def first(self) -> AttemptRound | None:
        """How it was asked first: as given, or mended where the SDK would have sent nothing."""
        return self.rounds[0] if self.rounds else None

    @cached_property
    def deep(self) -> AttemptRound | None:
        """The wave that tells most: the one that works, else the last that found a route, else the first."""
        working = self.evidence.working
        for attempt_round in self.rounds:
            if working is not None and attempt_round.chat is not None and passes(attempt_round.chat):
                return attempt_round
        # Another header that did not help either tells less than the way in which the app asks.
        found = [attempt_round for attempt_round in self.rounds if not attempt_round.lost]
        if found and found[0] is self.first and found[0].told is not None and bare_failure(found[0].told):
            # What broke down may be the API itself: another path that does not work tells nothing of it.
            found = [attempt_round for attempt_round in found if Change.PATH not in attempt_round.attempt.changed]
        return (
            next(
                (
                    attempt_round
                    for attempt_round in reversed(found)
                    if Change.AUTH not in attempt_round.attempt.changed
                ),
                None,
            )
            or self.first
        )

    @property
    def working(self) -> Attempt | None:
        return self.evidence.working

    @cached_property
    def works(self) -> bool:
        """Seen to answer, in whichever way."""
        return self.deep is not None and passes(self.deep.chat)

    @cached_property
    def works_as_given(self) -> bool:
        """Seen to answer in the way in which the app would ask."""
        return self.works and self.deep is not None and self.deep.attempt.given

    @cached_property
    def better(self) -> Attempt | None:
        """Another way of asking than the given one, whose path was seen to lead to an API."""
        deep = self.deep
        if deep is None or deep.attempt.given or deep.lost or deep.told is None or deep.told.failure is not None:
            return None
        return deep.attempt

    @cached_property
    def asked(self) -> bool:
        """Whether a generation was asked for at all."""
        return any(one.purpose in (Purpose.CHAT, Purpose.STREAM) for one in self.exchanges)

    @cached_property
    def other_listing(self) -> Exchange | None:
        """The model list asked with the other header style."""
        return next((one.other_listing for one in self.rounds if one.other_listing is not None), None)

    @cached_property
    def keyless_listing(self) -> Exchange | None:
        """The model list asked without a key, to see whether it proves one."""
        return next((one.keyless for one in self.rounds if one.keyless is not None), None)

    @cached_property
    def chosen(self) -> ModelFacts | None:
        """The model that the last round chose."""
        return next((one.chosen for one in reversed(self.rounds) if one.chosen is not None), None)

    @cached_property
    def model(self) -> str | None:
        deep = self.deep
        asked = deep.chat.attempt.model if deep is not None and deep.chat is not None else None
        return self.evidence.target.model or asked

    # -- what the answers mean -----------------------------------------------------------------------------------------

    @cached_property
    def subject(self) -> Exchange | None:
        """The answer that has to be explained: the one that failed nearest to the app; None where nothing failed."""
        deep = self.deep
        if deep is None or deep.lost:
            return None
        if deep.chat is not None:
            if not passes(deep.chat):
                return deep.chat
            refused = deep.stream is not None and (deep.stream.status >= 300 or not deep.stream.status)
            return deep.stream if refused else None
        told = deep.told
        if told is None:
            return None
        listing = deep.listing
        listed = listing is not None and listing.request.with_key and not no_route(listing)
        if told is deep.path_check and listed and listing is not None and listing.status >= 400:
            return listing
        if told is deep.listing and not told.ok:
            return told
        shut = asks_login(told) or fenced(told) or told.failure is not None or told.status in (402, 429)
        if told is deep.path_check and (shut or told.status >= 500):
            return told
        return None

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """What the failed answer means, by the dialects of the houses; best first."""
        if self.subject is None:
            return ()
        from diagnose.answers.dialects import classify  # its table is read only where something failed

        return classify(self.subject, self.door.match.id if self.door else None)

    @property
    def match(self) -> Match | None:
        return self.matches[0] if self.matches else None

    @cached_property
    def key_good(self) -> bool | None:
        """Whether this run has shown that the key is accepted; None where it has shown nothing."""
        deep = self.deep
        if deep is None:
            return None
        if deep.attempt.key is KeyForm.CONFLICTING and self.settings.key_given:
            return False  # tried where the given one was refused, or was not fit to be sent
        with_key = deep.attempt.key in (KeyForm.GIVEN, KeyForm.CLEANED, KeyForm.CONFLICTING)
        if not with_key:
            return None
        if passes(deep.chat) or passes(deep.stream):
            # Where a made-up key is answered as well, an answer proves no key.
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

    def said(self) -> str:
        """The server's own words in the answer that failed, one line."""
        found = self.subject or (self.first.told if self.first else None)
        if found is None:
            return ""
        return words_of(found)

    def values(self) -> dict[str, str]:
        """What every finding's words may name."""
        target, door = self.evidence.target, self.door
        found = _of_protocol(target.protocol) | {
            "base_url": target.base_url or "",
            "version_variable": client_urls.sdk_variable(target.protocol, "api_version"),
            "protocol": target.protocol,
            "app": target.app,
            "host": door.host.name if door else _host_of(target.base_url or ""),
            "door": (door.match.name or door.host.name) if door else "",
            "key_hint": target.key_hint or "",
            "key_length": str(target.key_length or ""),
            "key_env": (door.match.key_env if door else "") or client_urls.sdk_variable(target.protocol, "key"),
            "console": door.match.console if door else "",
            "key_door": door.key.door_name if door else "",
            "model": self.model or "",
            "port": str(door.host.port) if door else "",
            "said": self.said(),
        }
        subject = self.subject
        if subject is not None and subject.status:
            found["status"] = str(subject.status)
        if self.proxy is not None and self.proxy.url:
            found["proxy"] = self.proxy.url
        if self.chosen is not None and self.chosen.near:
            found["near"] = ", ".join(self.chosen.near)
        return {name: value for name, value in found.items() if value}


def _of_protocol(protocol: str) -> dict[str, str]:
    """What a finding's words name of a protocol, where it is not as with chat completions."""
    return dict(wire(protocol).words) if protocol in NAMES else {}


def _host_of(url: str) -> str:
    """The host in an address that may be none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
