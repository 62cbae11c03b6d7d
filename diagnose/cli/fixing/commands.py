"""Complete a report's fixes with the commands that apply them, and with what is left to do by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from diagnose.cli.fixing import shell_lines
from diagnose.cli.fixing.changes import Role, ValueChange, changes
from diagnose.cli.fixing.file_changes import RefusedChange, file_changes, in_file
from diagnose.cli.fixing.invocation import Invocation
from diagnose.cli.fixing.origins import with_origins
from diagnose.report import Fix, Place, Report
from diagnose.words import part, put
from probes.model.record import replace
from probes.model.secret import hint
from probes.model.settings import Settings
from probes.model.source import SourceKind

# Settings of a fix that are a variable's value for any program, with the variable.
_VARIABLES = {
    "no_proxy": "NO_PROXY",
    "ssl_cert_file": "SSL_CERT_FILE",
    "node_extra_ca_certs": "NODE_EXTRA_CA_CERTS",
    "node_use_system_ca": "NODE_USE_SYSTEM_CA",
}


def completed(report: Report, settings: Settings, invocation: Invocation | None, lang: str) -> Report:
    """Return the report with commands, places and manual steps in each tested fix.

    ``invocation`` is the command that can be repeated; None if this run has none.
    """
    if not any(fix.verified for finding in report.findings for fix in finding.fixes):
        return report
    every, spoken = changes(settings, report), str(report.target["protocol"])
    findings = [
        replace(finding, fixes=tuple(_completed(fix, every, invocation, spoken, lang) for fix in finding.fixes))
        for finding in report.findings
    ]
    return replace(report, findings=tuple(findings))


def _completed(fix: Fix, every: Sequence[ValueChange], invocation: Invocation | None, spoken: str, lang: str) -> Fix:
    if not fix.verified:
        return fix
    shell = shell_lines.shell_of()
    own = with_origins([one for one in every if _is_part(one, fix)])
    _, refused = file_changes(own)
    manual = list(by_hand(own, refused, fix, invocation, spoken, lang))
    lines: list[str] = []
    if refused:
        left = [text for text, _ in manual] + _others(own, refused, lang)
    else:
        if any(in_file(one.source) for one in own) and invocation is not None and invocation.complete:
            lines.append(changed_line(own, invocation, shell, fix=True))
        lines += [line for _, line in manual if line]
        left = [text for text, line in manual if not line]
        left += _in_pipeline(own, lang)
    places = tuple(_place(place, own) for place in fix.places)
    return replace(fix, places=places, command="\n".join(dict.fromkeys(lines)), by_hand=tuple(dict.fromkeys(left)))


def _in_pipeline(own: Sequence[ValueChange], lang: str) -> list[str]:
    """Return where a pipeline sets a variable: a line in one of its steps holds for that step alone."""
    if not any(os.environ.get(name) for name in ("CI", "TF_BUILD", "JENKINS_URL")):
        return []
    set_there = [one for one in own if one.source.kind is SourceKind.ENVIRONMENT]
    return [say("pipeline", lang, variable=one.name) for one in set_there]


def _is_part(change: ValueChange, fix: Fix) -> bool:
    if change.new_name:
        return "rename" in fix.settings or "key_source" in fix.settings
    if change.removed:
        return "key_source" in fix.settings
    return change.role in fix.settings


def changed_line(own: Sequence[ValueChange], invocation: Invocation, shell: str, *, fix: bool = False) -> str:
    """Return the command with the changed options and argument, and with ``--fix`` if ``fix``."""
    for one in own:
        invocation = invocation.with_change(one) or invocation
    return invocation.line(shell, *(("--fix",) if fix else ()))


def by_hand(
    own: Sequence[ValueChange],
    refused: Sequence[RefusedChange],
    fix: Fix,
    invocation: Invocation | None,
    spoken: str,
    lang: str,
) -> Iterator[tuple[str, str]]:
    """Yield what no file change does: a sentence, and the line for the shell that does it, empty if there is none.

    ``spoken`` is the protocol of the settings as given.
    """
    shell = shell_lines.shell_of()
    for change, reason in refused:
        yield refusal(change, reason, lang), shell_line(change, shell) if reason == "removed" else ""
    for one in own:
        if in_file(one.source) or one.source.kind is SourceKind.DEMO:  # nobody can change a demo's settings
            continue
        if not one.new.isprintable():
            yield refusal(one, "unprintable", lang), ""
        elif one.source.kind is SourceKind.ENVIRONMENT:
            line = shell_line(one, shell)
            key = "shell" if line else "shell_key" if one.role is Role.KEY else "shell_by_hand"
            yield say(key, lang, variable=one.source.name, command=line, detail=_shown(one)), line
        elif one.source.kind in (SourceKind.OPTION, SourceKind.ARGUMENT):
            repeat = invocation.with_change(one) if invocation is not None and invocation.complete else None
            line = changed_line(own, invocation, shell) if repeat is not None and invocation is not None else ""
            key = "option" if line else "option_key" if one.role is Role.KEY else "option_by_hand"
            detail = _shown(one) if one.source.kind is SourceKind.ARGUMENT else f"{one.source.name} {_shown(one)}"
            yield say(key, lang, source=str(one.source), command=line, detail=detail), line
        else:  # standard input, a form, a pasted command
            key = "option_key" if one.role is Role.KEY else "option_by_hand"
            yield say(key, lang, source=str(one.source), detail=_shown(one)), ""
    yield from _settings_by_hand(fix, own, spoken, lang)


def _settings_by_hand(fix: Fix, own: Sequence[ValueChange], spoken: str, lang: str) -> Iterator[tuple[str, str]]:
    """Yield what a fix changes besides the user's own settings: variables of the system, settings of the app.

    ``spoken`` is the protocol of the settings as given.
    """
    shell = shell_lines.shell_of()
    roles = {str(one.role) for one in own}
    for name, value in fix.settings.items():
        if name in roles or (name == "protocol" and value == spoken):
            continue
        if name in _VARIABLES:
            text = "1" if value is True else str(value)
            variable = _VARIABLES[name]
            line = shell_lines.setting(variable, text, shell) if text else shell_lines.removal(variable, shell)
            yield say("variable", lang, variable=variable, command=line), line
        elif name in ("protocol", "auth", "proxy", "unset"):
            yield say(name, lang, detail=str(value), base_url=str(fix.settings.get("base_url") or "")), ""
        elif name == "stream":
            yield say("streaming" if value else "no_streaming", lang), ""
        elif name == "websocket":
            yield say("no_websocket", lang), ""
        elif name == "key_source" and not any(one.role is Role.KEY for one in own):
            yield say("key_source", lang, source=str(value)), ""
        elif name == "base_url" and "protocol" not in fix.settings:
            place = next((one for one in fix.places if not one.file and one.value_shown == value), None)
            if place is not None and place.kind is SourceKind.NONE:
                line = shell_lines.setting(place.name, str(value), shell)
                yield say("variable", lang, variable=place.name, command=line), line


def shell_line(change: ValueChange, shell: str) -> str:
    """Return the line that makes a change of a variable in the user's shell; empty if there is none without a key."""
    name = change.source.name
    if change.source.kind is not SourceKind.ENVIRONMENT or not change.new.isprintable():
        return ""
    if change.removed:
        return shell_lines.removal(name, shell)
    if change.role is Role.KEY:
        if change.new != change.old:
            return shell_lines.cleaning(name, change.old, change.new, shell, change.new_name)
        return shell_lines.renaming(name, change.new_name, shell)
    return shell_lines.setting(change.name, change.new, shell)


def refusal(change: ValueChange, reason: str, lang: str) -> str:
    """Return the sentence for a change that is not written: what to change by hand, and why."""
    why = part(lang, "fixing").REASONS.get(reason, "")
    if change.removed:
        return say("remove", lang, source=str(change.source))
    if reason == "unprintable":
        return say("unprintable", lang, source=str(change.source))
    key = "by_hand_name" if change.new_name else "by_hand_key" if change.role is Role.KEY else "by_hand"
    return say(key, lang, source=str(change.source), detail=change.new_name or _shown(change), reason=why)


def _others(own: Sequence[ValueChange], refused: Sequence[RefusedChange], lang: str) -> list[str]:
    """Return the sentences for changes that are held back because others of the same fix cannot be made."""
    held = [one for one in own if in_file(one.source) and all(one is not each.change for each in refused)]
    return [refusal(one, "together", lang) for one in held]


def _shown(change: ValueChange) -> str:
    # In quotes if a shell would read more than a text: what is pasted into a `.env` may be sourced.
    return "" if change.role is Role.KEY else shell_lines.word(change.new, shell_lines.shell_of())


def _place(place: Place, own: Sequence[ValueChange]) -> Place:
    """Return the place with the hint of the new key, and with the file that sets a variable of the environment."""
    former = place.renames or place.name
    change = next((one for one in own if one.source.name == former and _same_file(place, one)), None)
    if change is None:
        return place
    shown = hint(change.new) if change.role is Role.KEY and not change.removed else place.value_shown
    origin = next((one.source for one in own if in_file(one.source) and one.source.name == former), None)
    if place.file or origin is None:
        return replace(place, value_shown=shown)
    return replace(place, value_shown=shown, file=origin.file, line=origin.line)


def _same_file(place: Place, change: ValueChange) -> bool:
    return (change.source.file, change.source.line) == (place.file, place.line)


def say(key: str, lang: str, **values: str) -> str:
    """Return a phrase of the words ``fixing``, filled in."""
    return put(part(lang, "fixing").FIXING[key], values)
