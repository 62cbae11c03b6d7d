"""Find out whether an app lacks a setting without which it ends by itself, before it sends anything."""

from __future__ import annotations

from probes.app_settings.entry import Collected, environment
from probes.app_settings.search import Search, SearchPlaces
from probes.catalog.app import App
from probes.catalog.apps import Apps
from probes.config_formats.tree import find
from probes.model.record import replace
from probes.model.settings import Settings


def with_needed(settings: Settings, app: App, collected: Collected) -> Settings:
    """Return the settings, with the note that the app lacks the setting that its facts say it needs with them.

    A project's file counts as well: whether the user trusts the folder is not looked up.
    """
    need = app.needs_setting
    if need is None or settings.base_url is None or settings.base_url.source.variable != need.variable:
        return settings
    for pair in need.unless:
        name, _, wanted = pair.partition("=")
        if any(one.text == wanted for one in collected.of_variables((name,))[:1]):
            return settings
    trees = [reading.tree for _, reading in collected.files if reading.tree is not None]
    given = any(hit.node.text for tree in trees for pointer in need.pointers for hit in find(tree, pointer))
    return settings if given else replace(settings, lacks_setting=True)


def looked_up(settings: Settings, places: SearchPlaces, apps: Apps) -> Settings:
    """Return settings that no file of the app gave, with the same note; its files are read only if it needs one."""
    app = apps.get(settings.app)
    if app is None or app.needs_setting is None:
        return settings
    return with_needed(settings, app, Collected(app, Search(places), [environment(places.environ)], app.places))
