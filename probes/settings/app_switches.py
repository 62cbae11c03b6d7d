"""Find which switches of an app are set: settings that stop requests of its own to other hosts."""

from __future__ import annotations

from collections.abc import Callable

from probes.catalog.app import App
from probes.catalog.companions import companions_of
from probes.model.settings import Sourced

_OFF = ("", "0", "false", "no", "off")


def set_switches(app: App | None, variable: Callable[[str], Sourced[str] | None]) -> tuple[str, ...]:
    """Return the switches that the app's facts name, ``NAME=value``, of those whose variable is set.

    ``variable`` looks up a variable as the app reads it. Switches in a settings file are not looked up.
    """
    if app is None:
        return ()
    named = [one.switch for one in companions_of(app.id)]
    named += [app.key_elsewhere.switch] if app.key_elsewhere is not None else []
    found = []
    for switch in dict.fromkeys(named):
        name, given, _ = switch.partition("=")
        value = variable(name) if given and name.isupper() else None
        if value is not None and value.value.strip().lower() not in _OFF:
            found.append(switch)
    return tuple(found)
