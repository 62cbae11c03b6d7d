"""The command line: a click group that imports a command's module only when it runs, so that `--version` is fast."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType
from typing import Any

import click

import diagnose
from diagnose import __version__, interruption
from diagnose.cli import standard_streams

COMMANDS = {
    "check": "Find out why an LLM API does not work, and what to do.",
    "demo": "The same against a practice server inside the program.",
    "scan": "Find the LLM settings of all apps here, and check each.",
    "fleet": "Check many targets at once.",
    "judge": "Judge a saved run again.",
    "compare": "Compare two reports: whose side the fault is on.",
    "bundle": "One file for support: a check, versions, proxies; no key.",
    "explain": "What a finding means, or what an error text is about.",
    "whose": "Which providers a key fits, offline.",
    "doors": "The known providers, or one of them in full.",
    "apps": "The known apps, or one of them in full.",
    "init": "Write a first llmdoctor.toml from the settings found here.",
    "snippet": "Code and settings to paste, from settings that work.",
    "facts": "How old the facts are by which it judges, and newer ones.",
    "trust": "What files of a folder may send where: agree, list, revoke.",
    "serve": "A web page that checks and explains, and Prometheus' /probe.",
    "mcp": "The checks as tools for agents such as Claude Code or Codex.",
}

# The commands as `--help` groups them; what is in no group comes last.
GROUPS = {
    "diagnose": ("check", "demo", "scan", "fleet", "judge", "compare", "bundle"),
    "understand": ("explain", "whose", "doors", "apps", "facts"),
    "set_up": ("init", "snippet", "trust"),
    "serve": ("serve", "mcp"),
}

HIDDEN = ("docs", "hook")  # `docs` is for developers of llmdoctor, `hook` for pre-commit


class _Commands(click.Group):
    """A click group that knows names and summaries of its commands without importing their modules."""

    def main(self, *args: Any, **named: Any) -> Any:
        """Run the command line, as click does, but no text gets out that holds a key of it or of the environment."""
        # Inside, because `probes` may be another distribution's package, which is then to be reported.
        from diagnose.cli.secret_words import in_environment, on_command_line
        from probes.model.known_secrets import KNOWN

        given = args[0] if args else named.get("args")
        words = sys.argv[1:] if given is None else list(given)
        KNOWN.begin((*on_command_line(words), *in_environment(os.environ)))
        standalone = named.pop("standalone_mode", True)
        run: Callable[..., Any] = super().main
        try:
            ended = run(*args, standalone_mode=False, **named)
        except click.ClickException as error:
            if not standalone:
                raise
            _refused(error, words)
            ended = error.exit_code  # as click has it, for those who run the program inside theirs
        if standalone:
            sys.exit(ended if isinstance(ended, int) else 0)
        return ended

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS and name not in HIDDEN:
            return None
        command: click.Command = import_module(f"diagnose.cli.commands.{name}").command
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name: `check` for an address."""
        name = args[0]
        if self.get_command(context, name) is None and not name.startswith("-") and not context.resilient_parsing:
            from diagnose.cli.unknown_commands import is_address, no_command

            if not is_address(name):
                raise no_command(name, COMMANDS, context)
            return "check", self.get_command(context, "check"), args
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        from diagnose.words import part

        titles: dict[str, str] = part("en", "command_line").GROUPS
        rest = dict(COMMANDS)
        for group, names in GROUPS.items():
            if rows := [(name, rest.pop(name)) for name in names if name in rest]:
                with formatter.section(titles[group]):
                    formatter.write_dl(rows, col_spacing=4)
        if rest:
            with formatter.section(titles["others"]):
                formatter.write_dl(list(rest.items()), col_spacing=4)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="llmdoctor", message="%(prog)s %(version)s")
def program() -> None:
    """Finds the one reason why an LLM API does not work, and says what to do.

    `llmdoctor check` checks the settings of this folder, `llmdoctor URL` an address, `llmdoctor scan` all apps of this
    machine. `llmdoctor demo` shows a report without any key.
    """


def installation_problem() -> str:
    """Return an error message if `probes` is not installed next to `diagnose`, else an empty string.

    Other distributions install packages with these names too, and can replace one of the two.
    """
    spec = find_spec("probes")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if [place.removesuffix("probes") for place in places[:1]] == [diagnose.__path__[0].removesuffix("diagnose")]:
        return ""

    from pathlib import Path  # importing it takes 3 ms, and the usual case has returned above

    here = Path(__file__).resolve().parent.parent
    if any(Path(place).resolve().parent == here.parent for place in places[:1]):
        return ""
    found = places[0] if places else "nowhere"
    return (
        f"llmdoctor: another distribution has taken one of its packages: `diagnose` lies in {here}, "
        f"`probes` in {found}.\nInstall llmdoctor in a place of its own: pipx install llmdoctor-cli "
        "(or: uvx --from llmdoctor-cli llmdoctor)."
    )


def _refused(error: click.ClickException, words: Sequence[str]) -> int:
    from diagnose.cli.error_messages import refuse

    return refuse(error, words)


def _broken(error: BaseException) -> int:
    from diagnose.cli.error_messages import broken

    return broken(error, sys.argv[1:])


def _hide_tracebacks() -> None:
    """Let no error that reaches the interpreter itself print a traceback: of a thread, or while the program ends."""

    def uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        _broken(error)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            _broken(args.exc_value)

    def while_deleting(args: sys.UnraisableHookArgs) -> None:
        if os.environ.get("LLMDOCTOR_DEBUG") and args.exc_value is not None:  # nothing of the result depends on it
            _broken(args.exc_value)

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = while_deleting


def main() -> None:
    """Run the command line. Exit status 2 means a usage error or a broken installation, 130 or 143 an interruption."""
    interruption.install()
    _hide_tracebacks()
    atexit.register(gc.freeze)  # skips the final collection at exit, which takes 7 ms and frees nothing of use
    standard_streams.prepare()
    try:
        status = _run()
        standard_streams.flush()
    except OSError as error:
        status = _failed(error)
    if status in (1, 2, 3) and type(diagnose.__loader__).__name__ == "zipimporter":
        from diagnose.cli.own_command import say_how_to_call

        say_how_to_call(sys.argv)
    interruption.ignore()  # the rest takes a few milliseconds, and the status is decided
    sys.exit(interruption.status_of(status))


def _run() -> int:
    """Run the command that the arguments name, print the sentence of an error, and return the exit status.

    Raises OSError if standard output cannot be written, or for what else the system refuses.
    """
    problem = installation_problem()
    if problem:
        click.echo(problem, err=True)  # the outlet lies beyond the packages that are missing
        return 2
    try:
        ended = program.main(prog_name="llmdoctor", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1 if end.code else 0
    except click.ClickException as error:
        return _refused(error, sys.argv[1:])
    except click.Abort:  # click's word for standard input that has ended where a question waits for its answer
        return _refused(click.ClickException("Standard input has ended before the question was answered."), ())
    except KeyboardInterrupt:
        return interruption.INTERRUPTED
    except OSError:
        raise
    except Exception as error:
        return _broken(error)
    return ended if isinstance(ended, int) else 0


def _failed(error: OSError) -> int:
    """Say which stream or file the system refuses, and return the exit status."""
    if standard_streams.has_no_reader(error):
        standard_streams.give_up()
        return 1
    from diagnose.cli.usage_errors import WrongFile

    reason = error.strerror or str(error)
    if standard_streams.is_unwritable(error):
        standard_streams.give_up()
        return _refused(WrongFile("Standard output cannot be written: {why}.", why=reason), sys.argv[1:])
    said = (
        WrongFile("{path}: {why}.", path=error.filename, why=reason) if error.filename else click.ClickException(reason)
    )
    return _refused(said, sys.argv[1:])
