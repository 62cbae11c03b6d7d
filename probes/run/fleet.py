"""Read a fleet, which is a list of targets, from ``llmdoctor.toml`` or a CSV file, and check its members.

The CSV's first line names its columns: ``name``, ``group``, ``key_env``, ``key_file`` and the fields of
``llmdoctor.toml`` (``base_url``, ``protocol``, ``model`` …). A key is given by reference only.
"""

from __future__ import annotations

import csv
import io
import re
import ssl
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from probes.catalog import doors, node_runtime
from probes.catalog.sdk_variables import SHARED_NAMES
from probes.config_formats.files import SkippedFile, named_text
from probes.keys.owner import certainly_no_key
from probes.model.capability import Cost
from probes.model.evidence import Evidence, HostEnvironment, Subject, Target
from probes.model.record import Record, replace
from probes.model.scrubber import Scrubber
from probes.model.sentence import Sentence
from probes.model.settings import BadInput, Limits, Settings, raise_all
from probes.model.source import Owner, Source, SourceKind
from probes.network.shared_network import SharedNetwork
from probes.network.trust_stores import certifi_path
from probes.run.engine import run
from probes.settings import config_file
from probes.settings.config_file import FIELDS, Config, ConfigTable
from probes.settings.gather import Options, gather
from probes.settings.network_settings import connections
from probes.settings.options import shown_path
from probes.steps.recorder import Recorder

TABLES = (".csv", ".tsv")  # other files are read as llmdoctor.toml
LONGEST_NAME = 200  # characters of a model or proxy that need not be looked at for their length
LARGEST = 16 * 1024 * 1024  # bytes of a fleet's file
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class FleetTarget(Record):
    """One target of a fleet. The number of checks at the same time is limited for each ``host``."""

    name: str
    group: str
    host: str
    deadline: float  # seconds for the whole check
    line: int = 1  # of its address in the file, else of its beginning


class Fleet(Record):
    """The targets of a file. ``options`` of the command line take precedence over the file.

    ``agreed`` says that the user has agreed to what a CSV file sends somewhere (see :meth:`unagreed`).
    """

    file: Config
    options: Options
    members: tuple[FleetTarget, ...]
    agreed: bool = False

    async def check(self, member: FleetTarget, settings: Settings, network: SharedNetwork, version: str) -> Evidence:
        """Check one member with its settings (:meth:`settings`). Raises nothing for what is wrong with it."""
        evidence = await run(settings, network=network, version=version)
        return replace(evidence, target=replace(evidence.target, name=member.name))

    def warm(self, environ: Mapping[str, str], network: SharedNetwork) -> None:
        """Load what the first checks need, so that the forks of this process share it: modules and the trust store."""
        with suppress(BadInput, OSError, ssl.SSLError, ValueError):  # the check of the member reports it
            settings = self.settings(self.members[0], environ)
            if settings.base_url is not None and settings.base_url.value.startswith("https:"):
                network.trust(settings.ca_bundle, node_runtime.roots(settings))
                certifi_path()

    def settings(self, member: FleetTarget, environ: Mapping[str, str]) -> Settings:
        """Gather the settings of a member. Raises BadInput if they cannot be used."""
        options = replace(self.options, target=member.name)
        try:
            sure = _agreed_to if self.is_table else None
            found = _agreed(gather(options, environ, self.file.path.parent, self.file, agreed=sure))
            if self.agreed and found.override is not None:
                found = replace(found, override=replace(found.override, withheld=False))
            return found
        except BadInput:
            entry = self.file.targets[member.name]
            if entry.key is None or entry.key.value.file is None:
                raise
            # An unreadable key file is a finding of this member; it must not stop the checks of the others.
            found = gather(options, environ, self.file.path.parent, _without_key(self.file, entry))
            return replace(found, key=None, searched=(f"file {entry.key.value.file}",))

    def check_settings(self, environ: Mapping[str, str]) -> None:
        """Gather the settings of one member of each kind, and of all of a kind that fails: gathering all takes long.

        Raises BadInput, or BadFile with all errors: the check of such a member could not begin.
        """
        kinds: dict[Hashable, list[FleetTarget]] = {}
        for member in self.members:
            kinds.setdefault(_with_alike_errors(self.file.targets[member.name]), []).append(member)
        found: list[tuple[int, BadInput]] = []
        for first, *others in kinds.values():
            if (error := self._error(first, environ)) is not None:
                found.append((first.line, error))
                found += [(one.line, each) for one in others if (each := self._error(one, environ)) is not None]
        errors = {str(error): error for _, error in sorted(found, key=lambda pair: pair[0])}
        raise_all(self.shown, tuple(errors.values()))

    def _error(self, member: FleetTarget, environ: Mapping[str, str]) -> BadInput | None:
        """Return why the settings of a member cannot be used; None if they can."""
        try:
            self.settings(member, environ)
        except BadInput as error:
            values = self.file.targets[member.name].values
            if self.shown in str(error) or not ("app" in values or "connect_to" in values):
                return error  # it says where, or is about an option
            return BadInput(
                "{path}:{line}: {detail}",
                path=self.shown,
                line=member.line,
                detail=error.sentence,
                follow=error.follow,
            )
        return None

    @property
    def is_table(self) -> bool:
        """Whether the file is CSV."""
        return self.file.path.suffix.lower() in TABLES

    @property
    def shown(self) -> str:
        """The path of the file as messages show it."""
        return shown_path(self.file.path, Path.cwd())

    def unagreed(self, environ: Mapping[str, str]) -> Iterator[Settings]:
        """Yield the settings of members whose secrets are withheld: a CSV file sends what is no key for an LLM API."""
        if not self.is_table:
            return
        free: dict[Hashable, bool] = {}  # whether the first of members that are alike needs no consent
        for member in self.members:
            alike = _alike(self.file.targets[member.name], member.host)
            if free.get(alike, False):
                continue
            try:
                found = self.settings(member, environ)
            except BadInput:  # the check of this member reports it
                continue
            withheld = found.override is not None and found.override.withheld
            free.setdefault(alike, not withheld)
            if withheld:
                yield found

    def fallen(self, member: FleetTarget, why: str) -> Evidence:
        """Return the evidence for a run that crashed its process or never returned. ``why`` is the error's text."""
        base = self.file.targets[member.name].text("base_url")
        recorder = Recorder(Limits(), Scrubber())
        recorder.crashed(Subject.SETTINGS, "", RuntimeError(why), recorder.now())
        recorder.close("settings")
        target = Target(base.value if base else None, "auto", None, "", None, None, None, name=member.name)
        return Evidence(
            target=target,
            observations=tuple(recorder.observations),
            working=None,
            cost=Cost(),
            vantage=HostEnvironment(),
            started_at="",
            seconds=0.0,
        )


def read(path: Path, options: Options, groups: tuple[str, ...] = ()) -> Fleet:
    """Read the fleet of a file, or only its ``groups``. Raises BadInput, with the line, if the file is wrong."""
    path = path.absolute()
    shown = shown_path(path, Path.cwd())
    is_table = path.suffix.lower() in TABLES
    file = _table(path, shown) if is_table else config_file.read(path, shown, Owner.USER, LARGEST)
    if file.doors:
        doors.adopt(file.doors)
    members = [_member(entry, file, options) for entry in file.targets.values()]
    if not members:
        raise BadInput("{path} has no targets: write [targets.NAME] in TOML, or one line each in CSV.", path=shown)
    if missing := [group for group in groups if group not in {member.group for member in members}]:
        raise BadInput(
            "{path} has no group '{name}'. {hint}",
            path=shown,
            name=missing[0],
            hint=_named({member.group for member in members}),
        )
    return Fleet(file, options, tuple(member for member in members if not groups or member.group in groups))


def _agreed(settings: Settings) -> Settings:
    """Return the settings without the override of a CSV file that sends a key for an LLM API.

    Whoever names the file on the command line agrees to it. But lists of addresses are passed around, so a credential
    that certainly is none for an LLM API (a token of a code host or a cloud, a private key) needs consent.
    """
    override = settings.override
    if override is None or any(one.named_by.kind is not SourceKind.CSV for one in override.flows):
        return settings
    return replace(settings, override=None) if _agreed_to(settings) else settings


def _agreed_to(settings: Settings) -> bool:
    """Check whether naming a CSV file agrees to what it sends with these settings: a key that may be an LLM API's."""
    key = settings.key
    if key is None:
        return False
    text = key.value.reveal()
    return not (re.search(SHARED_NAMES, key.source.variable) or "PRIVATE KEY" in text or certainly_no_key(text))


def _alike(entry: ConfigTable, host: str) -> Hashable:
    """Return what members share of which all or none need consent; reading the settings of each takes long."""
    door = doors.load().of_host(host)
    values = [entry.values[name].value for name in ("protocol", "app") if name in entry.values]
    route = any(name in entry.values for name in ("proxy", "connect_to", "ca_bundle"))
    return entry.key.value if entry.key is not None else None, door.id if door else None, *values, route


def _with_alike_errors(entry: ConfigTable) -> Hashable:
    """Return what can make the settings of members invalid although the file was read; they are invalid alike."""
    given = {
        name: entry.values[name].value
        for name in ("app", "ca_bundle", "connect_to", "proxy", "model")
        if name in entry.values
    }
    longest = max((len(str(given.get(name, ""))) for name in ("proxy", "model")), default=0)
    try:
        connections(given.get("connect_to", ()))
    except BadInput:
        return entry.name
    spoken = entry.values["protocol"].value if "app" in given and "protocol" in entry.values else ""
    return given.get("app"), spoken, given.get("ca_bundle"), longest > LONGEST_NAME


def _named(groups: set[str]) -> Sentence:
    known = sorted(groups - {""})
    if not known:
        return Sentence("None of its targets has a group.")
    return Sentence("Its groups: {names}.", names=", ".join(known))


def _member(entry: ConfigTable, file: Config, options: Options) -> FleetTarget:
    base, group = entry.text("base_url"), entry.text("group")
    given = options.deadline or _value(entry, file.check, "deadline") or Limits().run
    first = base.source if base else next((one.source for one in entry.values.values()), None)
    line = first.line if first is not None else 0
    return FleetTarget(
        entry.name, group.value if group else "", _host(base.value if base else ""), float(given), line or 1
    )


def _host(url: str) -> str:
    """Return the host of a URL; empty if it has none or is invalid (``http://[::1``), which the check explains."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _value(entry: ConfigTable, check: ConfigTable, name: str) -> Any:
    return next((one.values[name].value for one in (entry, check) if name in one.values), None)


def _without_key(file: Config, entry: ConfigTable) -> Config:
    targets = {**file.targets, entry.name: replace(entry, key=None)}
    return replace(file, targets=targets, check=replace(file.check, key=None))


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _table(path: Path, shown: str) -> Config:
    try:
        text = named_text(path, LARGEST)
    except SkippedFile as error:
        raise BadInput("{path} cannot be read: {why}.", path=shown, why=error.why) from None
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), skipinitialspace=True)
    targets: dict[str, ConfigTable] = {}
    errors: list[BadInput] = []
    try:
        columns = [column.strip().lower() for column in next(rows, [])]
        _check_columns(shown, columns)
        for number, row in enumerate((row for row in rows if any(cell.strip() for cell in row)), 1):
            try:
                entry = _CsvRow(path, shown, rows.line_num).read(columns, row, number)
                if entry.name in targets:
                    raise BadInput(
                        "{path}:{line}: the name '{name}' is used twice.",
                        path=shown,
                        line=rows.line_num,
                        name=entry.name,
                    )
                targets[entry.name] = entry
            except BadInput as error:
                errors.append(error)
    except csv.Error as error:
        errors.append(BadInput("{path}:{line} is not CSV: {detail}.", path=shown, line=rows.line_num, detail=error))
    raise_all(shown, errors)
    return Config(path, ConfigTable("check"), targets)


def _check_columns(shown: str, columns: list[str]) -> None:
    known = ("name", "key_env", "key_file", *(name for name in FIELDS if name != "key"))
    errors = []
    if "key" in columns:
        errors.append(
            BadInput(
                "{shown}:1: a column of keys. Refer to the keys instead: key_env names a variable, key_file a file.",
                shown=shown,
            )
        )
    if unknown := [column for column in columns if column not in (*known, "key")]:
        # If no column is known, this line is the file's first target, which may contain a key.
        names = [repr(column) for column in unknown if len(column) < 20 and set(columns) & set(known)]
        errors.append(
            BadInput(
                "{shown}:1: no such column{column}. Known columns: {known}.",
                shown=shown,
                column=f" {', '.join(names)}" if names else "",
                known=", ".join(known),
            )
        )
    raise_all(shown, errors)
    if "base_url" not in columns:
        raise BadInput("{shown}:1: the first line must name the columns, with base_url among them.", shown=shown)
    if twice := [column for column, count in Counter(columns).items() if count > 1]:
        raise BadInput("{shown}:1: the column {name} is named twice.", shown=shown, name=twice[0])


class _CsvRow(config_file.ConfigReader):
    """The reader of one line of a CSV file, which it reads like a table of ``llmdoctor.toml``."""

    def __init__(self, path: Path, shown: str, line: int) -> None:
        super().__init__(shown, path.parent, "")
        self._line = line

    def at(self, table: str, name: str) -> Source:
        return Source(SourceKind.CSV, self.owner, name, self.shown, self._line)

    def read(self, columns: list[str], cells: list[str], number: int) -> ConfigTable:
        """Return the line as a target; without a name, it is called after its host and ``number``.

        Raises BadInput, with the line, if a value is wrong or the base URL is missing.
        """
        if len(cells) > len(columns):
            raise BadInput(
                "{shown}:{line} has {count} cells under {wanted} columns.",
                shown=self.shown,
                line=self._line,
                count=len(cells),
                wanted=len(columns),
            )
        given = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}
        if "base_url" not in given:
            raise BadInput("{shown}:{line} has no base_url.", shown=self.shown, line=self._line)
        name = given.pop("name", "") or f"{_host(given['base_url']) or 'target'}-{number}"
        references = {kind: given.pop(f"key_{kind}") for kind in ("env", "file") if f"key_{kind}" in given}
        raw: dict[str, Any] = {column: self._typed(column, cell) for column, cell in given.items()}
        return self.entry(f"targets.{name}", raw | ({"key": references} if references else {}))

    def _typed(self, column: str, cell: str) -> object:
        if column in config_file.FLAGS:
            return _BOOLEANS.get(cell.lower(), cell)
        if column in config_file.SECONDS:
            try:
                return float(cell)
            except ValueError:
                return cell
        return cell.split() if column == "connect_to" else cell
