"""One request asked in one way, and what came back as an :class:`probes.model.settings.Exchange`."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from probes.api import redirects
from probes.api.response_checks import tells_fault
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.capability import Cost
from probes.model.exchange import Body, Exchange
from probes.model.failure import Failure, Kind
from probes.model.scrubber import Scrubber
from probes.model.settings import Limits
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.http1 import HttpExchange, RawAnswer
from probes.network.network import Connection
from probes.network.single_flight import SingleFlight
from probes.protocols.errors import kind_of, parse_json, title_of
from probes.protocols.protocol import ApiRequest, Wire, auth_headers, auth_query, spoken_in, wire
from probes.urls.app_base_urls import as_sent
from probes.urls.url import Url, joined, parse_url

USER_AGENT = "llmdoctor"
# Some servers break down over no key at all (LiteLLM without a database); a made-up one they refuse in their own words.
DUMMY_KEY = "sk-llmdoctor-knocks-without-a-key"
QUOTED = 4096  # characters of a body that are kept
HOPS = 5  # redirects that are followed in a row; the SDKs follow 20
GRACE = 0.3  # seconds that an ended stream has to close by itself
STREAMED = 512  # a chunk is about a token, up to so many; one that sends more sends them empty
EMBEDDED = 2  # tokens of the word that is embedded
PROMPTED = 9  # tokens of our short prompts, where the server counts none itself
Tap = Callable[[bytes], object]  # is handed a body as it came


class OutOfBudget(Exception):
    """Discovery has spent what it may."""


class ApiClient:
    """Sends requests and counts what they cost. It alone holds the forms of the key."""

    def __init__(
        self,
        keys: dict[KeyForm, str],
        limits: Limits,
        scrub: Scrubber,
        way_to: Callable[[Url, bool], ConnectionPool],
        version: str,
        pages: SingleFlight | None = None,
    ) -> None:
        self._keys = {**keys, KeyForm.DUMMY: DUMMY_KEY}
        self._limits = limits
        self._scrub = scrub
        self._way_to = way_to
        self._agent = f"{USER_AGENT}/{version}"
        self._pages = pages
        self._began = time.monotonic()
        self.cost = Cost()
        self.budget: int | None = None  # requests left to discovery; None: not counted

    async def models(self, attempt: Attempt) -> Exchange:
        """The model list: nobody bills it."""
        return await self._ask("models", attempt, wire(attempt.protocol).models(attempt))

    async def path_check(self, attempt: Attempt) -> Exchange:
        """A look at the endpoint with a request that nobody can bill, without the key or with an obvious dummy."""
        return await self._ask("path", attempt, wire(attempt.protocol).path_check(attempt))

    async def preflight(self, attempt: Attempt, page: str) -> Exchange:
        """What a browser asks before a web page may call: nobody bills it, and no key goes along."""
        headers = ("content-type", *(name.lower() for name, _ in auth_headers(attempt.auth, "-")))
        wanted = (
            ("Origin", page),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", ",".join(headers)),
        )
        path = wire(attempt.protocol).path_check(attempt).path
        return await self._ask(
            "preflight", replace(attempt, key=KeyForm.NONE), ApiRequest("OPTIONS", path, wanted, None)
        )

    async def generate(self, attempt: Attempt, model: str, *, stream: bool) -> Exchange:
        """A small generation; asked again with another parameter where the model refuses one of ours."""
        protocol = wire(attempt.protocol)
        adapted: tuple[str, ...] = ()
        attempt = replace(attempt, model=model)
        while True:
            ask = protocol.generation(attempt, model, stream=stream, adapted=adapted)
            found = await self._ask("stream" if stream else "chat", attempt, ask)
            found = replace(found, adapted=adapted)
            if found.status not in (400, 422):
                return found
            change = protocol.adapt(found.text, adapted)
            if change is None or len(change) <= len(adapted):
                return found
            adapted = change

    def learn(self, form: KeyForm, key: str) -> None:
        """One more form of the key, for requests to come."""
        self._keys[form] = key

    async def put(self, purpose: str, attempt: Attempt, ask: ApiRequest, tap: Tap) -> Exchange:
        """One request of a deep check. Its body is ``tap``'s as well: an exchange keeps no tool call."""
        return await self._ask_here(purpose, attempt, ask, tap)

    async def _ask(self, purpose: str, attempt: Attempt, ask: ApiRequest) -> Exchange:
        page_like = purpose in ("models", "path")  # an answer and a stream stand at one path
        if self._pages is None or attempt.key is not KeyForm.NONE or not page_like:
            return await self._ask_here(purpose, attempt, ask)
        # Of two runs that come to the same door by the same way, one asks what needs no key.
        pool = self._way_to(parse_url(attempt.base_url), attempt.direct)
        page = (ask.method, attempt.base_url, ask.path, attempt.auth, attempt.version, pool.proxy, pool.dial_host)
        found, own = await self._pages.take(
            page, lambda: self._ask_here(purpose, attempt, ask), lambda seen: seen.failure is None
        )
        return found if own else replace(found, attempt=attempt, purpose=purpose)

    async def _ask_here(self, purpose: str, attempt: Attempt, ask: ApiRequest, tap: Tap | None = None) -> Exchange:
        if self.budget is not None:
            if self.budget <= 0:
                raise OutOfBudget
            self.budget -= 1
        where = parse_url(attempt.base_url)
        key = self._keys.get(attempt.key, "")
        made_up = attempt.key in (KeyForm.DUMMY, KeyForm.WRONG)
        with_key = bool(key) and not made_up and attempt.auth is not Auth.NONE
        pool = self._way_to(where, attempt.direct)
        # Of a trailing `//` the SDK strips one slash; the other goes out.
        base = where.path + "/" * attempt.base_url.endswith("/")
        path = joined(base, where.query, ask.path, attempt.protocol)
        if attempt.address or attempt.query:
            path = as_sent(attempt, ask, path)
        record = Exchange(
            purpose=purpose,
            attempt=attempt,
            method=ask.method,
            url=self._scrub(where.origin + path),
            path=self._scrub(path),
            with_key=with_key,
            sent_at=time.monotonic() - self._began,
            via_proxy=pool.proxy is not None,
        )
        headers = [("Host", where.authority), ("User-Agent", self._agent), *ask.headers]
        headers += auth_headers(attempt.auth, key) if key else ()
        # A key in the query stands in what is sent alone, never in what is recorded.
        target = auth_query(attempt.auth, key, path) if key else path
        if pool.proxy is not None and where.scheme == "http" and not pool.proxy.socks:
            target = where.origin + target
            if pool.proxy.authorization:
                headers.append(("Proxy-Authorization", pool.proxy.authorization))
        body = json.dumps(ask.body).encode() if ask.body is not None else b""
        headers.append(("Accept-Encoding", "gzip, deflate"))
        if ask.body is not None:
            headers.append(("Content-Length", str(len(body))))
        try:
            async with asyncio.timeout(self._limits.probe) as limit:
                found = await self._send(record, pool, limit, ask.method, target, headers, body, tap)
                while len(record.redirects) < HOPS and attempt.auth is not Auth.QUERY and redirects.follows(found):
                    leads = found.redirect
                    assert leads is not None
                    record = replace(record, redirects=(*record.redirects, leads.path), moved_to=leads.base_url)
                    target = where.origin + leads.path if target.startswith("http") else leads.path
                    found = await self._send(record, pool, limit, ask.method, target, headers, body, tap)
        except TimeoutError:
            found = replace(record, failure=Failure(Kind.TIMEOUT), seconds=self._limits.probe)
        self.cost = plus(self.cost, spent(found, PROMPTED if tap is None else guessed(ask)))
        return found

    async def _send(
        self,
        record: Exchange,
        pool: ConnectionPool,
        limit: asyncio.Timeout,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: bytes,
        tap: Tap | None,
    ) -> Exchange:
        for again in (True, False):
            try:
                connection = await pool.take()
            except NetError as error:
                failure = Failure(error.failure.kind, self._scrub(error.failure.detail))
                return replace(record, failure=failure)
            fresh = connection.http is None
            self.cost = replace(self.cost, requests=self.cost.requests + 1)
            found = await self._read(record, connection, limit, method, target, headers, body, tap)
            if found.failure is None:
                pool.give_back(connection)
            else:
                connection.close()
            stale = found.failure is not None and found.failure.kind in (Kind.CLOSED, Kind.RESET) and not found.status
            if not (stale and again and not fresh):
                return found
            # A kept connection that died between two requests says nothing about the door.
        return found

    async def _read(
        self,
        record: Exchange,
        connection: Connection,
        limit: asyncio.Timeout,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: bytes,
        tap: Tap | None,
    ) -> Exchange:
        exchange = HttpExchange(connection, self._limits)
        protocol = wire(record.attempt.protocol)
        collected = bytearray()
        streaming = record.purpose == "stream"
        events, reader = protocol.splitter(), protocol.stream_reader()
        room = self._limits.stream_bytes if streaming else self._limits.body_bytes
        raw = exchange.answer
        began = time.monotonic()
        timed_out = False
        try:
            await exchange.send(method, target, headers, body)
            async with aclosing(exchange.body(room)) as pieces:
                async for at, piece in pieces:
                    collected += piece
                    if streaming and raw.status < 400:
                        for event in events.feed(piece):
                            reader.feed(event, at)
                        if reader.done:
                            break
            if streaming:
                for event in events.close():
                    reader.feed(event, raw.seconds)
                if events.unended is not None:
                    reader.end(events.unended)
                if reader.done:
                    await self._drain(exchange, room)
            else:
                exchange.finish()
        except asyncio.CancelledError:
            # The time is up: what was seen until now is the observation. The engine's own end is told by its next
            # await.
            if not limit.expired():
                raise
            timed_out = True
        raw.seconds = raw.seconds or time.monotonic() - began
        if tap is not None:
            tap(bytes(collected))
        found = self._interpret(record, raw, bytes(collected), protocol)
        if streaming and 200 <= raw.status < 300:
            found = replace(found, stream=self._stream_reading(reader.reading(), bytes(collected), protocol))
        if timed_out:
            found = replace(found, failure=Failure(Kind.TIMEOUT))
        return _alive(found)

    async def _drain(self, exchange: HttpExchange, room: int) -> None:
        """After the protocol's end: let the body end too, so that the link can be used again; but do not wait."""
        try:
            async with asyncio.timeout(GRACE):
                async for _ in exchange.body(room):
                    pass
            exchange.answer.failure = None
            exchange.finish()
        except TimeoutError:
            exchange.connection.close()

    def _interpret(self, record: Exchange, raw: RawAnswer, data: bytes, protocol: Wire) -> Exchange:
        scrub = self._scrub
        text = data[: QUOTED * 4].decode("utf-8", "replace")
        kind = kind_of(data, raw.header("content-type"))
        known, value = (False, None)
        if kind is Body.JSON or (kind is Body.TEXT and data[:1] in b"-0123456789"):
            known, value = parse_json(data.decode("utf-8", "replace"))
        found = replace(
            record,
            status=raw.status,
            reason=scrub(raw.reason),
            headers=tuple((name, scrub(content[:1000])) for name, content in raw.headers[:60]),
            content_type=raw.header("content-type").partition(";")[0].strip().lower()[:100],
            body=kind,
            text=scrub(text)[:QUOTED],
            size=len(data),
            failure=Failure(raw.failure, scrub(raw.detail)) if raw.failure else None,
            first_byte=raw.first_byte,
            seconds=raw.seconds,
            title=scrub(title_of(text)) if kind is Body.HTML else "",
            location=scrub(raw.header("location")[:1000]),
        )
        found = replace(found, redirect=redirects.read(found, found.location))
        error = protocol.read_error(value) if known else None
        if error is not None:
            error = replace(
                error,
                type=scrub(error.type[:200]),
                code=scrub(error.code[:200]),
                message=scrub(error.message[:2000]),
                param=scrub(error.param[:200]),
            )
        found = replace(found, error=error)
        if not found.ok:
            return found
        if record.purpose == "models" or (record.purpose == "path" and record.method == "GET"):
            ids = protocol.read_models(value) if known else None
            return replace(found, models=tuple(scrub(name) for name in ids[:5000]) if ids is not None else None)
        if record.purpose in ("chat", "path"):
            answer = protocol.read_answer(value) if known else None
            if answer is not None:
                if tells_fault(answer):
                    answer = replace(answer, problem="error")
                answer = replace(answer, text=scrub(answer.text[:500]), model=scrub(answer.model[:200]))
            return replace(found, answer=answer)
        return found

    def _stream_reading(self, reading: Any, data: bytes, protocol: Wire) -> Any:
        """Where no event came, what came instead."""
        scrub = self._scrub
        error = reading.error
        if error is not None:
            error = replace(error, message=scrub(error.message[:2000]), type=scrub(error.type), code=scrub(error.code))
        reading = replace(reading, text=scrub(reading.text[:500]), model=scrub(reading.model[:200]), error=error)
        if reading.events:
            return reading
        kind = kind_of(data)
        known, value = parse_json(data.decode("utf-8", "replace")) if kind is Body.JSON else (False, None)
        if known:
            answer = protocol.read_answer(value)
            if not answer.problem:
                return replace(
                    reading,
                    kind="json",
                    text=scrub(answer.text[:500]),
                    model=scrub(answer.model[:200]),
                    prompt_tokens=answer.prompt_tokens,
                    completion_tokens=answer.completion_tokens,
                )
            carried = protocol.read_error(value)
            if carried is not None:
                carried = replace(carried, message=scrub(carried.message[:2000]))
                return replace(reading, kind="error_json", error=carried, error_first=True)
            if isinstance(value, list) and value and spoken_in(value[0]) == protocol.name:
                return replace(reading, kind="json_array")  # as Gemini streams to who asks for no events
            return replace(reading, kind="other_protocol" if answer.problem == "other_protocol" else "text")
        if kind is Body.JSON and b"\n{" in data.replace(b"\r", b""):
            return replace(reading, kind="ndjson")
        names = {Body.EMPTY: "empty", Body.HTML: "html", Body.SSE: "unended"}
        return replace(reading, kind=names.get(kind, "text"))


def spent(found: Exchange, prompted: int = PROMPTED) -> Cost:
    """What the provider bills for one request, the request itself left out. ``prompted`` stands for the prompt's tokens
    where the server counts none.
    """
    if found.purpose == "chat" and found.ok and found.answer and not found.answer.problem:
        return Cost(0, 1, found.answer.prompt_tokens, found.answer.completion_tokens)
    if found.purpose == "stream" and found.stream and (found.stream.text or found.stream.finish):
        prompt, completion = found.stream.prompt_tokens, found.stream.completion_tokens
        if not (prompt or completion):
            prompt, completion = prompted, min(found.stream.events, STREAMED)  # without a usage chunk
        return Cost(0, 1, prompt, completion)
    if found.purpose == "embed" and found.ok:
        return Cost(0, 1, EMBEDDED)
    return Cost()


def plus(one: Cost, other: Cost) -> Cost:
    return Cost(*(getattr(one, name) + getattr(other, name) for name in Cost.__slots__))


def guessed(ask: ApiRequest) -> int:
    """About how many tokens a request's own text has: four characters each, its JSON included."""
    return len(json.dumps(ask.body or {})) // 4


def _alive(found: Exchange) -> Exchange:
    """A stream that was still talking when the limit came has not failed: it was ended from this side."""
    reading, failure = found.stream, found.failure
    if reading is None or failure is None or failure.kind not in (Kind.TIMEOUT, Kind.TOO_LONG):
        return found
    if not (reading.text or reading.reasoning) or reading.problem or reading.error is not None:
        return found
    silent = found.seconds - reading.last_at
    if failure.kind is Kind.TIMEOUT and silent > max(found.seconds / 3, 2 * reading.last_at / max(1, reading.events)):
        return found
    return replace(found, failure=None, stream=replace(reading, stopped=True))
