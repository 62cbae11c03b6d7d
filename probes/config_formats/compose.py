"""Read the services of a Compose file, with images, environment variables and line numbers."""

from __future__ import annotations

from collections.abc import Iterator

from probes.config_formats.tree import Node, members
from probes.model.named_tuple import NamedTuple


class ServiceVariable(NamedTuple):
    """An environment variable of a service. ``value`` is None if it is taken from the shell or from ``.env``."""

    name: str
    value: str | None
    line: int


class ComposeService(NamedTuple):
    """A service of a Compose file. ``env_files`` are paths as written, in file order; ``variables`` override them."""

    name: str
    image: str
    line: int
    variables: tuple[ServiceVariable, ...]
    env_files: tuple[str, ...]


def services(root: Node) -> Iterator[ComposeService]:
    """Yield the services of a Compose file; yield nothing for another YAML file."""
    table = root.value.get("services") if isinstance(root.value, dict) else None
    for name, service in members(table) if table is not None else ():
        if not isinstance(service.value, dict):
            continue
        image = service.value.get("image")
        environment, files = service.value.get("environment"), service.value.get("env_file")
        yield ComposeService(
            name,
            (image.text if image else None) or "",
            service.line,
            tuple(_variables(environment) if environment else ()),
            tuple(_files(files) if files else ()),
        )


def _variables(environment: Node) -> Iterator[ServiceVariable]:
    for name, value in members(environment):
        if isinstance(environment.value, dict):
            if not isinstance(value.value, dict | list):
                yield ServiceVariable(name, value.text, value.line)
        elif value.text:
            name, equals, text = value.text.partition("=")
            yield ServiceVariable(name.strip(), text if equals else None, value.line)


def _files(files: Node) -> Iterator[str]:
    if files.text:
        yield files.text
    for _, entry in members(files):
        path = entry.value.get("path") if isinstance(entry.value, dict) else entry
        if path and path.text:
            yield path.text
