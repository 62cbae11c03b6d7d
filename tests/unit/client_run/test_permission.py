"""Where the app may be run: exactly where the check may send the same key to the same place."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.app_settings.scan import FoundSettings
from probes.catalog import apps
from probes.catalog.app import ClientProgram
from probes.client_run.client_preparation import prepared
from probes.client_run.permission import permission
from probes.model.attempt import KeyForm
from probes.model.client_run import ClientStart, NotRun
from probes.model.facts import KeyPolicy, Withheld
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.processes.program_search import find_program
from probes.settings.app_switches import set_switches
from probes.urls.url import parse_url

ROW = ClientProgram("llm")
LLM, AIDER = (one for name in ("llm", "aider") for one in apps.load() if one.id == name)
KEY = Sourced(Secret("sk-" + "Qm7xT2bW9zLk4RvY" * 3), environment_variable("OPENAI_API_KEY"))
FOLDERS = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_BASE_URL", ".env", 1)
STRAIGHT = KeyPolicy((KeyForm.GIVEN,), (KeyForm.GIVEN,), None, None)


OWN = environment_variable("OPENAI_BASE_URL")


def settings(url: str, source: Source = OWN) -> Settings:
    return Settings(base_url=Sourced(url, source), key=KEY)


@pytest.mark.parametrize(
    ("url", "policy", "refused", "recorder"),
    [
        ("https://relay.example/v1", STRAIGHT, None, False),
        ("http://127.0.0.1:8000/v1", STRAIGHT, None, False),
        ("http://gpu-box:8000/v1", STRAIGHT, None, True),
        ("https://relay.example/v1", KeyPolicy((), (), None, None), NotRun.KEY, False),
        ("https://relay.example/v1", KeyPolicy((), (), Withheld.PROJECT, None), NotRun.CONSENT, False),
        ("https://relay.example/v1", KeyPolicy((), (), Withheld.OTHER_DOOR, None), NotRun.KEY, False),
        ("http://127.0.0.1:8000/v1", KeyPolicy((), (KeyForm.GIVEN,), None, None), None, True),
        ("https://relay.example/v1", None, NotRun.KEY, False),
    ],
)
def test_it_follows_the_key_policy(url: str, policy: KeyPolicy | None, refused: NotRun | None, recorder: bool) -> None:
    found = permission(ClientStart("/bin/llm"), settings(url), ROW, parse_url(url), policy)
    assert (found.refused, found.recorder) == (refused, recorder)


def test_without_a_key_only_a_place_of_the_user_is_asked() -> None:
    for source, refused in ((OWN, None), (FOLDERS, NotRun.NO_KEY)):
        given = Settings(base_url=Sourced("https://relay.example/v1", source))
        found = permission(ClientStart("/bin/llm"), given, ROW, parse_url("https://relay.example/v1"), STRAIGHT)
        assert found.refused is refused


def test_what_the_app_does_not_read_is_another_check() -> None:
    for source in (option("--base-url"), FOLDERS, Source(SourceKind.CONFIG, Owner.USER, "base_url", "x.toml", 1)):
        start = prepared(settings("https://relay.example/v1", source), LLM, None, "/bin/llm")
        assert (start.refused, start.because) == (NotRun.SETTINGS, source)


def test_a_place_of_the_folder_is_reached_through_the_recorder_and_its_key_not_at_all() -> None:
    place = settings("https://relay.example/v1", FOLDERS)
    start = prepared(place, AIDER, FoundSettings("aider", "", ".env:1", place), "/bin/aider")
    assert start.refused is None and start.of_folder
    assert permission(start, place, ROW, parse_url("https://relay.example/v1"), STRAIGHT).recorder
    own = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 2)
    keyed = Settings(base_url=place.base_url, key=Sourced(KEY.value, own))
    assert prepared(keyed, AIDER, FoundSettings("aider", "", ".env:1", keyed), "/bin/aider").refused is NotRun.FOLDER


def test_switches_are_found_by_their_variables() -> None:
    app = apps.load().get("claude-code")
    switch = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"
    for value, found in (("1", True), ("true", True), ("0", False), ("", False)):
        given = {switch: Sourced(value, environment_variable(switch))}
        assert set_switches(app, given.get) == ((f"{switch}=1",) if found else ())
    assert set_switches(None, lambda name: None) == ()


def test_windows_names(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "bin").mkdir()
    (folder / "bin" / "llm.cmd").write_text("", "utf-8")
    here = folder / "here"
    here.mkdir()
    (here / "llm.exe").write_text("", "utf-8")
    environ = {"PATH": str(folder / "bin"), "PATHEXT": ".EXE;.CMD"}
    assert find_program("llm", environ, here, None, windows=True) == folder / "bin" / "llm.cmd"
    assert find_program("llm", {"PATH": str(here)}, here, None, windows=True) is None
    assert find_program("llm", {"PATH": str(here)}, here, here, windows=True) is None, "not even at home"
