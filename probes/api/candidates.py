"""List where else on the same host the API may be, and grade the responses of the keyless path checks there.

Pure. A candidate never names another host: the engine sends these requests to the configured host and port only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.api.response_checks import blamed, earns_key, may_be_header
from probes.catalog.door import Door, sdk_base
from probes.model.attempt import Attempt, Auth, Change, KeyForm
from probes.model.exchange import Exchange
from probes.model.record import replace
from probes.model.settings import ExtraHeader
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import by_looks, wire, wires
from probes.urls.url import Url, parse_url
from probes.urls.url_flaws import examine_url

SINGLY = 2  # extra headers that are left out one at a time; of more, some and then all
OTHERS = 4  # of the path checks are for other protocols, at most
NOWHERE = "llmdoctor-looks-for-what-nobody-serves"
KNOCKS = 8  # path checks at a time; the rest of the budget is for real requests at the right path
_VERSION = re.compile(r"/v\d++(?:alpha|beta)?+\d*+$")


def bases(protocol: str, target: Url, door: Door | None) -> list[str]:
    """Return base URLs of the protocol on the target's host, the likeliest first, without the target's own path.

    For ``https://host/api`` and OpenAI's protocol, ``https://host/api/v1`` and ``https://host/v1`` are among them.
    """
    paths: list[str] = []
    if door is not None:
        # A door may have several hosts, or a part of its host name may be the user's: the paths are always the same.
        urls = (sdk_base(protocol, url) for url in door.base_urls(protocol))
        documented = ("/" + url.partition("://")[2].partition("/")[2] for url in urls)
        paths += [path.rstrip("/") for path in documented if "{" not in path]
    own = target.path
    segment = wire(protocol).version_segment
    if segment:
        if not _VERSION.search(own):
            paths.append(own + segment)
        elif _VERSION.search(own.rpartition("/")[0]):
            paths.append(own.rpartition("/")[0])
        paths.append(segment)
    else:
        if _VERSION.search(own):
            paths.append(_VERSION.sub("", own))
        paths.append("")
    parent = own
    while "/" in parent:
        parent = parent.rpartition("/")[0]
        paths.append(parent)
        if segment and parent and not _VERSION.search(parent):
            paths.append(parent + segment)
    paths += wire(protocol).bases
    seen = [own]
    for path in (one.rstrip("/") for one in paths):
        if path not in seen:
            seen.append(path)
    return [target.origin + path for path in seen[1:]]


def knocks(
    attempt: Attempt, target: Url, door: Door | None, local: bool = False, *, foreign: bool = False
) -> list[Attempt]:
    """Return the keyless path checks to send after ``attempt`` found no route, at most :data:`KNOCKS`.

    ``foreign``: only those for other protocols.
    """
    others = other_protocols(attempt, target, door, local)
    if foreign:
        return others[:KNOCKS]
    same = [_check_path(attempt.protocol, url) for url in bases(attempt.protocol, target, door)]
    spoken = wire(attempt.protocol)
    if spoken.version_demanded:
        same = [replace(one, version=attempt.version) for one in same]
    same = [replace(one, key=KeyForm.DUMMY) for one in other_version(attempt)] + same
    if spoken.versionless and target.path:
        same.insert(1, replace(_check_path(spoken.name, attempt.base_url), changed=(Change.ENDPOINT,)))
    same = same[: KNOCKS - min(OTHERS, len(others))]
    return same + others[: KNOCKS - len(same)]


def named(attempt: Attempt, words: Iterable[str]) -> list[Attempt]:
    """Return path checks for addresses or paths that a response names, as far as they lie on the attempt's own host.

    ``https://host/v2/chat/completions`` and ``/v2/chat/completions`` both lead to the base URL ``https://host/v2``.
    """
    here = parse_url(attempt.base_url)
    found = []
    for word in words:
        text = word if "://" in word else f"{here.origin}/{word.lstrip('/')}"
        mended = examine_url(text, attempt.protocol).mended
        if mended and parse_url(mended).origin == here.origin and mended.rstrip("/") != attempt.base_url:
            found.append(_check_path(attempt.protocol, mended.rstrip("/")))
    return found


def documented(attempt: Attempt, door: Door | None) -> list[Attempt]:
    """Return path checks for the door's other documented base URLs of the attempt's protocol, on the same host."""
    here = parse_url(attempt.base_url)
    urls = (sdk_base(attempt.protocol, url) for url in door.base_urls(attempt.protocol)) if door is not None else ()
    paths = ("/" + url.partition("://")[2].partition("/")[2] for url in urls)
    bases = (here.origin + path.rstrip("/") for path in paths if "{" not in path)
    return [_check_path(attempt.protocol, base) for base in dict.fromkeys(bases) if base != attempt.base_url]


def further(attempt: Attempt, target: Url) -> list[Attempt]:
    """Return the path checks to send if :func:`knocks` found nothing: chat completions without a version in the path.

    Mock servers and small gateways serve their API at the root.
    """
    if attempt.protocol == DEFAULT_PROTOCOL:
        return []
    return [_check_path(DEFAULT_PROTOCOL, target.origin + _VERSION.sub("", target.path))]


def listed_first(found: list[Attempt], listing: Exchange | None) -> list[Attempt]:
    """Return the attempts, those first to whose model list the server has already answered with ``listing``.

    A server that checks the key before the path answers every path check alike, and only its list tells them apart.
    """
    if listing is None or listing.reading.models is None:
        return found
    served = parse_url(listing.request.url).path
    return sorted(found, key=lambda one: parse_url(one.base_url).path + wire(one.protocol).models(one).path != served)


def other_version(attempt: Attempt) -> list[Attempt]:
    """Return the attempt with the API version that most hosts serve; empty if it has that one or requests name none."""
    served = wire(attempt.protocol).versions[-1:]
    changed = tuple(dict.fromkeys((*attempt.changed, Change.VERSION)))
    return [
        replace(attempt, version=name, given=False, changed=changed, address="", query="")
        for name in served
        if name != attempt.version
    ]


def other_protocols(
    attempt: Attempt, target: Url, door: Door | None, local: bool = False, looks: int = KNOCKS
) -> list[Attempt]:
    """Return path checks for other protocols, at most ``looks`` for each: documented ones first, then likely ones."""
    documented = [(name, 2) for name in (door.protocols if door is not None else ()) if name in NAMES]
    wanted = dict([*documented, *(one for one in _likely(local) if one[0] not in dict(documented))])
    firsts, seconds = [], []
    for name, most in wanted.items():
        if name == attempt.protocol:
            continue
        versioned = bool(wire(name).version_segment)
        here = [target.origin + (target.path if versioned else _VERSION.sub("", target.path))]
        listed = [url for url in bases(name, target, door) if url not in here]
        if name in dict(documented):
            # A documented path that is also the given one is not among the others.
            urls = here + listed[:1] if target.path in _documented_paths(name, door) else listed[:1] + here
        else:
            urls = listed + here if versioned and not _VERSION.search(target.path) else here + listed
        found = [_check_path(name, url) for url in urls[: min(most, looks)]]
        firsts += found[:1]
        seconds += found[1:]
    return firsts + seconds


def _documented_paths(protocol: str, door: Door | None) -> set[str]:
    """Return the paths of the base URLs that the door documents for a protocol."""
    urls = (sdk_base(protocol, url) for url in (door.base_urls(protocol) if door is not None else ()))
    return {"/" + url.partition("://")[2].partition("/")[2].rstrip("/") for url in urls}


def _likely(local: bool) -> list[tuple[str, int]]:
    """Return the protocols that are worth a path check at any host, and how many for each."""
    here = [(one.name, 1) for one in wires() if local and one.local]
    return here + [(one.name, one.looks) for one in by_looks() if one.looks]


def looks(attempt: Attempt, target: Url, local: bool = False) -> list[Attempt]:
    """Return one path check for each other protocol, and one for a path that nobody serves.

    If the latter is refused as a path, a key that is refused at another path proves that path.
    """
    found = other_protocols(attempt, target, None, local, looks=1)
    for spoken in wires():
        if not spoken.looks and not spoken.local and spoken.name != attempt.protocol:
            path = target.path if spoken.version_segment else _VERSION.sub("", target.path)
            found.append(_check_path(spoken.name, target.origin + path))
    base = next((one.base_url for one in found if wire(one.protocol).version_segment), attempt.base_url)
    return [_check_path(DEFAULT_PROTOCOL, f"{base}/{NOWHERE}"), *found]


def _check_path(protocol: str, url: str) -> Attempt:
    spoken = wire(protocol)
    attempt = spoken.attempt(url)
    # If a protocol has several API versions, most hosts serve the last one.
    return replace(attempt, key=KeyForm.DUMMY, version=spoken.versions[-1] if spoken.versions else attempt.version)


def best(found: list[Exchange]) -> list[Attempt]:
    """Return the attempts whose path check justifies sending the key, surest first, else in the order of sending."""
    marked = [(earns_key(one), one.attempt) for one in found if Change.ENDPOINT not in one.attempt.changed]
    return [attempt for mark in (2, 1) for grade, attempt in marked if grade == mark]


def other_styles(attempt: Attempt, door: Door | None, missing: bool) -> list[Auth]:
    """Return header styles that may work after this one was refused, the door's documented ones first.

    The protocol's other styles follow if no key arrived (``missing``), the door is unknown, or the protocol's clients
    differ in their header.
    """
    protocol = wire(attempt.protocol)
    styles: list[Auth] = []
    endpoint = door.endpoint(attempt.protocol) if door is not None else None
    for name in endpoint.auth if endpoint else ():
        if name != Auth.NONE and (missing or name != Auth.QUERY):
            styles.append(Auth(name))
    if missing or door is None or protocol.clients_differ:
        styles += protocol.styles
    return [style for style in dict.fromkeys(styles) if style is not attempt.auth]


def styled(attempt: Attempt, style: Auth) -> Attempt:
    """Return the attempt with the key in another header, and with the API version that belongs to that header."""
    version = wire(attempt.protocol).style_versions.get(style, attempt.version)
    changed = tuple(dict.fromkeys((*attempt.changed, Change.AUTH)))
    return replace(attempt, auth=style, version=version, given=False, changed=changed)


def without_headers(attempt: Attempt, exchange: Exchange, headers: Iterable[ExtraHeader]) -> list[Attempt]:
    """Return the attempt without each extra header that its request carried, then without all of them.

    A header that the response names comes first, then those that name an account. Empty if the response has another
    reason that it says itself, or if the attempt has left headers out already.
    """
    if attempt.without or not exchange.request.headers:
        return []
    sent = [one for one in headers if one.name in exchange.request.headers]
    # A server that does not find the account of a header answers 404, as for an unknown path.
    if not may_be_header(exchange) and not (exchange.status == 404 and blamed(exchange, sent)):
        return []
    sent.sort(key=lambda one: (not blamed(exchange, (one,)), not one.protocols))
    names = [one.name.lower() for one in sent]
    sets = [(name,) for name in names] + ([tuple(names)] if len(names) > 1 else [])
    if len(names) > SINGLY:
        sets = [*((name,) for name in names[: SINGLY - 1]), tuple(names)]
    changed = (*attempt.changed, Change.HEADER)
    return [replace(attempt, without=one, given=False, changed=changed) for one in sets]


def followed(attempt: Attempt, exchange: Exchange) -> Attempt | None:
    """Return the attempt that a redirect points to, if it stays on this host. It may add TLS, but never remove it.

    None for another host or port, because no key is sent there: on a shared machine, another port is another user's.
    TLS at the usual port instead of plain HTTP at the usual port is the same server.
    """
    leads = exchange.redirection.target
    if leads is None or not leads.base_url:
        return None
    same_port = parse_url(leads.base_url).port == parse_url(attempt.base_url).port
    if leads.origin == "other" and not same_port:
        return None
    changed = tuple(dict.fromkeys((*attempt.changed, Change.REDIRECT)))
    base_url = leads.base_url
    return replace(attempt, base_url=base_url, given=False, changed=changed, address="", query="")


def moved(attempt: Attempt, target: Url, scheme: str) -> Attempt:
    """Return the attempt with another scheme on the same host and port."""
    here = parse_url(attempt.base_url)
    url = f"{scheme}://{target.authority if target.port not in (80, 443) else target.host}"
    if target.port not in (80, 443):
        url = f"{scheme}://{f'[{target.host}]' if ':' in target.host else target.host}:{target.port}"
    changed = (*attempt.changed, Change.SCHEME)
    return replace(attempt, base_url=url + here.path, changed=changed, given=False, address="", query="")
