"""Registry of the known doors: look one up by host, misspelled host, website or environment variable.

The facts are in ``probes/facts/doors.toml``, whose head explains the fields. A wheel contains them as JSON too (see
``hatch_build.py``), because every start reads them and JSON is parsed about ten times faster. Users can add doors in
files of a folder (see :func:`folders`) and in ``llmdoctor.toml`` (see :func:`adopt`).

The types are named tuples because every start creates about 700, three times as fast as records.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from probes.catalog.built_in import built_in_date as built_in_date
from probes.catalog.built_in import builtin as builtin
from probes.catalog.door import Door
from probes.catalog.door_files import read
from probes.catalog.own_places import own_places

if TYPE_CHECKING:
    from probes.catalog.bundle import Bundle

# Top-level domains that no public door can have: RFC 6761, RFC 8375, and names used in home and office networks.
_PRIVATE_ZONES = frozenset(
    (
        *("local", "localhost", "localdomain", "lan", "home", "internal", "intranet", "corp", "private"),
        *("test", "example", "invalid", "arpa", "onion"),
    )
)
# Real hosts that resemble a known one: a company called OpenAPI, and MiniMax's own domain.
_REAL_HOSTS = frozenset(("api.openapi.com", "api.minimax.com"))
_MOST_HOSTS = 64  # whose doors are remembered
_LOOPBACK = frozenset(("127.0.0.1", "::1", "0.0.0.0", "::"))  # noqa: S104 - compared with, never bound to


class Doors:
    """Registry of doors with lookups by id, host and variable. If several doors share an id, the last one counts."""

    def __init__(self, doors: Iterable[Door]) -> None:
        self._doors = {door.id: door for door in doors}
        self._hosts: dict[str, list[Door]] = {}
        self._wildcards: list[tuple[str, Door]] = []
        self._websites: dict[str, list[tuple[str, Door]]] = {}
        self._slips: dict[str, tuple[str, Door]] = {}
        self._matched: dict[str, list[Door]] = {}  # the doors whose patterns match a host, of the last hosts
        self._open: tuple[str, Doors] | None = None  # the doors that are open on a day, as they were asked for last
        for door in self:
            for host in map(str.lower, door.hosts):
                if "*" in host:
                    self._wildcards.append((host, door))
                else:
                    self._hosts.setdefault(_host_key(host), []).append(door)
            for site in door.websites:
                host, _, path = site.partition("/")
                self._websites.setdefault(host, []).append((path, door))
            for slip in door.slips:
                self._slips.setdefault(slip, (door.hosts[0], door))

    def __iter__(self) -> Iterator[Door]:
        return iter(self._doors.values())

    def __len__(self) -> int:
        return len(self._doors)

    def open_on(self, day: str) -> Doors:
        """Return the doors whose service has not ended by a day (ISO 8601)."""
        if self._open is None or self._open[0] != day:  # a fleet asks thousands of times for the same day
            self._open = day, Doors(one for one in self if not one.provenance.ended(day))
        return self._open[1]

    def get(self, id: str) -> Door | None:
        """Return the door with this id, or None."""
        return self._doors.get(id)

    def of_host(self, host: str, port: int | None = None, path: str = "") -> Door | None:
        """Return the door that has this API host, or None.

        A host listed with a port matches only that port. If several doors share the host, return the door whose base
        path is the longest prefix of ``path``, or the first door in the file if none is a prefix.
        """
        doors = self._at(_normalized(host), port)
        if len(doors) < 2:
            return doors[0] if doors else None
        return max(doors, key=lambda door: max(_covered(endpoint.path, path) for endpoint in door.endpoints))

    def typo_of(self, host: str) -> tuple[str, Door] | None:
        """Return the known host that ``host`` misspells, and its door.

        Return None for known hosts, local names and IP addresses, and for names that are too short or too different
        to be a typo: they may be somebody else's real host. Example: ``api.opnai.com`` misspells ``api.openai.com``.
        """
        host = _normalized(host)
        if host in _REAL_HOSTS or self._known(host) or _private(host):
            return None
        if host in self._slips:
            return self._slips[host]
        for tail in (".v1", "v1"):  # `api.openai.comv1` lacks the slash before the version
            stem = host.removesuffix(tail)
            if stem != host and stem in self._hosts:
                return stem, self._hosts[stem][0]
        best: tuple[int, str, Door] | None = None
        for known, doors in self._hosts.items():
            if ":" in known or abs(len(known) - len(host)) > 2:
                continue
            edits = _typo_edits(host, known)
            if edits and (best is None or edits < best[0]):
                best = (edits, known, doors[0])
        return best[1:] if best else None

    def website_of(self, host: str, path: str = "") -> Door | None:
        """Return the door that has this website, console or chat page, or None.

        If the host also serves the API, the path decides.
        """
        host = _normalized(host)
        path = "/" + path.lstrip("/")
        sites = self._websites.get(host) or self._websites.get(host.removeprefix("www."), [])
        if not sites and host.startswith("www."):
            sites = [("", door) for door in self._at(host.removeprefix("www."), None)[:1]]
        if not sites or any(_covered(e.path, path) > 0 for door in self._at(host, None) for e in door.endpoints):
            return None
        fitting = [(len(head), door) for head, door in sites if not head or _covered("/" + head, path) > 0]
        return max(fitting, key=lambda match: match[0])[1] if fitting else None

    def for_variable(self, name: str) -> tuple[Door, ...]:
        """Return the doors whose key is read from the environment variable ``name``."""
        return tuple(door for door in self if name in door.key_env)

    def sister_sites(self, door: Door) -> tuple[Door, ...]:
        """Return the company's other doors in service that users confuse with this one and that reject its keys."""
        shapes = {shape.pattern for shape in door.keys}
        return tuple(
            other
            for other in self
            if other.company == door.company
            and other.namespace != door.namespace
            and not other.provenance.over
            and (other.id in door.rejects or door.id in other.rejects or shapes & {key.pattern for key in other.keys})
        )

    @property
    def base_url_variables(self) -> dict[str, tuple[Door, ...]]:
        """The environment variables that hold a base URL, each with its doors."""
        doors_by_variable: dict[str, tuple[Door, ...]] = {}
        for door in self:
            for name in door.base_url_env:
                doors_by_variable[name] = (*doors_by_variable.get(name, ()), door)
        return doors_by_variable

    def _at(self, host: str, port: int | None) -> list[Door]:
        if port is not None and (doors := self._hosts.get(_host_key(f"{host}:{port}"))):
            return doors
        if doors := self._hosts.get(host):
            return doors
        # A check asks several times for its host, and comparing it with all patterns takes longer than all else here.
        if host not in self._matched:
            if len(self._matched) >= _MOST_HOSTS:
                self._matched.clear()
            self._matched[host] = [door for pattern, door in self._wildcards if fnmatchcase(host, pattern)]
        return self._matched[host]

    def _known(self, host: str) -> bool:
        return bool(self._at(host, None)) or host in self._websites or host.removeprefix("www.") in self._websites


def merge(*tables: Iterable[Door]) -> Doors:
    """Merge tables into one registry. A later table replaces doors with the same id, and its doors come first."""
    doors: dict[str, Door] = {}
    for table in reversed(tables):
        for door in table:
            doors.setdefault(door.id, door)
    return Doors(doors.values())


@cache
def load() -> Doors:
    """Return the built-in doors, those in the user's folder and the adopted ones; later sources override earlier ones.

    Raises DoorsError if a file in the user's folder cannot be used.
    """
    return merge(*_own_tables(), _adopted) if _adopted else known()


@cache
def known() -> Doors:
    """Return the built-in doors and those in the user's folder, without those of an ``llmdoctor.toml``.

    Raises DoorsError as :func:`load` does.
    """
    return merge(*_own_tables())


def informed() -> Doors:
    """Return the doors with what an installed bundle of facts says about them, for texts: reports, lists, advice.

    Nothing is sent by what it says: that is decided by :func:`load`, which knows no bundle (see
    ``probes/catalog/bundle.py``). The user's own doors win here too. Raises DoorsError as :func:`load` does.
    """
    return load() if _bundle() is None else _informed()


@cache
def _informed() -> Doors:
    return merge(_told(), *_user_tables(), _adopted)


@cache
def informed_builtin() -> Doors:
    """Return the built-in doors with what an installed bundle says about them, without the user's own doors."""
    return Doors(builtin() if _bundle() is None else _told())


def _told() -> tuple[Door, ...]:
    bundle = _bundle()
    assert bundle is not None
    from probes.catalog.bundle import merged

    return merged(builtin(), bundle)


@cache
def _bundle() -> Bundle | None:
    """Return the installed bundle, or None. Most installations have none, and do not load its module."""
    from probes.catalog.bundle_place import exists

    if not exists():
        return None
    from probes.catalog.bundle import installed

    return installed().bundle


def forget_bundle() -> None:
    """Look for an installed bundle anew: one was taken or removed."""
    for cached in (_bundle, _informed, informed_builtin):
        cached.cache_clear()


def facts_date() -> str:
    """Return the date (ISO 8601) of the facts that are used: those of the installed bundle, else the built-in ones."""
    bundle = _bundle()
    return bundle.date if bundle is not None else built_in_date()


def _own_tables() -> list[tuple[Door, ...]]:
    return [builtin(), *_user_tables()]


def _user_tables() -> list[tuple[Door, ...]]:
    existing = [folder for folder in folders() if os.path.isdir(folder)]  # noqa: PTH112
    if not existing:
        return []
    from pathlib import Path  # takes 3 ms to import, and most users have no such folder

    return [read(path) for folder in existing for path in sorted(Path(folder).glob("*.toml"))]


_adopted: tuple[Door, ...] = ()


def adopt(doors: Iterable[Door]) -> None:
    """Register the doors of an ``llmdoctor.toml``; :func:`load` lets them override all others."""
    global _adopted
    _adopted = tuple(doors)
    load.cache_clear()
    _informed.cache_clear()


def folders() -> tuple[str, ...]:
    """Return the folders in which users keep door files: ``llmdoctor/doors.d`` in each configuration folder.

    The configuration folders are those of platformdirs, plus ``~/.config`` on every system. They are repeated here
    because importing platformdirs takes longer than reading all doors.
    """
    chosen = os.environ.get("XDG_CONFIG_HOME", "").strip()
    usual = {
        "darwin": "~/Library/Application Support",
        "win32": os.environ.get("LOCALAPPDATA") or "~/AppData/Local",
    }.get(sys.platform, "~/.config")
    return own_places(dict.fromkeys((chosen,) if chosen else (usual, "~/.config")), "doors.d")


# -- hosts -------------------------------------------------------------------------------------------------------------


def _normalized(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _host_key(host: str) -> str:
    """Normalise loopback addresses, so that a door at ``localhost:11434`` is found at ``127.0.0.1:11434`` too."""
    name, _, port = host.rpartition(":")
    return f"localhost:{port}" if _normalized(name) in _LOOPBACK else host


def _covered(base: str, path: str) -> int:
    """Return how many characters of ``path`` the base path covers, in whole segments; 0 if it is no prefix.

    A ``{placeholder}`` matches one segment.
    """
    wanted, given = base.strip("/").split("/"), path.strip("/").split("/")
    fits = len(wanted) <= len(given) and all(
        want == have or want.startswith("{") for want, have in zip(wanted, given, strict=False)
    )
    return sum(map(len, given[: len(wanted)])) + len(wanted) if fits and base else 0


def _private(host: str) -> bool:
    zone = host.rpartition(".")[2]
    return zone == host or zone.isdigit() or ":" in host or zone in _PRIVATE_ZONES


def _typo_edits(host: str, known: str) -> int:
    """Return the number of edits by which ``host`` misspells a known host; 0 if it does not look like a typo.

    An extra digit or hyphen is a deliberate name (``api.openai-hk.com``), and so is another two-letter top-level
    domain. In a short label only two swapped letters count as a typo: ``kiwi`` does not misspell ``kimi``.
    """
    labels, known_labels = host.split("."), known.split(".")
    if len(labels) != len(known_labels):
        return 0
    total = 0
    for index, (label, known_label) in enumerate(zip(labels, known_labels, strict=True)):
        if label == known_label:
            continue
        edits, swapped = _distance(label, known_label), sorted(label) == sorted(known_label)
        if index == len(known_labels) - 1:
            fits = edits == 1 and (swapped or len(known_label) > 2 or len(label) > 2)
        elif sum(map(label.count, "-0123456789")) > sum(map(known_label.count, "-0123456789")):
            fits = False
        elif known_label == "api":
            fits = edits == 1
        elif len(known_label) < 6:
            fits = edits == 1 and swapped and len(known_label) > 3
        else:
            fits = edits <= (2 if len(known_label) > 7 else 1)
        if not fits:
            return 0
        total += edits
    return total if total <= 2 else 0


def _distance(a: str, b: str) -> int:
    """Return the edit distance of two short texts, at most 3: insert, delete, replace, swap two neighbours."""
    if abs(len(a) - len(b)) > 2:
        return 3
    if len(a) == len(b):
        differing = [at for at, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]
        for first, second in pairwise(differing):
            if second == first + 1 and a[first] == b[second] and a[second] == b[first]:
                return min(3, len(differing) - 1)
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return min(3, row[-1])
