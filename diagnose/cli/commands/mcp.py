"""`llmdoctor mcp`: the checks as tools for agents, over standard input and output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose import interruption
from diagnose.cli import console, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.number_types import FiniteRange
from diagnose.cli.usage_errors import WrongFile, WrongUse
from diagnose.words import LANGS
from probes.model.settings import LONGEST_WAIT

if TYPE_CHECKING:
    from diagnose.agents.permissions import Permission
    from diagnose.agents.server_options import Lookups

NEEDED = ("mcp", "mcp_types", "anyio")
INSTALL = "pip install 'llmdoctor-cli[mcp]'"
ABOVE_ZERO = FiniteRange(0, LONGEST_WAIT, min_open=True)  # seconds


@click.command("mcp", cls=GroupedCommand)
@click.option(
    "--allow",
    metavar="WHAT,…",
    multiple=True,
    help="What agents may do without a question: send, spend, connect, private. May be repeated.",
)
@click.option(
    "--folder",
    "folders",
    metavar="PATH",
    multiple=True,
    help="A folder that agents may check; the first is the default.",
)
@click.option(
    "--key-env",
    "key_variables",
    metavar="NAME",
    multiple=True,
    help="A variable that agents may name as a key's. Repeatable.",
)
@click.option(
    "--key-file", "key_files", metavar="PATH", multiple=True, help="A key file that agents may name. Repeatable."
)
@click.option("--timeout", type=ABOVE_ZERO, default=10, metavar="SECONDS", help="The limit of one probe (10).")
@click.option("--deadline", type=ABOVE_ZERO, default=60, metavar="SECONDS", help="The limit of a call (60).")
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Checks at once.")
@click.option("--rate", type=click.IntRange(1, 10_000), default=60, show_default=True, help="Checks a minute.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(
    allow: tuple[str, ...],
    folders: tuple[str, ...],
    key_variables: tuple[str, ...],
    key_files: tuple[str, ...],
    timeout: float,
    deadline: float,
    jobs: int,
    rate: int,
    lang: str | None,
) -> None:
    """Offer check, scan, explain, whose, doors and apps as tools for agents (Model Context Protocol).

    An agent's app starts this command: docs/agents.md has the entry for each. Before a key is sent or a request may
    cost money, the app asks you; --allow answers for every call. No key is an argument or in a result.
    """
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in NEEDED):
        raise WrongFile("`mcp` needs more packages. Install them with: {command}", command=INSTALL)
    from diagnose.agents.server_options import AgentServerOptions

    options = AgentServerOptions(
        lookups=lookups(),
        environ=dict(os.environ),
        folders=tuple(map(_folder, folders)) or (Path.cwd().resolve(),),
        allowed=permissions(allow),
        key_variables=frozenset(map(_variable, key_variables)),
        key_files=tuple(Path(one).expanduser().absolute() for one in key_files),
        timeout=timeout,
        deadline=deadline,
        jobs=jobs,
        rate=rate,
        lang=console.language(lang, on_screen=False),
    )
    if sys.stdin is None or sys.stdin.isatty():
        printer.say("llmdoctor mcp waits for an agent's app on standard input (Ctrl-C ends it): see docs/agents.md")
    import anyio

    from diagnose.agents.mcp_server import serve

    interruption.ctrl_c_is_normal()
    anyio.run(serve, options)


def permissions(given: tuple[str, ...]) -> frozenset[Permission]:
    """Return the permissions of `--allow send,spend`. Raises click.UsageError for a word that is none."""
    from diagnose.agents.permissions import Permission

    words = [word.strip() for one in given for word in one.split(",") if word.strip()]
    if not set(words) <= set(Permission):
        raise WrongUse("--allow takes these words: {names}.", names=", ".join(Permission))
    return frozenset(map(Permission, words))


def _folder(name: str) -> Path:
    path = Path(name).expanduser().resolve()
    if not path.is_dir():
        raise WrongFile("{path} is not a folder.", path=name)
    return path


def _variable(name: str) -> str:
    from probes.settings.config_file import is_variable_name

    if not is_variable_name(name):
        raise WrongUse("--key-env takes the name of a variable, not a key.")
    return name


def lookups() -> Lookups:
    """Return the catalogues as the commands `doors` and `apps` find and write them."""
    from diagnose.agents.server_options import Lookups

    return Lookups(_doors, _apps)


def _doors(name: str) -> list[dict[str, Any]]:
    from diagnose.cli.commands import doors
    from probes.catalog.doors import informed

    known = informed()
    return [doors.document(one, known) for one in doors.chosen(known, tuple(name.split()))]


def _apps(name: str) -> list[dict[str, Any]]:
    from diagnose.cli.commands import apps
    from probes.catalog.apps import load

    return [apps.document(one) for one in apps.chosen(load(), tuple(name.split()))]
