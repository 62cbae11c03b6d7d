"""The one writer of files: what it replaces, what it writes into, and what it leaves as it was."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from probes.config_formats import writer
from probes.config_formats.writer import NotWritten, OutputStream, append, write
from unit.hostile_files import AS_ROOT, NEEDS_PIPES, STRANGER, ends, unix_socket

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and devices are those of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def failed(path: Path) -> str:
    with pytest.raises(NotWritten) as raised:
        ends(lambda: write(path, b"new"))
    with pytest.raises(NotWritten):
        ends(lambda: append(path, b"new"))
    return raised.value.why


# -- regular files -----------------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002, 0o000])
def test_a_new_file_has_the_mode_of_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        write(tmp_path / "new", b"x")
        append(tmp_path / "appended", b"x")
    finally:
        os.umask(before)
    for name in ("new", "appended"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o666 & ~umask


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o666])
def test_an_old_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(mode)
    write(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode), names(tmp_path)) == (b"new", mode, ["old"])


@AS_ROOT
def test_an_old_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    os.chown(path, STRANGER, STRANGER + 1)
    path.chmod(0o640)
    write(path, b"new")
    now = path.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (STRANGER, STRANGER + 1, 0o640)


@POSIX
def test_links_are_followed_and_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real/file")
    (tmp_path / "chain").symlink_to("link")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "new").symlink_to("real/new")
    for name, real in (("link", "file"), ("chain", "file"), ("folder/file", "file"), ("new", "new")):
        write(tmp_path / name, name.encode())
        assert (tmp_path / "real" / real).read_bytes() == name.encode()
        append(tmp_path / name, b"+")
        assert (tmp_path / "real" / real).read_bytes() == name.encode() + b"+"
    assert all((tmp_path / name).is_symlink() for name in ("link", "chain", "folder", "new"))
    assert names(tmp_path / "real") == ["file", "new"]


@AS_ROOT
def test_another_users_link_in_a_folder_for_everybody_is_not_followed(tmp_path: Path) -> None:
    """Linux refuses it in open() (fs.protected_symlinks), but not in rename(), by which files are replaced here."""
    shared, victim = tmp_path / "tmp", tmp_path / "victim"
    shared.mkdir()
    shared.chmod(0o1777)
    victim.write_bytes(b"old")
    (shared / "report.json").symlink_to(victim)
    os.chown(shared / "report.json", STRANGER, STRANGER, follow_symlinks=False)
    assert failed(shared / "report.json") == "it is another user's link"
    assert victim.read_bytes() == b"old"
    os.chown(shared / "report.json", 0, 0, follow_symlinks=False)
    write(shared / "report.json", b"new")
    assert victim.read_bytes() == b"new"


@POSIX
def test_a_hard_link_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    write(tmp_path / "one", b"new")
    assert (tmp_path / "one").read_bytes() == b"new" and (tmp_path / "two").read_bytes() in (b"old", b"new")


@POSIX
def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_bytes(b"old")
    unix_socket(tmp_path / "socket")
    assert failed(tmp_path) == os.strerror(errno.EISDIR)
    assert failed(tmp_path / "absent" / "file") == os.strerror(errno.ENOENT)
    assert failed(tmp_path / "file" / "below") == os.strerror(errno.ENOTDIR)
    assert failed(tmp_path / "loop") == os.strerror(errno.ELOOP)
    assert failed(tmp_path / ("x" * 300)) == os.strerror(errno.ENAMETOOLONG)
    assert failed(tmp_path / "socket")
    assert failed(Path("a\0b")) == "its name is not one of a file"
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file", "loop", "socket"]


def test_a_name_of_the_longest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 200)
    write(path, b"1")
    write(path, b"2")
    assert path.read_bytes() == b"2"


STEPS = ("secrets.token_hex", "os.write", "os.fsync", "shutil.copystat", "os.replace")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()])
@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_or_ctrl_c_loses_nothing(
    step: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(NotWritten if isinstance(error, OSError) else KeyboardInterrupt) as raised:
            write(path, b"new")
    assert str(raised.value) == (os.strerror(errno.ENOSPC) if isinstance(error, OSError) else "")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["old"])


def test_an_append_to_a_full_disk_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old\n")
    written = os.write
    calls: list[int] = []

    def half(handle: int, content: memoryview) -> int:
        calls.append(handle)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(handle, content[:2])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(NotWritten, match="No space left"):
            append(path, b"new\n")
    assert path.read_bytes() == b"old\n"


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EXDEV])
def test_a_file_that_is_mounted_alone_is_written_over(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"a longer old content")

    def busy(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", busy)
    write(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"new", ["old"])


def test_a_folder_that_takes_no_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old content")

    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("secrets.token_hex", denied)
    write(path, b"new")
    assert path.read_bytes() == b"new"
    written = os.write

    def full(handle: int, content: memoryview) -> int:
        if bytes(content) == b"newer":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(handle, content)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(NotWritten, match="No space left"):
            write(path, b"newer")
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_protected_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o444)
    assert failed(path) == os.strerror(errno.EACCES)
    assert path.read_bytes() == b"old"


def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="mine"), OutputStream(path) as stream:
        stream.text.write("half")
        raise ValueError("mine")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["old"])
    with OutputStream(path) as stream:
        stream.text.write("ü\udcff\n")
    assert path.read_bytes() == "ü?\n".encode()


# -- what is no regular file -------------------------------------------------------------------------------------------


@POSIX
def test_a_device_is_written_into(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(os.devnull)
    for path in (Path(os.devnull), Path("/dev/zero"), link):
        write(path, b"x" * 100_000)
        append(path, b"x")
        assert stat.S_ISCHR(path.stat().st_mode)
    assert link.is_symlink() and names(tmp_path) == ["link"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_device_is_said() -> None:
    assert failed(Path("/dev/full")) == os.strerror(errno.ENOSPC)


@AS_ROOT
def test_a_device_of_ones_own_stays_a_device(tmp_path: Path) -> None:
    path = tmp_path / "null"
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        path.open("wb").close()
    except OSError:
        pytest.skip("devices cannot be made or used here")
    write(path, b"x")
    append(path, b"x")
    assert stat.S_ISCHR(path.lstat().st_mode)


@NEEDS_PIPES
@pytest.mark.parametrize("size", [3, 1_000_000])
def test_a_pipe_is_written_into(size: int, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    ends(lambda: write(pipe, b"x" * size))
    reader.join()
    assert got == [b"x" * size] and stat.S_ISFIFO(pipe.lstat().st_mode)


@NEEDS_PIPES
def test_a_pipe_that_nobody_reads_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.1)
    os.mkfifo(tmp_path / "pipe")
    assert "nobody has read from it" in failed(tmp_path / "pipe")
    silent = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(NotWritten, match="nobody has read from it"):
        ends(lambda: write(tmp_path / "pipe", b"x" * 1_000_000))
    os.close(silent)
    assert stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no /dev/fd here")
@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}", "link"])
def test_an_open_descriptor_is_written_where_it_stands(form: str, tmp_path: Path) -> None:
    if form.startswith("/proc") and not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc here")
    path = tmp_path / "redirected"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(handle, b"before ")
    name = Path(form.format(handle))
    if form == "link":
        name = tmp_path / "link"
        name.symlink_to(f"/dev/fd/{handle}")
    write(name, b"report")
    append(name, b" summary")
    os.write(handle, b" after")
    os.close(handle)
    assert path.read_bytes() == b"before report summary after"


def test_a_descriptor_that_is_not_open() -> None:
    assert failed(Path("/dev/fd/9999")) if Path("/dev/fd").is_dir() else True


def test_the_devices_of_windows() -> None:
    for name in ("NUL", "nul", "con", "COM1", "lpt9.txt", "CONOUT$"):
        assert writer._WINDOWS_DEVICE.fullmatch(name)
    for name in ("null", "console", "com", "report.nul", "com10"):
        assert not writer._WINDOWS_DEVICE.fullmatch(name)
