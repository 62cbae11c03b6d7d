"""Programs that take no base URL of the user's, from ``probes/facts/closed_apps.toml``, and how to say so."""

from __future__ import annotations

from functools import cache

from probes.catalog.fact_files import HEADER, read_facts
from probes.catalog.provenance import Provenance, provenance_of
from probes.model.named_tuple import NamedTuple
from probes.model.sentence import Sentence


class ClosedApp(NamedTuple):
    """A program that cannot be pointed at an API. ``kind`` is ``vendor``, ``list`` or ``switcher``."""

    id: str
    name: str
    home: str
    kind: str
    apps: tuple[str, ...]  # whose settings a switcher writes
    provenance: Provenance

    @property
    def reason(self) -> Sentence:
        """Why there is nothing to check."""
        if self.kind == "switcher":
            names = ", ".join(self.apps)
            return Sentence(
                "It sends no requests: it writes the settings of other apps. Check those: {names}.", names=names
            )
        if self.kind == "list":
            return Sentence("It takes a key of yours for the providers of its own list, but no base URL.")
        return Sentence(
            "It takes no base URL: it offers only the models of its vendor's own service, with its own login."
        )

    @property
    def follow(self) -> tuple[str, ...]:
        """The commands that help instead."""
        return tuple(f"check --app {one}" for one in self.apps[:1]) if self.apps else ("apps",)


@cache
def closed_apps() -> tuple[ClosedApp, ...]:
    """Return the built-in rows, in the order of their file."""
    document = read_facts("closed_apps")
    seen = document[HEADER]["seen"]
    return tuple(
        ClosedApp(
            row["id"],
            row["name"],
            row["home"],
            row["kind"],
            tuple(row.get("apps", ())),
            provenance_of(row, seen),
        )
        for row in document["app"]
    )


def closed_app(asked: str) -> ClosedApp | None:
    """Return the row with this id or name, or None."""
    low = asked.strip().lower()
    return next((one for one in closed_apps() if low in (one.id, one.name.lower())), None)
