"""html-validate from npm validates the pages of `llmdoctor serve`, empty and with a report of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from worlds.made_reports import REPORTS

pytestmark = pytest.mark.real
pytest.importorskip("starlette", reason="the extra `serve` is not installed (.ci/run does it)")

RULES = {
    "long-title": "off",  # html-validate counts `&lt;` as four characters
    "autocomplete-password": "off",  # a password manager must not save another person's key
}


def test_the_pages_are_valid(html_faults: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    from diagnose.serve import pages

    for lang in ("en", "zh"):
        written = {
            "check": pages.check(lang, problem="<b>"),
            "explain": pages.explain(lang),
            "open": pages.open_file(lang, problem="<b>"),
            "login": pages.login(lang),
        }
        for name, report in REPORTS.items():
            written[name] = pages.check(lang, result=pages.report(report, lang, private=True))
        for name, text in written.items():
            (tmp_path / f"{name}-{lang}.html").write_text(text, "utf-8")
    assert html_faults(RULES) == {}
