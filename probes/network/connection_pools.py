"""The ways of one run: each is opened once, through the run's proxy or around it, and all share one trust."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path

from probes.catalog import node_runtime
from probes.model.settings import Settings
from probes.model.source import SourceKind
from probes.network import trust_stores
from probes.network.connection_pool import ConnectionPool
from probes.network.network import Network
from probes.network.proxy_tunnel import Proxy
from probes.network.trust_stores import system_context
from probes.urls.url import Url


class ConnectionPools:
    """``proxy`` is that of the run: whoever finds that it is none, or another, says so here. ``trust_name`` is
    ``system`` or the path of the file that holds the roots.
    """

    def __init__(self, given: Settings, network: Network, proxy: Proxy | None) -> None:
        self.network = network
        self.proxy = proxy
        self.trust_name = (given.ca_bundle.value if given.ca_bundle else "") or trust_stores.SYSTEM
        self._given = given
        self._trust: ssl.SSLContext | None = None
        self._opened: dict[tuple[str, str, int, bool], ConnectionPool] = {}

    def to(self, where: Url, direct: bool, beside: ConnectionPool | None = None) -> ConnectionPool:
        """The way to that place, opened once; ``beside`` is one that it takes the place of."""
        key = (where.scheme, where.host, where.port, direct)
        found = self._opened.get(key)
        if found is None or found is beside:
            chosen = None if direct else self.proxy
            context = self._context() if where.scheme == "https" or (chosen is not None and chosen.tls) else None
            if beside is not None:
                beside.close()
                found = beside.beside(proxy=chosen, tls=context)
            else:
                given = self._given
                found = ConnectionPool(
                    self.network, where, given.limits, proxy=chosen, connect_to=given.connect_to, tls=context
                )
            self._opened[key] = found
        return found

    def direct(self, pool: ConnectionPool) -> bool:
        """Whether this way goes around the run's proxy."""
        return pool.proxy is None and self.proxy is not None

    def go_on_trusting(self, trust: ssl.SSLContext, pool: ConnectionPool) -> None:
        """Take another trust for the rest of the run: a new way that has it takes the place of this one."""
        self._trust = trust
        self.to(pool.target, self.direct(pool), beside=pool)

    def other_roots(self) -> dict[str, Callable[[], ssl.SSLContext]]:
        """Lists of roots at hand that are not the app's own: that of SSL_CERT_FILE for Node, and the system's."""
        given, bundle = self._given, self._given.ca_bundle
        named = bundle.value if bundle is not None and bundle.source.kind is SourceKind.ENVIRONMENT else ""
        lists = {"system": system_context} if self.trust_name != trust_stores.SYSTEM else {}
        if named and node_runtime.runs(given.app) and not given.node.openssl_ca and Path(named).is_file():
            lists = {named: partial(ssl.create_default_context, cafile=named), **lists}
        return lists

    async def leave(self) -> None:
        """Close all of them."""
        for pool in self._opened.values():
            await pool.leave()

    def _context(self) -> ssl.SSLContext:
        """The run's one trust: reading the roots takes as long as a round trip."""
        if self._trust is None:
            given = self._given
            try:
                self._trust, self.trust_name = self.network.trust(given.ca_bundle, node_runtime.roots(given))
            except (OSError, ssl.SSLError):
                if given.ca_bundle is None or not trust_stores.unreadable(given.ca_bundle.value):
                    raise  # a list that came with this program: its installation is broken, and no verdict is right
                self._trust, self.trust_name = system_context(), "system"
        return self._trust
