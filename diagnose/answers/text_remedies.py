"""The steps that a pasted text itself names: a page, a header, another model, a variable.

The words are those of a server or a client that the reader does not know, so nothing is requested and an address of
nobody known is called the server's own claim . Addresses that the text gives as the user's own
settings or requests are no advice and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagnose.answers.hints import quote
from diagnose.answers.named_steps import NamedStep, is_manual, may_answer, written
from diagnose.answers.provider_addresses import domain_of, host_of, house_of
from probes.api.remedies import READ, Remedy, remedies

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText

# What stands before an address of the user's own: a setting, or the line of a request.
_OWN = (
    r"(?i)(?:[=:：\"'`]|\b(?:get|post|put|curl|for url|fetch|connect to|request to|requesting|called)[ :=]|地址|请求"
    r"|url[ :=(]{1,2}|HTTP POST|page[ :])\s?[\"'`(]?$"
)
_API_PATH = r"(?i)/(?:v\d\w{0,8}|chat/completions|completions|messages|responses|embeddings|models)(?:[/?:#]|$)"
# The endpoint at the end of an address, which SDKs add themselves.
_ENDPOINT = r"(?i)/(?:chat/completions|completions|messages|responses)/?$"
_ADVICE = r"(?i)(?:go to|visit|see|check|configure|settings?|here|manage|find|learn more|at|to):? ?[\"'`(]?$"


def named_in(text: ReadText, evidence: str) -> tuple[Remedy, ...]:
    """Return what the part of the text around ``evidence`` asks for."""
    return tuple(one for one in remedies(_part(text, evidence)) if _is_advice(one, text))


def facts_of(found: tuple[Remedy, ...]) -> frozenset[str]:
    """Return the facts ``said:KIND`` of what a text asks for, as those of a case."""
    return frozenset(f"said:{one.value if one.kind == 'state' else one.kind}" for one in found)


def values_of(found: tuple[Remedy, ...], text: ReadText) -> dict[str, str]:
    """Return the page and the header that a text names, for slots of the words."""
    values = {}
    for one in found:
        if one.kind == "page" and _house(one.value, text) == "page" and not is_manual(one.value):
            values["page"] = one.value
        elif one.kind == "header":
            values["wanted_header"] = one.value
    return values


def steps_of(found: tuple[Remedy, ...], text: ReadText, code: str, lang: str, evidence: str) -> tuple[NamedStep, ...]:
    """Return the steps that a text asks for, if they can solve a finding with this code."""
    fitting = (one for one in found if may_answer(code, one))
    said = "" if "{" in evidence else quote(evidence)
    return written(((one.kind, *worded) for one in fitting for worded in _worded(one, text)), said, lang)


def _worded(remedy: Remedy, text: ReadText) -> Iterator[tuple[str, str]]:
    """Yield the name of the step's words and the value that they show."""
    if remedy.kind == "state":
        return  # the finding's own steps name it in their conditions
    if remedy.kind == "ask":
        yield f"ask_{remedy.value}", remedy.value
    elif remedy.kind in ("url", "host", "page"):
        address = f"https://{remedy.value}" if remedy.kind == "host" else remedy.value
        kind = _house(address, text)
        if address.startswith("https://") and kind:
            name = "page" if remedy.kind == "page" else "url"
            address = re.sub(_ENDPOINT, "", address) if name == "url" else address
            yield name if kind == "page" else f"{name}_foreign", address
    elif remedy.kind != "model" or remedy.value != text.values.get("model"):
        yield remedy.kind, remedy.value


def _house(address: str, text: ReadText) -> str:
    """Return ``page`` for an address of a known provider or of the text's host, else ``foreign``.

    Empty for the address of another known provider than the text is about.
    """
    house, door = house_of(address), text.values.get("door_id", "")
    if house is not None:
        return "page" if not door or _family(door) == _family(house.id) or text.values.get("door") == house.name else ""
    return "page" if text.host and domain_of(text.host) == domain_of(host_of(address)) else "foreign"


def _family(id: str) -> str:
    return id.partition("-")[0]


# OpenAI sends "Did you mean to use v1/completions?" for every model that does not chat; only these have that endpoint.
_COMPLETES = r"(?i)instruct|davinci|babbage|-base\b|starcoder|code-?llama|codestral|fim"


def _is_advice(remedy: Remedy, text: ReadText) -> bool:
    if remedy.kind == "path" and remedy.value.strip("/") == "v1/completions":
        return re.search(_COMPLETES, text.plain) is not None
    if remedy.kind == "model":
        return any(sign.isdigit() or sign == "-" for sign in remedy.value)
    at = text.plain.find(remedy.value)
    if at < 0:  # the text names it without a scheme
        at = text.plain.find(remedy.value.removeprefix("https://"))
    if remedy.kind == "variable":  # `NAME=value` is a setting of the user's
        return text.plain[at + len(remedy.value) :].lstrip()[:1] not in ("=", ":")
    if remedy.kind not in ("url", "host", "page"):
        return True
    if remedy.kind == "page" and re.search(_API_PATH, remedy.value):
        return False
    before = text.plain[max(0, at - 40) : at]
    return re.search(_ADVICE, before) is not None or re.search(_OWN, before) is None


def _part(text: ReadText, evidence: str) -> str:
    """Return the part of the text that is read, around the evidence."""
    if len(text.plain) <= READ:
        return text.plain
    at = max(0, text.plain.find(evidence.strip("…")[:60]))
    return text.plain[max(0, at - READ // 4) : at + READ * 3 // 4]
