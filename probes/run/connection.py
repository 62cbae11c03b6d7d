"""One run's way through the network: the proxy, the name, the connection, the encryption, and then the visit."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from probes.catalog import node_runtime
from probes.model.evidence import HostEnvironment, Subject
from probes.model.exchange import Purpose
from probes.model.facts import DirectFacts, LocalityFacts, TcpFacts, TlsFacts, TunnelFacts
from probes.model.failure import Failure, Kind
from probes.model.note import note
from probes.model.scrubber import Scrubber
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.network.failures import NetError
from probes.network.network import Network
from probes.network.trust_stores import certifi_context, unreadable
from probes.run.api_checks import ApiChecks, route_of
from probes.run.host_environment import in_container, in_wsl
from probes.run.key_policy import decide
from probes.run.offline_checks import OfflineChecks
from probes.run.plan import first_round
from probes.steps import dns, proxy, tcp, tls
from probes.steps.recorder import Recorder
from probes.urls.addresses import literal_address, private
from probes.urls.url import Url, parse_url

# How dialling fails, the most telling first: a host that answers no over IPv4 matters more than a lack of IPv6 here.
_TELLING = (Kind.REFUSED, Kind.RESET, Kind.TIMEOUT, Kind.DENIED, Kind.UNREACHABLE)


class ConnectionChecks:
    """Takes the way apart, step by step; what each step found is in the ledger. ``api`` holds what was asked at its
    end.
    """

    def __init__(
        self, offline: OfflineChecks, recorder: Recorder, scrub: Scrubber, network: Network, version: str
    ) -> None:
        self._offline = offline
        self._recorder = recorder
        self._facts = offline.facts  # of the door, as far as they are known by now
        self.pools = ConnectionPools(offline.given, network, offline.proxy)
        self.api = ApiChecks(offline, recorder, scrub, self.pools, version)
        self._families: set[str] = set()
        self._tried_directly = False

    async def go(self) -> None:
        offline, recorder = self._offline, self._recorder
        where = offline.target
        if where is None or self._facts is None:
            recorder.close("settings")
            return
        if offline.given.offline:
            recorder.close("", "offline")
            return
        self._roots()
        if self.pools.proxy is not None and not node_runtime.heeds(offline.given):
            await self._as_it_goes(where)
        pool = self.pools.to(where, False)
        direct: ConnectionPool | None = None
        lost = await self._reach(pool) or await self._enter(pool)
        if lost and self.pools.proxy is not None:
            inside = await self._inside(where)
            direct = self.pools.to(where, True)
            found = await self._directly(where)
            # A private host that is reached needs no proxy; one that wants a password was meant, as it seems.
            wanted = any(
                one.failure is not None and one.failure.kind is Kind.PROXY_AUTH for one in recorder.observations
            )
            if inside and not wanted and found is not None and (found.kind is None or found.probe == "tls"):
                lost = ""
        elif self.pools.proxy is not None and where.scheme == "http":
            await self._inside(where)  # what a proxy then answers may be said of a private host
        if lost:
            recorder.close(lost)
            return
        pool = direct or self.pools.to(where, False)
        base = await self._encrypt(pool)
        if base is None:
            recorder.close("tls")
            return
        await self.api.ask(self.pools.to(parse_url(base), self.pools.direct(pool)), base, self._facts)
        if pool.proxy is not None and not pool.enters and self.api.working is None:
            # What a proxy says to a plain request comes with the answers: only now is the other way worth a look.
            await self._directly(where)

    async def _as_it_goes(self, where: Url) -> None:
        """Around the proxy, as an app goes that pays no heed to it; through it where that leads nowhere."""
        found = await self._directly(where)
        if found is not None and (found.kind is None or (found.probe == "tls" and found.kind in tls.TELLING)):
            self.pools.proxy = None

    async def _directly(self, where: Url) -> DirectFacts | None:
        """How far the host is reached without the proxy, tried once; None where the try itself failed."""
        if not self._tried_directly:
            self._tried_directly = True
            await self._recorder.take(Subject.DIRECT, "", proxy.directly(self.pools.to(where, True)))
        return self._recorder.one(DirectFacts, Subject.DIRECT)

    async def _reach(self, pool: ConnectionPool) -> str:
        """dns and tcp; with a proxy they are the proxy's. The probe that failed, or an empty string."""
        recorder = self._recorder
        if pool.redirected:
            recorder.spared(Subject.DNS, "connect_to")
        elif literal_address(pool.dial_host):
            recorder.spared(Subject.DNS, "address")
        elif (
            await recorder.take(Subject.DNS, pool.dial_host, dns.measure(pool, self._offline.given.dns_servers)) is None
        ):
            return "dns"
        found = await recorder.take(Subject.TCP, f"{pool.dial_host}:{pool.dial_port}", self._dial(pool))
        return "" if found is not None else "tcp"

    async def _dial(self, pool: ConnectionPool) -> TcpFacts:
        """Connect to one of the addresses. Raises NetError, with what was dialled, where none accepts."""
        found = await tcp.measure(pool)
        self._families.update(dial.address.family for dial in found.dials)
        if found.connected is None:
            kind = next((kind for kind in _TELLING if any(dial.kind is kind for dial in found.dials)), Kind.OTHER)
            raise NetError(kind, facts=found)
        return found

    async def _enter(self, pool: ConnectionPool) -> str:
        """Through the proxy; where its port speaks otherwise than its setting says, as it speaks."""
        recorder = self._recorder
        if (
            pool.proxy is None
            or not pool.enters
            or await recorder.take(Subject.TUNNEL, "", proxy.enter(pool)) is not None
        ):
            return ""
        why = recorder.failure(Subject.TUNNEL)
        if why is None or not proxy.doubtful(why):
            return "proxy"
        began = recorder.now()
        speaks = await proxy.identify(pool)
        if not speaks:
            return "proxy"
        where = pool.target
        facts = TunnelFacts(pool.proxy.scheme, where.host, where.port, speaks)
        recorder.done(Subject.PROXY_PORT, "", facts, began)
        if speaks == proxy.WEB:
            return "proxy"
        self.pools.proxy = replace(pool.proxy, scheme=speaks)
        meant = self.pools.to(where, False, beside=pool)
        return "" if await recorder.take(Subject.OTHER_TUNNEL, "", proxy.enter(meant)) is not None else "proxy"

    async def _inside(self, where: Url) -> bool:
        """Whether the host is private, by its name or, where nobody knows it as a door, by its addresses.

        A look without consequence: the name may be the proxy's to look up, so that it is unknown here is no finding.
        """
        offline = self._offline
        facts, straight = self._facts, self.pools.to(where, True)
        assert facts is not None
        if facts.host.local or offline.door is not None or straight.redirected:
            return facts.host.local
        began = self._recorder.now()
        try:
            async with asyncio.timeout(min(2.0, self._recorder.limits.probe)):
                found = await straight.resolve()
        except (NetError, TimeoutError):
            return False
        if not found or not all(private(one.ip) for one in found):
            return False
        self._facts = replace(facts, host=replace(facts.host, local=True))
        self._recorder.done(Subject.LOCALITY, where.host, LocalityFacts(where.host, tuple(found)), began)
        return True

    async def _encrypt(self, pool: ConnectionPool) -> str | None:
        """tls, on the connection that tcp won. The base URL to go on with: another scheme where the port speaks it."""
        recorder, where = self._recorder, pool.target
        mended = self._offline.exams.url.literal or self._offline.exams.url.mended
        assert mended is not None
        if where.scheme == "http":
            recorder.spared(Subject.HANDSHAKE, "not_tls")
            if pool.good is not None and not pool.good.ip.startswith(("127.", "::1")):
                with suppress(NetError):
                    await pool.first_connection()
                    pool.warm(self._warms(pool, mended))
            return mended
        pool.warm(self._warms(pool, mended))
        facts = await recorder.take(Subject.HANDSHAKE, where.host, tls.measure(pool, self.pools.trust_name))
        if facts is not None:
            return mended
        why = recorder.failure(Subject.HANDSHAKE)
        kind = why.kind if why is not None else Kind.OTHER
        if kind in tls.CERTIFICATE_KINDS or kind is Kind.TLS_HANDSHAKE:
            seen = await recorder.take(Subject.CERTIFICATE, "", self._look(pool, kind))
            other = certifi_context() if seen is not None and seen.certifi else None
            if seen is not None and seen.elsewhere:
                other = self.pools.other_roots()[seen.elsewhere]()
            if other is not None:
                # Another list trusts it: the app's own is old, or does not hold what it is to, and the run goes on.
                self.pools.go_on_trusting(other, pool)
                return mended
        plain = kind in (Kind.TLS_NOT_TLS, Kind.TLS_RESET) and await tls.speaks_plain_http(
            pool, kind is Kind.TLS_NOT_TLS
        )
        if plain:
            recorder.done(Subject.PLAIN_HTTP, "", TlsFacts(where.host, self.pools.trust_name), recorder.now())
            return f"http://{_named(where)}:{where.port}{where.path}"
        return None

    async def _look(self, pool: ConnectionPool, why: Kind) -> TlsFacts:
        found = await tls.look(pool, self.pools.trust_name, why, self.pools.other_roots())
        if found is None:
            raise NetError(Kind.TLS_OTHER, note=note("no_certificate"))
        return found

    def _warms(self, pool: ConnectionPool, base: str) -> int:
        """Count the connections that the first round will want beside the first one: opened at the same time, they cost
        no round trip.
        """
        assert self._facts is not None
        policy = decide(self._offline.keys, route_of(pool, self._facts.host.local))
        chat = [one for one in first_round(self._offline, base, self._facts, policy) if one.purpose == Purpose.CHAT]
        return 0 if not chat else 1 if chat[0].after_list else 2

    def _roots(self) -> None:
        """Whether a client can be built at all: with SSL_CERT_FILE it reads that file, whatever it is to call."""
        bundle = self._offline.given.ca_bundle
        if bundle is None or node_runtime.runs(self._offline.given.app):
            return
        began = self._recorder.now()
        if said := unreadable(bundle.value):
            why = Failure(Kind.NO_ROOTS, f"{bundle.value}: {said}")
            self._recorder.failed(Subject.CA_BUNDLE, str(bundle.source), why, began)

    def vantage(self) -> HostEnvironment:
        """Where all of this was seen from."""
        through = self.pools.proxy.url if self.pools.proxy is not None else None
        return HostEnvironment(through, self.pools.trust_name, in_container(), in_wsl(), tuple(sorted(self._families)))


def _named(where: Url) -> str:
    return f"[{where.host}]" if ":" in where.host else where.host
