"""Find variables whose names are typos of names that are read: a missing character, two swapped ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from probes.catalog import doors
from probes.catalog.sdk_variables import families, unread
from probes.settings.environment import Variables

_MOST = 500  # names that are compared; an environment has some hundred, and each costs a millisecond


def near_names(variables: Variables, wanted: Iterable[str], settled: bool = False) -> list[tuple[str, str]]:
    """Return pairs of a misspelled variable and the wanted name: ``("OPENAI_APIKEY", "OPENAI_API_KEY")``.

    If the value was already found (``settled``), names that end in a digit are no typos: they hold further keys.
    """
    bare_wanted = {each: _bare(each) for each in wanted}
    near: list[tuple[str, str]] = []
    known: set[str] | None = None
    candidates = (
        name
        for name in variables.names()
        if name not in bare_wanted
        and name not in unread()
        and not (settled and name[-1:].isdigit())
        and re.search("KEY|TOK|BASE|URL|API|HOST|END", name, re.I)
    )
    for name in islice(candidates, _MOST):
        bare = _bare(name)
        meant = next(
            (each for each, bare_name in bare_wanted.items() if bare_name == bare or _is_typo(name, each)), None
        )
        if meant is None:
            continue
        if known is None:
            known = {known_name for door in doors.load() for known_name in (*door.key_env, *door.base_url_env)}
            known.update(known_name for family in families().values() for known_name in (*family.keys, *family.bases))
        if name not in known:
            near.append((name, meant))
    return near


def _is_typo(name: str, wanted: str) -> bool:
    """Check for one or two edits. Wanted names below 12 characters never match, since short names are all similar."""
    return abs(len(wanted) - len(name)) <= 2 and len(wanted) >= 12 and _edits(wanted, name) <= 2


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).upper()


def _edits(one: str, other: str) -> int:
    """Return the edit distance, with a swap of neighbours as one edit; 3 means more than 2."""
    if len(set(one) ^ set(other)) > 4:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return 3
    return row[-1]
