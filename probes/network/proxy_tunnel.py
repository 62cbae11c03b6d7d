"""Through a proxy: how a connection to a host is asked of it, in HTTP (CONNECT) or in SOCKS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from probes.model.failure import Kind
from probes.model.note import Note, note
from probes.network.failures import NetError

SOCKS = {"socks4": 4, "socks4a": 4, "socks5": 5, "socks5h": 5}
SOCKS5_REPLIES = range(1, 9)  # RFC 1928, section 6: those that have a meaning there
_NOBODY = b"llmdoctor"  # SOCKS4 wants a user's name; socksio takes an empty one for none
SOCKS4_REPLIES = range(91, 94)


@dataclass(slots=True)
class Proxy:
    """A proxy on the way. ``scheme`` is ``http``, ``https`` or one of :data:`SOCKS`; the credentials are secrets."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)
    scheme: str = "http"
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def socks(self) -> int:
        """The version of SOCKS; 0: it speaks HTTP."""
        return SOCKS.get(self.scheme, 0)

    @property
    def tls(self) -> bool:
        """Whether it is itself spoken to in TLS."""
        return self.scheme == "https"

    @property
    def url(self) -> str:
        """Without credentials."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{name}:{self.port}"


@dataclass(slots=True)
class Pipe:
    """Bytes to a proxy and from it, before anything is spoken through it."""

    send: Callable[[bytes], Awaitable[None]]
    receive: Callable[[int], Awaitable[bytes]]

    async def exactly(self, size: int) -> bytes:
        """Raises NetError where the other end closes before that many bytes have come."""
        found = b""
        while len(found) < size:
            data = await self.receive(size - len(found))
            if not data:
                raise NetError(Kind.PROXY_PROTOCOL, note=note("socks_closed"))
            found += data
        return found


async def ask(pipe: Pipe, proxy: Proxy, host: str, port: int, limit: int) -> None:
    """Have the proxy connect to ``host:port``; it looks the name up itself. ``limit`` is that of its answer, in bytes.

    Raises NetError: PROXY_AUTH, PROXY_REFUSED, or PROXY_PROTOCOL for what is no such proxy.
    """
    if proxy.socks and len(host) > 255:
        raise NetError(Kind.NAME_INVALID, note=note("socks_too_long"))
    try:
        if proxy.socks == 5:
            await _socks5(pipe, proxy, host, port)
        elif proxy.socks == 4:
            await _socks4(pipe, proxy, host, port)
        else:
            await _connect(pipe, proxy, host, port, limit)
    except OSError as error:
        raise NetError(Kind.PROXY_PROTOCOL, note=note("broke_off")) from error


async def _connect(pipe: Pipe, proxy: Proxy, host: str, port: int, limit: int) -> None:
    name = f"[{host}]" if ":" in host else host
    lines = [f"CONNECT {name}:{port} HTTP/1.1", f"Host: {name}:{port}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    await pipe.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
    head = b""
    while b"\r\n\r\n" not in head and b"\n\n" not in head:
        # A proxy sends nothing after its head before the client speaks: what is read is the head alone.
        data = await pipe.receive(4096)
        if not data:
            raise NetError(Kind.PROXY_PROTOCOL, note=note("connect_closed"))
        head += data
        if len(head) > limit or not b"HTTP/".startswith(head[:5]):
            break
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if not head.startswith(b"HTTP/") or len(words) < 2 or not words[1].isdigit():
        raise NetError(Kind.PROXY_PROTOCOL, note=note("connect_not_http"))
    status = int(words[1])
    said = head.decode("latin-1").replace("\r\n", "\n").partition("\n\n")[0][:400]
    if status == 407 or (status == 401 and proxy.authorization):  # tinyproxy says so of a wrong password
        raise NetError(Kind.PROXY_AUTH, said)
    if not 200 <= status < 300:
        raise NetError(Kind.PROXY_REFUSED, said)
    if re.search(r"(?i)\ncontent-length: *[1-9]|\ntransfer-encoding: *chunked", said):  # RFC 9110, 9.3.6
        raise NetError(Kind.PROXY_PROTOCOL, note=note("connect_web_server"))


async def _socks5(pipe: Pipe, proxy: Proxy, host: str, port: int) -> None:
    """RFC 1928, and RFC 1929 for the password. The name goes as it is: httpx asks so for socks5 and socks5h alike."""
    from socksio import socks5

    none, password = socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED, socks5.SOCKS5AuthMethod.USERNAME_PASSWORD
    await pipe.send(socks5.SOCKS5AuthMethodsRequest([none, password] if proxy.user else [none]).dumps())
    chosen = (await _spoken(pipe, 5, 2))[1:]
    if chosen == password.value and proxy.user:
        given = (proxy.user.encode()[:255], proxy.password.encode()[:255])
        await pipe.send(socks5.SOCKS5UsernamePasswordRequest(*given).dumps())
        if not socks5.SOCKS5UsernamePasswordReply.loads(await pipe.exactly(2)).success:
            raise NetError(Kind.PROXY_AUTH, note=note("socks5_password"))
    elif chosen != none.value:
        raise NetError(Kind.PROXY_AUTH, note=note("socks5_nobody"))
    asked = socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host.partition("%")[0], port))
    await pipe.send(asked.dumps())
    said = (await _spoken(pipe, 5, 2))[1]
    if said:  # some servers send no more than this where they refuse
        raise NetError(Kind.PROXY_REFUSED, note=_reply(5, said, SOCKS5_REPLIES))
    family = (await pipe.exactly(2))[1]
    await pipe.exactly({1: 4, 4: 16}.get(family) or (await pipe.exactly(1))[0])
    await pipe.exactly(2)


async def _socks4(pipe: Pipe, proxy: Proxy, host: str, port: int) -> None:
    """SOCKS4 for an IPv4 address, SOCKS4A for a name."""
    from socksio import socks4

    literal = None
    with suppress(ValueError):
        literal = ipaddress.ip_address(host.partition("%")[0])
    if literal is not None and literal.version == 6:
        raise NetError(Kind.PROXY_REFUSED, note=note("socks4_ipv6"))
    request = socks4.SOCKS4Request if literal is not None else socks4.SOCKS4ARequest
    asked = request.from_address(socks4.SOCKS4Command.CONNECT, (host, port))
    await pipe.send(asked.dumps(proxy.user.encode() or _NOBODY))
    head = await _spoken(pipe, 0, 8)
    if head[1] != 90:
        kind = Kind.PROXY_AUTH if head[1] in (92, 93) else Kind.PROXY_REFUSED
        raise NetError(kind, note=_reply(4, head[1], SOCKS4_REPLIES))


def _reply(version: int, code: int, known: range) -> Note:
    return note(f"socks{version}_reply_{code}") if code in known else note("socks_reply", version=version, code=code)


async def _spoken(pipe: Pipe, version: int, size: int) -> bytes:
    """An answer of ``size`` bytes that begins with the version's number; others are no SOCKS."""
    head = await pipe.exactly(1)
    if head[0] != version:
        head += (await pipe.receive(64)) if head in (b"H", b"<") else b""
        raise NetError(Kind.PROXY_PROTOCOL, note=note("not_socks", answer=repr(head[:40].decode("latin-1"))))
    return head + await pipe.exactly(size - 1)
