"""html-validate from npm validates the report page: the rules of the standard, and those of accessibility that a
program can check.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diagnose.fleet_formats import render
from diagnose.formats import html
from worlds.made_reports import DEEP, REPORTS, fleet_of

pytestmark = pytest.mark.real


def test_the_page_is_valid(html_faults: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    for name, report in {**REPORTS, "deep": DEEP}.items():
        for lang in ("en", "zh"):
            (tmp_path / f"{name}-{lang}.html").write_text(html.render(report, lang), "utf-8")
    for lang in ("en", "zh"):
        (tmp_path / f"fleet-{lang}.html").write_text(render(fleet_of(lang, share=0.5), "html"), "utf-8")
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html>\n<html><p><div></p></html>\n")
    faults = html_faults({"long-title": "off"})  # html-validate counts `&lt;` as four characters
    assert faults.pop("wrong.html"), "the validator looks"
    assert faults == {}
