"""What is loaded while a check waits for a far host."""

from __future__ import annotations

import asyncio
import sys

import pytest

from diagnose.cli import loading
from probes.model.evidence import Subject

MODULE = "colorsys"  # of the standard library; nothing here imports it


def waited(ends: bool) -> tuple[loading.LoadingInWaits, list[bool]]:
    """Let a step begin and, with ``ends``, end at once; then let the event loop run."""
    told: list[bool] = []
    waits = loading.LoadingInWaits((MODULE,), lambda subject, name, number, begins: told.append(begins))

    async def go() -> None:
        waits(Subject.TCP, "relay.example", 0, True)
        if ends:
            waits(Subject.TCP, "relay.example", 0, False)
        await asyncio.sleep(0.01)

    asyncio.run(go())
    if waits._thread is not None:
        waits._thread.join(10)
    return waits, told


@pytest.mark.parametrize("ends", [False, True])
def test_modules_are_loaded_only_for_a_step_that_waits(ends: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "FAR", 0.0)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    usual = sys.getswitchinterval()
    _, told = waited(ends)
    assert (MODULE in sys.modules) is not ends
    assert told == ([True, False] if ends else [True])
    assert sys.getswitchinterval() == usual


def test_a_module_that_cannot_be_loaded_is_left_to_the_command() -> None:
    usual = sys.getswitchinterval()
    loading.LoadingInWaits(("diagnose.no_such_module",))._load()
    assert sys.getswitchinterval() == usual


def test_what_is_loaded_exists() -> None:
    from diagnose.cli.commands.check import LATER
    from diagnose.formats import FORMATS

    for fmt in FORMATS:
        for name in LATER:
            __import__(name.format(fmt=fmt))
