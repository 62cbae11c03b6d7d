"""A cache that many runs share: DNS lookups, trust stores, what they say of a certificate chain, and the pages that a
door serves without a key.

Nothing that depends on a key is shared, and no failed request or lookup.
"""

from __future__ import annotations

import ssl
from collections.abc import Hashable

from probes.model.facts import Address
from probes.model.settings import NodeSettings, Sourced
from probes.model.source import SourceKind
from probes.network.network import Network
from probes.network.single_flight import SingleFlight


class SharedNetwork(Network):
    """A network that several runs on one event loop share."""

    def __init__(self, *, sparing: bool = False) -> None:
        self.sparing = sparing
        self.pages = SingleFlight()
        self.chains = SingleFlight()
        self._names = SingleFlight()
        self._contexts: dict[object, tuple[ssl.SSLContext, str]] = {}
        self._strict: dict[object, ssl.SSLContext | None] = {}

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the host's addresses from the cache, or look them up. Failed lookups are not kept."""
        addresses, _ = await self._names.take(host, lambda: Network.resolve(self, host, port), bool)
        return addresses

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        """Return the trust store and its name from the cache, or load it."""
        key = _store_of(ca_bundle, on_node)
        if key not in self._contexts:
            self._contexts[key] = Network.trust(self, ca_bundle, on_node)
        return self._contexts[key]

    def strict(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> ssl.SSLContext | None:
        """Return the trust store with a strict check of the chain from the cache, or load it."""
        key = _store_of(ca_bundle, on_node)
        if key not in self._strict:
            self._strict[key] = Network.strict(self, ca_bundle, on_node)
        return self._strict[key]

    def forget(self) -> None:
        """Forget what may change between rounds of runs: DNS lookups, pages and chains. Keep the trust stores."""
        self.pages, self.chains, self._names = SingleFlight(), SingleFlight(), SingleFlight()


def _store_of(ca_bundle: Sourced[str] | None, on_node: NodeSettings | None) -> Hashable:
    """Return what tells one trust store from another.

    The line of a fleet's file that names the CA bundle does not. Whether a variable names it does: SSL_CERT_FILE
    replaces the system's store, an option adds to it.
    """
    from_variable = ca_bundle is not None and ca_bundle.source.kind is SourceKind.ENVIRONMENT
    return ca_bundle.value if ca_bundle is not None else None, from_variable, on_node
