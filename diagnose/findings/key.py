"""key.*: flaws in how the key is written, and whether its shape fits this provider."""

from __future__ import annotations

from collections.abc import Callable

from diagnose.advice.remedy_steps import named_base_url, upstream_named
from diagnose.answers.provider_addresses import built_in_doors
from diagnose.evidence import client_urls
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.credentials import (
    apart,
    candidates,
    credential_values,
    expected_sure,
    only,
    refused,
    sites,
    token_lines,
    token_of,
    values_of,
    wrong_audience,
)
from diagnose.report import Seen, Severity, seen
from probes.model.attempt import KeyForm
from probes.model.facts import SisterSite, SiteDifference, Withheld
from probes.model.key_shape import ENDED, LOGINS, SOMETIMES, Confidence, Fit
from probes.model.listed import Listed
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.shown_url import split_shown
from probes.model.source import Source, SourceKind
from probes.model.value_issues import Flaw


def _cleaned_key(view: View) -> tuple[dict[str, object] | None, bool]:
    """Return the setting for the cleaned key and whether it was seen to work."""
    deep = view.deep
    cleaned = deep is not None and deep.attempt.key is KeyForm.CLEANED
    return ({"key": "cleaned"} if cleaned or not view.asked else None), cleaned and view.works


def _flawed(*kinds: str) -> Callable[[View], Claim | None]:
    def when(view: View) -> Claim | None:
        flaw = view.flaw("key", *kinds)
        if flaw is None:
            return None
        settings, verified = _cleaned_key(view)
        survives = not flaw.fatal and view.works_as_given
        return Claim(
            (seen("note", note=flaw.notes),) if flaw.notes else (),
            severity=Severity.WARNING if survives else None,
            values={"position": flaw.notes},
            settings=settings if flaw.mended and not survives else None,
            verified=verified and flaw.mended,
            case=_what_clings(flaw) if "stray" in kinds else "name" if _is_name(flaw) else "",
        )

    return when


def _is_name(flaw: Flaw) -> bool:
    """Check whether the key is a variable's bare name: nothing in it says that a program should look the value up."""
    return flaw.kind == "unexpanded" and any(one.name == "variable_name" for one in flaw.notes)


def _what_clings(flaw: Flaw) -> str:
    """Return ``line_break`` or ``quotes`` if the key ends with the one or is within the others, and nothing else is
    wrong with it; else an empty text.
    """
    found = [dict(one.values) for one in flaw.notes if one.name == "position"]
    if not found or len(found) != len(flaw.notes):
        return ""
    places = [(int(one["position"]), int(one["length"])) for one in found]
    if all(one["name"] in ("U+000A LINE FEED", "U+000D CARRIAGE RETURN") for one in found):
        return "line_break" if min(at for at, _ in places) > places[0][1] - len(places) else ""
    around = len(places) == 2 and [at for at, _ in places] == [1, places[0][1]]
    return "quotes" if around and all("QUOTATION MARK" in one["name"] for one in found) else ""


def _placeholder(view: View) -> Claim | None:
    flaw = view.flaw("key", "placeholder", "dummy")
    if flaw is None or view.works:
        return None
    response = view.deep.told if view.deep else None
    about_key = view.match is not None and view.match.code in ("auth.rejected", "auth.header_lost", "auth.expired")
    refused = view.key_good is False or about_key
    if flaw.kind == "dummy" and not refused:
        return None
    if (
        response is not None
        and not refused
        and response.status
        and view.key_good is None
        and view.door
        and view.door.host.local
    ):
        return None
    return Claim((seen("note", note=flaw.notes),) if flaw.notes else ())


def _shape(fit: Fit) -> Callable[[View], Claim | None]:
    """Make a rule on how the key's shape fits the door. A response that accepts the key overrules its shape."""

    def when(view: View) -> Claim | None:
        door = view.door
        if door is None or door.key.fit is not fit or (view.key_good and fit is not Fit.OFFICIAL_ELSEWHERE):
            return None
        sure = door.key.certain if fit is Fit.OFFICIAL_ELSEWHERE else expected_sure(view, door.key.certain)
        if fit is Fit.WRONG_KIND and not sure and view.asked:
            return None  # the server did not mind, and the form alone does not tell
        values = {**values_of(door), "key_door": door.key.door_name, "better_url": door.key.door_url}
        elsewhere = fit is Fit.OTHER_DOOR and not door.key.door_url and door.key.matches
        home = built_in_doors().get(door.key.matches[0].door) if elsewhere else None
        if home is not None and home.endpoints and "{" not in home.endpoints[0].sdk_url:
            values["home_url"] = home.endpoints[0].sdk_url
        return Claim(
            _looks_like(view),
            sure=sure,
            values=values,
            settings={"base_url": door.key.door_url} if door.key.door_url else None,
            case="other_protocol" if "home_url" in values else "",
        )

    return when


def _looks_like(view: View) -> tuple[str | Seen, ...]:
    door, target = view.door, view.evidence.target
    assert door is not None
    lines: list[str | Seen] = [seen("key", key_hint=target.key_hint or "", count=target.key_length or 0)]
    matches = door.key.matches
    if door.key.fit in (Fit.OTHER_PLAN, Fit.OTHER_REGION, Fit.OTHER_RESOURCE):
        # The claim is about this company; other companies with the same shape would only confuse.
        family = door.key.note.split(", ")
        matches = tuple(one for one in matches if one.door in family)
    for confidence in Confidence:
        if names := [_name_of(one.door) for one in matches[:3] if one.confidence is confidence]:
            lines.append(seen(f"match_{confidence}", names=Listed(names)))
    if view.key_policy.withheld is Withheld.OTHER_DOOR:
        lines.append(seen("not_sent", host=door.host.name))
    if said := view.said():
        lines.append(said)
    return tuple(lines)


def _name_of(id: str) -> str:
    door = built_in_doors().get(id)
    return door.name if door is not None else id


def _wrong_door(view: View) -> Claim | None:
    door = view.door
    if door is None or view.key_good:
        return None
    if door.key.fit is Fit.OTHER_DOOR:
        return _shape(Fit.OTHER_DOOR)(view)
    chain = view.chain
    if view.key_policy.withheld is Withheld.OTHER_DOOR and chain is not None and chain.used:
        place = chain.winner.source if chain.winner is not None else None
        values: dict[str, str | Note | Source] = {"product": note("house", name=chain.vendor), "place": place or ""}
        return Claim((seen("not_sent", host=door.host.name),), values=values, case="chain")
    refused = view.match is not None and view.match.code == "auth.rejected"
    if door.key.fit is Fit.UNLIKELY and (refused or not view.asked):
        # All OpenAI keys have OpenAI's prefix. A key without it is another provider's, but its shape may fit several.
        base = dict(view.evidence.target.sources).get("base_url")
        unset = base is None or base.kind in (SourceKind.DEFAULT, SourceKind.DOOR)
        values = {"key_door": "", "better_url": "", "address_setting": _address_setting(view), "homes": _homes(view)}
        # Nobody chose the SDK's own address, so that the form of the key alone says that another one is missing.
        sure = refused or (unset and not view.exchanges)
        severity, case = (None, "likely") if sure else (Severity.WARNING, "maybe")
        return Claim(_looks_like(view), severity=severity, sure=sure, values=values, case=case)
    return None


def _address_setting(view: View) -> str:
    """Return the variable with the base URL: the one that has it now, else the one that the app or the SDK reads."""
    base, protocol = dict(view.evidence.target.sources).get("base_url"), view.evidence.target.protocol
    if base is not None and base.kind not in (SourceKind.DEFAULT, SourceKind.DOOR):
        return base.variable or ""
    return client_urls.variable(view.app, protocol, "base_url") or client_urls.sdk_variable(protocol, "base_url")


def _homes(view: View) -> str:
    """Return the likely providers of the key with their base URLs: ``Moonshot: https://api.moonshot.cn/v1; …``.

    Of a relay that anybody can run, the form of its address.
    """
    assert view.door is not None
    matches, protocol = view.door.key.matches, view.evidence.target.protocol
    found: list[Listed] = []
    best = [one for one in matches if one.confidence is matches[0].confidence]
    for match in best[:3]:
        door = built_in_doors().get(match.door)
        if door is None:
            continue
        url = next((one.sdk_url for one in door.endpoints if one.protocol == protocol), "")
        if "://localhost" in url:
            url = f"https://HOST{split_shown(url).path}"
        if url and "{" not in url:
            found.append(Listed((door.name, url), ": "))
    return Listed(found, "; ")


def _sister_site(differs: SiteDifference) -> Callable[[View], Claim | None]:
    """Make a rule for a refused key if the provider has a sister site whose keys look the same.

    The finding is only likely, because only the sister site knows whether the key is its own.
    """

    def when(view: View) -> Claim | None:
        if view.match is None or view.match.code != "auth.rejected":
            return None
        found = candidates(view)
        named = [one.differs for one in found if one.differs is not SiteDifference.PLAN]
        # One claim for all of the sites, so that no two findings of a report differ about the same key.
        return _at_sister_site(found) if named[:1] == [differs] else None

    return when


def _at_sister_site(sister_sites: tuple[SisterSite, ...], *evidence: str) -> Claim | None:
    if not sister_sites:
        return None
    return Claim(
        evidence or tuple(f"{one.name}: {one.url}" for one in sister_sites),
        probe="auth",
        sure=False,
        values={"key_door": sister_sites[0].name, "sites": sites(sister_sites)},
        settings=only(sister_sites),
        case="maybe",
    )


def _wrong_plan(view: View) -> Claim | None:
    claim = _shape(Fit.OTHER_PLAN)(view)
    door, match = view.door, view.match
    if claim is not None and door is not None and not door.key.certain and door.match.sister_sites:
        # An ordinary key where only the plan's keys are taken: which site it is from, nobody but the user knows.
        found = apart(door.match.sister_sites)
        return replace(claim, values={**claim.values, "sites": sites(found)}, settings=only(found), case="not_of_plan")
    if claim is not None and door is not None:
        found = tuple(one for one in apart(door.match.sister_sites) if one.differs is SiteDifference.PLAN)
        if len(found) < 2:
            return claim
        values = {**claim.values, "sites": sites(found), "better_url": ""}
        return replace(claim, values=values, settings=None, case="plans")
    if door is None or match is None or not match.values.get("plan_hint"):
        return None
    plans = tuple(one for one in door.match.sister_sites if one.differs is SiteDifference.PLAN)
    # The key is known here. A plan that shares the keys of this site is the nearer one, if there is one.
    return _at_sister_site(tuple(one for one in plans if one.same_keys) or plans, match.why)


def _wrong_resource(view: View) -> Claim | None:
    return (
        _shape(Fit.OTHER_RESOURCE)(view)
        or _sister_site(SiteDifference.PRODUCT)(view)
        or _other_own_host(view, "resource", "workspace", "account")
    )


def _wrong_region(view: View) -> Claim | None:
    match, subject = view.match, view.subject
    wordless = match is None or match.dialect.startswith("status-")
    refused = subject is not None and subject.status in (401, 403, 421) and wordless
    url = named_base_url(view) if refused or (match is not None and match.code == "key.wrong_region") else ""
    if subject is not None and refused and url and split_shown(url).netloc != split_shown(subject.request.url).netloc:
        # Nobody knows these words, but they name another host of the same provider for the request.
        return Claim(
            (line_of(subject),), values={"better_url": url, "key_door": ""}, settings={"base_url": url}, case="named"
        )
    if match is not None and subject is not None and match.code == "key.wrong_region" and not upstream_named(view):
        return Claim(
            (line_of(subject),),
            sure=match.confidence >= 0.95,
            values={"better_url": url, "key_door": ""},
            settings={"base_url": url} if url else None,
            case=match.values.get("case", ""),
        )
    claim = _shape(Fit.OTHER_REGION)(view)
    token = token_of(view)
    if claim is not None:
        lines = token_lines(token) if token is not None else ()
        return replace(claim, evidence=(*claim.evidence, *lines), case="token" if token is not None else "")
    return _sister_site(SiteDifference.REGION)(view) or _other_own_host(view, "region")


def _other_own_host(view: View, *parts: str) -> Claim | None:
    """Report a refused key at a provider where each resource, workspace or region has its own host and keys.

    The finding is only likely, because only those other hosts know whether the key is theirs.
    """
    door, match = view.door, view.match
    refused = view.key_good is False and match is not None and match.code == "auth.rejected"
    if door is None or door.host.own_part not in parts or door.key.fit not in (Fit.FITS, Fit.UNKNOWN) or not refused:
        return None
    if door.key.token is not None:
        return None  # a token says itself where it is valid
    values = {"own_region": door.key.region, "better_url": ""}
    return Claim((seen("own_host", host=door.host.name),), probe="auth", sure=False, values=values, case="own")


def _wrong_kind(view: View) -> Claim | None:
    """Report a credential of another kind, by the words of the response or by the shape of the key."""
    match, door = view.match, view.door
    told_by_shape = door is not None and door.key.fit is Fit.WRONG_KIND and door.key.note in (ENDED, SOMETIMES)
    if match is not None and match.values.get("kind_hint") and not (told_by_shape and refused(view)):
        return Claim((match.why,), case=match.values.get("case", ""))
    if told_by_shape and match is not None and match.code == "auth.expired":
        return None  # the server says more exactly what happened to this key
    if told_by_shape and door is not None and door.key.note == SOMETIMES and not refused(view):
        return None  # only the server's answer tells
    if flaw := view.flaw("key", "credential"):
        more = credential_values(door) if door is not None and door.key.fit is Fit.WRONG_KIND else {}
        return Claim((seen("note", note=flaw.notes),), values={**more, "credential": flaw.notes}, case="document")
    claim = _shape(Fit.WRONG_KIND)(view)
    if claim is None or door is None:
        return claim
    token = door.key.token
    lines = token_lines(token) if token is not None else ()
    case = "token" if token is not None or door.key.note in LOGINS else _CASES.get(door.key.note, "")
    return replace(claim, evidence=(*claim.evidence, *lines), values=credential_values(door), case=case)


_CASES = {
    ENDED: "ended",
    SOMETIMES: "service",
    "key_id": "access_key",
    "temporary_key_id": "access_key",
    "access_key_pair": "access_key",
    "signed_request": "access_key",
}


def _truncated(view: View) -> Claim | None:
    door = view.door
    if door is None or door.key.fit is not Fit.TRUNCATED or view.key_good:
        return None
    if door.key.mark:
        line = seen("mark_cut", detail=door.key.mark, count=door.key.length)
    else:
        line = seen("length", count=door.key.length, wanted=door.key.wanted)
    return Claim((line,), values={"key_door": door.key.door_name})


RULES = (
    Rule("key.unexpanded", Severity.ERROR, "settings", _flawed("unexpanded"), "settings"),
    Rule("key.masked", Severity.ERROR, "settings", _flawed("masked"), "settings"),
    Rule("key.placeholder", Severity.ERROR, "settings", _placeholder, "settings"),
    Rule("key.several", Severity.ERROR, "settings", _flawed("several"), "settings"),
    Rule("key.bearer_prefix", Severity.ERROR, "settings", _flawed("bearer_prefix"), "settings"),
    Rule(
        "key.stray_characters",
        Severity.ERROR,
        "settings",
        _flawed("stray", "control", "quotes"),
        "settings",
    ),
    Rule(
        "key.wrong_door",
        Severity.ERROR,
        "door",
        _wrong_door,
        "settings",
    ),
    Rule("key.wrong_kind", Severity.ERROR, "door", _wrong_kind, "settings"),
    Rule("key.wrong_audience", Severity.ERROR, "door", wrong_audience, "settings"),
    Rule("key.wrong_plan", Severity.ERROR, "door", _wrong_plan, "settings"),
    Rule("key.wrong_resource", Severity.ERROR, "door", _wrong_resource, "settings"),
    Rule("key.truncated", Severity.ERROR, "door", _truncated, "settings"),
    Rule("key.wrong_region", Severity.ERROR, "door", _wrong_region, "settings"),
    Rule(
        "key.official_elsewhere",
        Severity.WARNING,
        "door",
        _shape(Fit.OFFICIAL_ELSEWHERE),
        "settings",
    ),
)
