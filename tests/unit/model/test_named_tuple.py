"""Named tuples are what :class:`typing.NamedTuple` makes, but for how they come about."""

from __future__ import annotations

import copy
import json
import pickle
import typing
from typing import Any

import pytest

from probes.model.first_calls import FEW
from probes.model.named_tuple import NamedTuple


class Place(NamedTuple):
    """A type with all that a named tuple can have."""

    file: str
    line: int = 0
    names: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.file}:{self.line}"

    def after(self, lines: int) -> Place:
        return self._replace(line=self.line + lines)


class Model(typing.NamedTuple):
    """The same as :class:`Place`, of the standard library."""

    file: str
    line: int = 0
    names: tuple[str, ...] = ()


@pytest.mark.parametrize("kind", [Place, Model])
def test_it_takes_its_arguments_as_that_of_the_standard_library(kind: Any) -> None:
    for _ in range(FEW + 1):  # the first ones are made without compiled code
        assert kind("a") == ("a", 0, ())
        assert kind("a", 3, names=("b",)) == kind(names=("b",), line=3, file="a") == ("a", 3, ("b",))
        for arguments, named in (((), {}), (("a", 1, (), 2), {}), (("a",), {"file": "b"}), (("a",), {"other": 1})):
            with pytest.raises(TypeError):
                kind(*arguments, **named)


def test_the_first_one_of_a_type_may_be_wrong() -> None:
    class Fresh(NamedTuple):
        new: str
        cls_name: str = "x"

    with pytest.raises(TypeError, match=r"Fresh\.__new__\(\) missing 1 required positional argument: 'new'"):
        Fresh()  # type: ignore[call-arg]
    assert Fresh("a").new == "a" and Fresh("a").cls_name == "x"


@pytest.mark.parametrize("kind", [Place, Model])
def test_it_has_the_methods_of_a_named_tuple(kind: Any) -> None:
    one = kind("a", 2)
    file, line, names = one
    assert (file, line, names) == (one[0], one.line, one.names) == ("a", 2, ())
    assert one == ("a", 2, ()) and hash(one) == hash(("a", 2, ())) and isinstance(one, tuple)
    assert repr(one) == f"{kind.__name__}(file='a', line=2, names=())"
    assert one._replace(line=3) == kind("a", 3) and one._replace() == one
    assert one._asdict() == {"file": "a", "line": 2, "names": ()}
    assert kind._make(["a", 2, ()]) == one
    assert kind._fields == kind.__match_args__ == ("file", "line", "names")
    assert kind._field_defaults == {"line": 0, "names": ()}
    assert type(copy.deepcopy(one)) is type(pickle.loads(pickle.dumps(one))) is type(one._replace(line=3)) is kind
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert json.dumps(one) == '["a", 2, []]'
    match one:
        case Place(file, line) | Model(file, line):
            assert (file, line) == ("a", 2)
    with pytest.raises(ValueError, match="other"):
        one._replace(other=1)
    with pytest.raises(TypeError):
        kind._make(["a"])
    for change in (lambda: setattr(one, "line", 2), lambda: setattr(one, "other", 2), lambda: one.__dict__):
        with pytest.raises(AttributeError):
            change()


def test_its_own_methods_see_the_fields() -> None:
    assert Place("a", 2).shown == "a:2"
    assert Place("a", 2).after(1) == Place("a", 3)
