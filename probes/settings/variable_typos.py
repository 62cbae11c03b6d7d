"""Variables whose names are slips of those that are read: a sign left out, two of them in the wrong order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.catalog import doors
from probes.catalog.sdk_variables import families, unread
from probes.settings.environment import Variables


def near_names(variables: Variables, wanted: Iterable[str], settled: bool = False) -> list[tuple[str, str]]:
    """Variables that are slips of wanted ones, with those. ``settled``: the wanted is there, so a number is no slip."""
    bare_wanted = {each: _bare(each) for each in wanted}
    near: list[tuple[str, str]] = []
    known: set[str] | None = None
    for name in variables.names():
        if name in bare_wanted or name in unread() or (settled and name[-1:].isdigit()):
            continue
        if not re.search("KEY|TOK|BASE|URL|API|HOST|END", name, re.I):
            continue
        bare = _bare(name)
        slip = next((each for each, its in bare_wanted.items() if its == bare or _is_slip(name, each)), None)
        if slip is None:
            continue
        if known is None:
            known = {own for door in doors.load() for own in (*door.key_env, *door.base_url_env)}
            known.update(own for family in families().values() for own in (*family.keys, *family.bases))
        if name not in known:
            near.append((name, slip))
    return near


def _is_slip(name: str, wanted: str) -> bool:
    """One or two edits off; short names are too close to each other to tell."""
    return abs(len(wanted) - len(name)) <= 2 and len(wanted) >= 12 and _edits(wanted, name) <= 2


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).upper()


def _edits(one: str, other: str) -> int:
    """Edit distance, two neighbours in the wrong order counting once; 3 stands for more than 2."""
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
