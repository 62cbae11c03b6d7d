"""The shared ``repr`` of the model's types."""

from __future__ import annotations

from probes.model.failure import Failure, Kind
from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option


def test_a_record_shows_its_fields() -> None:
    assert repr(Failure(Kind.RESET, "cut")) == f"Failure(kind={Kind.RESET!r}, detail='cut', note=None)"
    assert isinstance(Failure(Kind.RESET), Record)


def test_settings_show_no_key() -> None:
    key = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcP" * 2
    assert key[8:20] not in repr(Settings(key=Sourced(Secret(key), option("--key"))))
