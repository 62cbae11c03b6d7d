"""Collect what the files of a folder would send where, to agree to all of it at once (`llmdoctor trust`).

These are the flows of ``check`` with and without each target, and of ``scan``; and the doors of ``llmdoctor.toml`` that
count only with consent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from probes.app_settings.scan import find
from probes.app_settings.search import SearchPlaces
from probes.catalog.apps import Apps
from probes.catalog.door import Door
from probes.config_formats.files import SkippedFile
from probes.model.record import Record
from probes.model.settings import BadInput, Settings
from probes.settings import config_file
from probes.settings.config_file import Config, doors_mark
from probes.settings.consent import harmless
from probes.settings.gather import gather
from probes.settings.options import Options, shown_path


class ClaimingDoors(Record):
    """Doors of a folder's ``llmdoctor.toml`` that claim a host or variable of a known provider.

    ``path`` is the file's absolute path and ``mark`` the hash that stands for all doors of the file.
    """

    path: Path
    mark: str
    doors: tuple[Door, ...]


def settings_of(world: SearchPlaces, apps: Apps) -> Iterator[Settings]:
    """Yield the settings of all checks that can be run in the folder ``world.cwd`` without further arguments.

    Raises BadInput if ``llmdoctor.toml`` is invalid. Settings whose key file is missing are left out: nothing is sent.
    """
    cwd, file = world.cwd or world.home, _config(world)
    for name in (None, *(file.targets if file is not None else ())):
        with suppress(BadInput):
            yield gather(Options(target=name), world.environ, cwd, home=world.home)
    with suppress(BadInput):
        yield from (one.settings for one in find(world, Options(), apps).found if not one.beyond)


def claiming_doors(world: SearchPlaces) -> ClaimingDoors | None:
    """Return the doors that need consent, or None if the folder has none. Raises BadInput as :func:`settings_of`."""
    file = _config(world)
    if file is None:
        return None
    left_out = set(file.doors) - set(harmless(file.doors)) if file.doors else ()
    doors = tuple(door for door in file.doors if door in left_out)
    return ClaimingDoors(file.path.absolute(), doors_mark(file), doors) if doors else None


def _config(world: SearchPlaces) -> Config | None:
    """Return the folder's ``llmdoctor.toml``; None if there is none, it is the user's own, or it is not read."""
    cwd = world.cwd or world.home
    path = config_file.find(cwd)
    if path is None or path.parent == world.home:
        return None
    try:
        return config_file.found(path, shown_path(path, cwd), world.home)
    except SkippedFile:  # a file of another user, for instance; `check` says so
        return None
