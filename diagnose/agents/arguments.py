"""Read the arguments of an agent's call: only what the tool knows, within limits, and no key.

A refused argument is never quoted, since it may hold a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from diagnose.agents.tool_table import ToolRow
from diagnose.cli.secret_words import on_command_line
from probes.catalog.apps import load as load_apps
from probes.catalog.doors import known as known_doors
from probes.catalog.sdk_variables import official_keys, unread
from probes.model.known_secrets import KNOWN
from probes.model.settings import BadInput
from probes.settings.config_file import is_variable_name
from probes.urls.keys_in_url import keys_in_url

# Of a text that is searched for causes; keys in it are removed there, since errors quote them.
_MATERIAL = frozenset({"text"})


def read(tool: ToolRow, given: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the value of each argument of the tool; an empty text for what is not given and has no default.

    Raises BadInput for an unknown argument, for one of another type or too long, and for what looks like a key.
    """
    given = dict(given or {})
    known = {one.name: one for one in tool.parameters}
    if set(given) - set(known):
        raise BadInput(
            "The tool {name} has only these arguments: {names}. A key is never one: name the variable, file or app "
            "that holds it.",
            name=tool.name,
            names=", ".join(known),
        )
    found = {}
    for name, parameter in known.items():
        value = given.get(name)
        if value is None:
            value = parameter.default
        if not isinstance(value, str):
            raise BadInput("{name} must be a string.", name=name)
        if len(value) > parameter.longest:
            raise BadInput("{name} is longer than {count} characters.", name=name, count=parameter.longest)
        if parameter.choices and value not in parameter.choices:
            raise BadInput("{name} must be one of {names}.", name=name, names=", ".join(parameter.choices))
        if name not in _MATERIAL and holds_key(value):
            raise BadInput(
                "{name} looks like a key and was not used. A key is never an argument: name the variable, file or app "
                "that holds it. If it was a key, it is now in the agent's conversation, so replace it.",
                name=name,
            )
        if parameter.required and not value.strip():
            raise BadInput("{name} is missing.", name=name)
        found[name] = value if name in _MATERIAL else value.strip()
    return found


def holds_key(value: str) -> bool:
    """Check whether a text holds a key by its look, or a secret of this machine that is known."""
    return bool(on_command_line([value])) or KNOWN.scrub(value) != value or bool("?" in value and keys_in_url(value))


def variable(name: str, allowed: Iterable[str]) -> str:
    """Return the name of a variable if the agent may name it. Raises BadInput if not.

    It may name those that exist to hold a key of an LLM API, with words before or after (``OPENAI_API_KEY_WORK``), and
    those that the user has ``allowed``. Of any other variable, even four characters and the length would be too much.
    """
    if not is_variable_name(name):
        raise BadInput("key_env must be the name of a variable, such as OPENAI_API_KEY.")
    if name not in allowed and not _is_for_keys(name):
        raise BadInput(
            "No known app reads a key from {name}. The user can permit it: llmdoctor mcp --key-env {name}",
            name=name,
        )
    return name


def _is_for_keys(name: str) -> bool:
    names = official_keys() | {one for one in unread() if one.endswith(("KEY", "TOKEN"))}
    names |= {one for door in known_doors() for one in door.key_env}
    names |= {one for app in load_apps() for wire in app.wires for one in wire.key}
    around = f"_{name}_"
    return any(f"_{one}_" in around for one in names)


def key_file(name: str, allowed: Iterable[Path]) -> Path:
    """Return a key file if the user has named this very file. Raises BadInput if not; no other file is looked at."""
    path = Path(name).expanduser() if name.startswith("~") else Path(name)
    found = next((one for one in allowed if one == path.absolute()), None)
    if found is None:
        raise BadInput(
            "key_file is no file that the user has named. The user can name it: llmdoctor mcp --key-file PATH"
        )
    return found


def folder(name: str, allowed: Iterable[Path]) -> Path:
    """Return a folder that is one of those ``allowed`` or below one; the first of them without a name.

    Links are resolved before they are compared. Raises BadInput for any other folder.
    """
    roots = tuple(allowed)
    if not name:
        return roots[0]
    try:
        path = (Path(name).expanduser() if name.startswith("~") else roots[0] / name).resolve()
        wide = _wide()
        inside = any(path == root or (root in path.parents and root not in wide) for root in roots)
        if inside and path.is_dir():
            return path
    except (OSError, RuntimeError, ValueError):
        pass
    raise BadInput("folder is not in a folder of this server. The user can permit it: llmdoctor mcp --folder PATH")


def _wide() -> frozenset[Path]:
    """Return folders that hold everything, in which a client may have started the server without any intent."""
    found = {Path(Path.cwd().anchor)}
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return frozenset(found)
    return frozenset(found | {home, *home.parents})
