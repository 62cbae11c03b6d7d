"""`check --run-client` with a small program in the place of a real one: consent, limits, secrets, and what differs."""

from __future__ import annotations

import ast
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from diagnose.cli import client_start, program
from diagnose.docs.json_schema import schema
from diagnose.evidence.client_runs import MOST_REQUESTS
from diagnose.judging.judge import judge
from probes.client_run import client_runner, loopback_recorder
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import Answer, PracticeDoor, Request
from probes.model.archive import load
from unit.client_run.fake_llm import FAKE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the program is a script with a #! line")
KEY = made_up_key()
SCHEMA = Draft202012Validator(schema(closed=True))
Call = Callable[..., Result]


class Started:
    """What the program wrote down about its starts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def all(self) -> list[dict[str, Any]]:
        text = self.path.read_text("utf-8") if self.path.exists() else ""
        return [ast.literal_eval(line) for line in text.splitlines()]


@pytest.fixture
def started(tmp_path: Path) -> Started:
    return Started(tmp_path / "started.log")


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: Started) -> Call:
    """Return ``call(door, *options, mode=…)``: a check of `llm`, whose settings are in the environment."""
    home, here, bin_ = (tmp_path / name for name in ("home", "here", "bin"))
    for folder in (home, here, bin_):
        folder.mkdir()
    fake = bin_ / "llm"
    fake.write_text(FAKE.format(python=sys.executable), "utf-8")
    fake.chmod(0o755)
    monkeypatch.chdir(here)
    for name, value in {
        "HOME": str(home),
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "FAKE_LOG": str(started.path),
        "OPENAI_API_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)

    def run(door: PracticeDoor | None, *options: str, mode: str = "call", yes: bool = True) -> Result:
        monkeypatch.setenv("FAKE_MODE", mode)
        if door is not None:
            monkeypatch.setenv("OPENAI_BASE_URL", f"{door.url}/v1")
        words = ["check", "--app", "llm", "--model", "gpt-4o-mini", "--run-client", *(["--yes"] if yes else [])]
        done = CliRunner().invoke(program, [*words, *options])
        assert KEY[5:17] not in done.output + done.stderr
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def report_of(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refusing(what: Callable[[Request], bool], status: int, text: str) -> PracticeDoor:
    """Return a sound door that refuses some requests."""
    sound = b.openai(KEY)

    def answer(request: Request) -> Answer:
        if what(request):
            return answers.as_json({"error": {"message": text, "type": "invalid_request_error"}}, status)
        return sound(request)

    return PracticeDoor(answer)


# -- the run -----------------------------------------------------------------------------------------------------------


def test_the_app_runs_with_the_users_settings_and_nothing_else(call: Call, started: Started, tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        report = report_of(call(door, "--json"))
    assert report["verdict"] == "healthy" and report["client"]["answered"] is True
    assert report["client"]["status"] == 0 and report["client"]["recorder"] is False
    (one,) = started.all
    assert KEY not in one["cmdline"] and not any(KEY in word for word in one["argv"])
    assert one["argv"][1:-1] == ["-m", "gpt-4o-mini", "--no-log"]
    assert one["files"] == [] and Path(one["cwd"]) != tmp_path / "here"
    own = dict(os.environ)
    changed = {name for name, value in one["env"].items() if own.get(name) != value}
    assert changed - {"LC_CTYPE", "PWD"} == {"TMPDIR"} and one["env"]["PWD"] == one["cwd"]
    assert [name for name, value in one["env"].items() if KEY in value] == ["OPENAI_API_KEY"]
    assert not Path(one["cwd"]).exists() and not Path(one["env"]["TMPDIR"]).exists(), "what it leaves is removed"


def test_nothing_leads_the_app_back_to_the_folder(
    call: Call, started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "tools").mkdir()
    (tmp_path / "link").symlink_to(here / "tools")
    for name in ("PWD", "OLDPWD", "INIT_CWD", "GIT_DIR", "GIT_WORK_TREE", "npm_config_local_prefix"):
        monkeypatch.setenv(name, str(here))
    usual = os.environ["PATH"].split(os.pathsep)
    monkeypatch.setenv("PATH", os.pathsep.join(("tools", str(here / "tools"), str(tmp_path / "link"), *usual)))
    with PracticeDoor(b.openai(KEY)) as door:
        assert report_of(call(door, "--json"))["client"]["answered"]
    (one,) = started.all
    assert one["env"]["PWD"] == one["cwd"], "opencode takes it for its folder, and would start the programs there"
    assert [name for name, value in one["env"].items() if str(here) in value] == []
    assert one["env"]["PATH"].split(os.pathsep) == usual


def test_both_fail(call: Call) -> None:
    with PracticeDoor(b.openai(made_up_key())) as door:
        report = report_of(call(door, "--json"))
    assert report["root_cause"] == "auth.rejected"
    found = next(one for one in report["findings"] if one["code"] == "app.run_failed")
    assert found["caused_by"] == "auth.rejected" and found["title"] == "llm itself fails too"


@pytest.mark.parametrize(
    ("mode", "what", "status", "text", "title"),
    [
        ("wrong-path", lambda r: False, 404, "", "llm requests a different path than this check"),
        ("wrong-header", lambda r: False, 401, "", "llm sends the key in another header than this check"),
        (
            *("more", lambda r: "store" in r.json() if r.body else False, 400, "Unknown parameter: 'store'."),
            "127.0.0.1 rejects the request of llm, but accepts that of this check",
        ),
    ],
)
def test_the_difference_is_named(
    call: Call, started: Started, mode: str, what: Any, status: int, text: str, title: str
) -> None:
    with refusing(what, status, text) as door:
        report = report_of(call(door, "--json", mode=mode))
    assert (report["verdict"], report["root_cause"]) == ("broken", "app.run_failed")
    assert report["findings"][0]["title"] == title and report["proven"]["answer"]
    assert len(started.all) == 2, "once as it is, and once through the recorder"
    again = report["client"]["again"]
    assert len(report["findings"][0]["evidence"]) <= MOST_REQUESTS + 2
    assert again["recorder"] and again["requests"][0]["method"] == "POST"
    assert started.all[1]["env"]["OPENAI_BASE_URL"] != started.all[0]["env"]["OPENAI_BASE_URL"]


def test_the_apps_own_connection_is_at_fault(call: Call, tmp_path: Path) -> None:
    saved = tmp_path / "run.json"
    with PracticeDoor(b.openai(KEY)) as door:
        report = report_of(call(door, "--json", "--save", str(saved), mode="deaf"))
    SCHEMA.validate(report)
    assert judge(load(saved.read_text("utf-8"))).root_cause == report["root_cause"], "a run that was kept"
    assert report["findings"][0]["title"] == "llm does not trust the certificate that this check trusts"
    assert report["side"] == "machine"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("TypeError: Expected an instance of `httpx2.Client`", "llm fails before it sends a request: its packages do"),
        ("AggregateError [ETIMEDOUT]: Cannot connect to API", "llm cannot connect to 127.0.0.1, and this check can"),
        ("plugin not configured", "llm itself fails, although the request of this check works"),
    ],
)
def test_what_only_a_client_says_is_read(call: Call, text: str, title: str) -> None:
    """It has asked nothing, not even the recorder: only what it says may be taken for the reason."""
    with PracticeDoor(b.openai(KEY)) as door:
        report = report_of(call(door, "--json", mode=f"says {text}"))
    assert (report["root_cause"], report["side"]) == ("app.run_failed", "app" if "plugin" in text else "machine")
    assert report["findings"][0]["title"].startswith(title)


@pytest.mark.slow
def test_an_app_that_works_overrules_the_check(call: Call) -> None:
    """A relay that admits certain clients alone refuses this check, and the app gets an answer."""
    with refusing(lambda r: "llmdoctor" in r.header("user-agent"), 403, "This client is not allowed.") as door:
        report = report_of(call(door, "--json"))
        text = call(door).stdout
    codes = {one["code"]: one["severity"] for one in report["findings"]}
    assert report["verdict"] == "degraded" and codes["app.run_works"] == "info"
    assert "error" not in codes.values() and len(codes) > 1
    assert "llm itself: answered in" in text


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_time_limit_ends_the_app_and_its_children(call: Call, started: Started, monkeypatch: Any) -> None:
    monkeypatch.setattr(client_runner, "LEAST", 60.0)  # no second run
    monkeypatch.setattr(client_runner, "limit_of", lambda row, left: 0.3)
    with PracticeDoor(b.openai(KEY)) as door:
        report = report_of(call(door, "--json", "--deadline", "70", mode="hang"))
    assert report["client"]["ended"] == "limit" and report["root_cause"] == "app.run_failed"
    end = time.monotonic() + 10
    while _running(str(started.path)) and time.monotonic() < end:
        time.sleep(0.02)
    assert _running(str(started.path)) == []


def _running(marker: str) -> list[str]:
    """Return the processes whose environment has a text, where the system shows that."""
    found = (path for path in Path("/proc").glob("[0-9]*/environ") if marker.encode() in _content(path))
    return [path.parent.name for path in found if path.parent.name != str(os.getpid())]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.slow
def test_an_app_that_asks_without_end_is_ended_by_the_recorder(call: Call, monkeypatch: Any) -> None:
    from probes.catalog import apps

    llm = apps.load().get("llm")
    assert llm is not None and llm.run is not None
    monkeypatch.setitem(apps.load()._apps, "llm", llm._replace(run=llm.run._replace(recorder=True)))
    with PracticeDoor(b.openai(KEY)) as door:
        report = report_of(call(door, "--json", mode="many"))
    assert report["client"]["ended"] == "requests"
    assert len(report["client"]["requests"]) == loopback_recorder.MOST_REQUESTS


def test_a_flood_of_keys_is_cut_and_scrubbed(call: Call) -> None:
    with PracticeDoor(b.openai(made_up_key())) as door:
        report = report_of(call(door, "--json", mode="flood"))
    assert len(report["client"]["said"]) < 1500 and "401" in report["client"]["said"]


# -- consent -----------------------------------------------------------------------------------------------------------


def test_nothing_is_started_without_a_word_of_the_user(call: Call, started: Started) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        done = call(door, yes=False)
        assert done.exit_code and "add --yes" in done.stderr and not door.requests
        plan = call(door, "--plan", yes=False)
        assert plan.exit_code == 0 and "about 100 tokens" in plan.stdout and "--no-log" in plan.stdout
        asked = json.loads(call(door, "--plan", "--json").stdout)["client"]
        assert asked["app"] == "llm" and asked["tokens"] == 100 and asked["not_run"] is None
    assert started.all == []


def test_a_person_is_asked(call: Call, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_start, "can_ask", lambda: True)
    with PracticeDoor(b.openai(KEY)) as door:
        for answer, starts in ((False, 0), (True, 1)):
            monkeypatch.setattr(client_start.printer, "agrees", lambda question, said=answer: said)
            report = report_of(call(door, "--json", yes=False))
            assert len(started.all) == starts and ("client" in report) is answer


@pytest.mark.parametrize(("option", "why"), [("--no-spend", "no_spend"), ("--offline", "offline")])
def test_what_excludes_it(call: Call, started: Started, option: str, why: str) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        report = report_of(call(door, option, "--json"))
    assert report["client"] == {**report["client"], "ran": False, "not_run": why} and started.all == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("https://relay.example/v1",), "leave out the address"),
        (("--key-env", "OTHER_KEY"), "leave out --key-env"),
        (("--retries", "1"), "leave out --retries"),
        (("--app", "cursor"), "cannot run Cursor"),
        (("--client-program", "nowhere/llm"), "no program that can be started"),
    ],
)
def test_a_command_line_that_contradicts_it(call: Call, options: tuple[str, ...], said: str) -> None:
    done = call(None, *options)
    assert done.exit_code and said in done.stderr


def test_a_place_that_the_folder_names_needs_consent(call: Call, started: Started) -> None:
    """The folder's llmdoctor.toml is nothing that the app reads; its own settings lead elsewhere."""
    with PracticeDoor(b.openai(KEY)) as door:
        Path("llmdoctor.toml").write_text(f'[check]\nbase_url = "{door.url}/v1"\n', "utf-8")
        report = report_of(call(None, "--json"))
        assert report["client"]["not_run"] in ("settings", "consent")
        Path("llmdoctor.toml").unlink()
        Path(".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\n", "utf-8")
        report = report_of(call(None, "--json"))
        assert report["client"]["not_run"] == "settings"
    assert started.all == []


def test_a_place_of_the_apps_own_file_in_the_folder(call: Call, started: Started, tmp_path: Path) -> None:
    """The user's key goes to a place of the folder with consent alone, and only through the recorder."""
    (tmp_path / "bin" / "llm").rename(tmp_path / "bin" / "aider")
    with PracticeDoor(b.openai(KEY)) as door:
        Path(".aider.conf.yml").write_text(f"openai-api-base: {door.url}/v1\n", "utf-8")
        report = report_of(call(None, "--app", "aider", "--json"))
        assert report["client"]["not_run"] == "consent" and started.all == []
        assert not any(KEY in str(request.headers) for request in door.requests)
        report = report_of(call(None, "--app", "aider", "--json", "--send-anyway"))
        assert report["client"]["answered"] and report["client"]["recorder"]
        (one,) = started.all
        assert Path(one["cwd"]) != tmp_path / "here" and f"{door.url}/v1" not in one["cmdline"]
        Path(".aider.conf.yml").write_text(f"openai-api-base: {door.url}/v1\nopenai-api-key: {KEY}\n", "utf-8")
        report = report_of(call(None, "--app", "aider", "--json"))
    assert report["client"]["not_run"] == "folder", "outside the folder it would take another key for this place"


def test_a_key_that_the_check_withholds_is_not_sent_by_the_app(
    call: Call, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")  # in clear, to a public address
    report = report_of(call(None, "--json", "--timeout", "0.2"))
    assert report["client"]["not_run"] == "key" and started.all == []


def test_the_folders_program_is_never_started(
    call: Call, started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "llm"
    modules = tmp_path / "here" / "node_modules" / ".bin"
    modules.mkdir(parents=True)
    for folder in (tmp_path / "here", modules):
        (folder / "llm").write_text(fake.read_text("utf-8"), "utf-8")
        (folder / "llm").chmod(0o755)
    fake.unlink()
    monkeypatch.setenv("PATH", os.pathsep.join(("", ".", str(tmp_path / "here"), str(modules), "/usr/bin", "/bin")))
    with PracticeDoor(b.openai(KEY)) as door:
        assert "llm is not on PATH" in call(door).stderr and started.all == []
        report = report_of(call(door, "--json", "--client-program", "node_modules/.bin/llm"))
    assert report["client"]["answered"] and len(started.all) == 1, "the user may name it"
