"""Recognise a server that refuses whatever it is asked, in words that are no LLM API's: the port of something else.

A forward proxy asked for a path instead of a whole URL answers so, a server for WebSockets alone, and many others.
One refusal proves nothing, because an API may refuse one request in plain text: every path must be refused alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.api.response_checks import asks_login, fenced, vacant
from probes.model.exchange import Body, Exchange
from probes.model.failure import Kind

FEWEST = 3  # paths that are refused alike
# What these mean is told by the status: a credential, a limit, a size, or a path that is not there.
_OTHERWISE = frozenset({401, 402, 403, 404, 405, 407, 408, 410, 413, 414, 429, 431})
_COMPARED = 300  # characters of a page's words
_VARIABLE = r"\d+|[0-9a-f]{8,64}"


def wordless(found: Exchange) -> bool:
    """Check whether a request is refused with status 400 or the like, and with a body that is no API's error.

    A server that refuses early may close the connection before it has read the request. What has arrived of its
    response until then is as good as the whole.
    """
    broken = found.failure is not None and found.failure.kind not in (Kind.CUT, Kind.CLOSED, Kind.RESET)
    if broken or not 400 <= found.status < 500 or found.status in _OTHERWISE:
        return False
    own = found.reading.error is not None or found.response.body is Body.JSON
    return not own and not fenced(found) and not vacant(found) and not asks_login(found)


def alike(one: Exchange, other: Exchange) -> bool:
    """Check whether two requests are refused in the same way, apart from numbers and the address that is echoed."""
    same = (one.status, one.response.body, one.response.title) == (
        other.status,
        other.response.body,
        other.response.title,
    )
    return same and (bool(one.response.title) or _words(one) == _words(other))


def refuses_everything(first: Exchange, others: Iterable[Exchange]) -> bool:
    """Check whether ``first`` is a wordless refusal, and every other path was refused like it."""
    if not wordless(first):
        return False
    asked = [one for one in others if one.status]
    paths = {one.request.path.partition("?")[0] for one in (first, *asked)}
    return len(paths) >= FEWEST and all(wordless(one) and alike(first, one) for one in asked)


def _words(found: Exchange) -> str:
    text = found.response.text[: 2 * _COMPARED].replace(found.request.path.partition("?")[0], "")
    return re.sub(_VARIABLE, "", text.lower())[:_COMPARED]
