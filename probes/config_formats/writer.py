"""Write files: the only place in the program that does.

A regular file is replaced by a finished one in one step, so that no reader sees half of it and a full disk costs
nothing. Links are followed, and what is no regular file (``/dev/stdout``, a pipe) is written into, as a shell does.
"""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

from probes.config_formats.files import MIB, SkippedFile, bytes_of

_LARGEST = 256 * MIB  # bytes of an old file that is kept in memory while it is written over
PATIENCE = 30.0  # seconds until somebody reads from a pipe
_DESCRIPTOR = re.compile(r"/dev/(?:fd/(\d{1,5})|(stdin|stdout|stderr))|/proc/(?:self|thread-self|\d+)/fd/(\d{1,5})")
_STANDARD = {"stdin": 0, "stdout": 1, "stderr": 2}
_WINDOWS_DEVICE = re.compile(r"(?:nul|con|prn|aux|conin\$|conout\$|com\d|lpt\d)(?:[.:].*)?", re.IGNORECASE)
_MOST_LINKS = 40  # that lead from one to the next, as in Linux


class NotWritten(Exception):
    """Error for a file that cannot be written; it is as it was. ``why`` says it: ``No space left on device``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def write(path: Path, content: bytes, check: Callable[[], None] | None = None, private: bool = False) -> None:
    """Write a file as a whole, with the arguments of :class:`OutputStream`. Raises NotWritten if that fails."""
    with OutputStream(path, check, private) as stream:
        stream.raw.write(content)


def append(path: Path, content: bytes) -> None:
    """Append to a file, which is created if it does not exist. Raises NotWritten if that fails."""
    try:
        handle = _to_append(path)
        try:
            before = os.fstat(handle)
            try:
                _write_all(handle, content)
            except OSError:
                if stat.S_ISREG(before.st_mode):
                    with suppress(OSError):
                        os.ftruncate(handle, before.st_size)
                raise
        finally:
            os.close(handle)
    except OSError as error:
        raise NotWritten(_reason(error)) from None
    except ValueError:
        raise NotWritten("its name is not one of a file") from None


def _to_append(path: Path) -> int:
    target = _target(path)
    if isinstance(target, int):
        return target
    kind = _kind(target)
    if kind is not None and not stat.S_ISREG(kind):
        return _device(target, kind)
    return os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _flags("O_BINARY", "O_NOFOLLOW"), 0o666)


class OutputStream:
    """A file that is being written: as a context manager it is replaced at the end, or left as it was after an error.

    ``text`` takes text, ``raw`` bytes. What is no regular file gets them at once. ``check`` is called directly before a
    regular file is replaced and may raise an error; a new file is the user's alone if ``private``.

    Raises NotWritten if the file cannot be written or replaced.
    """

    def __init__(self, path: Path, check: Callable[[], None] | None = None, private: bool = False) -> None:
        self.path = path
        self._check, self._private = check, private
        self._beside: Path | None = None  # the new file, until it replaces the old one

    def __enter__(self) -> OutputStream:
        try:
            self._begin()
        except OSError as error:
            raise NotWritten(_reason(error)) from None
        except ValueError:
            raise NotWritten("its name is not one of a file") from None
        self.raw = _Descriptor(self._handle)
        self.text: TextIO = io.TextIOWrapper(io.BufferedWriter(self.raw), "utf-8", "replace", "\n")
        return self

    def _begin(self) -> None:
        self._target: Path | None = None  # the regular file that is replaced at the end
        self._old: os.stat_result | None = None
        target = _target(self.path)
        if isinstance(target, int):
            self._handle = target
            return
        kind = _kind(target)
        if kind is not None and not stat.S_ISREG(kind):
            self._handle = _device(target, kind)
            return
        self._target = target
        if kind is not None:
            self._old = target.stat()
            if not os.access(target, os.W_OK):  # renaming would replace a file that the user has protected
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        try:
            self._create(target.parent, 0o600 if self._private or self._old is not None else 0o666)
        except PermissionError:
            self._beside = None
            if self._old is None:
                raise
            self._handle = -1  # the folder takes no new file: the content is collected and written over the old one

    def _create(self, folder: Path, mode: int) -> None:
        """Create the new file. Its name is known before it exists, so that :meth:`discard` finds it at any moment."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _flags("O_BINARY", "O_NOFOLLOW")
        while True:
            self._beside = folder / f".llmdoctor-{secrets.token_hex(8)}"
            with suppress(FileExistsError):
                self._handle = os.open(self._beside, flags, mode)
                return

    def discard(self) -> None:
        """Remove the new file if it has not replaced the old one. May be called at any moment, by a signal handler."""
        if self._beside is not None:
            with suppress(OSError):
                self._beside.unlink()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self.text.flush()
                if self._target is not None:
                    self._finish(self._target)
        except OSError as failed:
            raise NotWritten(_reason(failed)) from None
        finally:
            with suppress(NotWritten, OSError, ValueError):
                self.text.close()
            with suppress(OSError):
                if self._handle >= 0:
                    os.close(self._handle)
            self.discard()

    def _finish(self, target: Path) -> None:
        """Put the new file into the place of the old one. Raises OSError."""
        if self._beside is None:
            self._before()
            _overwrite(target, bytes(self.raw.collected))
            return
        os.fsync(self._handle)
        os.close(self._handle)
        self._handle = -1
        try:
            if self._old is not None:
                _take_over(self._beside, target, self._old)
            self._before()
            os.replace(self._beside, target)  # noqa: PTH105 - a test makes os.replace fail
        except OSError as error:
            # The old owner cannot be given to a new file, or the old file is mounted on its own, as in a container.
            if error.errno not in (errno.EPERM, errno.EBUSY, errno.EXDEV) or self._old is None:
                raise
            self._before()
            _overwrite(target, _content(self._beside))
        else:
            self._beside = None

    def _before(self) -> None:
        if self._check is not None:
            self._check()


class _Descriptor(io.RawIOBase):
    """A stream into a descriptor that reports every failure as NotWritten, to tell it from other errors.

    Without a descriptor (-1) it collects the content.
    """

    def __init__(self, handle: int) -> None:
        super().__init__()
        self._handle = handle
        self.collected = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        """Write all of the content. Raises NotWritten."""
        data = bytes(memoryview(content))  # type: ignore[arg-type]  # whatever has a buffer
        if self._handle < 0:
            self.collected += data
            return len(data)
        try:
            _write_all(self._handle, data)
        except OSError as error:
            raise NotWritten(_reason(error)) from None
        return len(data)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _flags(*names: str) -> int:
    """Return the flags of these names that this system has."""
    return sum(getattr(os, name, 0) for name in names)


# -- where to write ----------------------------------------------------------------------------------------------------


def _target(path: Path) -> Path | int:
    """Return the file to which the links at ``path`` lead, or a copy of the open descriptor that it means.

    A descriptor is written as it is: opening ``/dev/stdout`` again would start at the beginning of a redirected file.

    Raises OSError, also for another user's link in a folder in which everybody may create files: it would lead the
    user's text wherever that one wants (Linux refuses such links in open(), but not in rename()).
    """
    text = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links
    for _ in range(_MOST_LINKS):
        if found := _DESCRIPTOR.fullmatch(text):
            own = not text.startswith("/proc/") or text.split("/")[2] in ("self", "thread-self", str(os.getpid()))
            if own:
                return os.dup(_STANDARD[found[2]] if found[2] else int(found[1] or found[3]))
            break
        if not os.path.islink(text):  # noqa: PTH114
            break
        _check_link(text)
        folder = os.path.realpath(os.path.dirname(text))  # noqa: PTH120
        text = os.path.normpath(os.path.join(folder, os.readlink(text)))  # noqa: PTH115, PTH118
    else:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return Path(os.path.realpath(os.path.dirname(text)), os.path.basename(text))  # noqa: PTH119, PTH120


def _check_link(link: str) -> None:
    if not hasattr(os, "geteuid"):
        return
    folder = os.stat(os.path.dirname(link))  # noqa: PTH116, PTH120
    everybodys = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
    if everybodys and os.lstat(link).st_uid not in (os.geteuid(), folder.st_uid):
        raise PermissionError(errno.EACCES, "it is another user's link")


def _kind(target: Path) -> int | None:
    """Return the file's mode, or None if it does not exist. Raises OSError, also for a folder."""
    if os.name == "nt" and _WINDOWS_DEVICE.fullmatch(target.name):
        return stat.S_IFCHR
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return mode


def _device(target: Path, kind: int) -> int:
    """Open what is no regular file. Raises OSError, also if nobody reads from a pipe within :data:`PATIENCE`."""
    flags = os.O_WRONLY | _flags("O_NOCTTY", "O_BINARY")
    if not stat.S_ISFIFO(kind):
        return os.open(target, flags)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(target, flags | _flags("O_NONBLOCK"))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > end:
                raise OSError(errno.ENXIO, f"nobody has read from it for {PATIENCE:g} seconds") from None
            time.sleep(0.05)


# -- writing -----------------------------------------------------------------------------------------------------------


def _write_all(handle: int, content: bytes) -> None:
    """Write everything. Raises OSError, also if a pipe takes nothing for :data:`PATIENCE`."""
    left = memoryview(content)
    while left:
        try:
            left = left[os.write(handle, left) :]
        except BlockingIOError:
            _wait(handle)


def _wait(handle: int) -> None:
    import select

    ready = select.poll()
    ready.register(handle, select.POLLOUT)
    if not ready.poll(PATIENCE * 1000):
        raise OSError(errno.EAGAIN, f"nobody has read from it for {PATIENCE:g} seconds")


def _overwrite(target: Path, content: bytes) -> None:
    """Write over a file that cannot be replaced, and restore the old content if that fails. Raises OSError."""
    old = _content(target)
    handle = os.open(target, os.O_WRONLY | _flags("O_BINARY", "O_NOFOLLOW"))
    try:
        try:
            _write_over(handle, content)
        except OSError:
            _write_over(handle, old)
            raise
    finally:
        os.close(handle)


def _content(path: Path) -> bytes:
    try:
        return bytes_of(path, limit=_LARGEST) or b""
    except SkippedFile as error:
        raise OSError(errno.EACCES, error.why) from None


def _write_over(handle: int, content: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    _write_all(handle, content)
    os.ftruncate(handle, len(content))


def _take_over(beside: Path, target: Path, old: os.stat_result) -> None:
    """Give the new file the old one's rights, extended attributes and, where the system allows it, owner."""
    import shutil

    shutil.copystat(target, beside)
    os.utime(beside)  # copystat has copied the old modification time
    if not hasattr(os, "chown"):
        return
    owner, now = (old.st_uid, old.st_gid), beside.stat()
    if owner != (os.geteuid(), os.getegid()) or owner != (now.st_uid, now.st_gid):  # the folder may give its own group
        os.chown(beside, *owner)
        beside.chmod(stat.S_IMODE(old.st_mode))  # chown can clear the setuid and setgid bits
