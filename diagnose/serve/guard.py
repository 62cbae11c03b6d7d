"""The guard in front of every page: token, Host and origin checks, size and rate limits, and security headers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diagnose.serve.shares import client_of
from diagnose.words import LANGS

log = logging.getLogger("llmdoctor.serve")

COOKIE = "llmdoctor"
SESSION = 12 * 3600  # seconds; a shift of support staff
BODY = 256 * 1024  # bytes of a request body; enough for an error text or a log to explain
OPENED = 1024 * 1024  # bytes of a form with a bundle for support, which has some 50 KB, and half as much more in a form
BODIES = 16 * 1024 * 1024  # bytes of all bodies that are kept for one client, until their requests are answered
FIELDS = 100  # header fields of a request
BODY_SECONDS = 10.0  # until the whole request body has arrived
SEND_SECONDS = 30.0  # until a client has received one message of a response
CLIENTS = 4096  # clients with a rate limit in memory; beyond that, the one that was idle longest is dropped
FAILURES = 20  # wrong tokens per minute and client

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PUBLIC_PATHS = ("/healthz", "/login", "/static/")  # paths that need no token
WORK_PATHS = ("/check", "/explain", "/open", "/probe")  # paths that start work, and so count for the rate limit


class PageToken:
    """The access token of a server, and the session cookies that browsers get for it."""

    def __init__(self, value: str, clock: Callable[[], float] = time.time) -> None:
        self._digest = hashlib.sha256(value.encode()).digest()
        self._clock = clock

    def matches(self, value: str) -> bool:
        """Check whether ``value`` is the token, in constant time."""
        given = hashlib.sha256(value.encode("utf-8", "surrogateescape")).digest()
        return hmac.compare_digest(given, self._digest)

    def session(self) -> str:
        """Return the value of a session cookie: its end in Unix time and a signature, without the token itself."""
        end = str(int(self._clock()) + SESSION)
        return f"{end}.{self._signed(end)}"

    def holds(self, session: str) -> bool:
        """Check whether a session was signed by this server and has not expired."""
        end, _, sign = session.partition(".")
        good = hmac.compare_digest(sign.encode("utf-8", "replace"), self._signed(end).encode())
        return good and end.isdigit() and int(end) > self._clock()

    def _signed(self, end: str) -> str:
        return hmac.new(self._digest, f"session until {end}".encode("utf-8", "replace"), "sha256").hexdigest()


class RateLimit:
    """A token bucket per client: ``a_minute`` events per minute, in one burst if needed."""

    def __init__(self, a_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = a_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # events left, and the time of that count

    def take(self, client: str) -> float:
        """Count one event. Return 0 if it is allowed, else the seconds until the next one is."""
        now = self._clock()
        left, then = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._most / 60)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self._most


@dataclass(slots=True)
class RequestGuard:
    """ASGI middleware that checks every request. ``hosts`` are the accepted Host headers; empty means any."""

    app: ASGIApp
    hosts: frozenset[str]
    token: PageToken | None
    rate: RateLimit
    refused: Callable[[str], None] = lambda reason: None
    failures: RateLimit = field(default_factory=lambda: RateLimit(FAILURES))
    _held: Counter[str] = field(default_factory=Counter)  # bytes of bodies, by client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in HEADERS.items():
                    headers[name] = value
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await send(message)
            except TimeoutError:
                raise ClientDisconnect from None

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, guarded)
                return
            with self._bodies(client_of(scope.get("client"))) as hold:
                await self.app(scope, self._limited(receive, hold, _most(scope["path"])), guarded)
        except ClientDisconnect:  # while the request or the response was being sent
            self.refused("gone")
        except Exception as error:  # the message may quote a visitor's input, so log only type and line
            log.error("%s in %s", type(error).__name__, _place(error))
            if not started:
                await self._refuse(500, "fault")(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        if self.hosts and headers.get("host", "").lower() not in self.hosts:
            return self._refuse(421, "host")
        if len(scope["headers"]) > FIELDS:
            return self._refuse(431, "head")
        client = client_of(scope.get("client"))
        starts = path in WORK_PATHS and (scope["method"] == "POST" or path == "/probe")
        if (starts or scope["method"] not in ("GET", "HEAD")) and not _is_same_origin(headers):
            return self._refuse(403, "origin")
        if self.token is not None and not path.startswith(PUBLIC_PATHS) and not self._known(headers):
            if "authorization" in headers and (wait := self.failures.take(client)):
                return self._refuse(429, "rate", wait)
            if "text/html" in headers.get("accept", "") and scope["method"] == "GET":
                query = scope.get("query_string", b"").decode("ascii", "replace")
                lang = next((f"?{one}" for one in query.split("&") if one[:5] == "lang=" and one[5:] in LANGS), "")
                return RedirectResponse(f"/login{lang}", 303)
            return self._refuse(401, "token")
        if path == "/login" and scope["method"] == "POST" and (wait := self.failures.take(client)):
            return self._refuse(429, "rate", wait)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > _most(path):
            return self._refuse(413, "size")
        if starts and (wait := self.rate.take(client)):
            return self._refuse(429, "rate", wait)
        return None

    def _known(self, headers: Headers) -> bool:
        assert self.token is not None
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.token.matches(value.strip()):
            return True
        return self.token.holds(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))

    @contextmanager
    def _bodies(self, client: str) -> Iterator[Callable[[int], bool]]:
        """Yield a function that counts bytes as held for a client, and says whether there are too many of them."""
        size = 0

        def hold(more: int) -> bool:
            nonlocal size
            size += more
            self._held[client] += more
            return self._held[client] > BODIES

        try:
            yield hold
        finally:
            self._held[client] -= size
            if not self._held[client]:
                del self._held[client]

    def _limited(self, receive: Receive, hold: Callable[[int], bool], most: int) -> Receive:
        """Wrap ``receive`` so that the body keeps the limits of bytes and seconds, whatever its headers say."""
        size, whole, end = 0, False, asyncio.get_running_loop().time() + BODY_SECONDS

        async def limited() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()  # after the body, the next message is the client's disconnect
            try:
                async with asyncio.timeout_at(end):
                    message = await receive()
            except TimeoutError:
                self.refused("slow")
                raise HTTPException(408, MESSAGES["slow"]) from None
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if hold(len(message.get("body", b""))):
                self.refused("busy")
                raise HTTPException(503, MESSAGES["busy"])
            if size > most:
                self.refused("size")
                raise HTTPException(413, MESSAGES["size"])
            return message

        return limited

    def _refuse(self, status: int, reason: str, wait: float = 0.0) -> Response:
        self.refused(reason)
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if wait:
            headers["Retry-After"] = str(int(wait) + 1)
        return PlainTextResponse(MESSAGES[reason] + "\n", status, headers)


MESSAGES = {
    "host": "This server does not go by that name.",
    "origin": "Only a page of this server may ask for that.",
    "token": "A token is needed: Authorization: Bearer TOKEN.",
    "rate": "Too many requests from this address. Wait a little.",
    "size": "That is longer than is read here.",
    "head": "The request has more header fields than are read here.",
    "busy": "Too much is going on here at this moment. Try again in a minute.",
    "slow": "The request did not come in time.",
    "fault": "Something in llmdoctor itself failed.",
}


def _most(path: str) -> int:
    """Return how many bytes the body of a request may have."""
    return OPENED if path == "/open" else BODY


def _is_same_origin(headers: Headers) -> bool:
    """Check whether a request comes from a page of this server, or from a client that is not a browser.

    Browsers send the origin of a request in ``Sec-Fetch-Site`` or, if a form or script posts, in ``Origin`` (Fetch
    Standard, 3.2; Fetch Metadata, 2.3). A browser that sends neither is too old to be trusted.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is not None and origin != "null":
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    if site is not None:
        return True
    return origin is None and not headers.get("user-agent", "").startswith("Mozilla/")


def _place(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
