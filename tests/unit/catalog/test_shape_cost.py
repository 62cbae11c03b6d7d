"""Shapes of keys that a folder's doors bring are matched in little time, or refused."""

from __future__ import annotations

import pytest

from probes.catalog.door_files import DoorsError, parse
from probes.catalog.doors import builtin
from probes.catalog.shape_cost import costly

COSTLY = [
    *(r"(a+)+$", r"(?:\w*)*x", r"(a|aa)+$", r"(?:ab|a){1,90}c", r"(\w+\s?)*x", r"((a{1,9}){1,9}){1,9}x", r"(.)\1+x"),
    *(r".*.*.*.*x", r"\w+\w+\w+\w{0,100}x", "a" * 400, r"(?=(a+)+b)a", r"(?>(?:a?){50})x"),
]


@pytest.mark.parametrize("shape", COSTLY)
def test_a_costly_shape_is_refused(shape: str) -> None:
    assert costly(shape)
    entry = {"id": "x", "name": "X", "kind": "vendor", "hosts": ["x.example"], "keys": [{"shape": shape}]}
    with pytest.raises(DoorsError):
        parse({"x": {key: value for key, value in entry.items() if key != "id"}}, "doors.toml", "")


def test_no_builtin_shape_is_refused() -> None:
    assert not [shape.pattern for door in builtin() for shape in door.keys if costly(shape.pattern)]


@pytest.mark.parametrize(
    "shape", [r"acme-[\w-]{4,}", r"[a-f0-9]{32}\.[A-Za-z0-9]{16,24}", r"(?:a|b)-\w+", r"x(?:-\w{4}){3}"]
)
def test_a_usual_shape_is_taken(shape: str) -> None:
    assert not costly(shape)
