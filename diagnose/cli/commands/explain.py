"""`llmdoctor explain`: show the page of a finding, or the likely findings for an error text. Offline; prints no key."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING

import click

from diagnose.cli import console, named_files, printer
from diagnose.cli.completion import among, codes
from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.outlet import plain
from diagnose.words import LANGS

if TYPE_CHECKING:
    from diagnose.answers.explain import Candidate, Explanation
    from diagnose.words.text_type import Text

WIDEST = 100  # cells
LONGEST_NAME = 200  # characters of an argument that may be the name of a file
_CODE = re.compile(r"[a-z]{2,10}[.:/][a-z0-9_]{3,30}")


@click.command()
@click.argument("words", nargs=-1, metavar="[CODE | TEXT | -]", shell_complete=among(codes))
@click.option("--file", "path", type=click.Path(dir_okay=False), help="Read the text from this file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(words: tuple[str, ...], path: str | None, as_json: bool, lang: str | None) -> None:
    """Explain a finding, or the error text of an app.

    CODE is a finding's code, such as `key.wrong_door`. TEXT is any error text; `-` reads it from standard input. A key
    in it is neither kept nor shown. Exit status: 0, or 3 if nothing in the text is known.
    """
    spoken = console.language(lang)
    if path is not None and words:
        raise click.UsageError("Give a text or --file, not both.")
    given = " ".join(words).strip()
    if path is None and _CODE.fullmatch(given.lower()) and _page(given.lower(), spoken, as_json):
        return
    if path is not None:
        text = _decode(named_files.content(path))
    elif given in ("", "-"):
        if not given and sys.stdin.isatty():
            raise click.UsageError("Give a code, a text, or - to read standard input.")
        text = _decode(named_files.standard_input(named_files.RUN))
    else:
        text = given
    found = _answer(text, spoken, as_json)
    if not found:
        from pathlib import Path  # the page of a code needs no files

        if not as_json and len(given) < LONGEST_NAME and Path(given).is_file():
            from diagnose.words import phrase

            printer.say(phrase("explain.is_file", spoken, {"path": given}))
        sys.exit(3)


def _decode(data: bytes) -> str:
    """Decode a log: UTF-8, UTF-16 (as PowerShell writes it) or GB 18030 (the encoding of Chinese Windows)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


# -- the page of a code ------------------------------------------------------------------------------------------------


def _page(code: str, lang: str, as_json: bool) -> bool:
    """Print the page of a code. Return False if the text is no code; raises ClickException for an unknown code."""
    from diagnose import words
    from diagnose.words.en import findings

    code = code.replace(":", ".").replace("/", ".")
    if code not in findings.TEXTS:
        layers = {known.partition(".")[0] for known in findings.TEXTS}
        from difflib import get_close_matches

        near = get_close_matches(code, findings.TEXTS, n=3, cutoff=0.6)
        if not near and code.partition(".")[0] not in layers:
            return False
        key = "explain.near" if near else "explain.no_code"
        raise click.ClickException(words.phrase(key, lang, {"code": code, "near": ", ".join(near)}))
    text = words.say(code, lang, {})
    looks = _examples(code)
    if as_json:
        page = {
            "code": code,
            "title": text.title,
            "explanation": text.explanation,
            "steps": text.steps,
            "examples": looks,
        }
        printer.echo_json(page)
        return True
    printer.echo(f"{code}\n\n{_wrap(text.title)}\n\n{_wrap(text.explanation, '  ')}")
    _steps(text, lang)
    if looks:
        printer.echo(f"\n{words.phrase('explain.looks', lang)}")
        for example in looks:
            printer.echo(_wrap(example, "    ", "  · "))
    return True


def _examples(code: str) -> tuple[str, ...]:
    from diagnose.snippets.finding_examples import examples

    return examples().get(code, ())


def _steps(text: Text, lang: str) -> None:
    from diagnose import words

    printer.echo(f"\n{words.phrase('what_to_do', lang)}")
    for number, step in enumerate(text.steps, 1):
        printer.echo(_wrap(step, "     ", f"  {number}. "))


# -- a text ------------------------------------------------------------------------------------------------------------


def _answer(text: str, lang: str, as_json: bool) -> bool:
    """Print what a text is about. Return whether anything in it is known."""
    found = explained(text, lang)
    if as_json:
        rows = [
            {
                "code": one.code,
                "confidence": one.confidence,
                "why": one.why,
                "evidence": one.evidence,
                "explanation": one.text.explanation,
                "steps": list(one.text.steps),
            }
            for one in found.candidates
        ]
        printer.echo_json({"candidates": rows, **({"ask": found.ask} if found.ask else {})})
    else:
        from diagnose.rendering.explanation_text import explanation_text  # the page of a code needs none of it

        printer.echo(explanation_text(found, lang, min(console.width(), WIDEST)))
    return bool(found.candidates)


def candidates(text: str, lang: str) -> tuple[Candidate, ...]:
    """Return the findings that an error text is likely to be about, best first; the text may contain keys."""
    return explained(text, lang).candidates


def explained(text: str, lang: str) -> Explanation:
    """Return what an error text is likely to be about, and what else would tell; the text may contain keys."""
    from diagnose.answers.explain import explanation
    from probes.pasted.pasted_text import read

    seen = read(text)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return explanation(seen, lang, _door(seen.host) if seen.host else None, today)


def _door(host: str) -> str | None:
    from probes.catalog.doors import load

    door = load().of_host(host)
    return door.id if door is not None else None


def _wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap a text at the terminal's width, between words or Chinese characters."""
    start = indent if first is None else first
    return "\n".join(wrapped(plain(text), min(console.width(), WIDEST), start, indent))
