"""Keep from an agent even the ends of a secret that a file of the folder has made the key of a check.

An agent may write files of the folder, and who wrote those that are there is unknown: ``OPENAI_API_KEY=${AWS_SECRET}``
in a `.env` would get it the characters of any variable or file that a key's hint shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from diagnose.agents import arguments
from diagnose.agents.tool_result import ToolResult
from probes.model.key_shape import MASK
from probes.model.secret import Secret
from probes.model.settings import BadInput, Settings, Sourced
from probes.model.source import Owner, Source

if TYPE_CHECKING:
    from diagnose.agents.server_options import AgentServerOptions


def refuse_lent(settings: Settings, options: AgentServerOptions) -> None:
    """Raise BadInput if a file of the folder names the key, and the agent itself might not name it."""
    key = settings.key
    if key is None or not _is_lent(key, options):
        return
    for one in _lent(key):
        if one.variable:
            arguments.variable(one.variable, options.key_variables)
    raise BadInput("key_file is no file that the user has named. The user can name it: llmdoctor mcp --key-file PATH")


def without_lent(result: ToolResult, settings: Iterable[Settings], options: AgentServerOptions) -> ToolResult:
    """Return the result with ``[key]`` in the place of the hint of each such key."""
    hints = {hint for one in settings for hint in _hints(one, options)}

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            for hint in hints:
                value = value.replace(hint, MASK)
            return value
        if isinstance(value, Mapping):
            return {name: hidden(one) for name, one in value.items()}
        return [hidden(one) for one in value] if isinstance(value, list | tuple) else value

    return ToolResult(hidden(result.text), hidden(result.data)) if hints else result


def _hints(settings: Settings, options: AgentServerOptions) -> Iterator[str]:
    values = [settings.key] if settings.key is not None else []
    for one in settings.conflicts:
        if isinstance(one.value, Secret):
            values.append(Sourced(one.value, one.source, one.borrowed, one.chosen_by))
    for key in values:
        if len(key.value.hint) > 1 and _is_lent(key, options):
            yield key.value.hint
    if settings.renamed is not None:
        yield from _hints(settings.renamed, options)


def _is_lent(key: Sourced[Secret], options: AgentServerOptions) -> bool:
    return not all(_may_be_named(one, options) for one in _lent(key))


def _lent(key: Sourced[Secret]) -> list[Source]:
    """Return the user's values that a file of the folder has put into the key, or has chosen for it."""
    chosen = key.chosen_by is not None and key.chosen_by.owner is Owner.FOLDER
    return [*key.borrowed, *([key.source] if chosen and key.source.owner is Owner.USER else [])]


def _may_be_named(lent: Source, options: AgentServerOptions) -> bool:
    try:
        if lent.variable:
            arguments.variable(lent.variable, options.key_variables)
        else:
            arguments.key_file(lent.file, options.key_files)
    except BadInput:
        return False
    return True
