"""The examples of docs/library.md run as they stand, with a practice door in the place of the relay."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from typing import Any

import httpx
import pytest

from checkout import DOCS
from probes.demo_server import practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor

PAGES = ("library.md", "library.zh.md")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"print\([^\n]*\)  # ([^\n]*)")


def blocks(page: str) -> list[str]:
    """Return the Python code of a page."""
    return BLOCK.findall((DOCS / page).read_text("utf-8"))


def test_the_examples_run_and_print_what_they_say() -> None:
    key = made_up_key()
    logger = logging.getLogger("llmdoctor")
    before = list(logger.handlers)
    printed: dict[str, str] = {}
    with PracticeDoor(practice_doors.openai(key)) as door:
        names: dict[str, Any] = {"__name__": "example"}
        for code in blocks("library.md"):
            code = code.replace("https://relay.example", door.url).replace("sk-your-key", key)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(code, "library.md", "exec"), names)
            printed[code] = out.getvalue()
            lines = out.getvalue().splitlines()
            assert [line for line in SHOWN.findall(code) if line not in lines] == []
        names["client"].close()
        names["http"].close()
    logger.handlers[:] = before
    notes = next(text for code, text in printed.items() if "__notes__" in code)
    told = re.search(r"```text\n[^\n]*\n(.*?)```", (DOCS / "library.md").read_text("utf-8"), re.DOTALL)
    assert told is not None and notes.replace(door.url, "https://relay.example") == told[1]


def test_both_pages_have_the_same_examples() -> None:
    def bare(code: str) -> str:
        return re.sub(r"  # .*|\"\"\".*\"\"\"", "", code)

    assert [bare(one) for one in blocks(PAGES[0])] == [bare(one) for one in blocks(PAGES[1])]


@pytest.mark.parametrize("page", PAGES)
def test_every_public_name_is_on_the_page(page: str) -> None:
    import diagnose

    text = (DOCS / page).read_text("utf-8")
    types = {"ErrorExplanation", "LikelyCause", "CheckResult", "Finding", "Fix", "SecretLike", "Severity", "Verdict"}
    assert {name for name in diagnose.__all__ if name not in text} <= types
    assert httpx.__name__ in text
