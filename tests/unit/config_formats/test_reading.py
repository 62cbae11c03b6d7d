"""The one reader of files: what it opens, for whom, and how much of it."""

from __future__ import annotations

import ast
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from probes.config_formats import files
from probes.config_formats.files import SkippedFile, bytes_of, named_bytes, text_of
from unit.hostile_files import AS_ROOT, FOUND, MAKE, NAMED, NEEDS_PIPES, STRANGER, ends

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners, modes and pipes are those of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def refused(path: Path, found_in: Path | None = None, **choices: bool) -> SkippedFile:
    with pytest.raises(SkippedFile) as raised:
        ends(lambda: bytes_of(path, found_in, **choices))
    return raised.value


@pytest.mark.parametrize("kind", FOUND)
def test_a_found_file_is_not_read(kind: str, project: Path) -> None:
    if kind == "foreign owner" and os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    make, reasons = FOUND[kind]
    make(project / ".env")
    if kind == "binary":
        with pytest.raises(SkippedFile, match="encoding"):
            text_of(project / ".env", project)
        return
    assert refused(project / ".env", project).reason in reasons.split()


@pytest.mark.parametrize("kind", NAMED)
def test_a_named_file_ends(kind: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.2)
    MAKE[kind](project / "named")
    why = refused(project / "named", named=True).why
    assert why and not why.endswith(".")


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path).why == "it is a folder"
    assert refused(tmp_path / "absent", named=True).why == os.strerror(2)
    assert bytes_of(tmp_path / "absent") is None and bytes_of(tmp_path / "absent" / "below") is None
    assert refused(Path("a\0b")).reason == "unreadable"


# -- pipes that are named ----------------------------------------------------------------------------------------------


@NEEDS_PIPES
def test_a_pipe_that_is_named_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            file.write(b"sk-")
            time.sleep(0.05)
            file.write(b"key\n")

    writer = threading.Thread(target=write)
    writer.start()
    assert ends(lambda: named_bytes(pipe)) == b"sk-key\n"
    writer.join()


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no /dev/fd here")
def test_a_descriptor_is_read_as_a_shell_passes_it() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x" * 1000)
    os.close(writing)
    assert ends(lambda: named_bytes(Path(f"/dev/fd/{reading}"))) == b"x" * 1000
    os.close(reading)


@NEEDS_PIPES
def test_a_deadline_shortens_the_patience(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SkippedFile) as raised:
        ends(lambda: bytes_of(tmp_path / "pipe", named=True, patience=0.1))
    assert raised.value.why == "it did not end within 0.1 seconds"


@NEEDS_PIPES
def test_a_writer_that_says_nothing_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.2)
    os.mkfifo(tmp_path / "pipe")
    silent = os.open(tmp_path / "pipe", os.O_RDWR)
    assert "did not end within" in refused(tmp_path / "pipe", named=True).why
    os.close(silent)


def test_dev_null_is_empty() -> None:
    assert named_bytes(Path(os.devnull)) == b""


def test_the_limit_counts_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert bytes_of(tmp_path / "a", limit=10) == b"x" * 10
    with pytest.raises(SkippedFile, match="too_large") as raised:
        bytes_of(tmp_path / "a", limit=9)
    assert raised.value.why == "it is larger than 0 KiB"
    assert files.shown_size(files.LARGEST) == "1 MiB"


def test_a_pipe_without_poll_is_read_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    import select

    monkeypatch.delattr(select, "poll", raising=False)
    reading, writing = os.pipe()
    os.write(writing, b"half")
    with pytest.raises(SkippedFile, match="unreadable"):
        files._of_pipe(reading, 100, 0.3)
    os.close(writing)
    os.close(reading)
    reading, writing = os.pipe()
    os.write(writing, b"whole")
    os.close(writing)
    assert files._of_pipe(reading, 100, 30) == b"whole"
    os.close(reading)


# -- who wrote it ------------------------------------------------------------------------------------------------------


def test_the_users_own_file_in_a_project_is_read(project: Path) -> None:
    (project / ".env").write_text("A=1\n")
    for mode in (0o600, 0o644, 0o660, 0o444):
        (project / ".env").chmod(mode)
        assert text_of(project / ".env", project) == "A=1\n"


@AS_ROOT
def test_root_reads_the_files_of_the_user_behind_sudo(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MAKE["foreign owner"](project / ".env")
    for behind, read in ((str(STRANGER), True), ("1", False), ("", False), ("-1", False), ("٣", False)):
        monkeypatch.setenv("SUDO_UID", behind)
        assert (_read(project / ".env", project) == "A=1\n") is read
    monkeypatch.delenv("SUDO_UID")
    assert _read(project / ".env", project) == "foreign_owner"


@AS_ROOT
def test_another_user_believes_no_sudo(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".env").write_text("A=1\n")
    os.chown(project / ".env", STRANGER, STRANGER)
    monkeypatch.setenv("SUDO_UID", str(STRANGER))
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert _read(project / ".env", project) == "foreign_owner"
    os.chown(project / ".env", 0, 0)
    assert _read(project / ".env", project) == "A=1\n"


def _read(path: Path, found_in: Path) -> str | None:
    try:
        return text_of(path, found_in)
    except SkippedFile as error:
        return error.reason


@pytest.mark.parametrize(("mode", "read"), [(0o777, False), (0o1777, True), (0o775, True), (0o702, False)])
def test_a_folder_above_that_everybody_may_write(mode: int, read: bool, tmp_path: Path) -> None:
    below = tmp_path / "a" / "b" / "project"
    below.mkdir(parents=True)
    (below / ".env").write_text("A=1\n")
    (tmp_path / "a").chmod(mode)
    assert (_read(below / ".env", below) == "A=1\n") is read
    if not read:
        assert str(tmp_path / "a") in refused(below / ".env", below).why


def test_the_disks_of_windows_have_no_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".env"
    MAKE["world-writable"](path)
    kernel = os.uname_result(("Linux", "host", "5.15.90.1-microsoft-standard-WSL2", "#1", "x86_64"))
    monkeypatch.setattr(os, "uname", lambda: kernel)
    assert _read(path, tmp_path) == "world_writable"  # ext4, even under WSL
    table = f"1 0 0:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / {tmp_path} rw - 9p C: rw\n"
    whole = files.bytes_of

    def mounts(path: Path, *arguments: Path) -> bytes | None:
        return table.encode() if path == Path("/proc/self/mountinfo") else whole(path, *arguments)

    monkeypatch.setattr(files, "bytes_of", mounts)
    assert whole(path, tmp_path) == b"A=1\n"


# -- links -------------------------------------------------------------------------------------------------------------


def test_links_inside_a_project_are_followed(project: Path) -> None:
    (project / "real").mkdir()
    (project / "real" / "env").write_text("A=1\n")
    (project / ".env").symlink_to("real/env")
    (project / "folder").symlink_to("real")
    assert text_of(project / ".env", project) == "A=1\n"
    assert text_of(project / "folder" / "env", project) == "A=1\n"


@pytest.mark.parametrize("link", ["file", "folder", "chain"])
def test_a_link_out_of_a_project_is_not_followed(link: str, project: Path) -> None:
    shared = project.parent / "shared"
    shared.mkdir()
    (shared / ".env").write_text("A=1\n")
    path = project / ".env"
    if link == "file":
        path.symlink_to("../shared/.env")
    elif link == "folder":
        (project / ".app").symlink_to("../shared")
        path = project / ".app" / ".env"
    else:
        (project / "one").symlink_to("two")
        (project / "two").symlink_to(shared)
        path.symlink_to("one/.env")
    assert refused(path, project).reason == "leads_out"
    assert text_of(path) == "A=1\n"  # the user's own file, and one that is named
    assert text_of(path, named=True) == "A=1\n"


def test_a_copied_home_may_belong_to_anybody_but_not_lead_out(project: Path) -> None:
    MAKE["world-writable"](project / "own")
    MAKE["link out"](project / "out")
    assert text_of(project / "own", project, anyones=True) == "A=1\n"
    with pytest.raises(SkippedFile, match="leads_out"):
        text_of(project / "out", project, anyones=True)


def test_a_project_that_is_reached_through_a_link_is_itself(project: Path) -> None:
    (project / ".env").write_text("A=1\n")
    (project.parent / "link").symlink_to(project)
    assert text_of(project.parent / "link" / ".env", project.parent / "link") == "A=1\n"


def test_a_file_that_is_swapped_while_it_is_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The descriptor is checked, not the path: a link that is put in between check and use gains nothing."""
    path, secret = project / ".env", project.parent / "secret"
    path.write_text("A=1\n")
    secret.write_text("secret\n")
    opened = os.open

    def swapping(name: Path, flags: int) -> int:
        path.unlink()
        path.symlink_to(secret)
        handle = opened(name, flags)
        path.unlink()
        path.write_text("A=1\n")
        return handle

    monkeypatch.setattr(os, "open", swapping)
    assert refused(path, project).reason == "unreadable"


def test_nothing_is_left_open(project: Path) -> None:
    (project / ".env").write_text("A=1\n")
    MAKE["link out"](project / "out")
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        text_of(project / ".env", project)
        refused(project / "out", project)
    assert len(os.listdir("/dev/fd")) == before


def test_every_reason_has_words() -> None:
    from diagnose.words import LANGS, phrase

    for reason in files.REASONS:
        assert all(phrase(f"found.{reason}", lang) for lang in LANGS)
        assert SkippedFile(reason).why
    raised = {
        node.args[0].value
        for node in ast.walk(ast.parse(Path(files.__file__).read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "SkippedFile"
        and isinstance(node.args[0], ast.Constant)
    }
    assert raised <= set(files.REASONS)
