"""The targets of ``/probe``, from one ``llmdoctor.toml``."""

from __future__ import annotations

import threading
from pathlib import Path

from probes.catalog.door_files import DoorsError
from probes.catalog.doors import adopt, load
from probes.config_formats.files import SkippedFile
from probes.model.settings import BadInput
from probes.model.source import Owner
from probes.settings import config_file, trust
from probes.settings.config_file import Config, doors_mark
from probes.settings.consent import harmless


class ServedTargets:
    """An ``llmdoctor.toml`` that is read again when it has changed; Kubernetes replaces it through a symbolic link.

    Doors that claim a known provider need the consent of the user if the file was merely found.
    """

    def __init__(self, path: Path, owner: Owner) -> None:
        self._path, self._owner = path, owner
        self._seen: tuple[int, int, int] | None = None
        self._file: Config | None = None
        self._reading = threading.Lock()

    def read(self) -> Config:
        """Return the current content of the file and register its doors. Raises BadInput if the file is invalid."""
        with self._reading:
            return self._read()

    def _read(self) -> Config:
        try:
            found = self._path.stat()
        except OSError as error:
            raise BadInput("{path} cannot be read: {why}.", path=self._path, why=error.strerror) from None
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if self._file is None or seen != self._seen:
            file = self._content()
            if file.doors != (self._file.doors if self._file is not None else ()):
                agreed = self._owner is Owner.USER or trust.holds(doors_mark(file))
                adopt(file.doors if agreed else harmless(file.doors))
                try:
                    load()
                except DoorsError as error:
                    raise BadInput("{detail}.", detail=error) from None
            self._file, self._seen = file, seen
        return self._file

    def _content(self) -> Config:
        if self._owner is Owner.USER:
            return config_file.read(self._path, owner=self._owner)
        try:
            return config_file.found(self._path, str(self._path), None)
        except SkippedFile as error:
            raise BadInput(
                "{path} is not read: {why}. Name it with --config if it is yours.", path=self._path, why=error.why
            ) from None
