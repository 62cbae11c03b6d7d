"""Check the connection of a run step by step (proxy, DNS, TCP, TLS), then the API behind it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from probes.catalog import node_runtime
from probes.model.evidence import NO_CRYPTOGRAPHY, HostEnvironment, Subject
from probes.model.exchange import Purpose
from probes.model.facts import Address, DirectFacts, LocalityFacts, TcpFacts, TlsFacts, TunnelFacts
from probes.model.failure import Failure, Kind
from probes.model.note import note
from probes.model.record import replace
from probes.model.scrubber import Scrubber
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.network.failures import NetError
from probes.network.network import Network
from probes.network.trust_stores import certifi_context, unreadable
from probes.run.api_checks import ApiChecks
from probes.run.host_environment import host_environment
from probes.run.key_policy import decide
from probes.run.offline_checks import OfflineChecks
from probes.run.plan import first_round
from probes.steps import dns, proxy_connection, tcp, tls
from probes.steps.recorder import Recorder
from probes.urls.addresses import literal_address, private_address
from probes.urls.url import Url, parse_url

# Kinds of dial failures, the most informative first: a refusal over IPv4 matters more than a machine without IPv6.
_TELLING = (Kind.REFUSED, Kind.RESET, Kind.TIMEOUT, Kind.DENIED, Kind.UNREACHABLE)


class ConnectionChecks:
    """The connection checks of one run. The recorder keeps the facts of each step; ``api`` holds the API checks."""

    def __init__(
        self, offline: OfflineChecks, recorder: Recorder, scrub: Scrubber, network: Network, version: str
    ) -> None:
        self._offline = offline
        self._recorder = recorder
        self._facts = offline.facts  # about the host, as far as they are known
        self.pools = ConnectionPools(offline.given, network, offline.proxy)
        self.api = ApiChecks(offline, recorder, scrub, self.pools, version)
        self._families: set[str] = set()
        self._tried_directly = False

    async def run(self) -> None:
        """Run the steps in order and then the API checks; stop at the first step that fails."""
        offline, recorder = self._offline, self._recorder
        where = offline.target
        assert where is not None and self._facts is not None, "the run has ended before"
        self._check_ca_bundle()
        if self.pools.proxy is not None and not node_runtime.heeds(offline.given):
            await self._try_directly_first(where)
        pool = self.pools.to(where, False)
        direct: ConnectionPool | None = None
        lost = await self._reach(pool) or await self._enter_proxy(pool)
        if lost and self.pools.proxy is not None:
            is_private = await self._is_private(where)
            direct = self.pools.to(where, True)
            found = await self._check_directly(where)
            # A private host that is reached directly needs no proxy. A proxy that wants a password was set on purpose.
            wanted = any(
                one.failure is not None and one.failure.kind is Kind.PROXY_AUTH for one in recorder.observations
            )
            if is_private and not wanted and found is not None and (found.kind is None or found.probe == "tls"):
                lost = ""
        elif self.pools.proxy is not None and where.scheme == "http":
            await self._is_private(where)  # the proxy's response may be about a private host
        if lost:
            recorder.close(lost)
            return
        pool = direct or self.pools.to(where, False)
        base = await self._run_tls(pool)
        if base is None:
            recorder.close("tls")
            return
        there = parse_url(base)
        if there.scheme != pool.target.scheme:
            # The same address for the other scheme: another lookup of the name might lead elsewhere.
            self.pools.to(there, self.pools.direct(pool), beside=pool)
        if offline.given.login is not None and not offline.keys.forms:
            # Only the app may use its login; without it, an API answers nothing that helps.
            recorder.close("", "federation" if offline.given.login.kind == "workload" else "login")
            return
        await self.api.ask(self.pools.to(there, self.pools.direct(pool)), base, self._facts)
        await self._look_at_companions()
        if pool.proxy is not None and not pool.enters and self.api.working is None:
            # For plain HTTP, a proxy refuses by a response, so only now is a direct connection worth a try.
            await self._check_directly(where)

    async def _look_at_companions(self) -> None:
        """Look at the other hosts that the named app needs, unless the run does not stand for the app's own network."""
        given, facts, recorder = self._offline.given, self._facts, self._recorder
        if given.app is None or facts is None or facts.host.local or given.connect_to:
            return
        from probes.steps import companions  # few apps need other hosts

        login, sparing = facts.key.token is not None, self.pools.network.sparing
        if found := companions.worth_a_look(given.app, login, facts.host.name, given.switches, sparing):
            at = next((one.ended for one in recorder.observations if one.subject is Subject.DOOR), 0.0)
            for one in await companions.measure(found, self.pools.to):
                recorder.done(Subject.COMPANION, one.host, one, at, at)

    async def _try_directly_first(self, where: Url) -> None:
        """For apps that ignore proxy variables: connect directly first; use the proxy only if that fails."""
        found = await self._check_directly(where)
        if found is not None and (found.kind is None or (found.probe == "tls" and found.kind in tls.TELLING)):
            self.pools.proxy = None

    async def _check_directly(self, where: Url) -> DirectFacts | None:
        """Check once how far the host can be reached without the proxy; None if the check itself failed."""
        if not self._tried_directly:
            self._tried_directly = True
            await self._recorder.take(Subject.DIRECT, "", proxy_connection.directly(self.pools.to(where, True)))
        return self._recorder.one(DirectFacts, Subject.DIRECT)

    async def _reach(self, pool: ConnectionPool) -> str:
        """Run the DNS and TCP steps, for the proxy if there is one. Return the failed probe or an empty string."""
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
        """Connect to one of the addresses. Raises NetError, with the dialled addresses, if none accepts."""
        found = await tcp.measure(pool, self._spare_sockets(pool))
        self._families.update(dial.address.family for dial in found.dials)
        if found.connected is None:
            kind = next((kind for kind in _TELLING if any(dial.kind is kind for dial in found.dials)), Kind.OTHER)
            raise NetError(kind, facts=found)
        return found

    def _spare_sockets(self, pool: ConnectionPool) -> int:
        """Return how many sockets to dial beside the first one.

        If all are dialled at once, the requests of the first round cost no round trip more than a single one.
        """
        if pool.target.scheme == "http":
            first = pool.addresses[0] if pool.addresses else literal_address(pool.dial_host)
            if first is None or _is_loopback(first):
                return 0
        return self._additional_connections(pool, self._base())

    async def _enter_proxy(self, pool: ConnectionPool) -> str:
        """Connect through the proxy. Return the failed probe or an empty string.

        If the proxy's port speaks another proxy protocol than its setting says, use that one.
        """
        recorder = self._recorder
        if (
            pool.proxy is None
            or not pool.enters
            or await recorder.take(Subject.TUNNEL, "", proxy_connection.enter(pool)) is not None
        ):
            return ""
        why = recorder.failure(Subject.TUNNEL)
        if why is None or not proxy_connection.doubtful(why):
            return "proxy"
        began = recorder.now()
        speaks = await proxy_connection.identify(pool)
        if not speaks:
            return "proxy"
        where = pool.target
        facts = TunnelFacts(pool.proxy.scheme, where.host, where.port, speaks)
        recorder.done(Subject.PROXY_PORT, "", facts, began)
        if speaks == proxy_connection.WEB:
            return "proxy"
        self.pools.proxy = replace(pool.proxy, scheme=speaks)
        meant = self.pools.to(where, False, beside=pool)
        entered = await recorder.take(Subject.OTHER_TUNNEL, "", proxy_connection.enter(meant))
        return "" if entered is not None else "proxy"

    async def _is_private(self, where: Url) -> bool:
        """Check whether the host is private: by its name or, if it is no known door, by its addresses.

        A failed lookup is no finding, because resolving the name may be the proxy's task.
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
        if not found or not all(private_address(one.ip) for one in found):
            return False
        self._facts = replace(facts, host=replace(facts.host, local=True))
        self._recorder.done(Subject.LOCALITY, where.host, LocalityFacts(where.host, tuple(found)), began)
        return True

    async def _run_tls(self, pool: ConnectionPool) -> str | None:
        """Run the TLS step on the connection of the TCP step. Return the base URL to continue with; None if TLS failed.

        The base URL has the scheme ``http`` if the port speaks plain HTTP.
        """
        recorder, where, mended = self._recorder, pool.target, self._base()
        if where.scheme == "http":
            recorder.spared(Subject.HANDSHAKE, "not_tls")
            if pool.good is not None and not _is_loopback(pool.good):
                with suppress(NetError):
                    await pool.first_connection()
                    pool.warm(self._additional_connections(pool, mended))
            return mended
        pool.warm(self._additional_connections(pool, mended))
        facts = await recorder.take(
            Subject.HANDSHAKE, where.host, tls.measure(pool, self.pools.trust_name, self.pools.strict_context)
        )
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
                # Another trust store accepts the certificate: the app's is outdated or incomplete. The run continues.
                self.pools.go_on_trusting(other, pool)
                return mended
        if kind in (Kind.TLS_HANDSHAKE, Kind.TLS_RESET):
            await self._show_certificate(pool)
        if kind not in (Kind.TLS_NOT_TLS, Kind.TLS_RESET, Kind.TIMEOUT):
            return None
        pool.close()  # a server that serves one connection at a time waits for the end of those that are open
        plain = await tls.speaks_plain_http(pool, kind is Kind.TLS_NOT_TLS)
        if plain is tls.PlainAnswer.CLOSED:
            recorder.failed(Subject.PLAIN_HTTP, "", Failure(Kind.CLOSED), recorder.now())
        if plain is tls.PlainAnswer.HTTP:
            recorder.done(Subject.PLAIN_HTTP, "", TlsFacts(where.host, self.pools.trust_name), recorder.now())
            return f"http://{_named(where)}:{where.port}{where.path}"
        return None

    def _base(self) -> str:
        """Return the base URL as it is requested: without what cannot be part of one."""
        url = self._offline.exams.url
        base = url.literal or url.mended
        assert base is not None
        return base

    async def _show_certificate(self, pool: ConnectionPool) -> None:
        """Check, and record, whether the server ends the handshake since it wants a certificate of the client's."""
        from probes.network.client_certificate import wants_certificate  # only for a handshake that the server ended

        began = self._recorder.now()
        try:
            said = await wants_certificate(pool)
        except ImportError:
            self._recorder.spared(Subject.CLIENT_CERTIFICATE, NO_CRYPTOGRAPHY)
            return
        if said:
            self._recorder.failed(Subject.CLIENT_CERTIFICATE, "", Failure(Kind.TLS_WANTS_CERTIFICATE, said), began)

    async def _look(self, pool: ConnectionPool, why: Kind) -> TlsFacts:
        found = await tls.look(pool, self.pools.trust_name, why, self.pools.other_roots())
        if found is None:
            raise NetError(Kind.TLS_OTHER, note=note("no_certificate"))
        return found

    def _additional_connections(self, pool: ConnectionPool, base: str) -> int:
        """Return how many connections the first round needs in addition to the first one.

        If they are opened at the same time, they cost no additional round trip.
        """
        if self._offline.given.no_spend:  # no answer is requested
            return 0
        assert self._facts is not None
        policy = decide(self._offline.keys, self.api.route(pool.target, self._facts.host.local))
        chat = [one for one in first_round(self._offline, base, self._facts, policy) if one.purpose == Purpose.CHAT]
        return 0 if not chat else 1 if chat[0].after_list else 2

    def _check_ca_bundle(self) -> None:
        """Check that the CA bundle in SSL_CERT_FILE can be loaded.

        Clients load it even for http:// URLs, so an unreadable file makes every call fail.
        """
        bundle = self._offline.given.ca_bundle
        if bundle is None or node_runtime.runs(self._offline.given.app):
            return
        began = self._recorder.now()
        if said := unreadable(bundle.value):
            why = Failure(Kind.NO_ROOTS, f"{bundle.value}: {said}")
            self._recorder.failed(Subject.CA_BUNDLE, str(bundle.source), why, began)

    def host_environment(self) -> HostEnvironment:
        """Return the environment of the run: proxy, trust store, container and address families."""
        return host_environment(self.pools.proxy, self.pools.trust_name, tuple(sorted(self._families)))


def _is_loopback(address: Address) -> bool:
    return address.ip.startswith(("127.", "::1"))


def _named(where: Url) -> str:
    return f"[{where.host}]" if ":" in where.host else where.host
