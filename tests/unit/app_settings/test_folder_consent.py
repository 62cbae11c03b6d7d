"""What a folder's files would send where, collected without a check."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.app_settings.folder_consent import claiming_doors, settings_of
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.model.settings import BadInput

DOORS = """\
[doors.mine]
hosts = ["relay.example"]
endpoints = [{ protocol = "openai", base_url = "https://relay.example/v1" }]

[doors.theirs]
hosts = ["api.openai.com"]
endpoints = [{ protocol = "openai", base_url = "https://api.openai.com/v1" }]
"""


@pytest.fixture
def world(tmp_path: Path) -> SearchPlaces:
    cwd = tmp_path / "home" / "project"
    cwd.mkdir(parents=True)
    return SearchPlaces(tmp_path / "home", {"OPENAI_API_KEY": "sk-aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z"}, cwd)


def parts(world: SearchPlaces) -> set[tuple[str, str]]:
    found = [one.override for one in settings_of(world, apps.load()) if one.override is not None]
    return {(flow.named_by.file, flow.host) for one in found for flow in one.flows}


def test_the_files_of_apps_and_targets_count(world: SearchPlaces) -> None:
    assert world.cwd is not None
    (world.cwd / ".env").write_text("OPENAI_BASE_URL=https://a.example/v1\n")
    (world.cwd / "opencode.json").write_text(
        '{"provider": {"x": {"options": {"baseURL": "https://b.example/v1", "apiKey": "{env:OPENAI_API_KEY}"}}}}'
    )
    (world.cwd / "llmdoctor.toml").write_text(
        '[targets.t]\nbase_url = "https://c.example/v1"\nproxy = "http://d.example"\n'
    )
    assert parts(world) == {
        (".env", "a.example"),
        ("opencode.json", "b.example"),
        ("llmdoctor.toml", "c.example"),
        ("llmdoctor.toml", "d.example"),
    }


def test_only_the_doors_that_claim_something_need_consent(world: SearchPlaces) -> None:
    assert world.cwd is not None and claiming_doors(world) is None
    (world.cwd / "llmdoctor.toml").write_text(DOORS)
    found = claiming_doors(world)
    assert found is not None and [door.id for door in found.doors] == ["theirs"]
    (world.cwd / "llmdoctor.toml").write_text(f"\n{DOORS}")
    moved = claiming_doors(world)
    assert moved is not None and moved.mark == found.mark
    below = world.cwd / "below"
    below.mkdir()
    seen_below = claiming_doors(SearchPlaces(world.home, world.environ, below))
    assert seen_below is not None and seen_below.mark == found.mark
    (world.cwd / "llmdoctor.toml").write_text(DOORS.replace("relay.example", "other.example"))
    changed = claiming_doors(world)
    assert changed is not None and changed.mark != found.mark


def test_the_users_own_file_needs_none(world: SearchPlaces) -> None:
    (world.home / "llmdoctor.toml").write_text(f'{DOORS}[targets.t]\nbase_url = "https://c.example/v1"\n')
    assert claiming_doors(world) is None and parts(world) == set()


def test_an_invalid_file_is_an_error(world: SearchPlaces) -> None:
    assert world.cwd is not None
    (world.cwd / "llmdoctor.toml").write_text("[nope]\n")
    with pytest.raises(BadInput):
        parts(world)
    with pytest.raises(BadInput):
        claiming_doors(world)
