"""Keep a check that an agent leads to a public host from connecting to this machine or to a private network."""

from __future__ import annotations

from probes.model.facts import Address
from probes.network.network import Network
from probes.urls.addresses import is_public, literal_address


class GuardedNetwork(Network):
    """A network that dials public addresses only, and the user's own proxy.

    The address decides and not the name: any name may lead to a private one. ``refused`` says that one was not dialled.
    """

    def __init__(self, proxy_host: str | None = None) -> None:
        super().__init__(self._may_dial)
        self._proxy_host = proxy_host
        literal = literal_address(proxy_host) if proxy_host else None
        self._of_proxy = {literal.ip} if literal is not None else set()
        self.refused = False

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        found = await super().resolve(host, port)
        if host == self._proxy_host:
            self._of_proxy |= {one.ip for one in found}
        return found

    def _may_dial(self, ip: str) -> bool:
        allowed = is_public(ip) or ip in self._of_proxy
        self.refused |= not allowed
        return allowed
