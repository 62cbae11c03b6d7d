"""Find in a pasted text a host that an app needs besides the API's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from probes.catalog.companions import companions
from probes.pasted.notes import ScannedText, TextNote


def companion_hosts(seen: ScannedText) -> Iterator[TextNote]:
    """Yield a note for each host in the text that an app needs, and that serves no API."""
    for one in companions():
        for host in one.hosts if one.required else ():
            found = host in seen.lower and re.search(rf"(?<![\w.-]){re.escape(host)}(?!\.?[\w-])", seen.lower)
            if found and not _serves_api(host):
                yield TextNote("companion", host, values={"app": _name(one.app), "host": host})


def _serves_api(host: str) -> bool:
    from probes.catalog.doors import informed_builtin  # few texts name such a host

    return any(host in door.hosts for door in informed_builtin())


def _name(id: str) -> str:
    from probes.catalog.apps import load

    app = load().get(id)
    return app.name if app is not None else id
