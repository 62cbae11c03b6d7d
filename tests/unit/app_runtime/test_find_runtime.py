"""Test which interpreter a path and `auto` lead to, and that nothing of the folder is taken without the user's word."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from probes.app_runtime.find_runtime import environment_for, find_runtime, shebang
from probes.model.runtime_facts import NODE, PYTHON
from probes.model.settings import BadInput
from probes.model.source import Owner

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the environments are made for POSIX")


def environment(folder: Path, config: str = "home = /usr/bin\n") -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(config, "utf-8")
    (folder / "bin" / "python").write_text("", "utf-8")
    return folder


def script(place: Path, first: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"{first}\nprint()\n", "utf-8")
    place.chmod(0o755)
    return place


@pytest.mark.parametrize("given", ["project", "project/.venv", "project/.venv/bin/python"])
def test_a_named_path_is_taken(given: str, tmp_path: Path) -> None:
    environment(tmp_path / "project" / ".venv")
    found = find_runtime(given, {}, tmp_path)
    assert not found.found_there and found.target.program == str(tmp_path / "project/.venv/bin/python")


def test_uv_is_told_by_its_own_mark(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", "home = /usr/bin\nuv = 0.9.1\n")
    assert find_runtime(".venv", {}, tmp_path).target.tool == "uv"


def test_a_script_names_its_interpreter(tmp_path: Path) -> None:
    program = environment(tmp_path / "pipx" / "aider") / "bin" / "python"
    script(tmp_path / "bin" / "aider", f"#!{program}")
    (tmp_path / "link").symlink_to(tmp_path / "bin" / "aider")
    assert find_runtime("link", {}, tmp_path).target.program == str(program)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#!/opt/app/bin/python3\n", ["/opt/app/bin/python3"]),
        ("#!/usr/bin/env -S NODE_ENV=x node --flag\n", ["node"]),
        ('#!/bin/sh\n\'\'\'exec\' "/opt/a b/python" "$0" "$@"\n', ["/opt/a b/python"]),
        ("#!/bin/sh\n'''exec' /opt/app/python \"$0\" \"$@\"\n", ["/opt/app/python"]),
        ("#!\n", []),
        ("\x7fELF", []),
    ],
)
def test_the_first_line(text: str, words: list[str]) -> None:
    assert shebang(text) == words


@pytest.mark.parametrize("name", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_auto_takes_the_users_own_environment(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    environment(folder)
    environment(tmp_path / "work" / ".venv")
    found = find_runtime("auto", {name: str(folder)}, tmp_path / "work")
    assert not found.found_there and found.target.folder == str(folder)
    assert str(found.target.source) == f"environment {name}"


def test_auto_takes_the_script_of_the_app_but_none_of_the_folder(tmp_path: Path) -> None:
    program = environment(tmp_path / "pipx" / "llm") / "bin" / "python"
    script(tmp_path / "bin" / "llm", f"#!{program}")
    work = tmp_path / "work"
    script(work / "tools" / "llm", f"#!{work}/evil/python")
    path = os.pathsep.join((".", "tools", str(work / "tools"), str(tmp_path / "bin")))
    found = find_runtime("auto", {"PATH": path}, work, "llm")
    assert not found.found_there and found.target.program == str(program)


def test_what_was_merely_found_is_marked(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    (tmp_path / "deep").mkdir()
    found = find_runtime("auto", {}, tmp_path / "deep")
    assert found.found_there and found.target.source.owner is Owner.FOLDER


def test_node_modules_lead_to_the_users_node_or_to_the_folders_own(tmp_path: Path) -> None:
    node = script(tmp_path / "bin" / "node", "#!/bin/sh")
    work = tmp_path / "work"
    (work / "node_modules").mkdir(parents=True)
    for given in (".", "node_modules"):
        found = find_runtime(given, {"PATH": str(tmp_path / "bin")}, work).target
        assert (found.kind, found.program, found.folder) == (NODE, str(node), str(work))
    own = script(work / "node_modules" / "node" / "bin" / "node", "#!/bin/sh")
    assert find_runtime(".", {"PATH": ""}, work).target.program == str(own)


def test_a_named_node_brings_its_own_packages_alone(tmp_path: Path) -> None:
    node = script(tmp_path / "bin" / "node", "#!/bin/sh")
    (tmp_path / "work" / "node_modules").mkdir(parents=True)
    assert find_runtime(str(node), {}, tmp_path / "work").target.folder == str(tmp_path / "bin")
    own = script(tmp_path / "app" / "node_modules" / "node" / "bin" / "node", "#!/bin/sh")
    assert find_runtime(str(own), {}, tmp_path / "work").target.folder == str(tmp_path / "app")


def test_a_relative_interpreter_is_none(tmp_path: Path) -> None:
    environment(tmp_path / "evil")
    script(tmp_path / "tool", "#!evil/bin/python")
    with pytest.raises(BadInput, match="names no interpreter"):
        find_runtime("tool", {}, tmp_path)


@pytest.mark.parametrize(("choice", "words"), [("auto", "VIRTUAL_ENV"), ("empty", "neither"), ("gone", "There is no")])
def test_what_is_no_runtime_is_said(choice: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=words):
        find_runtime(choice, {}, tmp_path)


def test_a_link_that_leads_nowhere_is_a_runtime(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    (tmp_path / ".venv/bin/python").unlink()
    (tmp_path / ".venv/bin/python").symlink_to(tmp_path / "removed")
    assert find_runtime(".venv", {}, tmp_path).target.kind == PYTHON


def test_no_key_is_in_the_environment() -> None:
    names = "PATH OPENAI_API_KEY GITHUB_TOKEN HTTPS_PROXY MY_SECRET PYTHONPATH PYTHONSTARTUP SSL_CERT_FILE NODE_OPTIONS"
    given = dict.fromkeys(names.split(), "a value")
    kept = {"PATH", "HTTPS_PROXY", "SSL_CERT_FILE", "NODE_OPTIONS"}
    assert set(environment_for(given)) == kept
    assert set(environment_for(given, no_proxy=True)) == kept - {"HTTPS_PROXY"}
    assert environment_for(given, proxy="http://q:2")["https_proxy"] == "http://q:2"
