"""The values that the words of every finding may use."""

from __future__ import annotations

from collections.abc import Mapping

from diagnose.evidence import client_urls
from diagnose.evidence.lines import sentence
from diagnose.evidence.view import View
from diagnose.evidence.view_memo import once_a_view
from probes.model.listed import Listed
from probes.model.shown_url import split_shown
from probes.model.source import Source, SourceKind
from probes.protocols.names import NAMES
from probes.protocols.protocol import wire


@once_a_view
def values_of(view: View) -> Mapping[str, str]:
    """Return the values that the words of every finding may use, without the empty ones."""
    target, door = view.evidence.target, view.door
    values = _of_protocol(target.protocol) | {
        "base_url": target.base_url or "",
        "version_variable": client_urls.sdk_variable(target.protocol, "api_version"),
        "protocol": target.protocol,
        "app": target.app,
        "host": door.host.name if door else _host_of(target.base_url or ""),
        # Of a server of one's own, only the port is known, which several products use.
        "door": ((door.match.name if not door.host.local else "") or door.host.name) if door else "",
        "key_hint": target.key_hint or "",
        "key_length": str(target.key_length or ""),
        "key_env": (door.match.key_env if door else "") or client_urls.sdk_variable(target.protocol, "key"),
        "console": door.match.console if door else "",
        "key_door": door.key.door_name if door else "",
        "model": view.model or "",
        "port": str(door.host.port) if door else "",
        "said": sentence(view.said()),
        "key_source": _place(dict(target.sources).get("key")),
    }
    subject = view.subject
    if subject is not None and subject.status:
        values["status"] = str(subject.status)
    if view.proxy is not None and view.proxy.url:
        values["proxy"] = view.proxy.url
    if view.chosen is not None and view.chosen.near:
        values["near"] = Listed(view.chosen.near)
    return {name: value for name, value in values.items() if value}


def _of_protocol(protocol: str) -> dict[str, str]:
    """Return the values that a protocol sets for the words of findings, if it differs from chat completions."""
    return dict(wire(protocol).words) if protocol in NAMES else {}


def _place(source: Source | None) -> str:
    """Return the variable, the file or the option that holds a value; empty if it has no name for users.

    An argument of the library (``api_key``) has none: it, like the key of an observed call, came from the app's code.
    """
    if source is None or source.kind is SourceKind.ENVIRONMENT:
        return source.name if source is not None else ""
    named = source.file or (source.kind is SourceKind.OPTION and source.name.startswith("--"))
    return str(source) if named else ""


def _host_of(url: str) -> str:
    """Return the host of a URL, or the empty text if the URL cannot be parsed."""
    try:
        return split_shown(url).hostname or ""
    except ValueError:
        return ""
