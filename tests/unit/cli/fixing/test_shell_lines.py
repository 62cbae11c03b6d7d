"""Lines for a shell do what they say, and print nothing of a key."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from diagnose.cli.fixing.shell_lines import SHELLS, cleaning, removal, renaming, setting, shell_of, word

KEY = "sk-Qm7xT2b_W9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
DIRTY = [f"{KEY}\n", f"{KEY}\r\n", f'"{KEY}"', f" {KEY}\t", f"Bearer {KEY}", f"\u200b{KEY}\u00a0", f"'{KEY}',"]
VALUES = ["https://relay.example/v1", "gpt-5 nano", "it's $HOME `x` \\ !", "ключ", "a;b&c|d", "~", "*"]


def test_the_shell_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    shells = {"/bin/bash": "sh", "/usr/bin/zsh": "sh", "/usr/bin/fish": "fish", "/bin/tcsh": "csh", "": "sh"}
    assert {path: shell_of({"SHELL": path}) for path in shells} == shells
    assert shell_of({"SHELL": "/opt/pwsh"}) == "powershell"
    monkeypatch.setattr(sys, "platform", "win32")
    assert shell_of({"PROMPT": "$P$G"}) == "cmd" and shell_of({}) == "powershell"


@pytest.mark.skipif(os.name != "posix", reason="no sh here")
def test_sh_does_what_the_lines_say() -> None:
    """One shell runs all lines: each process costs more than all the rest."""
    script, wanted = ["unset N M"], []
    for value in VALUES:
        script += [setting("N", value, "sh"), renaming("N", "M", "sh"), "printf '%s\\0' \"$M\""]
        wanted.append(value)
    for at, dirty in enumerate(DIRTY):
        line = cleaning(f"D{at}", dirty, KEY, "sh")
        assert KEY[3:15] not in line and line.startswith(f"export D{at}=")
        script += [line, f"printf '%s\\0' \"$D{at}\""]
        wanted.append(KEY)
    script += [removal("N", "sh"), "printf '%s\\0' \"${N-gone}\""]
    environ = {f"D{at}": dirty for at, dirty in enumerate(DIRTY)}
    done = subprocess.run(
        ["/bin/sh", "-c", "\n".join(script)], capture_output=True, env={**os.environ, **environ}, check=True, timeout=60
    )
    assert done.stdout.decode().split("\0")[:-1] == [*wanted, "gone"] and not done.stderr


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("dirty", DIRTY)
def test_no_line_shows_a_key(shell: str, dirty: str) -> None:
    line = cleaning("K", dirty, KEY, shell, "OPENAI_API_KEY")
    assert not line or ("OPENAI_API_KEY" in line and KEY[3:15] not in line)
    # PowerShell's and fish's patterns keep what they must: read here as Python's.
    if shell == "powershell":
        kept = re.search(r"'\[\^([^]]+)\]'", line)
        assert kept is not None
        body = re.sub(r"(?i)^\s*(authorization:\s*)?bearer\s+", "", dirty) if "bearer" in line else dirty
        assert re.sub(f"[^{kept[1]}]", "", body) == KEY


def test_what_no_short_line_cleans() -> None:
    assert cleaning("K", f"{KEY} {KEY}", KEY, "sh") == ""  # two keys
    assert cleaning("K", f"OPENAI_API_KEY={KEY}", KEY, "sh") == ""  # the prefix has letters that a key may have
    assert cleaning("K", "'ключ'", "ключ", "sh") == "" and cleaning("K", f"{KEY}\n", KEY, "cmd") == ""


def test_cmd_and_powershell_take_the_value_as_it_is() -> None:
    assert setting("N", "https://relay.example/v1", "cmd") == 'set "N=https://relay.example/v1"'
    assert setting("N", "50%&del", "cmd") == ""
    assert setting("N", "it's", "powershell") == "$env:N = 'it''s'"
    assert word("a b", "fish") == "'a b'" and setting("N", "a b", "fish") == "set -gx N 'a b'"
    assert renaming("A", "B", "powershell") == "$env:B = $env:A" and removal("A", "powershell") == "Remove-Item Env:A"
    assert setting("N", "x", "csh") == "setenv N x" and removal("N", "cmd") == "set N="
