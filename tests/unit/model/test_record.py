"""Records: what they share with ``dataclass(frozen=True, slots=True)``."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pytest

from probes.model.failure import Failure, Kind
from probes.model.record import Record, fields_of, replace
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option

T = TypeVar("T")


class KeyNote(Record):
    text: str


class OtherNote(Record):
    text: str


class Place(Record):
    """A type with all that a record can have."""

    file: str
    line: int = 0
    names: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.file}:{self.line}"


class Column(Place):
    column: int = 1


class Plain(Place):
    pass


class Held(Record, Generic[T]):
    value: T


class Nothing(Record):
    pass


@dataclass(frozen=True, slots=True)
class Model:
    """The same as :class:`Place`."""

    file: str
    line: int = 0
    names: tuple[str, ...] = ()


def test_a_record_shows_its_fields() -> None:
    assert repr(Failure(Kind.RESET, "cut")) == f"Failure(kind={Kind.RESET!r}, detail='cut', note=None)"
    assert isinstance(Failure(Kind.RESET), Record)


def test_records_are_values() -> None:
    one, same, other = Failure(Kind.RESET, "cut"), Failure(Kind.RESET, "cut"), Failure(Kind.RESET, "torn")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert {one: 1}[same] == 1
    assert len({one, same, other}) == 2
    assert one != (Kind.RESET, "cut", None)


def test_records_of_two_types_differ() -> None:
    assert KeyNote("a") != OtherNote("a")
    assert KeyNote("a") == KeyNote("a")
    assert hash(KeyNote("a")) == hash(KeyNote("a"))
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


@pytest.mark.parametrize("kind", [Place, Plain, Model])
def test_a_record_takes_its_arguments_as_a_dataclass_does(kind: Any) -> None:
    # The first record of a type is made by a function that compiles the one for all others.
    for _ in range(2):
        assert (kind("a").file, kind("a").line, kind("a").names) == ("a", 0, ())
        assert kind("a", 3, names=("b",)) == kind(names=("b",), line=3, file="a")
    for arguments, named in (((), {}), (("a", 1, (), 2), {}), (("a",), {"file": "b"}), (("a",), {"other": 1})):
        with pytest.raises(TypeError, match=r"\.__init__\(\)"):
            kind(*arguments, **named)


def test_the_first_record_of_a_type_may_be_wrong() -> None:
    class Fresh(Record):
        text: str

    with pytest.raises(TypeError, match=r"Fresh\.__init__\(\) missing 1 required positional argument: 'text'"):
        Fresh()  # type: ignore[call-arg]
    assert Fresh("a").text == "a"


@pytest.mark.parametrize("kind", [Place, Model])
def test_a_record_is_frozen_and_has_no_other_attributes(kind: Any) -> None:
    made = kind("a")
    for change in (
        lambda: setattr(made, "line", 2),
        lambda: setattr(made, "other", 2),
        lambda: delattr(made, "line"),
        lambda: made.__dict__,
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()
    assert made == kind("a")


def test_a_subtype_adds_fields() -> None:
    assert Column("a", 2, ("b",), 3).shown == "a:2"
    assert (Column("a").line, Column("a").column) == (0, 1)
    assert Column("a") != Place("a")
    assert fields_of(Column) == ("file", "line", "names", "column")
    assert Plain("a", 2).shown == "a:2"
    assert Place("a", 2).shown == "a:2"


def test_replace_copies_and_calls_the_type() -> None:
    one = Column("a", 2)
    assert replace(one, line=3, column=4) == Column("a", 3, (), 4)
    assert replace(one) == one
    with pytest.raises(TypeError, match="other"):
        replace(one, other=1)  # type: ignore[call-arg]


def test_records_are_matched_copied_and_pickled() -> None:
    match Column("a", 2):
        case Place(file, line):
            assert (file, line) == ("a", 2)
    held = Held(("x", ["y"]))
    assert copy.copy(held) == held
    assert copy.deepcopy(held) == held
    assert copy.deepcopy(held).value[1] is not held.value[1]
    assert pickle.loads(pickle.dumps(Failure(Kind.RESET, "cut"))) == Failure(Kind.RESET, "cut")
    assert Held[int](3) == Held(3)


def test_fields_have_names() -> None:
    assert fields_of(Place) == Place.__match_args__ == ("file", "line", "names")  # type: ignore[attr-defined]
    assert fields_of(str) == ()
    assert fields_of(Model) == ()


def test_a_record_is_a_dataclass_to_others() -> None:
    made = Column("a", 2)
    assert dataclasses.is_dataclass(made)
    assert dataclasses.asdict(made) == {"file": "a", "line": 2, "names": (), "column": 1}
    assert [(one.name, one.default) for one in dataclasses.fields(Place)][1:] == [("line", 0), ("names", ())]
    assert dataclasses.replace(made, line=3) == Column("a", 3)


def test_settings_show_no_key() -> None:
    key = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcP" * 2
    assert key[8:20] not in repr(Settings(key=Sourced(Secret(key), option("--key"))))
