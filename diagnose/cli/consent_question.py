"""Ask whether files of the folder may send the user's secrets: one question for a whole run, before anything is sent.

It is asked only where a person can answer: standard input and standard error are a terminal. Without an answer the
secrets stay withheld, and the report says how to agree.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from diagnose.cli import printer
from diagnose.cli.console import width
from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import source_text, word
from diagnose.words import sentence
from probes.model.record import replace
from probes.settings import trust

if TYPE_CHECKING:
    from probes.model.settings import Flow, Settings
    from probes.settings.trust import Agreement

SHOWN = 8  # flows that the question lists at first
MOST_TRIES = 3  # answers that are not understood, until one counts as no
PATIENCE = 30.0  # seconds for an answer in a CI job with a terminal, where usually nobody is


class ConsentAnswer(StrEnum):
    """An answer to the question. LIST is no decision: it asks to see all flows."""

    YES = "yes"
    NO = "no"
    ALWAYS = "always"
    LIST = "list"


def with_answer(found: Sequence[Settings], folder: Path, lang: str) -> list[Settings]:
    """Ask the one question of a run. Return the settings, and without ``withheld`` if the user agrees.

    ``folder`` is the working folder, as for :func:`probes.settings.consent.mark`. Settings for an offline check are not
    asked about, since they send nothing. *Always* also keeps the agreement; a warning says if that fails.
    """
    flows = unagreed(found, folder)
    if not flows or not can_ask():
        return list(found)
    answer = _ask(list(flows.values()), lang)
    if answer is ConsentAnswer.NO:
        return list(found)
    if answer is ConsentAnswer.ALWAYS:
        _keep([trust.of_flow(flow, folder, mark) for mark, flow in flows.items()], lang)
    return [granted(one) for one in found]


def unagreed(found: Iterable[Settings], folder: Path) -> dict[str, Flow]:
    """Return the flows that are withheld and that nobody has agreed to, by mark. Their hosts hold no secret."""
    from probes.run.offline_checks import scrubber
    from probes.settings.consent import mark

    flows: dict[str, Flow] = {}
    for settings in found:
        if settings.override is None or not settings.override.withheld or settings.offline:
            continue
        scrub = scrubber(settings)
        for flow in settings.override.flows:
            if not trust.holds(sign := mark(flow, folder)):
                flows.setdefault(sign, replace(flow, host=scrub(flow.host)))
    return flows


def can_ask() -> bool:
    """Check whether a person can see the question and answer it."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def granted(settings: Settings) -> Settings:
    """Return the settings with the user's consent to their flows for this run."""
    if settings.override is None:
        return settings
    return replace(settings, override=replace(settings.override, withheld=False))


def flow_line(flow: Flow, lang: str) -> str:
    """Return a flow in words: ``.env:1 OPENAI_BASE_URL sends environment OPENAI_API_KEY to relay.example``."""
    values = {"source": flow.named_by, "secret": source_text(flow.secret, lang), "host": flow.host}
    return word(lang, f"seen.flow_{flow.part}", **values)


def agreement_line(agreement: Agreement, lang: str, folder: Path) -> str:
    """Return an agreement in words, without its date; its file as seen from ``folder``, the working folder."""
    from probes.settings.options import shown_path

    file = shown_path(Path(agreement.file), folder) if agreement.file else ""
    place = " ".join(filter(None, (f"{file}:{agreement.line}" if file else "", agreement.setting)))
    key = f"seen.flow_{agreement.part}"
    if agreement.part == "doors":
        key = "trust.doors_keys" if agreement.secret else "trust.doors"
    return word(lang, key, source=place, secret=agreement.secret, host=agreement.host)


def _ask(flows: list[Flow], lang: str) -> ConsentAnswer:
    """Show the flows and return the answer; NO if the input ends or is not understood."""
    shown = _varied(flows)[:SHOWN]
    left = len(flows) - len(shown)
    printer.say(word(lang, "consent.title"))
    _list(shown, lang)
    if left:
        printer.echo(f"  {word(lang, 'consent.more', count=left)}", err=True)
    _print(word(lang, "consent.why"))
    for _ in range(MOST_TRIES):
        printer.echo(word(lang, "consent.ask_list" if left else "consent.ask") + " ", nl=False, err=True)
        answer = _answer(_line(), lang)
        if answer is ConsentAnswer.LIST:
            _list(flows, lang)
        elif answer is not None:
            return answer
    return ConsentAnswer.NO


def says_yes(question: str, lang: str) -> bool:
    """Ask a question that only *yes* answers; an empty line, the end of the input and anything else mean no."""
    printer.echo(question + " ", nl=False, err=True)
    return _answer(_line(), lang) is ConsentAnswer.YES


def _varied(flows: list[Flow]) -> list[Flow]:
    """Put first the flows that name a new host or secret, so that a long list does not hide one at its end."""
    first, seen = [], set[tuple[str, str]]()
    for flow in flows:
        names = {("host", flow.host), ("secret", str(flow.secret))}
        if names - seen:
            first.append(flow)
        seen |= names
    return first + [flow for flow in flows if flow not in first]


def _list(flows: Iterable[Flow], lang: str) -> None:
    for flow in sorted(flows, key=lambda one: (one.named_by.file, one.named_by.line)):
        _print(flow_line(flow, lang), "  ", "      ")


def _print(text: str, first: str = "", rest: str = "") -> None:
    """Print a line on standard error, wrapped at the terminal's width; no name or address is broken."""
    for line in wrapped(plain(text), max(width(), 40), first, rest):
        printer.echo(line, err=True)


def _answer(line: str | None, lang: str) -> ConsentAnswer | None:
    """Return the answer in a line, or None for one that is not understood. An empty line or the end means NO."""
    text = (line or "").strip().lower()
    if not text:
        if line is None or not line:
            printer.say("")  # the end of the input leaves the cursor behind the question
        return ConsentAnswer.NO
    for answer in ConsentAnswer:
        if text in {answer[0], answer.value, *word(lang, f"consent.{answer}").split()}:
            return answer
    return None


def _line() -> str | None:
    """Read a line from standard input; None at its end, or if nobody answers in a CI job."""
    if os.environ.get("CI", "").lower() not in ("", "0", "false") and not _typed(PATIENCE):
        return None
    try:
        return sys.stdin.readline() or None
    except (UnicodeDecodeError, OSError, ValueError):
        return None


def _typed(seconds: float) -> bool:
    """Wait for input for at most ``seconds``; on Windows, which cannot wait for a console, there is none."""
    if sys.platform == "win32":
        return False
    import select

    try:
        return bool(select.select([sys.stdin], [], [], seconds)[0])
    except (OSError, ValueError):
        return False


def _keep(found: list[Agreement], lang: str) -> None:
    """Keep agreements; warn if the file cannot be written, since the user has agreed to this run all the same."""
    from probes.model.settings import BadInput

    try:
        trust.add(found)
    except BadInput as error:
        printer.say(sentence(error, lang))
        printer.say(word(lang, "consent.this_once"))
    else:
        printer.say(word(lang, "consent.kept"))
