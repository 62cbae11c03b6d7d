"""`llmdoctor snippet`: print settings and code to paste, from settings that worked in a check."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose.cli import console, named_files, printer
from diagnose.cli.commands import check
from diagnose.cli.curl_option import from_curl
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.progress import Progress
from diagnose.cli.usage_errors import WrongFile, WrongUse, meant
from diagnose.rendering.outlet import plain
from diagnose.words import LANGS, phrase
from probes.settings.options import shown_word

if TYPE_CHECKING:
    from diagnose.snippets.snippets import Snippet, WorkingSettings
    from probes.model.settings import Settings

# The options of `check` that `snippet` has too: they say what to check and how.
_TAKEN = frozenset(
    (
        *("target", "base_url", "key_env", "key_file", "key_stdin", "key", "curl", "model", "protocol", "config"),
        *("env_file", "no_env", "connect_to", "dns_server", "ca_bundle", "proxy", "no_proxy", "timeout", "deadline"),
        *("send_anyway", "offline", "credential", "credential_process"),
    )
)


@click.command("snippet", cls=GroupedCommand)
@click.option("--app", "wanted", metavar="NAME", help="Only this: an app's name, sdk, curl, env, shell, python, node.")
@click.option("--from", "source", metavar="FILE", help="Settings from a saved run or a JSON report, without a check.")
@click.option("--list", "listing", is_flag=True, help="The names that --app takes.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(
    wanted: str | None, source: str | None, listing: bool, as_json: bool, lang: str | None, **choices: Any
) -> None:
    """Print settings and code to paste, made from settings that work.

    It runs `llmdoctor check` with the same options first. In what it prints, a key is the name of its variable.
    """
    from diagnose.snippets.snippets import groups, templates, write

    names = dict.fromkeys((*groups(), *(one.id for one in templates())))
    if listing:
        printer.echo("\n".join(names))
        return
    if wanted is not None and wanted not in names:
        import difflib

        near = difflib.get_close_matches(wanted, names, 3)
        raise WrongUse(
            "There is no snippet for {name}. {hint}",
            follow=(*(f"snippet --app {one}" for one in near[:1]), "snippet --list"),
            name=shown_word(wanted),
            hint=meant(near),
        )
    spoken = console.language(lang)
    if choices["protocol"] is None and wanted is not None:
        choices["protocol"] = _spoken_alone(wanted)
    working = _saved(source, spoken) if source is not None else _checked(choices, spoken)
    found = list(write(working, wanted))
    if not found:
        values = {"names": wanted or "", "protocol": working.protocol, "base_url": working.base_url}
        raise click.ClickException(phrase("snippet.unspoken", spoken, values))
    if as_json:
        printer.echo_json([one._asdict() for one in found])
        return
    for one in found:
        lone = len(found) == 1  # users redirect a single snippet into a file, so its heading goes to standard error
        printer.echo(_above(one, working, spoken), err=lone)
        printer.echo(one.text + "\n" * (not lone), nl=False)


def _spoken_alone(wanted: str) -> str | None:
    """Return the protocol of a client that speaks only one, else None."""
    from diagnose.snippets.snippets import templates

    spoken = {name for one in templates() if wanted in (one.group, one.id) for name in one.protocols}
    return spoken.pop() if len(spoken) == 1 else None


command.params[0:0] = [one for one in check.command.params if one.name in _TAKEN]


def _above(one: Snippet, working: WorkingSettings, lang: str) -> str:
    """Return the heading of a snippet and the notes on it."""
    notes = [phrase("snippet.file", lang, {"path": one.file})] if one.file else []
    if one.key_in:
        values = {"names": one.title, "variable": one.key_in, "source": working.key_env}
        notes.append(phrase("snippet.key_in", lang, values))
    if working.headers:
        names = ", ".join(f"{name} ({place})" if place else name for name, place in working.headers)
        notes.append(phrase("snippet.headers", lang, {"names": names}))
    return "\n".join((f"## {one.title}", *(f"# {plain(note)}" for note in notes)))


# -- the settings ------------------------------------------------------------------------------------------------------


def _saved(name: str, lang: str) -> WorkingSettings:
    """Return the working settings of a JSON report or a saved run. Raises click.ClickException if there are none."""
    from diagnose.judging.judge import judge
    from diagnose.judging.saved_run import read
    from diagnose.snippets.snippets import from_document, working_of
    from probes.model.archive import ArchiveError

    text = named_files.text(name)
    try:
        document = json.loads(text)
        if isinstance(document, dict) and str(document.get("schema", "")).startswith("llmdoctor.report/"):
            working, cause = from_document(document), document.get("root_cause")
        else:
            report = judge(read(text), lang)
            working, cause = working_of(report), report.root_cause
    except (ValueError, ArchiveError, RecursionError):
        raise WrongFile("{path}: {why}.", path=name, why="it is neither a report nor a saved run") from None
    if working is None:
        raise click.ClickException(phrase("snippet.nothing", lang, {"detail": str(cause or "?")}))
    return working


def _checked(choices: dict[str, Any], lang: str) -> WorkingSettings:
    """Return the settings that worked in a check, or with ``--offline`` the given settings."""
    from diagnose.cli.named_files import key_from_standard_input
    from diagnose.judging.judge import judge
    from diagnose.snippets.snippets import working_of
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.gather import Options, gather

    curl = choices.pop("curl", None)
    if choices["key_stdin"]:
        choices["stdin_text"] = key_from_standard_input()
    try:
        load()
        options = Options(**choices)
        settings = from_curl(curl, options, lang) if curl else gather(options, os.environ, Path.cwd())
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    check.say_ignored(settings.ignored, lang)
    if choices["offline"]:
        return _given(settings, lang)
    settings = check.consented(settings, lang)
    progress = Progress(lang, "text", settings.limits.probe)
    try:
        evidence = check.measure(settings, progress)
    finally:
        progress.end()
    console.tell_skipped(settings, lang)
    report = judge(evidence, lang)
    working = working_of(report)
    if working is None:
        finding = next((one for one in report.findings if one.code == report.root_cause), None)
        detail = f"{finding.title} ({finding.code})" if finding else report.verdict.value
        printer.say(phrase("snippet.nothing", lang, {"detail": detail}))
        sys.exit(1)
    return working


def _given(settings: Settings, lang: str) -> WorkingSettings:
    """Return the given settings, untested, with the protocol that they are probably meant for."""
    from diagnose.snippets.snippets import WorkingSettings, key_variable
    from probes.protocols.protocol import wire
    from probes.run.offline_checks import scrubber, survey
    from probes.steps.recorder import Recorder

    console.tell_skipped(settings, lang)
    scrub = scrubber(settings)
    checked = survey(settings, Recorder(settings.limits, scrub), scrub)
    base = checked.exams.url.mended
    if base is None or scrub(base) != base:  # with a key in it, the address cannot be shown
        raise click.ClickException(phrase("snippet.no_address", lang))
    if settings.override is not None and settings.override.in_address:
        raise click.ClickException(phrase("snippet.nothing", lang, {"detail": "settings.project_override"}))
    if settings.model is None:
        raise click.ClickException(phrase("snippet.no_model", lang))
    printer.say(f"{phrase('curl.note', lang)}: {phrase('snippet.untried', lang)}")
    protocol = wire(checked.protocol)
    auth = settings.auth.value if settings.auth else protocol.styles[0] if settings.key else None
    region = ""
    if settings.credential is not None:
        from probes.credential_chains.chain import chain_of

        chosen = settings.credential.chain.choice("region")
        region = chosen.value if chosen is not None else ""
        if checked.credential is not None:
            auth = chain_of(settings.credential.chain.vendor).auth
    return WorkingSettings(
        checked.protocol,
        base,
        settings.model.value,
        auth.value if auth else "none",
        key_variable(settings.key.source if settings.key else None, checked.protocol, auth.value if auth else ""),
        settings.api_version.value if settings.api_version else (protocol.versions or ("",))[0],
        region=region,
    )
