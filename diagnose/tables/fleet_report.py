"""The report of a fleet: a row for each target, what they add up to, and the exit status.

A fleet of thousands keeps a row for each report, and for the formats that need more the text that a worker wrote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import word
from diagnose.tables.overview import ORDER, Cause, CauseGroup, Row, cause_of, counted, groups
from diagnose.words import part, put
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record

FIXES = 5  # commands that fix a target, at most, at the end of a report
_SAFE = r"[\w.@:/\\+-]+"  # a name that every shell takes as it is


class FleetRow(NamedTuple):
    """What a report says about a target, in the language of the report."""

    name: str
    group: str
    verdict: str
    address: str
    cause: Cause
    requests: int
    billed: int
    tokens: int
    open_by_choice: bool = False  # nothing is wrong, and only what the user told the run not to ask is left open
    line: int = 1  # of the target in its file
    milliseconds: float = 0.0
    tries: int = 0  # that it took until it worked; 0: the first one did, or none
    parts: Mapping[str, str] = {}  # what each of the wanted formats says about it

    @property
    def title(self) -> str:
        """The group and the name."""
        return f"{self.group}/{self.name}" if self.group else self.name

    def result(self, strict: bool) -> str:
        """Return the verdict; ``chosen`` if what was asked works and the rest was not to be asked."""
        return "chosen" if self.open_by_choice and not strict else self.verdict

    def works(self, strict: bool) -> bool:
        """Whether it counts as working for the limit of the fleet."""
        return self.result(strict) in (("healthy",) if strict else ("healthy", "chosen", "degraded"))

    def fails(self, strict: bool) -> bool:
        """Whether something is wrong with it."""
        return self.verdict == "broken" or (self.verdict == "degraded" and strict)


def row(
    document: Mapping[str, Any], lang: str, group: str = "", line: int = 1, parts: Mapping[str, str] | None = None
) -> FleetRow:
    """Return the row of a report, which is given as the JSON document of the contract, in the language ``lang``."""
    cost, target = document["cost"], document["target"]
    flaky = document.get("flaky") or {}
    return FleetRow(
        target.get("name") or "",
        group,
        document["verdict"],
        target["base_url"] or "",
        cause_of(document, lang, placed=True),
        cost["requests"],
        cost["billed_requests"],
        cost["prompt_tokens"] + cost["completion_tokens"],
        bool(document.get("open_by_choice")),
        line,
        document.get("duration_ms", 0.0),
        flaky.get("tries", 0) if document["verdict"] in ("healthy", "degraded") else 0,
        parts or {},
    )


class FleetReport(Record):
    """The rows of the targets that were checked, ``total`` of them wanted.

    ``file`` is the fleet's file as messages show it, ``annotated`` its path in the repository or empty. ``share`` of
    the targets must work for the status 0; None: all. ``only_broken`` shows the rows that are not healthy; the counts
    are of all.
    """

    rows: tuple[FleetRow, ...]
    lang: str
    file: str = ""
    annotated: str = ""
    total: int = 0
    share: float | None = None
    strict: bool = False
    only_broken: bool = False
    interrupted: bool = False
    started_at: str = ""
    seconds: float = 0.0

    @property
    def words(self) -> dict[str, str]:
        """The texts in the language of the report."""
        found: dict[str, str] = part(self.lang, "tables").FLEET
        return found

    @property
    def shown(self) -> tuple[FleetRow, ...]:
        """The rows to show."""
        return tuple(
            one for one in self.rows if not (self.only_broken and one.result(self.strict) in ("healthy", "chosen"))
        )

    @property
    def working(self) -> float:
        """The share of the targets that work, from 0 to 1."""
        return sum(one.works(self.strict) for one in self.rows) / (len(self.rows) or 1)

    @property
    def is_met(self) -> bool:
        """Whether there is a limit for the share of the targets that work, and it is kept."""
        return self.share is not None and bool(self.rows) and self.working >= self.share - 1e-9

    @property
    def status(self) -> int:
        """The exit status: that of the worst report; with a limit 0 if it is kept, 1 if those that fail exceed it."""
        if self.interrupted:
            return 130
        failing = sum(one.fails(self.strict) for one in self.rows)
        if self.share is not None and self.rows:
            if self.is_met:
                return 0
            return 1 if failing > (1 - self.share) * len(self.rows) + 1e-9 else 3
        return 1 if failing else 0 if all(one.works(self.strict) for one in self.rows) else 3

    @property
    def verdict(self) -> str:
        """The worst result of the rows; empty if there are none."""
        return min((one.result(self.strict) for one in self.rows), key=ORDER.index, default="")

    @property
    def headline(self) -> str:
        """The result in a sentence."""
        if self.interrupted:
            return self._put("interrupted", count=len(self.rows), all=self.total)
        count = sum(one.result(self.strict) == self.verdict for one in self.rows)
        key = "broken_one" if self.verdict == "broken" and count == 1 else self.verdict or "none"
        return self._put(f"headline.{key}", count=count, all=len(self.rows))

    @property
    def limit(self) -> str:
        """A sentence about the limit for the share of the targets that work; empty if there is none."""
        if self.share is None:
            return ""
        key = "share_met" if self.is_met else "share_missed"
        return self._put(key, percent=percent(self.working), limit=percent(self.share))

    @property
    def summary(self) -> list[str]:
        """The counts, the limit and the cost, as the parts of a line; first, that the run was interrupted."""
        flaky = sum(bool(one.tries) for one in self.rows)
        said = counted((one.result(self.strict) for one in self.rows), self.lang)
        said += [self._put("flaky", count=flaky)] * bool(flaky)
        first = [self.headline] if self.interrupted else []
        return [*first, *said, *filter(None, (self.limit, self.cost))]

    @property
    def cost(self) -> str:
        """The requests and tokens of all targets in one line."""
        billed, tokens = sum(one.billed for one in self.rows), sum(one.tokens for one in self.rows)
        return word(self.lang, "cost", requests=sum(one.requests for one in self.rows), billed=billed, tokens=tokens)

    @property
    def table(self) -> list[Row]:
        """The shown rows as the overview has them."""
        return [
            Row(
                one.title,
                result,
                one.address,
                Cause() if result == "chosen" else one.cause,
                notes=tuple(self._notes(one)),
            )
            for one in self.shown
            for result in (one.result(self.strict),)
        ]

    @property
    def causes(self) -> list[tuple[CauseGroup, tuple[FleetRow, ...]]]:
        """The shown rows by cause, the worst and commonest first."""
        table = self.table
        of = {id(each): one for each, one in zip(table, self.shown, strict=True)}  # titles may be alike: x/y and y of x
        return [(one, tuple(of[id(each)] for each in one.rows)) for one in groups(table, self.lang)]

    def next_commands(self) -> list[tuple[str, str]]:
        """Return commands that fix targets, and the one that shows the whole report of the first that does not work."""
        words: dict[str, str] = part(self.lang, "tables").OVERVIEW
        shared = Counter((one.verdict, one.cause.code) for one in self.rows)
        wrong = sorted(
            (one for one in self.rows if one.result(self.strict) not in ("healthy", "chosen")),
            key=lambda one: (
                *(ORDER.index(one.verdict), -shared[one.verdict, one.cause.code]),
                *(one.cause.code, one.group, one.name),
            ),
        )
        fixing = [(plain(one.cause.command), words["fix"]) for one in wrong if one.cause.command][:FIXES]
        if not wrong or not re.fullmatch(_SAFE, self.file):
            return fixing
        if self.file.endswith(".toml") and re.fullmatch(_SAFE, wrong[0].name):
            return [*fixing, (f"llmdoctor check --config {self.file} {wrong[0].name}", words["whole"])]
        return [*fixing, (f"llmdoctor fleet {self.file} --json", words["documents"])]

    def _notes(self, one: FleetRow) -> Iterator[str]:
        if one.tries:
            yield self._put("tries", count=one.tries)

    def _put(self, key: str, **values: object) -> str:
        return put(self.words[key], values)


def percent(share: float) -> str:
    """Format a share, rounded down: 999 of 1000 are 99.9%.

    >>> percent(0.95), percent(59 / 60)
    ('95%', '98.3%')
    """
    return f"{int(share * 1000 + 1e-6) / 10:g}%"


def change(one: FleetRow, before: str, lang: str, clock: str) -> str:
    """Return the line about a target whose result has changed; ``before`` is its previous verdict."""
    said = f"{plain(one.cause.title)} ({one.cause.code})" if one.cause.title else word(lang, f"table.{one.verdict}")
    was = word(lang, "table.was", verdict=word(lang, f"table.{before}"))
    return f"{clock} {plain(one.title)}{word(lang, 'colon')}{said}{was}\n"
