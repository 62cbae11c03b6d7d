"""`check --run-client`: find the app's program, say what running it does and costs, and ask before it is run."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnose.cli import printer
from diagnose.cli.consent_question import can_ask
from diagnose.rendering.report_parts import source_text
from diagnose.words import part, put
from probes.catalog import apps
from probes.client_run.client_preparation import prepared
from probes.client_run.command_line import command_line
from probes.model.record import replace
from probes.model.sentence import Sentence
from probes.model.settings import BadInput, Settings
from probes.processes.program_search import find_program, home_of_user, named_program
from probes.run.plan import client_permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.app_settings.scan import FoundSettings
    from probes.catalog.app import App, ClientProgram
    from probes.settings.options import Options

# Options whose values no app reads: with one of them, it would be another check than the app's run.
_NOT_OF_APPS = (
    *("target", "base_url", "key", "key_env", "key_file", "key_stdin", "config", "env_file", "no_env", "headers"),
    "connect_to",
)


def with_client(
    settings: Settings, found: FoundSettings | None, options: Options, named: str | None, given: Mapping[str, object]
) -> Settings:
    """Return the settings with the run of the app that ``--app`` names.

    ``found`` is what the app's files set, ``named`` the value of ``--client-program``, ``given`` the options of the
    command line that are no settings. Raises BadInput if there is no such app or program, or if options contradict it.
    """
    app = apps.load().get(options.app)
    offered = ", ".join(one.id for one in apps.load() if one.run is not None and not one.run.refused)
    if app is None:
        raise BadInput("--run-client needs --app with one of these: {names}.", names=offered)
    if app.run is None or app.run.refused:
        raise BadInput("--run-client cannot run {name}; it runs: {names}.", name=app.name, names=offered)
    values = {name: getattr(options, name) for name in _NOT_OF_APPS} | dict(given)
    if wrong := next((name for name, value in values.items() if value), None):
        option = {"headers": "--header", "target": Sentence("the address")}.get(wrong, _option(wrong))
        raise BadInput(
            "--run-client runs {name} with its own settings: leave out {option}.", name=app.name, option=option
        )
    path = _program(app.run, named)
    return replace(settings, client=prepared(settings, app, found, str(path)), app=app.id)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _program(row: ClientProgram, named: str | None) -> Path:
    windows = sys.platform == "win32"
    if named is not None:
        path = named_program(named, Path.cwd(), windows=windows)
        if path is None:
            raise BadInput("--client-program: {path} is no program that can be started.", path=named)
        return path
    path = find_program(row.program, os.environ, Path.cwd(), home_of_user(), windows=windows)
    if path is None:
        raise BadInput(
            "{program} is not on PATH (programs in this folder do not count). Name it with --client-program.",
            program=row.program,
        )
    return path


def agreed(settings: Settings, lang: str, yes: bool) -> Settings:
    """Say what the run does and costs, ask, and return the settings, without the run if the user declines.

    Raises BadInput if there is nobody to ask and ``yes`` was not given.
    """
    import click

    if settings.client is None or client_permission(settings).refused is not None:
        return settings  # nothing is started, and the report says why
    if not (yes or can_ask()):
        raise BadInput("--run-client asks before it starts another program: add --yes, or use a terminal.")
    for line in lines(settings, lang):
        printer.say(line)
    words: dict[str, str] = part(lang, "client_run").CLIENT
    if not yes:
        try:
            said = printer.agrees(words["ask"])
        except click.Abort:
            said = False
        if not said:
            printer.say(put(words["declined"], {"name": _app(settings).name}))
            return replace(settings, client=None)
    return settings


def lines(settings: Settings, lang: str) -> Iterator[str]:
    """Yield lines that say what the run does, costs and leaves behind, or why it would not take place."""
    app, start = _app(settings), settings.client
    assert app.run is not None and start is not None
    words: dict[str, str] = part(lang, "client_run").CLIENT
    row, allowed = app.run, client_permission(settings)
    if allowed.refused is not None:
        because = source_text(start.because, lang) if start.because is not None else ""
        why = put(words[f"why.{allowed.refused}"], {"source": because})
        yield put(words["not_run"], {"name": app.name, "why": why})
        return
    shown = _shown(settings, allowed.recorder)
    host = settings.base_url.value if settings.base_url is not None else ""
    yield put(words["announce"], {"name": app.name, "path": start.path})
    yield put(words["command"], {"command": shlex.join((row.program, *shown["arguments"]))})
    if shown["switches"]:
        yield put(words["switches"], {"switches": " ".join(shown["switches"])})
    numbers = {"tokens": row.tokens, "requests": row.requests, "seconds": f"{row.seconds:g}", "limit": f"{row.limit:g}"}
    yield put(words["cost"], {"host": _host(host), **numbers})
    yield put(words["recorded" if allowed.recorder else "again"], {"host": _host(host)})
    if row.leaves:
        yield put(words["leaves"], {"leaves": ", ".join(row.leaves)})


def document(settings: Settings) -> dict[str, object]:
    """Return what `--plan --json` says about the run."""
    app, start = _app(settings), settings.client
    assert app.run is not None and start is not None
    allowed = client_permission(settings)
    shown = _shown(settings, allowed.recorder)
    return {
        "app": app.id,
        "program": start.path,
        **shown,
        "not_run": str(allowed.refused) if allowed.refused is not None else None,
        "recorder": allowed.recorder,
        "tokens": app.run.tokens,
        "requests": app.run.requests,
        "limit_s": app.run.limit,
        "leaves": list(app.run.leaves),
    }


def _shown(settings: Settings, recorded: bool) -> dict[str, Any]:
    app, start = _app(settings), settings.client
    assert app.run is not None and start is not None
    protocol = settings.protocol.value if settings.protocol.value != "auto" else app.wires[0].protocol
    url = "http://127.0.0.1:PORT" if recorded else ""
    line = command_line(app.run, protocol, start.provider, start.model, url)
    if line is None:
        return {"arguments": [], "switches": []}
    return {"arguments": list(line.shown), "switches": [f"{name}={value}" for name, value in line.env]}


def _app(settings: Settings) -> App:
    app = apps.load().get(settings.app)
    assert app is not None, "the command line has checked it"
    return app


def _host(url: str) -> str:
    from probes.settings.consent import address

    found = address(url)
    return found[0] if found is not None else url
