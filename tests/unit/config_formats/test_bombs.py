"""Files that are small and cost much: readers end with an error, and the work stays in proportion to the size."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dotenv.variables import Variable as LibraryVariable
from dotenv.variables import parse_variables
from hypothesis import given
from hypothesis import strategies as st

from probes.config_formats import crushrc, dotenv, json, toml, yaml
from probes.config_formats.dotenv import Expansion, Piece, pieces
from probes.config_formats.edit import changed
from probes.config_formats.files import LARGEST, SkippedFile
from probes.config_formats.tree import MOST_STEPS, Malformed, Node, find
from probes.model.settings import BadInput
from probes.settings import config_file, variable_typos
from probes.settings.environment import read
from probes.settings.options import Options
from unit.hostile_files import ends

pytestmark = pytest.mark.slow

DOUBLINGS = "A0=xxxxxxxx\n" + "".join(f"A{n + 1}=${{A{n}}}${{A{n}}}\n" for n in range(40)) + "OPENAI_API_KEY=${A40}\n"
SAME_NAME = "A=xxxxxxxx\n" + "A=${A}${A}\n" * 40
SPACES = "A=x" + " " * 500_000 + "y\n"
LINES = "A=\n" * 300_000

ENV_BOMBS = {"doublings": DOUBLINGS, "one name": SAME_NAME, "spaces": SPACES, "lines": LINES}
ENV_HARMLESS = {
    "open quote": 'A="' + "x" * (LARGEST - 10),
    "open references": "A=" + "${" * 500_000,
    "open references with colons": "A=" + "${" * 300_000 + ":x}",
    "escaped quotes": "A='" + "\\'" * 500_000,
    "backslashes": "A=" + "\\" * 1_000_000,
    "empty lines of white space": " \t\n" * 4_000,
    "many references": "A=" + "${B}" * 40_000,
}


@pytest.mark.parametrize("name", ENV_BOMBS)
def test_a_bomb_in_an_env_file(name: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(ENV_BOMBS[name])
    with pytest.raises(BadInput, match=r"cannot be read: reading it would take too much time or memory\.$"):
        ends(lambda: read(Options(env_file=".env"), {}, tmp_path))
    found = ends(lambda: read(Options(), {}, tmp_path))
    assert [(one.place, one.reason) for one in found.skipped] == [(".env", "excessive")]
    assert found.layers[-1][1] == {}


@pytest.mark.parametrize("name", ENV_HARMLESS)
def test_a_strange_env_file_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(ENV_HARMLESS[name])
    assert ends(lambda: read(Options(), {}, tmp_path)).skipped == ()


def test_an_open_quote_of_five_megabytes(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('OPENAI_API_KEY="' + "x" * 5_000_000)
    assert [one.reason for one in read(Options(), {}, tmp_path).skipped] == ["too_large"]


def test_ordinary_references_are_still_resolved(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=a\nB=${A}b${C:-c}\nC=${HOME}\nD='${B}'\nE=$A${A\n")
    found = read(Options(), {"HOME": "/h", "A": "shell"}, tmp_path).layers[-1][1]
    assert {name: held.value for name, held in found.items()} == {
        "A": "a",
        "B": "shellbc",
        "C": "/h",
        "D": "shellbc",
        "E": "$A${A",
    }


@given(st.lists(st.sampled_from(["${", "}", ":", "-", ":-", "a", "B", "$", "{", " ", "é"]), max_size=20).map("".join))
def test_references_are_those_of_python_dotenv(value: str) -> None:
    theirs = [
        Piece(atom.default or "", atom.name) if isinstance(atom, LibraryVariable) else Piece(atom.value)  # type: ignore[attr-defined]
        for atom in parse_variables(value)
    ]
    assert list(pieces(value)) == theirs
    known = {"a": "1", "B": "", "aB": "2"}
    resolved = "".join(atom.resolve(known) for atom in parse_variables(value))
    assert Expansion().of(pieces(value), known) == resolved


class CountingText(str):
    """A text that counts the characters that are searched, up to what is found."""

    searched = 0

    def find(self, sub: str, start: int = 0) -> int:  # type: ignore[override]
        found = super().find(sub, start)
        CountingText.searched += (found if found >= 0 else len(self)) - start + 1
        return found


@pytest.mark.parametrize("unit", ["${", "${a", "${a:", "${:-", "${a}", "${a:-b}", "}", ":", "$", "${}:"])
def test_references_are_found_in_linear_time(unit: str) -> None:
    work = []
    for size in (2000, 4000):
        CountingText.searched = 0
        list(pieces(CountingText(unit * size + ":}")))
        work.append(CountingText.searched)
    assert work[1] <= 2.2 * work[0] + 100, work


def test_names_are_compared_within_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("".join(f"OPENAI_API_KEY_{n}=x\n" for n in range(4_000)))
    found = read(Options(), {}, tmp_path)
    compared: list[str] = []
    monkeypatch.setattr(variable_typos, "_is_typo", lambda name, wanted: compared.append(name))
    variable_typos.near_names(found, ("OPENAI_API_KEY", "OPENAI_BASE_URL"))
    assert len(set(compared)) <= 500


# -- nesting -----------------------------------------------------------------------------------------------------------

DEEP = 100_000
NESTED = {
    "json lists": (json.read, "[" * DEEP),
    "json tables": (json.read, '{"a":' * DEEP),
    "json closed": (json.read, "[" * DEEP + "]" * DEEP),
    "toml lists": (toml.read, "a = " + "[" * DEEP + "]" * DEEP),
    "toml tables": (toml.read, "a = " + "{a=" * DEEP + "1" + "}" * DEEP),
    "toml dotted name": (toml.read, ".".join("a" * DEEP) + " = 1"),
    "toml dotted header": (toml.read, "[" + ".".join("a" * DEEP) + "]"),
    "toml quoted names": (toml.read, " . ".join(['"a"'] * DEEP) + " = 1"),
    "toml literal names": (toml.read, "\t.".join(["'a'"] * DEEP) + " = 1"),
    "yaml flow lists": (yaml.read, "[" * DEEP),
    "yaml flow tables": (yaml.read, "{a: " * DEEP),
    "yaml block lists": (yaml.read, "- " * DEEP + "a"),
    "yaml block tables": (yaml.read, "".join(" " * n + "a:\n" for n in range(1000))),
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_malformed(name: str) -> None:
    reader, text = NESTED[name]
    with pytest.raises(Malformed):
        ends(lambda: reader(text))


@pytest.mark.parametrize("name", [name for name in NESTED if name.startswith("toml")])
def test_deep_nesting_in_a_configuration_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "llmdoctor.toml").write_text(NESTED[name][1])
    with pytest.raises(BadInput, match="nested too deeply"):
        ends(lambda: config_file.read(tmp_path / "llmdoctor.toml"))


def test_what_only_looks_deep_is_read() -> None:
    words = ".".join("a" * 63) + " = 1\n" + 'b = "' + " ".join(["1.5"] * 500) + '"\n'
    assert toml.parsed(words)["b"]
    address = "c = [" + ", ".join(f'"https://a{n}.example.org/v1.5/x.y"' for n in range(200)) + "]\n"
    assert len(toml.parsed(address)["c"]) == 200


@pytest.mark.parametrize("digits", ["9" * 5000, "0x" + "f" * 100_000, "1" + "_0" * 4400])
def test_huge_numbers(digits: str, tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        toml.read(f"a = {digits}\n")
    for name in ("timeout", "deadline"):
        (tmp_path / "llmdoctor.toml").write_text(f"[check]\n{name} = {digits}\n")
        with pytest.raises(BadInput):
            config_file.read(tmp_path / "llmdoctor.toml")


@pytest.mark.parametrize("value", ["inf", "nan", "1e308", "-1", "0", "true", "99999999999"])
def test_seconds_are_of_this_world(value: str, tmp_path: Path) -> None:
    (tmp_path / "llmdoctor.toml").write_text(f"[check]\ntimeout = {value}\n")
    with pytest.raises(BadInput, match="seconds"):
        config_file.read(tmp_path / "llmdoctor.toml")


def test_many_headers_of_one_name(tmp_path: Path) -> None:
    """The lines of headers are kept once, not in a list that is copied for each."""
    reader = config_file.ConfigReader("x", tmp_path, "[[a]]\n" * 100_000 + "[ targets . b ]\n")
    assert (reader.line("a", "x"), reader.line("targets.b", "y")) == (100_000, 100_001)
    assert ends(lambda: config_file.ConfigReader("x", tmp_path, "[" + " " * 900_000 + "\n" + "[" * 900_000)).line(
        "", "a"
    )


# -- aliases -----------------------------------------------------------------------------------------------------------


def aliases(levels: int, width: int) -> str:
    head = f"a0: &a0 [{', '.join(['x'] * width)}]\n"
    return head + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, levels))


def test_aliases_of_aliases_are_walked_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    from probes.config_formats import tree

    whole = tree.members

    def counted(node: Node) -> Iterator[tuple[str, Node]]:
        for one in whole(node):
            steps.append(1)
            yield one

    monkeypatch.setattr(tree, "members", counted)
    root = yaml.read(aliases(10, 300))
    assert list(find(root, "/a9/*/*/*/*/*/*/*/none")) == []
    assert len(steps) <= 2 * MOST_STEPS


def test_an_edit_among_aliases_of_aliases_is_refused() -> None:
    text = aliases(30, 9) + "url: https://a.example\n"
    assert ends(lambda: changed(text, "yaml", 1, "https://a.example", "https://b.example")) is None
    looped = "a: &a\n  b: *a\nurl: https://a.example\n"
    assert ends(lambda: changed(looped, "yaml", 1, "https://a.example", "https://b.example")) is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", "[" * DEEP + '"old"' + "]" * DEEP),
        ("yaml", "[" * DEEP + "old" + "]" * DEEP),
        ("toml", "a = " + "[" * DEEP + '"old"' + "]" * DEEP),
        ("toml", "a = " + "[" * 300 + '"old"' + "]" * 300),
        ("env", SPACES + "A=old\n"),
        ("json", '["' + '", "'.join(["old"] * 20_000) + '"]'),
    ],
)
def test_an_edit_of_a_bomb_ends(form: str, text: str) -> None:
    found = ends(lambda: changed(text, form, 1, "old", "new"))
    assert found is None or found.count("new") == 1


# -- other grammars ----------------------------------------------------------------------------------------------------


def test_a_command_of_crush_over_many_lines() -> None:
    assert ends(lambda: crushrc.read("a \\\n" * 200_000)).value == {}
    assert ends(lambda: crushrc.read("x" * 1_000_000)).value == {}
    found = crushrc.read("provider add p \\\n  --api-key k \\\n  --base-url=u\nbroken '\nprovider add q\n")
    assert isinstance(found.value, dict) and list(found.value) == ["p", "q"]
    assert (found.value["p"].line, found.value["q"].line) == (1, 5)


@pytest.mark.parametrize("form", sorted(dotenv.FORMS))
@pytest.mark.parametrize("text", ["'" * 200_000, '"' * 200_000, "export A=" + "''" * 100_000, "set " + "-x " * 100_000])
def test_quotes_without_end(form: str, text: str) -> None:
    ends(lambda: dotenv.read(text, form))


READERS: dict[str, Callable[[str], object]] = {
    "json": json.read,
    "json5": lambda text: json.read(text, "json5"),
    "toml": toml.read,
    "yaml": yaml.read,
    "crushrc": crushrc.read,
    "dotenv": lambda text: dotenv.read(text, "dotenv"),
    "shell": lambda text: dotenv.read(text, "shell"),
}


@pytest.mark.parametrize("form", READERS)
@given(text=st.lists(st.sampled_from(list("{}[]:,\"'\\#=&*- \n\t$.a0<")), max_size=60).map("".join))
def test_no_text_breaks_a_reader(form: str, text: str) -> None:
    try:
        READERS[form](text)
    except (Malformed, SkippedFile):
        pass


@given(st.text(max_size=200))
def test_toml_is_refused_or_read_as_the_library_reads_it(text: str) -> None:
    try:
        wanted: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        wanted = None
    try:
        assert toml.parsed(text) == wanted
    except ValueError:
        assert wanted is None


def test_the_library_reads_what_passes(tmp_path: Path) -> None:
    assert list(dotenv.dotenv(io.StringIO("A=1 # x\n" + " " * 3_000 + "\nB=2\n").getvalue()))[1].value == "2"
