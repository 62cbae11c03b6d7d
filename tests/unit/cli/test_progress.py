"""What a running check shows: the steps that work, and a clock beside the step that it waits for."""

from __future__ import annotations

import io
import re
import sys

import pytest

from diagnose.cli import progress as module
from diagnose.cli.progress import Progress
from probes.model.evidence import Observation, Subject
from probes.model.failure import Failure, Kind, Outcome
from probes.model.record import replace
from worlds.recorded import recorded
from worlds.table import SCENARIOS


class Terminal(io.StringIO):
    """A terminal that remembers everything that was written to it."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> list[str]:
        """What is seen: the text after the last erasure."""
        return re.split("\x1b\\[J", self.getvalue())[-1].split("\n")


def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in place of standard error; not in a fixture, since pytest replaces the streams after those."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(module, "_TICK", 3600)  # the tests tick themselves
    return made


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_clock_ticks_beside_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    clock = Clock()
    shown = Progress("en", "text", 10.0, clock)
    assert shown.waits is not None and shown.watch is not None
    shown.waits(Subject.TCP, "127.0.0.1:443", 0, True)
    assert terminal.screen == ["… connecting to 127.0.0.1:443   0 s of 10 s"]
    shown.watch(Observation(Subject.TCP, "127.0.0.1:443", Outcome.DONE))
    shown.waits(Subject.TCP, "127.0.0.1:443", 0, False)
    assert terminal.screen == ["✓ connection"]
    shown.waits(Subject.HTTP, "127.0.0.1", 1, True)
    shown.waits(Subject.CHAT, "127.0.0.1", 1, True)
    clock.now += 4.2
    shown.tick()
    assert terminal.screen == ["✓ connection", "… waiting for 127.0.0.1 to answer   4 s of 10 s"]
    clock.now += 8
    shown.tick()
    assert terminal.screen[1].endswith("   12 s"), "after retries there is no limit to name"
    before = terminal.getvalue()
    shown.tick()
    assert terminal.getvalue() == before, "nothing is drawn twice"
    shown.end()
    assert terminal.screen == [""], "the report takes its place"


def test_only_what_works_as_given_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    shown = Progress("zh", "text")
    assert shown.waits is not None and shown.watch is not None
    evidence = recorded(next(one for one in SCENARIOS if one.name == "url-no-version-relay")).evidence
    for one in evidence.observations:
        shown.watch(one)
    shown.watch(Observation(Subject.HANDSHAKE, "", Outcome.FAILED, failure=Failure(Kind.TLS_EXPIRED)))
    shown.waits(Subject.CHAT, "中转" * 40, 2, True)
    first, second = terminal.screen
    assert "✓ 连接" in first and "接口" not in first and "回答" not in first
    assert second.startswith("… 换一种方式访问") and "…" in second[2:] and second.endswith("0 秒，最多 10 秒")
    shown.end()


def test_a_sound_answer_shows_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "80")
    shown = Progress("en", "text")
    assert shown.watch is not None and shown.waits is not None
    for one in recorded(next(one for one in SCENARIOS if one.name == "sound-relay")).evidence.observations:
        shown.watch(replace(one, note=""))
    shown.waits(Subject.HTTP, "x", 0, True)
    assert terminal.screen[0].split("  ")[-4:] == ["✓ endpoint", "✓ model", "✓ answer", "✓ streaming"]
    shown.end()


@pytest.mark.parametrize(("fmt", "term"), [("json", "xterm"), ("text", "dumb")])
def test_nothing_is_shown_elsewhere(fmt: str, term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    a_terminal(monkeypatch)
    monkeypatch.setenv("TERM", term)
    assert Progress("en", fmt).watch is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert Progress("en", "text").waits is None


def test_a_console_without_these_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(Terminal, "encoding", "cp437")
    shown = Progress("en", "text")
    assert shown.watch is not None and shown.waits is not None
    shown.watch(Observation(Subject.TCP, "x", Outcome.DONE))
    shown.waits(Subject.DNS, "relay.example", 0, True)
    assert "".join(terminal.screen).isascii() and "[ok] connection" in terminal.screen[0]
    shown.end()
