"""`llmdoctor check`: measure, judge and report one target."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose import __version__
from diagnose.cli import console, output_files, printer
from diagnose.cli.completion import among, apps, of_config
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.progress import Progress
from diagnose.formats import FORMATS
from diagnose.rendering.outlet import Grammar, passed, plain
from diagnose.words import LANGS
from probes.credential_chains.names import NAMES as CREDENTIALS
from probes.credential_chains.names import NOT_USED
from probes.protocols.names import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from diagnose.cli.fixing.invocation import Invocation
    from diagnose.report import Report
    from probes.model.evidence import Evidence
    from probes.model.planned_request import Plan
    from probes.model.settings import Settings
    from probes.model.source import Source
    from probes.settings.gather import Options

    FixCallback = Callable[[Settings, Report], bool]


def output_options(command: Any) -> Any:
    """Add the options that every command with a report has."""
    for option in (
        click.option("--strict", is_flag=True, help="Warnings fail too."),
        click.option("-v", "--verbose", is_flag=True, help="Every check, all evidence, the settings that work."),
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


@click.command("check", cls=GroupedCommand)
@click.argument("target", required=False, shell_complete=of_config)
@click.option("--base-url", metavar="URL", help="The same as the argument.")
@click.option("--key-env", metavar="NAME", help="Read the key from this environment variable.")
@click.option("--key-file", metavar="PATH", help="Read the key from this file.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input.")
@click.option("--key", metavar="KEY", help="The key itself (other users can see it in the process list).")
@click.option("--curl", metavar="TEXT|-", help="The settings of a curl command; - reads standard input.")
@click.option(
    "--header", "headers", metavar="'NAME: VALUE'", multiple=True, help="Another header to send. May be repeated."
)
@click.option("--model", metavar="ID", help="The model to try; by default a small one that the server lists.")
@click.option(
    "--protocol",
    type=click.Choice(("auto", *NAMES)),
    metavar="NAME",  # too many for a line
    help=f"The protocol that the app speaks; by default that of the address. One of {', '.join(NAMES)}, and auto, "
    "which asks the host.",
)
@click.option(
    "--app",
    metavar="NAME",
    shell_complete=among(apps),
    help="Judge as this client would send it: see `llmdoctor apps`.",
)
@click.option(
    "--credential",
    type=click.Choice((*CREDENTIALS, NOT_USED)),
    help="Take the credential from where this house's own library does.",
)
@click.option(
    "--credential-process", is_flag=True, help="Run the program that your settings name for getting the credential."
)
@click.option(
    "--runtime",
    metavar="PATH|auto",
    help="Ask the app's own Python or Node too: a virtual environment, an interpreter, a script, node_modules.",
)
@click.option("--config", metavar="PATH", help="Read targets and [check] from this file and no other.")
@click.option("--env-file", metavar="PATH", help="Read this .env file and no other.")
@click.option("--no-env", is_flag=True, help="Read no environment and no file.")
@click.option(
    "--connect-to", metavar="HOST:PORT:ADDR:PORT", multiple=True, help="As curl's --connect-to. May be repeated."
)
@click.option("--dns-server", metavar="ADDR", multiple=True, help="Ask this name server as well, and compare.")
@click.option("--ca-bundle", metavar="PATH", help="More CA certificates to trust.")
@click.option("--proxy", metavar="URL", help="Use this proxy instead of the environment's.")
@click.option("--no-proxy", is_flag=True, help="Use no proxy.")
@click.option("--timeout", type=float, metavar="SECONDS", help="The limit of one step (10).")
@click.option("--deadline", type=float, metavar="SECONDS", help="The limit of the whole check (60).")
@click.option("--no-spend", is_flag=True, help="Nothing that a provider bills: no generation.")
@click.option("--deep", is_flag=True, help="Ask for tools, structured output, pictures and more too. Costs more.")
@click.option("--as-client", is_flag=True, help="Also send the request of the app itself, as recorded. Costs more.")
@click.option("--run-client", is_flag=True, help="Run the app of --app itself once too, after asking. Costs tokens.")
@click.option("--client-program", metavar="PATH", help="The program of --run-client, if it is not on PATH.")
@click.option("--offline", is_flag=True, help="Nothing leaves this machine.")
@click.option(
    "--send-anyway",
    is_flag=True,
    help="Send the key this once, even if it belongs to another known provider, or a file here names the host.",
)
@click.option(
    "--slo", metavar="NAME=TIME,…", multiple=True, help="Limits that it must meet, as in ttft=2s,total=10s,cert=21d."
)
@click.option(
    "--retries", type=click.IntRange(0, 10), default=0, help="Retry temporary errors, at most this many times."
)
@click.option("--fix", is_flag=True, help="Write the tested fix to the place of the wrong value, after asking.")
@click.option("--yes", is_flag=True, help="With --fix or --run-client: do it without asking.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be sent where, and send nothing.")
@output_options
def command(
    plan_only: bool,
    fix: bool,
    yes: bool,
    runtime: str | None,
    curl: str | None,
    retries: int,
    fmt: str,
    as_json: bool,
    output: str | None,
    save: str | None,
    lang: str | None,
    strict: bool,
    verbose: bool,
    run_client: bool,
    client_program: str | None,
    **choices: Any,
) -> None:
    """Find out why a base URL and key do not work, and what to do.

    TARGET is a base URL or the name of a target in llmdoctor.toml. Without it the settings are those that an SDK in
    this folder would use. If a file of this folder would send a secret of yours somewhere, you are asked first.
    """
    from diagnose.words import phrase
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.gather import Options

    spoken = console.language(lang, on_screen=fmt == "text" and not (as_json or output))
    if choices["key"] is not None:
        printer.say(phrase("warning.key_option", spoken))
    if choices["key_stdin"]:
        from diagnose.cli.named_files import key_from_standard_input

        choices["stdin_text"] = key_from_standard_input()
    try:
        load()  # reports an error in the user's own doors before the run starts
        if run_client:
            settings = settings_with_client(Options(**choices), client_program, {"curl": curl, "retries": retries})
        elif client_program is not None:
            raise BadInput("--client-program belongs to --run-client.")
        elif curl is None:
            settings = settings_of(Options(**choices))
        else:
            from diagnose.cli.curl_option import from_curl

            settings = from_curl(curl, Options(**choices), spoken)
        if settings.as_client:
            from probes.client_requests.recordings import demand_recorded

            demand_recorded(settings.app)
        if runtime is not None:
            from diagnose.cli.runtime_option import with_runtime

            settings = with_runtime(settings, runtime, Options(**choices), spoken)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    say_ignored(settings.ignored, spoken)
    if curl is None and fmt == "text" and not (as_json or output or save) and _is_empty(settings, Options(**choices)):
        from diagnose.cli import setup_guide

        console.tell_skipped(settings, spoken)
        mark = "✗" if console.fits_unicode() else "x"
        printer.echo(setup_guide.text(os.environ, spoken, console.width(), mark))
        sys.exit(1)
    if plan_only:
        show_plan(settings, fmt if not as_json else "json", spoken)
        return
    settings = consented(settings, spoken)
    if settings.client is not None:
        from diagnose.cli.client_start import agreed

        try:
            settings = agreed(settings, spoken, yes)
        except BadInput as error:
            raise click.ClickException(str(error)) from error
    if settings.deep:
        from probes.run.plan import plan

        if (found := plan(settings)) is not None and found.deep:
            announce(found, spoken)
    context = click.get_current_context()

    def invocation() -> Invocation:
        from diagnose.cli.fixing.invocation import invocation_of  # a sound check needs none

        return invocation_of(context)

    fix_settings = None
    if fix:
        from diagnose.cli.fix import fix_callback

        fix_settings = fix_callback(spoken, yes, invocation())
    finish(
        settings,
        "json" if as_json else fmt,
        spoken,
        output,
        save,
        strict,
        retries,
        fix_settings,
        invocation,
        verbose=verbose,
    )


def _is_empty(settings: Settings, options: Options) -> bool:
    if settings.base_url is not None or settings.key is not None:
        return False  # the guide need not be imported
    from diagnose.cli.setup_guide import is_empty

    return is_empty(settings, options)


def settings_of_app(options: Options) -> Settings | None:
    """Read the settings from the files of the app that ``--app`` names; None if other options give settings."""
    given = (options.target, options.base_url, options.config is not None, options.env_file, options.no_env)
    if options.app is None or any(given):
        return None
    from probes.app_settings.scan import of_app
    from probes.app_settings.search import this_world
    from probes.catalog import apps

    return of_app(this_world(os.environ, Path.cwd()), options, apps.load())


def settings_of(options: Options) -> Settings:
    """Return the settings of the app that ``--app`` names, as its files or its variables give them, else the user's.

    Raises BadInput as :func:`probes.settings.gather.gather` does.
    """
    from probes.settings.gather import gather

    return settings_of_app(options) or _looked_up(_somewhere(gather(options, os.environ, Path.cwd()), options))


def _somewhere(settings: Settings, options: Options) -> Settings:
    """Return the settings. Raises BadInput if only the region of their address is missing."""
    if settings.base_url is not None or settings.credential is None or settings.credential.chain.vendor != "aws":
        return settings
    if settings.key is None and options.app is None and options.protocol in (None, "auto"):
        return settings  # nothing says that Bedrock is meant
    from probes.catalog.doors import load
    from probes.settings.door_target import no_region

    door = load().get("bedrock")
    assert door is not None
    raise no_region(door.name, door.endpoints[0].base_url)


def _looked_up(settings: Settings) -> Settings:
    if settings.app is None or settings.base_url is None or not settings.base_url.source.variable:
        return settings  # the app's files need not be read
    from probes.app_settings.needed_setting import looked_up
    from probes.app_settings.search import this_world
    from probes.catalog import apps

    return looked_up(settings, this_world(os.environ, Path.cwd()), apps.load())


def settings_with_client(options: Options, program: str | None, given: dict[str, object]) -> Settings:
    """Return the app's own settings, with its run; ``program`` and ``given`` are those of :func:`with_client`.

    Raises BadInput as :func:`with_client` and :func:`probes.settings.gather.gather` do.
    """
    from diagnose.cli.client_start import with_client
    from probes.app_settings.scan import found_of_app
    from probes.app_settings.search import this_world
    from probes.catalog import apps
    from probes.settings.gather import gather

    found = found_of_app(this_world(os.environ, Path.cwd()), options, apps.load()) if options.app else None
    settings = found.settings if found is not None else _looked_up(gather(options, os.environ, Path.cwd()))
    return with_client(settings, found, options, program, given)


def say_ignored(ignored: Iterable[Source], lang: str) -> None:
    """Say on standard error which settings of a folder's file do not count, and what makes them count."""
    for source in dict.fromkeys(ignored):
        from diagnose.rendering.report_parts import word

        key = "consent.ignored_doors" if source.name.startswith("doors.") else "consent.ignored_flag"
        printer.say(word(lang, key, source=source))


def consented(settings: Settings, lang: str) -> Settings:
    """Return the settings with the user's consent, if files of the folder need it and the user gives it when asked."""
    if settings.override is None or not settings.override.withheld:
        return settings
    from diagnose.cli.consent_question import with_answer

    return with_answer([settings], Path.cwd(), lang)[0]


def finish(
    settings: Settings,
    fmt: str,
    lang: str,
    output: str | None,
    save: str | None,
    strict: bool,
    retries: int = 0,
    fix_settings: FixCallback | None = None,
    invocation: Callable[[], Invocation | None] = lambda: None,
    verbose: bool = False,
) -> None:
    """Measure, judge, write the report and exit with its status, or with 0 if ``fix_settings`` has fixed everything.

    ``invocation`` returns the command line, if it can be repeated with a fix.
    """
    from diagnose.cli.fixing import with_commands
    from diagnose.cli.retries import until_it_works

    console.tell_skipped(settings, lang)
    progress = Progress(lang, fmt, settings.limits.probe)
    try:
        evidence = until_it_works(lambda: measure(settings, progress, fmt), retries)
    finally:
        progress.end()
    if save is not None:
        from probes.model.archive import dump
        from probes.model.known_secrets import KNOWN
        from probes.steps.recorder import scrubbed

        output_files.save(Path(save), passed(dump(scrubbed(evidence, KNOWN.scrub)), Grammar.JSON))
    from diagnose.judging.judge import judge

    report = with_commands(judge(evidence, lang), settings, invocation, lang)
    console.write(report, fmt, lang, output, strict, verbose)
    if fix_settings is not None and fix_settings(settings, report):
        sys.exit(0)
    sys.exit(console.status(report, fmt, strict))


# What every check needs after the first connection, and what a report needs.
LATER = ("probes.network.http1", "diagnose.judging.judge", "diagnose.judging.finding_text", "diagnose.formats.{fmt}")


def measure(settings: Settings, progress: Progress, fmt: str = "text") -> Evidence:
    """Run one check, on a new event loop if it needs the network. Ctrl-C ends it with the evidence so far."""
    from diagnose.cli.loading import LoadingInWaits
    from probes.run.local_run import LocalRun

    waits = LoadingInWaits((name.format(fmt=fmt) for name in LATER), progress.waits)
    begun = LocalRun(settings, watch=progress.watch, waits=waits, version=__version__)
    if begun.ends and settings.renamed is None and settings.runtime is None:
        return begun.ended()
    from diagnose.cli.event_loop import run as run_event_loop
    from probes.run.engine import go_on

    return run_event_loop(go_on(begun))


def show_plan(settings: Settings, fmt: str, lang: str) -> None:
    """Print the requests that a run would send, and the most tokens that they can cost.

    Raises click.ClickException if the settings have no address.
    """
    from diagnose.cli.list_width import list_width
    from diagnose.tables.plan_lines import document, text
    from diagnose.words import part
    from probes.run.plan import plan

    console.tell_skipped(settings, lang)
    found = plan(settings)
    if found is None:
        raise click.ClickException(part(lang, "plan").PLAN["no_address"])
    if fmt == "json":
        printer.echo_json({**document(found), **_client_document(settings)})
        return
    printer.echo(text(found, lang, list_width()))
    if settings.client is not None:
        from diagnose.cli.client_start import lines

        printer.echo("\n".join(map(plain, lines(settings, lang))))


def _client_document(settings: Settings) -> dict[str, object]:
    if settings.client is None:
        return {}
    from diagnose.cli.client_start import document

    return {"client": document(settings)}


def announce(plan: Plan, lang: str) -> None:
    """Print on standard error the most that a deep check can cost, before it starts."""
    from diagnose.words import deep
    from probes.capabilities.feature_plan import MOST

    tokens = sum(request.tokens for request in plan.deep)
    printer.say(deep("AROUND", "announced", lang, count=MOST, tokens=tokens))
