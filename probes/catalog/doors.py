"""The known doors: which one a host is, which host a wrong one was meant to be, which variables mean a door.

The facts stand in ``doors.toml``, where its fields are explained. A wheel carries them as ``doors.json`` too (see
``hatch_build.py``): JSON is read some ten times faster, and every start reads it. Users add doors of their own in
files of a folder (see :func:`folders`) and in ``llmdoctor.toml`` (see :func:`adopt`).

The types are named tuples: they are made three times as fast as frozen dataclasses, and there are some 700 to make.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from pathlib import Path

from probes.catalog.door import Door
from probes.catalog.door_files import read

# Names that no public door can have: RFC 6761, RFC 8375, and what home and office networks use.
_PRIVATE_ZONES = frozenset(
    (
        *("local", "localhost", "localdomain", "lan", "home", "internal", "intranet", "corp", "private"),
        *("test", "example", "invalid", "arpa", "onion"),
    )
)
# Near a known host, and somebody's own: a company of that name, MiniMax' own domain.
_OWN = frozenset(("api.openapi.com", "api.minimax.com"))
_LOOPBACK = frozenset(("127.0.0.1", "::1", "0.0.0.0", "::"))  # noqa: S104 - compared with, never bound to


class Doors:
    """All known doors, looked up by host, by variable, by id. Of doors with the same id the last one counts."""

    def __init__(self, doors: Iterable[Door]) -> None:
        self._doors = {door.id: door for door in doors}
        self._hosts: dict[str, list[Door]] = {}
        self._wildcards: list[tuple[str, Door]] = []
        self._websites: dict[str, list[tuple[str, Door]]] = {}
        self._slips: dict[str, tuple[str, Door]] = {}
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

    def get(self, id: str) -> Door | None:
        """The door of that id."""
        return self._doors.get(id)

    def of_host(self, host: str, port: int | None = None, path: str = "") -> Door | None:
        """The door whose API host this is.

        An entry with a port counts for that port alone. Where doors share a host, the one whose base path is the
        longest start of ``path`` wins, else the first in the file.
        """
        doors = self._at(_plain(host), port)
        if len(doors) < 2:
            return doors[0] if doors else None
        return max(doors, key=lambda door: max(_shared(endpoint.path, path) for endpoint in door.endpoints))

    def typo_of(self, host: str) -> tuple[str, Door] | None:
        """The known host that this one is a slip of, and its door.

        None for known hosts, local names, addresses, and names so far off or so short that they may well be
        somebody's own.
        """
        host = _plain(host)
        if host in _OWN or self._known(host) or _private(host):
            return None
        if host in self._slips:
            return self._slips[host]
        for tail in (".v1", "v1"):  # `api.openai.comv1`: the slash is missing
            stem = host.removesuffix(tail)
            if stem != host and stem in self._hosts:
                return stem, self._hosts[stem][0]
        best: tuple[int, str, Door] | None = None
        for known, doors in self._hosts.items():
            if ":" in known or abs(len(known) - len(host)) > 2:
                continue
            edits = _slip(host, known)
            if edits and (best is None or edits < best[0]):
                best = (edits, known, doors[0])
        return best[1:] if best else None

    def website_of(self, host: str, path: str = "") -> Door | None:
        """The door whose web site, console or chat page this is.

        At a host that also serves the API, the path decides.
        """
        host = _plain(host)
        path = "/" + path.lstrip("/")
        sites = self._websites.get(host) or self._websites.get(host.removeprefix("www."), [])
        if not sites and host.startswith("www."):
            sites = [("", door) for door in self._at(host.removeprefix("www."), None)[:1]]
        if not sites or any(_shared(e.path, path) > 0 for door in self._at(host, None) for e in door.endpoints):
            return None
        fitting = [(len(head), door) for head, door in sites if not head or _shared("/" + head, path) > 0]
        return max(fitting, key=lambda found: found[0])[1] if fitting else None

    def for_variable(self, name: str) -> tuple[Door, ...]:
        """The doors whose key an environment variable of this name holds."""
        return tuple(door for door in self if name in door.key_env)

    def sister_sites(self, door: Door) -> tuple[Door, ...]:
        """The doors of the same company that keys of this one are easily taken to, and that refuse them."""
        shapes = {shape.pattern for shape in door.keys}
        return tuple(
            other
            for other in self
            if other.company == door.company
            and other.namespace != door.namespace
            and (other.id in door.rejects or door.id in other.rejects or shapes & {kin.pattern for kin in other.keys})
        )

    @property
    def base_url_variables(self) -> dict[str, tuple[Door, ...]]:
        """Every variable that holds a base URL, with its doors."""
        found: dict[str, tuple[Door, ...]] = {}
        for door in self:
            for name in door.base_url_env:
                found[name] = (*found.get(name, ()), door)
        return found

    def _at(self, host: str, port: int | None) -> list[Door]:
        if port is not None and (doors := self._hosts.get(_host_key(f"{host}:{port}"))):
            return doors
        if doors := self._hosts.get(host):
            return doors
        return [door for pattern, door in self._wildcards if fnmatchcase(host, pattern)]

    def _known(self, host: str) -> bool:
        return bool(self._at(host, None)) or host in self._websites or host.removeprefix("www.") in self._websites


def merge(*tables: Iterable[Door]) -> Doors:
    """One registry out of several; a door of a later one takes the place of the door with its id, and stands first."""
    doors: dict[str, Door] = {}
    for table in reversed(tables):
        for door in table:
            doors.setdefault(door.id, door)
    return Doors(doors.values())


@cache
def load() -> Doors:
    """The doors that come with the program, those of the user's folder, and those that were adopted; the last win.

    Raises DoorsError.
    """
    own = [read(path) for folder in folders() if folder.is_dir() for path in sorted(folder.glob("*.toml"))]
    return merge(builtin(), *own, _adopted)


def builtin() -> tuple[Door, ...]:
    """The doors that come with the program, in the order of their file."""
    built = Path(__file__).with_name("doors.json")
    return read(built if built.exists() else built.with_suffix(".toml"))


_adopted: tuple[Door, ...] = ()


def adopt(doors: Iterable[Door]) -> None:
    """Make the doors of an ``llmdoctor.toml`` known to :func:`load`, above all others."""
    global _adopted
    _adopted = tuple(doors)
    load.cache_clear()


def folders() -> tuple[Path, ...]:
    """Where users keep files of doors, each like ``doors.toml``: ``llmdoctor/doors.d`` where settings belong.

    The places are those of platformdirs, which takes longer to import than all doors to read, and ``~/.config`` on
    every system.
    """
    chosen = os.environ.get("XDG_CONFIG_HOME", "").strip()
    usual = {
        "darwin": "~/Library/Application Support",
        "win32": os.environ.get("LOCALAPPDATA") or "~/AppData/Local",
    }.get(sys.platform, "~/.config")
    with suppress(RuntimeError):  # a user without a home
        bases = (chosen,) if chosen else dict.fromkeys((usual, "~/.config"))
        return tuple(Path(base).expanduser() / "llmdoctor" / "doors.d" for base in bases)
    return ()


# -- hosts -------------------------------------------------------------------------------------------------------------


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _host_key(host: str) -> str:
    """The names of this machine are one: what is known at ``localhost:11434`` is at ``127.0.0.1:11434`` too."""
    name, _, port = host.rpartition(":")
    return f"localhost:{port}" if _plain(name) in _LOOPBACK else host


def _shared(base: str, path: str) -> int:
    """How many characters of ``path`` the base path covers, by whole segments; 0 where it is no start of it.

    A ``{placeholder}`` stands for one segment.
    """
    wanted, given = base.strip("/").split("/"), path.strip("/").split("/")
    fits = len(wanted) <= len(given) and all(
        want == have or want.startswith("{") for want, have in zip(wanted, given, strict=False)
    )
    return sum(map(len, given[: len(wanted)])) + len(wanted) if fits and base else 0


def _private(host: str) -> bool:
    zone = host.rpartition(".")[2]
    return zone == host or zone.isdigit() or ":" in host or zone in _PRIVATE_ZONES


def _slip(host: str, known: str) -> int:
    """How many edits lead from a known host to this one where that looks like a slip of the hand; 0: it does not.

    One digit or hyphen more is a name that somebody chose (``api.openai-hk.com``), and so is another top-level domain
    of two letters. A short label may only have two letters swapped: ``kiwi`` is no slip of ``kimi``.
    """
    labels, right = host.split("."), known.split(".")
    if len(labels) != len(right):
        return 0
    total = 0
    for at, (label, want) in enumerate(zip(labels, right, strict=True)):
        if label == want:
            continue
        edits, swapped = _distance(label, want), sorted(label) == sorted(want)
        if at == len(right) - 1:
            fits = edits == 1 and (swapped or len(want) > 2 or len(label) > 2)
        elif sum(map(label.count, "-0123456789")) > sum(map(want.count, "-0123456789")):
            fits = False
        elif want == "api":
            fits = edits == 1
        elif len(want) < 6:
            fits = edits == 1 and swapped and len(want) > 3
        else:
            fits = edits <= (2 if len(want) > 7 else 1)
        if not fits:
            return 0
        total += edits
    return total if total <= 2 else 0


def _distance(a: str, b: str) -> int:
    """Edits between two short texts: insertion, deletion, replacement, two neighbours swapped (3 stands for more)."""
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
