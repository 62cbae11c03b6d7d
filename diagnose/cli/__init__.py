"""The command line. Each command is a file of its own, loaded when it is called: `--version` must not wait for the
rest.
"""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module
from importlib.util import find_spec

import click

import diagnose
from diagnose import __version__

COMMANDS = {
    "check": "Find out why a base URL and key do not work.",
    "demo": "The same against a practice door inside the program.",
    "scan": "Find the LLM settings of this machine and folder, and check each.",
    "fleet": "Check many targets at once.",
    "init": "Write a first llmdoctor.toml from the settings found here.",
    "snippet": "Settings and code to paste, from settings that were seen to work.",
    "judge": "Judge a saved run again.",
    "compare": "Two reports from two places: whose side the fault is on.",
    "explain": "What a finding means, or what an error text is about.",
    "whose": "Which doors a key fits, offline.",
    "doors": "The known doors, or one of them in full.",
    "apps": "The known client programs: how each joins URLs, which header it sends.",
    "serve": "A web page that checks and explains, and what Prometheus scrapes.",
}

HIDDEN = ("docs", "hook")  # for those who develop it, and for pre-commit


class _Commands(click.Group):
    """Knows its commands by name and first line, and loads one only to run it."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS and name not in HIDDEN:
            return None
        command: click.Command = import_module(f"diagnose.cli.commands.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="llmdoctor", message="%(prog)s %(version)s")
def program() -> None:
    """Finds the one reason why an LLM API does not work, and says what to do.

    Start with `llmdoctor check`, or see `llmdoctor demo --list` for what it can tell.
    """


def neighbours() -> str:
    """An empty string where the program's two packages lie side by side, else what is wrong.

    Other distributions install packages of these names too.
    """
    spec = find_spec("probes")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if [place.removesuffix("probes") for place in places[:1]] == [diagnose.__path__[0].removesuffix("diagnose")]:
        return ""

    from pathlib import Path  # importing it takes 3 ms, and the usual case is settled above

    here = Path(__file__).resolve().parent.parent
    if any(Path(place).resolve().parent == here.parent for place in places[:1]):
        return ""
    found = places[0] if places else "nowhere"
    return (
        f"llmdoctor: another distribution has taken one of its packages: `diagnose` lies in {here}, "
        f"`probes` in {found}.\nInstall llmdoctor in a place of its own: pipx install llmdoctor-cli "
        "(or: uvx --from llmdoctor-cli llmdoctor)."
    )


def main() -> None:
    """The entry point of `llmdoctor` and of `python -m diagnose`."""
    gc.set_threshold(50_000)  # little of what a command makes is garbage, and looking for it takes a tenth of the time
    atexit.register(gc.freeze)  # the interpreter's last look at everything takes 7 ms, and all of it goes anyway
    problem = neighbours()
    if problem:
        click.echo(problem, err=True)
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a console that lacks a sign shows a question mark, not a traceback
    try:
        program.main(prog_name="llmdoctor", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        if "nagios" in " ".join(sys.argv).replace("--format=", "--format ").partition("--format ")[2].split()[:1]:
            # The scheduler takes 2 for CRITICAL: a wrong command line is UNKNOWN, in one line.
            click.echo(f"LLMDOCTOR UNKNOWN - {' '.join(error.format_message().split())}".replace("|", "/"))
            sys.exit(3)
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe has left; nothing is left to be told to anybody.
        sys.stderr.close()
        sys.exit(1)
