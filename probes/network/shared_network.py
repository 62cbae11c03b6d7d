"""What many runs have in common, done once: names looked up, lists of roots read, a door's pages fetched without a
key. Nothing that depends on a key is shared, and nothing that failed on its way.
"""

from __future__ import annotations

import ssl

from probes.model.facts import Address
from probes.model.settings import NodeSettings, Sourced
from probes.model.source import SourceKind
from probes.network.network import Network
from probes.network.single_flight import SingleFlight


class SharedNetwork(Network):
    """The network of many runs on one event loop."""

    def __init__(self) -> None:
        self.pages = SingleFlight()
        self._names = SingleFlight()
        self._trusts: dict[object, tuple[ssl.SSLContext, str]] = {}

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        found, _ = await self._names.take(host, lambda: Network.resolve(self, host, port), bool)
        return found

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        # Which line of a fleet's file names the roots makes no other list of them; that a variable does, may.
        from_variable = ca_bundle is not None and ca_bundle.source.kind is SourceKind.ENVIRONMENT
        roots = (ca_bundle.value if ca_bundle is not None else None, from_variable, on_node)
        if roots not in self._trusts:
            self._trusts[roots] = Network.trust(self, ca_bundle, on_node)
        return self._trusts[roots]

    def forget(self) -> None:
        """Another round begins: names and pages may be others by now. The lists of roots are kept."""
        self.pages, self._names = SingleFlight(), SingleFlight()
