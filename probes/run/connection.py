"""One run's way through the network: the proxy, the name, the connection, the encryption, and then the visit."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from probes.catalog import node_runtime
from probes.model.evidence import HostEnvironment
from probes.model.facts import ProxyFacts, TcpFacts, TlsFacts, TunnelFacts
from probes.model.failure import Failure, Kind
from probes.model.scrubber import Scrubber
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.network.failures import NetError
from probes.network.network import Network
from probes.network.trust_stores import certifi_context, unreadable
from probes.run.api_checks import ApiChecks
from probes.run.host_environment import in_container, in_wsl
from probes.run.offline_checks import OfflineChecks
from probes.steps import dns, proxy, tcp, tls
from probes.steps.recorder import Recorder
from probes.urls.addresses import literal_address, private
from probes.urls.url import Url, parse_url

# How dialling fails, the most telling first: a host that answers no over IPv4 matters more than a lack of IPv6 here.
_TELLING = (Kind.REFUSED, Kind.RESET, Kind.TIMEOUT, Kind.DENIED, Kind.UNREACHABLE)


class ConnectionChecks:
    """Takes the way apart, step by step; what each step found is in the ledger. ``visit`` holds what was asked at its
    end.
    """

    def __init__(
        self, ground: OfflineChecks, ledger: Recorder, scrub: Scrubber, network: Network, version: str
    ) -> None:
        self._ground = ground
        self._ledger = ledger
        self._facts = ground.facts  # of the door, as far as they are known by now
        self.ways = ConnectionPools(ground.given, network, ground.proxy)
        self.visit = ApiChecks(ground, ledger, scrub, self.ways, version)
        self._families: set[str] = set()

    async def go(self) -> None:
        ground, ledger = self._ground, self._ledger
        where = ground.target
        if where is None or self._facts is None:
            ledger.close("settings")
            return
        if ground.given.offline:
            ledger.close("", "offline")
            return
        self._roots()
        if self.ways.proxy is not None and not node_runtime.heeds(ground.given):
            await self._as_it_goes(where)
        way = self.ways.to(where, False)
        direct: ConnectionPool | None = None
        lost = await self._reach(way) or await self._enter(way)
        if lost and self.ways.proxy is not None:
            inside = await self._inside(where)
            direct = self.ways.to(where, True)
            found = await ledger.take("proxy", "direct", proxy.directly(direct))
            # A private host that is reached needs no proxy; one that wants a password was meant, as it seems.
            wanted = any(one.failure is not None and one.failure.kind is Kind.PROXY_AUTH for one in ledger.observations)
            if inside and not wanted and found is not None and (found.kind is None or found.probe == "tls"):
                lost = ""
        elif self.ways.proxy is not None and where.scheme == "http":
            await self._inside(where)  # what a proxy then answers may be said of a private host
        if lost:
            ledger.close(lost)
            return
        way = direct or self.ways.to(where, False)
        base = await self._encrypt(way)
        if base is None:
            ledger.close("tls")
            return
        await self.visit.ask(self.ways.to(parse_url(base), self.ways.direct(way)), base, self._facts)
        if way.proxy is not None and not way.enters and self.visit.working is None:
            # What a proxy says to a plain request comes with the answers: only now is the other way worth a look.
            await ledger.take("proxy", "direct", proxy.directly(self.ways.to(where, True)))

    async def _as_it_goes(self, where: Url) -> None:
        """Around the proxy, as an app goes that pays no heed to it; through it where that leads nowhere."""
        found = await self._ledger.take("proxy", "direct", proxy.directly(self.ways.to(where, True)))
        if found is not None and (found.kind is None or (found.probe == "tls" and found.kind in tls.TELLING)):
            self.ways.proxy = None

    async def _reach(self, way: ConnectionPool) -> str:
        """dns and tcp; with a proxy they are the proxy's. The probe that failed, or an empty string."""
        ledger = self._ledger
        if way.redirected:
            ledger.spared("dns", "connect_to")
        elif literal_address(way.dial_host):
            ledger.spared("dns", "address")
        elif await ledger.take("dns", way.dial_host, dns.measure(way, self._ground.given.dns_servers)) is None:
            return "dns"
        began = ledger.now()
        found = await ledger.take("tcp", f"{way.dial_host}:{way.dial_port}", self._dial(way))
        if found is not None and found.connected is None:
            kind = next((kind for kind in _TELLING if any(dial.kind is kind for dial in found.dials)), Kind.OTHER)
            ledger.observations.pop()
            ledger.failed("tcp", f"{way.dial_host}:{way.dial_port}", Failure(kind), began, found)
        return "" if found is not None and found.connected is not None else "tcp"

    async def _dial(self, way: ConnectionPool) -> TcpFacts:
        found = await tcp.measure(way)
        self._families.update(dial.address.family for dial in found.dials)
        return found

    async def _enter(self, way: ConnectionPool) -> str:
        """Through the proxy; where its port speaks otherwise than its setting says, as it speaks."""
        ledger = self._ledger
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
        self.ways.proxy = replace(way.proxy, scheme=speaks)
        meant = self.ways.to(where, False, beside=way)
        return "" if await ledger.take("proxy", "mended", proxy.enter(meant)) is not None else "proxy"

    async def _inside(self, where: Url) -> bool:
        """Whether the host is private, by its name or, where nobody knows it as a door, by its addresses.

        A look without consequence: the name may be the proxy's to look up, so that it is unknown here is no finding.
        """
        ground = self._ground
        facts, straight = self._facts, self.ways.to(where, True)
        chosen = next((one.facts for one in self._ledger.observations if isinstance(one.facts, ProxyFacts)), None)
        assert facts is not None
        if facts.local or ground.door is not None or straight.redirected or chosen is None:
            return facts.local
        try:
            async with asyncio.timeout(min(2.0, self._ledger.limits.probe)):
                found = await straight.resolve()
        except (NetError, TimeoutError):
            return False
        if not found or not all(private(one.ip) for one in found):
            return False
        self._facts = replace(facts, local=True)
        self._ledger.done("door", where.host, self._facts, self._ledger.now())
        self._ledger.done("proxy", where.host, replace(chosen, captures_local=True), self._ledger.now())
        return True

    async def _encrypt(self, way: ConnectionPool) -> str | None:
        """tls, on the connection that tcp won. The base URL to go on with: another scheme where the port speaks it."""
        ledger, where = self._ledger, way.target
        mended = self._ground.exams.url.literal or self._ground.exams.url.mended
        assert mended is not None
        if where.scheme == "http":
            ledger.spared("tls", "not_tls")
            if way.good is not None and not way.good.ip.startswith(("127.", "::1")):
                with suppress(NetError):
                    await way.first_link()
                    way.warm(self._warms())
            return mended
        way.warm(self._warms())
        facts = await ledger.take("tls", where.host, tls.measure(way, self.ways.trust_name))
        if facts is not None:
            return mended
        last = ledger.observations[-1]
        kind = last.failure.kind if last.failure else Kind.OTHER
        if kind in tls.CERTIFICATE_KINDS or kind is Kind.TLS_HANDSHAKE:
            seen = await ledger.take("tls", "certificate", self._look(way, kind))
            other = certifi_context() if seen is not None and seen.certifi else None
            if seen is not None and seen.elsewhere:
                other = self.ways.other_roots()[seen.elsewhere]()
            if other is not None:
                # Another list trusts it: the app's own is old, or does not hold what it is to, and the run goes on.
                self.ways.go_on_trusting(other, way)
                return mended
        plain = kind in (Kind.TLS_NOT_TLS, Kind.TLS_RESET) and await tls.speaks_plain_http(
            way, kind is Kind.TLS_NOT_TLS
        )
        if plain:
            ledger.done("tls", "plain", TlsFacts(where.host, self.ways.trust_name, plain_http=True), ledger.now())
            return f"http://{_named(where)}:{where.port}{where.path}"
        return None

    async def _look(self, way: ConnectionPool, why: Kind) -> TlsFacts:
        found = await tls.look(way, self.ways.trust_name, why, self.ways.other_roots())
        if found is None:
            raise NetError(Kind.TLS_OTHER, "no certificate to be seen")
        return found

    def _warms(self) -> int:
        """How many more links the first requests will want: opened beside the first one, they cost no round trip."""
        given, facts = self._ground.given, self._facts
        generates = not given.no_spend and facts is not None and not facts.why_not_sent and self._ground.exams.keys()
        return 0 if not generates else 2 if given.model is not None else 1

    def _roots(self) -> None:
        """Whether a client can be built at all: with SSL_CERT_FILE it reads that file, whatever it is to call."""
        bundle = self._ground.given.ca_bundle
        if bundle is None or node_runtime.runs(self._ground.given.app):
            return
        began = self._ledger.now()
        if said := unreadable(bundle.value):
            self._ledger.failed("settings", bundle.source, Failure(Kind.NO_ROOTS, f"{bundle.value}: {said}"), began)

    def vantage(self) -> HostEnvironment:
        """Where all of this was seen from."""
        through = self.ways.proxy.url if self.ways.proxy is not None else None
        return HostEnvironment(through, self.ways.trust_name, in_container(), in_wsl(), tuple(sorted(self._families)))


def _named(where: Url) -> str:
    return f"[{where.host}]" if ":" in where.host else where.host
