"""Every fact may say where it is from, when it was seen and until when it holds; a wrong row is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkout import ROOT
from probes.catalog.apps import AppsError
from probes.catalog.apps import read as read_apps
from probes.catalog.door_files import DoorsError, read
from probes.catalog.fact_files import (
    FactsError,
    check_file,
    fact_files,
    facts_folder,
    line_of,
    read_facts,
    without_provenance,
)
from probes.catalog.fact_schema import FILES, kind_of
from probes.catalog.provenance import Provenance, provenance_of

HEADER = '[facts]\nschema = 1\nseen = "2026-11-29"\n\n'
DOOR = """[[door]]
id = "mine"
name = "Mine"
company = "me"
kind = "host"
hosts = ["llm.example.com"]
endpoints = [{ protocol = "openai", base_url = "https://llm.example.com/v1" }]
"""


@pytest.mark.parametrize("path", fact_files(), ids=lambda path: path.stem)
def test_every_table_passes_the_check_of_the_build(path: Path) -> None:
    assert check_file(path)


def test_facts_lie_in_one_folder() -> None:
    elsewhere = {path.name for room in ("probes", "diagnose") for path in (ROOT / room).rglob("*.toml")}
    assert elsewhere - {path.name for path in fact_files()} == {"snippets.toml"}, "templates, and no facts"
    assert not list(facts_folder().rglob("*.py"))


@pytest.mark.parametrize(
    ("row", "line", "problem"),
    [
        ('seen = "29.11.2026"', 7, "seen is not a day such as"),
        ("seen = 2026-11-29", 7, "seen is not a day such as"),
        ('ended = "2026-02-30"', 7, "ended is not a day such as"),
        ('ended = "2026-12-01"', 7, "ended is later than the day on which it was seen, 2026-11-29: name it ends"),
        ('ends = "2026-11-01"', 7, "ends is not later than the day on which it was seen, 2026-11-29: name it ended"),
        ('ends = "2027-01-01"\nended = "2026-11-01"', 8, "ended and ends exclude each other"),
        ('successor = "b"', 7, "successor is given, but no day"),
        ('ended = "2026-01-01"\nshows = ["410"]', 8, "shows is not a text"),
        ('ended = "2026-01-01"\nend_confidence = "sure"', 8, "end_confidence is not one of"),
        ("source = 7", 7, "source is neither a text nor a list of texts"),
        ('parts = [{ ended = "2026-12-01" }]', 7, "parts: ended is later than"),
        ("source = []", 7, "source is missing"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, row: str, line: int, problem: str) -> None:
    path = tmp_path / "things.toml"
    path.write_text(f'{HEADER}[[thing]]\nname = "a"\n{row}\n\n[[thing]]\nname = "b"\n', encoding="utf-8")
    with pytest.raises(FactsError) as raised:
        check_file(path)
    assert str(raised.value).startswith(f"{path}:{line}: [thing] row 1 (a): {problem}")


SOURCED = HEADER.replace("\n\n", '\nsource = "a list"\n\n')
DIALECT = '[[row]]\nid = "a"\ncode = "auth.rejected"\nconfidence = 0.9\n'


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("dialects", f'{DIALECT}paterns = "x"\n', ":10: [row] row 1 (a): unknown field paterns"),
        ("dialects", f'{DIALECT}pattern = "(x"\n', ":10: [row] row 1 (a): pattern is not a regular expression"),
        ("dialects", f"{DIALECT}status = [404, 40]\n", ":10: [row] row 1 (a): status is not a list of statuses"),
        ("dialects", DIALECT.replace("0.9", "9"), ":9: [row] row 1 (a): confidence is not a number above 0"),
        ("dialects", DIALECT * 2 + 'ended = "2027-01-01"\n', ":14: [row] row 2 (a): ended is later"),
        ("phrases", '[[row]]\ncode = "auth.rejected"\n', ":6: [row] row 1 (auth.rejected): confidence is missing"),
        ("credentials", '[[credential]]\nshape = "a"\nkind = 3\n', ":8: [credential] row 1: kind is not a text"),
        ("models", '[[model]]\ndoor = "a"\nnames = "b"\n', ":8: [model] row 1: names is not a list of texts"),
        ("companions", '[[companion]]\napp = "a"\nhosts = ["b"]\n', ":6: [companion] row 1: need is missing"),
    ],
)
def test_the_fields_of_a_row_are_checked(tmp_path: Path, file: str, text: str, problem: str) -> None:
    path = tmp_path / f"{file}.toml"
    path.write_text(SOURCED + text, encoding="utf-8")
    with pytest.raises(FactsError) as raised:
        check_file(path)
    assert str(raised.value).startswith(f"{path}{problem}")


def test_every_file_has_a_schema() -> None:
    assert {kind_of(path) for path in fact_files()} == FILES | {"doors", "apps"}


def test_a_wrong_entry_of_an_app_is_named_with_its_line(tmp_path: Path) -> None:
    app = '[{id}]\nname = "A"\nkind = "cli"\nhome = "https://a.example"\n{more}[[{id}.wires]]\nprotocol = "openai"\nendpoint = "/x"\n'
    path = tmp_path / "apps.toml"
    path.write_text(SOURCED + app.format(id="a", more="") + app.format(id="b", more='kinds = "x"\n'), encoding="utf-8")
    with pytest.raises(AppsError) as raised:
        read_apps(path)
    assert str(raised.value) == f"{path}:17: [b]: unknown field kinds"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ":1: the table [facts] is missing"),
        ('[facts]\nschema = 2\nseen = "2026-11-29"\n', ":1: schema is not 1"),
        ("[facts]\nschema = 1\n", ":1: seen is not a day"),
        (HEADER.replace("seen", "read"), ":1: unknown field read"),
        (HEADER.replace("11-29", "29-11"), ":3: seen is not a day"),
        ("[facts", "things.toml: "),
    ],
)
def test_a_file_without_a_good_header_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "things.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FactsError) as raised:
        check_file(path)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('ended = "2026-12-01"\n', ":12: entry 1 (mine): ended is later"),
        (
            'keys = [{ shape = "a", confidence = "likely", ends = "x" }]\n',
            ":12: entry 1 (mine): keys: ends is not a day",
        ),
        ('balance = { url = "http://a.example" }\n', ":12: entry 1 (mine): balance: url is not an https URL"),
        (
            'balance = { url = "https://llm.example.com/b", seen = "x" }\n',
            ":12: entry 1 (mine): balance: seen is not a day",
        ),
    ],
)
def test_a_door_with_a_bad_end_is_refused_with_its_line(tmp_path: Path, more: str, problem: str) -> None:
    path = tmp_path / "doors.toml"
    path.write_text(HEADER + DOOR + more, encoding="utf-8")
    with pytest.raises(DoorsError) as raised:
        read(path)
    assert problem in str(raised.value)


def test_an_endpoint_that_ended_is_set_apart(tmp_path: Path) -> None:
    old = '{ protocol = "openai", base_url = "https://old.example.com", ended = "2026-01-01", successor = "x" }'
    path = tmp_path / "doors.toml"
    path.write_text(HEADER + DOOR.replace("endpoints = [", f"endpoints = [{old}, "), encoding="utf-8")
    (door,) = read(path)
    assert door.base_urls("openai") == ("https://llm.example.com/v1",)
    assert door.provenance.seen == "2026-11-29"
    found = door.end_of_host("old.example.com", "2026-01-01")
    assert found is not None and found.successor == ("x",)
    assert door.end_of_host("old.example.com", "2025-12-31") is None
    assert door.end_of_host("llm.example.com", "2026-11-29") is None


def test_an_end_is_judged_by_the_day_that_is_given() -> None:
    fact = Provenance(seen="2026-11-29", end="2026-12-11")
    assert [fact.ended(day) for day in ("", "2026-12-10", "2026-12-11", "2027-01-01")] == [False, False, True, True]
    days = ("", "2026-11-10", "2026-11-11", "2026-12-10", "2026-12-11")
    assert [fact.ends_soon(day) for day in days] == [False, False, True, True, False]
    new = Provenance(since="2026-05-01")
    assert [new.begun(day) for day in ("", "2026-04-30", "2026-05-01")] == [True, False, True]


def test_a_row_takes_the_day_of_its_file() -> None:
    assert provenance_of({"id": "a"}, "2026-11-29") == Provenance(seen="2026-11-29")
    named = provenance_of({"source": "x", "seen": "2026-11-30", "ends": "2027-01-01", "successor": "b"}, "2026-11-29")
    assert named == Provenance(("x",), "2026-11-30", end="2027-01-01", successor=("b",))


def test_readers_without_provenance_get_rows_without_it() -> None:
    values = {"ended": "2026-07-30"}  # of a message, not of the row
    row = {"code": "a", "source": "x", "inner": [{"seen": "2026-11-29", "b": 1}], "values": values}
    bare = {"code": "a", "inner": [{"b": 1}], "values": values}
    assert without_provenance({"facts": {"schema": 1}, "row": [row], "app": row}) == {"row": [bare], "app": bare}


def test_lines() -> None:
    text = "[[a]]\nx = 1\n\n[[ a ]]\ny = 2\n"
    assert [line_of(text, "a", *at) for at in ((1, "x"), (2, "y"), (2, "z"), (3, "x"))] == [2, 5, 4, 1]


def test_the_tables_are_read_as_they_are_written() -> None:
    assert read_facts("doors")["facts"]["schema"] == 1
