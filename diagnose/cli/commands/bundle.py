"""`llmdoctor bundle`: one file for support with a check, the places of settings, versions, proxies and certificates."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose import __version__, interruption
from diagnose.cli import console, named_files, output_files, printer
from diagnose.cli.commands import check, scan
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.progress import Progress
from diagnose.cli.usage_errors import WrongFile, WrongUse
from diagnose.rendering.outlet import Grammar, passed
from diagnose.words import LANGS, part, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diagnose.report import Report
    from probes.app_settings.scan import ScanResult
    from probes.model.settings import Settings
    from probes.run.machine_facts import MachineFacts

DEFAULT = "llmdoctor-bundle.json"
SHOWN = 6  # names in a line of what the file will hold
# The options of `check` that say what to check and how.
_TAKEN = frozenset(
    (
        *("target", "base_url", "key_env", "key_file", "key_stdin", "key", "headers", "model", "protocol", "app"),
        *("config", "env_file", "no_env", "connect_to", "dns_server", "ca_bundle", "proxy", "no_proxy", "timeout"),
        *("deadline", "no_spend", "offline", "send_anyway"),
    )
)


@click.command("bundle", cls=GroupedCommand)
@click.option("-o", "output", type=click.Path(dir_okay=False), default=DEFAULT, help=f"The file to write ({DEFAULT}).")
@click.option("--no-scan", is_flag=True, help="Leave out which settings of which apps are here.")
@click.option("--redact-hosts", is_flag=True, help="Hide the names of hosts that are no known provider's.")
@click.option("--yes", is_flag=True, help="Write it without asking: for scripts.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
@click.option("-v", "--verbose", is_flag=True, help="Show every line of it before it is written.")
def command(
    output: str,
    no_scan: bool,
    redact_hosts: bool,
    yes: bool,
    force: bool,
    lang: str | None,
    verbose: bool,
    **choices: Any,
) -> None:
    """Write one file for support: a check, the places of settings, versions, proxies and certificates.

    It shows what the file will contain, and asks before it writes. No key, password or value of a setting is in it.
    `llmdoctor judge FILE` and the page of `llmdoctor serve` open it.
    """
    spoken = console.language(lang)
    words: dict[str, str] = part(spoken, "support_bundle").BUNDLE
    asks = _can_ask()
    if not yes and not asks:
        raise WrongUse("`bundle` asks before it writes, and here it cannot ask. In a script, add --yes.")
    exists = os.path.lexists(output)
    if exists and not force and (yes or not asks):
        raise WrongFile("{path} exists. Name another file with -o, or add --force.", path=output)
    settings = _settings(choices, spoken)
    report, whole, found, facts, hosts = _measured(settings, no_scan, redact_hosts, spoken)
    text = f"{_dumped(whole)}\n"
    printer.say(put(words["holds"], {"path": output, "size": f"{len(text.encode()) / 1000:.0f} KB"}))
    for line in _contents(whole, report, found, facts, words):
        printer.echo(line, err=True)
    printer.echo("", err=True)
    _say(words["no_secret"])
    if hosts:
        kept = {"names": words_joined(hosts), "count": len(hosts)}
        _say(put(words["hosts_hidden" if redact_hosts else "hosts"], kept))
    if verbose:
        printer.echo(text, err=True, nl=False)
    else:
        _say(words["whole"])
    question = put(words["ask_over"], {"path": output}) if exists and not force else words["ask"]
    if not yes and not printer.agrees(question):
        printer.say(words["kept"])
        sys.exit(1)
    output_files.save(output, passed(text, Grammar.JSON))
    printer.say(put(words["wrote"], {"path": output}))


command.params[0:0] = [one for one in check.command.params if one.name in _TAKEN]


def _can_ask() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _say(text: str) -> None:
    from diagnose.rendering.line_breaks import wrapped
    from diagnose.rendering.outlet import plain

    width = console.columns() if sys.stderr.isatty() else None
    printer.echo("\n".join(wrapped(plain(text), width)), err=True)


def words_joined(names: list[str]) -> str:
    """Return up to :data:`SHOWN` names, and how many more there are."""
    more = f", +{len(names) - SHOWN}" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _settings(choices: dict[str, Any], lang: str) -> Settings:
    """Return the settings to check, with the user's consent. Raises click.ClickException for invalid ones."""
    from diagnose.words import phrase
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.gather import Options

    if choices["key"] is not None:
        printer.say(phrase("warning.key_option", lang))
    if choices["key_stdin"]:
        choices["stdin_text"] = named_files.key_from_standard_input()
    options = Options(**choices)
    try:
        load()  # reports an error in the user's own doors before the run starts
        settings = check.settings_of(options)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    check.say_ignored(settings.ignored, lang)
    return check.consented(settings, lang)


def _measured(
    settings: Settings, no_scan: bool, redact_hosts: bool, lang: str
) -> tuple[Report, dict[str, Any], ScanResult | None, MachineFacts, list[str]]:
    """Check, scan and look at the machine. Return the document of the bundle, what it shows, and the hosts in it."""
    from diagnose.formats.json import document as report_document
    from diagnose.judging import support_bundle
    from diagnose.judging.judge import judge
    from probes.model.known_secrets import KNOWN
    from probes.run.machine_facts import machine_facts
    from probes.run.offline_checks import scrubber
    from probes.steps.recorder import scrubbed

    console.tell_skipped(settings, lang)
    progress = Progress(lang, "text", settings.limits.probe)
    try:
        evidence = check.measure(settings, progress)
    finally:
        progress.end()
    if evidence.interrupted:
        sys.exit(interruption.status_of(interruption.INTERRUPTED))
    evidence = scrubbed(evidence, KNOWN.scrub)
    report = judge(evidence, lang)
    found = None if no_scan else _found()
    facts = machine_facts(os.environ, Path.cwd())
    hosts = support_bundle.hosts_of(evidence, _hosts_of_proxies(facts))
    filters: list[Callable[[str], str]] = [KNOWN.scrub, scrubber(settings), support_bundle.without_home(*_home())]
    if redact_hosts:
        filters.append(support_bundle.without_hosts(hosts))

    def cleaned(text: str) -> str:
        for one in filters:
            text = one(text)
        return text

    parts = support_bundle.BundleParts(
        __version__,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        report_document(report),
        evidence,
        tuple(_places(found)) if found is not None else (),
        tuple(_not_read(found, lang)) if found is not None else (),
        _machine(facts),
    )
    hidden = ["home", *(["hosts"] if redact_hosts else [])]
    return report, support_bundle.document(parts, cleaned, hidden), found, facts, hosts


def _hosts_of_proxies(facts: MachineFacts) -> Iterator[str]:
    """Yield the addresses of the proxies, and the hosts that are to be reached without one."""
    for one in facts.proxies:
        yield from (host.strip().lstrip("*.") for host in one.value.split(","))


def _found() -> ScanResult:
    """Search this machine as `scan` does. Raises click.ClickException for an invalid llmdoctor.toml."""
    from probes.app_settings.scan import find
    from probes.app_settings.search import this_world
    from probes.catalog import apps
    from probes.model.settings import BadInput
    from probes.settings.gather import Options

    try:
        return find(this_world(os.environ, Path.cwd()), Options(offline=True), apps.load())
    except BadInput as error:
        raise click.ClickException(str(error)) from error


def _home() -> tuple[str, str]:
    """Return the home folder and the user's name, each empty if it is unknown or says nothing."""
    try:
        home = Path.home()
    except RuntimeError:
        return "", ""
    return str(home), home.name


def _places(found: ScanResult) -> Iterator[dict[str, Any]]:
    """Yield where each app has which setting: names and places, no values."""
    for one in found.found:
        target = scan.target_of(one)
        yield {name: target[name] for name in ("app", "name", "where", "protocol", "sources", "beyond")}


def _not_read(found: ScanResult, lang: str) -> Iterator[dict[str, str]]:
    from diagnose.rendering.report_parts import word

    for note in scan.notes_of(found):
        place = " ".join(filter(None, (note.app, note.place)))
        yield {"place": place, "why": word(lang, note.words, form=note.form)}


def _machine(facts: MachineFacts) -> dict[str, Any]:
    """Return the sections of the document about the machine."""
    return {
        "machine": {
            "llmdoctor": __version__,
            "python": facts.python,
            "openssl": facts.openssl,
            "system": facts.system,
            "container": facts.container,
            "wsl": facts.wsl,
        },
        "packages": [one._asdict() for one in facts.packages],
        "proxies": [{"name": one.name, "value": one.value} for one in facts.proxies],
        "roots": [one._asdict() for one in facts.roots],
    }


def _contents(
    whole: dict[str, Any], report: Report, found: ScanResult | None, facts: MachineFacts, words: dict[str, str]
) -> Iterator[str]:
    """Yield the lines of what the file will hold. They are made of the document itself."""
    from diagnose.rendering.lists import labelled
    from diagnose.rendering.outlet import plain

    target, machine = whole["report"]["target"], whole["machine"]
    checked = [target["base_url"] or words["none"], whole["report"]["root_cause"] or whole["report"]["verdict"]]
    if target["key"]:
        checked.append(put(words["key"], {"hint": target["key"]["hint"]}))
    names = list(dict.fromkeys(one["app"] for one in whole["scan"]))
    places = put(words["places"], {"count": len(whole["scan"]), "names": words_joined(names) or words["none"]})
    packages = [f"{one['name']} {one['version']}" for one in whole["packages"]]
    rows = [
        (words["check"], " · ".join(checked)),
        (words["scan"], words["left_out"] if found is None else places),
        (words["versions"], f"llmdoctor {__version__}, Python {machine['python']}, {machine['openssl']}"),
        (words["system"], machine["system"]),
        (words["packages"], words_joined(packages) or words["none"]),
        (words["proxies"], ", ".join(f"{one['name']}={one['value']}" for one in whole["proxies"]) or words["none"]),
        (words["roots"], ", ".join(f"{one['name']} {one['value']}" for one in whole["roots"])),
    ]
    width = console.columns() if sys.stderr.isatty() else None
    yield from labelled([(label, plain(value)) for label, value in rows], width)


def _dumped(whole: dict[str, Any]) -> str:
    from diagnose.formats.json import dumps

    return dumps(whole, indent=1)
