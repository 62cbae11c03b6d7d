"""Record what an app sends, between the app and the server: a server on 127.0.0.1 that passes requests on.

It makes the connection as the check does: the same proxy, the same certificates. So what differs from the check behind
it is the app's request, and what differs without it is the app's connection.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import h11

from probes.api.client import exposed_address
from probes.model.client_run import ClientRequest
from probes.model.record import replace
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.network import Connection
from probes.protocols.protocol import KEY_HEADERS

MOST_REQUESTS = 12  # an app with a sound server sends one or two; one that goes on for ever is ended
_BODY = 8 * 1024 * 1024  # bytes of a request or a response that are passed on
_JSON = 1024 * 1024  # bytes of a body that is read as JSON; those of the recorded clients have up to 60 KiB
_WAIT = 60.0  # seconds for one exchange
# Headers that belong to one connection (RFC 9110, section 7.6.1), or that the recorder writes itself.
_OWN = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"te", b"trailer", b"upgrade")
) | {b"transfer-encoding", b"content-length", b"host", b"expect"}


class LoopbackRecorder:
    """The recorder of one run; ``requests`` are what it has seen, ``over`` is called once there are too many.

    ``exposed`` says that the user lets the key go where others can read it.
    """

    def __init__(self, pool: ConnectionPool, over: Callable[[], None], *, exposed: bool = False) -> None:
        self.requests: list[ClientRequest] = []
        self.full = False
        self._pool, self._over, self._exposed = pool, over, exposed
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> LoopbackRecorder:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets are closed by the loop's next turn

    @property
    def origin(self) -> str:
        """The address of the recorder: ``http://127.0.0.1:PORT``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request of a connection, and close it behind the response."""
        client = h11.Connection(h11.SERVER, max_incomplete_event_size=self._pool.limits.header_bytes)
        try:
            with suppress(OSError, h11.ProtocolError, TimeoutError):
                async with asyncio.timeout(_WAIT):
                    found = await _request(client, reader, writer)
                    if found is not None:
                        await self._pass_on(*found, client, writer)
        finally:
            writer.close()

    async def _pass_on(
        self, request: h11.Request, body: bytes, client: h11.Connection, writer: asyncio.StreamWriter
    ) -> None:
        if len(self.requests) >= MOST_REQUESTS:
            self.full = True
            self._over()
            return
        seen = _seen(request, body)
        at = len(self.requests)
        self.requests.append(seen)
        began = time.monotonic()
        if seen.upgrade:  # the recorder speaks no WebSocket; by 426, clients know to ask without it
            _answer(client, writer, 426, b"")
            await writer.drain()
            return
        try:
            connection = await self._pool.take()
        except NetError as error:
            self.requests[at] = replace(seen, failure=error.failure.kind.value)
            return  # the app sees a connection that is closed
        if not self._exposed and exposed_address(self._pool, connection):
            connection.close()
            self.requests[at] = replace(seen, failure="exposed")
            return
        try:
            await self._exchange(connection, request, body, client, writer, at, began)
        except NetError as error:
            self.requests[at] = replace(self.requests[at], failure=error.failure.kind.value)
        except h11.RemoteProtocolError:
            self.requests[at] = replace(self.requests[at], failure="not_http")
        except OSError:
            self.requests[at] = replace(self.requests[at], failure="closed")
        finally:
            connection.close()

    async def _exchange(
        self,
        connection: Connection,
        request: h11.Request,
        body: bytes,
        client: h11.Connection,
        writer: asyncio.StreamWriter,
        at: int,
        began: float,
    ) -> None:
        """Send the request to the server, and its response to the app piece by piece."""
        server = h11.Connection(h11.CLIENT, max_incomplete_event_size=self._pool.limits.header_bytes)
        pool, target = self._pool, request.target
        host = f"[{pool.target.host}]" if ":" in pool.target.host else pool.target.host
        usual = {"http": 80, "https": 443}.get(pool.target.scheme)
        named = host if pool.target.port == usual else f"{host}:{pool.target.port}"
        headers = [(name, value) for name, value in request.headers if name not in _OWN]
        headers = [(b"host", named.encode()), *headers, (b"connection", b"close")]
        if body or request.method in (b"POST", b"PUT", b"PATCH"):
            headers.append((b"content-length", str(len(body)).encode()))
        if pool.proxy is not None and pool.target.scheme == "http" and not pool.proxy.socks:
            target = pool.target.origin.encode() + target
            if pool.proxy.authorization:
                headers.append((b"proxy-authorization", pool.proxy.authorization.encode()))
        wire = server.send(h11.Request(method=request.method, target=target, headers=headers)) or b""
        wire += (server.send(h11.Data(data=body)) or b"") if body else b""
        connection.writer.write(wire + (server.send(h11.EndOfMessage()) or b""))
        with suppress(OSError):
            await connection.writer.drain()
        size = 0
        while True:
            event = server.next_event()
            if event is h11.NEED_DATA:
                server.receive_data(await connection.reader.read(65536))
            elif isinstance(event, h11.Response):
                kind = next((value for name, value in event.headers if name == b"content-type"), b"")
                self.requests[at] = replace(
                    self.requests[at],
                    status=event.status_code,
                    content_type=kind.decode("latin-1").partition(";")[0].strip().lower()[:80],
                    seconds=time.monotonic() - began,
                )
                kept = [(name, value) for name, value in event.headers if name not in _OWN]
                sized = [(name, value) for name, value in event.headers if name == b"content-length"]
                response = h11.Response(
                    status_code=event.status_code, headers=[*kept, *sized, (b"connection", b"close")]
                )
                writer.write(client.send(response) or b"")
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > _BODY:
                    return
                writer.write(client.send(h11.Data(data=bytes(event.data))) or b"")
                await writer.drain()
            elif isinstance(event, h11.EndOfMessage):
                writer.write(client.send(h11.EndOfMessage()) or b"")
                await writer.drain()
                return
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                return


async def _request(
    client: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[h11.Request, bytes] | None:
    """Read one request with its body; None if the connection ends before, or the body is too large."""
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = client.next_event()
        if event is h11.NEED_DATA:
            if client.they_are_waiting_for_100_continue:
                writer.write(client.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            client.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _BODY:
                _answer(client, writer, 413, b"")
                return None
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            return request, bytes(body)
        else:
            return None


def _answer(client: h11.Connection, writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    writer.write(client.send(h11.Response(status_code=status, headers=headers)) or b"")
    writer.write(client.send(h11.EndOfMessage()) or b"")


def _model(body: bytes) -> str:
    """Return the model that a JSON body names; empty if it names none."""
    if body[:1] != b"{" or len(body) > _JSON:
        return ""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    model = document.get("model") if isinstance(document, dict) else None
    return model[:100] if isinstance(model, str) else ""


def _seen(request: h11.Request, body: bytes) -> ClientRequest:
    """Describe a request without any value of its headers and its query."""
    path, _, query = request.target.decode("latin-1").partition("?")
    names = [part.partition("=")[0] for part in query.split("&") if part]
    headers = {name.decode("latin-1"): value for name, value in request.headers}
    auth = [name for name in headers if name in KEY_HEADERS and headers[name].strip()]
    wanted = headers.get("upgrade", b"").decode("latin-1").lower()[:40]
    return ClientRequest(
        method=request.method.decode("latin-1"),
        path=path[:500] + (f"?{'&'.join(names)}"[:200] if names else ""),
        auth=(*sorted(auth), *(("query",) if "key" in names else ())),
        headers=tuple(sorted(headers))[:60],
        model=_model(body),
        size=len(body),
        upgrade=wanted if b"upgrade" in headers.get("connection", b"").lower() else "",
    )
