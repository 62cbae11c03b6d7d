"""Find the likely cause in a pasted text: a traceback, an app's error message, a log, an HTML page.

``probes/pasted`` reads the whole text first: it removes the keys and notes addresses, hosts, keys, the client, and what
contradicts what. Those notes, the servers' dialects (``dialects.toml``) and the clients' phrases (``phrases.toml``) are
the evidence, from which the candidates follow. A text that fits many causes is called ambiguous; for one that no row
knows, the nearest known texts give candidates of low confidence. The module is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose import words
from diagnose.answers.ambiguous import CLAIMED, generic_rows, group_of, shared_hints
from diagnose.answers.causes import BECAUSE, IN_TEXT, explains_in_text
from diagnose.answers.dialects import match_text
from diagnose.answers.dialects import rows as dialect_rows
from diagnose.answers.hints import Hint, quote
from diagnose.answers.own_report import named_cause
from diagnose.answers.phrases import phrase_hints
from diagnose.answers.phrases import rows as rows  # the table's readers import it from here
from probes.model.key_shape import Fit
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from diagnose.answers.ambiguous import Group
    from diagnose.answers.hints import ReadText
    from diagnose.words.text_type import Text

_BEGINNING = 40  # characters of a hint's evidence by which its place in the text is found
SHOWN = 6  # candidates
LEAST = 0.3  # the lowest confidence of a candidate


class Candidate(NamedTuple):
    """A finding that may be the cause of the text.

    ``confidence`` is between 0 and 1. ``why`` is a sentence in the requested language. ``evidence`` is the decisive
    part of the text, at most 160 characters, without any key. ``text`` are the words of the finding, filled in with
    what the text names.
    """

    code: str
    confidence: float
    why: str
    evidence: str
    text: Text

    @property
    def likely(self) -> bool:
        """Whether people are told that this is likely, and not only possible."""
        return self.confidence >= CLAIMED


class Explanation(NamedTuple):
    """What a text is likely to be about, the best candidate first.

    ``ask`` is a sentence that says what else would tell the cause; empty if the text tells it. ``guessed``: no known
    words occur in the text, and the candidates are those of the most similar known texts.
    """

    candidates: tuple[Candidate, ...]
    ask: str = ""
    guessed: bool = False


def explain(text: ReadText, lang: str = "en", door: str | None = None, day: str = "") -> tuple[Candidate, ...]:
    """Return the likely causes of a pasted text, the most confident first; see :func:`explanation`."""
    return explanation(text, lang, door, day).candidates


def explanation(text: ReadText, lang: str = "en", door: str | None = None, day: str = "") -> Explanation:
    """Return the likely causes of a pasted text, and what else would tell; no candidates if nothing in it is known.

    ``text`` comes from :func:`probes.pasted.pasted_text.read`, which removes the keys. ``door`` is the id of its host's
    door, or None for an unknown host. ``day`` (ISO 8601) is today: what nobody has looked at for long counts less.
    """
    if (own := named_cause(text.short, words.part("en", "findings").TEXTS)) is not None:
        code, title = own
        return Explanation((Candidate(code, 1.0, quote(title), quote(title), words.say(code, lang, {})),))
    best: dict[str, Hint] = {}
    by_words = (*phrase_hints(text, day), *_dialect_hints(text, door, day))
    for hint in (*by_words, *_note_hints(text), *_end_hints(text, door)):
        known = best.get(hint.code)
        if known is None:
            best[hint.code] = hint
        elif hint.confidence > known.confidence:
            best[hint.code] = hint._replace(values={**known.values, **hint.values}, case=hint.case or known.case)
        else:
            best[hint.code] = known._replace(values={**hint.values, **known.values}, case=known.case or hint.case)
    _name_upstream(best, text)
    for hint in _companion_hints(text, tuple(best.values())):
        best.setdefault(hint.code, hint)
    for found in [hint for hint in best.values() if hint.case in _SETTLED]:
        for code in _SETTLED[found.case]:
            best.pop(code, None)
    noted = {note.kind for note in text.notes}
    if "documented" in noted:
        for code in _NO_PATH_FAULT:
            if code in best and (best[code].bare or best[code].confidence < CLAIMED):
                best.pop(code)
    if {"official_request", "echo_dummy"} <= noted:  # the stand-in was meant for a server that needs no key
        best.pop("key.placeholder", None)
    _drop_hidden_key(best, text)
    _put_causes_first(best)
    group = _ambiguous(best, text)
    ranked = sorted((hint for hint in best.values() if hint.confidence >= LEAST), key=lambda hint: -hint.confidence)
    guessed = not ranked
    if guessed:
        from diagnose.answers.nearest import nearest_hints

        ranked = nearest_hints(text)
        guessed = bool(ranked)
    ask = words.phrase(f"explain.ask.{group.id}", lang) if group else ""
    if guessed:
        ask = words.phrase("explain.ask.nearest", lang)
    return Explanation(tuple(_candidate(hint, text, lang) for hint in ranked[:SHOWN]), ask, guessed)


def _candidate(hint: Hint, text: ReadText, lang: str) -> Candidate:
    filled = words_of(hint, text, lang)
    return Candidate(hint.code, round(hint.confidence, 2), filled.title, quote(hint.evidence), filled)


def words_of(hint: Hint, text: ReadText, lang: str) -> Text:
    """Return the words of a hint's finding, filled in with what the text names.

    The words of its special case come first, then those of its kind (``kinds.py``), then the general ones. The steps
    that the text itself names come before those of the finding.
    """
    from diagnose.answers import text_remedies  # only texts with a candidate need these
    from diagnose.answers.kinds import kind_of
    from diagnose.answers.named_steps import in_order
    from diagnose.answers.text_facts import text_facts
    from diagnose.answers.text_values import text_values

    named = text_remedies.named_in(text, hint.evidence)
    values: dict[str, str | None] = {name: quote(value) for name, value in {**text.values, **hint.values}.items()}
    values.update(text_remedies.values_of(named, text))
    values["host"] = values.get("host") or text.host
    values["model"] = (values.get("model") or "").strip("'\"`,") or None
    values = {**values, **text_values(text, hint.code, hint.evidence, values.get("model"))}
    if not values.get("better_url") and hint.code in _BETTER:
        values["better_url"] = values.get(_BETTER[hint.code])
    if hint.code in _SISTERS:
        values["names"] = values.get("sister_sites")
    facts = text_facts(text, values) | text_remedies.facts_of(named)
    known = words.part(lang, "special_cases").CASES
    case = hint.case or _case(hint, text)
    kind = None
    if f"{hint.code}:{case}" not in known:
        kind = kind_of(hint.code, _message(hint, text), values, facts)
        case = kind.id if kind is not None else "text" if f"{hint.code}:text" in known else ""
        values.update({name: quote(value) for name, value in kind.values.items()} if kind is not None else {})
    said = words.say(hint.code, lang, values, case, facts)
    asked = text_remedies.steps_of(named, text, hint.code, lang, hint.evidence)
    steps = in_order(hint.code, asked, said.steps, kind=kind is not None)
    # A step may begin with a stand-in for an unknown value, which is in lower case.
    return type(said)(said.title, said.explanation, tuple(step[:1].upper() + step[1:] for step in steps))


def _message(hint: Hint, text: ReadText) -> str:
    """Return the text as far as it is searched for a kind: from the evidence on, which may be cut short, then all."""
    begins = text.plain.find(hint.evidence[:_BEGINNING]) if hint.evidence else -1
    return f"{text.plain[begins:] if begins >= 0 else hint.evidence} \n{text.plain}"


# Code -> the reader's value that is its better base URL.
_BETTER = {"url.version_missing": "versioned_url", "url.path_wrong": "documented_url"}
# Codes whose words name the other sites of the same vendor.
_SISTERS = ("auth.rejected", "key.wrong_region", "key.wrong_plan")
# Code -> the tag of the text, and the special case that it selects.
_CASES: Mapping[str, tuple[str, str]] = {
    "tcp.refused": ("@docker", "container"),
    "proxy.unreachable": ("@docker", "container"),
}


def _case(hint: Hint, text: ReadText) -> str:
    if "case" in hint.values:
        return hint.values["case"]
    tag, case = _CASES.get(hint.code, ("", ""))
    return case if tag in text.tags and "@loopback" in text.tags else ""


# What cannot be wrong, where the request went to the very address that its vendor documents.
_NO_PATH_FAULT = ("url.path_wrong", "url.version_missing", "url.version_doubled", "shape.not_llm_api")

# -- the order ---------------------------------------------------------------------------------------------------------

_FIRM = 0.75  # the lowest confidence of a cause that may rank before its consequence
_FOLLOWS = 0.55  # the highest confidence of a finding that follows from a firm cause
_WORDED = 0.48  # the lowest confidence of words that say more than "unknown error"
_NEAR = 0.25  # how much less confident than the consequence the cause may be


def _put_causes_first(best: dict[str, Hint]) -> None:
    """Rank causes before the findings that follow from them (``causes.py``), by lowering the latter's confidence."""
    present = [code for code in dict.fromkeys((*BECAUSE, *IN_TEXT)) if code in best]
    for code in (*present, *present):  # twice, because a lowered finding may itself be the cause of another one
        hint = best[code]
        causes = (cause for cause in best if explains_in_text(cause, code))
        firm = [best[cause].confidence for cause in causes if best[cause].confidence >= _FIRM]
        if firm and hint.confidence - _NEAR <= max(firm):
            best[code] = hint._replace(confidence=min(hint.confidence, _FOLLOWS))


# A relay's log about an answer that it got from its own channel: "relay error (channel #63): …".
# A key in pasted settings, not one that a server quotes.
_HIDDEN_KEY = r"""(?i)(?:key|token|bearer)["' ]?\s?[:=]?\s?["'`]?(?:sk-)?x{3,}"""
_OF_CHANNEL = r"(?i)\b(?:relay|channel|upstream) error[ :,]{0,2}\(?(?:channel ?)?[#(]\s?\d{1,6}\b"
_ABOUT_KEY = ("auth.rejected", "auth.expired", "auth.login_expired", "auth.header_lost", "auth.not_permitted")


def _name_upstream(best: dict[str, Hint], text: ReadText) -> None:
    """Replace the refusal of a key by that of the relay's own key, if the relay's log speaks of its channel."""
    if "channel" not in text.lower or re.search(_OF_CHANNEL, text.plain) is None:
        return
    refused = [best.pop(code) for code in _ABOUT_KEY if code in best]
    if refused:
        surest = max(refused, key=lambda hint: hint.confidence)
        best["auth.upstream"] = Hint("auth.upstream", surest.confidence, surest.evidence, surest.values)


def _drop_hidden_key(best: dict[str, Hint], text: ReadText) -> None:
    """Leave out a placeholder of x's if the text tells a sure error of something else: its reporter hid the key."""
    if "key.placeholder" not in best or re.search(_HIDDEN_KEY, text.plain) is None:
        return
    claimed = [hint for code, hint in best.items() if code != "key.placeholder" and hint.confidence >= CLAIMED]
    about_key = any(hint.code.startswith(("auth.", "key.", "settings.")) for hint in claimed)
    if not about_key and any(not hint.bare for hint in claimed):
        best.pop("key.placeholder")


def _ambiguous(best: dict[str, Hint], text: ReadText) -> Group | None:
    """Give the causes of an ambiguous text the confidences of its group, and return the group; None otherwise."""
    if any(hint.confidence >= CLAIMED and not hint.bare for hint in best.values()):
        return None
    group = group_of(text)
    if group is None:
        return None
    if group.id == "unknown" and any(hint.confidence >= _WORDED and not hint.bare for hint in best.values()):
        return None  # "unknown error" and the like say less than any words about a cause
    shared = shared_hints(group, text, best)
    codes = {hint.code for hint in shared}
    for code, hint in best.items():
        if code not in codes:
            best[code] = hint._replace(confidence=min(hint.confidence, LEAST - 0.01))
    best.update({hint.code: hint for hint in shared})
    return group


# -- the servers' words ------------------------------------------------------------------------------------------------

_PATH = r"(?ia)(?<![\w.-])(?:https?://[^/\s'\"]+)?((?:/[\w.{}:%~-]++)++)"
_RELATIVE = r"(?i)\burl=[\"']/[\w./-]{1,80}"
_TO_ENDPOINT = r"(?ia)(.*/(?:chat/completions|completions|messages|responses|models(?!/[\w./-]+$)|embeddings))\b"
_OWN_KEY = r"(?i)^(?!.*(?:authorization|header|bearer)).*(?:(?:api|secret) ?[-_]?key|密钥)"
# A refusal that names several causes claims none of them.
_ALTERNATIVES = r"(?i)\b(?:missing|invalid|incorrect)\b,.{0,100}\bor\b.{0,16}\bexpired"
_SEEN = 0.8  # the confidence that a version is missing, where the requested path has none
# A server names the path that it does not know; a client uses the same words for a URL that it could not parse.
_CLIENTS_URL = r"(?i)invalid url(?! \()"
_RELAYS_OWN = ("gateway-upstream", "gateway-new-api")  # only a relay speaks of its upstream
_VERSIONED = r"/v\d[\w-]*/|/v\d[\w-]*$|\bapi/"


def _dialect_hints(text: ReadText, door: str | None, day: str) -> Iterator[Hint]:
    failing = any(tag.startswith("@5") for tag in text.tags)
    by_server = "{" in text.plain or any(
        tag.startswith("@4") for tag in text.tags
    )  # a server's response, not an app's own message
    generic = generic_rows()
    matches = match_text(text.short, door, day)
    named = any(match.dialect == "model-mark" for match in matches)
    for match in matches:
        if match.code == "path" and named:  # the server's own name of the error says more than a sentence about paths
            match = match._replace(confidence=min(match.confidence, _FOLLOWS))
        bare = match.dialect.startswith("status-") or match.dialect in generic
        # A client reports "fetch failed" for its own connection; only a server speaks of its upstream.
        if match.code == "http.gateway_error" and not failing and match.dialect not in _RELAYS_OWN:
            match = match._replace(confidence=0.5 * match.confidence)
        if match.code in ("auth.expired", "auth.header_lost") and re.search(_ALTERNATIVES, match.why):
            match = match._replace(confidence=min(match.confidence, _FOLLOWS))
        if match.code == "path":
            if re.search(_CLIENTS_URL, match.why):
                continue
            yield from _wrong_path(match.confidence, match.why, text, bare)
        elif match.code == "proxy_page" and match.values.get("case") == "own_port":
            yield Hint("shape.not_llm_api", match.confidence, match.why)
        elif match.code == "proxy_page":
            local = "@local" in text.tags
            yield Hint("proxy.captures_local" if local else "proxy.refused", match.confidence, match.why)
            yield Hint("proxy.refused" if local else "proxy.captures_local", 0.7 * match.confidence, match.why)
            yield Hint("http.gateway_error", 0.5 * match.confidence, match.why)
        elif match.code == "auth.header_lost" and not by_server and re.search(_OWN_KEY, match.why):
            yield Hint("settings.missing_key", match.confidence, match.why)
            yield Hint(match.code, 0.85 * match.confidence, match.why)
        else:
            house = {} if "door" in text.values else _house(match.dialect, text)
            yield Hint(match.code, match.confidence, match.why, {**house, **match.values}, bare=bare)


def _house(dialect: str, text: ReadText) -> Mapping[str, str]:
    """Return what is known about the one vendor whose words a dialect is; empty if several use them."""
    doors = next((row.doors for row in dialect_rows() if row.id == dialect), ())
    return text.vendor(doors[0]) if len(doors) == 1 and not doors[0].endswith("*") else {}


def _wrong_path(confidence: float, evidence: str, text: ReadText, bare: bool) -> Iterator[Hint]:
    """Yield the hints of an unknown path: a missing version if the path contains none, and a wrong path."""
    # The options of an SDK hold the path behind the base URL: `url='/responses'`.
    plain = re.sub(_RELATIVE, " ", text.plain)
    paths = [end[1] for path in re.findall(_PATH, plain) if (end := re.match(_TO_ENDPOINT, path))]
    from probes.protocols.protocol import wires

    versioned = "|".join((_VERSIONED, *(one.inner_path for one in wires() if one.inner_path)))
    no_version = bool(paths) and not any(re.search(versioned, path, re.IGNORECASE) for path in paths)
    if no_version:  # the path itself tells
        bare, confidence = False, max(confidence, _SEEN)
    yield Hint("url.version_missing", confidence if no_version else 0.6 * confidence, evidence, bare=bare)
    yield Hint("url.path_wrong", 0.9 * confidence if no_version else confidence, evidence, bare=bare)


def _end_hints(text: ReadText, door: str | None) -> Iterator[Hint]:
    """Yield the hint that the service of the text's host has ended, by the facts."""
    values = text.vendor(door) if door is not None else {}
    if text.host and values.get("ended"):
        yield Hint("url.host_retired", _ENDED, text.host, values, "known")
    elif text.host and values.get("perhaps_ended"):
        yield Hint("url.host_retired", _PERHAPS, text.host, {**values, "ended": values["perhaps_ended"]}, "known")


# The confidence of the facts, where the text itself does not say that the service has ended: if two sources name the
# end, and if one list alone does.
_ENDED, _PERHAPS = 0.93, 0.6

# Layers whose codes say that a host is out of reach, or that something in front of it refuses. If those of the way
# there are about the very host that an app needs besides the API's, its name says more than they do.
_WAY = frozenset(("dns", "http", "proxy", "tcp", "tls"))
_OUT_OF_REACH = _WAY | {"access", "auth"}
_COMPANION, _MOST_COMPANION = 0.85, 0.97


def _companion_hints(text: ReadText, others: tuple[Hint, ...]) -> Iterator[Hint]:
    """Yield the hint that not the API is out of reach, but another host of the app, if ``others`` say that one is."""
    layers: dict[str, float] = {}
    for hint in others:
        layer = hint.code.partition(".")[0]
        layers[layer] = max(hint.confidence, layers.get(layer, 0.0))
    for note in text.notes:
        if note.kind != "companion" or not _OUT_OF_REACH & layers.keys():
            continue
        above = max((layers[one] + 0.01 for one in _WAY & layers.keys()), default=0.0)
        sure = max(_COMPANION, above) if text.host == note.values["host"] else _COMPANION
        yield Hint("app.companion_unreachable", min(sure, _MOST_COMPANION), text.short, note.values)


# -- addresses, keys and contradictions --------------------------------------------------------------------------------

# Kind of note -> the codes that it suggests, each with the confidence if the note is sure, and if it is not.
_NOTED: Mapping[str, tuple[tuple[str, float, float], ...]] = {
    "invalid": (("url.invalid", 0.93, 0.9),),
    "bad_port": (("url.invalid", 0.93, 0.9),),
    "double_slash": (("url.double_slash", 0.93, 0.9),),
    "version_doubled": (("url.version_doubled", 0.93, 0.9),),
    "app_doubles_version": (("url.version_doubled", 0.96, 0.9),),
    "served_elsewhere": (("url.path_wrong", 0.97, 0.97),),
    "not_served": (("shape.wrong_protocol", 0.92, 0.92),),
    "no_endpoint": (("url.path_wrong", 0.95, 0.95),),
    "endpoint_included": (("url.endpoint_included", 0.93, 0.9),),
    "looks_like_key": (("settings.swapped", 0.93, 0.9),),
    "website": (("url.not_api_host", 0.92, 0.92),),
    "host_typo": (("url.host_typo", 0.96, 0.96),),
    "key_in_query": (("auth.header_style", 0.95, 0.95),),
    "echo_elsewhere": (("key.wrong_door", 0.97, 0.97),),
    "echo_empty": (("settings.missing_key", 0.96, 0.96),),
    "echo_dummy": (("key.placeholder", 0.96, 0.96), ("app.base_url_ignored", 0.8, 0.0)),
    "echo_reference": (("key.unexpanded", 0.95, 0.95),),
    "echo_example": (("key.placeholder", 0.95, 0.95),),
    "official_words": (("app.base_url_ignored", 0.96, 0.85),),
    "official_request": (("app.base_url_ignored", 0.96, 0.85),),
    "named_elsewhere": (("key.wrong_door", 0.93, 0.93), ("app.base_url_ignored", 0.74, 0.74)),
    "edge_for_local": (("app.private_refused", 0.98, 0.98),),
    "relayed_words": (("auth.upstream", 0.9, 0.9), ("app.base_url_ignored", 0.7, 0.7)),
    "foreign_model": (("app.base_url_ignored", 0.74, 0.74), ("model.not_found", 0.9, 0.9)),
    "mixed_content": (("app.mixed_content", 0.95, 0.85),),
    Fit.OTHER_DOOR: (("key.wrong_door", 0.96, 0.6), ("app.base_url_ignored", 0.55, 0.4)),
    Fit.OTHER_REGION: (("key.wrong_region", 0.9, 0.6),),
    Fit.OTHER_PLAN: (("key.wrong_plan", 0.9, 0.6),),
    Fit.OTHER_RESOURCE: (("key.wrong_resource", 0.85, 0.6),),
    Fit.WRONG_KIND: (("key.wrong_kind", 0.9, 0.6),),
    Fit.WRONG_AUDIENCE: (("key.wrong_audience", 0.9, 0.6),),
    Fit.TRUNCATED: (("key.truncated", 0.85, 0.6),),
    Fit.OFFICIAL_ELSEWHERE: (("key.official_elsewhere", 0.5, 0.5),),
    Fit.UNLIKELY: (("key.wrong_door", 0.8, 0.8), ("app.base_url_ignored", 0.6, 0.6)),
}
# Special cases that say for certain what other findings about the path guess.
_SETTLED = {
    "no_responses": ("url.path_wrong", "url.version_missing"),
    "protocol": ("url.version_doubled", "url.version_missing", "shape.wrong_protocol"),
    "complete": ("url.version_missing", "model.not_found"),
}
# Kind of note -> the special case that it selects.
_SPECIAL = {
    "app_doubles_version": "app",
    "echo_empty": "empty",
    "served_elsewhere": "protocol",
    "no_endpoint": "complete",
    "not_served": "no_responses",
}


def _note_hints(text: ReadText) -> Iterator[Hint]:
    for note in text.notes:
        for code, sure, unsure in _NOTED.get(note.kind, ()):
            confidence = sure if note.sure else unsure
            if confidence:
                values = note.values or {"host": text.host or ""}
                yield Hint(code, confidence, note.where, values, _SPECIAL.get(note.kind, ""))
