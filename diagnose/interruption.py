"""End the program at Ctrl-C and SIGTERM: at any moment, with the exit status of the signal, and never with a traceback.

A handler that raises KeyboardInterrupt does not achieve that. Python discards an exception that is raised while it
collects garbage or imports a module, and prints its traceback; one that is raised while a `finally` block runs leaves
that block's work undone. So the handler raises nothing. It ends the process at once, after the functions of
:func:`at_end`, except where a block of code says otherwise:

- :class:`CancelledBy`: the first signal calls a function, which ends the block's work early (`check` then reports what
  it has found). The next signal ends the process.
- :class:`Held`: the signal waits until the block has ended, because half of its work must not be left.

This module imports next to nothing, because the program installs the handler before it imports anything else.
"""

from __future__ import annotations

import os
import sys
from time import monotonic

# The C module, which the interpreter loads at its start: `signal` makes enums of its names, which takes up to 10 ms.
signal = sys.modules.get("_signal") or __import__("signal")

TYPE_CHECKING = False  # as in `typing`, which takes 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

# Ctrl-C; the polite request to end; a terminal that is closed; Ctrl-Break, which is Windows' polite request.
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
INTERRUPTED = 130  # the exit status after Ctrl-C: 128 and the number of SIGINT
TERMINATED = 143
# Seconds in which further signals count as the first one: `timeout` sends SIGTERM to the process and then to its group,
# and a terminal and a wrapper such as `npm` may both pass on one Ctrl-C.
ECHO = 0.5


class _Received:
    """The state of this process, since signals exist once for each process."""

    number = 0  # of the first signal, 0 before it
    at = 0.0  # when it arrived, on the monotonic clock
    waiting = False  # whether it arrived in a block of Held, which ends it
    held = 0  # blocks of Held that are open
    cancel: Callable[[], object] | None = None
    normal_end = False  # whether Ctrl-C is how the user ends this command, as `serve`
    undo: tuple[Callable[[], object], ...] = ()


def install() -> None:
    """Handle the signals, except those that the parent process has set to be ignored (`nohup`, a shell's `&`)."""
    for number in _numbers():
        if signal.getsignal(number) not in (signal.SIG_IGN, _on_signal):
            try:
                signal.signal(number, _on_signal)
            except (ValueError, OSError):  # not in the main thread, or a signal that this system does not deliver
                return


def ignore() -> None:
    """Ignore the signals from now on: the status is decided, or the parent process handles them."""
    for number in _numbers():
        if signal.getsignal(number) == _on_signal:
            signal.signal(number, signal.SIG_IGN)


def received() -> bool:
    """Check whether a signal has arrived that is to end the program."""
    return _Received.number != 0


def status_of(status: int) -> int:
    """Return the exit status of the signal if ``status`` is that of an interruption (130), else ``status``."""
    return _status() if status == INTERRUPTED and received() else status


def ctrl_c_is_normal() -> None:
    """Let Ctrl-C end the program with status 0: the command runs until the user ends it."""
    _Received.normal_end = True


def at_end(undo: Callable[[], object]) -> None:
    """Call ``undo`` if a signal ends the process: remove a temporary file, show the cursor. It may run anywhere."""
    _Received.undo = (*_Received.undo, undo)


def forget(undo: Callable[[], object]) -> None:
    """Take back :func:`at_end`: the work is done, or undone in the usual way."""
    _Received.undo = tuple(one for one in _Received.undo if one != undo)


class CancelledBy:
    """A block whose work ``cancel`` ends early. The first signal in it calls ``cancel``, which must not block."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        self._cancel = cancel

    def __enter__(self) -> None:
        _Received.cancel = self._cancel

    def __exit__(self, *_: object) -> None:
        _Received.cancel = None


class Held:
    """A short block that is carried out as a whole: a signal waits for its end, a second one does not."""

    def __enter__(self) -> None:
        _Received.held += 1

    def __exit__(self, *_: object) -> None:
        _Received.held -= 1
        if _Received.waiting and not _Received.held:
            _Received.waiting = False
            _act()


def _numbers() -> list[int]:
    return [int(getattr(signal, name)) for name in SIGNALS if hasattr(signal, name)]


def _on_signal(number: int, _: object) -> None:
    first = not received()
    if first:
        _Received.number, _Received.at = number, monotonic()
    elif monotonic() - _Received.at < ECHO:
        return
    if not first:
        _end()
    if _Received.held:
        _Received.waiting = True
    else:
        _act()


def _act() -> None:
    if _Received.cancel is not None:
        _Received.cancel()
    else:
        _end()


def _end() -> None:
    """Undo what must not be left behind, and end the process without any further code of Python's."""
    for undo in reversed(_Received.undo):
        try:
            undo()
        except Exception:  # noqa: S112 - the others are to run too, and there is nobody left to tell
            continue
    if _Received.number == signal.SIGINT and os.isatty(2):
        os.write(2, b"\n")  # the terminal has written ^C, and the shell's prompt follows
    os._exit(_status())


def _status() -> int:
    if _Received.number == signal.SIGINT:
        return 0 if _Received.normal_end else INTERRUPTED
    return TERMINATED if sys.platform == "win32" else 128 + _Received.number
