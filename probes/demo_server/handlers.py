"""Combine handlers that choose the response to a request."""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server.error_bodies import error
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.demo_server.web_pages import PAGES

What = Answer | Handler | str  # a response, a handler, or the name of an entry in ERRORS or PAGES
Filter = Callable[[Request], Answer | None]


def give(what: What, request: Request) -> Answer:
    """Return the response that ``what`` describes, for this request."""
    if isinstance(what, str):
        return PAGES[what] if what in PAGES else error(what)(request)
    return what(request) if callable(what) else what


def always(what: What) -> Handler:
    """Return a handler that gives the same response to every request."""
    return lambda request: give(what, request)


def on(where: str, what: What) -> Filter:
    """Return a filter that answers requests whose method and path suffix match ``where``.

    Examples of ``where``: ``"POST"``, ``"/models"``, ``"POST /chat/completions"``.
    """
    method, _, end = where.rpartition(" ") if "/" in where else (where, "", "")

    def filtered(request: Request) -> Answer | None:
        fits = method in ("", request.method) and request.path.endswith(end)
        return give(what, request) if fits else None

    return filtered


def first(*worlds: Filter) -> Handler:
    """Return a handler that uses the first filter with a response, or else sends an empty 404."""

    def handler(request: Request) -> Answer:
        return next((answer for world in worlds if (answer := world(request)) is not None), Reply(404))

    return handler


def turns(*whats: What) -> Handler:
    """Return a handler that gives these responses one after another, and then repeats the last one."""
    left = list(whats)
    return lambda request: give(left.pop(0) if len(left) > 1 else left[0], request)
