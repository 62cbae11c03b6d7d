"""run(): settings in, evidence out. The only place that owns tasks, limits, deadlines and the order of the steps."""

from __future__ import annotations

import asyncio
import platform
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from probes import node
from probes.apps import load as load_apps
from probes.asking import Asker
from probes.doors import Door, Doors, load
from probes.failures import NetError
from probes.flaws import url_is_key
from probes.inquiry import Inquiry
from probes.ledger import Ledger, Watch, scrubbed
from probes.model import (
    Attempt,
    Auth,
    Capability,
    Cost,
    DoorFacts,
    Evidence,
    Exchange,
    Failure,
    KeyForm,
    Kind,
    Limits,
    ProxyFacts,
    Settings,
    Target,
    TcpFacts,
    TlsFacts,
    TunnelFacts,
    Vantage,
)
from probes.net import Network, blind_context, certifi_context, system_context
from probes.protocols import version_in, wire
from probes.readings import passes
from probes.secret import Scrubber, Secret
from probes.steps import dns, door, proxy, settings, tcp, tls
from probes.steps.settings import Exams
from probes.translation import official
from probes.tunnel import Proxy
from probes.way import Place, Way, literal_address, place, private

if TYPE_CHECKING:
    from probes.deep.measure import Dive

_LAST = 0.25  # seconds of the run that a deep check leaves: it is to end by itself
# How dialling fails, the most telling first: a host that answers no over IPv4 matters more than a lack of IPv6 here.
_TELLING = (Kind.REFUSED, Kind.RESET, Kind.TIMEOUT, Kind.DENIED, Kind.UNREACHABLE)


def scrubber(given: Settings) -> Scrubber:
    """A scrubber that knows every secret of these settings, of the losing places too."""
    scrub = Scrubber()
    if given.key is not None:
        scrub.add(given.key.value)
    for rival in given.rivals:
        if isinstance(rival.value, Secret):
            scrub.add(rival.value)
    if given.base_url is not None:
        raw = given.base_url.value
        if url_is_key(raw):
            scrub.add(raw)
        if "@" in raw:
            _, _, password = raw.rpartition("@")[0].partition("://")[2].partition(":")
            scrub.add(password)
        for name, value in parse_qsl(raw.partition("?")[2]):
            if any(word in name.lower() for word in ("key", "token", "secret", "auth")):
                scrub.add(value)
    return scrub


def sent_by(given: Settings, attempt: Attempt) -> Attempt:
    """The SDK's way of asking with the header and the version of the app that was named."""
    app = load_apps().get(given.app)
    wire = app.wire(attempt.protocol) if app is not None else None
    if wire is None:
        return attempt
    style = wire.auth_by.get(given.auth_variable or "", wire.auth[0])
    return replace(attempt, auth=Auth(style), version=wire.version or attempt.version)


@dataclass(slots=True)
class Ground:
    """What is known before the network is touched: every later step stands on it."""

    given: Settings
    exams: Exams
    protocol: str
    target: Place | None
    doors: Doors
    door: Door | None
    facts: DoorFacts | None
    proxy: Proxy | None = None
    ways: dict[tuple[str, str, int, bool], Way] = field(default_factory=dict)


async def run(
    given: Settings, *, network: Network | None = None, watch: Watch | None = None, version: str = "0"
) -> Evidence:
    """Measure what ``given`` describes. Never raises for what the network or the door does.

    A cancellation (Ctrl-C) and the run's deadline end it with the evidence gathered so far.
    """
    scrub = scrubber(given)
    ledger = Ledger(given.limits, scrub, watch)
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ground: Ground | None = None
    under_way: _Run | None = None
    interrupted = ran_out = False
    try:
        ground = survey(given, ledger, scrub)
        under_way = _Run(ground, ledger, scrub, network or Network(), version)
        async with asyncio.timeout(given.limits.run):
            await under_way.go()
    except TimeoutError:
        ran_out = True
    except asyncio.CancelledError:
        interrupted = True
    except Exception as error:  # our own fault: a result, never a traceback
        ledger.crashed("settings", "", error, ledger.now())
    finally:
        for way in ground.ways.values() if ground is not None else ():
            await way.leave()
    last = ledger.observations[-1].probe if ledger.observations else "settings"
    ledger.close(last, "interrupted" if interrupted else "deadline" if ran_out else "")
    seen = scrubbed(
        Evidence(
            target=target(given, ground),
            observations=(),
            working=under_way.working if under_way is not None else None,
            cost=under_way.cost if under_way is not None else Cost(),
            vantage=under_way.vantage() if under_way is not None else Vantage(),
            started_at=began,
            seconds=ledger.now(),
            interrupted=interrupted,
            ran_out=ran_out,
            no_spend=given.no_spend,
            offline=given.offline,
            version=version,
            capabilities=under_way.capabilities if under_way is not None else () if given.deep else None,
            slos=given.slos,
        ),
        scrub,
    )
    return replace(seen, observations=tuple(ledger.observations))  # each was scrubbed as it came in


def survey(given: Settings, ledger: Ledger, scrub: Scrubber) -> Ground:
    """The steps that need no network: settings, door, proxy."""
    doors = load()
    began = ledger.now()
    exams = settings.examine(given, "openai")
    where = exams.place
    known = doors.of_host(where.host, where.port, where.path) if where else None
    protocol, source = door.protocol_of(given, where, known)
    if protocol != "openai":
        exams = settings.examine(given, protocol)
        where = exams.place
    for form in exams.keys().values():
        scrub.add(form)
    ledger.done("settings", "", settings.measure(given, exams, scrub), began)
    ground = Ground(given, exams, protocol, where, doors, known, None)
    if where is None:
        return ground
    began = ledger.now()
    ground.facts = door.measure(given, exams, where, doors, protocol, source)
    ledger.done("door", where.host, ground.facts, began)
    began = ledger.now()
    chosen, ground.proxy = proxy.choose(
        node.proxies(given), where, doors, scrub, node.runs(given.app) and given.node.env_proxy
    )
    if not node.heeds(given):
        chosen = proxy.unheeded(chosen)
    ledger.done("proxy", where.host, chosen, began)
    return ground


def target(given: Settings, ground: Ground | None) -> Target:
    """The settings as a report may show them; not scrubbed yet."""
    key = given.key.value if given.key is not None and given.key.value.reveal().strip() else None
    sources = {"base_url": given.base_url, "key": given.key, "model": given.model}
    protocol = ground.protocol if ground is not None else given.protocol.value
    facts = ground.facts if ground is not None else None
    return Target(
        base_url=given.base_url.value if given.base_url else None,
        protocol=protocol,
        model=given.model.value if given.model else None,
        app=given.app or official("openai" if protocol == "auto" else protocol).id,
        door=facts.door if facts is not None else None,
        key_hint=key.hint if key else None,
        key_length=len(key) if key else None,
        key_doors=tuple(match.door for match in facts.matches) if facts is not None else (),
        app_named=given.app is not None or given.auth is not None,
        sources=tuple((name, value.source) for name, value in sources.items() if value is not None),
    )


class _Run:
    """One run's way through the network, from the proxy to the asking."""

    def __init__(self, ground: Ground, ledger: Ledger, scrub: Scrubber, network: Network, version: str) -> None:
        self.ground = ground
        self.ledger = ledger
        self.scrub = scrub
        self.network = network
        self.limits: Limits = ground.given.limits
        self.working: Attempt | None = None
        self._dive: Dive | None = None
        bundle = ground.given.ca_bundle.value if ground.given.ca_bundle else None
        self.trust_name = bundle or "system"
        self._context: ssl.SSLContext | None = None
        self._families: set[str] = set()
        self.keys = ground.exams.keys()
        if ground.facts is not None and (found := door.rival(ground.given, ground.door, ground.facts.local)):
            self.keys[KeyForm.RIVAL] = found[1]
        self.asker = Asker(self.keys, self.limits, scrub, self.way_to, version, network.pages)

    @property
    def capabilities(self) -> tuple[Capability, ...] | None:
        """What the deep check has found; empty where there was no way on which to ask."""
        if not self.ground.given.deep:
            return None
        return self._dive.results() if self._dive is not None else ()

    @property
    def cost(self) -> Cost:
        return self.asker.cost

    def way_to(self, where: Place, direct: bool, beside: Way | None = None) -> Way:
        """The way to that place, opened once; ``beside`` is one that it takes the place of."""
        key = (where.scheme, where.host, where.port, direct)
        found = self.ground.ways.get(key)
        if found is None or found is beside:
            chosen = None if direct else self.ground.proxy
            context = self.context() if where.scheme == "https" or (chosen is not None and chosen.tls) else None
            if beside is not None:
                beside.close()
                found = beside.beside(proxy=chosen, tls=context)
            else:
                connect_to = self.ground.given.connect_to
                found = Way(self.network, where, self.limits, proxy=chosen, connect_to=connect_to, tls=context)
            self.ground.ways[key] = found
        return found

    def context(self) -> ssl.SSLContext:
        """The run's one trust: reading the roots takes as long as a round trip."""
        if self._context is None:
            given = self.ground.given
            try:
                self._context, self.trust_name = self.network.trust(given.ca_bundle, node.roots(given))
            except (OSError, ssl.SSLError):
                self._context, self.trust_name = system_context(), "system"
        return self._context

    def _roots(self) -> None:
        """Whether a client can be built at all: with SSL_CERT_FILE it reads that file, whatever it is to call."""
        bundle = self.ground.given.ca_bundle
        if bundle is None or node.runs(self.ground.given.app):
            return
        began = self.ledger.now()
        try:
            blind_context().load_verify_locations(cafile=bundle.value)
        except (OSError, ssl.SSLError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.ledger.failed("settings", bundle.source, Failure(Kind.NO_ROOTS, f"{bundle.value}: {said}"), began)

    async def go(self) -> None:
        ground, ledger = self.ground, self.ledger
        where, facts = ground.target, ground.facts
        if where is None or facts is None:
            ledger.close("settings")
            return
        if ground.given.offline:
            ledger.close("", "offline")
            return
        self._roots()
        if ground.proxy is not None and not node.heeds(ground.given):
            await self._as_it_goes(where)
        way = self.way_to(where, False)
        direct: Way | None = None
        lost = await self._reach(way) or await self._enter(way)
        if lost and ground.proxy is not None:
            inside = await self._inside(where)
            direct = self.way_to(where, True)
            found = await ledger.take("proxy", "direct", proxy.directly(direct))
            # A private host that is reached needs no proxy; one that wants a password was meant, as it seems.
            wanted = any(one.failure is not None and one.failure.kind is Kind.PROXY_AUTH for one in ledger.observations)
            if inside and not wanted and found is not None and (found.kind is None or found.probe == "tls"):
                lost = ""
        elif ground.proxy is not None and where.scheme == "http":
            await self._inside(where)  # what a proxy then answers may be said of a private host
        if lost:
            ledger.close(lost)
            return
        way = direct or self.way_to(where, False)
        base = await self._encrypt(way)
        if base is None:
            ledger.close("tls")
            return
        await self._ask(self.way_to(place(base), way.proxy is None and ground.proxy is not None), base)
        if way.proxy is not None and not way.enters and self.working is None:
            # What a proxy says to a plain request comes with the answers: only now is the other way worth a look.
            await ledger.take("proxy", "direct", proxy.directly(self.way_to(where, True)))

    async def _as_it_goes(self, where: Place) -> None:
        """Around the proxy, as an app goes that pays no heed to it; through it where that leads nowhere."""
        found = await self.ledger.take("proxy", "direct", proxy.directly(self.way_to(where, True)))
        if found is not None and (found.kind is None or (found.probe == "tls" and found.kind in tls.TELLING)):
            self.ground.proxy = None

    async def _reach(self, way: Way) -> str:
        """dns and tcp; with a proxy they are the proxy's. The probe that failed, or an empty string."""
        ledger = self.ledger
        if way.redirected:
            ledger.spared("dns", "connect_to")
        elif literal_address(way.dial_host):
            ledger.spared("dns", "address")
        elif await ledger.take("dns", way.dial_host, dns.measure(way, self.ground.given.dns_servers)) is None:
            return "dns"
        began = ledger.now()
        found = await ledger.take("tcp", f"{way.dial_host}:{way.dial_port}", self._dial(way))
        if found is not None and found.connected is None:
            kind = next((kind for kind in _TELLING if any(dial.kind is kind for dial in found.dials)), Kind.OTHER)
            ledger.observations.pop()
            ledger.failed("tcp", f"{way.dial_host}:{way.dial_port}", Failure(kind), began, found)
        return "" if found is not None and found.connected is not None else "tcp"

    async def _dial(self, way: Way) -> TcpFacts:
        found = await tcp.measure(way)
        self._families.update(dial.address.family for dial in found.dials)
        return found

    async def _enter(self, way: Way) -> str:
        """Through the proxy; where its port speaks otherwise than its setting says, as it speaks."""
        ledger = self.ledger
        if way.proxy is None or not way.enters or await ledger.take("proxy", "tunnel", proxy.enter(way)) is not None:
            return ""
        why = ledger.observations[-1].failure
        if why is None or not proxy.doubtful(why):
            return "proxy"
        began = ledger.now()
        speaks = await proxy.identify(way)
        if not speaks:
            return "proxy"
        where = way.target
        ledger.done("proxy", "port", TunnelFacts(way.proxy.scheme, where.host, where.port, speaks), began)
        if speaks == proxy.WEB:
            return "proxy"
        self.ground.proxy = replace(way.proxy, scheme=speaks)
        meant = self.way_to(where, False, beside=way)
        return "" if await ledger.take("proxy", "mended", proxy.enter(meant)) is not None else "proxy"

    async def _inside(self, where: Place) -> bool:
        """Whether the host is private, by its name or, where nobody knows it as a door, by its addresses.

        A look without consequence: the name may be the proxy's to look up, so that it is unknown here is no finding.
        """
        ground = self.ground
        facts, straight = ground.facts, self.way_to(where, True)
        chosen = next((one.facts for one in self.ledger.observations if isinstance(one.facts, ProxyFacts)), None)
        assert facts is not None
        if facts.local or ground.door is not None or straight.redirected or chosen is None:
            return facts.local
        try:
            async with asyncio.timeout(min(2.0, self.limits.probe)):
                found = await straight.resolve()
        except (NetError, TimeoutError):
            return False
        if not found or not all(private(one.ip) for one in found):
            return False
        ground.facts = replace(facts, local=True)
        self.ledger.done("door", where.host, ground.facts, self.ledger.now())
        self.ledger.done("proxy", where.host, replace(chosen, captures_local=True), self.ledger.now())
        return True

    async def _encrypt(self, way: Way) -> str | None:
        """tls, on the connection that tcp won. The base URL to go on with: another scheme where the port speaks it."""
        ledger, where = self.ledger, way.target
        mended = self.ground.exams.url.literal or self.ground.exams.url.mended
        assert mended is not None
        if where.scheme == "http":
            ledger.spared("tls", "not_tls")
            if way.good is not None and not way.good.ip.startswith(("127.", "::1")):
                with suppress(NetError):
                    await way.first_link()
                    way.warm(self._warms())
            return mended
        way.warm(self._warms())
        facts = await ledger.take("tls", where.host, tls.measure(way, self.trust_name))
        if facts is not None:
            return mended
        last = ledger.observations[-1]
        kind = last.failure.kind if last.failure else Kind.OTHER
        if kind in tls.CERTIFICATE_KINDS or kind is Kind.TLS_HANDSHAKE:
            seen = await ledger.take("tls", "certificate", self._look(way, kind))
            other = certifi_context() if seen is not None and seen.certifi else None
            if seen is not None and seen.elsewhere:
                other = self._others()[seen.elsewhere]()
            if other is not None:
                # Another list trusts it: the app's own is old, or does not hold what it is to, and the run goes on.
                self._context = other
                self.way_to(where, way.proxy is None and self.ground.proxy is not None, beside=way)
                return mended
        plain = kind in (Kind.TLS_NOT_TLS, Kind.TLS_RESET) and await tls.speaks_plain_http(
            way, kind is Kind.TLS_NOT_TLS
        )
        if plain:
            ledger.done("tls", "plain", TlsFacts(where.host, self.trust_name, plain_http=True), ledger.now())
            return f"http://{_named(where)}:{where.port}{where.path}"
        return None

    def _others(self) -> dict[str, Callable[[], ssl.SSLContext]]:
        """Lists of roots at hand that are not the app's own: that of SSL_CERT_FILE for Node, and the system's."""
        given, bundle = self.ground.given, self.ground.given.ca_bundle
        named = bundle.value if bundle is not None and bundle.source.startswith("environment") else ""
        lists = {"system": system_context} if self.trust_name != tls.SYSTEM else {}
        if named and node.runs(given.app) and not given.node.openssl_ca and Path(named).is_file():
            lists = {named: partial(ssl.create_default_context, cafile=named), **lists}
        return lists

    async def _look(self, way: Way, why: Kind) -> TlsFacts:
        found = await tls.look(way, self.trust_name, why, self._others())
        if found is None:
            raise NetError(Kind.TLS_OTHER, "no certificate to be seen")
        return found

    def _warms(self) -> int:
        """How many more links the first requests will want: opened beside the first one, they cost no round trip."""
        given, facts = self.ground.given, self.ground.facts
        generates = not given.no_spend and facts is not None and not facts.why_not_sent and self.ground.exams.keys()
        return 0 if not generates else 2 if given.model is not None else 1

    async def _ask(self, way: Way, base: str) -> None:
        ground, given, facts = self.ground, self.ground.given, self.ground.facts
        assert facts is not None
        keys = set(self.keys)
        if facts.why_not_sent:
            keys &= {KeyForm.RIVAL} if facts.why_not_sent != "project" else set()
        around = keys if facts.local else set()
        if not self._may_send(way):
            if keys and not facts.why_not_sent and not (facts.local and way.proxy is not None):
                ground.facts = facts = replace(facts, sent=False, why_not_sent="plaintext")
                self.ledger.done("door", "plaintext", facts, self.ledger.now())
            keys = set()
        form = next((one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in keys), KeyForm.NONE)
        protocol = wire(ground.protocol)
        first = sent_by(given, protocol.attempt(base, given.auth.value if given.auth is not None else None))
        asked_as_given = ground.exams.url.literal == base and (
            form is KeyForm.GIVEN or (form is KeyForm.NONE and not ground.exams.keys())
        )
        changed = () if asked_as_given else ("mended",)
        if form is KeyForm.NONE and KeyForm.RIVAL in keys and not facts.local:
            # Nothing that may go out was given: the key of the place that is not heeded stands in for it.
            form, asked_as_given, changed = KeyForm.RIVAL, False, ("key_source",)
        first = replace(first, key=form, given=asked_as_given, changed=changed)
        if ground.exams.url.literal == base:
            first = replace(first, address=ground.exams.address, query=ground.exams.query)
        if protocol.versions:
            raw = given.base_url.value if given.base_url and not asked_as_given else ""
            named = given.api_version.value if given.api_version else version_in(ground.protocol, raw)
            first = replace(first, version=named or first.version)
        inquiry = Inquiry(given, facts, ground.door, self.asker, self.ledger, way, self._speaks_tls)
        try:
            await inquiry.run(first, keys, around, ground.exams.url.mended)
        except NetError as error:
            self.ledger.failed("http", "", error.failure, self.ledger.now())
        except Exception as error:
            self.ledger.crashed("http", "", error, self.ledger.now())
        finally:
            self.working = inquiry.working
        if given.deep and self.working is not None:
            await self._deepen(self.working)
        if given.no_spend:
            self.ledger.close("", "no_spend")
        elif not keys - {KeyForm.RIVAL} and ground.exams.keys():
            self.ledger.close("", "key_not_sent")
        elif not keys:
            self.ledger.close("", "no_key")
        else:
            self.ledger.close("", "unneeded")

    async def _deepen(self, working: Attempt) -> None:
        """What else the door can do, asked on the way that works, in the time that is left."""
        from probes.deep.asking import Depth
        from probes.deep.measure import Dive
        from probes.deep.plan import MOST

        ground, seen = self.ground, [one.facts for one in self.ledger.observations if isinstance(one.facts, Exchange)]
        lists = [(one, one.models) for one in seen if one.models is not None]
        asked = [one for one in seen if passes(one) and replace(one.attempt, model=working.model) == working]
        assert ground.facts is not None
        depth = Depth(
            working=working,
            adapted=next((one.adapted for one in asked if one.purpose == "chat"), ()),
            models=next((names for _, names in lists if names), ()),
            listed=any(one.with_key for one, _ in lists),
            streams=any(one.purpose == "stream" for one in asked),
            local=ground.facts.local,
            door=ground.door,
            keys=tuple(self.keys.values()),
            no_spend=ground.given.no_spend,
        )
        self.asker.budget = MOST
        began = self.ledger.now()
        self._dive = Dive(depth, self.asker, self.scrub, lambda name: self.ledger.tell("deep", name, began))
        await self._dive.run(self.limits.run - began - _LAST)

    def _may_send(self, way: Way) -> bool:
        """On plain http a key goes to loopback and private addresses alone, and to no proxy in the clear."""
        if way.target.scheme == "https" or self.ground.given.send_anyway:
            return True
        if way.proxy is not None:
            return False
        assert self.ground.facts is not None
        if self.ground.facts.local:
            return True
        if way.redirected or way.good is None:
            return False
        return private(way.good.ip)

    async def _speaks_tls(self) -> bool:
        """Whether the port, asked in plain HTTP, wants TLS instead: a handshake without a key."""
        where = self.ground.target
        assert where is not None
        way = self.way_to(where, False).beside(target=replace(where, scheme="https"), tls=blind_context())
        try:
            async with asyncio.timeout(min(2.0, self.limits.probe)):
                await way.first_link()
        except (NetError, TimeoutError):
            return False
        finally:
            way.close()
        return True

    def vantage(self) -> Vantage:
        chosen = self.ground.proxy
        shown = None
        if chosen is not None:
            shown = chosen.url
        return Vantage(shown, self.trust_name, in_container(), in_wsl(), tuple(sorted(self._families)))


def _named(where: Place) -> str:
    return f"[{where.host}]" if ":" in where.host else where.host


def in_container() -> bool:
    """Whether this process runs in a container, as far as its files tell."""
    if platform.system() != "Linux":
        return False
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return True
    with suppress(OSError):
        return any(
            word in Path("/proc/1/cgroup").read_text("utf-8", "replace") for word in ("docker", "kubepods", "lxc")
        )
    return False


def in_wsl() -> bool:
    """Whether this Linux runs inside Windows (WSL), as its kernel's name tells."""
    return platform.system() == "Linux" and "microsoft" in platform.release().lower()
