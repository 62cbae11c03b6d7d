"""html-validate from npm reads the pages of `llmdoctor serve`, empty and with a report of every kind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # the made reports stand beside the tests, which are no package

from made_reports import REPORTS

pytestmark = pytest.mark.real
pytest.importorskip("starlette", reason="the extra `serve` is not installed (.ci/run does it)")

RULES = {
    "long-title": "off",  # it counts `&lt;` as four
    "autocomplete-password": "off",  # a password manager is not to keep somebody else's key
}


def test_the_pages_are_valid(
    fetched: Callable[[str, str, str], Path], installed: Callable[[str, str], str], tmp_path: Path
) -> None:
    from diagnose.serve import pages

    installed("node", "nodejs")
    program = fetched(
        "LLMDOCTOR_HTML_VALIDATE",
        "node/node_modules/.bin/html-validate",
        "html-validate comes from npm (npm install --prefix .cache/node html-validate)",
    )
    settings = {"root": True, "extends": ["html-validate:recommended", "html-validate:a11y"], "rules": RULES}
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(settings))
    for lang in ("en", "zh"):
        written = {
            "check": pages.check(lang, problem="<b>"),
            "explain": pages.explain(lang),
            "login": pages.login(lang),
        }
        for name, report in REPORTS.items():
            written[name] = pages.check(lang, result=pages.report(report, lang, private=True))
        for name, text in written.items():
            (tmp_path / f"{name}-{lang}.html").write_text(text, "utf-8")
    done = subprocess.run(
        [program, *(path.name for path in tmp_path.glob("*.html"))], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
