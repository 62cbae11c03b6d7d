"""Read and write ``llmdoctor.toml``: defaults in ``[check]``, targets in ``[targets.NAME]``, doors in ``[doors.ID]``.

Keys are only referenced, by variable or file. An example:

[check]
model = "gpt-5-nano"
slo = { ttft = "2s", cert = "21d" }  # what --slo takes

[targets.work]
base_url = "https://relay.example/v1"
key = { env = "WORK_KEY" }        # or { file = "~/.keys/work" }
headers = { X-Team = "red", X-Gateway-Key = { env = "GATEWAY_KEY" } }  # what the app sends besides

[doors.work]                      # the fields are those of probes/facts/doors.toml
hosts = ["relay.example"]
endpoints = [{ protocol = "openai", base_url = "https://relay.example/v1" }]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from probes.catalog.door import Door
from probes.catalog.door_files import DoorsError, parse
from probes.config_formats.files import LARGEST, SkippedFile, comes_with, exists, named_text, text_of
from probes.model.record import Record
from probes.model.secret import public_prefix
from probes.model.sentence import Sentence
from probes.model.settings import LONGEST_WAIT, BadInput, Settings, Sourced, raise_all
from probes.model.source import Owner, Source, SourceKind
from probes.protocols.names import NAMES
from probes.settings import slo

FILE_NAME = "llmdoctor.toml"
PROTOCOLS = ("auto", *NAMES)

_TABLES = ("check", "targets", "doors")
_STRINGS = ("base_url", "model", "protocol", "app", "ca_bundle", "proxy", "group")
FLAGS = ("no_proxy", "no_spend", "send_anyway")
SECONDS = ("timeout", "deadline")
FIELDS = (*_STRINGS, "key", "headers", "connect_to", "slo", *FLAGS, *SECONDS)
# Names that other programs use for these fields, to suggest the right one.
_ALIASES = {
    **dict.fromkeys(("url", "endpoint", "api_base", "baseurl", "base", "host", "api_url"), "base_url"),
    **dict.fromkeys(("api_key", "apikey", "token", "key_env", "key_file", "secret", "api_key_env"), "key"),
    **dict.fromkeys(("provider", "type", "api"), "protocol"),
    **dict.fromkeys(("header", "extra_headers", "default_headers", "http_headers", "custom_headers"), "headers"),
}


class KeyReference(Record):
    """A reference to a key: the name of a variable, or a file."""

    env: str | None = None
    file: Path | None = None
    owner: Owner = Owner.USER  # of the key file: FOLDER if it is inside the folder of its llmdoctor.toml
    found_in: Path | None = None  # that folder, if the owner is FOLDER


class HeaderEntry(Record):
    """One of the ``headers``: its text, or the variable that holds it."""

    name: str
    source: Source
    text: str = ""
    env: str | None = None


class ConfigTable(Record):
    """One table of the file: its key and its values, each with a source (``llmdoctor.toml:4 targets.work.model``)."""

    name: str
    values: Mapping[str, Sourced[Any]] = MappingProxyType({})
    key: Sourced[KeyReference] | None = None
    headers: tuple[HeaderEntry, ...] = ()

    def text(self, name: str) -> Sourced[str] | None:
        """Return a text field with its source, or None."""
        return self.values.get(name)


def doors_mark(file: Config) -> str:
    """Return the hash that stands for the doors of a file: another path or another door has another hash."""
    import hashlib

    doors = tuple(door._replace(source=None) for door in file.doors)  # the source holds the line, which may move
    return hashlib.sha256(f"{file.path.absolute()}\0{doors!r}".encode("utf-8", "surrogatepass")).hexdigest()


def setting(entries: Iterable[ConfigTable], name: str, default: Any) -> Any:
    """Return the field's value in the first table that sets it, else ``default``."""
    return next((entry.values[name].value for entry in entries if name in entry.values), default)


class Config(Record):
    """A whole file. ``check`` holds defaults for targets; ``doors`` are for :func:`probes.catalog.doors.adopt`."""

    path: Path
    check: ConfigTable
    targets: Mapping[str, ConfigTable]
    doors: tuple[Door, ...] = ()


def find(start: Path) -> Path | None:
    """Return the path of the nearest ``llmdoctor.toml`` in a folder or above it, or None."""
    return next((path for folder in (start, *start.parents) if exists(path := folder / FILE_NAME)), None)


def found(path: Path, shown: str, home: Path | None) -> Config:
    """Read a file that was found and that nobody named; the one in ``home`` is the user's. ``shown``: see :func:`read`.

    Raises SkippedFile if the file is not read, as :func:`probes.config_formats.files.bytes_of` says, and BadInput as
    :func:`read` does.
    """
    users = path.parent == home
    text = text_of(path, found_in=None if users else path.parent)
    return _parsed(path, text or "", shown or str(path), Owner.USER if users else Owner.FOLDER)


def read(path: Path, shown: str = "", owner: Owner = Owner.FOLDER, limit: int = LARGEST) -> Config:
    """Read and check a file that the user named. ``shown`` is its name in messages and sources.

    Raises BadInput if the file cannot be read or has more than ``limit`` bytes, and with the line for invalid TOML,
    unknown fields, values of a wrong type, a key in plain text and invalid doors.
    """
    shown = shown or str(path)
    try:
        return _parsed(path, named_text(path, limit), shown, owner)
    except SkippedFile as error:
        raise BadInput("{shown} cannot be read: {why}.", shown=shown, why=error.why) from None


def _parsed(path: Path, text: str, shown: str, owner: Owner) -> Config:
    import tomllib

    from probes.config_formats import toml

    try:
        table = toml.parsed(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at (?:line (\d+)|end of document)", str(error))
        line = found[1] if found and found[1] else str(text.count("\n") + 1)
        # The rest of the decoder's message may quote the line, which may contain a key.
        raise BadInput(
            "{shown}:{line} is not TOML: {detail}.",
            shown=shown,
            line=line,
            detail=re.split("(?<! ) *[(:]| key", str(error))[0],
        ) from None
    except (RecursionError, ValueError):
        raise BadInput(
            "{shown} is not a settings file: it is nested too deeply, or a number in it is too large.", shown=shown
        ) from None
    reader = ConfigReader(shown, path.parent, text, owner)
    for name in table:
        if name not in _TABLES:
            raise reader.unknown("", name, _TABLES)
    check = reader.entry("check", table.get("check", {}))
    targets = table.get("targets", {})
    if not isinstance(targets, dict):
        raise BadInput("{where} must be a table: [targets.NAME].", where=reader.at("", "targets"))
    entries = reader.targets(targets)
    try:
        doors = parse(table.get("doors", {}), shown, text)
    except DoorsError as error:
        raise BadInput("{detail}.", detail=error) from None
    if owner is Owner.FOLDER:
        doors = tuple(door._replace(source=reader.at(f"doors.{door.id}", "hosts")) for door in doors)
    return Config(path, check, entries, doors)


def write_first(path: Path, targets: Mapping[str, Settings], force: bool = False, comment: str = "") -> str:
    """Create the file with a table for each of ``targets``; return the text written.

    The file is replaced in one step. A key is written as a reference if it comes from a variable or a file, else left
    out. ``comment`` is a line above the tables. Raises BadInput if the file exists (unless ``force``), cannot be
    written, or would be empty.
    """
    import tomli_w

    from probes.config_formats.writer import NotWritten, write

    if path.is_file() and not force:
        raise BadInput("{path} exists already. Use --force to replace it.", path=path)
    tables = {name: table for name, each in targets.items() if (table := _target_table(each))}
    if not tables:
        raise BadInput("No settings were found here that could be written.", follow=("check", "scan --list"))
    text = f"# {comment}\n\n" * bool(comment) + tomli_w.dumps({"targets": tables})
    try:
        write(path, text.encode())
    except NotWritten as error:
        raise BadInput("{path} cannot be written: {why}.", path=path, why=error.why) from None
    return text


def target_name(settings: Settings) -> str:
    """Return a name for a target: the provider's id, else the host with its port, in letters, digits and dashes."""
    from probes.catalog.doors import load
    from probes.urls.url import parse_url

    if settings.base_url is None or settings.base_url.borrowed or _shows_a_key(settings.base_url.value):
        return "main"
    try:
        url = parse_url(settings.base_url.value)
    except ValueError:
        return "main"
    door = load().of_host(url.host, url.port, url.path)
    if door is not None and door.kind != "local":
        return door.id
    name = url.host if url.port in (80, 443) else f"{url.host}-{url.port}"
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "main"


def _shows_a_key(text: str) -> bool:
    """Check whether a text is a key or has one as a part of a host or path."""
    from probes.keys.flaws import url_is_key

    return any(url_is_key(part) for part in (text, *re.split("[/.:]+", text)) if len(part) >= 16)


def _target_table(settings: Settings) -> dict[str, Any]:
    """Return the table of a target; empty if it would have neither an address nor a key."""
    table: dict[str, Any] = {}
    base, model = (one if one is None or not one.borrowed else None for one in (settings.base_url, settings.model))
    if base and base.value:
        # Credentials before the host or in the query are secrets, as the key is.
        bare = re.sub(r"(?<=//)[^/?#]*@|[?#].*", "", base.value, flags=re.S)
        if not _shows_a_key(bare):
            table["base_url"] = bare
    if settings.protocol.value != "auto":
        table["protocol"] = settings.protocol.value
    if settings.app:
        table["app"] = settings.app
    if model and model.chosen_by is None and not _shows_a_key(model.value):
        table["model"] = model.value
    if settings.key:
        source = settings.key.source
        if source.variable:
            table["key"] = {"env": source.variable}
        elif source.kind is SourceKind.KEY_FILE:
            table["key"] = {"file": source.file}
    return table if "base_url" in table or "key" in table else {}


class ConfigReader:
    """A reader of tables that adds file and line to sources and error messages."""

    def __init__(self, shown: str, folder: Path, text: str, owner: Owner = Owner.FOLDER) -> None:
        self.shown, self.folder, self._text, self.owner = shown, folder, text, owner

    def at(self, table: str, name: str) -> Source:
        """Return the source of a field, with file and line."""
        path = f"{table}.{name}" if table else name
        return Source(SourceKind.CONFIG, self.owner, path, self.shown, self.line(table, name))

    def line(self, table: str, name: str) -> int:
        """Return the line of a field by a simple search; else the line of its table, else 1."""
        whole = _bare(f"{table}.{name}" if table else name)
        found = self._lines.get(whole, ()) + self._lines.get((_bare(table), name), ())
        return min(found) if found else max(self._lines.get(_bare(table), (1,)))

    @cached_property
    def _lines(self) -> dict[str | tuple[str, str], tuple[int, ...]]:
        """The lines of table headers and fields, found in one pass, since a file may have many tables."""
        seen: dict[str | tuple[str, str], tuple[int, ...]] = {}
        header = ""
        for number, line in enumerate(self._text.splitlines(), 1):
            if (bare := line.lstrip()).startswith("[") and "]" in bare:
                header = _bare(bare[: bare.index("]")].lstrip("["))
                seen[header] = (seen.get(header, (number,))[0], number)  # the first and the last
            elif found := re.match(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=.]+))\s*[.=]""", line):
                seen.setdefault((header, found[1] or found[2] or found[3] or ""), (number,))
        return seen

    def unknown(self, table: str, name: str, known: tuple[str, ...]) -> BadInput:
        """Return the error for an unknown field, with a similar known one if there is one."""
        import difflib

        near = [_ALIASES.get(name.lower().replace("-", "_"), "")] if known is FIELDS else []
        near = [word for word in near if word] or difflib.get_close_matches(name.replace("-", "_"), known, 1, 0.6)
        if near:
            hint = Sentence("Did you mean {names}?", names=near[0])
        else:
            hint = Sentence("Known fields: {names}.", names=", ".join(known))
        where = self.at(table, name if len(name) < 20 else "")  # a long name may be a key in the wrong place
        return BadInput("{where}: no such field. {hint}", where=str(where).rstrip("."), hint=hint)

    def entry(self, table: str, raw: object) -> ConfigTable:
        """Check a table and return its values and key with their sources. Raises BadInput if anything is invalid."""
        if not isinstance(raw, dict):
            raise BadInput("{where} must be a table: [{table}].", where=self.at("", table), table=table)
        for name in raw:
            if name not in FIELDS:
                raise self.unknown(table, name, FIELDS)
        values: dict[str, Sourced[Any]] = {}
        for name, value in raw.items():
            if name not in ("key", "headers"):
                values[name] = Sourced(self.value(table, name, value), self.at(table, name))
        key = Sourced(self.reference(table, raw["key"]), self.at(table, "key")) if "key" in raw else None
        headers = tuple(self.headers(table, raw.get("headers", {})))
        return ConfigTable(table.removeprefix("targets."), values, key, headers)

    def targets(self, raw: Mapping[str, object]) -> dict[str, ConfigTable]:
        """Check all targets. Raises BadInput; BadFile if several tables are wrong, with the first error of each."""
        entries, errors = {}, []
        for name, table in raw.items():
            try:
                entries[name] = self.entry(f"targets.{name}", table)
            except BadInput as error:
                errors.append(error)
        raise_all(self.shown, errors)
        return entries

    def value(self, table: str, name: str, value: object) -> object:
        """Check a field and return its value; ``connect_to`` as a tuple, ``slo`` parsed. Raises BadInput."""
        if name in _STRINGS and not isinstance(value, str):
            raise BadInput("{where} must be a text in quotes.", where=self.at(table, name))
        if name in FLAGS and not isinstance(value, bool):
            raise BadInput("{where} must be true or false.", where=self.at(table, name))
        if name in SECONDS and (
            isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_WAIT
        ):
            raise BadInput(
                "{where} must be a number of seconds above 0, and no more than a month.", where=self.at(table, name)
            )
        if name == "protocol" and value not in PROTOCOLS:
            raise BadInput("{where} must be one of {names}.", where=self.at(table, name), names=", ".join(PROTOCOLS))
        if name == "connect_to":
            pairs = [value] if isinstance(value, str) else value
            if not isinstance(pairs, list) or not all(isinstance(pair, str) for pair in pairs):
                raise BadInput("{where} must be a list of HOST:PORT:ADDR:PORT.", where=self.at(table, name))
            return tuple(pairs)
        if name == "slo":
            try:
                return (
                    slo.read(value) if isinstance(value, dict) else slo.parse(value if isinstance(value, str) else "")
                )
            except slo.SloError as error:
                raise BadInput("{where}: {detail}.", where=self.at(table, name), detail=error) from None
        return value

    def headers(self, table: str, raw: object) -> Iterator[HeaderEntry]:
        """Read the field ``headers``: a text or ``{ env = "NAME" }`` for each header.

        Raises BadInput for another value, and for a header that cannot be sent.
        """
        from probes.settings.header_syntax import MOST, flaw_of

        where = self.at(table, "headers")
        if not isinstance(raw, dict) or len(raw) > MOST:
            raise BadInput(
                '{where} must be a table of at most {most} headers: { "X-Name" = { env = "NAME" } }.',
                where=where,
                most=MOST,
            )
        for name, value in raw.items():
            if flaw := flaw_of(name, ""):
                if flaw == "forbidden":
                    raise BadInput("{where}: {name} is set by HTTP itself.", where=where, name=name)
                raise BadInput("{where}: one name is not a header's name.", where=where)
            line = self._lines.get((_bare(f"{table}.headers"), name), (where.line,))
            source = Source(SourceKind.CONFIG, self.owner, f"{table}.headers.{name}", self.shown, line[0])
            env = value.get("env") if isinstance(value, dict) and set(value) == {"env"} else None
            if isinstance(env, str) and is_variable_name(env):
                yield HeaderEntry(name, source, env=env)
            elif isinstance(value, str) and not flaw_of(name, value):
                yield HeaderEntry(name, source, value)
            else:
                raise BadInput('{source} must be a text of one line in quotes, or { env = "NAME" }.', source=source)

    def reference(self, table: str, raw: object) -> KeyReference:
        """Read the field ``key``. Raises BadInput if it is not a reference, for instance a key in plain text."""
        where = self.at(table, "key")
        if isinstance(raw, str):
            raise BadInput(
                '{where} is a text. Refer to the key instead, with key = { env = "NAME" } or '
                'key = { file = "PATH" }: this file is shared and committed like any other.',
                where=where,
            )
        if not isinstance(raw, dict) or len(raw) != 1 or not set(raw) <= {"env", "file"}:
            raise BadInput('{where} must be { env = "NAME" } or { file = "PATH" }.', where=where)
        ((kind, value),) = raw.items()
        if not isinstance(value, str) or not value:
            raise BadInput("{where}: {kind} must be a text in quotes.", where=where, kind=kind)
        if kind == "file":
            file = self.folder / Path(value).expanduser()
            owner = self.owner if comes_with(file, self.folder) else Owner.USER
            return KeyReference(file=file, owner=owner, found_in=self.folder if owner is Owner.FOLDER else None)
        if not is_variable_name(value):
            raise BadInput("{where}: env must be the name of a variable, not a value.", where=where)
        return KeyReference(env=value)


def _bare(header: str) -> str:
    """Return a table's name without quotes and white space."""
    return re.sub(r"[\"'\s]", "", header)


def is_variable_name(text: str) -> bool:
    """Check that the text is the name of a variable, and not a key given instead of a name."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None and not public_prefix(text)
