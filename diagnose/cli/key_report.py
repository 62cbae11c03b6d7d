"""The report of `llmdoctor whose`: the doors that a key fits, its flaws, and the matching settings.

Pure code that never receives the key itself. It imports very little, so that the command starts fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from diagnose.rendering.lists import hung, pad
from diagnose.words import notes, part, provider_name, put
from probes.model.key_shape import ENDED, SOMETIMES, Confidence, Fit
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note, note

if TYPE_CHECKING:
    from probes.catalog.door import Door
    from probes.catalog.doors import Doors
    from probes.catalog.provenance import Provenance
    from probes.model.value_issues import Flaw, KeyFit, KeyMatch

SHOWN = 8  # candidates that the text shows in full; a key without a prefix fits two dozen doors

# The code for each kind of flaw (probes/urls/url_flaws.py) and for each kind of mismatch (probes/keys/owner.py).
CODES = {
    "empty": "settings.missing_key",
    "looks_like_url": "settings.swapped",
    "unexpanded": "key.unexpanded",
    "placeholder": "key.placeholder",
    "dummy": "key.placeholder",
    "masked": "key.masked",
    "bearer_prefix": "key.bearer_prefix",
    "several": "key.several",
    "stray": "key.stray_characters",
    "control": "key.stray_characters",
    "truncated": "key.truncated",
    "credential": "key.wrong_kind",
    "wrong_kind": "key.wrong_kind",
    "wrong_audience": "key.wrong_kind",
}


class KeyReport(NamedTuple):
    """The facts about a key that may be printed: its hint, its length in characters, matching doors and flaws.

    ``usable`` is True if a value remains after the flaws are removed. ``now``: seconds since 1970, to which the expiry
    of a token is compared. ``day`` is the same moment as a day (ISO 8601): what has ended by then is not recommended.
    """

    hint: str
    length: int
    matches: tuple[KeyMatch, ...]
    flaws: tuple[Flaw, ...]
    fit: KeyFit
    usable: bool
    now: float = 0.0
    day: str = ""

    def candidates(self, doors: Doors) -> list[tuple[KeyMatch, Door]]:
        """Return the matching doors: those in service first, in the order of the matches."""
        known = [(match, door) for match in self.matches if (door := doors.get(match.door))]
        return sorted(known, key=lambda one: one[1].provenance.ended(self.day))

    @property
    def problems(self) -> dict[str, tuple[Note, ...]]:
        """The finding codes that apply, each with its notes (``U+000A LINE FEED at position 52 of 52``)."""
        found = {CODES[flaw.kind]: flaw.notes for flaw in self.flaws if flaw.kind in CODES}
        proven = self.fit.certain or bool(self.matches and self.matches[0].confidence is Confidence.CERTAIN)
        if self.fit.fit is Fit.TRUNCATED and proven:
            length = note("length", count=self.fit.length, wanted=self.fit.wanted)
            found[CODES[Fit.TRUNCATED]] = (note("mark_cut", detail=self.fit.mark) if self.fit.mark else length,)
        no_key = self.fit.fit in (Fit.WRONG_KIND, Fit.WRONG_AUDIENCE) and self.fit.note not in ("api_key", SOMETIMES)
        if no_key and proven:
            found[CODES[Fit.WRONG_KIND]] = (note(f"credential_{self.fit.note}"),)
        token = self.fit.token
        if token is not None and 0 < token.expires < self.now:
            found["auth.expired"] = (note("token_expires", not_after=_moment(token.expires)),)
        return found

    @property
    def token_notes(self) -> tuple[Note, ...]:
        """What a token says about itself: issuer, audience, region and expiry; empty if the key is no token."""
        token = self.fit.token
        if token is None:
            return ()
        issuer, names = token.house or token.issuer, ", ".join(token.audience)
        return (
            *((note("token_issuer", issuer=issuer),) if issuer else ()),
            *((note("token_audience", names=names),) if names else ()),
            *((note("token_region", detail=token.region),) if token.region else ()),
            *((note("token_expires", not_after=_moment(token.expires)),) if token.expires else ()),
        )


def document(look: KeyReport, doors: Doors) -> dict[str, Any]:
    """Return the JSON document of ``whose`` (docs/contract.md)."""
    known = look.candidates(doors)
    candidates = [
        {
            "door": door.id,
            "confidence": match.confidence,
            "why": notes(match.why, "en"),
            "base_urls": {} if door.provenance.ended(look.day) else base_urls(door),
            **ended(door.provenance, look.day),
        }
        for match, door in known
    ]
    return {
        "key": {"hint": look.hint, "length": look.length, "doors": [door.id for _, door in known]},
        "candidates": candidates,
        "flaws": list(look.problems),
        "settings": _settings(look, known[0]) if known else {},
        **_token(look),
    }


def _token(look: KeyReport) -> dict[str, Any]:
    """Return what a token says about itself, without what it does not say; nothing if the key is no token."""
    token = look.fit.token
    if token is None:
        return {}
    fields: dict[str, Any] = {
        "form": token.form,
        "issuer": token.issuer,
        "issuer_name": token.house,
        "audience": list(token.audience),
        "region": token.region,
        "not_before": _iso(token.not_before),
        "expires": _iso(token.expires),
        "expired": 0 < token.expires < look.now if token.expires and look.now else None,
    }
    return {"token": {name: value for name, value in fields.items() if value not in ("", [], None)}}


def _iso(seconds: float) -> str:
    """Write a moment, in seconds since 1970, as ISO 8601 in UTC; empty for 0."""
    from datetime import UTC, datetime  # only a token needs it

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def _moment(seconds: float) -> str:
    return _iso(seconds)[:16].replace("T", " ") + " UTC"


def ended(provenance: Provenance, day: str) -> dict[str, Any]:
    """Return the day on which a service ended, its successors and what it shows now; empty if it has not ended."""
    if not provenance.ended(day):
        return {}
    fields = {"ended": provenance.end, "successor": list(provenance.successor), "shows": provenance.shows}
    return {name: value for name, value in fields.items() if value}


def base_urls(door: Door) -> dict[str, str]:
    """Return the first base URL for each protocol; only known protocols, if the door has any of them."""
    known = [protocol for protocol in door.protocols if protocol != "other"]
    return {protocol: door.base_urls(protocol)[0] for protocol in known or door.protocols}


# By the chain of the door and the kind of credential. For Google's files, the variable takes the file's path.
_VARIABLES = {
    ("aws", "key_id"): "AWS_ACCESS_KEY_ID",
    ("aws", "temporary_key_id"): "AWS_ACCESS_KEY_ID",
    ("aws", "access_key_pair"): "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
    ("entra", "token"): "AZURE_OPENAI_AD_TOKEN",
    ("google", "account_file"): "GOOGLE_APPLICATION_CREDENTIALS",
    ("google", "google_login_file"): "GOOGLE_APPLICATION_CREDENTIALS",
    ("google", "federation_file"): "GOOGLE_APPLICATION_CREDENTIALS",
}


def _variable_of(door: Door, look: KeyReport) -> str:
    """Return the variable that holds a key of this door; empty if none does. What is no key has one of its own."""
    token = look.fit.token is not None and look.fit.token.form == "jwt"
    own = _VARIABLES.get((door.credential, "token" if token else look.fit.note))
    return own if own is not None else door.key_env[0] if door.key_env else ""


def _settings(look: KeyReport, best: tuple[KeyMatch, Door]) -> dict[str, str]:
    """Return the settings that match the key, from the first endpoint whose base URL has no placeholder."""
    match, door = best
    if (
        match.confidence is Confidence.POSSIBLE
        or not look.usable
        or door.provenance.ended(look.day)
        or {"key.wrong_kind", "auth.expired"} & look.problems.keys()
    ):
        return {}
    ready = (endpoint for endpoint in door.endpoints if "{" not in endpoint.base_url and endpoint.protocol != "other")
    endpoint = next(ready, None)
    if endpoint is None:
        return {}
    return {"base_url": endpoint.sdk_url, "protocol": endpoint.protocol, "auth": endpoint.auth[0]}


def text(look: KeyReport, doors: Doors, lang: str, width: int | None = None) -> str:
    """Return the report as lines of text for people, broken between words to fit ``width`` columns."""
    lines = (line for whole in _lines(look, doors, lang) for line in hung(whole, width))
    return "\n".join(lines) + "\n"


def _lines(look: KeyReport, doors: Doors, lang: str) -> Iterator[str]:
    words: dict[str, str] = part(lang, "tables").WHOSE
    yield put(words["key"], {"hint": look.hint, "length": look.length})
    if look.problems:
        from diagnose.words import say

        yield ""
        yield words["flaws"] + words["colon"].rstrip()
        for code, noted in look.problems.items():
            case = "ended" if code == CODES[Fit.WRONG_KIND] and look.fit.note == ENDED else ""
            text = say(code, lang, {"house": look.fit.house, "ended": look.fit.ended}, case)
            yield f"  {text.title} [{code}]"
            if noted:
                yield f"    {notes(noted, lang)}"
            if case:
                yield f"    {put(words['renew'], {'ended': look.fit.ended, 'successor': look.fit.successor})}"
        if look.usable and look.flaws:
            yield f"  {words['cleaned']}"
    if look.token_notes:
        yield ""
        yield words["token"] + words["colon"].rstrip()
        yield from (f"  {notes((one,), lang)}" for one in look.token_notes)
    yield ""
    known = look.candidates(doors)
    if not known:
        yield words["nothing"]
        return
    yield words["candidates"] + words["colon"].rstrip()
    for match, door in known[:SHOWN]:
        why = _why(match, words, lang)
        yield f"  {provider_name(door.name, lang)} [{door.id}]{words['colon']}{why}"
        if door.provenance.ended(look.day):
            yield f"    {put(words['ended'], {'ended': door.provenance.end})}"
            if names := [_named(one, doors, lang) for one in door.provenance.successor]:
                yield f"    {put(words['replaced'], {'names': words['comma'].join(names)})}"
            if door.provenance.shows:
                yield f"    {put(words['shows'], {'text': door.provenance.shows})}"
            continue
        urls = base_urls(door)
        width = max(9, *map(len, urls)) if urls else 9
        yield from (f"    {protocol:{width}}  {url}" for protocol, url in urls.items())
        if variable := _variable_of(door, look):
            yield f"    {pad(words['variable'], width)}  {variable}"
    if rest := [door.id for _, door in known[SHOWN:]]:
        yield "  " + put(words["more"], {"count": len(rest), "doors": words["comma"].join(rest)})
    yield ""
    sure = [
        door for match, door in known if match.confidence is Confidence.CERTAIN and not door.provenance.ended(look.day)
    ]
    if len(sure) > 1:
        yield words["twins"]
    yield words["next"]


def _named(successor: str, doors: Doors, lang: str) -> str:
    """Return the name and the id of a service that replaces another; its name alone if it is no known door."""
    door = doors.get(successor)
    return f"{provider_name(door.name, lang)} [{door.id}]" if door is not None else successor


def _why(match: KeyMatch, words: dict[str, str], lang: str) -> str:
    confidence, why = words[match.confidence], words["semicolon"].join(notes((one,), lang) for one in match.why)
    return put(words["because"], {"confidence": confidence, "why": why}) if why else confidence
