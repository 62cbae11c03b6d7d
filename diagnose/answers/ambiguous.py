"""Texts that fit many causes: `Connection error.`, `fetch failed`, a bare 401.

They get the three likeliest causes, none of which is claimed, and the question whose answer would tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from diagnose.answers.data_files import table
from diagnose.answers.hints import Hint, around
from probes.catalog.literal_filter import Needles, may_match
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText

CLAIMED = 0.6  # the lowest confidence that is called likely
SHARED = (0.45, 0.4, 0.35)  # of the three candidates of an ambiguous text


class Group(NamedTuple):
    """Texts whose causes one question tells apart; ``ambiguous.toml`` explains the fields."""

    id: str
    pattern: str
    codes: Sequence[str]
    needles: Needles = ()
    local: Sequence[str] = ()
    public: Sequence[str] = ()
    documented: Sequence[str] = ()


@cache
def groups() -> tuple[Group, ...]:
    """The groups of ``ambiguous.toml``, in its order."""
    return tuple(Group(**entry) for entry in table("ambiguous")["group"])


@cache
def generic_rows() -> frozenset[str]:
    """The ids of the dialects that match nothing but a status with its reason phrase, or the name of a class."""
    return frozenset(table("ambiguous")["generic"])


# The type with which a provider refuses a request, inside what a gateway says about its upstream.
_QUOTED_REFUSAL = (
    r'(?a)"raw"\s?:\s?"?.{0,80}\binvalid_request_error.{0,24}"message"\s?:\s?"(?!(?:provider|upstream|bad|error)\b)'
)


def group_of(text: ReadText) -> Group | None:
    """Return the group of an ambiguous text, or None.

    A gateway that quotes the refusal of its provider is asked about as that provider would be.
    """
    found = next((group for group in groups() if _found(group, text)), None)
    if found is not None and found.id == "upstream" and re.search(_QUOTED_REFUSAL, text.lower):
        return next(group for group in groups() if group.id == "400")
    return found


def _found(group: Group, text: ReadText) -> re.Match[str] | None:
    return re.search(f"(?a){group.pattern}", text.lower) if may_match(group.needles, text.lower) else None


def shared_hints(group: Group, text: ReadText, hinted: Mapping[str, Hint]) -> list[Hint]:
    """Return the three likeliest causes of a text of this group; those that a hint suggests come first."""
    codes = group.codes
    if group.documented and any(note.kind == "documented" for note in text.notes):
        codes = group.documented
    elif group.local and "@local" in text.tags:
        codes = group.local
    elif group.public and "@public" in text.tags:
        codes = group.public
    codes = sorted(codes, key=lambda code: -hinted[code].confidence if code in hinted else 0.0)
    found = _found(group, text)
    where = around(text.plain, *found.span()) if found else text.plain
    return [Hint(code, confidence, where) for code, confidence in zip(codes, SHARED, strict=True)]
