"""Where a fact is from, when it was seen, and until when it holds: the fields that a row of any fact file may have.

Days are ISO 8601 (``2026-07-30``), so that texts compare as days do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from probes.model.named_tuple import NamedTuple

# A service, a key or a model that ends within so many days is worth a warning.
NOTICE = 30

# Days after which a fact is to be looked at again, by how well it is known, and after which it is old: it then makes no
# finding sure by itself.
LOOK_AGAIN = {"high": 180, "medium": 90, "low": 45}
OLD = 365

_TEXTS = ("source", "successor")  # a text or a list of texts
_DAYS = ("seen", "since", "ends", "ended")
# `end_confidence`: high (two sources, or the vendor's own page), medium (one list), low (one report).
END_CONFIDENCES = ("high", "medium", "low")
FIELDS = (*_TEXTS, *_DAYS, "shows", "end_confidence")
FIELDS_SET = frozenset(FIELDS)


class Provenance(NamedTuple):
    """The origin and the lifetime of a fact. An empty day is not known.

    ``end`` is the day on which it ended or, if that is later than ``seen``, will end. ``successor`` are the ids or
    names of what takes its place, the vendor's choice first. ``shows`` is what the vendor answers since the end.
    ``end_confidence`` is one of :data:`END_CONFIDENCES`: how well the end is known.
    """

    source: tuple[str, ...] = ()
    seen: str = ""
    since: str = ""
    end: str = ""
    successor: tuple[str, ...] = ()
    shows: str = ""
    end_confidence: str = "high"

    @property
    def end_sure(self) -> bool:
        """Whether more than one list or one report names the end."""
        return self.end_confidence == "high"

    def ended(self, day: str) -> bool:
        """Check whether it has ended by this day. Without a day, nothing has ended.

        >>> Provenance(end="2026-07-30").ended("2026-07-30"), Provenance(end="2026-07-30").ended("")
        (True, False)
        """
        return bool(self.end) and self.end <= day

    @property
    def over(self) -> bool:
        """Whether it had ended already when it was last seen; this needs no day of today."""
        return self.ended(self.seen)

    def ends_soon(self, day: str) -> bool:
        """Check whether it ends within the next :data:`NOTICE` days, counted from this day."""
        if not self.end or not day or self.end <= day:
            return False
        from datetime import date, timedelta

        return date.fromisoformat(self.end) - date.fromisoformat(day) <= timedelta(days=NOTICE)

    def old(self, day: str) -> bool:
        """Check whether nobody has looked at this fact for :data:`OLD` days, counted back from this day.

        >>> Provenance(seen="2026-01-05").old("2026-11-30"), Provenance(seen="2025-11-05").old("2026-11-30")
        (False, True)
        """
        return bool(self.seen and day) and _later(self.seen, OLD) <= day

    def sure_of_end(self, day: str) -> bool:
        """Check whether the end alone makes a finding sure on this day: it is well known and not an old announcement.

        What was seen to have ended stays so. An announced end that nobody has looked at since is old after
        :data:`LOOK_AGAIN` days.
        """
        if not self.end_sure:
            return False
        return self.over or not (day and self.end) or (not self.old(day) and _later(self.end, LOOK_AGAIN["high"]) > day)

    def look_again(self, confirmed: bool = True) -> str:
        """Return the day on which somebody should look at this fact again; empty if that is not known.

        What has ended stays so, and needs no second look once two sources have said it. An announced end is looked at
        on its day. ``confirmed``: a source was read that says it.

        >>> Provenance(seen="2026-11-30").look_again(), Provenance(seen="2026-11-30", end="2026-12-11").look_again()
        ('2027-05-29', '2026-12-11')
        """
        if not self.seen or (self.over and self.end_sure):
            return ""
        days = LOOK_AGAIN[self.end_confidence] if self.end else LOOK_AGAIN["high" if confirmed else "medium"]
        due = _later(self.seen, days)
        return min(due, self.end) if self.end > self.seen else due

    def begun(self, day: str) -> bool:
        """Check whether it holds already on this day. Without a day, or if its first day is not known, it does."""
        return not day or self.since <= day


def _later(day: str, days: int) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


UNKNOWN = Provenance()


def provenance_of(row: Mapping[str, Any], seen: str = "") -> Provenance:
    """Return the provenance of a row; ``seen`` is the day of its file, for a row without a day of its own."""
    if FIELDS_SET.isdisjoint(row):
        return UNKNOWN if not seen else Provenance(seen=seen)
    return Provenance(
        _listed(row.get("source", ())),
        row.get("seen", seen),
        row.get("since", ""),
        row.get("ended", "") or row.get("ends", ""),
        _listed(row.get("successor", ())),
        row.get("shows", ""),
        row.get("end_confidence", "high"),
    )


def parted(row: Mapping[str, Any], usual: Provenance) -> tuple[Mapping[str, Any], Provenance]:
    """Return a row without its provenance, and its provenance: ``usual``, that of its file, if it has none."""
    if FIELDS_SET.isdisjoint(row):
        return row, usual
    own = {name: value for name, value in row.items() if name not in FIELDS_SET}
    found = provenance_of(row, usual.seen)
    return own, found if found.source else found._replace(source=usual.source)


def _listed(value: str | Iterable[str]) -> tuple[str, ...]:
    return ((value,) if value else ()) if isinstance(value, str) else tuple(value)


def check(row: Mapping[str, Any], seen: str = "") -> None:
    """Validate the fields of a row. ``seen`` is the day of its file.

    Raises ValueError, whose message begins with the name of the wrong field.
    """
    for name in _TEXTS:
        value = row.get(name, "")
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise ValueError(f"{name} is neither a text nor a list of texts")
    if not isinstance(row.get("shows", ""), str):
        raise ValueError("shows is not a text")
    if row.get("end_confidence", "high") not in END_CONFIDENCES:
        raise ValueError(f"end_confidence is not one of {', '.join(END_CONFIDENCES)}")
    for name in _DAYS:
        if name in row:
            _check_day(name, row[name])
    seen = row.get("seen", seen)
    if "ends" in row and "ended" in row:
        raise ValueError("ended and ends exclude each other")
    if seen and row.get("ended", "") > seen:
        raise ValueError(f"ended is later than the day on which it was seen, {seen}: name it ends")
    if seen and "ends" in row and row["ends"] <= seen:
        raise ValueError(f"ends is not later than the day on which it was seen, {seen}: name it ended")
    if not (row.get("ends") or row.get("ended")):
        for name in ("successor", "shows", "end_confidence"):
            if name in row:
                raise ValueError(f"{name} is given, but no day: ends or ended")


def _check_day(name: str, value: object) -> None:
    from datetime import date

    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            raise ValueError
    except ValueError:
        raise ValueError(f"{name} is not a day such as 2026-11-29") from None
