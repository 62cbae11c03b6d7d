"""A pattern of the code finds what `re` finds, and is compiled only for a text that contains its words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.answers import explain, text_facts  # noqa: F401 - they make patterns, as the next ones
from probes.api import remedies  # noqa: F401
from probes.catalog import text_pattern
from probes.catalog.fact_files import compiled_facts
from probes.catalog.literal_filter import may_match, needles
from probes.catalog.text_pattern import TextPattern, text_patterns
from probes.pasted import pasted_text  # noqa: F401
from worlds.refusals import REFUSALS

MADE = text_patterns()


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The needles of a built wheel, whatever the tests run against."""
    known = {one.pattern: needles(one.pattern) for one in MADE}
    monkeypatch.setattr(text_pattern, "_prepared", lambda: known)


def test_words_are_known_for_nearly_all_patterns() -> None:
    assert len(MADE) > 50
    assert sum(bool(needles(one.pattern)) for one in MADE) > 0.9 * len(MADE)


def test_a_wheel_has_the_words_of_every_pattern() -> None:
    built = compiled_facts(text_pattern.NEEDLES)
    assert built is None or {one.pattern for one in MADE} <= built.keys()


@pytest.mark.usefixtures("prepared")
def test_finds_what_the_expression_finds_in_real_answers() -> None:
    texts = [" ".join(one.body.split()) for one in REFUSALS[::3]]
    hits = 0
    for one in MADE:
        mine, theirs = TextPattern(one.pattern, one.flags), re.compile(one.pattern, one.flags)
        for text in texts:
            assert [found.span() for found in mine.finditer(text)] == [found.span() for found in theirs.finditer(text)]
            hits += theirs.search(text) is not None
    assert hits > len(texts)


@pytest.mark.usefixtures("prepared")
def test_a_text_without_the_words_compiles_nothing() -> None:
    fresh = [TextPattern(one.pattern, one.flags) for one in MADE]
    assert not any(one.search("The weather is fine.") for one in fresh)
    assert sum(one._compiled is not None for one in fresh) < 0.15 * len(fresh)


@pytest.mark.usefixtures("prepared")
def test_every_way_to_apply_a_pattern() -> None:
    pattern = TextPattern(r"(?i)use (\w+) instead")
    assert pattern.search("Use b instead.") is not None
    assert pattern.search("nothing") is None
    assert [found[1] for found in pattern.finditer("use b instead, use c instead")] == ["b", "c"]
    assert pattern.findall("use b instead, use c instead") == ["b", "c"]
    assert pattern.split("a, use b instead!") == ["a, ", "b", "!"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_words_are_in_any_text_that_matches(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(MADE))
    text = data.draw(st.from_regex(re.compile(one.pattern, one.flags | re.ASCII), fullmatch=False))
    assert may_match(needles(one.pattern), text.lower())
