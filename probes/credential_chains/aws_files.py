"""The files of AWS's own tools, with the line of each value: ``~/.aws/config``, ``~/.aws/credentials``.

They are read as botocore 1.44 reads them (``configloader.py``): a file that configparser refuses breaks every client.
"""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from probes.config_formats.files import SkippedFile, text_of
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record
from probes.model.settings import Sourced
from probes.model.source import Owner, Source, SourceKind

Values = Mapping[str, Sourced[str]]  # the values of one section, by name in lower case


class IniFile(NamedTuple):
    """The sections of a file. ``why`` is the reason why it was not read; empty if it was, or if there is none."""

    shown: str
    owner: Owner
    sections: Mapping[str, Values] = {}
    why: str = ""
    exists: bool = False

    def place(self, name: str = "") -> Source:
        """Return the source of a value that the file does not have."""
        return Source(SourceKind.CHAIN_FILE, self.owner, name, self.shown)


class AwsConfig(Record):
    """Both files: the profiles of all, and the sections of SSO sessions and services of the configuration.

    ``unprefixed`` are sections of the configuration file that look like profiles but lack the word ``profile``.
    """

    config: IniFile
    credentials: IniFile
    profiles: Mapping[str, Values]
    sessions: Mapping[str, Values]
    services: Mapping[str, Values]
    own_profiles: Mapping[str, Values]  # those of the configuration file alone
    unprefixed: tuple[str, ...] = ()

    def profile(self, name: str) -> Values:
        """Return the values of a profile as botocore merges them: the credentials file overrides the other one."""
        return self.profiles.get(name, {})

    @property
    def why(self) -> str:
        """The reason why one of the files cannot be read, which breaks every client; empty if both can."""
        return self.config.why or self.credentials.why


def read_ini(path: Path, shown: str, owner: Owner, found_in: Path | None, chosen_by: Source | None = None) -> IniFile:
    """Read a file. ``found_in`` is the folder in which it was merely found, for a file that the folder names.

    ``chosen_by`` is the folder's value that names a file outside of it. What is secret there may be the user's, but its
    addresses and programs are used only because the folder wants it.
    """
    try:
        text = text_of(path, found_in)
    except SkippedFile as error:
        return IniFile(shown, owner, why=error.why, exists=True)
    if text is None:
        return IniFile(shown, owner)
    if _SLOW.search(text):
        return IniFile(shown, owner, why=SkippedFile("excessive").why, exists=True)
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        return IniFile(shown, owner, why=f"{type(error).__name__}" + (f", line {line}" if line else ""), exists=True)
    lines = _lines(text)
    sections = {
        section: {
            name: Sourced(
                value or "",
                Source(SourceKind.CHAIN_FILE, owner, name, shown, lines.get((section, name), 0)),
                chosen_by=chosen_by,
            )
            for name, value in parser.items(section)
        }
        for section in parser.sections()
    }
    return IniFile(shown, owner, sections, exists=True)


# The pattern of configparser takes quadratic time for such a run: hours for a file of 1 MiB.
_SLOW = re.compile(r"\S[^\S\n]{100}")
_SECTION = re.compile(r"\[([^\]]{1,500})\]")
_OPTION = re.compile(r"([^\s=:#;\[][^=:]{0,200})[=:]")


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each value, by section and name."""
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := _SECTION.match(line):
            section = head[1]
        elif option := _OPTION.match(line):
            found[section, option[1].strip().lower()] = number
    return found


def read_config(config: IniFile, credentials: IniFile) -> AwsConfig:
    """Join both files as botocore's session does."""
    profiles: dict[str, dict[str, Sourced[str]]] = {}
    kinds: dict[str, dict[str, Values]] = {"sso-session": {}, "services": {}}
    unprefixed = []
    for section, values in config.sections.items():
        kind, name = _named(section)
        if kind == "profile":
            profiles.setdefault(name, {}).update(values)
        elif kind in kinds:
            kinds[kind][name] = values
        elif section == "default":
            profiles.setdefault(section, {}).update(values)
        else:
            unprefixed.append(section)
    own = {name: dict(values) for name, values in profiles.items()}
    for section, values in credentials.sections.items():
        profiles.setdefault(section, {}).update(values)
    return AwsConfig(config, credentials, profiles, kinds["sso-session"], kinds["services"], own, tuple(unprefixed))


def _named(section: str) -> tuple[str, str]:
    """Return the kind and the name of a section: ``("profile", "work")`` of ``profile "work"``."""
    if " " not in section:
        return "", section
    try:
        parts = shlex.split(section)
    except ValueError:
        return "", section
    return (parts[0], parts[1]) if len(parts) == 2 else ("", section)


def nested(text: str) -> dict[str, str]:
    """Return the indented lines of a value: ``endpoint_url = …`` below ``sts =`` in a section of services."""
    rows = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in rows}


def masked(access_key: str) -> str:
    """Return an access key id in short form: it is no secret, but it names the account."""
    return f"{access_key[:4]}…{access_key[-4:]}" if len(access_key) >= 12 else "…"


def moment_of(text: str) -> float:
    """Return a moment in ISO 8601 (or ``2026-11-30T08:00:00UTC``, as the oldest clients wrote it); 0 if it is none."""
    try:
        found = datetime.fromisoformat(re.sub(r"UTC$", "+00:00", text[:40]))
    except ValueError:
        return 0.0
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
