"""url.*: flaws in how the base URL is written, and what the host's responses say about its path."""

from __future__ import annotations

import re
from collections.abc import Callable

from diagnose.advice.houses import host_at_location
from diagnose.evidence.lines import line_of, words_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.api.response_checks import bare_refusal, earns_key, no_route, refuses_key, sends_elsewhere
from probes.model.attempt import Attempt, Change
from probes.model.facts import Withheld
from probes.model.failure import Kind
from probes.model.record import replace
from probes.model.shown_url import split_shown
from probes.model.value_issues import Flaw
from probes.protocols.protocol import wire

_VERSION = r"/v\d++[a-z]*+\d*+$"
# A vendor's complete version path counts as a version segment, because a base URL without it is just the host.
_VERSION_PATHS = ("/api/paas/v4",)


def settings_of(attempt: Attempt) -> dict[str, object]:
    """Return the part of a working attempt that a user can set: base URL, protocol, API version if it matters."""
    settings: dict[str, object] = {"base_url": attempt.base_url, "protocol": attempt.protocol}
    versioned = Change.VERSION in attempt.changed or wire(attempt.protocol).version_demanded
    return settings | ({"api_version": attempt.version} if versioned else {})


def beyond_app(view: View) -> bool:
    """Check whether what was found at the host is a protocol that the named app cannot speak, so that no URL helps."""
    return view.app is not None and view.better is not None and view.better.protocol not in view.app.protocols


def _better_url(view: View) -> tuple[dict[str, object] | None, bool, str]:
    """Return better settings, whether an answer came with them, and their base URL.

    Without an attempt that found a better base URL, it is the given one with its flaws corrected.
    """
    better = view.better
    if beyond_app(view):
        return None, False, ""
    if better is not None:
        return settings_of(better), view.working is not None, better.base_url
    mended = view.settings.mended_url
    if mended:
        return {"base_url": mended.removesuffix("/")}, False, mended.removesuffix("/")
    return None, False, ""


def _flawed(*kinds: str) -> Callable[[View], Claim | None]:
    """Make a rule that holds if the base URL has one of these flaws; it only warns if the URL works in spite of it."""

    def when(view: View) -> Claim | None:
        flaw = view.flaw("base_url", *kinds)
        if flaw is None:
            return None
        return _claim(view, flaw)

    return when


def _claim(view: View, flaw: Flaw) -> Claim:
    settings, verified, url = _better_url(view)
    survives = not flaw.fatal and (view.works_as_given or (flaw.kind in _MAY_NOT_MATTER and _answered_alike(view)))
    shown = repr(view.settings.base_url)
    evidence: tuple[str | Seen, ...] = (seen("of", name=shown, note=flaw.notes) if flaw.notes else shown,)
    first = view.first
    if first is not None and first.attempt.given and first.told is not None and not survives:
        evidence += (line_of(first.told),)
    return Claim(
        evidence,
        severity=Severity.WARNING if survives or beyond_app(view) else None,
        values={"better_url": url, "position": flaw.notes, "ending": _ending(flaw)},
        settings=None if survives else settings,
        verified=verified and not survives,
    )


def _ending(flaw: Flaw) -> str:
    """Return the endpoint in which the base URL ends, such as ``/chat/completions``; "" without one."""
    return next((dict(one.values).get("path", "") for one in flaw.notes if one.name == "ends_in"), "")


# Flaws that many servers tolerate. With the others, the SDK asks for a path that no API has.
_MAY_NOT_MATTER = ("double_slash", "query", "fragment", "stray")


def _answered_alike(view: View) -> bool:
    """Check whether the server answered the corrected URL as it did the given one, so that the flaw does not matter."""
    first, deep = view.first, view.deep
    if first is None or deep is None or first.told is None or deep.told is None or deep is first or view.works:
        return False
    one, other = first.told, deep.told
    routed = deep.attempt.base_url == (view.settings.mended_url or "").removesuffix("/") and not deep.lost
    return routed and one.status == other.status and words_of(one) == words_of(other)


def _invalid(view: View) -> Claim | None:
    flaw = view.flaw("base_url", "invalid", "bad_port", "empty", "scheme_unusable")
    if flaw is None and view.failed("dns", Kind.NAME_INVALID) is None:
        return None
    if view.settings.url_looks_like_key or view.settings.base_url is None:
        return None
    if flaw is None:
        return Claim((repr(view.settings.base_url),))
    claim = _claim(view, flaw)
    if reference := next((dict(one.values).get("name") for one in flaw.notes if one.name == "unfilled"), None):
        return replace(claim, values={**claim.values, "reference": reference}, case="unfilled")
    return replace(claim, case="scheme") if flaw.kind == "scheme_unusable" else claim


def _plaintext(view: View) -> Claim | None:
    door = view.door
    if door is None or door.host.scheme != "http":
        return None
    host = f"{door.host.scheme}://{door.host.name}"
    if view.key_policy.withheld is Withheld.PLAINTEXT:
        url = "https" + (view.settings.mended_url or "")[4:]
        lines: list[str | Seen] = [host]
        if address := view.exposed_at:
            lines = [f"{host} → {address}" if address != door.host.name else host]
            if door.host.local:
                lines.append(seen("not_private", address=address))
        return Claim((*lines, seen("not_sent", host=door.host.name)), values={"better_url": url})
    keyed = [one for one in view.exchanges if one.request.with_key]
    if not keyed or _stays_private(view, door.host.local, any(one.request.via_proxy for one in keyed)):
        return None
    return Claim((host,), severity=Severity.WARNING)


def _stays_private(view: View, local: bool, through_proxy: bool) -> bool:
    """Check whether the key that was sent in plain HTTP stayed in a private network."""
    by_connect_to = any(one.note == "connect_to" for one in view.observations("dns"))
    return not view.exposed_at and not through_proxy and (local or not by_connect_to)


def _other_location(view: View) -> Claim | None:
    """Report a host that belongs to no location, or to another one than the path names, if nothing answers there."""
    door, first = view.door, view.first
    # Google refuses a name of its own that nobody serves with 400.
    unserved = view.failure("dns") is not None or (
        first is not None and (first.lost or (first.told is not None and first.told.status in (400, 421)))
    )
    if door is None or view.works or not unserved:
        return None
    parts = split_shown(view.settings.mended_url or "")
    found = host_at_location(view, parts.path)
    if found is None:
        return None
    place, host = found
    url = parts._replace(netloc=host).geturl().rstrip("/")
    told = (line_of(first.told),) if first is not None and first.told is not None else ()
    return Claim(told, values={"better_url": url, "location": place}, settings={"base_url": url}, case="location")


def _host_typo(view: View) -> Claim | None:
    door = view.door
    if door is None or not door.match.typo_of or view.works_as_given:
        return _other_location(view)
    better = door.match.right_base_url or ""
    return Claim(
        (seen("typo", host=door.host.name, names=door.match.typo_of),),
        values={"names": door.match.typo_of, "better_url": better},
        settings={"base_url": better} if better else None,
    )


def _not_api_host(view: View) -> Claim | None:
    door = view.door
    if door is None or not door.match.website_of or view.works_as_given:
        return None
    better = door.match.right_base_url or ""
    return Claim(
        (seen("website", host=door.host.name, door=door.match.website_of),),
        values={"door": door.match.website_of, "better_url": better},
        settings={"base_url": better} if better else None,
    )


def _better_path(view: View) -> Attempt | None:
    """Return the better attempt if it uses the same protocol and requests to other paths found its path."""
    first, better = view.first, view.better
    if first is None or better is None or not first.attempt.given or Change.PATH not in better.changed:
        return None
    server_failed = first.told is not None and first.told.status >= 500
    blocked = first.told is not None and bare_refusal(first.told)
    elsewhere = first.told is not None and sends_elsewhere(first.told)
    queried = view.flaw("base_url", "query") is not None
    # Some servers have their model list at a path that does not serve the model.
    listed_alone = first.chat is not None and no_route(first.chat)
    refused = first.told is not None and refuses_key(first.told)  # another service may answer at this path
    odd = view.works and (server_failed or elsewhere or queried or listed_alone or refused)
    if not first.lost and not blocked and not odd:
        return None
    if better.protocol != first.attempt.protocol:
        return None
    if better.base_url == first.attempt.base_url and not first.attempt.address:
        return None
    if Change.REDIRECT in better.changed or Change.SCHEME in better.changed:
        return None
    if view.flaw("base_url", "endpoint_included", "version_doubled", "double_slash", "stray", "fragment"):
        mended = (view.settings.mended_url or "").removesuffix("/")
        if better.base_url == mended:
            return None  # the rule of the flaw reports it
    return better


def _version_missing(view: View) -> Claim | None:
    better = _better_path(view)
    if better is None or not (added := _added_version(view, better)):
        return None
    claim = _path_claim(view, better)
    return replace(claim, values={**claim.values, "added": added})


def _added_version(view: View, better: Attempt) -> str:
    """Return what the better path adds to the given one, for example ``/v1``; "" if it changes anything else."""
    first = view.first
    assert first is not None
    given_path = split_shown(first.attempt.base_url).path.rstrip("/")
    better_path = split_shown(better.base_url).path.rstrip("/")
    if first.attempt.address and (version := re.match(r"/v\d+(?=/)", wire(better.protocol).endpoint)):
        better_path += version[0]  # the SDK adds it to the path, this app needs it in its base URL
    added = better_path[len(given_path) :] if better_path.startswith(given_path) else ""
    versioned = re.fullmatch(r"/v\d++[a-z]*+\d*+", added) or (not given_path and better_path in _VERSION_PATHS)
    return added if versioned else ""


def _other_version(view: View) -> Claim | None:
    """Report that an API version other than the newest SDK's works, which older SDKs and other clients may use."""
    first, working = view.first, view.working
    if first is None or working is None or Change.VERSION not in working.changed or Change.PROTOCOL in working.changed:
        return None
    named = view.evidence.target.app_named or len(wire(working.protocol).versions) < 2
    return replace(_path_claim(view, working), severity=None if named or not view.works else Severity.WARNING)


def _version_unknown(view: View) -> Claim | None:
    """Report an API that exists only without the version that every SDK adds to the path: no base URL helps."""
    first, look = view.first, next((one for one in view.looks if Change.ENDPOINT in one.attempt.changed), None)
    if first is None or first.told is None or look is None or not first.lost or view.better is not None:
        return None
    return Claim((line_of(first.told), line_of(look))) if earns_key(look) else None


def _second_version(view: View) -> Attempt | None:
    """Return the better attempt if its base URL is the given one without a second version: ``/api/v3/v1``."""
    better, first = _better_path(view), view.first
    if better is None or first is None or first.attempt.address:
        return None
    given, found = (split_shown(one.base_url).path.rstrip("/") for one in (first.attempt, better))
    last = given[len(found) :] if given.startswith(found) else ""
    return better if re.fullmatch(_VERSION, last) and re.search(_VERSION, found) else None


def _version_doubled(view: View) -> Claim | None:
    """Report a version that stands twice in the base URL, or a second one of another form that only apps add."""
    claim = _flawed("version_doubled")(view)
    if claim is not None or (better := _second_version(view)) is None or view.first is None:
        return claim
    last = split_shown(view.first.attempt.base_url).path.rstrip("/").rpartition("/")[2]
    path = _path_claim(view, better)
    return replace(path, values={**path.values, "doubled": f"/{last}"}, case="second")


def _path_wrong(view: View) -> Claim | None:
    better = _better_path(view)
    if _second_version(view) is not None:
        return None
    if better is None and (claim := _other_version(view) or _version_unknown(view)) is not None:
        return claim
    if better is None or _added_version(view, better):
        return None
    return _path_claim(view, better)


def _path_claim(view: View, better: Attempt) -> Claim:
    first, deep = view.first, view.deep
    assert first is not None and first.told is not None
    evidence: list[str | Seen] = [line_of(first.told)]
    if deep is not None and deep.told is not None:
        evidence.append(line_of(deep.told))
    return Claim(
        tuple(evidence),
        values={
            "better_url": better.base_url if first.attempt.address or better.base_url != first.attempt.base_url else "",
            "better_version": better.version if Change.VERSION in better.changed else "",
        },
        settings=settings_of(better),
        verified=view.working is not None,
    )


RULES = (
    Rule("url.invalid", Severity.ERROR, "settings", _invalid, "settings"),
    Rule(
        "url.scheme_missing",
        Severity.ERROR,
        "settings",
        _flawed("scheme_missing", "scheme_wrong"),
        "settings",
    ),
    Rule(
        "url.stray_characters",
        Severity.ERROR,
        "settings",
        _flawed("stray", "fragment"),
        "settings",
    ),
    Rule("url.plaintext", Severity.ERROR, "door", _plaintext, "settings"),
    Rule("url.host_typo", Severity.ERROR, "door", _host_typo, "settings"),
    Rule("url.not_api_host", Severity.ERROR, "door", _not_api_host, "settings"),
    Rule(
        "url.endpoint_included",
        Severity.ERROR,
        "http",
        _flawed("endpoint_included"),
        "settings",
    ),
    Rule("url.version_doubled", Severity.ERROR, "http", _version_doubled, "settings"),
    Rule(
        "url.double_slash",
        Severity.ERROR,
        "http",
        _flawed("double_slash"),
        "settings",
    ),
    Rule("url.version_missing", Severity.ERROR, "http", _version_missing, "settings"),
    Rule(
        "url.path_wrong",
        Severity.ERROR,
        "http",
        _path_wrong,
        "settings",
    ),
)
