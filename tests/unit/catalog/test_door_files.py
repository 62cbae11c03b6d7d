"""The user's own doors: a folder of files and tables in llmdoctor.toml. They override ours, and an error is reported
with its line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from diagnose.cli.commands import doors as command
from diagnose.cli.commands import whose
from probes.catalog import doors
from probes.catalog.door_files import DoorsError
from probes.catalog.doors import adopt, builtin, folders, known, load
from probes.keys.owner import identify
from probes.model.settings import BadInput
from probes.settings.config_file import read

ENTRY = """\
[[door]]
id = "mine"
name = "Mine"
company = "me"
kind = "relay"
hosts = ["LLM.example.com"]
endpoints = [{ protocol = "openai", base_url = "https://llm.example.com/v1/" }]
keys = [{ shape = 'mine-\\d{8}', confidence = "certain", note = "mine-" }]
key_env = ["MINE_KEY"]
"""
TABLE = """\
[check]
model = "m"

[doors.work]
hosts = ["relay.example"]
endpoints = [{ protocol = "anthropic", base_url = "https://relay.example" }]
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the empty folder of the user's doors; the working folder is a different one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    folder = tmp_path / "config" / "llmdoctor" / "doors.d"
    folder.mkdir(parents=True)
    load.cache_clear()
    known.cache_clear()
    yield folder
    adopt(())


def put(folder: Path, text: str, name: str = "a.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")
    load.cache_clear()
    known.cache_clear()


def test_a_file_in_the_folder_is_known_everywhere(home: Path) -> None:
    put(home, ENTRY)
    assert len(load()) == len(builtin()) + 1
    mine = load().of_host("llm.example.com")
    assert mine is not None
    assert mine.base_urls("openai") == ("https://llm.example.com/v1",)
    assert [match.door for match in identify("mine-12345678")] == ["mine"]
    assert load().for_variable("MINE_KEY") == (mine,)
    shown = CliRunner().invoke(command.command, ["mine", "--json"])
    assert json.loads(shown.output)["hosts"] == ["LLM.example.com"]
    result = CliRunner().invoke(whose.command, ["--json"], input="mine-12345678\n")
    assert json.loads(result.output)["settings"]["base_url"] == "https://llm.example.com/v1"


def test_the_users_door_wins_and_comes_first(home: Path) -> None:
    put(home, ENTRY.replace('id = "mine"', 'id = "openai"'))
    assert len(load()) == len(builtin())
    assert load().of_host("api.openai.com") is None
    assert next(iter(load())).name == "Mine"
    put(home, ENTRY.replace("LLM.example.com", "api.openai.com"))
    found = load().of_host("api.openai.com")
    assert found is not None and found.id == "mine"


def test_of_several_files_the_last_by_name_wins(home: Path) -> None:
    put(home, ENTRY, "10.toml")
    put(home, ENTRY.replace('"Mine"', '"Newer"'), "20.toml")
    put(home, "not toml", "30.toml.bak")
    assert load().get("mine").name == "Newer"  # type: ignore[union-attr]


def test_tables_in_llmdoctor_toml(tmp_path: Path, home: Path) -> None:
    put(home, ENTRY.replace('id = "mine"', 'id = "work"'))
    (Path.cwd() / "llmdoctor.toml").write_text(TABLE, encoding="utf-8")
    (Path.cwd() / "below").mkdir()
    config = read(Path.cwd() / "llmdoctor.toml")
    assert [door.id for door in config.doors] == ["work"]
    assert (config.doors[0].name, config.doors[0].company, config.doors[0].kind) == ("work", "work", "relay")
    shown = CliRunner().invoke(command.command, ["work", "--json"])
    assert json.loads(shown.output)["hosts"] == ["relay.example"]


def test_a_list_of_doors_in_llmdoctor_toml() -> None:
    path = Path.cwd() / "llmdoctor.toml"
    path.write_text(ENTRY.replace("[[door]]", "[[doors]]"), encoding="utf-8")
    assert [door.id for door in read(path).doors] == ["mine"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace("relay", "shop"), ":5: entry 1 (mine): kind is 'shop'"),
        (ENTRY + 'colour = "red"\n', ":10: entry 1 (mine): unknown field colour"),
        (ENTRY.replace("https://", "ftp://"), ":7: entry 1 (mine): endpoints: base_url is not"),
        (ENTRY.replace("certain", "sure"), ":8: entry 1 (mine): keys: confidence is 'sure'"),
        (ENTRY.replace("mine-\\d", "mine-("), ":8: entry 1 (mine): keys: shape"),
        (ENTRY.replace('company = "me"\n', ""), ":1: entry 1 (mine): company is missing"),
        (ENTRY + "\n" + ENTRY, ":11: entry 2 (mine): the id is used twice"),
        (ENTRY + "endpoints = [\n", "end of document"),
        ("", "no [[door]] entry"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(home: Path, text: str, message: str) -> None:
    put(home, text)
    with pytest.raises(DoorsError) as raised:
        load()
    assert str(home / "a.toml") in str(raised.value)
    assert message in str(raised.value)
    for one in (command.command, whose.command):
        ended = CliRunner().invoke(one, [], input="sk-x\n")
        assert ended.exit_code == 1  # main() turns click's errors into 2
        assert message in ended.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE + 'kind = "shop"\n', ":7: entry 1 (work): kind is 'shop'"),
        (TABLE + "\n[doors.other]\nhosts = ['a']\n", ":8: entry 2 (other): endpoints is missing"),
        ("doors = 1\n", "doors are tables: [doors.NAME]"),
        ("doors = [1]\n", "entry 1: it is not a table"),
        ("[doors]\nwork = 1\n", "entry 1: it is not a table"),
    ],
)
def test_a_bad_table_is_bad_input_with_its_line(text: str, message: str) -> None:
    path = Path.cwd() / "llmdoctor.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        read(path)
    assert f"{path}{message}" in str(raised.value) or message in str(raised.value)


def test_a_key_written_into_a_bad_table_is_not_repeated_whole() -> None:
    path = Path.cwd() / "llmdoctor.toml"
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
    path.write_text(TABLE + f'kind = "{key}"\n', encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        read(path)
    assert key[8:20] not in str(raised.value)


def test_the_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    expected = platformdirs.user_config_path("llmdoctor", appauthor=False) / "doors.d"
    assert Path(folders()[0]) == expected
    assert Path(folders()[-1]) == Path.home() / ".config" / "llmdoctor" / "doors.d"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert folders() == (str(tmp_path / "llmdoctor" / "doors.d"),)


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_every_system_has_its_place(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))
    monkeypatch.setattr(sys, "platform", system)
    usual = {"darwin": "Application Support", "win32": "Local"}.get(system, ".config")
    assert Path(folders()[0]).parent.parent.name == usual
    assert Path(folders()[-1]).parent.parent.name == ".config"


def test_without_a_folder_nothing_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.rmdir()
    load.cache_clear()
    known.cache_clear()
    assert len(load()) == len(builtin())
    monkeypatch.setattr(doors, "folders", lambda: ())
    load.cache_clear()
    known.cache_clear()
    assert len(load()) == len(builtin())
