"""Between a base URL as one client takes it and as the official SDK of the protocol takes it. Pure.

The run speaks of base URLs as the SDKs take them. A client named with ``--app`` may take another: what it was given is
put into the SDK's terms before it is looked at, and what was found to work into the client's before it is told.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from probes.catalog.app import App, AppWire
from probes.catalog.apps import official
from probes.catalog.url_joining import join
from probes.model.attempt import Attempt
from probes.protocols.protocol import ApiRequest
from probes.protocols.protocol import wire as protocol_of
from probes.urls.url import joined, parse_url
from probes.urls.url_flaws import PLAIN, UrlExam, examine_url

MODEL = "model-of-the-run"  # stands in an address until the model is known
# The flaws of an address as it is put together, which depend on who joins it; the others are the text's own.
_JOINED = ("endpoint_included", "version_doubled", "double_slash")


class SentBaseUrl(NamedTuple):
    """A base URL as a client takes it. ``address`` is what it asks where no base URL makes the SDK ask the same, else
    ``query`` what it adds to what the SDK asks."""

    exam: UrlExam
    address: str = ""
    query: str = ""


def examine_for(app: App, wire: AppWire, raw: str) -> SentBaseUrl:
    """What is wrong with a base URL for this client, in the SDK's terms: see ``examine_url``."""
    plain = examine_url(raw, PLAIN)
    asked = join(app, wire, raw, MODEL) if raw.strip() else None
    literal, address, query = _asked(wire, asked) if asked is not None else (None, "", "")
    forgiven = _forgiven(wire, raw) if asked is not None else ()
    flaws = [replace(flaw, fatal=asked is None) if flaw.fatal else flaw for flaw in plain.flaws]
    flaws = [flaw for flaw in flaws if flaw.kind not in forgiven]
    if plain.mended is None:
        return SentBaseUrl(UrlExam(tuple(flaws), None, literal), address, query)
    meant = join(app, wire, plain.mended, MODEL) if flaws else asked
    base = _asked(wire, meant)[0] if meant is not None else plain.mended
    # Of two slashes at the end one has given way to the endpoint's: what is left goes out doubled.
    joined = examine_url(base + "/" * base.endswith("/"), wire.protocol)
    flaws += [flaw for flaw in joined.flaws if flaw.kind in _JOINED]
    return SentBaseUrl(UrlExam(tuple(flaws), joined.mended, literal), address, query)


def _forgiven(wire: AppWire, raw: str) -> tuple[str, ...]:
    """What is no flaw to this client: it adds the scheme itself, or takes a ``#`` at the end for an order."""
    marked = wire.join.startswith("cherry") and re.search(r"[^\s#]#$", raw.strip()) is not None
    return ("scheme_missing", *(("stray",) if marked else ()))


def takes(app: App, wire: AppWire, base_url: str) -> str | None:
    """The base URL with which the client asks what the SDK asks with ``base_url``; None where there is none."""
    base = base_url.rstrip("/")
    wanted = base + _endpoint(wire)
    rootless = re.sub(r"/v\d+[a-z]*\d*$", "", base)
    named = "{version}" in protocol_of(wire.protocol).endpoint
    versions = dict.fromkeys(("/v1", f"/{wire.version}" if named else "/v1"))
    marked = (wanted + "#",) if wire.join.startswith("cherry") else ()
    forms = (base, rootless, *(base + version for version in versions), base + "/", wanted, *marked)
    form: str
    for form in forms:
        asked = join(app, wire, form, MODEL)
        if asked is not None and asked.partition("?")[0] == wanted.partition("?")[0]:
            return form
    return None


def as_sent(attempt: Attempt, ask: ApiRequest, path: str) -> str:
    """Path and query of a generation as the app asks for it, where they are not ``path``, which the SDK would ask."""
    endpoint = protocol_of(attempt.protocol).endpoint
    if not ask.path.partition("?")[0].endswith(endpoint.rpartition("}")[2] or endpoint):
        return path  # no generation, or none of this kind
    if not attempt.address:
        return f"{path}{'&' if '?' in path else '?'}{attempt.query}"
    parts = urlsplit(attempt.address.replace(MODEL, quote(attempt.model or "", safe="{}")))
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def path_as_sent(attempt: Attempt, ask: ApiRequest) -> str:
    """Path and query of a request, as the SDK sends it, or the app that was named. A key in the query is not among it.

    ``/v1/chat/completions?beta=true``
    """
    where = parse_url(attempt.base_url)
    # Of a trailing `//` the SDK strips one slash; the other goes out.
    base = where.path + "/" * attempt.base_url.endswith("/")
    path = joined(base, where.query, ask.path, attempt.protocol)
    return as_sent(attempt, ask, path) if attempt.address or attempt.query else path


def _endpoint(wire: AppWire) -> str:
    """What the SDK asks of a base URL, with this client's version where the path names one."""
    own = official(wire.protocol).wire(wire.protocol)
    assert own is not None
    endpoint = own.endpoint.format(model=MODEL, version=wire.version or own.version)
    streams = ":streamGenerateContent" in wire.endpoint
    return endpoint.replace(":generateContent", ":streamGenerateContent") if streams else endpoint


def _asked(wire: AppWire, asked: str) -> tuple[str, str, str]:
    """The SDK's base URL for an address; the address itself where the SDK would ask another; its query where not."""
    path, _, query = asked.partition("?")
    pattern = _ending(wire.protocol)
    base = pattern.sub("", path) if pattern.search(path) else None
    if base is not None:
        own = wire.query.format(version=wire.version) if protocol_of(wire.protocol).versions else ""
        return base, "", query if query != own else ""
    tail = wire.endpoint.format(model=MODEL, version=wire.version)
    return path.removesuffix(tail).removesuffix("/"), asked, ""


@cache
def _ending(protocol: str) -> re.Pattern[str]:
    own = official(protocol).wire(protocol)
    assert own is not None
    ending = re.escape(own.endpoint).replace(r"\{model\}", "[^/]+").replace(r"\{version\}", r"v\d+\w*")
    return re.compile(ending.replace(":generateContent", ":(?:generateContent|streamGenerateContent)") + "$")
