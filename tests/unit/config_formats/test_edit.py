"""Replacing one value in a file: everything else stays the same byte for byte, and a crash in the middle loses nothing."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from probes.config_formats import replacement
from probes.config_formats.edit import changed, form_of
from probes.config_formats.replacement import load, save
from probes.model.settings import BadInput

OLD, NEW = "https://relay.example", "https://relay.example/v1"

WRITTEN = [
    ("env", "# mine\nOPENAI_BASE_URL={}\nB=2\n", 2),
    ("env", 'A=1\r\nexport OPENAI_BASE_URL = "{}"  # the relay {}\r\n', 2),
    ("env", "OPENAI_BASE_URL='{}'", 1),
    ("env", "\ufeffOTHER={}\nOPENAI_BASE_URL={}", 2),
    ("env", "# OPENAI_BASE_URL={}\nOPENAI_BASE_URL={} # {}\n", 1),
    ("toml", '[check]\nmodel = "m"  # "{}"\n\n[targets.a]\nbase_url = "{}" # it\n', 5),
    ("toml", "targets.a = {{ base_url = '{}', model = 'x' }}\n", 1),
    ("toml", '[check]\nbase_url = """{}"""\n', 2),
    ("json", '{{"a": {{"url": "{}", "b": [1, 2.50, null]}}, "z": "{}"}}', 1),
    ("json", '// {}\n{{\n  "url": "{}", /* {} */\n}}\n', 3),
    ("yaml", "a:\n  - url: {}   # {}\n    b: 'x'\n", 2),
    ("yaml", 'a: {{url: "{}", b: c}}\n', 1),
    ("yaml", "url: '{}'\r\nb: yes\r\n", 1),
    ("text", "{}\n", 1),
    ("shell", "export OPENAI_BASE_URL={}\nexport B=2\n", 1),
    ("shell", "# {}\nset -gx OPENAI_BASE_URL '{}'  # fish\n", 2),
    ("powershell", '$env:OPENAI_BASE_URL = "{}"  # the relay\r\n', 1),
    ("powershell", "[Environment]::SetEnvironmentVariable('OPENAI_BASE_URL', '{}')\n", 1),
    ("lines", "OPENAI_BASE_URL={}\nB=2", 1),
    ("crushrc", "provider add relay --base-url {} \\\n  --api-key '$KEY'\n", 1),
    ("json5", "// {}\n{{url: '{}', b: [1,],}}\n", 2),
]


@pytest.mark.parametrize(("form", "template", "line"), WRITTEN)
def test_one_value_is_replaced(form: str, template: str, line: int) -> None:
    if form == "yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed")
    count = template.count("{}")
    text = template.format(*[OLD] * count)
    found = changed(text, form, line, OLD, NEW)
    assert found is not None
    versions = []
    for at in range(count):
        values = [OLD] * count
        values[at] = NEW
        versions.append(template.format(*values))
    assert found in versions


REFUSED = [
    ("env", "BASE=https://relay.example\nOPENAI_BASE_URL=${BASE}\n", 2),  # composed of another value
    ("env", "OPENAI_BASE_URL=https://other.example\n", 1),
    ("toml", "[check\nbase_url = 'https://relay.example'", 1),
    ("json", "{", 1),
]


@pytest.mark.parametrize(("form", "text", "line"), REFUSED)
def test_what_cannot_be_done_safely_is_left(form: str, text: str, line: int) -> None:
    assert changed(text, form, line, OLD, NEW) is None


def test_forms() -> None:
    for name, form in {
        ".env": "env",
        ".env.local": "env",
        "prod.env": "env",
        "llmdoctor.toml": "toml",
        "settings.json": "json",
        "x.jsonc": "json",
        "a.yml": "yaml",
        "key": "text",
    }.items():
        assert form_of(Path(name)) == form


# -- any file ----------------------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85"), max_size=30)
WORDS = st.text("abcXYZ019-_./:", min_size=1, max_size=20)
QUOTES = st.sampled_from(["", "'", '"'])
COMMENTS = st.sampled_from(["", "  # a comment", "\t#x", "   "])
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def env_files(draw: st.DrawFn) -> tuple[str, int, str]:
    """Draw a file, the line of one of its values, and that value."""
    end = draw(ENDS)
    lines, values = [], []
    for number in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from(["", "# OLD=1", "   ", "# 'quote"])))
        quote, value = draw(QUOTES), draw(WORDS)
        lines.append(f"{draw(st.sampled_from(['', 'export ']))}N{number}={quote}{value}{quote}{draw(COMMENTS)}")
        values.append((len(lines), f"N{number}", value))
    line, _, value = draw(st.sampled_from(values))
    return draw(st.sampled_from(["", "\ufeff"])) + end.join(lines) + draw(st.sampled_from(["", end])), line, value


def _alike(one: str, other: str) -> int:
    """Return how many characters the two have in common at their start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _same_around(before: str, after: str, old: str, new: str) -> bool:
    """Check that ``after`` differs from ``before`` only in one span, which contained the old value and now contains the
    new one.
    """
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    gone = before[start : len(before) - end]
    return len(gone) <= len(old) + 2 and before[:start] == after[:start]


@given(env_files(), VALUES)
def test_any_env_file(file: tuple[str, int, str], new: str) -> None:
    text, line, old = file
    assume(old != new)
    found = changed(text, "env", line, old, new)
    if found is None:
        # What python-dotenv and a shell would read differently. Both take an apostrophe in double quotes alone, where a
        # shell reads more.
        assert "${" in new or "\\" in new or ("'" in new and re.search("[$`!]", new)), new
        return
    assert _same_around(text, found, old, new)
    before = dotenv_values(stream=io.StringIO(text.removeprefix("\ufeff")), interpolate=False)
    after = dotenv_values(stream=io.StringIO(found.removeprefix("\ufeff")), interpolate=False)
    different = [name for name in before if before[name] != after[name]]
    assert list(before) == list(after) and [after[name] for name in different] == [new]
    back = changed(found, "env", line, new, old)
    assert not new or (back is not None and len(back) <= len(text) + 2)


@st.composite
def toml_files(draw: st.DrawFn) -> tuple[str, int, str]:
    end = draw(ENDS)
    lines, values = ["# first"], []
    for number in range(draw(st.integers(1, 4))):
        lines.append(f"[targets.t{number}]{draw(COMMENTS)}")
        for name in draw(st.lists(st.sampled_from(["base_url", "model", "proxy"]), min_size=1, unique=True)):
            value = draw(WORDS)
            quote = draw(st.sampled_from(["'", '"', '"""']))
            lines.append(f"{name} = {quote}{value}{quote}{draw(COMMENTS)}")
            values.append((len(lines), value))
    line, value = draw(st.sampled_from(values))
    return end.join(lines) + end, line, value


def _leaves(value: Any) -> list[str]:
    return [leaf for one in value.values() for leaf in _leaves(one)] if isinstance(value, dict) else [value]


@given(toml_files(), VALUES)
def test_any_toml_file(file: tuple[str, int, str], new: str) -> None:
    text, line, old = file
    assume(old != new)
    found = changed(text, "toml", line, old, new)
    assert found is not None
    assert _same_around(text, found, old, new)
    before, after = _leaves(tomllib.loads(text)), _leaves(tomllib.loads(found))
    assert [(one, other) for one, other in zip(before, after, strict=True) if one != other] == [(old, new)]


@given(st.dictionaries(WORDS, WORDS, min_size=1), st.sampled_from([None, 2, "\t"]), st.booleans(), VALUES, st.data())
def test_any_json_file(values: dict[str, str], indent: Any, nested: bool, new: str, data: st.DataObject) -> None:
    old = data.draw(st.sampled_from(list(values.values())))
    assume(old != new)
    text = json.dumps({"a": values} if nested else values, indent=indent) + "\n"
    found = changed(text, "json", 1, old, new)
    assert found is not None and _same_around(text, found, old, new)
    before, after = _leaves(json.loads(text)), _leaves(json.loads(found))
    assert [(one, other) for one, other in zip(before, after, strict=True) if one != other] == [(old, new)]


# -- what a server may call its models ---------------------------------------------------------------------------------

HOSTILE = [
    *("gpt-5-nano$(touch X)", "gpt-5-nano`touch X`", "gpt;touch X", "gpt & touch X", "gpt | sh", "a\nB=2", "a\rB=2"),
    *("\x1b[2J", "a\x00b", "a\u2028b", "a\x85b", "it's", 'a"b', 'it\'s "x"', "it's $(touch X)", "#x", "a #x", "a\t#x"),
    *(
        "${HOME}",
        "$HOME",
        "a$",
        "a\\",
        "a\\nb",
        "\\$(touch X)",
        " a ",
        "",
        "~",
        "~root",
        "*",
        "a*",
        "[a]",
        "{a,b}",
        "!x",
    ),
    *(
        "null",
        "yes",
        "1e3",
        "0x10",
        "2001-01-01",
        "a: b",
        "- a",
        "a:",
        "@a",
        "%a",
        "&a",
        "*a",
        "<<",
        "? a",
        "|",
        ">",
        "é",
    ),
    *(
        "a=b",
        "=",
        "export A=1",
        "'; touch X; '",
        '"; touch X; "',
        "'$(touch X)'",
        "\udcff",
        "模型",
        "a b",
        "\u202ea",
        "x" * 300,
    ),
]
TEMPLATES = [
    *(("env", text) for text in ("N=old\n", "N='old'\n", 'N="old"\n', "A=1\nN=old # note\nB=2\n", "export N=old\n")),
    *(("toml", text) for text in ('N = "old"\n', "N = 'old'\n", 'a = 1\nN = """old"""\n[b]\nc = "x"\n')),
    *(("json", text) for text in ('{"N": "old"}', '{"a": [1, true], // x\n "N": "old",}')),
    *(("yaml", text) for text in ("N: old\n", "N: 'old'\n", 'N: "old"\n', "{N: old, b: c}\n", "N: old # note\n")),
]


def as_shell_reads(text: str, folder: Path) -> str:
    """Source a file as `sh` does and return the variable N; nothing else may happen in the folder."""
    (folder / "file.env").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = subprocess.run(
        ["/bin/sh", "-c", '. ./file.env; printf "%s" "$N"'], cwd=folder, capture_output=True, check=False, timeout=60
    )
    assert not done.stderr and [one.name for one in folder.iterdir()] == ["file.env"]
    return done.stdout.decode("utf-8", "surrogateescape")


def as_apps_read(text: str, form: str, folder: Path) -> list[object]:
    """Return the value of N as the parsers of this format read it."""
    if form == "env":
        found: list[object] = [dotenv_values(stream=io.StringIO(text))["N"]]
        return [*found, as_shell_reads(text, folder)] if os.name == "posix" else found
    if form == "toml":
        return [tomllib.loads(text)["N"]]
    if form == "json":
        return [json.loads(re.sub(r"//.*|,(?=})", "", text) if "// x" in text else text)["N"]]
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return [yaml.safe_load(text)["N"]]


@pytest.mark.parametrize(("form", "template"), TEMPLATES)
def test_a_hostile_name_is_quoted_or_refused(form: str, template: str, tmp_path: Path) -> None:
    written = 0
    for new in HOSTILE:
        found = changed(template, form, 1, "old", new)
        if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\udcff]", new):
            assert found is None, new
        elif found is not None:
            assert as_apps_read(found, form, tmp_path) == [new] * len(as_apps_read(found, form, tmp_path)), (new, found)
            written += 1
    assert written >= 30


NASTY = st.text(st.sampled_from("$`'\"\\#!&|;<>(){}[]*?~=: \t%@,-ab1éX\n\x1b"), max_size=12)


@pytest.mark.skipif(os.name != "posix", reason="no sh here")
@settings(max_examples=60)
@given(values=st.lists(NASTY, min_size=20, max_size=40), template=st.sampled_from(TEMPLATES[:5]))
def test_what_is_written_to_an_env_file_is_read_alike_by_all(
    values: list[str], template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One shell reads many files: each process costs more than all the rest."""
    folder = tmp_path_factory.mktemp("sourced")
    written = {}
    for number, new in enumerate(dict.fromkeys(values)):
        if new != "old" and (found := changed(template[1], "env", 1, "old", new)) is not None:
            assert dotenv_values(stream=io.StringIO(found))["N"] == new
            (folder / f"{number}.env").write_text(found, "utf-8", newline="")
            written[number] = new
    script = "".join(f'. ./{number}.env; printf "%s\\0" "$N"\n' for number in written)
    done = subprocess.run(["/bin/sh", "-c", script], cwd=folder, capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().split("\0")[:-1] == list(written.values()) and not done.stderr
    assert len(list(folder.iterdir())) == len(written)


@given(new=NASTY, template=st.sampled_from(TEMPLATES[5:]))
def test_what_is_written_elsewhere_is_the_value(
    new: str, template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    form, text = template
    found = changed(text, form, 1, "old", new)
    assert (found is None) == bool(re.search(r"[\t\n\x1b]", new))
    if found is not None:
        assert as_apps_read(found, form, tmp_path_factory.getbasetemp()) == [new]


# -- writing -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\r\nB=\xff2\r\n")
    return path


def test_bytes_permissions_and_links_are_kept(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(file)
    text = load(link)
    save(link, text, text.replace("1", "one"))
    assert link.is_symlink() and file.read_bytes() == b"A=one\r\nB=\xff2\r\n"
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == [".env", "link"]


def test_a_file_that_changed_is_not_written(file: Path) -> None:
    text = load(file)
    file.write_bytes(b"A=2\n")
    with pytest.raises(BadInput, match="changed in the meantime"):
        save(file, text, "A=3\n")
    assert file.read_bytes() == b"A=2\n"


STEPS = ("secrets.token_hex", "os.write", "os.fsync", "shutil.copystat", "os.utime", "os.replace")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_loses_nothing(step: str, error: BaseException, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, held = load(file), file.read_bytes()

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(step, fail)
    with pytest.raises(BadInput if isinstance(error, OSError) else KeyboardInterrupt):
        save(file, text, "A=3\n")
    monkeypatch.undo()
    assert file.read_bytes() == held
    assert [one.name for one in file.parent.iterdir()] == [".env"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX owners")
def test_the_owner_is_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda _, uid, gid: given.append((uid, gid)))
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    save(file, load(file), "A=3\n")
    assert given == [(file.stat().st_uid, file.stat().st_gid)]


def test_too_large(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacement, "LARGEST", 3)
    with pytest.raises(BadInput, match="larger than"):
        load(file)
