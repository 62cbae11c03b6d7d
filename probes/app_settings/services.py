"""A compose file's services as the apps that run in them see their variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from probes.app_settings.entry import Layer, LayerVariable, of_file
from probes.app_settings.references import Value, resolve
from probes.app_settings.search import Reading, Search
from probes.catalog.app import App
from probes.catalog.apps import Apps
from probes.config_formats.compose import ComposeService, ServiceVariable
from probes.model.source import SourceKind

_PLAIN = ("openai-sdk", "anthropic-sdk", "google-genai")  # for an image that nobody knows: by the variables' names


def apps_of(service: ComposeService, apps: Apps) -> list[App]:
    """The app of a service's image; the SDKs where it is none that is known."""
    for app in apps:
        if any(place.image and place.image in service.image for place in app.places):
            return [app]
    return [sdk for id in _PLAIN if (sdk := apps.get(id)) is not None]


def layers(service: ComposeService, reading: Reading, search: Search, outer: Layer) -> Iterator[Layer]:
    """What a service sees: its own variables, then its files', the last file first. The shell's, and those of ``.env``
    beside the compose file, stand where they are referred to.
    """
    folder = reading.path.parent
    beside = search.read(folder / ".env", "dotenv", False, folder)
    around = [outer, *([of_file(beside)] if beside else [])]
    yield Layer({one.name: held for one in service.variables if (held := _held(one, reading, around))}, reading=reading)
    for name in reversed(service.env_files):
        if file := search.read(folder / name, "dotenv", False, folder):
            yield of_file(file)


def _held(given: ServiceVariable, reading: Reading, around: list[Layer]) -> LayerVariable | None:
    def variable(name: str) -> Value:
        for layer in around:
            if held := layer.values.get(name):
                return Value(held.value, held.source, held.own)
        return Value("", None, False)

    if given.value is None:
        found = variable(given.name)
        return LayerVariable(found.text, found.source, found.own) if found.text and found.source else None
    source = reading.source(SourceKind.COMPOSE, given.name, given.line)
    text = re.sub(r":?\?[^{}]*(?=\})", "", given.value).replace("$$", "\0")  # ${NAME:?what to say without it}
    found_ = resolve(text, ("shell",), variable, lambda path: None)
    value = (found_.value or "").replace("\0", "$")
    return LayerVariable(
        value, (found_.source if found_.whole else None) or source, own=False, borrowed=bool(found_.own)
    )
