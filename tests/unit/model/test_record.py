"""The shared methods of the model's types: ``repr``, equality and hash."""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.failure import Failure, Kind
from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KeyNote(Record):
    text: str


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class OtherNote(Record):
    text: str


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


def test_settings_show_no_key() -> None:
    key = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcP" * 2
    assert key[8:20] not in repr(Settings(key=Sourced(Secret(key), option("--key"))))
