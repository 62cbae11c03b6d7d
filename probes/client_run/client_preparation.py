"""Decide from the settings, before the network, how the app is to be run and whether its own settings were checked."""

from __future__ import annotations

from typing import Any

from probes.app_settings.scan import FoundSettings
from probes.catalog.app import App
from probes.model.client_run import ClientStart, NotRun
from probes.model.settings import Settings, Sourced
from probes.model.source import Owner, Source, SourceKind

# Sources that no app reads: the check's own options and files, and what only another process would see.
_NOT_OF_APPS = frozenset(
    (
        *(SourceKind.OPTION, SourceKind.ARGUMENT, SourceKind.STDIN, SourceKind.CONFIG, SourceKind.CSV, SourceKind.CURL),
        *(SourceKind.FORM, SourceKind.AGENT, SourceKind.KEY_FILE, SourceKind.SHELL, SourceKind.COMPOSE),
    )
)


def prepared(settings: Settings, app: App, found: FoundSettings | None, path: str) -> ClientStart:
    """Return how to run the app. ``found`` is what its files set; None if only variables do. ``path``: its program.

    An app that is started outside the folder reads none of the folder's files. It can be led to a place that one of
    them names, but it would take another key, or none, than the folder's.
    """
    start = ClientStart(path, provider=found.name if found is not None else "", model=_named_model(settings))
    dotenv = found is not None or any(".env" in place.path.values() for place in app.places)
    for value in (settings.base_url, settings.key):
        if value is not None and not _read_by_app(value.source, dotenv):
            return ClientStart(path, refused=NotRun.SETTINGS, because=value.source)
    for each in (settings.key, *(one.value for one in settings.headers if not one.flaw)):
        if each is not None and (of_folder := _of_folder(each)) is not None:
            return ClientStart(path, refused=NotRun.FOLDER, because=of_folder)
    base = settings.base_url
    if base is None or (named_by := _of_folder(base)) is None:
        return start
    return ClientStart(path, start.provider, start.model, because=named_by, of_folder=True)


def _named_model(settings: Settings) -> str:
    model = settings.model
    return model.value if model is not None and model.source.kind is SourceKind.OPTION else ""


def _read_by_app(source: Source, dotenv: bool) -> bool:
    if source.kind is SourceKind.DOTENV:
        return dotenv  # the check reads the SDKs' `.env` for every app
    return source.kind not in _NOT_OF_APPS


def _of_folder(value: Sourced[Any]) -> Source | None:
    """Return the folder's source that has to do with a value, or None."""
    sources = (value.source, value.chosen_by, *value.borrowed)
    return next((one for one in sources if one is not None and one.owner is Owner.FOLDER), None)
