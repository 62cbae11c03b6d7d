"""The new text of a file: one value or one name differs, and every other byte is as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.cli.fixing.changes import Role, ValueChange
from diagnose.cli.fixing.file_changes import FileChange, difference, file_changes
from probes.config_formats import replacement
from probes.config_formats.edit import Edit, edit, form_of, renaming
from probes.config_formats.replacement import Replacement, load, save_all
from probes.config_formats.spellings import spellings
from probes.model.settings import BadInput
from probes.model.source import Owner, Source, SourceKind

OLD, NEW = "https://relay.example", "https://relay.example/v1"
KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
DOTENV, APP, CONFIG = SourceKind.DOTENV, SourceKind.APP, SourceKind.CONFIG
VARIABLE, SHELL, COMPOSE = SourceKind.APP_VARIABLE, SourceKind.SHELL, SourceKind.COMPOSE

# File, kind, name, line, and its text: «» marks the value that changes. Other values are equal on purpose.
FILES: dict[str, tuple[str, SourceKind, str, int, str]] = {
    "env": (".env", DOTENV, "OPENAI_BASE_URL", 2, "OTHER={old}\nOPENAI_BASE_URL=«»\nB={old}\n"),
    "env-export": (".env", DOTENV, "OPENAI_BASE_URL", 1, "export OPENAI_BASE_URL=«» # the relay {old}\r\nB=2\r\n"),
    "env-quotes": (".env.local", DOTENV, "OPENAI_BASE_URL", 1, "OPENAI_BASE_URL = '«»'   # it\nB=\"{old}\""),
    "env-last-wins": (".env", DOTENV, "U", 3, "U={old}\n# U={old}\nU=«»\nA=1"),
    "env-mark": (".env", DOTENV, "U", 2, "\ufeffA=1\nU=«»"),
    "home-assistant-of-env": ("oauth-keys.env", DOTENV, "U", 1, 'U="«»"\n'),
    "llmdoctor": (
        "llmdoctor.toml",
        CONFIG,
        "targets.work.base_url",
        5,
        "[targets.home]\nbase_url = '{old}'\n\n[targets.work]\nbase_url = '«»'  # it\nmodel = 'm'\n",
    ),
    "toml-inline": (
        "config.toml",
        APP,
        "model_providers.r.base_url",
        1,
        'model_providers = {{r = {{ base_url = "«»" }} }}\n',
    ),
    "toml-array": ("config.toml", APP, "models.1.url", 4, "[[models]]\nurl = '{old}'\n[[models]]\nurl = '«»'\n"),
    "json-one-line": (
        "settings.json",
        VARIABLE,
        "B_URL",
        1,
        '{{"a": "{old}", "env": {{"A_URL": "{old}", "B_URL": "«»"}}}}',
    ),
    "json-list": (
        "config.json",
        APP,
        "models.1.apiBase",
        3,
        '{{"models": [\n {{"apiBase": "{old}"}},\n {{"apiBase": "«»"}}]}}\n',
    ),
    "json-slashes": ("config.json", APP, "url", 1, '{{"url": "«»", "z": 1.50}}'),
    "json-last-wins": ("config.json", APP, "url", 2, '{{"url": "{old}",\n "url": "«»"}}'),
    "jsonc": ("settings.json", APP, "llm.url", 3, '// {old}\n{{ "llm": {{\n  "url": "«»", /* {old} */\n}},}}\n'),
    "json5": ("openclaw.json", APP, "url", 1, "{{url: '«»', b: +1,}} // {old}\n"),
    "yaml": (
        "config.yaml",
        APP,
        "models.1.apiBase",
        4,
        "models:\n  - apiBase: {old}\n  # {old}\n  - apiBase: «»  # it\n",
    ),
    "yaml-flow": (".aider.conf.yml", APP, "openai-api-base", 1, 'openai-api-base: "«»"\r\nmodel: x\r\n'),
    "yaml-block": ("config.yaml", APP, "url", 1, "url: >-\n  «»\nb: {old}\n"),
    "yaml-other-anchor": ("config.yaml", APP, "url", 2, "a: &a {old}\nurl: «»\nb: *a\n"),
    "compose": ("compose.yaml", COMPOSE, "U", 4, "services:\n  a:\n    environment:\n      U: «»\n      V: {old}\n"),
    "compose-list": (
        "compose.yaml",
        COMPOSE,
        "U",
        4,
        "services:\n  a:\n    environment:\n      - U=«»\n      - V={old}\n",
    ),
    "compose-list-quoted": ("compose.yml", COMPOSE, "U", 4, 'services:\n  a:\n    environment:\n      - "U=«»"\n'),
    "shell": (".zshrc", SHELL, "U", 2, "alias x='{old}'\nexport U=«»\nexport V={old}\nexport PATH=$PATH:/x\n"),
    "shell-quotes": (".bashrc", SHELL, "U", 1, 'export U="«»"  # it\n[ -f ~/.x ] && . ~/.x\n'),
    "fish": ("config.fish", SHELL, "U", 1, "set -gx U «»\n"),
    "powershell": ("profile.ps1", SHELL, "U", 1, '$env:U = "«»"\r\nfunction f {{ "{old}" }}\r\n'),
    "lines": (".sgptrc", DOTENV, "U", 1, "U=«»\nV={old}\n"),
    "crush": ("crushrc", APP, "relay.base-url", 1, "provider add relay --base-url «» --api-key $KEY\n"),
    "crush-continued": (".crushrc", APP, "relay.base-url", 1, "provider add relay \\\n  --base-url='«»'\n"),
    "url-list": (".env", DOTENV, "OPENAI_API_BASE_URLS", 1, "OPENAI_API_BASE_URLS=http://a/v1;«»\n"),
}


def change_of(kind: SourceKind, name: str, line: int, file: str, **more: str) -> ValueChange:
    source = Source(kind, Owner.USER, name, file, line)
    return ValueChange(Role.BASE_URL, source, more.pop("old", OLD), more.pop("new", NEW), **more)  # type: ignore[arg-type]


def only(changes: list[ValueChange]) -> FileChange:
    (found,), refused = file_changes(changes)
    assert not refused, refused[0].reason
    return found


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_exactly_one_value_changes(name: str, encoding: str, tmp_path: Path) -> None:
    file, kind, named, line, template = FILES[name]
    if encoding == "utf-16" and template.startswith("\ufeff"):
        pytest.skip("one byte order mark is enough")
    if file.endswith(("yaml", "yml")):
        pytest.importorskip("yaml", reason="PyYAML is not installed")
    path = tmp_path / file
    template = template.format(old=OLD)
    slashes = (lambda text: text.replace("/", "\\/")) if name == "json-slashes" else str
    path.write_bytes(template.replace("«»", slashes(OLD)).encode(encoding))
    found = only([change_of(kind, named, line, str(path))])
    save_all([found.replacement])
    assert path.read_bytes() == template.replace("«»", slashes(NEW)).encode(encoding)
    assert sum(one.startswith("+") for one in difference(found).splitlines()) == 2


RENAMED: dict[str, tuple[str, SourceKind, int, str]] = {
    "env": (".env", DOTENV, 2, "# OLD_NAME\n«»=a OLD_NAME\nB=OLD_NAME\n"),
    "env-export": (".env", DOTENV, 1, "export «»='x'\r\n"),
    "shell": (".bashrc", SHELL, 2, "echo OLD_NAME\nexport «»=a\n"),
    "fish": ("config.fish", SHELL, 1, "set -gx «» a\n"),
    "powershell": ("profile.ps1", SHELL, 1, '$env:«» = "a"\n'),
    "json": ("settings.json", VARIABLE, 2, '{"env": {\n "«»": "OLD_NAME"}}'),
    "toml": ("config.toml", VARIABLE, 2, "[env]\n«» = 'a'\n"),
    "compose": ("compose.yaml", COMPOSE, 4, "services:\n  a:\n    environment:\n      «»: OLD_NAME\n"),
    "compose-list": ("compose.yaml", COMPOSE, 4, "services:\n  a:\n    environment:\n      - «»=OLD_NAME\n"),
}


@pytest.mark.parametrize("name", RENAMED)
def test_exactly_one_name_changes(name: str, tmp_path: Path) -> None:
    file, kind, line, template = RENAMED[name]
    if file.endswith("yaml"):
        pytest.importorskip("yaml", reason="PyYAML is not installed")
    (tmp_path / file).write_text(template.replace("«»", "OLD_NAME"), "utf-8", newline="")
    change = change_of(kind, "OLD_NAME", line, str(tmp_path / file), old="a", new="a", new_name="NEW_NAME")
    assert only([change]).after == template.replace("«»", "NEW_NAME")


def test_value_and_name_change_together(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(f"OPENAI_API_BASE={OLD}\nOPENAI_KEY='{KEY} '\nA={KEY}\n")
    base = change_of(DOTENV, "OPENAI_API_BASE", 1, str(path), new_name="OPENAI_BASE_URL")
    source = Source(DOTENV, Owner.USER, "OPENAI_KEY", str(path), 2)
    found = only([ValueChange(Role.KEY, source, f"{KEY} ", KEY, "OPENAI_API_KEY"), base])
    assert found.after == f"OPENAI_BASE_URL={NEW}\nOPENAI_API_KEY='{KEY}'\nA={KEY}\n"
    shown = difference(found)
    assert "-OPENAI_KEY=<sk-Q…4RvY, 52 characters>" in shown and "+OPENAI_API_KEY=<sk-Q…4RvY, 51 characters>" in shown
    assert KEY[3:15] not in shown + repr(found)


def test_a_mark_that_hides_the_first_name_is_removed(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(f"\ufeffOPENAI_BASE_URL={OLD}\nB=2\n", "utf-8")
    hidden = change_of(DOTENV, "\ufeffOPENAI_BASE_URL", 1, str(path), new=OLD, new_name="OPENAI_BASE_URL")
    assert only([hidden]).after == f"OPENAI_BASE_URL={OLD}\nB=2\n"


REFUSED: dict[str, tuple[str, str, str, str]] = {
    "composed": (".env", "U", "H=relay.example\nU=https://${{H}}\n", "composed"),
    "composed-app": ("config.json", "url", '{{"url": "https://${{H}}"}}', "composed"),
    "composed-braces": ("opencode.json", "url", '{{"url": "{{env:U}}"}}', "composed"),
    "composed-shell": (".zshrc", "U", "export U=https://$H\n", "composed"),
    "anchor": ("config.yaml", "url", "url: &u {old}\nother: *u\n", "shared"),
    "alias": ("config.yaml", "url", "base: &u {old}\nurl: *u\n", "shared"),
    "gone": (".env", "U", "U=https://other.example\n", "changed"),
    "other-name": (".env", "U", "V={old}\n", "changed"),
    "pieces": (".zshrc", "U", "export U='https://'relay.example\n", "unwritable"),
    "malformed": ("config.json", "url", '{{"url": "{old}"', "malformed"),
    "rewritten": ("core.config_entries", "url", '{{"url": "{old}"}}', "rewritten"),
    "unknown": ("notes.txt", "U", "U={old}\n", "unknown_kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_why_a_value_is_not_changed(name: str, tmp_path: Path) -> None:
    file, named, template, reason = REFUSED[name]
    if file.endswith("yaml"):
        pytest.importorskip("yaml", reason="PyYAML is not installed")
    path = tmp_path / file
    path.write_text(template.format(old=OLD))
    kind = DOTENV if file == ".env" else SHELL if file == ".zshrc" else APP
    files, refused = file_changes([change_of(kind, named, 1, str(path))])
    assert not files and [one.reason for one in refused] == [reason]


def test_a_new_value_that_the_app_would_expand_is_refused(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(f"services:\n  a:\n    environment:\n      U: {OLD}\n")
    change = change_of(COMPOSE, "U", 4, str(tmp_path / "compose.yaml"), new="https://relay.example/$HOME")
    assert [one.reason for one in file_changes([change])[1]] == ["unwritable"]


def test_a_name_that_is_taken_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nB=\n")
    change = change_of(DOTENV, "A", 1, str(tmp_path / ".env"), old="1", new="1", new_name="B")
    assert [one.reason for one in file_changes([change])[1]] == ["taken"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX rights")
def test_a_protected_file_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"U={OLD}\n")
    (tmp_path / ".env").chmod(0o400)
    assert [one.reason for one in file_changes([change_of(DOTENV, "U", 1, str(tmp_path / ".env"))])[1]] == ["read_only"]


def test_the_changes_of_a_file_are_made_together_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"U={OLD}\nM=x\n")
    lost = change_of(DOTENV, "M", 2, str(tmp_path / ".env"), old="y", new="z")
    files, refused = file_changes([change_of(DOTENV, "U", 1, str(tmp_path / ".env")), lost])
    assert not files and [one.change for one in refused] == [lost]


# -- several files -----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> list[Replacement]:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"\xff1\r\n")
    return [Replacement(path, load(path), load(path).replace("1", "2")) for path in (tmp_path / "a", tmp_path / "b")]


def test_several_files_are_replaced(two: list[Replacement]) -> None:
    save_all(two)
    assert [one.path.read_bytes() for one in two] == [b"\xff2\r\n"] * 2


@pytest.mark.parametrize("error", [BadInput("full"), KeyboardInterrupt()])
def test_after_an_error_no_file_is_changed(
    error: BaseException, two: list[Replacement], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = replacement.save

    def save(path: Path, before: str, after: str) -> None:
        if path.name == "b":
            raise error
        saved(path, before, after)

    monkeypatch.setattr(replacement, "save", save)
    with pytest.raises(type(error)):
        save_all(two)
    assert [one.path.read_bytes() for one in two] == [b"\xff1\r\n"] * 2


def test_a_second_file_that_changed_keeps_the_first(two: list[Replacement]) -> None:
    two[1].path.write_bytes(b"3")
    with pytest.raises(BadInput, match="changed in the meantime"):
        save_all(two)
    assert two[0].path.read_bytes() == b"\xff1\r\n" and two[1].path.read_bytes() == b"3"


# -- any text ----------------------------------------------------------------------------------------------------------

FORMS = sorted({form_of(Path(file)) for file, *_ in FILES.values()} | {"text"})
TEXTS = st.text(st.sampled_from("UV=:{}[]\"'#\\ \n\r\t-&*$a1/é\ufeff"), max_size=40)


@settings(max_examples=200)
@given(text=TEXTS, form=st.sampled_from(FORMS), line=st.integers(0, 5), old=st.sampled_from(["a", "1", "", "a/1"]))
def test_whatever_a_file_holds_only_the_old_value_goes(text: str, form: str, line: int, old: str) -> None:
    for found in (edit(text, form, line, old, "new", "U"), renaming(text, form, line, "U", "V_2")):
        if isinstance(found, Edit):
            assert text[found.start : found.start + len(found.old)] == found.old
            assert len(found.applied(text)) == len(text) - len(found.old) + len(found.new)


def test_every_form_has_spellings() -> None:
    assert all(list(spellings(form, "a", "b")) for form in FORMS)
