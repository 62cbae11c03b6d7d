"""`llmdoctor demo`: run a check against a practice door inside the program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import click

from diagnose.cli import console, printer
from diagnose.cli.commands.check import finish, output_options
from diagnose.cli.completion import among, faults
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.usage_errors import WrongFile, WrongUse, meant
from diagnose.interruption import at_end, forget
from diagnose.words import part
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.settings.options import shown_word


@click.command("demo", cls=GroupedCommand)
@click.argument("fault", required=False, shell_complete=among(faults))
@click.option("--list", "list_faults", is_flag=True, help="List the faults.")
@click.option(
    "--protocol",
    type=click.Choice(NAMES),
    metavar="NAME",  # too many for a line
    help=f"A working test server that speaks this protocol: {', '.join(NAMES)}.",
)
@output_options
def command(
    fault: str | None,
    protocol: str | None,
    list_faults: bool,
    fmt: str,
    as_json: bool,
    output: str | None,
    save: str | None,
    lang: str | None,
    strict: bool,
    verbose: bool,
) -> None:
    """Check a test server inside the program, working or with a named FAULT. Needs no key and no network."""
    spoken = console.language(lang, on_screen=fmt == "text" and not (as_json or output))
    titles: dict[str, str] = part(spoken, "demo").TITLES
    if list_faults:
        from diagnose.cli.list_width import list_width
        from diagnose.rendering.lists import labelled

        printer.echo("\n".join(labelled(list(titles.items()), list_width(), indent=0)))
        return
    name = fault or "sound"
    if protocol and fault:
        raise WrongUse("Give a FAULT or --protocol, not both.")
    if name not in titles:
        from difflib import get_close_matches

        near = get_close_matches(name, titles, n=3, cutoff=0.4)
        raise WrongUse(
            "There is no fault named {name}. {hint}",
            follow=(*(f"demo {one}" for one in near[:1]), "demo --list"),
            name=shown_word(name),
            hint=meant(near),
        )
    from probes.demo_server import scenarios

    if not fault and not protocol and not _has_cryptography():
        protocol = DEFAULT_PROTOCOL  # the sound door that needs no certificate
    if fault and scenarios.FAULTS[name].certificate and not _has_cryptography():
        raise WrongFile(
            "The practice server of `demo {name}` speaks TLS, and its certificates are made by the Python package "
            "cryptography: {command}",
            follow=("demo --protocol openai",),
            name=name,
            command="pip install cryptography",
        )
    with _own_temporary_folder(), scenarios.open(name, protocol or "") as world:
        if fmt == "text" and not as_json:
            printer.say(protocol or f"{name}: {titles[name]}")
        finish(world.settings(), "json" if as_json else fmt, spoken, output, save, strict, verbose=verbose)
    sys.exit(0)


def _has_cryptography() -> bool:
    """Check for the package that makes the practice door's certificates, which the program in one file lacks."""
    return find_spec("cryptography") is not None


@contextmanager
def _own_temporary_folder() -> Iterator[None]:
    """Let temporary files, the practice door's certificates, lie in a folder that a signal removes too."""
    import secrets
    import shutil
    import tempfile
    from functools import partial
    from pathlib import Path

    folder = Path(tempfile.gettempdir(), f"llmdoctor-{secrets.token_hex(8)}")
    remove = partial(shutil.rmtree, folder, ignore_errors=True)
    at_end(remove)
    folder.mkdir(mode=0o700)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = None
        remove()
        forget(remove)
