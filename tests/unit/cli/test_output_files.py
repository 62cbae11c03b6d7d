"""Every option that names a file to write: what it replaces, what it writes into, and what is said when it cannot."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import threading
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from checkout import ROOT
from diagnose.cli import program
from diagnose.cli.output_files import OutputFile, append, save
from probes.config_formats import writer
from unit.hostile_files import NEEDS_PIPES, ends

pytestmark = pytest.mark.slow
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="devices and modes are those of POSIX")
URL = "http://127.0.0.1:9/v1"
# Every option that names a file to write; `{}` is the file.
WRITES = {
    "check -o": ("check", URL, "--key", "sk-x", "--offline", "-o", "{}"),
    "check --save": ("check", URL, "--key", "sk-x", "--offline", "--save", "{}"),
    "judge -o": ("judge", "sound.json", "-o", "{}"),
    "judge --json -o": ("judge", "sound.json", "--json", "-o", "{}"),
    "compare -o": ("compare", "sound.json", "sound.json", "-o", "{}"),
    "scan -o": ("scan", "--offline", "-o", "{}"),
    "fleet -o": ("fleet", "sound.toml", "--offline", "-o", "{}"),
    "fleet --json -o": ("fleet", "sound.toml", "--offline", "--json", "-o", "{}"),
    "init -o": ("init", "--force", "-o", "{}"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, home = tmp_path / "here", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    shutil.copy(ROOT / "docs" / "runs" / "wrong-door.json", folder / "sound.json")
    (folder / "sound.toml").write_text(f'[targets.a]\nbase_url = "{URL}"\n')
    (folder / ".env").write_text(f"OPENAI_BASE_URL={URL}\n")
    monkeypatch.chdir(folder)
    for name in [*os.environ]:
        if name.startswith(("XDG_", "OPENAI_", "ANTHROPIC_", "SSL_", "GITHUB_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    return folder


def call(name: str, output: str) -> Result:
    words = [word.format(output) for word in WRITES[name]]
    done = ends(lambda: CliRunner().invoke(program, words, standalone_mode=False))
    assert isinstance(done.exception, click.ClickException | SystemExit | type(None)), done.exception
    return done


def wrote(name: str, output: str) -> None:
    done = call(name, output)
    assert not isinstance(done.exception, click.ClickException), done.exception


def refused(name: str, output: str) -> str:
    done = call(name, output)
    assert isinstance(done.exception, click.ClickException), done.output
    return done.exception.format_message()


def test_every_option_that_names_an_output_is_in_the_table() -> None:
    outputs = {"output", "save"}
    for command in (
        "check",
        "judge",
        "compare",
        "scan",
        "fleet",
        "init",
        "snippet",
        "explain",
        "whose",
        "doors",
        "apps",
    ):
        found = program.get_command(click.Context(program), command)
        assert found is not None
        for parameter in found.params:
            if parameter.name in outputs:
                assert any(word.startswith(f"{command} ") and word.endswith(parameter.opts[0]) for word in WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_a_file_is_replaced_with_its_rights(name: str, here: Path) -> None:
    (here / "real").mkdir()
    (here / "real" / "out").write_text("old")
    (here / "real" / "out").chmod(0o640)
    try:
        (here / "link").symlink_to("real/out")
    except OSError:
        pytest.skip("this system makes no links")
    wrote(name, "link")
    assert (here / "link").is_symlink() and (here / "real" / "out").read_text("utf-8") != "old"
    assert [one.name for one in (here / "real").iterdir()] == ["out"]
    if sys.platform != "win32":
        assert stat.S_IMODE((here / "real" / "out").stat().st_mode) == 0o640


@POSIX
@pytest.mark.parametrize("name", WRITES)
def test_a_new_file_has_the_rights_of_the_umask(name: str, here: Path) -> None:
    before = os.umask(0o027)
    try:
        wrote(name, "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((here / "new").stat().st_mode) == 0o640


@POSIX
@pytest.mark.parametrize("name", WRITES)
def test_a_device_is_written_into(name: str, here: Path) -> None:
    (here / "link").symlink_to(os.devnull)
    for output in (os.devnull, "link"):
        wrote(name, output)
        assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    assert (here / "link").is_symlink()
    if Path("/dev/full").exists():
        assert os.strerror(errno.ENOSPC) in refused(name, "/dev/full")


@NEEDS_PIPES
@pytest.mark.parametrize("name", WRITES)
def test_a_pipe_is_written_into(name: str, here: Path) -> None:
    os.mkfifo(here / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((here / "pipe").read_bytes()))
    reader.start()
    wrote(name, "pipe")
    reader.join()
    assert len(got[0]) > 50 and stat.S_ISFIFO((here / "pipe").lstat().st_mode)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no /dev/fd here")
@pytest.mark.parametrize("name", WRITES)
def test_a_redirected_descriptor_is_written_where_it_stands(name: str, here: Path) -> None:
    handle = os.open(here / "redirected", os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(handle, b"before\n")
    wrote(name, f"/dev/fd/{handle}")
    os.close(handle)
    text = (here / "redirected").read_bytes()
    assert text.startswith(b"before\n") and len(text) > 50


@pytest.mark.parametrize("name", WRITES)
def test_what_cannot_be_written_is_a_sentence(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cannot be written" in refused(name, "absent/out")
    assert "cannot be written" in refused(name, "sound.json/out")
    (here / "folder").mkdir()
    assert refused(name, "folder")
    (here / "old").write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_write_all", full)
        assert os.strerror(errno.ENOSPC) in refused(name, "old")
    assert (here / "old").read_text() == "old"
    assert not [one.name for one in here.iterdir() if one.name.startswith(".llmdoctor")]


# -- the job summary ---------------------------------------------------------------------------------------------------


def test_the_job_summary_is_appended(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary"))
    (here / "summary").write_text("before\n")
    for _ in range(2):
        CliRunner().invoke(program, ["judge", "sound.json", "--format", "github"], standalone_mode=False)
    text = (here / "summary").read_text("utf-8")
    assert text.startswith("before\n") and text.count("# ") >= 2


@pytest.mark.parametrize("place", ["absent/summary", "folder", "pipe", "/dev/full"])
def test_a_job_summary_that_cannot_be_written_changes_no_verdict(
    place: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "/dev/full" and not Path(place).exists():
        pytest.skip("only Linux has /dev/full")
    (here / "folder").mkdir()
    if place == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("this system has no named pipes")
        os.mkfifo(here / "pipe")
    monkeypatch.setattr(writer, "PATIENCE", 0.1)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / place))
    words = ["judge", "sound.json", "--format", "github", "--lang", "en"]
    done = ends(lambda: CliRunner().invoke(program, words, standalone_mode=False))
    assert isinstance(done.exception, SystemExit) and done.exception.code == 1
    assert place.rpartition("/")[2] in done.stderr


def test_an_appended_text_ends_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    append(str(tmp_path / "a"), "one", "en")
    append(str(tmp_path / "a"), "two\udcff", "en")
    assert (tmp_path / "a").read_bytes() == b"one\ntwo?\n"
    append(str(tmp_path), "x", "en")
    assert os.strerror(errno.EISDIR) in capsys.readouterr().err


# -- streams -----------------------------------------------------------------------------------------------------------


def test_standard_output_is_no_file() -> None:
    for name in (None, "-"):
        with OutputFile(name) as out:
            assert out is sys.stdout


def test_an_error_of_the_block_is_not_hidden(tmp_path: Path) -> None:
    save(tmp_path / "a", "old")
    for error in (OSError(errno.ENOSPC, "mine"), KeyboardInterrupt(), click.ClickException("mine")):
        with pytest.raises(type(error)), OutputFile(str(tmp_path / "a")) as out:
            out.write("half")
            raise error
    assert (tmp_path / "a").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_stream_into_a_full_device_ends_with_a_sentence() -> None:
    with pytest.raises(click.ClickException, match=r"^/dev/full cannot be written: "), OutputFile("/dev/full") as out:
        for _ in range(10_000):
            out.write("x" * 100)


# -- init --------------------------------------------------------------------------------------------------------------


@POSIX
def test_init_writes_through_no_link_of_a_strangers_folder(here: Path) -> None:
    beyond = here.parent / "home" / ".profile"
    (here / "llmdoctor.toml").symlink_to(beyond)
    for words in (["init"], ["init", "--force"]):
        done = CliRunner().invoke(program, words, standalone_mode=False)
        assert isinstance(done.exception, click.ClickException) and "outside this folder" in str(done.exception)
        assert not beyond.exists()
    (here / "llmdoctor.toml").unlink()
    assert CliRunner().invoke(program, ["init"], standalone_mode=False).exception is None
    assert (here / "llmdoctor.toml").read_text().startswith("# Targets for ")
    done = CliRunner().invoke(program, ["init"], standalone_mode=False)
    assert isinstance(done.exception, click.ClickException) and "--force" in str(done.exception)
