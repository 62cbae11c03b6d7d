"""Compare the path that a pasted text says was requested with what the host serves, for an answer of 404 or 405.

A server echoes the path (``"path": "/v4/v1/messages"``), or the text names the full URL. The endpoint at its end shows
which protocol the app speaks; the catalogue knows at which base URL the host serves that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from probes.catalog.text_pattern import TextPattern
from probes.model.named_tuple import NamedTuple
from probes.pasted.notes import LOCAL, TRIED, ScannedText, TextNote, UrlInText
from probes.pasted.urls_in_text import LAST_ENDPOINT, base_url_of, origin

if TYPE_CHECKING:
    from probes.catalog.door import Door

# How the settings of clients name the base URL of one protocol: the client speaks no other one there.
_SETTINGS = TextPattern(
    r"(?P<name>ANTHROPIC_(?:BASE_URL|API_URL)|(?:GOOGLE_)?GEMINI_BASE_URL)\b[\"'`]?\s{0,2}[=:：]", 0
)
# Claude Code says so of every 404 that it gets.
_ANY_404 = "issue with the selected model"
_NOT_FOUND = (_ANY_404, "404", "405", "not found", "notfound", "not_found", "no route")
_MODEL_WORDS = (
    r"(?i)\bmodels?\b.{0,80}(?:not (?:found|exist|supported)|does not exist|invalid)|model_not|not_found_error"
)
_ECHOED = r"(?i)[\"']path[\"'] ?: ?[\"'](?P<json>/ ?[\w./:-]{1,120})|\b(?:post|get) (?P<line>/[\w./:-]{1,120})"
_RESPONSES = r"(?i)/responses/?$"
# The path in the options of an SDK, behind the base URL.
_RELATIVE = r"(?i)\burl=[\"']/responses[\"']"
_CHAT = r"(?i)/(?:chat/)?completions/?$"
_OPENAI = r"(?i)(?:^|\.)(?:openai\.com|azure\.com|azure\.us|chatgpt\.com)$"
_VERSION_END = r"(?i)/v\d\w{0,6}/?$"
# What stands before the URL of a request that failed: the app added nothing behind it.
_POSTED = r"(?i)(?:\b(?:http )?post(?: request)?(?: to| for)?|\bfor url|\brequest to)[\"'`:= ]{1,3}$"


class _RequestedUrl(NamedTuple):
    """A request: its URL, the path that counts, and whether the path was echoed by the server."""

    url: UrlInText
    path: str
    echoed: bool


def requested_paths(seen: ScannedText) -> Iterator[TextNote]:
    """Yield notes about requested paths that the host does not serve as the app expects.

    ``served_elsewhere``: the host serves this protocol at another base URL (``better_url``). ``not_served``: it does
    not serve the protocol. ``app_doubles_version``: the app adds a version to a base URL that has one.
    ``no_endpoint``: the app posts to the base URL itself; ``better_url`` is the complete address.
    """
    if not any(word in seen.lower for word in _NOT_FOUND):
        return
    if (set_elsewhere := _set_elsewhere(seen)) is not None:
        yield set_elsewhere
        return
    if re.search(_MODEL_WORDS, seen.plain):
        return
    asked = _asked(seen)
    relative = re.search(_RELATIVE, seen.plain)
    if relative is not None and not (asked is not None and re.search(_OPENAI, asked.url.host)):
        yield TextNote("not_served", relative[0], values={"protocol": "responses", "other_protocol": "openai"})
        return
    if asked is None:
        return
    from probes.catalog.doors import load
    from probes.protocols.protocol import meant_by

    door = load().of_host(asked.url.host, asked.url.port, asked.url.path)
    if re.search(_RESPONSES, asked.path):
        protocol = "responses"
    else:
        protocol = "openai" if re.search(_CHAT, asked.path) else meant_by(asked.path, endings=True)
    where = asked.path if asked.echoed else asked.url.value
    if not protocol:
        yield from _without_endpoint(seen, asked.url, door)
    elif protocol == "responses" and not re.search(_OPENAI, asked.url.host):
        yield TextNote("not_served", where, values={"protocol": protocol, "other_protocol": "openai"})
    elif door is not None:
        if not asked.echoed and f"{origin(asked.url)}{asked.path}" in _endpoints(door, protocol):
            yield TextNote("documented", where)
        yield from _at_known_host(asked, door, protocol, where)


def _set_elsewhere(seen: ScannedText) -> TextNote | None:
    """Return a note if a setting names a base URL that its house serves another protocol at."""
    setting = _SETTINGS.search(seen.plain)
    url = None
    if setting is not None:
        url = next((one for one in seen.urls if one.base and 0 <= seen.plain.find(one.value) - setting.end() < 8), None)
    if setting is None or url is None:
        return None
    from probes.catalog.doors import load

    door = load().of_host(url.host, url.port, url.path)
    protocol = "anthropic" if "ANTHROPIC" in setting["name"] else "gemini"
    if door is None or door.endpoint(protocol) is None:
        return None
    documented = base_url_of(door, protocol, url.host).rstrip("/")
    given = url.value.rstrip("/")
    others = {one.sdk_url.rstrip("/") for one in door.endpoints if one.protocol != protocol}
    plain = re.sub(_VERSION_END, "", given)
    if not documented or not {given, plain} & others or given in _served_at(door, protocol):
        return None
    values = {"protocol": protocol, "better_url": documented, "host": url.host}
    return TextNote("served_elsewhere", url.value, values=values)


def _endpoints(door: Door, protocol: str) -> set[str]:
    """Return the URLs to which the clients of this protocol send a chat at a door."""
    from probes.protocols.protocol import wire

    return {f"{base}{wire(protocol).endpoint}" for base in _served_at(door, protocol)}


def _served_at(door: Door, protocol: str) -> set[str]:
    return {one.sdk_url.rstrip("/") for one in door.endpoints if one.protocol == protocol}


def _at_known_host(asked: _RequestedUrl, door: Door, protocol: str, where: str) -> Iterator[TextNote]:
    documented = base_url_of(door, protocol, asked.url.host) if door.endpoint(protocol) is not None else ""
    given = f"{origin(asked.url)}{re.sub(LAST_ENDPOINT, '', asked.url.path)}".rstrip("/")
    if protocol == "openai" and asked.echoed and given == documented.rstrip("/"):
        doubled = re.search(r"(?i)(/v\d\w{0,6})(/v\d\w{0,6})/", asked.path)
        if doubled is not None and asked.url.path.rstrip("/").endswith(doubled[1]):
            values = {"doubled": doubled[1], "added": doubled[2], "twice": doubled[0].rstrip("/")}
            yield TextNote("app_doubles_version", where, values=values)
    elif documented and protocol == "anthropic" and not given.startswith(documented.rstrip("/")):
        values = {"protocol": protocol, "better_url": documented, "host": asked.url.host}
        yield TextNote("served_elsewhere", where, values=values)


def _without_endpoint(seen: ScannedText, url: UrlInText, door: Door | None) -> Iterator[TextNote]:
    """Yield a note if a request went to a base URL itself, as apps do that take the complete address."""
    at = seen.plain.find(url.value)
    documented = door is not None and url.value.rstrip("/") in {one.sdk_url.rstrip("/") for one in door.endpoints}
    if not documented and not re.search(_VERSION_END, url.path):
        return
    if re.search(_POSTED, seen.plain[max(0, at - 40) : at]):
        better = f"{url.value.rstrip('/')}/chat/completions"
        yield TextNote("no_endpoint", url.value, values={"better_url": better, "host": url.host})


def _asked(seen: ScannedText) -> _RequestedUrl | None:
    """Return the request of the text; None if it names several hosts, or none."""
    urls = [url for url in seen.urls if url.asked and not re.search(LOCAL, url.host)][:TRIED]
    if len({url.host for url in urls}) != 1:
        return None
    complete = next((url for url in urls if re.search(LAST_ENDPOINT, url.path)), None)
    if complete is not None and not complete.base:
        return _RequestedUrl(complete, complete.path, False)
    echoed = re.search(_ECHOED, seen.plain)
    path = (echoed["json"] or echoed["line"]).replace(" ", "") if echoed is not None else ""
    return _RequestedUrl(urls[0], path or urls[0].path, bool(path))
