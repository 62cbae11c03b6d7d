"""What `--fix` does not write or propose: hostile names, links out of a project, and files that change meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from diagnose.cli import fix
from diagnose.cli.fixing import commands, shell_lines
from diagnose.cli.fixing.changes import Role, ValueChange
from diagnose.cli.fixing.file_changes import FileChange, difference, file_changes
from diagnose.report import Fix
from diagnose.words import LANGS, part
from probes.api.model_choice import near
from probes.api.model_names import others, small_of
from probes.config_formats.edit import Obstacle
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.settings import BadInput
from probes.model.source import Owner, Source, SourceKind, environment_variable, option

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
UNPRINTABLE = [
    "gpt\x1b[2J",
    "gpt\nB=2",
    "gpt\u202e5",
    "gpt\u200b5",
    "gpt\x00",
    "gpt\u2028",
    "gpt\x85",
    "gpt\ue000",
    "\udcff",
]
LIVELY = ["gpt-5-nano$(touch X)", "gpt-5-nano`touch X`", "gpt-5-nano;touch X", "gpt-5-nano && touch X", "gpt-5-nano'x"]


def change_of(new: str, source: Source, role: Role = Role.MODEL) -> ValueChange:
    return ValueChange(role, source, "gpt-5", new)


def written(change: ValueChange) -> FileChange | str:
    """Return the change of its file, or the reason why there is none."""
    files, refused = file_changes([change])
    return files[0] if files else refused[0].reason


def by_hand(change: ValueChange) -> str:
    """Return what the user is told about a change that no file holds or that cannot be written."""
    _, refused = file_changes([change])
    ((said, line),) = commands.by_hand([change], refused, Fix("", {}, True), None, "openai", "en")
    return line or said


def dotenv_line(owner: Owner = Owner.FOLDER, file: str = ".env") -> Source:
    return Source(SourceKind.DOTENV, owner, "OPENAI_MODEL", file, 1)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".env").write_text("OPENAI_MODEL=gpt-5\n")
    monkeypatch.chdir(folder)
    return folder


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNPRINTABLE)
@pytest.mark.parametrize("source", [dotenv_line(), environment_variable("OPENAI_MODEL"), option("--model")])
def test_a_name_that_no_screen_shows_is_neither_written_nor_proposed(name: str, source: Source, here: Path) -> None:
    change = change_of(name, source)
    if source.file:
        assert written(change) == "unprintable"
    assert name not in by_hand(change)


@pytest.mark.parametrize("name", UNPRINTABLE)
def test_such_a_name_is_not_chosen_from_a_list(name: str) -> None:
    assert small_of((name,)) is None and others((name,), ()) is None
    assert small_of((name, "gpt-5-mini")) == "gpt-5-mini"
    assert near("gpt-5", (name, "gpt-5-mini")) == ("gpt-5-mini",)


@pytest.mark.parametrize("name", LIVELY)
def test_a_lively_name_is_proposed_in_quotes(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pasted into a shell or a sourced file is the name, and no command."""
    monkeypatch.setattr(sys, "platform", "linux")
    for source in (environment_variable("OPENAI_MODEL"), option("--model"), dotenv_line()):
        (here / ".env").chmod(0o400)
        said = by_hand(change_of(name, source))
        quoted = "'" + name.replace("'", "'\\''") + "'"
        assert quoted in said and name not in said.replace(quoted, "")
    plain = by_hand(change_of("gpt-5-nano", option("--model")))
    assert plain.endswith("--model gpt-5-nano")


@pytest.mark.parametrize("quote", ["'", "\u2018", "\u2019", "\u201a", "\u201b"])
def test_powershell_takes_typographic_quotes_for_quotes(quote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("PROMPT", raising=False)
    said = by_hand(change_of(f"a{quote}; calc", environment_variable("M")))
    assert said.endswith(f"$env:M = 'a{quote}{quote}; calc'")
    assert shell_lines.word("gpt-5", "powershell") == "gpt-5" and shell_lines.word("a b", "powershell") == "'a b'"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="no sh here")
def test_a_server_with_lively_names(tmp_path: Path) -> None:
    """A whole run: the name works, is written, and the file is sourced."""
    kept = []
    for number, name in enumerate(LIVELY[:3]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with PracticeDoor(b.openai(KEY, models=(name,))) as door:
            (folder / ".env").write_text(
                f"OPENAI_BASE_URL={door.url}/v1\nOPENAI_API_KEY={KEY}\nOPENAI_MODEL=gpt-5-nano-touch-x\n"
            )
            done = subprocess.run(
                [sys.executable, "-m", "diagnose", "check", "--fix", "--yes", "--lang", "en"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=folder, timeout=120, check=False,
                env={**os.environ, "HOME": str(folder), "PYTHONUTF8": "1"},
            )  # fmt: skip
        assert "Traceback" not in done.stderr
        written = dotenv_values(folder / ".env")["OPENAI_MODEL"]
        assert written in ("gpt-5-nano-touch-x", name), done.stderr
        sourced = subprocess.run(
            ["/bin/sh", "-c", '. ./.env; printf "%s" "$OPENAI_MODEL"'], cwd=folder, capture_output=True, text=True, check=True
        )  # fmt: skip
        assert sourced.stdout == written and not sourced.stderr
        assert [one.name for one in folder.iterdir()] == [".env"]
        kept.append(written)
    assert kept == LIVELY[:3]


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_value_of_the_project_is_changed(here: Path) -> None:
    found = written(change_of("gpt-5-mini", dotenv_line()))
    assert isinstance(found, FileChange)
    fix._write([found], "en", yes=True)
    assert (here / ".env").read_text() == "OPENAI_MODEL=gpt-5-mini\n"


@pytest.mark.parametrize("place", [".env", "folder/.env"])
def test_nothing_is_written_through_a_link_out_of_the_project(place: str, here: Path) -> None:
    beyond = here.parent / "beyond"
    beyond.mkdir()
    (beyond / ".env").write_text("OPENAI_MODEL=gpt-5\n")
    (here / ".env").unlink()
    try:
        (here / "folder").symlink_to(beyond) if "/" in place else (here / ".env").symlink_to(beyond / ".env")
    except OSError:
        pytest.skip("this system makes no links")
    assert written(change_of("gpt-5-mini", dotenv_line(file=place))) == "link"
    found = written(change_of("gpt-5-mini", dotenv_line(Owner.USER, place)))
    assert isinstance(found, FileChange)  # a file that the user named, or of the user's home
    if place == ".env":
        assert f".env -> {beyond / '.env'}" in difference(found)


def test_a_link_inside_the_project_is_followed(here: Path) -> None:
    (here / ".env").rename(here / "real.env")
    try:
        (here / ".env").symlink_to("real.env")
    except OSError:
        pytest.skip("this system makes no links")
    found = written(change_of("gpt-5-mini", dotenv_line()))
    assert isinstance(found, FileChange)
    fix._write([found], "en", yes=True)
    assert (here / ".env").is_symlink() and (here / "real.env").read_text() == "OPENAI_MODEL=gpt-5-mini\n"


def test_a_file_that_changes_before_it_is_replaced(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read again directly before it is replaced: what another program has written in between stays."""
    found = written(change_of("gpt-5-mini", dotenv_line()))
    assert isinstance(found, FileChange)
    flushed = os.fsync

    def other_program(handle: int) -> None:
        flushed(handle)
        (here / ".env").write_text("OPENAI_MODEL=gpt-5\nOTHER=1\n")

    monkeypatch.setattr(os, "fsync", other_program)
    with pytest.raises(BadInput, match="has changed in the meantime"):
        fix._write([found], "en", yes=True)
    assert (here / ".env").read_text() == "OPENAI_MODEL=gpt-5\nOTHER=1\n"
    assert [one.name for one in here.iterdir()] == [".env"]


def test_a_file_that_becomes_a_pipe(here: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    found = written(change_of("gpt-5-mini", dotenv_line()))
    assert isinstance(found, FileChange)
    (here / ".env").unlink()
    os.mkfifo(here / ".env")
    with pytest.raises(BadInput, match="no regular file"):
        fix._write([found], "en", yes=True)


def test_every_refusal_has_words() -> None:
    change = change_of("gpt-5-mini", dotenv_line())
    for lang in LANGS:
        reasons = part(lang, "fixing").REASONS
        assert {*Obstacle, "link", "read_only", "unreadable", "rewritten", "unknown_kind"} <= reasons.keys()
        for reason in (*reasons, "unprintable"):
            assert ".env:1 OPENAI_MODEL" in commands.refusal(change, reason, lang)
            assert reasons.get(reason, "") in commands.refusal(change, reason, lang)
