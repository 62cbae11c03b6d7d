"""The option `--runtime`: find the app's own Python or Node, and ask before one of the folder is run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from diagnose import interruption
from diagnose.cli import printer
from diagnose.cli.consent_question import can_ask, says_yes
from diagnose.rendering.report_parts import word
from probes.app_runtime.find_runtime import PROGRAMS, environment_for, find_runtime
from probes.catalog import node_runtime
from probes.model.record import replace
from probes.model.settings import BadInput
from probes.processes.child_process import end_running
from probes.settings.options import shown_path

if TYPE_CHECKING:
    from probes.model.settings import Settings
    from probes.settings.options import Options


def with_runtime(
    settings: Settings, choice: str, options: Options, lang: str, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings with the runtime that ``choice`` names: a path, or ``auto``.

    Raises BadInput if there is none, and if it was merely found in the folder and nobody agrees that it is run: its
    programs are the folder's.
    """
    cwd = Path.cwd()
    app = settings.app or ""
    found, found_there = find_runtime(choice, environ, cwd, PROGRAMS.get(app, app), node=node_runtime.runs(app))
    place = shown_path(Path(found.program), cwd)
    if found_there:
        where = shown_path(Path(found.folder), cwd)
        if can_ask():
            printer.say(word(lang, "runtime.found", path=where))
            agreed = says_yes(word(lang, "runtime.ask"), lang)
        else:
            agreed = False
        if not agreed:
            raise BadInput(
                "{path} was found in this folder, and to ask it runs programs of the folder. If you trust them: "
                "--runtime {path}",
                path=where if where != "." else "./node_modules",
            )
    interruption.at_end(end_running)
    kept = environment_for(environ, options.proxy, options.no_proxy)
    return replace(settings, runtime=replace(found, shown=place, environ=tuple(sorted(kept.items()))))
