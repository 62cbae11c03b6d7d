"""The connection pools of one run: one per target, through the proxy or direct. All use the same trust store."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from probes.catalog import node_runtime
from probes.model.settings import SYSTEM, Settings
from probes.model.source import SourceKind
from probes.network import trust_stores
from probes.network.connection_pool import ConnectionPool
from probes.network.network import Network
from probes.network.proxy_server import Proxy
from probes.network.trust_stores import system_context
from probes.urls.url import Url


class ConnectionPools:
    """The connection pools of one run.

    ``proxy`` is the run's proxy. Callers replace it if a check finds out that the server on that port speaks another
    protocol, or is no proxy. ``trust_name`` names the trust store: ``system``, ``certifi`` or the path of a CA bundle.
    """

    def __init__(self, given: Settings, network: Network, proxy: Proxy | None) -> None:
        self.network = network
        self.proxy = proxy
        self.trust_name = given.trust_name
        self._given = given
        self._trust: ssl.SSLContext | None = None
        self._opened: dict[tuple[str, str, int, bool], ConnectionPool] = {}

    def to(self, where: Url, direct: bool, beside: ConnectionPool | None = None) -> ConnectionPool:
        """Return the pool for a target, created on first use. ``direct`` bypasses the proxy.

        If ``beside`` is the pool in use, close it and replace it by a copy with the current proxy and trust store. The
        copy dials the same address, for ``where`` instead of its own target.
        """
        key = (where.scheme, where.host, where.port, direct)
        pool = self._opened.get(key)
        if pool is None or pool is beside:
            chosen = None if direct else self.proxy
            context = self._context() if where.scheme == "https" or (chosen is not None and chosen.tls) else None
            if beside is not None:
                beside.close()
                pool = beside.beside(target=where, proxy=chosen, tls=context)
            else:
                given = self._given
                pool = ConnectionPool(
                    self.network, where, given.limits, proxy=chosen, connect_to=given.connect_to, tls=context
                )
            self._opened[key] = pool
        return pool

    def direct(self, pool: ConnectionPool) -> bool:
        """Check whether this pool bypasses the run's proxy."""
        return pool.proxy is None and self.proxy is not None

    def go_on_trusting(self, trust: ssl.SSLContext, pool: ConnectionPool) -> None:
        """Use another trust store for the rest of the run, and replace ``pool`` by one that has it."""
        self._trust = trust
        self.to(pool.target, self.direct(pool), beside=pool)

    def other_roots(self) -> dict[str, Callable[[], ssl.SSLContext]]:
        """Return trust stores that the app does not use, by name, as functions that load them.

        They are the system's store and, for an app on Node, the file that SSL_CERT_FILE names.
        """
        given, bundle = self._given, self._given.ca_bundle
        named = bundle.value if bundle is not None and bundle.source.kind is SourceKind.ENVIRONMENT else ""
        stores = {"system": system_context} if self.trust_name != SYSTEM else {}
        if named and node_runtime.runs(given.app) and not given.node.openssl_ca and Path(named).is_file():
            stores = {named: partial(trust_stores.of_file, named), **stores}
        return stores

    def strict_context(self) -> ssl.SSLContext | None:
        """Return the run's trust store with a strict check of the chain; None if there is none or it cannot be read."""
        with suppress(OSError, ssl.SSLError):
            return self.network.strict(self._given.ca_bundle, node_runtime.roots(self._given))
        return None

    async def leave(self) -> None:
        """Close all pools and wait until their pending connections have ended."""
        for pool in self._opened.values():
            await pool.leave()

    def _context(self) -> ssl.SSLContext:
        """Return the run's SSL context, loaded once: reading the CA certificates takes as long as a round trip."""
        if self._trust is None:
            given = self._given
            try:
                self._trust, self.trust_name = self.network.trust(given.ca_bundle, node_runtime.roots(given))
            except (OSError, ssl.SSLError):
                if given.ca_bundle is None or not trust_stores.unreadable(given.ca_bundle.value):
                    raise  # certifi's file is unreadable: the installation is broken, and any finding would be wrong
                self._trust, self.trust_name = system_context(), "system"
        return self._trust
