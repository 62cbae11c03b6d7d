"""`llmdoctor fleet`: check many targets in parallel."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose.cli import console
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.number_types import FiniteRange
from diagnose.cli.own_command import own_command
from diagnose.cli.usage_errors import WrongFile, WrongUse
from diagnose.fleet_formats import FLEET_FORMATS
from diagnose.words import LANGS
from probes.model.record import replace
from probes.model.settings import LONGEST_WAIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagnose.cli.fleet_check import Wish
    from diagnose.cli.fleet_output import FleetOutput
    from diagnose.cli.forked_worker import Fork
    from diagnose.cli.worker_pool import WorkerPool
    from probes.run.fleet import Fleet

JITTER = 0.1  # share of the seconds between two rounds that varies, so that many watchers spread their requests
# Options of the checks themselves, with the name of each if it may be repeated.
PASSED_ON = (
    "headers",
    "no_spend",
    "offline",
    "send_anyway",
    "timeout",
    "deadline",
    "ca_bundle",
    "proxy",
    "no_proxy",
    "slo",
)
REPEATABLE = {"headers": "--header", "slo": "--slo"}


@click.command("fleet", cls=GroupedCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--group", "groups", metavar="NAME", multiple=True, help="Only the targets of this group. Repeatable.")
@click.option("--jobs", type=click.IntRange(1, 1000), default=32, help="Checks at once (32).")
@click.option("--per-host", type=click.IntRange(1, 1000), default=4, help="Checks at once at one host (4).")
@click.option("--only-broken", is_flag=True, help="Show only targets that are not healthy; the counts are of all.")
@click.option(
    "--watch", type=FiniteRange(1, LONGEST_WAIT), metavar="SECONDS", help="Repeat the checks, and report only changes."
)
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="With --watch: stop after so many rounds.")
@click.option(
    "--format", "fmt", type=click.Choice(FLEET_FORMATS), default="text", help="How to report; json is NDJSON."
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json: a report a line, as they end.")
@click.option("-o", "output", type=click.Path(dir_okay=False), help="Write it there.")
@click.option(
    "--also",
    metavar="FORMAT=FILE",
    multiple=True,
    help="Also write the same run in another format, as in junit=fleet.xml. May be repeated.",
)
@click.option(
    "--slo",
    metavar="NAME=LIMIT,…",
    multiple=True,
    help="Limits for each target, as in ttft=2s,cert=21d, or for the fleet: working=95%.",
)
@click.option(
    "--retries", type=click.IntRange(0, 10), default=0, help="Retry temporary errors, at most this many times."
)
@click.option("--no-spend", is_flag=True, help="Nothing that a provider bills: no generation.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine.")
@click.option("--send-anyway", is_flag=True, help="Send a key even if it belongs to another known provider.")
@click.option(
    "--header", "headers", metavar="'NAME: VALUE'", multiple=True, help="Another header to send. May be repeated."
)
@click.option("--ca-bundle", metavar="PATH", help="More CA certificates to trust.")
@click.option("--proxy", metavar="URL", help="Use this proxy instead of the environment's.")
@click.option("--no-proxy", is_flag=True, help="Use no proxy.")
@click.option("--timeout", type=float, metavar="SECONDS", help="The limit of one step (10).")
@click.option("--deadline", type=float, metavar="SECONDS", help="The limit of one whole check (60).")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--worker", is_flag=True, hidden=True)
@click.option("--part", "parts", type=click.Choice(FLEET_FORMATS), multiple=True, hidden=True, help="With --worker.")
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
    from probes.settings import slo
    from probes.settings.gather import Options

    # `os.environ` decodes each name whenever it is read, and each target reads all. On Windows it ignores their case.
    environ = dict(os.environ) if os.name == "posix" else os.environ
    fmt = "json" if choices["as_json"] else choices["fmt"]
    spoken = console.language(lang, on_screen=fmt == "text" and not choices["output"])
    try:
        choices["slo"], share = slo.of_fleet(choices["slo"])
        options = Options(**{name: choices[name] for name in PASSED_ON})
        load()  # reports an error in the user's own doors before the run starts
        fleet = read(Path(file), options, groups)
        if not worker:
            fleet.check_settings(environ)
    except slo.SloError as error:
        raise WrongUse("--slo: {detail}.", detail=error) from error
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    words = [word for name in PASSED_ON for word in _option(name, choices[name])]
    from diagnose.cli.fleet_check import Wish

    if worker:
        from diagnose.cli.worker_pool import work

        wish = Wish(spoken, choices["parts"], choices["strict"], choices["retries"], _repeatable(choices))
        run(work(replace(fleet, agreed=agreed), environ, wish))
        return
    if choices["count"] is not None and choices["watch"] is None:
        raise WrongUse("--count works only together with --watch.")
    also = _also(choices["also"])
    _check_files(Path(file), [name for name in (*also, choices["output"]) if name])
    if choices["watch"] is None:
        fleet = _consented(fleet, environ, spoken)
    from diagnose.cli.fleet_output import FleetOutput

    look = {"strict": choices["strict"], "share": share, "only_broken": choices["only_broken"]}
    output = FleetOutput(fleet, fmt, spoken, choices["output"], also, look)
    arguments = ["--worker", "--lang", spoken, "--retries", str(choices["retries"]), *["--strict"] * choices["strict"]]
    arguments += [word for group in groups for word in ("--group", group)]
    arguments += [word for name in output.parts for word in ("--part", name)]
    arguments += ["--agreed"] * fleet.agreed
    command = [*own_command(), "fleet", str(Path(file).absolute()), *arguments, *words]
    wish = Wish(spoken, output.parts, choices["strict"], choices["retries"], _repeatable(choices))
    forks = _forks(fleet, environ, wish)  # before any file is open and any other thread runs
    with output:
        status = run(_check_all(fleet, environ, output, command, choices, wish, forks))
    sys.exit(status)


def _also(given: tuple[str, ...]) -> dict[str, str]:
    """Return the files of ``--also`` with the format of each. Raises WrongUse."""
    found: dict[str, str] = {}
    for text in given:
        fmt, _, path = text.partition("=")
        if fmt not in FLEET_FORMATS or not path:
            raise WrongUse("--also takes FORMAT=FILE with one of the formats {names}.", names=", ".join(FLEET_FORMATS))
        if path in found:
            raise WrongFile("{path} is named for two reports. Name another file for one of them.", path=path)
        found[path] = fmt
    return found


def _check_files(source: Path, names: list[str]) -> None:
    """Check that each report has a file of its own, and none the file of the targets. Raises WrongFile."""
    taken: list[Path] = []
    for path in map(Path, names):
        if not path.is_file():  # a device or a pipe takes several, and what does not exist is known by its name
            if path.absolute() in taken:
                raise WrongFile("{path} is named for two reports. Name another file for one of them.", path=path)
        elif path.samefile(source):
            raise WrongFile("{path} is the file of the targets, and would be overwritten. Name another one.", path=path)
        elif any(one.is_file() and path.samefile(one) for one in taken):
            raise WrongFile("{path} is named for two reports. Name another file for one of them.", path=path)
        if not path.exists() or path.is_file():
            taken.append(path.absolute())


def _worker_count(fleet: Fleet) -> int:
    from diagnose.cli.worker_pool import SHARE

    return min(os.cpu_count() or 1, -(-len(fleet.members) // SHARE))


def _forks(fleet: Fleet, environ: Mapping[str, str], wish: Wish) -> list[Fork]:
    """Start the workers as forks of this process if it may be forked; none if one worker is enough."""
    from diagnose.cli import forked_worker
    from diagnose.cli.worker_pool import warmed, work

    count = _worker_count(fleet)
    if count == 1 or not forked_worker.possible():
        return []
    network = warmed(fleet, environ, wish)
    return forked_worker.forks(count, lambda channel: work(fleet, environ, wish, channel, network))


def _consented(fleet: Fleet, environ: Mapping[str, str], lang: str) -> Fleet:
    """Return the fleet with the user's consent, if its CSV file needs it and the user gives it when asked."""
    from diagnose.cli.consent_question import can_ask, with_answer

    if fleet.options.offline or fleet.options.send_anyway or not can_ask():
        return fleet
    found = list(fleet.unagreed(environ))
    if not found:
        return fleet
    answered = with_answer(found, fleet.file.path.parent, lang)
    return replace(fleet, agreed=all(one.override is None or not one.override.withheld for one in answered))


def _option(name: str, value: object) -> list[str]:
    if isinstance(value, tuple):
        return [word for each in value for word in (REPEATABLE[name], str(each))]
    flag = "--" + name.replace("_", "-")
    return [] if value is None or value is False else [flag] if value is True else [flag, str(value)]


def _repeatable(choices: dict[str, Any]) -> tuple[tuple[str, ...], ...] | None:
    """Return the options that a `check` of one target needs as well; None if one of them is or may hold a secret."""
    if choices["headers"] or "@" in (choices["proxy"] or ""):
        return None
    names = ("no_spend", "send_anyway", "ca_bundle", "proxy", "no_proxy")
    return tuple(tuple(words) for name in names if (words := _option(name, choices[name])))


async def _check_all(
    fleet: Fleet,
    environ: Mapping[str, str],
    output: FleetOutput,
    command: list[str],
    choices: dict[str, Any],
    wish: Wish,
    forks: list[Fork],
) -> int:
    """Run all rounds and return the exit status of the last; ``command`` starts a worker process."""
    import asyncio

    from diagnose.cli.forked_worker import ForkedWorker
    from diagnose.cli.worker_pool import InProcessWorker, Refused, Worker, WorkerPool

    count = _worker_count(fleet)
    workers: list[Worker | InProcessWorker] = [ForkedWorker(command, one) for one in forks]
    if count == 1:
        workers = [InProcessWorker(fleet, environ, wish)]
    workers = workers or [Worker(command) for _ in range(count)]
    pool = WorkerPool(fleet, workers, Worker(command), (choices["jobs"], choices["per_host"]), wish)
    try:
        return await _rounds(pool, output, choices)
    except Refused as error:
        raise click.ClickException(str(error)) from error
    except asyncio.CancelledError:  # Ctrl-C: report the checks that have ended
        return output.end(interrupted=True)
    finally:
        output.leave()
        await pool.leave()


async def _rounds(pool: WorkerPool, output: FleetOutput, choices: dict[str, Any]) -> int:
    import random
    import time

    seconds, left = choices["watch"], choices["count"] or (1 if choices["watch"] is None else None)
    while True:
        began = time.monotonic()
        output.begin(watching=seconds is not None)
        await pool.round(output.tell)
        status = output.end()
        left = None if left is None else left - 1
        if left == 0:
            return status
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - not used for security
        await _pause(seconds * spread - (time.monotonic() - began))
        await pool.forget()


async def _pause(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(max(0.0, seconds))
