"""What is known about a pattern never excludes a value that it matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.catalog.doors import load
from probes.catalog.fact_files import compiled_facts
from probes.keys import shape_widths
from probes.keys.credential_kinds import credentials, pattern_matches
from probes.keys.shape_widths import WIDTHS, may_fit, outline, width

SHAPES = sorted({shape.pattern for door in load() for shape in door.keys} | {one.shape for one in credentials()} - {""})


@pytest.fixture(scope="module", autouse=True)
def _built_in_wheel() -> object:
    """The widths of a built wheel, whatever the tests run against."""
    with pytest.MonkeyPatch.context() as patch:
        known = {shape: outline(shape) for shape in SHAPES}
        patch.setattr(shape_widths, "_prepared", lambda: known)
        yield


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_value_of_a_shape_fits(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES))
    value = data.draw(st.from_regex(re.compile(shape, re.ASCII | re.DOTALL), fullmatch=True))
    assert may_fit(shape, value)


def test_a_value_of_another_length_compiles_no_pattern() -> None:
    assert width(r"[0-9a-f]{32}") == (32, 32)
    hexadecimal = next(shape for shape in SHAPES if width(shape) == (32, 32))
    assert not may_fit(hexadecimal, "a" * 31) and may_fit(hexadecimal, "a" * 32)
    assert not pattern_matches(hexadecimal, "a" * 31)


def test_a_value_without_the_words_of_a_pattern_compiles_it_neither() -> None:
    tencent = next(shape for shape in SHAPES if "AKID" in shape)
    assert may_fit(tencent, f"AKID{'a' * 32}:{'b' * 32}") and not may_fit(tencent, f"AKIE{'a' * 32}:{'b' * 32}")


def test_a_pattern_of_the_users_own_may_fit_any_value() -> None:
    assert may_fit("mine-[a-z]+", "mine-a")


def test_a_wheel_knows_every_shape() -> None:
    built = compiled_facts(WIDTHS)
    assert built is None or {*SHAPES} <= built.keys()
