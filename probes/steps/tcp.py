"""tcp: a connection to one of the addresses."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from probes.model.facts import TcpFacts
from probes.network.connection_pool import ConnectionPool

_SIOCGIFADDR = 0x8915  # linux/sockios.h


async def measure(pool: ConnectionPool) -> TcpFacts:
    """How each address fared. ``connected`` is None where none answered: the first dial's kind says how."""
    good, dials, local = await pool.dial()
    return TcpFacts(pool.dial_host, pool.dial_port, dials, good, local, pool.proxy is not None, interface(local))


def interface(local: str) -> str:
    """The network interface that has this address (``eth0``, ``tun0``); empty where the system does not tell easily."""
    if sys.platform != "linux" or not local:
        return ""
    import fcntl

    address = ipaddress.ip_address(local.partition("%")[0])
    with suppress(OSError):
        if address.version == 6:
            rows = (line.split() for line in Path("/proc/net/if_inet6").read_text("ascii").splitlines())
            return next((row[-1] for row in rows if bytes.fromhex(row[0]) == address.packed), "")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            for _, name in socket.if_nameindex():
                with suppress(OSError):  # one without an address
                    row = fcntl.ioctl(asked, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                    if row[20:24] == address.packed:
                        return name
    return ""
