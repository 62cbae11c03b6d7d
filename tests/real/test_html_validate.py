"""html-validate from npm reads the page: the standard's rules, and those of accessibility that a program can check."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # the made reports stand beside the tests, which are no package

from made_reports import DEEP, REPORTS

from diagnose.formats import html

pytestmark = pytest.mark.real


def test_the_page_is_valid(
    fetched: Callable[[str, str, str], Path], installed: Callable[[str, str], str], tmp_path: Path
) -> None:
    installed("node", "nodejs")
    program = fetched(
        "LLMDOCTOR_HTML_VALIDATE",
        "node/node_modules/.bin/html-validate",
        "html-validate comes from npm (npm install --prefix .cache/node html-validate)",
    )
    rules = {"long-title": "off"}  # it counts `&lt;` as four
    (tmp_path / ".htmlvalidate.json").write_text(
        json.dumps({"root": True, "extends": ["html-validate:recommended", "html-validate:a11y"], "rules": rules})
    )
    for name, report in {**REPORTS, "deep": DEEP}.items():
        for lang in ("en", "zh"):
            (tmp_path / f"{name}-{lang}.html").write_text(html.render(report, lang), "utf-8")
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html>\n<html><p><div></p></html>\n")
    ended = subprocess.run(
        [str(program), "--formatter", "json", *sorted(path.name for path in tmp_path.glob("*.html"))],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    faults = {Path(page["filePath"]).name: page["messages"] for page in json.loads(ended.stdout)}
    assert faults.pop("wrong.html"), "the validator looks"
    assert faults == {}
