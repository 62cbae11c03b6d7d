"""Open a WebSocket on a connection whose HTTP/1.1 request for the upgrade was accepted, and see what becomes of it.

h11 makes the handshake, on the connection and with the limits of every other request; wsproto, its sibling, reads and
writes the frames (RFC 6455). No extension is offered: ``permessage-deflate`` would let a server send a megabyte that
unpacks to a gigabyte.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from wsproto.connection import CLIENT, Connection, ConnectionState
from wsproto.events import CloseConnection, Ping, TextMessage
from wsproto.utilities import ProtocolError, generate_accept_token, generate_nonce

from probes.catalog.app import AppWebSocket
from probes.model.attempt import Attempt
from probes.model.capability import Cost
from probes.model.exchange import ApiError, Exchange, WebSocketTry
from probes.model.failure import Kind
from probes.model.record import replace
from probes.model.scrubber import Scrubber
from probes.network.http1 import HttpExchange
from probes.network.network import CHUNK
from probes.protocols.errors import parse_json
from probes.protocols.protocol import ApiRequest, Wire
from probes.protocols.sse import Event

ACCEPT = "sec-websocket-accept"
IDLE = 0.5  # seconds; a server that closes the socket by a policy of its own does so at once
ROOM = 1024 * 1024  # bytes that are read from a socket; our message asks for no answer
FRAMES = 4096  # frames that are read; each costs the processor as much as several hundred bytes
FAILED = 500  # what a failed response counts as, which names no status: apps treat it as a fault of the server's
# The events after which a server sends nothing more for a message.
_LAST = ("response.completed", "response.incomplete", "response.failed", "error")


def handshake(protocol: Wire, app: AppWebSocket, nonce: bytes) -> ApiRequest:
    """Return the request for the upgrade, at the path of the app's requests (RFC 6455, section 4.1)."""
    upgrade = (("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"))
    return ApiRequest(
        "GET",
        protocol.endpoint,
        (*upgrade, ("Sec-WebSocket-Key", nonce.decode()), *app.headers.items()),
        None,
    )


def first_message(protocol: Wire, attempt: Attempt, model: str, app: AppWebSocket) -> str:
    """Return the first message: the body of the short request, and the fields that make it the app's message."""
    ask = protocol.generation(replace(attempt, model=model), model, stream=True, adapted=())
    return json.dumps({**app.message, **(ask.body or {})})


class Socket:
    """One WebSocket: what is sent on it, and what was read. ``cost`` is what the provider bills for it."""

    def __init__(self, protocol: Wire, message: str | None, scrub: Scrubber) -> None:
        self.nonce = generate_nonce()
        self.cost = Cost()
        self._protocol = protocol
        self._message = message
        self._scrub = scrub
        self._reader = protocol.stream_reader()
        self._text: list[str] = []
        self._frames = 0
        self._last = False
        self._seen: dict[str, Any] = {}

    def result(self, exchange: Exchange, configured: bool) -> WebSocketTry:
        """Return what was found. A socket on which something arrived has not failed if our own limit ended it."""
        answered = exchange.failure is not None and exchange.failure.kind is Kind.TIMEOUT and self._seen.get("events")
        kept = tuple(
            one for one in exchange.response.headers if one[0] != ACCEPT
        )  # it is the nonce's, and proves no more
        exchange = replace(exchange, response=replace(exchange.response, headers=kept))
        return WebSocketTry(replace(exchange, failure=None) if answered else exchange, configured, **self._seen)

    async def run(self, exchange: HttpExchange) -> None:
        """Send the message and read until its last event, the end of the socket or a limit of size or time.

        Without a message, wait for :data:`IDLE` seconds whether the server closes the socket. Raises nothing for what
        the server sends; the connection is closed in the end.
        """
        try:
            if exchange.answer.header(ACCEPT) != generate_accept_token(self.nonce).decode():
                self._seen["flaw"] = "accept"
                return
            async with asyncio.timeout(IDLE if self._message is None else None):
                await self._talk(exchange, Connection(CLIENT, trailing_data=exchange.behind))
        except TimeoutError:
            pass
        except ProtocolError:
            self._seen["flaw"] = "frames"
        except OSError:
            self._seen["closed"] = True
        finally:
            self._count()
            exchange.connection.close()

    async def _talk(self, exchange: HttpExchange, socket: Connection) -> None:
        reader, writer = exchange.connection.reader, exchange.connection.writer
        left = ROOM
        self._take(socket, writer)  # what came with the response
        if self._message is not None and not self._seen.get("closed"):
            writer.write(socket.send(TextMessage(data=self._message)))
            await writer.drain()
            self._seen["asked"] = True
        while not (self._last or self._seen.get("closed") or left <= 0 or self._frames > FRAMES):
            data = await reader.read(CHUNK)
            left -= len(data)
            if not data:
                self._seen["closed"] = True
                return
            socket.receive_data(data)
            self._take(socket, writer)
        if not self._seen.get("closed"):
            writer.write(socket.send(CloseConnection(code=1000)))
            await writer.drain()

    def _take(self, socket: Connection, writer: asyncio.StreamWriter) -> None:
        """Read the frames that have arrived."""
        for event in socket.events():
            self._frames += 1
            if isinstance(event, CloseConnection):
                if socket.state is ConnectionState.OPEN:  # wsproto could not parse a frame; the server has not closed
                    self._seen |= {"flaw": "frames", "closed": True}
                    return
                reason = self._scrub((event.reason or "")[:200])
                self._seen |= {"closed": True, "code": int(event.code), "reason": reason}
            elif isinstance(event, TextMessage):
                self._text.append(event.data)
                if event.message_finished:
                    self._read("".join(self._text))
                    self._text = []
            elif isinstance(event, Ping):
                writer.write(socket.send(event.response()))
            if self._seen.get("closed") or self._last or self._frames > FRAMES:
                return

    def _read(self, text: str) -> None:
        """Read one text message, as an event of the app's protocol."""
        known, value = parse_json(text)
        self._seen["events"] = self._seen.get("events", 0) + 1
        if not known or not isinstance(value, dict):
            return
        name, first = value.get("type"), self._seen["events"] == 1
        self._last = name in _LAST
        if first and name in ("error", "response.failed"):
            error = self._protocol.read_error(value if name == "error" else value.get("response")) or ApiError()
            words = {field: self._scrub(str(getattr(error, field)))[:300] for field in ("type", "code", "message")}
            status = value.get("status") if name == "error" else FAILED
            known = type(status) is int and 100 <= status < 600
            self._seen |= {"error": ApiError(**words), "error_status": status if known else 0}
            return
        self._reader.feed(Event(str(name), text), 0.0)

    def _count(self) -> None:
        """Count an answer, if one came although the message asks for none."""
        reading = self._reader.reading()
        tokens = reading.prompt_tokens, reading.completion_tokens
        self.cost = Cost(0, 1, *tokens) if reading.text or reading.completion_tokens else Cost(0, 0, *tokens)
