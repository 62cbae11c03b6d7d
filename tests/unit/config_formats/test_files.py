"""The readers of settings files: every value with its line, nothing executed, and no input that crashes them."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from probes.app_settings import references
from probes.app_settings.references import Resolved, Value
from probes.config_formats import compose, dotenv, files, toml, yaml
from probes.config_formats import json as jsonlike
from probes.config_formats.tree import Malformed, Node, find


def plain(node: Node) -> Any:
    """Return the tree without its lines."""
    if isinstance(node.value, dict):
        return {name: plain(each) for name, each in node.value.items()}
    if isinstance(node.value, list):
        return [plain(each) for each in node.value]
    return node.value


def spoken(value: Any) -> Any:
    """Return a document as the readers return it, with every scalar as text."""
    if isinstance(value, dict):
        return {name: spoken(each) for name, each in value.items()}
    if isinstance(value, list):
        return [spoken(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None or isinstance(value, str) else str(value)


def lines_of(node: Node) -> list[int]:
    inner = node.value.values() if isinstance(node.value, dict) else node.value if isinstance(node.value, list) else ()
    return [node.line, *(line for each in inner for line in lines_of(each))]


scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=12)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


# -- JSON and its variants ---------------------------------------------------------------------------------------------


@given(documents, st.sampled_from(jsonlike.DIALECTS), st.sampled_from([None, 0, 2]), st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(
    value: Any, dialect: str, indent: int | None, wide: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=not wide)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    assert plain(jsonlike.read(text, dialect)) == spoken(value)


@given(st.lists(st.dictionaries(st.text("abc", min_size=1), st.text(max_size=5), min_size=1), min_size=1))
def test_json_knows_the_line_of_every_value(value: list[dict[str, str]]) -> None:
    text = json.dumps(value, indent=1)
    rows = text.splitlines()
    for hit in find(jsonlike.read(text), "/*/*"):
        assert f"{json.dumps(hit.path[1])}: {json.dumps(hit.node.text)}" in rows[hit.node.line - 1]


@given(documents, st.data())
def test_broken_json_is_refused_where_the_standard_library_refuses_it(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, indent=1)
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.sampled_from(["", ",", "}", "]", '"', ":", "x", "[", "{", "//"])) + text[at + 1 :]
    try:
        wanted = json.loads(text)
    except ValueError:
        with pytest.raises(Malformed) as refused:
            jsonlike.read(text)
        assert 1 <= refused.value.line <= text.count("\n") + 1
    else:
        assert plain(jsonlike.read(text)) == spoken(wanted)


@given(st.text(max_size=200), st.sampled_from(jsonlike.DIALECTS))
def test_no_text_breaks_the_json_reader(text: str, dialect: str) -> None:
    try:
        jsonlike.read(text, dialect)
    except Malformed:
        pass


JSONC = '// mine\n{\n  "a": "x", /* two\nlines */ "b": ["y",],\n  "c": "http://not.a/comment",\n}\n'


def test_comments_and_commas_at_the_end() -> None:
    found = jsonlike.read(JSONC, "jsonc")
    assert plain(found) == {"a": "x", "b": ["y"], "c": "http://not.a/comment"}
    assert [hit.node.line for hit in find(found, "/*")] == [3, 4, 5]
    with pytest.raises(Malformed, match="line 1 is not JSON"):
        jsonlike.read(JSONC)


def test_json5() -> None:
    found = jsonlike.read("{ it's: 1 }".replace("'s", "") + "", "json5")
    assert plain(found) == {"it": "1"}
    text = "{\n base: 'it\\'s \\x41\\\n b', 'k': \"\\v\", n: +.5, inf: Infinity,\n}"
    assert plain(jsonlike.read(text, "json5")) == {"base": "it's A b", "k": "\v", "n": "+.5", "inf": "Infinity"}
    for broken in ("{a 1}", "{,}", "[,]", "{'a': 1", "{a: 'b}"):
        with pytest.raises(Malformed):
            jsonlike.read(broken, "json5")


def test_the_last_of_two_names_counts() -> None:
    assert plain(jsonlike.read('{"a": {"x": "1", "y": "2"}, "a": {"x": "3"}}')) == {"a": {"x": "3"}}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (jsonlike.read, "[" * 100_000),
        (jsonlike.read, '{"a":' * 50_000),
        (toml.read, "a = " + "[" * 50_000),
        (toml.read, "a" + ".a" * 200 + " = 1"),
        (yaml.read, "[" * 100_000),
        (yaml.read, '{"a":' * 50_000),
        (yaml.read, "- " * 50_000),
    ],
)
def test_deep_nesting_is_harmless(read: Any, text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


# -- TOML --------------------------------------------------------------------------------------------------------------

names = st.text("ab.c-d\"' =#[\n", min_size=1, max_size=4)
tables = st.recursive(
    st.booleans() | st.integers(-999, 999) | st.text("x\n\"'=[]#\\", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(names, tables, max_size=4), st.booleans())
def test_toml_is_read_as_the_standard_library_reads_it(value: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(value, multiline_strings=multiline)
    assert plain(toml.read(text)) == spoken(tomllib.loads(text))


@given(st.dictionaries(names, st.dictionaries(names, st.text("xy=[#'\"", max_size=6), min_size=1), min_size=1))
def test_toml_knows_the_line_of_every_statement(value: dict[str, dict[str, str]]) -> None:
    text = tomli_w.dumps(value)
    rows = text.splitlines()
    for hit in find(toml.read(text), "/*/*"):
        assert tomllib.loads(rows[hit.node.line - 1]) == {hit.path[1]: hit.node.text}


TOML = '''# comment = "no"
model = "gpt"   # [not.a.table]
[model_providers.relay]
base_url = "https://relay.example/v1"
note = """
[model_providers.false]
base_url = "https://false.example"
"""
http_headers = { "X-Key" = "v" }
[[points]]
a.b = 1
[[points]]
list = [
  "one",
]
'a.b' = 2
'''


def test_toml_lines() -> None:
    found = toml.read(TOML)
    wanted = {
        "/model": 2,
        "/model_providers/relay": 3,
        "/model_providers/relay/base_url": 4,
        "/model_providers/relay/note": 5,
        "/model_providers/relay/http_headers/X-Key": 9,
        "/points/0/a/b": 11,
        "/points/1/list/0": 13,
        "/points/1/a.b": 16,
    }
    assert {pointer: next(find(found, pointer)).node.line for pointer in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb =\n", 2), ("a = 1\n[b\nc = 2", 2), ('a = """\nx\n', 3), ("a", 1)]
)
def test_broken_toml(text: str, line: int) -> None:
    with pytest.raises(Malformed) as refused:
        toml.read(text)
    assert refused.value.line == line


@given(st.text(max_size=100))
def test_no_text_breaks_the_toml_reader(text: str) -> None:
    try:
        toml.read(text)
    except Malformed:
        pass


# -- YAML --------------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.text("abc", min_size=1), documents, max_size=4))
def test_yaml_is_read_as_its_library_reads_it(value: dict[str, Any]) -> None:
    def keys_as_text(each: Any) -> Any:
        if isinstance(each, dict):
            return {str(name): keys_as_text(inner) for name, inner in each.items()}
        return [keys_as_text(inner) for inner in each] if isinstance(each, list) else each

    text = pyyaml.safe_dump(value, allow_unicode=True, default_flow_style=False)
    assert plain(yaml.read(text)) == spoken(keys_as_text(pyyaml.safe_load(text)))


@given(st.dictionaries(st.text("abc", min_size=1), st.text("xyz:#' ", max_size=6), min_size=1))
def test_yaml_knows_the_line_of_every_value(value: dict[str, str]) -> None:
    text = pyyaml.safe_dump(value)
    rows = text.splitlines()
    for hit in find(yaml.read(text), "/*"):
        assert rows[hit.node.line - 1].startswith(f"{hit.path[0]}:")


def test_yaml_merges_and_aliases() -> None:
    text = "x: &x {a: '1', b: '2'}\ny: &y\n  <<: *x\n  b: '3'\nz:\n  <<: [*y, *x]\n"
    found = plain(yaml.read(text))
    assert (found["y"], found["z"]) == ({"a": "1", "b": "3"}, {"a": "1", "b": "3"})
    assert plain(yaml.read("")) == {}


def test_yaml_aliases_of_aliases_cost_nothing() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    assert next(find(yaml.read(text), "/a29/8/8")).node.line == 28
    assert len(list(find(yaml.read(text), "/a29/*/*/*/*/*/*"))) == 1000
    looped = yaml.read("a: &a\n  b: *a\n  c: x\n")
    assert next(find(looped, "/a/b/b/b/c")).node.text == "x"
    merged = "a0: &a0 {x: 1}\n" + "".join(
        f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 30)
    )
    assert next(find(yaml.read(merged), "/a3/x")).node.text == "1"


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: [1,\nc: 2\n", 3), ("a: 1\n\tb: 2\n", 2), ("a: *b\n", 1), ("a: \x01", 1)]
)
def test_broken_yaml(text: str, line: int) -> None:
    with pytest.raises(Malformed) as refused:
        yaml.read(text)
    assert refused.value.line == line


def test_a_tag_makes_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "made"
    found = yaml.read(f"key: !!python/object/apply:os.mkdir ['{mark}']\n")
    assert not mark.exists()
    assert plain(found) == {"key": [str(mark)]}


@given(st.text(max_size=100))
def test_no_text_breaks_the_yaml_reader(text: str) -> None:
    try:
        yaml.read(text)
    except Malformed:
        pass


# -- variables ---------------------------------------------------------------------------------------------------------


def parsed(text: str, form: str) -> dict[str, tuple[str, int]]:
    return {name: (each.value, each.line) for name, each in dotenv.read(text, form).items() if not each.command}


def test_dotenv() -> None:
    text = "# mine\n\nexport A='one'\r\nB=two # rest\nC=\"x\ny\"\nnonsense\nD=\nA=last\n"
    assert parsed(text, "dotenv") == {"A": ("last", 9), "B": ("two", 4), "C": ("x\ny", 5), "D": ("", 8)}


def test_lines_are_taken_literally() -> None:
    assert parsed('A="one"\n B = two # rest\n#C=3\n3=4\n', "lines") == {"A": ('"one"', 1), "B": ("two # rest", 2)}


SHELL = r"""
# export OUT=commented
export A=one B=two
export C="three $HOME \"q\"" # why
  export D='four'; echo done
if true; then
  export E=a\ b
fi
export F=$(pass show key)
export G="`cat key`"
export H=one"two"'three'#four
LOCAL=unseen
alias export=x
export I=
set -gx FISHY 'key' 
set -Ux --export FISHY2 value
set -g UNSEEN x
set -x
export J=${A}/v1
export K='$literal'
"""


def test_what_a_shell_sets_at_its_start() -> None:
    found = dotenv.read(SHELL, "shell")
    values = {name: each.value for name, each in found.items() if not each.command}
    assert values == {
        "C": 'three $HOME "q"',
        "D": "four",
        "E": "a b",
        "H": "onetwothree#four",
        "I": "",
        "J": "${A}/v1",
        "K": "$literal",
        "FISHY": "key",
        "FISHY2": "value",
    }
    assert {name for name, each in found.items() if each.command} == {"F", "G"}
    assert (found["C"].line, found["K"].expands, found["J"].expands) == (4, False, True)


def test_powershell() -> None:
    text = "$env:A = 'it''s'\n$Env:B=\"x`$y\"\n$env:C = (Get-Secret k)\n"
    text += '[Environment]::SetEnvironmentVariable("D", "four", "User")\n# $env:E = "no"\n$env:F = "a$(cmd)"\n'
    assert parsed(text, "powershell") == {"A": ("it's", 1), "B": ("x$y", 2), "D": ("four", 4)}
    assert dotenv.read(text, "powershell")["F"].command


@given(st.text(max_size=200), st.sampled_from(sorted(dotenv.FORMS)))
def test_no_text_breaks_a_reader_of_variables(text: str, form: str) -> None:
    try:
        for each in dotenv.read(text, form).values():
            assert 1 <= each.line <= text.count("\n") + text.count("\r") + len(text.splitlines()) + 1
    except Malformed:
        assert "\0" in text


@given(st.from_regex(r"[A-Z]{1,8}", fullmatch=True), st.from_regex(r"[\w ./:@%+,=-]{0,40}", fullmatch=True))
def test_a_quoted_word_comes_back_whole(name: str, value: str) -> None:
    for form, line in (
        ("shell", f'export {name}="{value}"'),
        ("shell", f"export {name}='{value}'"),
        ("shell", f"set -gx {name} '{value}'"),
        ("powershell", f"$env:{name} = '{value}'"),
        ("dotenv", f"{name}='{value}'"),
    ):
        assert parsed(f"\n{line}\n", form) == {name: (value, 2)}


# -- compose -----------------------------------------------------------------------------------------------------------

COMPOSE = """
x-env: &env
  OPENAI_API_KEY: ${KEY:?missing}
services:
  web:
    image: ghcr.io/open-webui/open-webui:main
    env_file: .env.web
    environment:
      <<: *env
      OPENAI_API_BASE_URL: http://relay:3000/v1
      PASSED_ON:
  chat:
    image: lobehub/lobe-chat
    env_file:
      - one.env
      - path: two.env
        required: false
    environment:
      - OPENAI_PROXY_URL=https://relay.example/v1
      - HANDED_ON
  empty:
"""


def test_compose() -> None:
    web, chat = compose.services(yaml.read(COMPOSE))
    assert (web.name, web.image, web.env_files) == ("web", "ghcr.io/open-webui/open-webui:main", (".env.web",))
    assert web.variables == (
        ("OPENAI_API_BASE_URL", "http://relay:3000/v1", 10),
        ("PASSED_ON", None, 11),
        ("OPENAI_API_KEY", "${KEY:?missing}", 3),
    )
    assert chat.env_files == ("one.env", "two.env")
    assert chat.variables == (("OPENAI_PROXY_URL", "https://relay.example/v1", 19), ("HANDED_ON", None, 20))
    assert list(compose.services(yaml.read("services: [1]\n"))) == []
    assert list(compose.services(yaml.read("- 1\n"))) == []


# -- references --------------------------------------------------------------------------------------------------------


def resolved(text: str, *styles: str) -> Resolved:
    known = {"KEY": Value("sk-1", "environment KEY", True), "EMPTY": Value("", "environment EMPTY", True)}

    def file(path: str) -> Value | str | None:
        return {"key.txt": Value("sk-2", "file key.txt", False), "../x": "outside"}.get(path)

    return references.resolve(text, styles, known.get, file)


@pytest.mark.parametrize(
    ("text", "style", "value", "source"),
    [
        ("{env:KEY}", "braces", "sk-1", "environment KEY"),
        ("{file:key.txt}", "braces", "sk-2", "file key.txt"),
        ("$KEY", "shell", "sk-1", "environment KEY"),
        ("Bearer ${KEY}", "shell", "Bearer sk-1", "environment KEY"),
        ("${EMPTY:-other}", "shell", "other", None),
        ("os.environ/KEY", "litellm", "sk-1", "environment KEY"),
        ("${{ secrets.KEY }}", "secrets", "sk-1", "environment KEY"),
        ("sk-plain", "shell", "sk-plain", None),
        ("{env:KEY}", "shell", "{env:KEY}", None),
        ("$KEY", "braces", "$KEY", None),
    ],
)
def test_a_reference_is_resolved(text: str, style: str, value: str, source: str | None) -> None:
    assert (resolved(text, style).value, resolved(text, style).source) == (value, source)


def test_what_is_not_there_is_named() -> None:
    assert resolved("{env:NONE}", "braces") == Resolved(None, searched=("environment NONE",))
    assert resolved("${NONE}", "shell") == Resolved(None, searched=("environment NONE",))
    assert resolved("{file:none}", "braces") == Resolved(None, searched=("file none",))


@pytest.mark.parametrize("text", ["$(pass show key)", "`pass`", "sk-$(x)"])
def test_a_command_is_reported_and_not_run(text: str) -> None:
    assert resolved(text, "shell") == Resolved(None, beyond="command")


def test_what_is_out_of_reach() -> None:
    assert resolved("${input:chat.lm.secret.1}", "input") == Resolved(None, beyond="keychain")
    assert resolved("{file:../x}", "braces") == Resolved(None, beyond="outside")
    assert resolved("{file:key.txt}", "braces").borrowed == ()


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert files.text_of(path) is None
    assert files.text_of(path / "b") is None
    for raw in (b"x\xc3\xa9", b"\xef\xbb\xbfx\xc3\xa9", "xé".encode("utf-16")):
        path.write_bytes(raw)
        assert files.text_of(path) == "xé"


def passed(path: Path, inside: Path | None = None) -> str:
    with pytest.raises(files.SkippedFile) as refused:
        files.text_of(path, inside)
    assert refused.value.reason in files.REASONS
    return refused.value.reason


def test_a_file_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xff\x00\xff")
    assert passed(path) == "encoding"
    path.write_bytes(b"x" * (files.LARGEST + 1))
    assert passed(path) == "too_large"
    assert passed(tmp_path) == "no_file"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert passed(tmp_path / "pipe") == "no_file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    path.chmod(0)
    assert passed(path) == "unreadable"


def test_links(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "own").write_text("mine")
    (project / "real").write_text("theirs")
    out, within, loop = project / "out", project / "within", project / "loop"
    try:
        out.symlink_to(tmp_path / "own")
        within.symlink_to("real")
        loop.symlink_to("loop")
    except OSError:
        pytest.skip("this system makes no links")
    assert files.text_of(out) == "mine"
    assert passed(out, project) == "leads_out"
    assert files.text_of(within, project) == "theirs"
    assert passed(loop) == "unreadable"
