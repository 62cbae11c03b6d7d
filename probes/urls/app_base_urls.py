"""Convert base URLs between the form that an app takes and the form that the protocol's official SDK takes. Pure.

A run uses base URLs in the SDK's form. An app named with ``--app`` may need another form: its base URL is converted
before it is examined, and a base URL that works is converted back before it is reported.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import quote, urlsplit

from probes.catalog.app import App, AppWire
from probes.catalog.apps import official
from probes.catalog.url_joining import join
from probes.model.attempt import Attempt
from probes.model.named_tuple import NamedTuple
from probes.model.record import replace
from probes.protocols.protocol import ApiRequest
from probes.protocols.protocol import wire as protocol_of
from probes.urls.url import joined, parse_url
from probes.urls.url_flaws import PLAIN, UrlExam, examine_url

MODEL = "model-of-the-run"  # placeholder in a URL until the model is known
# Flaws that depend on how the client joins the base URL; the others depend on the text alone.
_JOINED = ("endpoint_included", "version_doubled", "double_slash")


class SentBaseUrl(NamedTuple):
    """A base URL in the SDK's form, and how the app's request differs from the SDK's.

    ``address`` is the URL that the app requests if no base URL makes the SDK request it; else ``query`` is the query
    that the app adds."""

    exam: UrlExam
    address: str = ""
    query: str = ""


def examine_for(app: App, wire: AppWire, raw: str) -> SentBaseUrl:
    """Return the flaws of an app's base URL, and the base URL in the SDK's form (see ``examine_url``)."""
    plain = examine_url(raw, PLAIN)
    asked = join(app, wire, raw, MODEL) if raw.strip() else None
    literal, address, query = _to_sdk_base_url(wire, asked) if asked is not None else (None, "", "")
    tolerated = _tolerated(wire, raw) if asked is not None else ()
    flaws = [replace(flaw, fatal=asked is None) if flaw.fatal else flaw for flaw in plain.flaws]
    flaws = [flaw for flaw in flaws if flaw.kind not in tolerated]
    if plain.mended is None:
        return SentBaseUrl(UrlExam(tuple(flaws), None, literal), address, query)
    corrected = join(app, wire, plain.mended, MODEL) if flaws else asked
    base = _to_sdk_base_url(wire, corrected)[0] if corrected is not None else plain.mended
    # Joining dropped one of two trailing slashes; the other is sent next to the endpoint's.
    joined = examine_url(base + "/" * base.endswith("/"), wire.protocol)
    flaws += [flaw for flaw in joined.flaws if flaw.kind in _JOINED]
    return SentBaseUrl(UrlExam(tuple(flaws), joined.mended, literal), address, query)


def _tolerated(wire: AppWire, raw: str) -> tuple[str, ...]:
    """Return the flaws that this app tolerates: it adds a scheme itself, and may give a trailing ``#`` a meaning."""
    with_hash = wire.join.startswith("cherry") and re.search(r"[^\s#]#$", raw.strip()) is not None
    return ("scheme_missing", *(("stray",) if with_hash else ()))


def takes(app: App, wire: AppWire, base_url: str) -> str | None:
    """Return the base URL that makes the app send what the SDK sends for ``base_url``; None if there is none."""
    base = base_url.rstrip("/")
    wanted = base + _sdk_endpoint(wire)
    unversioned = re.sub(r"/v\d++[a-z]*+\d*+$", "", base)
    named = "{version}" in protocol_of(wire.protocol).endpoint
    versions = dict.fromkeys(("/v1", f"/{wire.version}" if named else "/v1"))
    with_hash = (wanted + "#",) if wire.join.startswith("cherry") else ()
    before = wanted.removesuffix(wire.endpoint)  # of an app that adds more of the path than a version
    candidates = (base, unversioned, before, *(base + version for version in versions), base + "/", wanted, *with_hash)
    candidate: str
    for candidate in candidates:
        asked = join(app, wire, candidate, MODEL)
        if asked is not None and asked.partition("?")[0] == wanted.partition("?")[0]:
            return candidate
    return None


def as_sent(attempt: Attempt, request: ApiRequest, path: str) -> str:
    """Return path and query of the app's generation request; ``path``, the SDK's, for every other request."""
    endpoint = protocol_of(attempt.protocol).endpoint
    if not request.path.partition("?")[0].endswith(endpoint.rpartition("}")[2] or endpoint):
        return path  # not a generation request of this protocol
    if not attempt.address:
        return f"{path}{'&' if '?' in path else '?'}{attempt.query}"
    parts = urlsplit(attempt.address.replace(MODEL, quote(attempt.model or "", safe="{}")))
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def path_as_sent(attempt: Attempt, request: ApiRequest) -> str:
    """Return path and query of a request as the SDK sends it, or the app if one is named: without a key in the query.

    For example ``/v1/chat/completions?beta=true``.
    """
    where = parse_url(attempt.base_url)
    # Of a trailing `//`, the SDK strips one slash and sends the other.
    base = where.path + "/" * attempt.base_url.endswith("/")
    path = joined(base, where.query, request.path, attempt.protocol)
    return as_sent(attempt, request, path) if attempt.address or attempt.query else path


def _sdk_endpoint(wire: AppWire) -> str:
    """Return the SDK's endpoint, with this app's version if the path contains one."""
    sdk_wire = official(wire.protocol).wire(wire.protocol)
    assert sdk_wire is not None
    endpoint = sdk_wire.endpoint.format(model=MODEL, version=wire.version or sdk_wire.version)
    streams = ":streamGenerateContent" in wire.endpoint
    return endpoint.replace(":generateContent", ":streamGenerateContent") if streams else endpoint


def _to_sdk_base_url(wire: AppWire, asked: str) -> tuple[str, str, str]:
    """Return the SDK's base URL for a URL; the URL itself if the SDK cannot request it; else the additional query."""
    path, _, query = asked.partition("?")
    pattern = _sdk_endpoint_pattern(wire.protocol)
    base = pattern.sub("", path) if pattern.search(path) else None
    if base is not None:
        sdk_wire = wire.query.format(version=wire.version) if protocol_of(wire.protocol).versions else ""
        return base, "", query if query != sdk_wire else ""
    tail = wire.endpoint.format(model=MODEL, version=wire.version)
    return path.removesuffix(tail).removesuffix("/"), asked, ""


@cache
def _sdk_endpoint_pattern(protocol: str) -> re.Pattern[str]:
    sdk_wire = official(protocol).wire(protocol)
    assert sdk_wire is not None
    ending = re.escape(sdk_wire.endpoint).replace(r"\{model\}", "[^/]+").replace(r"\{version\}", r"v\d\w*")
    return re.compile(ending.replace(":generateContent", ":(?:generateContent|streamGenerateContent)") + "$")
