"""Which addresses a check for an agent may dial."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

import pytest

from diagnose.agents.address_guard import GuardedNetwork
from probes.model.facts import Address
from probes.model.failure import Kind
from probes.network.failures import NetError
from probes.network.network import Network


@pytest.mark.parametrize(
    "ip", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "100.64.0.1"]
)
def test_a_private_address_is_not_dialled(ip: str) -> None:
    network = GuardedNetwork()
    with pytest.raises(NetError) as refused:
        asyncio.run(network.dial(Address("ipv6" if ":" in ip else "ipv4", ip), 9))
    assert refused.value.failure.kind is Kind.DENIED and network.refused


def test_the_users_proxy_may_be_private() -> None:
    literal, named = GuardedNetwork("10.0.0.7"), GuardedNetwork("proxy.corp")
    assert literal.allowed is not None and named.allowed is not None
    assert literal.allowed("10.0.0.7") and not literal.allowed("10.0.0.8") and not named.allowed("10.0.0.7")

    async def resolve(self: Network, host: str, port: int) -> tuple[Address, ...]:
        return (Address("ipv4", "10.0.0.7" if host == "proxy.corp" else "10.0.0.8"),)

    with patch.object(Network, "resolve", resolve):
        asyncio.run(named.resolve("proxy.corp", 3128))
        asyncio.run(named.resolve("stranger.example", 443))
    assert named.allowed("10.0.0.7") and not named.allowed("10.0.0.8")
