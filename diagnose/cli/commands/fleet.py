"""`llmdoctor fleet`: check many targets in parallel."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from diagnose.cli import console, output_files
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.list_width import list_width
from diagnose.cli.number_types import FiniteRange
from diagnose.cli.own_command import own_command
from diagnose.cli.usage_errors import WrongUse
from diagnose.rendering.outlet import Grammar, passed
from diagnose.words import LANGS
from probes.model.record import replace
from probes.model.settings import LONGEST_WAIT

if TYPE_CHECKING:
    from diagnose.cli.worker_pool import Document, WorkerPool
    from diagnose.tables.fleet_table import FleetRow
    from probes.run.fleet import Fleet

INTERVAL = FiniteRange(1, LONGEST_WAIT)  # seconds
JITTER = 0.1  # share of the seconds between two rounds that varies, so that many watchers spread their requests
PASSED_ON = ("headers", "no_spend", "offline", "send_anyway", "timeout", "deadline", "ca_bundle", "proxy", "no_proxy")


@click.command("fleet", cls=GroupedCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--group", "groups", metavar="NAME", multiple=True, help="Only the targets of this group. Repeatable.")
@click.option("--jobs", type=click.IntRange(1, 1000), default=32, help="Checks at once (32).")
@click.option("--per-host", type=click.IntRange(1, 1000), default=4, help="Checks at once at one host (4).")
@click.option("--only-broken", is_flag=True, help="Tell of those alone that are not healthy.")
@click.option(
    "--watch", type=FiniteRange(1, LONGEST_WAIT), metavar="SECONDS", help="Again and again; tell changes only."
)
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="With --watch: so many rounds.")
@click.option("--format", "fmt", type=click.Choice(("text", "json")), default="text", help="A table, or NDJSON.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json: a report a line, as they end.")
@click.option("-o", "output", type=click.Path(dir_okay=False), help="Write it there.")
@click.option("--no-spend", is_flag=True, help="Nothing that a provider bills: no generation.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine.")
@click.option("--send-anyway", is_flag=True, help="Send a key although it belongs to another known door.")
@click.option(
    "--header", "headers", metavar="'NAME: VALUE'", multiple=True, help="A header to send besides. May be repeated."
)
@click.option("--ca-bundle", metavar="PATH", help="Extra roots to trust.")
@click.option("--proxy", metavar="URL", help="Use this proxy instead of the environment's.")
@click.option("--no-proxy", is_flag=True, help="Use no proxy.")
@click.option("--timeout", type=float, metavar="SECONDS", help="The limit of one probe (10).")
@click.option("--deadline", type=float, metavar="SECONDS", help="The limit of one whole check (60).")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--worker", is_flag=True, hidden=True)
@click.option("--agreed", is_flag=True, hidden=True, help="With --worker: the user was asked and has agreed.")
def command(file: str, worker: bool, agreed: bool, lang: str | None, groups: tuple[str, ...], **choices: Any) -> None:
    """Check many targets at once.

    FILE is llmdoctor.toml with its [targets.NAME], or a CSV file. The first line of a CSV file names the columns:
    base_url, and optionally name, group, key_env, key_file, model, protocol, …
    """
    from diagnose.cli.event_loop import run
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.run.fleet import read
    from probes.settings.gather import Options

    spoken = console.language(lang)
    options = Options(**{name: choices[name] for name in PASSED_ON})
    try:
        load()  # reports an error in the user's own doors before the run starts
        fleet = read(Path(file), options, groups)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    if worker:
        from diagnose.cli.worker_pool import work

        run(work(replace(fleet, agreed=agreed), os.environ, spoken))
        return
    if choices["count"] is not None and choices["watch"] is None:
        raise WrongUse("--count works only together with --watch.")
    if choices["watch"] is None:
        fleet = _consented(fleet, spoken)
    fmt = "json" if choices["as_json"] else choices["fmt"]
    with output_files.OutputFile(choices["output"]) as out:
        output = _FleetOutput(fleet, file, fmt, spoken, out, choices["only_broken"])
        arguments = ["--worker", "--lang", spoken, *(word for group in groups for word in ("--group", group))]
        arguments += [word for name in PASSED_ON for word in _option(name, choices[name])]
        arguments += ["--agreed"] * fleet.agreed
        command = [*own_command(), "fleet", str(Path(file).absolute()), *arguments]
        status = run(_check_all(fleet, output, command, choices))
    sys.exit(status)


def _consented(fleet: Fleet, lang: str) -> Fleet:
    """Return the fleet with the user's consent, if its CSV file needs it and the user gives it when asked."""
    from diagnose.cli.consent_question import can_ask, with_answer

    if fleet.options.offline or fleet.options.send_anyway or not can_ask():
        return fleet
    found = list(fleet.unagreed(os.environ))
    if not found:
        return fleet
    answered = with_answer(found, fleet.file.path.parent, lang)
    return replace(fleet, agreed=all(one.override is None or not one.override.withheld for one in answered))


def _option(name: str, value: object) -> list[str]:
    if isinstance(value, tuple):
        return [word for each in value for word in ("--header", str(each))]
    flag = "--" + name.replace("_", "-")
    return [] if value is None or value is False else [flag] if value is True else [flag, str(value)]


async def _check_all(fleet: Fleet, output: _FleetOutput, command: list[str], choices: dict[str, Any]) -> int:
    """Run all rounds and return the exit status of the last; ``command`` starts a worker process."""
    import asyncio

    from diagnose.cli.worker_pool import SHARE, InProcessWorker, Refused, Worker, WorkerPool

    count = min(os.cpu_count() or 1, -(-len(fleet.members) // SHARE))
    alone = count == 1
    workers = [InProcessWorker(fleet, os.environ, output.lang) if alone else Worker(command) for _ in range(count)]
    pool = WorkerPool(fleet, workers, Worker(command), (choices["jobs"], choices["per_host"]), output.lang)
    try:
        return await _rounds(pool, output, choices)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    except asyncio.CancelledError:  # Ctrl-C: print the table of the checks that have ended
        output.end()
        return 130
    finally:
        await pool.leave()


async def _rounds(pool: WorkerPool, output: _FleetOutput, choices: dict[str, Any]) -> int:
    import random
    import time

    seconds, left = choices["watch"], choices["count"] or (1 if choices["watch"] is None else None)
    while True:
        began = time.monotonic()
        output.begin(watching=seconds is not None)
        await pool.round(output.tell)
        status = output.end(choices["strict"])
        left = None if left is None else left - 1
        if left == 0:
            return status
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - not used for security
        await _pause(seconds * spread - (time.monotonic() - began))
        await pool.forget()


async def _pause(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(max(0.0, seconds))


class _FleetOutput:
    """The output of a fleet: a line of JSON per report, a table at the end of a round, or changes only."""

    def __init__(self, fleet: Fleet, file: str, fmt: str, lang: str, out: TextIO, only_broken: bool) -> None:
        self.lang = lang
        self._fleet, self._file = fleet, file
        self._json = fmt == "json"
        self._out = out
        self._only_broken = only_broken
        self._rows: dict[int, FleetRow] = {}
        self._before: dict[int, tuple[str, str]] = {}
        self._watching = False
        self._round = 0
        self._progress: console.ProgressBar | None = None

    def begin(self, watching: bool) -> None:
        self._watching = watching
        self._rows = {}
        self._round += 1
        self._progress = console.ProgressBar(len(self._fleet.members), self.lang)

    def tell(self, number: int, line: str, document: Document) -> None:
        """Take the report of a member: its number, its line of JSON and the parsed document."""
        from diagnose.tables.fleet_table import change, row

        member = self._fleet.members[number]
        entry = self._rows[number] = row(member.name, member.group, document, self.lang)
        now, before = (entry.verdict, entry.cause.code), self._before.get(number)
        changed, self._before[number] = before != now, now
        if self._progress is not None:
            self._progress.step(entry.verdict)
        if (self._only_broken and entry.verdict == "healthy" and before is None) or (self._watching and not changed):
            return
        if self._json:
            self._write(passed(f"{line}\n", Grammar.JSON))
        elif self._watching and before is not None:
            self._write(passed(change(entry, before[0], self.lang, document["started_at"])))

    def end(self, strict: bool = False) -> int:
        """End the round: print the table and return the exit status of the worst report."""
        from diagnose.tables.fleet_table import exit_status, render

        if self._progress is not None:
            self._progress.end()
        rows = [row for row in self._rows.values() if not (self._only_broken and row.verdict == "healthy")]
        if not self._json and self._round == 1 and self._rows:
            shown = self._out is sys.stdout
            width, colour = (list_width(), console.wants_colour()) if shown else (None, False)
            unicode = not shown or console.fits_unicode()
            table = render(rows, self.lang, self._file, width=width, colour=colour, unicode=unicode)
            self._write(passed(table, colours=colour))
        return exit_status(self._rows.values(), strict)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
