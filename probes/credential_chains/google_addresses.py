"""The addresses of Vertex AI: which host serves a location, and the path that SDKs make of project and location."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

METADATA = "metadata.google.internal"
ANTHROPIC = "vertex_anthropic"  # the protocol of Anthropic's models
_HOST = re.compile(
    r"(?:(?P<region>[a-z]{2,12}(?:-[a-z]{2,12}){1,2}-?\d{1,2})-)?aiplatform(?:\.(?P<place>[a-z]{2})\.rep)?\.googleapis\.com"
)
# What can be part of a host's name. Anything else (``evil.example/``) would name another host.
_LOCATION = re.compile(r"[a-z][a-z0-9-]{0,40}")
_PLAIN = re.compile(r"/?(?:v1(?:beta1)?/?)?(?:publishers/\w+/?)?")  # what the SDKs put in front of the project's path


def completed(base: str, protocol: str, project: str, location: str, *, any_host: bool) -> str:
    """Return a base URL with the path of a project's models, as google-genai and the Anthropic SDK make it.

    With ``any_host`` the location decides the host too, unless it cannot be part of one's name. Without a project it is
    the path of an API key (express mode).

    >>> completed("http://127.0.0.1:8080/v1", "vertex", "p", "global", any_host=False)
    'http://127.0.0.1:8080/v1/projects/p/locations/global/publishers/google'
    """
    try:
        parts = urlsplit(base)
    except ValueError:  # brackets without an IPv6 address
        return base
    if not parts.netloc or parts.query or not _PLAIN.fullmatch(parts.path):
        return base
    publisher = "anthropic" if protocol == ANTHROPIC else "google"
    version = "v1beta1" if "/v1beta1" in parts.path else "v1"
    origin = f"{parts.scheme}://{parts.netloc}"
    if any_host and project and _LOCATION.fullmatch(location):
        origin = f"https://{host_of(location)}"
    within = f"projects/{quote(project, safe=':')}/locations/{quote(location, safe='')}/" if project else ""
    return f"{origin}/{version}/{within}publishers/{publisher}"


def host_of(location: str) -> str:
    """Return the host that serves a location: ``global`` and the multi-regions have hosts of their own.

    What is no location has that of ``global``, so that the host is always one of Google's.

    >>> host_of("evil.example/x?")
    'aiplatform.googleapis.com'
    """
    if location == "global" or _LOCATION.fullmatch(location) is None:
        return "aiplatform.googleapis.com"
    return (
        f"aiplatform.{location}.rep.googleapis.com"
        if location in ("us", "eu")
        else f"{location}-aiplatform.googleapis.com"
    )


def location_of(host: str) -> str:
    """Return the location that one of Google's hosts serves; empty for any other host."""
    found = _HOST.fullmatch(host)
    return (found["region"] or found["place"] or "global") if found is not None else ""
