"""Where else on the same host the API may be: candidates from data, and how a keyless knock at each of them reads.

Pure. Never another host: the engine asks these at the configured host and port alone.
"""

from __future__ import annotations

import re
from dataclasses import replace

from probes.api.response_checks import earns_key
from probes.catalog.door import Door, sdk_base
from probes.model.attempt import Attempt, Auth, Change, KeyForm
from probes.model.exchange import Exchange
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import by_looks, wire, wires
from probes.urls.url import Url, parse_url

OTHERS = 4  # of the knocks
NOWHERE = "llmdoctor-looks-for-what-nobody-serves"
KNOCKS = 8  # at a time; the rest of the budget belongs to asking properly at the right one
_VERSION = re.compile(r"/v\d+(?:alpha|beta)?\d*$")


def bases(protocol: str, target: Url, door: Door | None) -> list[str]:
    """Base URLs of the protocol on the target's host, the likeliest first, the target's own path left out."""
    paths: list[str] = []
    if door is not None:
        # The door may have several hosts, and a part of its host may be the user's own: its paths are the same.
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


def knocks(attempt: Attempt, target: Url, door: Door | None, local: bool = False) -> list[Attempt]:
    """The keyless looks worth taking after ``attempt`` found no route, at most :data:`KNOCKS`."""
    others = beside(attempt, target, door, local)
    same = [_knock(attempt.protocol, url) for url in bases(attempt.protocol, target, door)]
    spoken = wire(attempt.protocol)
    if spoken.version_demanded:
        same = [replace(one, version=attempt.version) for one in same]
    same = [replace(one, key=KeyForm.DUMMY) for one in other_version(attempt)] + same
    if spoken.versionless and target.path:
        same.insert(1, replace(_knock(spoken.name, attempt.base_url), changed=(Change.ENDPOINT,)))
    same = same[: KNOCKS - min(OTHERS, len(others))]
    return same + others[: KNOCKS - len(same)]


def other_version(attempt: Attempt) -> list[Attempt]:
    """The same with the version of the API that most hosts serve, where requests name one."""
    served = wire(attempt.protocol).versions[-1:]
    changed = tuple(dict.fromkeys((*attempt.changed, Change.VERSION)))
    return [
        replace(attempt, version=name, given=False, changed=changed, address="", query="")
        for name in served
        if name != attempt.version
    ]


def beside(attempt: Attempt, target: Url, door: Door | None, local: bool = False, looks: int = KNOCKS) -> list[Attempt]:
    """Looks for the other protocols, at most so many for each: first those that the door documents, then the likely."""
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
            urls = listed[:1] + here
        else:
            urls = listed + here if versioned and not _VERSION.search(target.path) else here + listed
        found = [_knock(name, url) for url in urls[: min(most, looks)]]
        firsts += found[:1]
        seconds += found[1:]
    return firsts + seconds


def _likely(local: bool) -> list[tuple[str, int]]:
    """The protocols worth a look where the door documents none, and how many looks each."""
    here = [(one.name, 1) for one in wires() if local and one.local]
    return here + [(one.name, one.looks) for one in by_looks() if one.looks]


def looks(attempt: Attempt, target: Url, local: bool = False) -> list[Attempt]:
    """One look for each other protocol, and one at a path that nobody serves: where that one is refused as a path, a
    refused key beside it shows a route.
    """
    found = beside(attempt, target, None, local, looks=1)
    for spoken in wires():
        if not spoken.looks and not spoken.local and spoken.name != attempt.protocol:
            path = target.path if spoken.version_segment else _VERSION.sub("", target.path)
            found.append(_knock(spoken.name, target.origin + path))
    base = next((one.base_url for one in found if wire(one.protocol).version_segment), attempt.base_url)
    return [_knock(DEFAULT_PROTOCOL, f"{base}/{NOWHERE}"), *found]


def _knock(protocol: str, url: str) -> Attempt:
    spoken = wire(protocol)
    attempt = spoken.attempt(url)
    # Where versions are served side by side, the last one is what most hosts serve.
    return replace(attempt, key=KeyForm.DUMMY, version=spoken.versions[-1] if spoken.versions else attempt.version)


def best(found: list[Exchange]) -> list[Attempt]:
    """The paths that earned the key, surest first, in the order in which they were asked."""
    marked = [(earns_key(one), one.attempt) for one in found if Change.ENDPOINT not in one.attempt.changed]
    return [attempt for mark in (2, 1) for grade, attempt in marked if grade == mark]


def other_styles(attempt: Attempt, door: Door | None, missing: bool) -> list[Auth]:
    """Header styles that may do where this one was refused: those of the door's, then, if none arrived or nobody knows
    the door, the usual others.
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
    """The same way of asking with the key in another header, and the version that goes with it."""
    version = wire(attempt.protocol).style_versions.get(style, attempt.version)
    changed = tuple(dict.fromkeys((*attempt.changed, Change.AUTH)))
    return replace(attempt, auth=style, version=version, given=False, changed=changed)


def followed(attempt: Attempt, told: Exchange) -> Attempt | None:
    """The way of asking that a redirect points to, where it stays on this host; encryption may be added, never taken
    off.

    None for another host: no key goes there.
    """
    if told.redirection.target is None or not told.redirection.target.base_url:
        return None
    changed = tuple(dict.fromkeys((*attempt.changed, Change.REDIRECT)))
    base_url = told.redirection.target.base_url
    return replace(attempt, base_url=base_url, given=False, changed=changed, address="", query="")


def moved(attempt: Attempt, target: Url, scheme: str) -> Attempt:
    """The same way of asking under another scheme on the same host and port."""
    here = parse_url(attempt.base_url)
    url = f"{scheme}://{target.authority if target.port not in (80, 443) else target.host}"
    if target.port not in (80, 443):
        url = f"{scheme}://{f'[{target.host}]' if ':' in target.host else target.host}:{target.port}"
    changed = (*attempt.changed, Change.SCHEME)
    return replace(attempt, base_url=url + here.path, changed=changed, given=False, address="", query="")
