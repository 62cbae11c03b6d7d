"""The ``tcp`` probe: connect to one of the addresses."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from probes.config_formats.files import SkippedFile, text_of
from probes.model.facts import TcpFacts
from probes.model.run_memory import remembered
from probes.network.connection_pool import ConnectionPool

_SIOCGIFADDR = 0x8915  # linux/sockios.h


async def measure(pool: ConnectionPool, spare: int = 0) -> TcpFacts:
    """Dial the addresses, with ``spare`` sockets for further connections beside the first.

    ``connected`` in the result is None if none answered; the dials then hold the reasons.
    """
    good, dials, local = await pool.dial(spare)
    return TcpFacts(pool.dial_host, pool.dial_port, dials, good, local, pool.proxy is not None, interface(local))


@remembered(16)
def interface(local: str) -> str:
    """Return the network interface with this IP address (``eth0``, ``tun0``); empty if unknown or not on Linux."""
    if sys.platform != "linux" or not local:
        return ""
    import fcntl

    address = ipaddress.ip_address(local.partition("%")[0])
    with suppress(OSError, SkippedFile):
        if address.version == 6:
            rows = (line.split() for line in (text_of(Path("/proc/net/if_inet6")) or "").splitlines())
            return next((row[-1] for row in rows if bytes.fromhex(row[0]) == address.packed), "")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_socket:
            for _, name in socket.if_nameindex():
                with suppress(OSError):  # this interface has no IPv4 address
                    row = fcntl.ioctl(probe_socket, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                    if row[20:24] == address.packed:
                        return name
    return ""
