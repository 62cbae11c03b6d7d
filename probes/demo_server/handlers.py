"""Handlers: which answer to give to which request."""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server.error_bodies import error
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.demo_server.web_pages import PAGES

What = Answer | Handler | str  # stands wherever something can be made wrong; a text is a name in ERRORS or PAGES
Filter = Callable[[Request], Answer | None]


def give(what: What, request: Request) -> Answer:
    """The answer that ``what`` is, to this request."""
    if isinstance(what, str):
        return PAGES[what] if what in PAGES else error(what)(request)
    return what(request) if callable(what) else what


def always(what: What) -> Handler:
    """The same to every request."""
    return lambda request: give(what, request)


def on(where: str, what: What) -> Filter:
    """``what`` where method and path's end fit: ``"POST"``, ``"/models"`` or ``"POST /chat/completions"``."""
    method, _, end = where.rpartition(" ") if "/" in where else (where, "", "")

    def filtered(request: Request) -> Answer | None:
        fits = method in ("", request.method) and request.path.endswith(end)
        return give(what, request) if fits else None

    return filtered


def first(*worlds: Filter) -> Handler:
    """The first world that answers; at the end a bare 404."""

    def handler(request: Request) -> Answer:
        return next((answer for world in worlds if (answer := world(request)) is not None), Reply(404))

    return handler


def turns(*whats: What) -> Handler:
    """One after another, request by request; the last one for good."""
    left = list(whats)
    return lambda request: give(left.pop(0) if len(left) > 1 else left[0], request)
