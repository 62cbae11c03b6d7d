"""The file of agreements: what it keeps, who may have written it, and what a tampered one holds."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.model.record import replace
from probes.model.settings import BadInput, Flow, FlowPart
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings import trust
from probes.settings.consent import mark
from probes.settings.trust import Agreement

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of a mode")


def agreement(sign: str) -> Agreement:
    return Agreement(sign, "base_url", "/p/.env", 1, "OPENAI_BASE_URL", "environment OPENAI_API_KEY", "a.example", "")


@pytest.fixture
def file() -> Path:
    found = trust.path()
    assert found is not None
    return found


def test_an_agreement_holds_until_it_is_revoked(file: Path) -> None:
    assert not trust.holds("one") and not file.exists()
    trust.add([agreement("one"), agreement("two")])
    trust.add([replace(agreement("one"), date="2026-11-30")])
    assert [(one.mark, one.date) for one in trust.agreements()] == [("two", ""), ("one", "2026-11-30")]
    assert trust.holds("one") and trust.holds("two") and not trust.holds("") and not trust.holds("on")
    assert trust.revoke(["one", "three"]) == 1
    assert not trust.holds("one") and trust.holds("two")
    assert trust.revoke(["one"]) == 0


@on_posix
def test_the_file_is_the_users_alone(file: Path) -> None:
    trust.add([agreement("one")])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_flow_is_kept_without_the_secrets_value(tmp_path: Path, file: Path) -> None:
    place = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_BASE_URL", ".env", 3)
    flow = Flow(environment_variable("OPENAI_API_KEY"), place, FlowPart.BASE_URL, "relay.example:8443")
    kept = trust.of_flow(flow, tmp_path)
    trust.add([kept])
    assert trust.holds(mark(flow, tmp_path))
    assert asdict(kept) == {
        "mark": mark(flow, tmp_path),
        "part": "base_url",
        "file": str(tmp_path / ".env"),
        "line": 3,
        "setting": "OPENAI_BASE_URL",
        "secret": "environment OPENAI_API_KEY",
        "host": "relay.example:8443",
        "date": trust.today(),
    }
    assert json.loads(file.read_text("utf-8"))["agreed"] == [asdict(kept)]


ENTRY = asdict(agreement("one"))
TAMPERED = {
    "empty": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"agreed": ["\xff"]}',
    "a list": b"[]",
    "no list": b'{"agreed": 1}',
    "texts": b'{"agreed": ["one"]}',
    "no mark": json.dumps({"agreed": [{**ENTRY, "mark": None}]}).encode(),
    "a mark that equals all": json.dumps({"agreed": [{**ENTRY, "mark": True}]}).encode(),
    "a line that is none": json.dumps({"agreed": [{**ENTRY, "line": "1"}]}).encode(),
    "a boolean as line": json.dumps({"agreed": [{**ENTRY, "line": True}]}).encode(),
    "a field less": json.dumps({"agreed": [{k: v for k, v in ENTRY.items() if k != "host"}]}).encode(),
    "a number of many digits": b'{"agreed": [{"line": ' + b"1" * 6000 + b"}]}",
    "deep": b'{"agreed": ' + b"[" * 200_000,
    "large": json.dumps({"agreed": [ENTRY], "more": "x" * trust.LARGEST}).encode(),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_file_holds_nothing_and_can_be_replaced(name: str, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(TAMPERED[name])
    assert trust.agreements() == () and not trust.holds("one")
    assert trust.revoke(["one"]) == 0
    trust.add([agreement("two")])
    assert [one.mark for one in trust.agreements()] == ["two"]


def test_a_field_of_a_later_version_does_no_harm(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"agreed": [{**ENTRY, "later": 1}]}))
    file.chmod(0o600)
    assert trust.holds("one")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_any_bytes_are_read_without_an_error(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    assert trust.agreements() == ()


@on_posix
@pytest.mark.parametrize(("of", "mode"), [("file", 0o666), ("file", 0o620), ("folder", 0o777), ("folder", 0o770)])
def test_what_others_may_write_holds_nothing(of: str, mode: int, file: Path) -> None:
    trust.add([agreement("one")])
    (file if of == "file" else file.parent).chmod(mode)
    assert not trust.holds("one")
    trust.add([agreement("two")])
    assert [one.mark for one in trust.agreements()] == ["two"], "what others may have written is not taken over"


@on_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_owns_holds_nothing(file: Path) -> None:
    trust.add([agreement("one")])
    os.chown(file, 65534, 65534)
    assert not trust.holds("one")
    os.chown(file.parent, 65534, 65534)
    with pytest.raises(BadInput, match="another user"):
        trust.add([agreement("two")])


@on_posix
def test_a_pipe_is_not_opened(file: Path) -> None:
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    assert trust.agreements() == ()
    trust.add([agreement("one")])
    assert trust.holds("one")


def test_a_file_that_cannot_be_written_is_an_error(file: Path) -> None:
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("in the way")
    with pytest.raises(BadInput, match="cannot be written"):
        trust.add([agreement("one")])
    assert not trust.holds("one")


def test_too_many_agreements_are_an_error_and_not_a_lost_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust.add([agreement("one")])
    monkeypatch.setattr(trust, "LARGEST", 1000)
    with pytest.raises(BadInput, match="larger"):
        trust.add([agreement(str(number)) for number in range(9)])
    assert [one.mark for one in trust.agreements()] == ["one"]


def test_a_user_without_a_home_has_no_agreements(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: Path) -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "expanduser", nobody)
    assert trust.path() is None and trust.agreements() == ()
    with pytest.raises(BadInput, match="no home"):
        trust.add([agreement("one")])


@pytest.mark.parametrize("chosen", ["relative/state", "", "  "])
def test_a_relative_state_folder_does_not_count(chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder would otherwise bring its own agreements along."""
    monkeypatch.setenv("XDG_STATE_HOME", chosen)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    found = trust.path()
    assert found is not None and found.is_relative_to(tmp_path)
