"""Work out which values of the user's settings a report's working settings change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from diagnose.report import Report
from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import Source, SourceKind

# Kinds of values that the user has written nowhere.
UNSET = frozenset((SourceKind.DEFAULT, SourceKind.DOOR, SourceKind.GUESS, SourceKind.MODEL_LIST, SourceKind.NONE))


class Role(StrEnum):
    """The setting that a change is about; the names are those of a fix's settings."""

    BASE_URL = "base_url"
    KEY = "key"
    MODEL = "model"
    API_VERSION = "api_version"
    PROTOCOL = "protocol"
    PROXY = "proxy"


class ValueChange(Record):
    """A value at ``source`` that becomes ``new``; its variable gets the name ``new_name`` unless that is empty.

    ``removed`` says that the value is taken away, so that another source of the same setting counts.
    """

    role: Role
    source: Source
    old: str
    new: str
    new_name: str = ""
    removed: bool = False

    __repr__ = object.__repr__  # a value may be a key

    @property
    def name(self) -> str:
        """The name of the variable, field or option after the change."""
        return self.new_name or self.source.name


def changes(settings: Settings, report: Report) -> list[ValueChange]:
    """Return the changes from the given settings to those that worked; empty if none did."""
    return list(_changes(settings, report)) if report.settings is not None else []


def _changes(given: Settings, report: Report) -> Iterator[ValueChange]:
    found: Mapping[str, Any] = report.settings or {}
    verified = [fix for finding in report.findings for fix in finding.fixes if fix.verified]
    renamed = given.renamed if any("rename" in fix.settings for fix in verified) else None
    settings = renamed or given
    names = {one.source: one.meant for one in renamed.renames} if renamed is not None else {}
    yield from _address(settings, report, names)
    if settings.key is not None:
        yield from _key(settings.key, settings, found, names)
    elif found.get("key_source") is not None:
        yield from _misnamed_key(settings, report)
    if settings.model is not None and found.get("model") not in (None, settings.model.value):
        yield ValueChange(Role.MODEL, settings.model.source, settings.model.value, str(found["model"]))
    version = settings.api_version
    if version is not None and found.get("api_version") not in (None, version.value):
        yield ValueChange(Role.API_VERSION, version.source, version.value, str(found["api_version"]))
    for fix in verified:
        if "proxy" in fix.settings:
            yield from _proxy(settings, str(fix.settings["proxy"]))
            return


def _address(settings: Settings, report: Report, names: Mapping[Source, str]) -> Iterator[ValueChange]:
    from diagnose.evidence.client_urls import in_its_terms
    from probes.catalog.apps import load

    found: Mapping[str, Any] = report.settings or {}
    base, protocol = settings.base_url, str(found["protocol"])
    in_file = settings.protocol.source.kind is SourceKind.CONFIG
    other = protocol != report.target["protocol"]
    if base is None or base.source.kind in UNSET or (other and not in_file):
        return  # no value to change, or the variables of another protocol, which have other names
    if other:
        yield ValueChange(Role.PROTOCOL, settings.protocol.source, settings.protocol.value, protocol)
    better = in_its_terms(load().get(settings.app), protocol, str(found["base_url"]))
    differs = better is not None and better.rstrip("/") != base.value.rstrip("/")
    if differs or base.source in names:
        yield ValueChange(Role.BASE_URL, base.source, base.value, better or base.value, names.get(base.source, ""))


def _key(
    key: Sourced[Secret], settings: Settings, found: Mapping[str, Any], names: Mapping[Source, str]
) -> Iterator[ValueChange]:
    from probes.keys.flaws import examine_key

    raw = key.value.reveal()
    if found.get("key_source") is not None:
        yield ValueChange(Role.KEY, key.source, raw, "", removed=True)
        return
    cleaned = examine_key(raw, str(found["protocol"])).cleaned if found.get("key") == "cleaned" else None
    if (cleaned and cleaned != raw) or key.source in names:
        yield ValueChange(Role.KEY, key.source, raw, cleaned or raw, names.get(key.source, ""))


def _misnamed_key(settings: Settings, report: Report) -> Iterator[ValueChange]:
    """Yield the change of the name of the variable that holds the only key, which no app reads under its name."""
    places = [place for finding in report.findings for fix in finding.fixes for place in fix.places if place.renames]
    for one in settings.conflicts:
        place = next((each for each in places if each.renames == one.source.variable), None)
        if place is not None and isinstance(one.value, Secret) and one.source.variable:
            yield ValueChange(Role.KEY, one.source, one.value.reveal(), one.value.reveal(), place.name)
            return


def _proxy(settings: Settings, new: str) -> Iterator[ValueChange]:
    proxies = settings.proxies
    for one in dict.fromkeys((proxies.http, proxies.https, proxies.all)):
        if one is not None and "@" not in one.value:  # a value with a password is for the user to write
            yield ValueChange(Role.PROXY, one.source, one.value, new)
