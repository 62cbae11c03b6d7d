"""Identify the owner of a key by its shape, and check whether the key belongs to a provider.

``doors.toml`` has the shapes of the providers' keys, ``credentials.toml`` those of credentials that are not keys of a
model API, and the issuers of tokens. No result contains any part of the value.
"""

from __future__ import annotations

from probes.catalog.door import Door, KeyShape
from probes.catalog.doors import Doors, informed, load
from probes.keys.checksums import mistyped
from probes.keys.credential_kinds import Credential, Issuer, credential_of, head, pattern_matches
from probes.keys.token_fit import fit_jwt, fit_region
from probes.keys.tokens import issuer_of, token_of
from probes.model.key_shape import ENDED, SOMETIMES, Confidence, Fit
from probes.model.note import note
from probes.model.record import replace
from probes.model.run_memory import remembered
from probes.model.value_issues import KeyFit, KeyMatch, Token

# Doors in front of other APIs: any key may be right.
_CARRIERS = frozenset(("gateway", "local", "relay"))

# A key longer than this multiple of the longest known one was pasted twice; a shorter one may be a new length.
_PASTED_TWICE = 1.5

# Tokens of a login to one product. A gateway of one's own may take those of a sign-in service, but not these.
_PERSONAL = ("oauth", "session")

_ORDER = tuple(Confidence)


def identify(value: str) -> tuple[KeyMatch, ...]:
    """Return the providers whose keys have this shape, the best match first; empty if the shape is unknown.

    If a shape identifies a provider or a company with certainty, only providers of that company are returned.
    """
    value = value.strip()
    return _identify(value, _who_tells(value))


def _who_tells(value: str) -> Doors:
    """Return the doors by which a key is identified.

    The kinds of keys that only a bundle names count for keys about which the built-in facts are not certain.
    """
    doors, told = load(), informed()
    return doors if told is doors or _certain(_identify(value, doors)) else told


def fit(value: str, door: Door | None, *, local: bool, host: str = "", day: str = "") -> KeyFit:
    """Check whether a key belongs to a provider.

    ``door`` is None if the host is unknown; ``local`` says that the host is this machine or in a private network.
    ``day`` (ISO 8601) is the day of the run: whether a kind of key is still, or already, accepted is judged by it, and
    without it no kind counts as ended.
    """
    value = value.strip()
    if not value:
        return KeyFit(Fit.NO_KEY)
    doors, told = load(), informed()
    if told is doors:
        return _fitted(value, door, doors, door, local, host, day)
    # What a bundle says about this host and its keys. It never frees a key: whatever the built-in facts withhold, and
    # whatever they know for certain, holds.
    named = told.get(door.id) if door is not None else None
    found = _fitted(value, door, doors, named or door, local, host, day)
    if found.elsewhere or _certain(found.matches):
        return found
    return _fitted(value, named or (told.of_host(host) if host else None), told, named, local, host, day)


def _fitted(
    value: str, door: Door | None, doors: Doors, dated: Door | None, local: bool, host: str, day: str
) -> KeyFit:
    """Check whether a key belongs to a provider, by these doors. ``dated`` says which kinds of keys have ended."""
    token = token_of(value)
    issuer = issuer_of(token) if token is not None else None
    credential = credential_of(value)
    region = door.own_parts(host).get("region", "") if door is not None else ""
    found = _fit(value, door, local, host, region, token, issuer, credential, doors, day)
    if found.fit is Fit.FITS and dated is not None and token is None:
        found = _of_ended_kind(value, dated, found, day)
    if token is not None and issuer is not None:
        token = replace(token, house=issuer.name)
    named = issuer.door if issuer else credential.door if credential else ""
    if found.note == ENDED and door is not None:
        named = door.id
    if token is not None and not named and found.matches:
        named = found.matches[0].door
    home = doors.get(named)
    return replace(
        found,
        token=token,
        house=issuer.name if issuer else home.name if home else "",
        console=home.console_url if home and not home.provenance.ended(day) else "",
        region=region,
        head=_common_head(door) if door is not None else "",
    )


def _common_head(door: Door) -> str:
    """Return the text with which every key of this provider begins; empty if there is none or not all are known."""
    heads = {head(shape.pattern) for shape in door.keys}
    return heads.pop() if door.keys_complete and len(heads) == 1 else ""


def _fit(
    value: str,
    door: Door | None,
    local: bool,
    host: str,
    region: str,
    token: Token | None,
    issuer: Issuer | None,
    credential: Credential | None,
    doors: Doors,
    day: str,
) -> KeyFit:
    matches = _identify(value, doors)
    if door is None:
        if issuer is not None and issuer.kind in _PERSONAL and not local:
            return KeyFit(Fit.WRONG_KIND, issuer.kind, matches)
        return _fit_unknown_host(credential, matches, doors, local)
    same_company = credential is not None and credential.company == door.company
    if credential and door.id in credential.sometimes and credential.provenance.begun(day):
        return KeyFit(Fit.WRONG_KIND, SOMETIMES, matches)
    if (
        credential
        and door.id not in credential.taken_by
        and (same_company or (credential.certain and door.kind not in _CARRIERS))
    ):
        return _fit_credential(credential, door, matches)
    if door.kind in _CARRIERS:
        taken = _own_match(door, matches, doors) or (issuer and door.id in issuer.taken_by)
        return KeyFit(Fit.FITS if taken else Fit.UNKNOWN, matches=matches)
    own = _own_match(door, matches, doors) is not None
    about_token = None
    if token is not None and token.form == "jwt":
        about_token = fit_jwt(token, issuer, door, host, own, matches, day)
    elif token is not None and own:
        about_token = fit_region(token, region, matches, door)
    if about_token is not None:
        return about_token
    if credential and not own and door.id not in credential.taken_by:
        return KeyFit(Fit.WRONG_KIND, credential.kind, matches)
    return _fit_known_door(value, door, matches, doors)


def certainly_no_key(value: str) -> bool:
    """Check whether a value is certainly a credential that no model API takes, such as a token of a code host."""
    credential = credential_of(value)
    return credential is not None and credential.certain and not credential.carried


def _fit_unknown_host(
    credential: Credential | None, matches: tuple[KeyMatch, ...], doors: Doors, local: bool
) -> KeyFit:
    if local:
        return KeyFit(Fit.UNKNOWN, matches=matches)
    if credential and credential.certain and not credential.carried:
        return KeyFit(Fit.WRONG_KIND, credential.kind, matches, certain=True)
    official = [
        match
        for match in _certain(matches)
        if (known := doors.get(match.door)) and known.kind not in ("local", "relay")
    ]
    if official:
        return KeyFit(Fit.OFFICIAL_ELSEWHERE, _door_ids(official), matches, certain=True)
    return KeyFit(Fit.UNKNOWN, matches=matches)


def _of_ended_kind(value: str, door: Door, found: KeyFit, day: str) -> KeyFit:
    """Return that the door no longer accepts keys of this kind, if all shapes that the key has here have ended."""
    shapes = [shape for shape in door.keys if pattern_matches(shape.pattern, value)]
    if not shapes or not all(shape.provenance.ended(day) for shape in shapes):
        return found
    end = shapes[0].provenance
    successor = ", ".join(end.successor)
    # The day alone proves nothing: some accounts may keep such keys for longer.
    return KeyFit(Fit.WRONG_KIND, ENDED, found.matches, ended=end.end, successor=successor)


def _fit_credential(credential: Credential, door: Door, matches: tuple[KeyMatch, ...]) -> KeyFit:
    elsewhere = credential.certain and credential.company not in ("", door.company)
    if elsewhere and credential.carried:
        return KeyFit(Fit.OTHER_DOOR, credential.door, matches, certain=True, elsewhere=True)
    return KeyFit(Fit.WRONG_KIND, credential.kind, matches, certain=credential.certain, elsewhere=elsewhere)


def _fit_known_door(value: str, door: Door, matches: tuple[KeyMatch, ...], doors: Doors) -> KeyFit:
    own_match, certain = _own_match(door, matches, doors), _certain(matches)
    if own_match and (own_match.confidence is Confidence.CERTAIN or not certain):
        home = doors.get(own_match.door) or door
        wanted, mark = _wanted(value, home)
        sure = own_match.confidence is Confidence.CERTAIN
        if not wanted and not mark:
            return KeyFit(Fit.FITS, matches=matches, certain=sure)
        return KeyFit(Fit.TRUNCATED, matches=matches, certain=sure, length=len(value), wanted=wanted, mark=mark)
    if own_match:  # the right company, but its shape fits another provider better
        return KeyFit(Fit.UNKNOWN, matches=matches)
    family = [
        (match, sibling) for match in matches if (sibling := doors.get(match.door)) and sibling.company == door.company
    ]
    if certain and not family:
        return KeyFit(Fit.OTHER_DOOR, _door_ids(certain), matches, certain=True, elsewhere=True)
    if family and (certain or door.keys_complete):
        return KeyFit(_relation(door, family[0][1]), _door_ids([match for match, _ in family]), matches, bool(certain))
    if door.keys_complete and matches:
        return KeyFit(Fit.UNLIKELY, _door_ids(matches), matches)
    return KeyFit(Fit.UNKNOWN, matches=matches)


def _relation(door: Door, sibling: Door) -> Fit:
    """Return the difference between two doors of one company."""
    if (door.kind == "subscription") != (sibling.kind == "subscription"):
        return Fit.OTHER_PLAN
    return Fit.OTHER_REGION if door.region != sibling.region else Fit.OTHER_RESOURCE


def _own_match(door: Door, matches: tuple[KeyMatch, ...], doors: Doors) -> KeyMatch | None:
    """Return the best match that is this door, shares its keys, or has the same base URL."""
    urls = {endpoint.base_url for endpoint in door.endpoints}
    for match in matches:
        sibling = doors.get(match.door)
        if sibling and (
            sibling.id == door.id
            or (sibling.namespace and sibling.namespace == door.namespace)
            or urls & {endpoint.base_url for endpoint in sibling.endpoints}
        ):
            return match
    return None


def _certain(matches: tuple[KeyMatch, ...]) -> tuple[KeyMatch, ...]:
    return tuple(match for match in matches if match.confidence is Confidence.CERTAIN)


def _door_ids(matches: tuple[KeyMatch, ...] | list[KeyMatch]) -> str:
    return ", ".join(match.door for match in matches)


# -- shapes ------------------------------------------------------------------------------------------------------------


@remembered(64)
def _identify(value: str, doors: Doors) -> tuple[KeyMatch, ...]:
    found: dict[str, KeyMatch] = {}
    credential = credential_of(value)
    if credential and credential.certain and not credential.carried and not credential.door:
        return ()  # a model API's key never looks like this, whatever shape of another one it fits
    token = token_of(value) if credential is None else None
    issuer = issuer_of(token) if token is not None else None
    if issuer is not None:
        credential = Credential("", issuer.kind, issuer.company, issuer.door, issuer.carried)
    if credential and credential.door and doors.get(credential.door):
        whole = credential.certain and credential.carried
        confidence = Confidence.CERTAIN if whole else Confidence.POSSIBLE
        kind = SOMETIMES if credential.sometimes else credential.kind
        found[credential.door] = KeyMatch(credential.door, confidence, (note(f"credential_{kind}"),))
    if issuer is not None and token is not None:
        # Who issued it says more than that it is a token: no other provider's keys look like tokens of this house.
        login = set(issuer.login_claims) & set(token.carries)
        for id, kind in (
            *((one, issuer.kind) for one in issuer.taken_by),
            *((one, SOMETIMES) for one in issuer.sometimes if not login),
        ):
            if id not in found and doors.get(id):
                found[id] = KeyMatch(id, Confidence.POSSIBLE, (note(f"credential_{kind}"),))
    for door in doors if issuer is None else ():
        for shape in door.keys:
            if door.id not in found and pattern_matches(shape.pattern, value):
                found[door.id] = _match(door, shape, value)
    ranked = sorted(found.values(), key=lambda match: _ORDER.index(match.confidence))
    if not ranked or ranked[0].confidence is not Confidence.CERTAIN:
        return tuple(ranked)
    companies = {known.company for match in _certain(tuple(ranked)) if (known := doors.get(match.door))}
    return tuple(match for match in ranked if (known := doors.get(match.door)) and known.company in companies)


def _match(door: Door, shape: KeyShape, value: str) -> KeyMatch:
    """Return the match of a shape. A published prefix is proof at any length, another shape only at its length."""
    whole = shape.shortest <= len(value) <= (shape.longest or len(value))
    sure = whole or (shape.confidence is Confidence.CERTAIN and head(shape.pattern))
    confidence = shape.confidence if sure else Confidence.POSSIBLE
    look = note("look", note=shape.note)
    if confidence is Confidence.CERTAIN and mistyped(value):
        return KeyMatch(door.id, Confidence.LIKELY, (look, note("mistyped")))
    return KeyMatch(door.id, confidence, (look,))


def _wanted(value: str, door: Door) -> tuple[int, str]:
    """Return what a key with this shape lacks: the right number of characters (0: right or unknown), and its mark."""
    shape = next((shape for shape in door.keys if pattern_matches(shape.pattern, value)), None)
    if shape is None:
        return 0, ""
    cut = shape.mark if shape.mark and len(value.partition(shape.mark)[2]) < shape.after else ""
    if len(value) < shape.shortest:
        return shape.shortest, ""
    if shape.longest and len(value) > _PASTED_TWICE * shape.longest:
        return shape.longest, ""
    return 0, cut
