"""`llmdoctor demo`: the check, against a practice door inside the program."""

from __future__ import annotations

import sys

import click

from diagnose.cli import console
from diagnose.cli.check import finish, output_options


@click.command("demo")
@click.argument("fault", required=False)
@click.option("--list", "list_faults", is_flag=True, help="Name the faults.")
@output_options
def command(
    fault: str | None,
    list_faults: bool,
    fmt: str,
    as_json: bool,
    output: str | None,
    save: str | None,
    lang: str | None,
    strict: bool,
) -> None:
    """Check a practice door on this machine, sound or with a named FAULT. Needs no key and no network."""
    from probes.practice import faults

    spoken = console.language(lang)
    if list_faults:
        width = max(len(name) for name in faults.FAULTS)
        for one in faults.FAULTS.values():
            click.echo(f"{one.name:{width}}  {one.title_zh if spoken == 'zh' else one.title_en}")
        return
    name = fault or "sound"
    if name not in faults.FAULTS:
        from difflib import get_close_matches

        near = get_close_matches(name, faults.FAULTS, n=3, cutoff=0.4)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise click.UsageError(f"there is no fault named {name!r}.{hint} `llmdoctor demo --list` names them all.")
    with faults.open(name) as world:
        if fmt == "text" and not as_json:
            about = faults.FAULTS[name]
            click.echo(f"{name}: {about.title_zh if spoken == 'zh' else about.title_en}", err=True)
        finish(world.settings(), "json" if as_json else fmt, spoken, output, save, strict)
    sys.exit(0)
