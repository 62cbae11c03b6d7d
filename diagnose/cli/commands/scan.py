"""`llmdoctor scan`: find and check the settings of every app on this machine and in this folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose import __version__
from diagnose.cli import console, output_files, printer
from diagnose.cli.commands import check
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongFile, meant
from diagnose.rendering.outlet import Grammar, passed
from diagnose.words import LANGS
from probes.settings.options import shown_word

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.scan_table import ScanNote, ScanRow
    from probes.app_settings.scan import FoundSettings, ScanResult
    from probes.app_settings.search import SearchPlaces
    from probes.catalog.apps import Apps
    from probes.model.evidence import Evidence

PASSED_ON = ("no_spend", "offline", "send_anyway", "timeout", "deadline", "ca_bundle", "proxy", "no_proxy")


@click.command("scan", cls=GroupedCommand)
@click.option("--app", "only", metavar="NAME", multiple=True, help="Only this app: see `llmdoctor apps`. Repeatable.")
@click.option("--list", "list_only", is_flag=True, help="List what was found, and check nothing.")
@click.option("--details", is_flag=True, help="Each report in full below the table; with one --app by itself.")
@click.option(
    "--home", type=click.Path(exists=True, file_okay=False), help="Look at this copy of a home folder instead."
)
@click.option("--json", "as_json", is_flag=True, help="A report a line, worst first; with --list an entry a line.")
@click.option("-o", "output", type=click.Path(dir_okay=False), help="Write it there.")
@click.option("--no-spend", is_flag=True, help="Nothing that a provider bills: no generation.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine.")
@click.option(
    "--send-anyway",
    is_flag=True,
    help="Send keys even if a project's file names the host, or they look like another provider's.",
)
@click.option("--ca-bundle", metavar="PATH", help="More CA certificates to trust.")
@click.option("--proxy", metavar="URL", help="Use this proxy instead of the environment's.")
@click.option("--no-proxy", is_flag=True, help="Use no proxy.")
@click.option("--timeout", type=float, metavar="SECONDS", help="The limit of one step (10).")
@click.option("--deadline", type=float, metavar="SECONDS", help="The limit of one whole check (60).")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def command(
    only: tuple[str, ...],
    list_only: bool,
    details: bool,
    home: str | None,
    as_json: bool,
    output: str | None,
    lang: str | None,
    strict: bool,
    **choices: Any,
) -> None:
    """Find the LLM settings of the apps, SDKs and files of this machine and folder, and check each.

    Files are read, never changed, and nothing in them is executed. Keychains and databases are not read. If files of
    this folder would send your secrets somewhere, you are asked first, once.
    """
    from probes.app_settings.scan import find
    from probes.catalog import apps as clients
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.gather import Options

    spoken = console.language(lang)
    apps = clients.load()
    for name in only:
        _known(name, apps)
    try:
        load()  # reports an error in the user's own doors before the run starts
        options = Options(**{name: choices[name] for name in PASSED_ON})
        survey = find(_world(home), options, apps, only)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    check.say_ignored((source for one in survey.found for source in one.settings.ignored), spoken)
    reports: dict[int, Report] = {}
    interrupted = False
    if not list_only:
        survey = _consented(survey, Path(home).resolve() if home is not None else Path.cwd(), spoken)
        reports, interrupted = _checked(survey, apps, spoken, own=home is None)
    with output_files.OutputFile(output) as out:
        if as_json:
            out.write(passed(_lines(survey, reports, list_only), Grammar.JSON))
        else:
            shown = out is sys.stdout
            width, colour = (list_width(), console.wants_colour()) if shown else (None, False)
            look = {"width": width, "colour": colour, "unicode": not shown or console.fits_unicode()}
            page = _page(survey, reports, spoken, list_only, details or len(only) == 1, look)
            out.write(passed(page, colours=colour))
    if as_json:
        _say_notes(notes_of(survey), spoken)
    sys.exit(130 if interrupted else _status(reports.values(), strict))


def _known(name: str, apps: Apps) -> None:
    if apps.get(name) is None:
        near = apps.near(name)
        raise WrongFile(
            "There is no app named {name}. {hint}",
            follow=(*(f"scan --app {one}" for one in near[:1]), "apps"),
            name=shown_word(name),
            hint=meant(near),
        )


def _world(home: str | None) -> SearchPlaces:
    """Return the places to search: this machine, or a copied home folder of any system without an environment."""
    from probes.app_settings.search import SearchPlaces, this_world
    from probes.catalog.apps import SYSTEMS

    if home is None:
        return this_world(os.environ, Path.cwd())
    return SearchPlaces(Path(home).resolve(), systems=tuple(dict.fromkeys(SYSTEMS.values())))


def _consented(survey: ScanResult, folder: Path, lang: str) -> ScanResult:
    """Return the found settings with the user's consent, which one question asks for. ``folder`` is the working one."""
    from probes.model.record import replace

    checked = [one for one in survey.found if not one.beyond]
    if not any(one.settings.override is not None and one.settings.override.withheld for one in checked):
        return survey
    from diagnose.cli.consent_question import with_answer

    answered = iter(with_answer([one.settings for one in checked], folder, lang))
    found = tuple(one if one.beyond else replace(one, settings=next(answered)) for one in survey.found)
    return replace(survey, found=found)


def _checked(survey: ScanResult, apps: Apps, lang: str, own: bool) -> tuple[dict[int, Report], bool]:
    """Check the found settings. Return the reports by index in ``survey.found``, and whether Ctrl-C ended it.

    ``own`` says that the settings are those of this user, so that `check --fix` can change them.
    """
    from diagnose.cli.event_loop import run
    from diagnose.cli.fixing import with_commands
    from diagnose.cli.fixing.invocation import of_scan
    from diagnose.judging.judge import judge
    from probes.run.scan_checks import check

    places = {id(one): number for number, one in enumerate(survey.found)}
    reports: dict[int, Report] = {}
    bar = console.ProgressBar(sum(not one.beyond for one in survey.found), lang)

    def tell(found: FoundSettings, evidence: Evidence) -> None:
        report = judge(evidence, lang)
        if own and report.settings is not None:
            report = with_commands(report, found.settings, lambda: of_scan(found, survey.found), lang)
        reports[places[id(found)]] = report
        bar.step(report.verdict)

    try:
        run(check(survey.found, apps, __version__, tell))
    except KeyboardInterrupt:
        return reports, True
    finally:
        bar.end()
    return reports, False


def _page(
    survey: ScanResult, reports: dict[int, Report], lang: str, list_only: bool, details: bool, look: dict[str, Any]
) -> str:
    from diagnose.formats.text import render as render_report
    from diagnose.tables.scan_table import render

    rows = [_row(one, reports.get(number), list_only) for number, one in enumerate(survey.found)]
    text = render(rows, notes_of(survey), lang, **look)
    if details:
        look = {**look, "width": look["width"] or console.width()}
        text += "".join(
            f"\n{render_report(report, lang, verbose=True, **look)}" for _, report in sorted(reports.items())
        )
    return text


def _row(found: FoundSettings, report: Report | None, list_only: bool) -> ScanRow:
    from diagnose.tables.scan_table import ScanRow
    from probes.run.offline_checks import scrubber

    settings = found.settings
    scrub = scrubber(settings)
    address = scrub(settings.base_url.value) if settings.base_url else ""
    hint = settings.key.value.hint if settings.key else ""
    why = found.beyond or ("" if report is not None or list_only else "interrupted")
    return ScanRow(found.app, scrub(found.name), scrub(found.where), address, hint, report, why)


def notes_of(survey: ScanResult) -> list[ScanNote]:
    """Return the files and stores that were not read, and why."""
    from diagnose.tables.scan_table import ScanNote

    closed = [ScanNote(one.app, one.place, f"found.store.{one.storage}") for one in survey.closed]
    return closed + [ScanNote("", one.place, f"found.{one.reason}", one.form) for one in survey.skipped]


def _say_notes(notes: list[ScanNote], lang: str) -> None:
    """Print the notes on standard error, one line each, because standard output is JSON."""
    from diagnose.rendering.report_parts import word

    for note in notes:
        place = " ".join(filter(None, (note.app, note.place)))
        printer.say(f"{place}{word(lang, 'colon')}{word(lang, note.words, form=note.form)}")


def _lines(survey: ScanResult, reports: dict[int, Report], list_only: bool) -> str:
    """Return NDJSON: the reports, worst first, or with ``--list`` the found settings in the form of a target."""
    from diagnose.formats.json import document, dumps
    from diagnose.tables.overview import ORDER

    if list_only:
        return "".join(f"{dumps(target_of(one))}\n" for one in survey.found)
    ordered = sorted(reports.items(), key=lambda pair: (ORDER.index(pair[1].verdict), pair[0]))
    return "".join(f"{dumps(document(report))}\n" for _, report in ordered)


def target_of(found: FoundSettings) -> dict[str, object]:
    """Return found settings in the form of a report's target, with the place of each value and a hint of the key."""
    from diagnose.formats.json import login_object
    from probes.run.offline_checks import scrubber
    from probes.run.scan_checks import name_of

    settings, scrub = found.settings, scrubber(found.settings)
    values = {"base_url": settings.base_url, "key": settings.key, "model": settings.model}
    return {
        "name": scrub(name_of(found)),
        "app": found.app,
        "where": scrub(found.where),
        "protocol": settings.protocol.value,
        "base_url": scrub(settings.base_url.value) if settings.base_url else None,
        "model": scrub(settings.model.value) if settings.model else None,
        "key": {"hint": settings.key.value.hint, "length": len(settings.key.value)} if settings.key else None,
        "sources": {name: scrub(str(value.source)) for name, value in values.items() if value is not None},
        "beyond": found.beyond or None,
        **({"login": login_object(settings.login)} if settings.login is not None else {}),
    }


def _status(reports: Iterable[Report], strict: bool) -> int:
    """Return the exit status of the worst report: something is wrong, then could not tell, then nothing is wrong."""
    from diagnose.rendering.report_parts import exit_status

    found = {exit_status(report, strict) for report in reports}
    return next((status for status in (1, 3) if status in found), 0)
