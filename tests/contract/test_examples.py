"""Real output in the documents matches what the program prints, and the pictures load nothing from elsewhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checkout import DOCS
from diagnose.cli import program
from diagnose.docs import examples
from diagnose.docs.reference_pages import pages

OUTPUT = partial(examples.command_output, program)
RUNS = sorted((DOCS / "runs").glob("*.json"))


def test_blocks_are_rewritten() -> None:
    page = (
        "# A\n\n<!-- run no-v1 en: llmdoctor demo no-v1 -->\n```console\nold\n```\n\nwords\n\n"
        "<!-- output: llmdoctor explain key.truncated -->\n\nend\n"
    )
    once = examples.filled(page, DOCS / "runs", OUTPUT)
    assert "old" not in once and "url.version_missing" in once and "$ llmdoctor explain key.truncated" in once
    assert once.endswith("```\n\nend\n")
    assert examples.filled(once, DOCS / "runs", OUTPUT) == once


@pytest.mark.parametrize("run", RUNS, ids=lambda path: path.stem)
def test_every_run_is_shown_somewhere(run: Path) -> None:
    shown = "".join(path.read_text("utf-8") for path in DOCS.glob("*.md"))
    assert f"<!-- run {run.stem} " in shown or run.stem in {name for name, _, _ in examples.PICTURES.values()}


@pytest.mark.parametrize("name", examples.PICTURES)
def test_pictures_are_self_contained(name: str) -> None:
    text = examples.picture(name, DOCS / "runs")
    picture = ElementTree.fromstring(text)
    assert picture.get("aria-label")
    assert "href" not in text and "@import" not in text and "url(" not in text and "<script" not in text
    words = "".join(one.text or "" for one in picture.iter("{http://www.w3.org/2000/svg}text"))
    assert examples.PICTURES[name][2] in words


@pytest.mark.skipif(not (DOCS.parent / ".git").exists(), reason="run from no checkout")
def test_the_pages_are_up_to_date() -> None:
    for name, text in pages(DOCS, program).items():
        assert (DOCS / name).read_text("utf-8") == text, name
