"""Load what a report needs while a check waits for a host that is far away."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from probes.model.evidence import Subject
    from probes.steps.recorder import Waits

FAR = 0.003  # seconds without an answer; loading for a host that is nearer would take longer than the wait
# Seconds for which the thread may keep the interpreter from the event loop, so that the times of the steps stay true.
_SLICE = 0.0005


class LoadingInWaits:
    """The callback ``waits`` of a run that imports modules in a thread as soon as a step waits for a far host.

    ``waits`` is another such callback, which is called too.
    """

    def __init__(self, modules: Iterable[str], waits: Waits | None = None) -> None:
        self._modules = tuple(modules)
        self._waits = waits
        self._timer: asyncio.TimerHandle | None = None
        self._thread: threading.Thread | None = None

    def __call__(self, subject: Subject, name: str, number: int, begins: bool) -> None:
        """Take the beginning or the end of a step. An event loop must be running."""
        from asyncio import get_running_loop

        if self._waits is not None:
            self._waits(subject, name, number, begins)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if begins and self._thread is None:
            self._timer = get_running_loop().call_later(FAR, self._start)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._load, name="loading", daemon=True)
        self._thread.start()

    def _load(self) -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(_SLICE)
        try:
            for name in self._modules:
                import_module(name)
        except Exception:  # noqa: S110  the command imports it again, and says what is wrong
            pass
        finally:
            sys.setswitchinterval(usual)
