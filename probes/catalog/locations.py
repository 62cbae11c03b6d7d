"""The host that belongs to a location, at doors whose host names contain the location."""

from __future__ import annotations

import re

from probes.catalog.door import Door

_PLACE = r"\{(?:location|region)\}"
_REGION = r"[a-z]{2,12}(?:-[a-z]{2,12}){1,2}-?\d{1,2}"  # us-central1, ap-northeast-1
_IN_PATH = r"/locations/([a-z0-9-]{2,40})(?:/|$)"


def host_of_location(door: Door, host: str, path: str) -> tuple[str, str] | None:
    """Return the location that a base URL names and the host that belongs to it, if that is another host.

    The path decides, if it names a location. For ``global-aiplatform.googleapis.com``, which nobody serves, it is
    ``("global", "aiplatform.googleapis.com")``: a place that is no region has one of the door's hosts without a
    placeholder.
    """
    for endpoint in door.endpoints:
        template = endpoint.base_url.partition("://")[2].partition("/")[0].lower()
        if not re.search(_PLACE, template):
            continue
        before, after = re.split(_PLACE, template, maxsplit=1)
        here = host[len(before) : len(host) - len(after)] if host.startswith(before) and host.endswith(after) else ""
        in_path = re.search(_IN_PATH, path)
        place = in_path[1] if in_path is not None else here
        if not place or (in_path is not None and "{location}" not in endpoint.base_url.partition("://")[2]):
            continue
        right = _host_at(door, template, place)
        return (place, right) if right and right != host else None
    return None


def _host_at(door: Door, template: str, place: str) -> str:
    if re.fullmatch(_REGION, place):
        return re.sub(_PLACE, place, template)
    fixed = [one for one in door.hosts if "*" not in one]
    named = next((one for one in fixed if f".{place}." in one), "")
    return named or (next((one for one in fixed if template.endswith(one)), "") if place == "global" else "")
