"""Files that are made to hang, exhaust or mislead a reader, and a clock that tells a hang from an answer."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
WAIT = 60.0  # seconds after which a call hangs; each of them ends in less than one
SPARSE = 1 << 33  # bytes; they take no room on the disk

NEEDS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
AS_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file to another user"
)
STRANGER = 12_345  # the id of a user who is neither root nor this one


def ends(call: Callable[[], T]) -> T:
    """Return what the call returns, or raise what it raises; fail if it hangs."""
    result: list[T] = []
    error: list[BaseException] = []

    def run() -> None:
        try:
            result.append(call())
        except BaseException as raised:
            error.append(raised)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WAIT)
    assert not thread.is_alive(), "it hangs"
    if error:
        raise error[0]
    return result[0]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(SPARSE)


def unix_socket(path: Path) -> None:
    short = f"/tmp/{os.getpid()}-{threading.get_ident()}.sock"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(short)
    Path(short).rename(path)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def binary(path: Path) -> None:
    path.write_bytes(b"\x80\xff\x00" * 10)


def foreign(path: Path) -> None:
    path.write_text("A=1\n")
    os.chown(path, STRANGER, STRANGER)


def for_everybody(path: Path) -> None:
    path.write_text("A=1\n")
    path.chmod(0o666)


def out(path: Path) -> None:
    beyond = path.parent.parent / "beyond"
    beyond.mkdir(exist_ok=True)
    (beyond / path.name).write_text("A=1\n")
    path.symlink_to(beyond / path.name)


# How to plant a file, and why it is not read where it is merely found.
FOUND = {
    "fifo": (fifo, "no_file"),
    "device": (zeros, "leads_out no_file"),
    "sparse": (sparse, "too_large"),
    "socket": (unix_socket, "no_file"),
    "binary": (binary, "encoding"),
    "foreign owner": (foreign, "foreign_owner"),
    "world-writable": (for_everybody, "world_writable"),
    "link out": (out, "leads_out"),
}
NAMED = ("fifo", "device", "sparse", "socket", "loop")
MAKE = {name: make for name, (make, _) in FOUND.items()} | {"loop": loop}
