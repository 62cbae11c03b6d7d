"""Servers for planted folders, which keep every byte that they receive, and a network whose names lead to them."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.server import Answer, Reply, Request, head
from probes.model.facts import Address
from probes.model.failure import Kind
from probes.model.record import replace
from probes.network.failures import NetError
from probes.network.network import Network

# Who stands behind an address. The port matters on this machine only.
STRANGER, RELAY, VENDOR, OFFICE = "stranger", "relay", "vendor", "office proxy"
ROLES = (STRANGER, RELAY, VENDOR, OFFICE)
PUBLIC, INTRANET, NUMBER = "93.184.216.34", "10.6.6.6", "8.8.8.8"  # three addresses of the stranger
_ADDRESSES = {
    PUBLIC: STRANGER,
    INTRANET: STRANGER,
    NUMBER: STRANGER,
    "127.0.0.1:4000": STRANGER,
    "::1:4000": STRANGER,
    "::ffff:127.0.0.1:4000": STRANGER,
    "23.192.0.1": RELAY,
    "127.0.0.1:8080": RELAY,
    "10.7.7.7": RELAY,
    "23.192.0.2": VENDOR,
    "23.192.0.3": OFFICE,
}
_NAMES = {
    "stranger.example": PUBLIC,
    "llm.corp": PUBLIC,  # sounds private, but is not
    "https": PUBLIC,  # the host of https://https://…, which a search domain may hold
    "wss": PUBLIC,
    "api.openai.com.stranger.example": PUBLIC,
    "more.stranger.example": PUBLIC,
    "inner.stranger.example": INTRANET,
    "localhost": "127.0.0.1",
    "llm.lan": "10.7.7.7",
    "api.x.ai": PUBLIC,  # a stranger to the key of another provider
    "relay.example": "23.192.0.1",
    "api.openai.com": "23.192.0.2",
    "api.anthropic.com": "23.192.0.2",
    "api.deepseek.com": "23.192.0.2",
    "generativelanguage.googleapis.com": "23.192.0.2",
    "office.example": "23.192.0.3",
}
_HELLO = b"\x16"  # the first byte of a TLS connection
_SOCKS = b"\x05"


class Trap:
    """A server that plays an API, an HTTP proxy and a SOCKS proxy on one port, with or without TLS.

    It accepts every key, or with ``refuses`` none. As a proxy, it answers in the place of the host that it is asked for. ``heard`` is everything
    that it received, decrypted, with the host names of TLS handshakes. ``host`` returns the certificate for a host name
    and the record of whoever can read what is sent to it.
    """

    def __init__(self, host: Callable[[str], tuple[ssl.SSLContext, bytearray]]) -> None:
        self.heard = bytearray()
        self.host = host
        self.refuses = False
        self.open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="trap", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # wakes accept() on Linux; close() does it elsewhere
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self.open):
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=_Caught(self, sock).serve, name="trap", daemon=True).start()


class _Caught:
    """One connection to a trap."""

    def __init__(self, trap: Trap, sock: socket.socket) -> None:
        self._trap, self._sock, self._heard = trap, sock, trap.heard
        trap.open.add(sock)

    def serve(self) -> None:
        """Play proxy and API, as the client wishes, until it hangs up."""
        raw = self._sock
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            more = True
            while more:
                first = b"" if isinstance(self._sock, ssl.SSLSocket) else self._sock.recv(1, socket.MSG_PEEK)
                if first == _HELLO:
                    self._encrypt()
                elif first == _SOCKS:
                    self._socks()
                else:
                    more = self._exchange()
        except (OSError, EOFError):
            pass
        finally:
            self._trap.open -= {raw, self._sock}
            self._sock.close()

    def _encrypt(self) -> None:
        def choose(tls: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            self._trap.heard += f"<{name}>".encode()
            tls.context, self._heard = self._trap.host(name or "")

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = choose
        encrypted = context.wrap_socket(self._sock, server_side=True, do_handshake_on_connect=False)
        self._trap.open.discard(self._sock)
        self._trap.open.add(encrypted)
        self._sock = encrypted
        encrypted.do_handshake()

    def _read(self, size: int) -> bytes:
        return self._until(lambda data: len(data) >= size, size)

    def _line(self, end: bytes) -> bytes:
        return self._until(lambda data: data.endswith(end), 1)

    def _until(self, done: Callable[[bytes], bool], size: int) -> bytes:
        """Read until done, at most ``size`` bytes at a time, and keep it in one piece: connections are read at once."""
        data = b""
        try:
            while not done(data):
                if not (more := self._sock.recv(size - len(data) if size > 1 else 1)):
                    raise EOFError
                data += more
        finally:
            self._heard += data
        return data

    def _socks(self) -> None:
        """Accept a user's name and password (RFC 1929) or none, and the connection (RFC 1928)."""
        methods = self._read(self._read(2)[1])
        self._sock.sendall(b"\5" + (b"\2" if 2 in methods else b"\0"))
        if 2 in methods:
            self._read(self._read(2)[1])
            self._read(self._read(1)[0])
            self._sock.sendall(b"\1\0")
        kind = self._read(4)[3]
        self._read({1: 4, 4: 16}.get(kind) or self._read(1)[0])
        self._read(2)
        self._sock.sendall(b"\5\0\0\1" + bytes(6))

    def _exchange(self) -> bool:
        """Answer one request; return whether another may follow on the connection."""
        first, *rest = self._line(b"\r\n\r\n").decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, *_ = [*first.split(" "), "/", ""]
        headers = tuple((name, value.strip()) for name, _, value in (row.partition(":") for row in rest))
        lower = {name.lower(): value for name, value in headers}
        body = b""
        if "chunked" in lower.get("transfer-encoding", ""):
            while size := int(self._line(b"\r\n"), 16):
                body += self._read(size + 2)[:-2]
            self._line(b"\r\n")
        body = body or self._read(int(lower.get("content-length", "0")))
        if method == "CONNECT":
            self._sock.sendall(head(200))
            return True
        reply = _REFUSAL if self._trap.refuses else _api(Request(method, target, headers, body, ("", 0), 0.0, 0))
        assert isinstance(reply, Reply)
        steps = [reply.body] if isinstance(reply.body, bytes) else [one for one in reply.body if isinstance(one, bytes)]
        content = b"".join(steps)
        self._sock.sendall(head(reply.status, (*reply.headers, ("Content-Length", str(len(content))))))
        self._sock.sendall(b"" if method == "HEAD" else content)
        return lower.get("connection", "").lower() != "close"


def _api(request: Request) -> Answer:
    """Answer as a healthy API of every protocol that takes every key, below any path."""
    path = re.sub(r"^.*?(?=/(?:v\d\w*|openai|api)/)", "", request.path)
    if path.startswith("/v1beta"):
        speaks = _GEMINI
    elif path.startswith("/api/"):
        speaks = _OLLAMA
    elif path.startswith("/openai/"):
        speaks = _AZURE
    elif path.endswith("/responses"):
        speaks = _RESPONSES
    else:
        claude = request.header("anthropic-version") or path.endswith("/messages")
        speaks = _ANTHROPIC if claude else _OPENAI
    if (
        request.method == "POST"
        and path.endswith(("completions", "responses", "messages"))
        and not _names_model(request)
    ):
        return answers.as_json({"error": {"message": "you must provide a model parameter"}}, 400)
    _, question, query = request.target.partition("?")
    return speaks(replace(request, target=path + question + query))


def _names_model(request: Request) -> bool:
    return "model" in request.json() or "/deployments/" in request.path


_REFUSAL = answers.as_json({"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}, 401)
_OPENAI = b.openai(models=(), listing=answers.model_list(answers.MODELS))
_RESPONSES = b.responses(models=answers.MODELS)
_ANTHROPIC = b.anthropic(models=answers.CLAUDES)
_GEMINI, _OLLAMA, _AZURE = b.gemini(), b.ollama(), b.azure()


class TrappedNetwork:
    """The traps of all roles, and what was asked and dialled. Names and addresses of the internet lead to them.

    ``public_ca`` is the file of roots that every user trusts, ``strangers_ca`` the text of a file with the stranger's
    root beside it. ``forges`` is whether a server on the way to another host forges that host's certificate; else it
    passes the connection on, and reads nothing.
    """

    def __init__(self, public: Authority, other: Authority, stack: ExitStack) -> None:
        names = [name for name in _NAMES if name != "localhost"]
        self._trusted = public.context("good", *names, PUBLIC, INTRANET, NUMBER, "127.0.0.1")
        self._forged = other.context("good", *names)
        self.public_ca = public.ca_pem
        self.strangers_ca = "".join(Path(one.ca_pem).read_text("ascii") for one in (public, other))
        self.forges = self.refuses = False
        self.traps = {role: stack.enter_context(Trap(self._host_at(role))) for role in ROLES}
        self.forget()

    def _host_at(self, role: str) -> Callable[[str], tuple[ssl.SSLContext, bytearray]]:
        """Return what a role's server does with a TLS connection for a host: the stranger's forges, or passes it on."""

        def host(name: str) -> tuple[ssl.SSLContext, bytearray]:
            meant = _ADDRESSES.get(_NAMES.get(name, ""), role)
            if self.forges and meant != role:
                return self._forged, self.traps[role].heard
            return self._trusted, self.traps[meant].heard

        return host

    def forget(self) -> None:
        """Forget what was seen so far."""
        self.asked: list[str] = []  # names that the system's resolver was asked for
        self.dialled: list[str] = []  # addresses with ports
        for trap in self.traps.values():
            trap.heard.clear()
            trap.refuses = self.refuses

    def heard(self, role: str) -> str:
        """Return everything that the servers of a role received."""
        return bytes(self.traps[role].heard).decode("latin-1")

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Replace name lookups and connections of this process."""
        lookup, dial = socket.getaddrinfo, Network.dial

        def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
            text = host.decode() if isinstance(host, bytes) else str(host)
            self.asked.append(text)
            return lookup(_address_of(text), port, *rest, **more)

        async def dialled(network: Network, address: Address, port: int) -> socket.socket:
            if network.allowed is not None and not network.allowed(address.ip):
                raise NetError(Kind.DENIED)
            self.dialled.append(f"{address.ip}:{port}")
            role = _ADDRESSES.get(address.ip) or _ADDRESSES.get(f"{address.ip}:{port}")
            if role is None:
                raise NetError(Kind.REFUSED)
            return await dial(Network(), Address("ipv4", "127.0.0.1"), self.traps[role].port)

        with patch.object(socket, "getaddrinfo", getaddrinfo), patch.object(Network, "dial", dialled):
            yield


def _address_of(name: str) -> str:
    """Return the address of a name as the system's resolver does: it reads ``134744072`` as ``8.8.8.8``."""
    if ":" in name:
        return name
    with suppress(OSError):
        return socket.inet_ntoa(socket.inet_aton(name))
    below = name if name in _NAMES else "stranger.example" if name.endswith(".stranger.example") else ""
    if below not in _NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return _NAMES[below]


@contextmanager
def trapped() -> Iterator[TrappedNetwork]:
    """Start the traps and create the certificates."""
    with ExitStack() as stack:
        public = stack.enter_context(authority("Public Root", "Public"))
        other = stack.enter_context(authority("Stranger Root", "Stranger"))
        yield TrappedNetwork(public, other, stack)
