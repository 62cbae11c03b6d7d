"""The variables of Compose services, as the apps in their images see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from probes.app_settings.entry import Layer, LayerVariable, of_file
from probes.app_settings.references import Value, resolve
from probes.app_settings.search import Reading, Search
from probes.catalog.app import App
from probes.catalog.apps import Apps
from probes.config_formats.compose import ComposeService, ServiceVariable
from probes.config_formats.files import SkippedFile
from probes.model.source import SourceKind

_DEFAULT_APPS = ("openai-sdk", "anthropic-sdk", "google-genai")  # apps assumed for an unknown image


def apps_of(service: ComposeService, apps: Apps) -> list[App]:
    """Return the app of a service's image, or the SDKs if the image is unknown."""
    for app in apps:
        if any(place.image and place.image in service.image for place in app.places):
            return [app]
    return [sdk for id in _DEFAULT_APPS if (sdk := apps.get(id)) is not None]


def layers(service: ComposeService, reading: Reading, search: Search, outer: Layer) -> Iterator[Layer]:
    """Yield the layers of variables that a service sees: its own, then those of its ``env_file`` list, last file first.

    Variables of the shell and of the ``.env`` next to the Compose file are only used to resolve references.
    """
    folder = reading.path.parent
    dotenv_file = search.read(folder / ".env", "dotenv", False, folder)
    context = [outer, *([of_file(dotenv_file)] if dotenv_file else [])]
    yield Layer(
        {one.name: held for one in service.variables if (held := _resolved(one, reading, context, search))},
        reading=reading,
    )
    for name in reversed(service.env_files):
        if file := search.read(folder / name, "dotenv", False, folder):
            yield of_file(file)


def _resolved(given: ServiceVariable, reading: Reading, context: list[Layer], search: Search) -> LayerVariable | None:
    def variable(name: str) -> Value:
        for at, layer in enumerate(context):
            if held := layer.values.get(name):
                if not held.expands or "$" not in held.value or at == 0:
                    return Value(held.value, held.source, held.own, held.borrowed)
                inner = resolve(held.value, ("shell",), _among(context[:at]), lambda path: None)
                return Value(inner.value or "", held.source, held.own, inner.borrowed)
        return Value("", None, False)

    if given.value is None:
        shell = variable(given.name)
        held = LayerVariable(shell.text, shell.source, shell.own, borrowed=shell.borrowed) if shell.source else None
        return held if shell.text else None
    source = reading.source(SourceKind.COMPOSE, given.name, given.line)
    text = re.sub(r"(\$\{\w+):?\?[^{}]*\}", r"\1}", given.value).replace("$$", "\0")  # ${NAME:?error message if unset}
    try:
        resolved = resolve(text, ("shell",), variable, lambda path: None)
    except SkippedFile as error:
        search.skip(source.location, error.reason)
        return None
    value = (resolved.value or "").replace("\0", "$")
    return LayerVariable(value, source, own=False, borrowed=resolved.borrowed)


def _among(layers: list[Layer]) -> Callable[[str], Value]:
    def variable(name: str) -> Value:
        held = next((layer.values[name] for layer in layers if name in layer.values), None)
        return Value(held.value, held.source, held.own) if held is not None else Value("", None, False)

    return variable
