"""The settings that programs with an official SDK would use here: from ``.env``, environment and shell files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import cache
from typing import Any

from probes.app_settings.effective import place_of
from probes.app_settings.entry import Layer
from probes.app_settings.search import SearchPlaces
from probes.catalog.apps import official
from probes.catalog.doors import Doors
from probes.catalog.sdk_variables import means_an_llm, variables_of
from probes.model.record import replace
from probes.model.settings import ConflictReason, Settings, Sourced
from probes.model.source import DEFAULT, Source, SourceKind
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import by_looks
from probes.protocols.protocol import wire as wire_of
from probes.settings.gather import Options, gather


@cache
def by_protocol() -> Mapping[str, str]:
    """Return the id of each protocol's official SDK, except for protocols that share another one's variables."""
    return {name: official(name).id for name in NAMES if variables_of(name).protocol == name}


def _switches(protocol: str) -> tuple[str, ...]:
    wire = official(protocol).wire(protocol)
    return wire.switches if wire is not None else ()


def _switch(settings: Settings) -> Source | None:
    """Return the variable that made the SDK speak this protocol, or None."""
    source = settings.protocol.source
    return source if source.variable and source.variable in wire_of(settings.protocol.value).switches else None


class SdkSettings:
    """The settings of the official SDKs, which follow the rules of ``check`` (:func:`probes.settings.gather.gather`).

    ``layers`` are the environment, then the shell startup files.
    """

    def __init__(self, world: SearchPlaces, options: Options, doors: Doors, layers: list[Layer]) -> None:
        self._world, self._options, self._doors, self._layers = world, options, doors, layers
        self._shells = [
            (
                layer.reading.shown,
                {name: Sourced(one.value, one.source) for name, one in layer.values.items() if not one.command},
            )
            for layer in layers
            if layer.reading is not None
        ]
        # What ``check`` would use here without arguments; for a copied home folder, only the options.
        self.base_settings = self._gathered() if world.cwd else gather(replace(options, no_env=True), {}, world.home)

    def _gathered(self, **choices: Any) -> Settings:
        world, options = self._world, replace(self._options, **choices)
        return gather(options, world.environ, world.cwd or world.home, home=world.home, shells=self._shells)

    def all(self, explained: Set[str]) -> Iterator[tuple[Settings, str]]:
        """Yield the settings of each SDK, then those for keys of other providers, each with its location.

        Settings from the files in ``explained``, which belong to other apps, are left out.
        """
        seen: set[tuple[Source | None, Source]] = set()
        for settings in (*self._by_protocol(), self.base_settings, *self._by_door()):
            key = settings.key.source if settings.key else None
            base = settings.base_url.source if settings.base_url else DEFAULT
            usual = base.kind is SourceKind.DEFAULT
            app = by_protocol().get(settings.protocol.value, official(DEFAULT_PROTOCOL).id)
            switch = _switch(settings)
            if switch is not None and switch.variable not in _switches(settings.protocol.value):
                continue  # that of another app, which has a row of its own
            unread = any(one.why is ConflictReason.UNREAD for one in settings.conflicts)
            bare = key is None and usual and not unread and switch is None
            files = {place_of(place) for place in (key, base, *(one.source for one in settings.conflicts))}
            if bare or (key, base) in seen or files & explained:
                continue
            seen.add((key, base))
            where = key if usual and key is not None else switch if usual and switch is not None else base
            yield replace(settings, app=app), where.location

    def _by_protocol(self) -> Iterator[Settings]:
        for protocol in by_protocol():
            found = self._gathered(protocol=protocol)
            if found.base_url is None or found.base_url.source.kind is not SourceKind.CONFIG:
                conflicts = found.conflicts if found.key else ()
                yield replace(found, protocol=Sourced(protocol, DEFAULT), conflicts=conflicts)

    def _by_door(self) -> Iterator[Settings]:
        """Yield settings for keys of other providers in their own variables."""
        for name in sorted({name for layer in self._layers for name, held in layer.values.items() if held.value}):
            known = [door for door in self._doors.for_variable(name) if door.source is None]
            for door in known[:1] if means_an_llm(name) else ():
                urls = [url for one in by_looks() for url in door.base_urls(one.name)]
                found = self._gathered(base_url=urls[0]) if urls and "{" not in urls[0] else None
                if found and found.key and found.key.source.variable == name:
                    yield replace(found, base_url=Sourced(urls[0], door.default_source))
