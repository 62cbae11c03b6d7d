"""Send the requests of an attempt and return each with its response as a :class:`probes.model.exchange.Exchange`."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from probes.api import redirects
from probes.api.response_reader import read_response, read_stream, without_our_limit
from probes.api.sent_headers import sent_with, with_extra
from probes.api.stream_intake import StreamIntake
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.capability import Cost
from probes.model.exchange import Exchange, Purpose, Redirection, SentRequest, Timing
from probes.model.facts import KeyPolicy
from probes.model.failure import Failure, Kind
from probes.model.record import Record, replace
from probes.model.scrubber import Scrubber
from probes.model.settings import ExtraHeader, Limits
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.network import Connection
from probes.network.single_flight import SingleFlight
from probes.protocols.protocol import ApiRequest, auth_headers, auth_query, preflight, wire
from probes.protocols.strictness.clients import PYTHON
from probes.urls.addresses import confidential
from probes.urls.app_base_urls import path_as_sent
from probes.urls.url import Url, parse_url

if TYPE_CHECKING:
    from probes.catalog.app import AppWebSocket
    from probes.credential_chains.chain import ObtainedCredential
    from probes.model.exchange import WebSocketTry
    from probes.network.http1 import HttpExchange

USER_AGENT = "llmdoctor"
# Some servers fail if no key is sent at all (LiteLLM without a database), but refuse a made-up key with a proper error.
DUMMY_KEY = "sk-llmdoctor-knocks-without-a-key"
HOPS = 5  # redirects followed in a row; the SDKs follow 20
GRACE = 0.3  # seconds for the body to end after the stream's last event
STREAMED = 512  # tokens at most that chunks are counted as, one each; a server that sends more chunks sends empty ones
EMBEDDED = 2  # tokens of the word that is sent for an embedding
PROMPTED = 9  # tokens of our short prompts, if the server reports no usage
Tap = Callable[[bytes], object]  # receives the bytes of a response body, unscrubbed
Switch = Callable[["HttpExchange"], Awaitable[None]]  # goes on in the other protocol after a response with status 101


class OutOfBudget(Exception):
    """The budget of requests for discovery is spent."""


class KeyRefused(Exception):
    """The key policy does not allow this request, which is a bug in this program. Nothing is sent."""


class ExposedConnection(KeyRefused):
    """The connection leads to ``address``, where others can read the key on the way. Nothing is sent.

    The key policy was decided for another address of the same host: its name leads to several.
    """

    def __init__(self, address: str) -> None:
        super().__init__(f"the key may not be sent to {address} without encryption")
        self.address = address


class _Message(Record):
    """A request as it is sent. It contains the key, so it is never recorded. ``tap`` receives the response body."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    tap: Tap | None
    switch: Switch | None = None

    def __repr__(self) -> str:
        return f"_Message({self.method})"


class ApiClient:
    """The client that sends all requests to the API and counts what they cost.

    Only this class sends the forms of the key, and it sends none that ``policy`` does not allow. Before it writes a key
    to a connection, it checks the address at the other end once more: without encryption it must be private, unless the
    user wants the key ``exposed`` (``--send-anyway``). ``readers``: the clients of ``probes/protocols/strictness`` that
    the app is built on, whose failure is a problem of a response.
    """

    def __init__(
        self,
        keys: dict[KeyForm, str],
        limits: Limits,
        scrub: Scrubber,
        pool_for: Callable[[Url, bool], ConnectionPool],
        version: str,
        pages: SingleFlight | None = None,
        *,
        exposed: bool = False,
        readers: frozenset[str] = PYTHON,
        headers: tuple[ExtraHeader, ...] = (),
    ) -> None:
        self.credential: ObtainedCredential | None = None  # of a chain; it takes the place of the given key
        self._keys = {**keys, KeyForm.DUMMY: DUMMY_KEY}
        self._headers = headers
        self._limits = limits
        self._scrub = scrub
        self._pool_for = pool_for
        self._agent = f"{USER_AGENT}/{version}"
        self._pages = pages
        self._exposed = exposed
        self._readers = readers
        self.policy = KeyPolicy()  # allows no key until it is decided
        self._began = time.monotonic()
        self.cost = Cost()
        self.budget: int | None = None  # requests left for discovery; None: unlimited

    async def models(self, attempt: Attempt, purpose: Purpose = Purpose.MODELS) -> Exchange:
        """Request the model list, which no provider bills. ``purpose`` names the variant of the request."""
        return await self._ask(purpose, attempt, wire(attempt.protocol).models(attempt))

    async def path_check(self, attempt: Attempt) -> Exchange:
        """Send the endpoint a request that cannot be billed, without the key or with an obvious dummy."""
        return await self._ask(Purpose.PATH, attempt, wire(attempt.protocol).path_check(attempt))

    async def preflight(self, attempt: Attempt, page: str) -> Exchange:
        """Send the CORS preflight request of a browser for a page with the origin ``page``: free, and without a key."""
        return await self._ask(Purpose.PREFLIGHT, replace(attempt, key=KeyForm.NONE), preflight(attempt, page))

    async def balance(self, attempt: Attempt, path: str) -> Exchange:
        """Request the credit that is left, which no provider bills, at a path of the attempt's host."""
        return await self._ask(Purpose.BALANCE, attempt, ApiRequest("GET", path, (), None))

    async def generate(self, attempt: Attempt, model: str, *, stream: bool) -> Exchange:
        """Request a short generation; if the model refuses one of our parameters, send it again with another."""
        protocol = wire(attempt.protocol)
        adapted: tuple[str, ...] = ()
        attempt = replace(attempt, model=model)
        while True:
            ask = protocol.generation(attempt, model, stream=stream, adapted=adapted)
            found = await self._ask(Purpose.STREAM if stream else Purpose.CHAT, attempt, ask)
            found = replace(found, request=replace(found.request, adapted=adapted))
            if found.status not in (400, 422):
                return found
            change = protocol.adapt(found.response.text, adapted)
            if change is None or len(change) <= len(adapted):
                return found
            adapted = change

    async def websocket(
        self, attempt: Attempt, model: str | None, app: AppWebSocket, *, configured: bool
    ) -> WebSocketTry:
        """Open the WebSocket of an app as it does it, and send its first message if ``model`` is given.

        The upgrade alone costs nothing. The message asks for no answer, and its cost is counted if one comes.
        """
        from probes.api.websocket import Socket, first_message, handshake  # few apps open one

        protocol = wire(attempt.protocol)
        message = first_message(protocol, attempt, model, app) if model is not None else None
        socket = Socket(protocol, message, self._scrub)
        ask = handshake(protocol, app, socket.nonce)
        exchange = await self._ask_here(Purpose.WEBSOCKET, attempt, ask, switch=socket.run)
        found = socket.result(exchange, configured)
        self.cost = plus(self.cost, socket.cost)
        return found

    def learn(self, form: KeyForm, key: str) -> None:
        """Add a form of the key for later requests."""
        self._keys[form] = key

    async def put(self, purpose: Purpose, attempt: Attempt, ask: ApiRequest, tap: Tap) -> Exchange:
        """Send one request of a deep check. ``tap`` receives the body, because an exchange does not keep tool calls."""
        return await self._ask_here(purpose, attempt, ask, tap)

    async def _ask(self, purpose: Purpose, attempt: Attempt, ask: ApiRequest) -> Exchange:
        page_like = purpose.endpoint in (Purpose.MODELS, Purpose.PATH)  # answers and streams share a path
        secret = attempt.key is not KeyForm.NONE or bool(sent_with(attempt, purpose, self._headers, self.policy))
        if self._pages is None or secret or not page_like:
            return await self._ask_here(purpose, attempt, ask)
        # If several runs reach the same host by the same route, only one of them sends a request that needs no key.
        pool = self._pool_for(parse_url(attempt.base_url), attempt.direct)
        page = (ask.method, attempt.base_url, ask.path, attempt.auth, attempt.version, pool.proxy, pool.dial_host)
        found, own = await self._pages.take(
            page, lambda: self._ask_here(purpose, attempt, ask), lambda seen: seen.failure is None
        )
        return found if own else replace(found, request=replace(found.request, attempt=attempt, purpose=purpose))

    async def _ask_here(
        self, purpose: Purpose, attempt: Attempt, ask: ApiRequest, tap: Tap | None = None, switch: Switch | None = None
    ) -> Exchange:
        if self.budget is not None:
            if self.budget <= 0:
                raise OutOfBudget
            self.budget -= 1
        where = parse_url(attempt.base_url)
        if not self.policy.allows(attempt):
            raise KeyRefused(f"the key {attempt.key} may not be sent to {where.origin}")
        credential = self.credential if attempt.key is KeyForm.GIVEN and attempt.holds_key else None
        if credential is not None:
            attempt = replace(attempt, auth=credential.auth)  # it has one style alone
        key = self._keys.get(attempt.key, "")
        extra = sent_with(attempt, purpose, self._headers, self.policy)
        carried = auth_headers(attempt.auth, key) if key else ()
        replaced = any(name.lower() == one.name.lower() for name, _ in carried for one in extra)
        pool = self._pool_for(where, attempt.direct)
        path = path_as_sent(attempt, ask)
        record = Exchange(
            SentRequest(
                purpose=purpose,
                attempt=attempt,
                method=ask.method,
                url=self._scrub(where.origin + path),
                path=self._scrub(path),
                with_key=(bool(key) or credential is not None) and attempt.holds_key and not replaced,
                via_proxy=pool.proxy is not None,
                headers=tuple(one.name for one in extra),
            ),
            timing=Timing(sent_at=time.monotonic() - self._began),
        )
        usual = [("User-Agent", self._agent), *ask.headers, *carried]
        headers = [("Host", where.authority), *with_extra(usual, extra)]
        # A key in the query is part of the target that is sent, never of the URL that is recorded.
        target = auth_query(attempt.auth, key, path) if key else path
        if pool.proxy is not None and where.scheme == "http" and not pool.proxy.socks:
            target = where.origin + target
            if pool.proxy.authorization:
                headers.append(("Proxy-Authorization", pool.proxy.authorization))
        body = json.dumps(ask.body).encode() if ask.body is not None else b""
        if credential is not None and not any(one.name.lower() == "authorization" for one in extra):
            from probes.credential_chains.chain import UnsignedRequest

            unsigned = UnsignedRequest(ask.method, where.origin + path, tuple(headers), body)
            signed = credential.headers(unsigned)
            for _, value in signed:  # a server may repeat it, and it holds for some minutes
                if "Signature=" in value:
                    self._scrub.add(value.rpartition("Signature=")[2])
            headers += signed
        headers.append(("Accept-Encoding", "gzip, deflate"))
        if ask.body is not None:
            headers.append(("Content-Length", str(len(body))))
        message = _Message(ask.method, target, headers, body, tap, switch)
        try:
            async with asyncio.timeout(self._limits.probe) as limit:
                found = await self._send(record, pool, limit, message)
                follows = attempt.auth is not Auth.QUERY and switch is None  # clients follow no redirect of an upgrade
                while follows and len(record.redirection.followed) < HOPS and redirects.follows(found):
                    leads = found.redirection.target
                    assert leads is not None
                    followed = (*record.redirection.followed, leads.path)
                    record = replace(record, redirection=Redirection(followed=followed, moved_to=leads.base_url))
                    whole = message.target.startswith("http")
                    message = replace(message, target=where.origin + leads.path if whole else leads.path)
                    if credential is not None and credential.auth is Auth.SIGV4:
                        break  # a signature holds for one path alone
                    found = await self._send(record, pool, limit, message)
        except TimeoutError:
            timing = replace(record.timing, seconds=self._limits.probe)
            found = replace(record, failure=Failure(Kind.TIMEOUT), timing=timing)
        self.cost = plus(self.cost, spent(found, PROMPTED if tap is None else guessed(ask)))
        return found

    async def _send(
        self, record: Exchange, pool: ConnectionPool, limit: asyncio.Timeout, message: _Message
    ) -> Exchange:
        for again in (True, False):
            try:
                connection = await pool.take()
            except NetError as error:
                failure = replace(error.failure, detail=self._scrub(error.failure.detail))
                return replace(record, failure=failure)
            secret = record.request.with_key or record.request.headers
            if secret and not self._exposed and (address := exposed_address(pool, connection)):
                pool.give_back(connection)
                raise ExposedConnection(address)
            fresh = connection.http is None
            self.cost = replace(self.cost, requests=self.cost.requests + 1)
            found = await self._read(record, connection, limit, message)
            if found.failure is None:
                pool.give_back(connection)
            else:
                connection.close()
            stale = found.failure is not None and found.failure.kind in (Kind.CLOSED, Kind.RESET) and not found.status
            if not (stale and again and not fresh):
                return found
            # A kept-alive connection that was closed between two requests says nothing about the server.
        return found

    async def _read(
        self, record: Exchange, connection: Connection, limit: asyncio.Timeout, message: _Message
    ) -> Exchange:
        from probes.network.http1 import HttpExchange  # and h11, which can be loaded while a far host is dialled

        exchange = HttpExchange(connection, self._limits)
        protocol = wire(record.attempt.protocol)
        collected = bytearray()
        streaming = record.purpose is Purpose.STREAM
        intake = StreamIntake(protocol) if streaming else None
        room = self._limits.stream_bytes if streaming else self._limits.body_bytes
        raw = exchange.answer
        began = time.monotonic()
        timed_out = False
        try:
            await exchange.send(message.method, message.target, message.headers, message.body)
            async with aclosing(exchange.body(room)) as pieces:
                async for at, piece in pieces:
                    collected += piece
                    if intake is not None and raw.status < 400:
                        intake.feed(piece, at)
                        if intake.done:
                            break
            if message.switch is not None and raw.status == 101:
                await message.switch(exchange)
                raw.seconds = time.monotonic() - began
            if intake is not None and intake.done:
                await self._drain(exchange, room, intake)
            if intake is not None:
                intake.close(raw)
                if intake.done:
                    raw.failure = None
            else:
                exchange.finish()
        except asyncio.CancelledError:
            # After our own time limit, the part that has arrived is the observation. If the engine has cancelled the
            # run as well, its next await raises.
            if not limit.expired():
                raise
            timed_out = True
        if timed_out:
            raw.seconds = 0.0
        raw.seconds = raw.seconds or time.monotonic() - began
        data = bytes(collected)
        if message.tap is not None:
            message.tap(data)
        found = read_response(record, raw, data, self._scrub, self._readers)
        if intake is not None and 200 <= raw.status < 300:
            stream = read_stream(intake.reading(raw, self._readers), data, protocol, self._scrub)
            found = replace(found, reading=replace(found.reading, stream=stream))
        if timed_out:
            found = replace(found, failure=Failure(Kind.TIMEOUT))
        return without_our_limit(found)

    async def _drain(self, exchange: HttpExchange, room: int, intake: StreamIntake) -> None:
        """Read the rest of the body after the protocol's end, as the SDKs do; wait only briefly for each piece of it.

        Then the connection can be reused. A server that keeps it open delays the check by :data:`GRACE` alone.
        """
        try:
            async with asyncio.timeout(GRACE) as silence:
                async for at, piece in exchange.body(room):
                    intake.feed(piece, at)
                    silence.reschedule(asyncio.get_running_loop().time() + GRACE)
            exchange.finish()
        except TimeoutError:
            intake.ended = False
            exchange.connection.close()


def exposed_address(pool: ConnectionPool, connection: Connection) -> str:
    """Return the address at the other end if what is sent there can be read on the way; empty if it cannot."""
    scheme, proxied = pool.target.scheme, pool.proxy is not None
    peers = connection.peers or ("unknown",)
    return next((ip for ip in peers if not confidential(scheme, ip, proxied=proxied)), "")


def spent(found: Exchange, prompted: int = PROMPTED) -> Cost:
    """Return the generations and tokens that the provider bills for one exchange; the request itself is not counted.

    ``prompted`` is the number of prompt tokens to assume if the server reports no usage.
    """
    answer, stream = found.reading.answer, found.reading.stream
    if found.purpose is Purpose.CHAT and found.ok and answer and not answer.problem:
        return Cost(0, 1, answer.prompt_tokens, answer.completion_tokens)
    if found.purpose is Purpose.STREAM and stream and (stream.text or stream.finish):
        prompt, completion = stream.prompt_tokens, stream.completion_tokens
        if not (prompt or completion):
            prompt, completion = prompted, min(stream.events, STREAMED)  # no chunk reports the usage
        return Cost(0, 1, prompt, completion)
    if found.purpose is Purpose.EMBEDDING and found.ok:
        return Cost(0, 1, EMBEDDED)
    return Cost()


def plus(one: Cost, other: Cost) -> Cost:
    """Return the sum of two costs, field by field."""
    return Cost(
        one.requests + other.requests,
        one.billed_requests + other.billed_requests,
        one.prompt_tokens + other.prompt_tokens,
        one.completion_tokens + other.completion_tokens,
    )


def guessed(ask: ApiRequest) -> int:
    """Estimate the tokens of a request's body, JSON syntax included, at four characters per token."""
    return len(json.dumps(ask.body or {})) // 4
