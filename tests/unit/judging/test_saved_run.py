"""A saved run or a report that somebody has changed: a report comes out, or an error message that names the file."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.formats import FORMATS, render
from diagnose.formats.json import document
from diagnose.judging.compare import compare
from diagnose.judging.compared_report import NotAReport, place
from diagnose.judging.judge import judge
from diagnose.judging.saved_run import read
from diagnose.tables import comparison
from probes.model.archive import SCHEMA, ArchiveError, parse
from worlds import recorded
from worlds.table import TABLES

HOSTILE: dict[type, tuple[Any, ...]] = {
    str: (
        *("", "x", "\0", "\ud800", "\u202e", "\x1b[2J", "%s{x}{0}{", "{host}", "a" * 100_000, "9" * 5000, "-1"),
        *("http://[::1", "https://a:b@c:99999999/v1", "2026-99-99T99:99:99Z", "9999-12-31T23:59:59Z", "../..", "\r\n"),
    ),
    bool: (True, False),
    int: (0, -1, 1, 2**31, 2**53, -(2**53), 2**64, 10**15, 10**400, 0.5),
    float: (0, -1, 0.5, -0.5, 1e-320, 1e15, -1e15, 1e308, float("nan"), float("inf"), float("-inf"), 10**400),
    list: ([], [None], [[]], ["x"], [{}], [0] * 1000),
    dict: (
        {},
        {"is": "Evidence"},
        {"is": "Note", "name": "nobody knows it", "values": [["a", "b"]]},
        {"is": "Source", "kind": "dotenv", "line": -5},
    ),
    type(None): ("x", 0, {}, []),
}
ANY = (*(value for values in HOSTILE.values() for value in values), None)

Path_ = tuple[str | int, ...]


def paths(document: object) -> Iterator[Path_]:
    """Yield the path of every value inside a document, however deep it is nested."""
    left: list[tuple[Path_, object]] = [((), document)]
    while left:
        path, value = left.pop()
        if path:
            yield path
        items: Iterator[Any] = iter(())
        if isinstance(value, dict):
            items = iter(value.items())
        elif isinstance(value, list):
            items = iter(enumerate(value))
        left += [((*path, name), inner) for name, inner in items]


def mutate(whole: Any, draw: random.Random, changes: int) -> Any:
    """Return a copy of a document in which values were replaced or fields removed."""
    changed = copy.deepcopy(whole)
    for _ in range(changes):
        path = draw.choice(list(paths(changed)))
        at = changed
        for name in path[:-1]:
            at = at[name]
        likely = HOSTILE[type(at[path[-1]])]  # a value of the right type gets further
        if isinstance(at, dict) and draw.random() < 0.05:
            del at[path[-1]]
        else:
            at[path[-1]] = draw.choice(likely if draw.random() < 0.8 else ANY)
    return changed


@cache
def runs() -> list[dict[str, Any]]:
    """Return the archived runs of the worlds. Some get earlier tries and limits, which no world has."""
    found = [row["evidence"] for table in TABLES for row in recorded.read(table).values()]
    slos = [{"is": "Slo", "name": name, "seconds": 0.001} for name in ("ttft", "cert", "total")]
    return found + [one | {"earlier": [one], "slos": slos} for one in found[::7]]


def text_of(evidence: object) -> str:
    return json.dumps({"schema": SCHEMA, "evidence": evidence})


def is_a_sentence(error: Exception) -> bool:
    return 0 < len(str(error)) < 300 and str(error).isprintable()


def judged(draw: random.Random) -> bool:
    """Judge a changed run in a format. Return whether it was accepted."""
    text = text_of(mutate(draw.choice(runs()), draw, draw.choice((1, 1, 1, 3))))
    try:
        evidence = read(text)
    except ArchiveError as error:
        assert is_a_sentence(error)
        return False
    for fmt in draw.sample(list(FORMATS), 2):
        written = render(judge(evidence), fmt, draw.choice(("en", "zh")))
        written.encode("utf-8", "replace")
        assert fmt != "json" or parse(written), "numbers that any reader of JSON can compute with"
    return True


def compared(draw: random.Random) -> bool:
    """Compare a changed report with another. Return whether it was accepted."""
    first, second = (draw.choice(reports()) for _ in range(2))
    try:
        a, b = place(parse(json.dumps(mutate(first, draw, draw.choice((1, 2, 6)))))), place(second)
    except (ArchiveError, NotAReport) as error:
        assert is_a_sentence(error)
        return False
    for pair in ((a, b), (b, a)):
        for fmt in comparison.FORMATS:
            comparison.render(compare(*pair), fmt, draw.choice(("en", "zh"))).encode("utf-8", "replace")
    return True


@cache
def reports() -> list[Any]:
    return [json.loads(json.dumps(document(judge(read(text_of(one)))))) for one in runs()[::25]]


@pytest.mark.parametrize("what", [judged, compared], ids=lambda one: one.__name__)
def test_a_changed_file(what: Any) -> None:
    accepted = [what(random.Random(seed)) for seed in range(40)]
    assert 3 < sum(accepted) < 40


@pytest.mark.slow
@pytest.mark.parametrize("what", [judged, compared], ids=lambda one: one.__name__)
def test_many_changed_files(what: Any) -> None:
    accepted = [what(random.Random(seed)) for seed in range(1000, 1150)]
    assert sum(accepted) > 25


WHOLE = text_of(runs()[0])
TAMPERED = {
    "a number of 400 digits": WHOLE.replace('"key_length": 51', f'"key_length": {"9" * 400}'),
    "a number of 5000 digits": WHOLE.replace('"key_length": 51', f'"key_length": {"9" * 5000}'),
    "a text for a number": WHOLE.replace('"key_length": 51', '"key_length": "51"'),
    "a fraction for a whole number": WHOLE.replace('"key_length": 51', '"key_length": 5.1'),
    "NaN": WHOLE.replace('"began": 0', '"began": NaN, "was": 0', 1),
    "Infinity": WHOLE.replace('"ended": 0', '"ended": -Infinity, "was": 0', 1),
    "1e400": WHOLE.replace('"began": 0', '"began": 1e400, "was": 0', 1),
    "an unknown protocol": WHOLE.replace('"protocol": "openai"', '"protocol": "smtp"', 1),
    "an unknown subject": WHOLE.replace('"subject": "tcp"', '"subject": "psychic"', 1),
    "an unknown kind": WHOLE.replace('"is": "TcpFacts"', '"is": "Secret"', 1),
    "no target": WHOLE.replace('"target": {', '"aim": {', 1),
    "another schema": WHOLE.replace("llmdoctor.run/2", "llmdoctor.run/99"),
    "cut off": WHOLE[:5000],
    "nested": WHOLE[:-1] + f', "x": {"[" * 100_000}{"]" * 100_000}}}',
    "objects nested": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "nested where it is read": text_of(None).replace("null", '{"target":' * 3000 + "1" + "}" * 3000),
    "a null byte": WHOLE.replace('"openai"', '"open\0ai"', 1),
    "empty": "",
    "a lone bracket": "]",
}


def ends(command: str, *files: Path) -> str:
    """Run a command on files that are wrong, and return the error message."""
    done = CliRunner().invoke(program, [command, *map(str, files)])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (1, 2)  # 1 from the runner, which bypasses main()
    return done.output


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_file_is_named(name: str, tmp_path: Path) -> None:
    assert TAMPERED[name] != WHOLE, "the run holds what is replaced"
    file, sound = tmp_path / "run.json", tmp_path / "sound.json"
    file.write_text(TAMPERED[name], "utf-8")
    sound.write_text(WHOLE, "utf-8")
    for said in (ends("judge", file), ends("compare", file, sound), ends("compare", sound, file)):
        assert "run.json" in said
        assert len(said) < 2000


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08\0\0\0\0\0", b"\xff\xfe\0\0", bytes(range(256)), b"\xef\xbb\xbf"])
def test_a_file_that_is_no_text_is_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(content)
    assert "run.json" in ends("judge", file)
    assert "run.json" in ends("compare", file, file)


def test_the_place_is_named() -> None:
    wrong = copy.deepcopy(runs()[0])
    wrong["observations"][3]["began"] = "soon"
    with pytest.raises(ArchiveError, match=r"observations\[3\]\.began: a number was expected"):
        read(text_of(wrong))


def test_of_two_fields_with_one_name_the_last_counts() -> None:
    evidence = read(WHOLE[:-2] + ', "version": "first", "version": "last"}}')
    assert evidence.version == "last"


def test_what_a_later_version_added_is_left_out() -> None:
    later = runs()[0] | {"added": [{"deep": [None]}]}
    assert read(text_of(later)) == read(WHOLE)
