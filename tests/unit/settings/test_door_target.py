"""A provider's id as the target: its documented address, and only a key that belongs to it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from probes.catalog.doors import load
from probes.model.settings import BadInput, Settings
from probes.settings.door_target import near
from probes.settings.gather import Options, gather

HEX = "sk-" + "0f1e2d3c4b5a6978" * 2  # the look of DeepSeek's keys
RELAY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4Rv"


def found(folder: Path, environ: dict[str, str], **options: object) -> Settings:
    return gather(Options(**options), environ, folder, home=folder)  # type: ignore[arg-type]


@pytest.mark.parametrize("door", [door.id for door in load()])
def test_every_provider_has_an_address_or_asks_for_one(door: str, tmp_path: Path) -> None:
    known = load().get(door)
    assert known is not None
    try:
        settings = found(tmp_path, {}, target=door)
    except BadInput as error:
        assert all("{" in endpoint.base_url for endpoint in known.endpoints)
        assert known.name in str(error) and ("{" in str(error)) is bool(known.endpoints)
        return
    assert settings.base_url is not None and settings.key is None
    assert urlsplit(settings.base_url.value).scheme in ("https", "http") and "{" not in settings.base_url.value
    assert str(settings.base_url.source) == f"default of {known.name}"


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({"DEEPSEEK_API_KEY": "anything"}, "environment DEEPSEEK_API_KEY"),
        ({"DEEPSEEK_API_KEY": "anything", "OPENAI_API_KEY": HEX}, "environment DEEPSEEK_API_KEY"),
        ({"OPENAI_API_KEY": HEX}, "environment OPENAI_API_KEY"),  # it looks like this provider's
        ({"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "https://api.deepseek.com/v1"}, "environment OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": HEX, "OPENAI_BASE_URL": "https://relay.example/v1"}, ""),  # the relay's
        ({"OPENAI_API_KEY": RELAY}, ""),
        ({"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "https://[bad"}, ""),
        ({"ANTHROPIC_API_KEY": HEX}, ""),
        ({"GITHUB_TOKEN": HEX}, ""),
    ],
)
def test_a_key_goes_only_to_its_own_provider(environ: dict[str, str], source: str, tmp_path: Path) -> None:
    settings = found(tmp_path, environ, target="deepseek")
    assert (str(settings.key.source) if settings.key else "") == source
    if not source:
        assert not settings.conflicts and all("DEEPSEEK" in place for place in settings.searched)


def test_the_users_own_word_gives_the_key(tmp_path: Path) -> None:
    settings = found(tmp_path, {"OPENAI_API_KEY": RELAY}, target="deepseek", key_env="OPENAI_API_KEY")
    assert settings.key is not None and settings.key.value.reveal() == RELAY


def test_the_protocol_and_the_app_choose_the_address(tmp_path: Path) -> None:
    def address(**options: object) -> str | None:
        base = found(tmp_path, {}, target="deepseek", **options).base_url
        return base.value if base else None

    assert address() == address(protocol="openai") == "https://api.deepseek.com"
    assert address(protocol="anthropic") == address(app="claude-code") == "https://api.deepseek.com/anthropic"


def test_a_target_of_the_file_comes_first_and_its_doors_are_the_folders(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "llmdoctor.toml").write_text(
        '[targets.deepseek]\nbase_url = "https://mine.example/v1"\n'
        '[doors.stranger]\nname = "Stranger"\nhosts = ["api.stranger.example"]\nkind = "relay"\nkey_env = ["STRANGER_KEY"]\n'
        'endpoints = [{ protocol = "openai", base_url = "https://api.stranger.example/v1" }]\n'
    )

    def at(name: str, **environ: str) -> Settings:
        return gather(Options(target=name), environ, tmp_path / "project", home=tmp_path)

    own = at("deepseek").base_url
    assert own is not None and own.value == "https://mine.example/v1"
    settings = at("stranger", STRANGER_KEY=RELAY)
    assert settings.key is not None and settings.override is not None and settings.override.withheld
    assert at("stranger", OPENAI_API_KEY=RELAY).key is None


def test_names_that_may_be_meant() -> None:
    assert near("depseek") == ["deepseek"]
    assert near("Kimi")[:2] == ["moonshot-intl", "moonshot-cn"]
    assert "anthropic" in near("claude")
    assert near("frobnicate") == [] and near("a" * 5000) == []


def test_an_address_beside_a_name_is_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="given twice"):
        found(tmp_path, {}, target="deepseek", base_url="https://api.deepseek.com")
