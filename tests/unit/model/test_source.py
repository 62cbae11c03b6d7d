"""The source of a value: its text for people, who decided the value, and that both survive the archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.app_settings.scan import find
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.model import archive
from probes.model.evidence import Evidence, Target
from probes.model.source import (
    DEFAULT,
    Owner,
    Source,
    SourceKind,
    default_of,
    environment_variable,
    option,
    variable_in,
)
from probes.pasted import curl_settings
from probes.run import fleet
from probes.settings import config_file
from probes.settings.gather import Options, gather

USER, FOLDER = Owner.USER, Owner.FOLDER
TEXTS = {
    option("--model"): "--model",
    Source(SourceKind.ARGUMENT): "argument",
    Source(SourceKind.STDIN): "standard input",
    environment_variable("OPENAI_API_KEY"): "environment OPENAI_API_KEY",
    Source(SourceKind.DOTENV, FOLDER, "OPENAI_API_KEY", ".env", 3): ".env:3 OPENAI_API_KEY",
    Source(SourceKind.SHELL, USER, "OPENAI_API_KEY", "~/.zshrc", 12): "~/.zshrc:12 OPENAI_API_KEY",
    Source(SourceKind.CONFIG, FOLDER, "check.model", "llmdoctor.toml", 2): "llmdoctor.toml:2 check.model",
    Source(SourceKind.APP, USER, "", "~/.codex/config.toml"): "~/.codex/config.toml",
    Source(SourceKind.KEY_FILE, USER, "--key-file", "my key.txt"): "--key-file my key.txt",
    Source(SourceKind.KEY_FILE, USER, "", "~/key"): "file ~/key",
    Source(SourceKind.SYSTEM, USER, "https"): "system settings (https proxy)",
    Source(SourceKind.CURL, FOLDER): "--curl",
    Source(SourceKind.FORM): "form",
    Source(SourceKind.BASE_URL, FOLDER): "base_url",
    Source(SourceKind.MODEL_LIST): "list",
    DEFAULT: "default",
    default_of("OpenAI"): "default of OpenAI",
}


@pytest.mark.parametrize("source", TEXTS, ids=TEXTS.values())
def test_text(source: Source) -> None:
    assert str(source) == TEXTS[source]


def test_another_word_for_the_kind() -> None:
    assert environment_variable("A").text("环境变量") == "环境变量 A"
    assert default_of("OpenAI").text("usual") == "usual of OpenAI"
    assert option("--model").text("unused") == "--model"


@pytest.mark.parametrize("source", TEXTS, ids=TEXTS.values())
def test_the_variable_can_be_read_back_from_a_report(source: Source) -> None:
    assert variable_in(str(source)) == source.variable


def test_survives_the_archive() -> None:
    sources = tuple((f"role{number}", source) for number, source in enumerate(TEXTS))
    target = Target(None, "openai", None, "openai-sdk", None, None, None, sources=sources)
    evidence = Evidence(target=target, observations=())
    assert archive.load(archive.dump(evidence)).target.sources == sources


# -- who decided a value -----------------------------------------------------------------------------------------------


def owners(
    folder: Path, environ: dict[str, str] | None = None, home: Path = Path("/home/of/nobody"), **options: object
):
    found = gather(Options(**options), environ or {}, folder, home=home)  # type: ignore[arg-type]
    values = {"base_url": found.base_url, "key": found.key, "model": found.model}
    return {name: value.source.owner for name, value in values.items() if value is not None}


def test_the_command_line_and_the_environment_are_the_users(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": "https://a.test/v1", "OPENAI_MODEL": "m"}
    assert owners(tmp_path, environ) == {"base_url": USER, "key": USER, "model": USER}
    assert owners(tmp_path, base_url="https://a.test/v1", key="sk-x", model="m") == {
        "base_url": USER,
        "key": USER,
        "model": USER,
    }


def test_a_found_env_file_is_the_folders(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=https://a.test/v1\n")
    below = tmp_path / "below"
    below.mkdir()
    assert owners(tmp_path) == owners(below) == {"base_url": FOLDER, "key": FOLDER}
    assert owners(tmp_path, {"OPENAI_API_KEY": "sk-mine"}) == {"base_url": FOLDER, "key": USER}


def test_an_env_file_of_the_home_or_that_is_named_is_the_users(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=https://a.test/v1\n")
    assert owners(tmp_path, home=tmp_path) == {"base_url": USER, "key": USER}
    assert owners(tmp_path, env_file=".env") == {"base_url": USER, "key": USER}


def test_a_found_config_is_the_folders_but_not_what_it_refers_to(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "secret"
    project.mkdir()
    outside.write_text("sk-x")
    (project / "key").write_text("sk-y")
    (project / "link").symlink_to(outside)
    for name, owner in (("key", FOLDER), ("../secret", USER), ("link", USER), (str(outside), USER)):
        text = f'[check]\nbase_url = "https://a.test/v1"\nmodel = "m"\nkey = {{ file = "{name}" }}\n'
        (project / config_file.FILE_NAME).write_text(text)
        assert owners(project) == {"base_url": FOLDER, "key": owner, "model": FOLDER}
    text = '[check]\nbase_url = "https://a.test/v1"\nkey = { env = "MINE" }\n'
    (project / config_file.FILE_NAME).write_text(text)
    assert owners(project, {"MINE": "sk-x"}) == {"base_url": FOLDER, "key": USER}


def test_a_fleet_that_is_named_is_the_users_and_its_table_is_not(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text('[targets.a]\nbase_url = "https://a.test/v1"\n')
    (tmp_path / "fleet.csv").write_text("name,base_url\na,https://a.test/v1\n")
    for name, owner in (("fleet.toml", USER), ("fleet.csv", FOLDER)):
        base_url = fleet.read(tmp_path / name, Options()).file.targets["a"].text("base_url")
        assert base_url is not None and base_url.source.owner is owner


def test_a_pasted_curl_is_the_folders_but_a_variable_in_it_is_the_users(tmp_path: Path) -> None:
    command = 'curl https://a.test/v1/models -H "Authorization: Bearer {}"'
    for written, owner in (("$MINE", USER), ("sk-abcdefghijklmnop", FOLDER)):
        environ = {"MINE": "sk-mine-abcdefghijklmnop"}
        found, _ = curl_settings.read(command.format(written), Options(), environ, tmp_path)
        assert found.base_url is not None and found.base_url.source.owner is FOLDER
        assert found.key is not None and found.key.source.owner is owner


def test_an_apps_file_is_the_users_at_home_and_the_folders_in_a_project(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "home" / "project"
    for folder, url in ((home, "mine.test"), (project, "theirs.test")):
        (folder / ".claude").mkdir(parents=True)
        (folder / ".claude/settings.json").write_text(f'{{"env": {{"ANTHROPIC_BASE_URL": "https://{url}"}}}}')
    environ = {"ANTHROPIC_API_KEY": "sk-ant-x"}
    for cwd, owner, shown in (
        (project, FOLDER, ".claude/settings.json:1 ANTHROPIC_BASE_URL"),
        (None, USER, "~/.claude/settings.json:1 ANTHROPIC_BASE_URL"),
    ):
        (found,) = find(SearchPlaces(home, environ, cwd), Options(), apps.load(), ("claude-code",)).found
        assert found.settings.base_url is not None and found.settings.key is not None
        assert (found.settings.base_url.source.owner, str(found.settings.base_url.source)) == (owner, shown)
        assert found.settings.key.source == environment_variable("ANTHROPIC_API_KEY")
        if owner is FOLDER:
            (other,) = (one for one in found.settings.conflicts if one.role == "base_url")
            assert (other.source.owner, other.winner) == (USER, found.settings.base_url.source)
