"""`llmdoctor trust`: agree to what the files of a folder send where, list the agreements, or take them back."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnose.cli import console, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.usage_errors import WrongUse
from diagnose.words import LANGS

if TYPE_CHECKING:
    from probes.app_settings.search import SearchPlaces
    from probes.settings.trust import Agreement


@click.command("trust", cls=GroupedCommand)
@click.argument("folder", required=False, type=click.Path(file_okay=False))
@click.option("--list", "listing", is_flag=True, help="Show the agreements; those of one FOLDER if it is named.")
@click.option("--revoke", is_flag=True, help="Take back the agreements about files in this folder and below it.")
@click.option("--all", "everything", is_flag=True, help="With --revoke: take back all agreements.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: a list of agreements.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(folder: str | None, listing: bool, revoke: bool, everything: bool, as_json: bool, lang: str | None) -> None:
    """Allow the files of this folder (or of FOLDER) to send your secrets to the hosts that they name.

    It shows each secret, its host, and the file that names them. The permission holds while all three stay the same;
    `llmdoctor check` and `llmdoctor scan` then send the secrets without asking.
    """
    from probes.settings import trust

    spoken = console.language(lang)
    if listing and revoke:
        raise WrongUse("--list and --revoke exclude each other.")
    if everything and (not revoke or folder is not None):
        raise WrongUse("--all belongs to --revoke, without a folder.")
    place = Path(os.path.abspath(folder or "."))  # noqa: PTH100 - resolve() follows links, and the files' paths do not
    if listing:
        known = trust.agreements()
        found = [one for one in known if folder is None or _inside(one, place)]
        _show(found, as_json, spoken, "trust.listed", "trust.none", dated=True)
    elif revoke:
        found = _revoked(None if everything else place)
        _show(found, as_json, spoken, "trust.revoked", "trust.none_revoked")
    else:
        found = _agreed(place)
        _show(found, as_json, spoken, "trust.agreed", "trust.nothing")


def _agreed(folder: Path) -> list[Agreement]:
    """Agree to all that the folder's files would send somewhere, and return the agreements.

    Raises click.ClickException if a file is invalid, the folder is missing or the agreements cannot be kept.
    """
    from diagnose.cli.consent_question import unagreed
    from probes.app_settings.folder_consent import settings_of
    from probes.app_settings.search import this_world
    from probes.catalog import apps
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings import trust

    if not folder.is_dir():
        raise WrongUse("FOLDER must be a folder that exists.")
    world = this_world(os.environ, folder)
    try:
        load()  # reports an error in the user's own doors
        found = [doors] if (doors := _doors(world)) is not None else []
        trust.add(found)  # the settings below are read with these doors
        flows = unagreed(settings_of(world, apps.load()), folder)
        found += (of_flows := [trust.of_flow(flow, folder, mark) for mark, flow in flows.items()])
        trust.add(of_flows)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    return found


def _doors(world: SearchPlaces) -> Agreement | None:
    """Return the agreement about the doors that need one, or None. Raises BadInput if their file is invalid."""
    from probes.app_settings.folder_consent import claiming_doors
    from probes.settings import trust
    from probes.settings.trust import Agreement

    found = claiming_doors(world)
    if found is None or trust.holds(found.mark):
        return None
    lines = [door.source.line for door in found.doors if door.source is not None]
    names = ", ".join(f"doors.{door.id}" for door in found.doors)
    variables = ", ".join(dict.fromkeys(name for door in found.doors for name in (*door.key_env, *door.base_url_env)))
    hosts = ", ".join(dict.fromkeys(host for door in found.doors for host in door.hosts))
    return Agreement(found.mark, "doors", str(found.path), min(lines), names, variables, hosts, trust.today())


def _revoked(folder: Path | None) -> list[Agreement]:
    """Take back the agreements about files in ``folder`` or below it (None: all agreements), and return them.

    Raises click.ClickException if the file cannot be written.
    """
    from probes.model.settings import BadInput
    from probes.settings import trust

    found = [one for one in trust.agreements() if folder is None or _inside(one, folder)]
    try:
        trust.revoke({one.mark for one in found})
    except BadInput as error:
        raise click.ClickException(str(error)) from error
    return found


def _inside(agreement: Agreement, folder: Path) -> bool:
    return bool(agreement.file) and Path(agreement.file).is_relative_to(folder)


def _show(found: list[Agreement], as_json: bool, lang: str, title: str, nothing: str, *, dated: bool = False) -> None:
    """Print the agreements under a title, or the phrase that says there are none; with ``dated`` their days too."""
    from diagnose.cli.consent_question import agreement_line
    from diagnose.rendering.outlet import plain
    from diagnose.rendering.report_parts import word

    if as_json:
        shown = [{name: value for name, value in asdict(one).items() if name != "mark"} for one in found]
        printer.echo_json(shown)
        return
    printer.echo(word(lang, title if found else nothing))
    for one in found:
        date = f" ({one.date})" if dated else ""
        printer.echo(f"  {plain(agreement_line(one, lang, Path.cwd()) + date)}")
