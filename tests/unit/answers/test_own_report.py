"""A pasted report of this program names its cause itself, in every form that people paste."""

from __future__ import annotations

import pytest

from diagnose.answers.explain import explanation
from diagnose.answers.own_report import named_cause
from diagnose.formats import render, text
from diagnose.judging.judge import judge
from probes.pasted.pasted_text import read
from worlds.demos import demos

CODES = ("no-v1", "unknown-model", "expires-soon", "error-as-success")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("form", ["text", "narrow", "ascii", "markdown", "json", "quoted"])
def test_a_report_in_a_ticket(form: str, name: str, lang: str) -> None:
    report = judge(demos()[name], lang)
    look = {"narrow": {"width": 60}, "ascii": {"unicode": False}}.get(form, {})
    shown = (
        render(report, form, lang) if form in ("markdown", "json") else text.render(report, lang, **look)  # type: ignore[arg-type]
    )
    if form == "quoted":
        shown = "".join(f"> {line}\n" for line in shown.splitlines())
    found = explanation(read(f"Hello, since yesterday:\n\n{shown}\nThank you"), "en").candidates
    cause = report.root_cause or report.findings[0].code
    if form == "json" and report.root_cause is None:
        return  # a warning is no cause, so that the document names none
    assert [one.code for one in found] == [cause]


def test_a_sign_at_the_start_of_a_line_is_not_enough() -> None:
    assert named_cause("✗ see key.wrong_doors\n! nothing", {"key.wrong_door"}) is None
    assert len(explanation(read("✗ 401 Incorrect API key provided\n! see key.wrong_doors"), "en").candidates) > 0
