"""Make the command line of an app's run from its row in ``apps.toml``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from probes.catalog.app import ClientProgram
from probes.model.record import Record

PROMPT = "Reply with the single word OK."
# What may stand in an argument: on Windows a `.cmd` reads its arguments again, with its own quoting.
_PLAIN = r"[\w.:/@+\-\[\] ]{1,200}"
_PLACEHOLDER = r"\{(prompt|model|protocol|provider|url)\}"


class CommandLine(Record):
    """Arguments and variables of one run. ``shown`` are the arguments without the prompt."""

    args: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    shown: tuple[str, ...]


def command_line(
    row: ClientProgram, protocol: str, provider: str, model: str, url: str = "", environ: Iterable[str] = ()
) -> CommandLine | None:
    """Return how to run an app; None if it cannot be led to ``url``, the address of the recorder.

    ``provider`` is the name of its provider in its files, ``model`` one that the user has named; both may be empty.
    ``environ`` are the names of the user's variables: one that holds the user's own settings is not replaced.
    """
    values = {"prompt": PROMPT, "protocol": protocol, "model": model, "provider": provider, "url": url}
    values = {name: value for name, value in values.items() if re.fullmatch(_PLAIN, value)}
    args = _all(row.args, values)
    env = dict(row.env)
    more: list[str] = list(_all(row.provider_args, values) or ())
    if model:
        named = _all(row.model_args, values)
        if not named:
            return None
        more += named
    if url:
        led = _all(row.point_args.get(protocol, ()), values)
        name, given, text = row.point_env.get(protocol, "").partition("=")
        value = _filled(text, values) if given else None
        if led is None or (given and value is None) or not (led or given):
            return None
        if value is not None and "{" in value and name in set(environ):
            return None  # settings of the user's in a variable, which this would replace as a whole
        more += led
        env |= {name: value} if value is not None else {}
    if args is None:
        return None
    # An option that takes a list (`--tools`) would swallow a prompt that follows it, so these stand before the rest,
    # behind the subcommand if there is one.
    at = 1 if row.args and not row.args[0].startswith("-") and "{" not in row.args[0] else 0
    whole = (*args[:at], *more, *args[at:])
    return CommandLine(whole, tuple(env.items()), tuple("…" if one == PROMPT else one for one in whole))


def _all(templates: Iterable[str], values: Mapping[str, str]) -> list[str] | None:
    """Fill all templates; None if one of them lacks a value."""
    filled = [_filled(one, values) for one in templates]
    return [one for one in filled if one is not None] if None not in filled else None


def _filled(template: str, values: Mapping[str, str]) -> str | None:
    wanted = set(re.findall(_PLACEHOLDER, template))
    if not wanted <= values.keys():
        return None
    return re.sub(_PLACEHOLDER, lambda found: values[found[1]], template)
