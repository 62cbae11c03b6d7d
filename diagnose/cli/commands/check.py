"""`llmdoctor check`: the main job."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose import __version__
from diagnose.cli import console
from diagnose.cli.completion import among, apps, targets
from diagnose.formats import FORMATS
from diagnose.words import LANGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from diagnose.report import Report
    from probes.model.evidence import Evidence
    from probes.model.planned_request import Plan, PlannedRequest
    from probes.model.settings import Settings
    from probes.settings.gather import Options

    Mend = Callable[[Settings, Report], bool]

PROTOCOLS = ("auto", "openai", "responses", "anthropic", "gemini", "azure", "ollama")


def output_options(command: Any) -> Any:
    """The options of every command that ends in a report."""
    for option in (
        click.option("--strict", is_flag=True, help="Warnings fail too."),
        click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale."),
        click.option(
            "--save", type=click.Path(dir_okay=False), help="Keep the run (never the key) for `llmdoctor judge`."
        ),
        click.option("-o", "output", type=click.Path(dir_okay=False), help="Write the report there."),
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        click.option("--format", "fmt", type=click.Choice(FORMATS), default="text", help="How to report."),
    ):
        command = option(command)
    return command


@click.command("check")
@click.argument("target", required=False, shell_complete=among(targets))
@click.option("--base-url", metavar="URL", help="The same as the argument.")
@click.option("--key-env", metavar="NAME", help="Read the key from this environment variable.")
@click.option("--key-file", metavar="PATH", help="Read the key from this file.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input.")
@click.option("--key", metavar="KEY", help="The key itself (other users can see it in the process list).")
@click.option("--curl", metavar="TEXT|-", help="The settings out of a curl command line; - reads standard input.")
@click.option("--model", metavar="ID", help="The model to try; by default a small one of the door's list.")
@click.option(
    "--protocol", type=click.Choice(PROTOCOLS), help="The protocol that the app speaks; auto, the default, finds it."
)
@click.option(
    "--app",
    metavar="NAME",
    shell_complete=among(apps),
    help="Judge as this client would send it: see `llmdoctor apps`.",
)
@click.option("--env-file", metavar="PATH", help="Read this .env file and no other.")
@click.option("--no-env", is_flag=True, help="Read no environment and no file.")
@click.option("--connect-to", metavar="HOST:PORT:ADDR:PORT", multiple=True, help="As curl's. May be repeated.")
@click.option("--dns-server", metavar="ADDR", multiple=True, help="Ask this name server as well, and compare.")
@click.option("--ca-bundle", metavar="PATH", help="Extra roots to trust.")
@click.option("--proxy", metavar="URL", help="Use this proxy instead of the environment's.")
@click.option("--no-proxy", is_flag=True, help="Use no proxy.")
@click.option("--timeout", type=float, metavar="SECONDS", help="The limit of one probe (10).")
@click.option("--deadline", type=float, metavar="SECONDS", help="The limit of the whole check (60).")
@click.option("--no-spend", is_flag=True, help="Nothing that a provider bills: no generation.")
@click.option("--deep", is_flag=True, help="Ask for tools, structured output, pictures and more too. Costs more.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine.")
@click.option("--send-anyway", is_flag=True, help="Send a key although it belongs to another known door.")
@click.option(
    "--slo", metavar="NAME=TIME,…", multiple=True, help="Limits to hold it to, as in ttft=2s,total=10s,cert=21d."
)
@click.option("--retries", type=click.IntRange(0, 10), default=0, help="Try so often again what may pass by itself.")
@click.option("--fix", is_flag=True, help="Write what was seen to work where the value came from, after asking.")
@click.option("--yes", is_flag=True, help="With --fix: write without asking.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be sent where, and send nothing.")
@output_options
def command(
    plan_only: bool,
    fix: bool,
    yes: bool,
    curl: str | None,
    retries: int,
    fmt: str,
    as_json: bool,
    output: str | None,
    save: str | None,
    lang: str | None,
    strict: bool,
    **choices: Any,
) -> None:
    """Find out why a base URL and key do not work, and what to do.

    TARGET is a base URL or the name of a target in llmdoctor.toml. Without it the settings are those that an SDK in
    this folder would use.
    """
    from diagnose.cli.curl_option import from_curl
    from diagnose.cli.fix import offering
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.gather import Options, gather

    spoken = console.language(lang)
    if choices["key"] is not None:
        click.echo("warning: a key given with --key can be seen by other users in the process list", err=True)
    if choices["key_stdin"]:
        choices["stdin_text"] = sys.stdin.read(65536)
    try:
        load()  # a user's own doors may be refused: better now than in the middle of a run
        settings = (
            _of_app(Options(**choices)) or gather(Options(**choices), os.environ, Path.cwd())
            if curl is None
            else from_curl(curl, Options(**choices), spoken)
        )
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    if plan_only:
        show_plan(settings, fmt if not as_json else "json")
        return
    if settings.deep and (plan := planned(settings)) is not None and plan.deep:
        announce(plan, spoken)
    mend = offering(spoken, yes) if fix else None
    finish(settings, "json" if as_json else fmt, spoken, output, save, strict, retries, mend)


def _of_app(options: Options) -> Settings | None:
    """The settings in the files of the app that is named, where no others are asked for."""
    if options.app is None or options.target or options.base_url or options.env_file or options.no_env:
        return None
    from probes.app_settings.scan import of_app
    from probes.app_settings.search import this_world
    from probes.catalog import apps

    return of_app(this_world(os.environ, Path.cwd()), options, apps.load())


def finish(
    settings: Settings,
    fmt: str,
    lang: str,
    output: str | None,
    save: str | None,
    strict: bool,
    retries: int = 0,
    mend: Mend | None = None,
) -> None:
    """Measure, judge, speak, and end with the exit status that the report asks for; 0 where ``mend`` mended it all."""
    from diagnose.cli.retries import until_it_works
    from diagnose.judging.judge import judge

    progress = console.Progress(lang, fmt)
    try:
        evidence = until_it_works(lambda: measure(settings, progress), retries)
    finally:
        progress.end()
    if save is not None:
        from probes.model.archive import dump

        console.save(Path(save), dump(evidence))
    report = judge(evidence, lang)
    console.write(report, fmt, lang, output, strict)
    if mend is not None and mend(settings, report):
        sys.exit(0)
    sys.exit(console.status(report, fmt, strict))


def measure(settings: Settings, progress: console.Progress) -> Evidence:
    """One run on an event loop of its own; Ctrl-C ends it with what was seen."""
    import asyncio

    from probes.run.engine import run

    return asyncio.run(run(settings, watch=progress.watch, version=__version__))


def show_plan(settings: Settings, fmt: str) -> None:
    """Print what would be sent where, with the most that it can cost."""
    import json
    from dataclasses import asdict

    plan = planned(settings)
    if plan is None:
        raise click.ClickException("no address can be made of the base URL: nothing would be sent")
    if fmt == "json":
        click.echo(json.dumps({**asdict(plan), "tokens": plan.tokens}, indent=2))
        return
    click.echo(_plan_text(plan))


def planned(settings: Settings) -> Plan | None:
    """What would be sent; None where no address can be made of the base URL."""
    from probes.model.evidence import Subject
    from probes.model.facts import ProxyFacts
    from probes.run.offline_checks import scrubber, survey
    from probes.run.plan import draw
    from probes.steps.recorder import Recorder

    scrub = scrubber(settings)
    recorder = Recorder(settings.limits, scrub)
    offline = survey(settings, recorder, scrub)
    base = offline.exams.url.literal or offline.exams.url.mended
    if offline.facts is None or base is None:
        return None
    proxy = recorder.one(ProxyFacts, Subject.PROXY)
    address, added = offline.exams.address, offline.exams.query
    if offline.exams.url.literal != base:
        address = added = ""
    return draw(settings, scrub(base), offline.facts, proxy, offline.door, scrub(address), added)


def announce(plan: Plan, lang: str) -> None:
    """Say before a deep check what it can cost at most."""
    from diagnose.words.en.capabilities import AROUND, say
    from probes.capabilities.feature_plan import MOST

    tokens = sum(request.tokens for request in plan.deep)
    click.echo(say(AROUND, "announced", lang, count=MOST, tokens=tokens), err=True)


def _plan_text(plan: Plan) -> str:
    lines = [f"to {plan.host}, port {plan.port}" + (f", through {plan.proxy}" if plan.proxy else "")]
    lines += map(_request_line, plan.requests)
    if not plan.requests:
        lines.append("  nothing: --offline")
    if plan.withheld:
        from probes.model.facts import Withheld

        reason = {
            Withheld.OTHER_DOOR: "it belongs to another provider",
            Withheld.PLAINTEXT: "the address is not encrypted",
        }
        lines.append(f"the key would not be sent: {reason.get(plan.withheld, plan.withheld)}")
    if plan.further:
        lines.append(f"where that fails: at most {plan.further} more requests to the same host, free ones first")
    if plan.deep:
        lines.append("where a way works, for --deep:")
        lines += map(_request_line, plan.deep)
    lines.append(f"at most {plan.tokens} tokens in all")
    return "\n".join(lines)


def _request_line(request: PlannedRequest) -> str:
    cost = f"at most {request.tokens} tokens" if request.tokens else "free"
    made_up = "with a made-up key" if request.purpose == "key_check" else "without a key"
    key = "with the key" if request.with_key else made_up
    return f"  {request.method:4} {request.url}  ({request.purpose}, {key}, {cost})"
