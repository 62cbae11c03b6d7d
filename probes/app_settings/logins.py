"""Read the logins that apps have stored: of which kind, for which host, until when. None is ever used or renewed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from probes.app_settings.search import Reading, Search
from probes.catalog.app import App, AppLogin
from probes.config_formats.tree import find
from probes.model.login import StoredLogin
from probes.model.record import Record, replace
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Settings, Sourced
from probes.model.source import DEFAULT, Source, SourceKind

if TYPE_CHECKING:
    from probes.app_settings.entry import EntryCandidate

_MILLISECONDS = 100_000_000_000  # as seconds, the year 5138; as milliseconds, 1973
_LAST = 253402300799  # the last second that `datetime` knows
_WORD = re.compile(r"[\w .+:/-]{1,60}", re.ASCII)
_MOST = 20  # logins of one app; opencode's users have a few
Variable = Callable[[str], "EntryCandidate | None"]


class FoundLogin(Record):
    """A login that was found, where it leads, and its secrets, which no report may show.

    ``base_url`` is empty if it is not known where the app sends it. ``chosen`` is whether the app's settings say that
    it is used even if there is a key. ``unread`` are files that the app does not read, since it keeps the login in the
    keychain, so that a key in them is not used either.
    """

    facts: StoredLogin
    base_url: str
    protocol: str
    secrets: tuple[Secret, ...]
    chosen: bool = False
    unread: tuple[str, ...] = ()


def logins_of(app: App, search: Search, variable: Variable) -> tuple[FoundLogin, ...]:
    """Return the logins that an app has stored, by reading its files alone.

    ``variable`` returns a variable that the app sees, or None.
    """
    found: list[FoundLogin] = []
    for row in app.logins:
        files = search.readings_at(row.path)
        if (setting := _setting(app, row.keychain, search, variable)) is not None:
            found.append(_in_keychain(app, row, setting, variable, tuple(one.shown for one in files)))
            continue
        here: list[FoundLogin] = []
        for reading in files:
            # Each takes a search of the whole file: no more are read than are kept.
            here += islice(_logins(app, row, reading, search, variable), max(_MOST - len(found) - len(here), 0))
        if not here and (setting := _setting(app, row.keychain_first, search, variable)) is not None:
            here = [_in_keychain(app, row, setting, variable)]
        found += here
    return tuple(found[:_MOST])


def _setting(app: App, wanted: Mapping[str, str], search: Search, variable: Variable) -> Source | None:
    """Return the place of the first of these settings that has its value: a pointer into a file, or a variable."""
    for name, value in wanted.items():
        if not name.startswith("/"):
            given = variable(name)
            if given is not None and given.text.strip() == value:
                return given.source
            continue
        for place in app.places:
            for reading in search.readings(place) if place.format != "none" else ():
                hit = next(iter(find(reading.tree, name)), None) if reading.tree is not None and reading.own else None
                if hit is not None and hit.node.text == value:
                    return reading.source(SourceKind.APP, ".".join(hit.path), hit.node.line)
    return None


def _in_keychain(
    app: App, row: AppLogin, setting: Source, variable: Variable, unread: tuple[str, ...] = ()
) -> FoundLogin:
    """Return a login that is in the system's keychain, so that nothing is known but the setting that says so."""
    protocol = row.protocol or app.wires[0].protocol
    base = row.base_url or next((wire.default for wire in app.wires if wire.protocol == protocol), "")
    override = next((given.source for name in row.overrides if (given := variable(name)) is not None), None)
    host = base.partition("://")[2].partition("/")[0]
    facts = StoredLogin(app.id, "", setting, "keychain", host=host, sign_in=row.sign_in, overridden=override)
    return FoundLogin(facts, base, protocol, (), unread=unread)


def _logins(app: App, row: AppLogin, reading: Reading, search: Search, variable: Variable) -> Iterable[FoundLogin]:
    if reading.tree is None or not reading.own:
        return
    default = next((wire.default for wire in app.wires if wire.protocol == row.protocol or not row.protocol), "")
    override = next((given.source for name in row.overrides if (given := variable(name)) is not None), None)
    for hit in find(reading.tree, row.token):
        token, name = hit.node.text, hit.stars[0] if hit.stars else ""
        if not token:
            continue
        refresh = _text(reading, row.refresh, name)
        base = row.base_url or (row.base_urls.get(name, "") if name else default)
        facts = StoredLogin(
            app.id,
            name if _WORD.fullmatch(name) else "",
            reading.source(SourceKind.APP, ".".join(hit.path), hit.node.line),
            row.of,
            plan if _WORD.fullmatch(plan := _text(reading, row.plan, name)) else "",
            base.partition("://")[2].partition("/")[0],
            moment(_text(reading, row.expires, name)) if row.expires else _end_of(token),
            bool(refresh),
            row.sign_in,
            override,
        )
        secrets = tuple(Secret(one) for one in (token, refresh) if one)
        protocol = row.protocols.get(name) or row.protocol or app.wires[0].protocol
        yield FoundLogin(facts, base, protocol, secrets, _chosen(app, row, reading, search))


def _text(reading: Reading, pointer: str, name: str) -> str:
    assert reading.tree is not None
    hits = find(reading.tree, pointer) if pointer else ()
    return next((hit.node.text for hit in hits if hit.node.text and hit.stars in ((name,), ())), "")


def _chosen(app: App, row: AppLogin, reading: Reading, search: Search) -> bool:
    files = [reading, *(one for place in app.places for one in search.readings(place) if place.format != "none")]
    return any(
        hit.node.text == wanted
        for pointer, wanted in row.chosen.items()
        for file in files
        if file.tree is not None
        for hit in find(file.tree, pointer)
    )


def moment(text: str) -> float:
    """Return a moment in seconds since 1970, from seconds, milliseconds or ISO 8601; 0 if it is none of these.

    >>> moment("1790000000000") == moment("1790000000") == 1790000000.0
    True
    """
    try:
        number = float(text[:40])
    except ValueError:
        try:
            said = datetime.fromisoformat(text[:40])
        except ValueError:
            return 0.0
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number):
        return 0.0
    number = number / 1000 if number >= _MILLISECONDS else number
    return number if 0 < number <= _LAST else 0.0


def _end_of(token: str) -> float:
    from probes.keys.tokens import token_of  # few apps keep a login

    said = token_of(token)
    return said.expires if said is not None else 0.0


def with_login(settings: Settings, login: FoundLogin) -> Settings:
    """Return settings with the login that the app has stored: overridden by their key, unless it was chosen."""
    facts, key, lost = login.facts, settings.key, None
    if login.chosen or (key is not None and key.source.file in login.unread):
        facts = replace(facts, overridden=None)
        if key is not None:
            lost = Conflict(
                ConflictRole.KEY, key.source.name, key.source, key.value.hint, ConflictReason.SHADOWED, facts.source
            )
            settings = replace(settings, key=None, secrets=(*settings.secrets, key.value))
    elif key is not None:
        facts = replace(facts, overridden=key.source)
    if facts.overridden is not None:
        name = facts.name or facts.app
        lost = Conflict(ConflictRole.KEY, name, facts.source, "", ConflictReason.SHADOWED, facts.overridden)
    return replace(
        settings,
        login=facts,
        secrets=(*settings.secrets, *login.secrets),
        conflicts=(*settings.conflicts, *((lost,) if lost is not None else ())),
    )


def own_settings(base: Settings, app: App, login: FoundLogin) -> Settings:
    """Return the settings of an app that has a login and nothing else."""
    return with_login(
        replace(
            base,
            base_url=Sourced(login.base_url, DEFAULT),
            key=None,
            model=None,
            protocol=Sourced(login.protocol, DEFAULT),
            app=app.id,
            api_version=None,
            headers=(),
            query="",
            auth_variable=None,
            conflicts=(),
            searched=(),
            credential=None,
        ),
        login,
    )
