"""Open a tunnel through a proxy, with HTTP CONNECT or SOCKS 4, 4a and 5."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from probes.model.failure import Kind
from probes.model.note import Note, note
from probes.model.record import Record
from probes.network.failures import NetError
from probes.network.proxy_server import Proxy

SOCKS5_REPLIES = range(1, 9)  # the error codes that RFC 1928, section 6, defines
_SOCKS4_USER_ID = b"llmdoctor"  # SOCKS4 requests carry a user ID, and socksio does not accept an empty one
SOCKS4_REPLIES = range(91, 94)


class Pipe(Record):
    """A byte channel to a proxy, used while the tunnel is set up."""

    send: Callable[[bytes], Awaitable[None]]
    receive: Callable[[int], Awaitable[bytes]]

    async def exactly(self, size: int) -> bytes:
        """Read exactly ``size`` bytes. Raises NetError if the proxy closes the connection before that."""
        received = b""
        while len(received) < size:
            data = await self.receive(size - len(received))
            if not data:
                raise NetError(Kind.PROXY_PROTOCOL, note=note("socks_closed"))
            received += data
        return received


async def ask(pipe: Pipe, proxy: Proxy, host: str, port: int, limit: int) -> None:
    """Ask the proxy to connect to ``host:port``. The proxy resolves the name.

    ``limit`` is the maximum size of a CONNECT response head, in bytes. Raises NetError with PROXY_AUTH or PROXY_REFUSED
    if the proxy refuses, PROXY_PROTOCOL if the server does not speak the proxy's protocol, and NAME_INVALID if the name
    is too long for SOCKS.
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
        # A proxy sends nothing after the head until the client does, so this never reads bytes from the target host.
        data = await pipe.receive(4096)
        if not data:
            raise NetError(Kind.PROXY_PROTOCOL, note=note("connect_closed"))
        head += data
        if len(head) > limit or not b"HTTP/".startswith(head[:5]):
            break
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if not head.startswith(b"HTTP/") or len(words) < 2 or not re.fullmatch(rb"[0-9]{3}", words[1]):
        raise NetError(Kind.PROXY_PROTOCOL, note=note("connect_not_http"))
    status = int(words[1])
    head_text = head.decode("latin-1").replace("\r\n", "\n").partition("\n\n")[0][:400]
    if status == 407 or (status == 401 and proxy.authorization):  # tinyproxy answers 401 to a wrong password
        raise NetError(Kind.PROXY_AUTH, head_text)
    if not 200 <= status < 300:
        raise NetError(Kind.PROXY_REFUSED, head_text)
    # A successful CONNECT response has no body (RFC 9110, 9.3.6), so this one comes from a web server.
    if re.search(r"(?i)\ncontent-length: *[1-9]|\ntransfer-encoding: *chunked", head_text):
        raise NetError(Kind.PROXY_PROTOCOL, note=note("connect_web_server"))


async def _socks5(pipe: Pipe, proxy: Proxy, host: str, port: int) -> None:
    """Open a tunnel by RFC 1928, with RFC 1929 for user and password.

    The proxy resolves the name for ``socks5`` as for ``socks5h``, as it does with httpx.
    """
    from socksio import socks5

    none, password = socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED, socks5.SOCKS5AuthMethod.USERNAME_PASSWORD
    await pipe.send(socks5.SOCKS5AuthMethodsRequest([none, password] if proxy.user else [none]).dumps())
    chosen = (await _read_reply(pipe, 5, 2))[1:]
    if chosen == password.value and proxy.user:
        given = (proxy.user.encode()[:255], proxy.password.encode()[:255])
        await pipe.send(socks5.SOCKS5UsernamePasswordRequest(*given).dumps())
        if not socks5.SOCKS5UsernamePasswordReply.loads(await pipe.exactly(2)).success:
            raise NetError(Kind.PROXY_AUTH, note=note("socks5_password"))
    elif chosen != none.value:
        raise NetError(Kind.PROXY_AUTH, note=note("socks5_nobody"))
    request = socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host.partition("%")[0], port))
    try:
        await pipe.send(request.dumps())
        reply = await pipe.receive(1)
    except OSError:
        reply = b""
    if not reply:
        # The greeting has shown that this is a SOCKS server. `ssh -D` ends the connection without a reply if its other
        # side cannot reach the host (measured: OpenSSH 9.2).
        raise NetError(Kind.PROXY_REFUSED, note=note("socks5_no_reply"))
    code = (await _read_reply(pipe, 5, 2, reply))[1]
    if code:  # some servers send only these two bytes when they refuse
        raise NetError(Kind.PROXY_REFUSED, note=_reply(5, code, SOCKS5_REPLIES))
    family = (await pipe.exactly(2))[1]
    await pipe.exactly({1: 4, 4: 16}.get(family) or (await pipe.exactly(1))[0])
    await pipe.exactly(2)


async def _socks4(pipe: Pipe, proxy: Proxy, host: str, port: int) -> None:
    """Open a tunnel with SOCKS4 for an IPv4 address, with SOCKS4A for a name."""
    from socksio import socks4

    literal = None
    with suppress(ValueError):
        literal = ipaddress.ip_address(host.partition("%")[0])
    if literal is not None and literal.version == 6:
        raise NetError(Kind.PROXY_REFUSED, note=note("socks4_ipv6"))
    version = socks4.SOCKS4Request if literal is not None else socks4.SOCKS4ARequest
    request = version.from_address(socks4.SOCKS4Command.CONNECT, (host, port))
    await pipe.send(request.dumps(proxy.user.encode() or _SOCKS4_USER_ID))
    head = await _read_reply(pipe, 0, 8)
    if head[1] != 90:
        kind = Kind.PROXY_AUTH if head[1] in (92, 93) else Kind.PROXY_REFUSED
        raise NetError(kind, note=_reply(4, head[1], SOCKS4_REPLIES))


def _reply(version: int, code: int, known: range) -> Note:
    return note(f"socks{version}_reply_{code}") if code in known else note("socks_reply", version=version, code=code)


async def _read_reply(pipe: Pipe, version: int, size: int, head: bytes = b"") -> bytes:
    """Read a reply of ``size`` bytes, of which ``head`` is the first one if it was read already.

    Raises NetError if it does not begin with the version number, as in SOCKS.
    """
    head = head or await pipe.exactly(1)
    if head[0] != version:
        head += (await pipe.receive(64)) if head in (b"H", b"<") else b""
        raise NetError(Kind.PROXY_PROTOCOL, note=note("not_socks", answer=repr(head[:40].decode("latin-1"))))
    return head + await pipe.exactly(size - 1)
