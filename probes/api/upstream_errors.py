"""Recognise an upstream's own error in the answer of a gateway: quoted in a sentence, inside another error, or as the
echo of a path that this program never asked for. Pure.

The sentences are those of Claude Code Router 2.0, Portkey 1.15, New API, LiteLLM, MLflow's gateway and of the libraries
that gateways are written with (httpx, requests, axios, botocore), as of November 2026.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from probes.model.exchange import Exchange
from probes.model.exchange_memo import once_an_exchange
from probes.model.named_tuple import NamedTuple
from probes.model.run_memory import remembered

SEARCHED = 2000  # characters of a message
# Each has the group `status`, or `kind` for names of errors; `name` is the upstream as the gateway calls it.
QUOTES = (
    r"error from provider ?\((?P<name>[^,():]{1,60})[^()]{0,120}: ?(?P<status>[45]\d\d)\)",
    r"\berror from (?P<name>[A-Za-z][\w.-]{1,30})(?: api)?:? \(?(?P<status>[45]\d\d)\b",
    r"\b(?!internal|server|http|request|client|unexpected|unknown|fatal|network|status|api "
    r"|upstream|backend|provider|origin|remote|gateway|proxy|code)(?P<name>[A-Za-z]{3,20})"
    r"(?: api)? error:? \(?(?P<status>[45]\d\d)\)?[: ]{1,2}(?=[{\[\"'<A-Za-z])",
    r"\bbad response status code:? (?P<status>[45]\d\d)\b",
    r"\berror code: (?P<status>[45]\d\d) - (?=[{\[\"'])",
    r"\brequest failed(?: with status(?: code)?|:) (?P<status>[45]\d\d)\b",
    r"\b(?:client|server) error '(?P<status>[45]\d\d)[^']{0,40}' for url '(?P<name>[^'\s]{1,200})'",
    r"\b(?P<status>[45]\d\d) (?:client|server) error: [^:]{0,40} for url: (?P<name>\S{1,200})",
    r"\blitellm\.(?P<kind>\w{4,40}Error): (?:\w{4,40}: )?(?P<name>[A-Za-z]{2,30}?)(?:exception|error)\b",
    r"\b(?:APIError|APIStatusError): (?P<name>[A-Za-z][A-Za-z_]{1,30}?)Exception - (?=[{\[\"'\w])",  # LiteLLM's kin
    r"\ban error occurred \((?P<kind>\w{4,40})\) when calling the (?:Converse|Invoke)\w{0,40} operation",  # botocore
    r"\b(?:upstream|backend|origin|provider|remote)(?: \w{1,20}){0,2}?(?: status(?: code)?| error| returned| replied"
    r"| responded with)(?: (?:an? )?(?:error|status(?: code)?|http))?[ :=(\"']{1,4}(?P<status>[45]\d\d)\b",
    r"<(?:title|h1)>[^<>0-9]{0,20}(?P<status>[45]\d\d)\b",
    r"上游.{0,16}?(?P<status>[45]\d\d)\b",
)
_KINDS = {
    "authenticationerror": 401,
    "permissiondeniederror": 403,
    "notfounderror": 404,
    "ratelimiterror": 429,
    "badrequesterror": 400,
    "internalservererror": 500,
    "serviceunavailableerror": 503,
    # Amazon Bedrock's exceptions, as botocore quotes them.
    "accessdeniedexception": 403,
    "resourcenotfoundexception": 404,
    "throttlingexception": 429,
    "validationexception": 400,
}
# The path that a router did not know, in its own words.
_ECHO = (
    r"invalid url \((?:GET|POST) (/[^\s()\"'<>?]{1,200})|cannot (?:get|post) (/[^\s()\"'<>?]{1,200})"
    r"|unknown request url: (?:GET|POST) (/[^\s()\"'<>?]{1,200})"
    r"|no route (?:found )?for (?:(?:GET|POST) )?(/[^\s()\"'<>?]{1,200})"
    r"|route (?:GET|POST)[: ](/[^\s()\"'<>?]{1,200}) not found"
    r"|unexpected endpoint or method\. \((?:GET|POST) (/[^\s()\"'<>?]{1,200})"
)
_ENDPOINT = (
    r"/(?:chat/completions|completions|messages|responses|models|embeddings|api/chat)$|:(?:stream)?generatecontent$"
)
_VERSION_ENDS = r"/v\d{1,3}[a-z]{0,6}\d{0,3}$"


class UpstreamError(NamedTuple):
    """An upstream's error as a gateway passes it on. ``status`` 0: not known; ``name`` empty: not named."""

    status: int
    name: str
    text: str  # the upstream's own words; empty if the gateway gives none


@remembered(64)
def quoted_upstream(message: str) -> UpstreamError | None:
    """Return the upstream's error that a message quotes; None if it quotes none.

    >>> quoted_upstream('Error from provider(up,gpt-4o: 404): {"detail":"Not Found"}')
    UpstreamError(status=404, name='up', text='{"detail":"Not Found"}')
    """
    message = message[:SEARCHED]
    for pattern in QUOTES:
        found = re.search(pattern, message, re.IGNORECASE)
        if found is None:
            continue
        named = found.groupdict()
        status = int(named.get("status") or 0) or _KINDS.get((named.get("kind") or "").lower(), 0)
        inner = message[found.start() :] if found[0].startswith("<") else _inner(message[found.end() :])
        name = "Amazon Bedrock" if " operation" in found[0] else _host_of(named.get("name") or "")
        return UpstreamError(status, name, inner)
    return None


def _host_of(name: str) -> str:
    if "://" not in name:
        return name.strip()
    try:
        return urlsplit(name).hostname or ""
    except ValueError:
        return ""


def _inner(rest: str) -> str:
    """Return the part of a message behind the words that introduce a quotation, from the JSON in it if there is any."""
    rest = rest.lstrip(" :,.-()\n\"'")
    begin = min((at for mark in "{[" if (at := rest.find(mark)) >= 0), default=-1)
    return rest[begin:] if 0 <= begin < 200 else rest


def foreign_path(found: Exchange) -> str:
    """Return the path that the response says it does not know, if a gateway made another one of the requested path.

    The gateway then asked its upstream at the wrong place. A path that only lacks a prefix was cut by a web server on
    the way, and a path with one more in front was moved by it: in both cases the base URL may be at fault.
    """
    error = found.reading.error
    words = error.message if error is not None else found.response.text
    hit = re.search(_ECHO, words[:SEARCHED], re.IGNORECASE)
    if hit is None or found.redirection.followed:
        return ""
    echo = next(filter(None, hit.groups())).rstrip("/.,;:")
    asked = found.request.path.partition("?")[0].rstrip("/")
    if not echo or echo == asked or echo.endswith(asked):
        return ""
    if (twice := re.match(r"/v\d[^/]{0,12}(/v\d.{0,190})", echo)) and asked.endswith(twice[1]):
        return ""  # the gateway adds a version itself, and the base URL has another one
    if asked.endswith(echo):
        return echo if re.search(_VERSION_ENDS, asked[: -len(echo)]) and not re.match(r"/v\d", echo) else ""
    return echo if re.search(_ENDPOINT, echo, re.IGNORECASE) and not asked.startswith(echo) else ""


@once_an_exchange
def upstream_of(found: Exchange) -> UpstreamError | None:
    """Return the upstream's error that a response passes on, with the upstream's name; None if it passes on none."""
    error = found.reading.error
    if error is None:
        return None
    quoted = quoted_upstream(error.message)
    if quoted is None and (path := foreign_path(found)):
        quoted = UpstreamError(404, "", path)
    if quoted is None:
        return None
    return quoted if quoted.name else quoted._replace(name=_named(found.response.text))


def _named(text: str) -> str:
    """Return the upstream that a gateway names beside the error: ``"provider": "openai"``."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    for place in (value, value.get("error") if isinstance(value, dict) else None):
        if isinstance(place, dict):
            for field in ("provider", "provider_name", "upstream"):
                if isinstance(place.get(field), str) and place[field].isprintable():
                    return str(place[field])[:60]
    return ""
