"""The logins that apps have stored: read for what they say, never sent, never renewed, never shown."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.formats import FORMATS, load
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import exit_status
from diagnose.report import Report
from probes.app_settings.logins import moment
from probes.app_settings.scan import FoundSettings, find, of_app
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.login import StoredLogin
from probes.run.engine import run
from probes.settings.gather import Options

NOW = time.time()
HOUR = 3600
KEY = made_up_key()
TOKEN = f"sk-ant-oat01-{KEY}"
REFRESH = f"sk-ant-ort01-{KEY[::-1]}"


def jwt(expires: float) -> str:
    """Return a token of ChatGPT's form that ends at a moment, in seconds since 1970."""
    parts = ({"alg": "RS256"}, {"iss": "https://auth.openai.com", "exp": int(expires)})
    encoded = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts)
    return ".".join((*encoded, KEY.replace("-", "_")))


def claude(expires: float = NOW + 8 * HOUR, refresh: str = REFRESH) -> object:
    login = {"accessToken": TOKEN, "refreshToken": refresh, "expiresAt": int(expires * 1000), "subscriptionType": "max"}
    return {"claudeAiOauth": login}


def codex(expires: float = NOW + 200 * HOUR, refresh: str = REFRESH, **more: object) -> object:
    return {"OPENAI_API_KEY": None, "tokens": {"access_token": jwt(expires), "refresh_token": refresh}, **more}


CLAUDE, CODEX, GEMINI = ".claude/.credentials.json", ".codex/auth.json", ".gemini/oauth_creds.json"
CODEX_TOML, KEYRING = ".codex/config.toml", 'cli_auth_credentials_store = "keyring"\n'
OPENCODE, COPILOT = ".local/share/opencode/auth.json", ".config/github-copilot/apps.json"
GOOGLE = {"access_token": f"ya29.{KEY}", "refresh_token": REFRESH, "expiry_date": NOW * 1000 - 5}
OAUTH = {"type": "oauth", "access": TOKEN, "refresh": REFRESH, "expires": int(NOW * 1000)}


class World(NamedTuple):
    """A home with logins: the codes of its findings, what takes the login's place, and its case."""

    name: str
    app: str
    files: Mapping[str, object]
    codes: tuple[str, ...]
    host: str
    overridden: str = ""
    environ: Mapping[str, str] = {}
    plan: str = ""
    renews: bool = True


OPEN, EXPIRED, CONFLICT = "auth.no_credential", "auth.login_expired", "settings.conflict"
WORLDS = (
    World("claude", "claude-code", {CLAUDE: claude()}, (OPEN,), "api.anthropic.com", plan="max"),
    World("claude, stale", "claude-code", {CLAUDE: claude(NOW - HOUR)}, (OPEN,), "api.anthropic.com", plan="max"),
    World(
        "claude, expired and not renewed",
        "claude-code",
        {CLAUDE: claude(NOW - HOUR, "")},
        (EXPIRED,),
        "api.anthropic.com",
        plan="max",
        renews=False,
    ),
    World(
        "claude, by a token in a variable",
        "claude-code",
        {CLAUDE: claude()},
        (OPEN, CONFLICT),
        "api.anthropic.com",
        "environment CLAUDE_CODE_OAUTH_TOKEN",
        {"CLAUDE_CODE_OAUTH_TOKEN": f"sk-ant-oat01-{KEY}"},
        "max",
    ),
    World(
        "claude, by a key in a variable",
        "claude-code",
        {CLAUDE: claude(NOW - HOUR, "")},
        (CONFLICT,),
        "api.anthropic.com",
        "environment ANTHROPIC_AUTH_TOKEN",
        {"ANTHROPIC_AUTH_TOKEN": KEY},
        "max",
        False,
    ),
    World("codex", "codex", {CODEX: codex()}, (OPEN,), "chatgpt.com"),
    World("codex, its last day", "codex", {CODEX: codex(NOW + HOUR, "")}, (EXPIRED, OPEN), "chatgpt.com", renews=False),
    World("codex, expired", "codex", {CODEX: codex(NOW - HOUR, "")}, (EXPIRED,), "chatgpt.com", renews=False),
    World(
        "codex, by the key beside it",
        "codex",
        {CODEX: codex(OPENAI_API_KEY=KEY)},
        (CONFLICT,),
        "chatgpt.com",
        "~/.codex/auth.json:2 OPENAI_API_KEY",
    ),
    World(
        "codex, although there is a key",
        "codex",
        {CODEX: codex(OPENAI_API_KEY=KEY, auth_mode="chatgpt")},
        (OPEN, CONFLICT),
        "chatgpt.com",
    ),
    World("codex, in the keychain", "codex", {CODEX_TOML: KEYRING}, (OPEN,), "chatgpt.com", renews=False),
    World(
        "codex, in the keychain, and a key in the file that it then does not read",
        "codex",
        {CODEX_TOML: KEYRING, CODEX: codex(OPENAI_API_KEY=KEY)},
        (OPEN, CONFLICT),
        "chatgpt.com",
        renews=False,
    ),
    World(
        "codex, in the file since there is no keychain",
        "codex",
        {CODEX_TOML: KEYRING.replace("keyring", "auto"), CODEX: codex()},
        (OPEN,),
        "chatgpt.com",
    ),
    World(
        "codex, in the keychain since there is no file",
        "codex",
        {CODEX_TOML: KEYRING.replace("keyring", "auto")},
        (OPEN,),
        "chatgpt.com",
        renews=False,
    ),
    World(
        "gemini, in the keychain",
        "gemini-cli",
        {},
        (OPEN,),
        "cloudcode-pa.googleapis.com",
        environ={"GEMINI_FORCE_ENCRYPTED_FILE_STORAGE": "true"},
        renews=False,
    ),
    World("gemini", "gemini-cli", {GEMINI: GOOGLE}, (OPEN,), "cloudcode-pa.googleapis.com"),
    World(
        "gemini, chosen",
        "gemini-cli",
        {GEMINI: GOOGLE, ".gemini/settings.json": {"security": {"auth": {"selectedType": "oauth-personal"}}}},
        (OPEN, CONFLICT),
        "cloudcode-pa.googleapis.com",
        environ={"GEMINI_API_KEY": KEY},
    ),
    World("opencode", "opencode", {OPENCODE: {"anthropic": OAUTH}}, (OPEN,), "api.anthropic.com"),
    World(
        "copilot",
        "copilot",
        {COPILOT: {"github.com:Iv1.b507": {"user": "me", "oauth_token": f"gho_{KEY}"}}},
        (OPEN,),
        "api.githubcopilot.com",
        renews=False,
    ),
)


def furnished(home: Path, files: Mapping[str, object]) -> Path:
    for name, document in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    (home / "work").mkdir(exist_ok=True)
    return home


def found(home: Path, world: World) -> FoundSettings:
    places = SearchPlaces(home, world.environ, home / "work")
    (one,) = find(places, Options(offline=True), apps.load(), (world.app,)).found
    return one


def report_of(one: FoundSettings, lang: str = "en") -> Report:
    return judge(asyncio.run(run(one.settings)), lang)


def hides(text: str) -> bool:
    """Check that a text holds no part of the made-up key, of the token or of what renews it."""
    return KEY not in text and KEY.replace("-", "_") not in text and KEY[::-1] not in text


@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_what_a_stored_login_says(world: World, tmp_path: Path) -> None:
    home = furnished(tmp_path, world.files)
    before = {path: path.read_bytes() for path in home.rglob("*.json")}
    one = found(home, world)
    login = one.settings.login
    assert isinstance(login, StoredLogin)
    assert (login.host, login.plan, login.renews) == (world.host, world.plan, world.renews)
    assert str(login.overridden or "") == world.overridden
    report = report_of(one)
    codes = {finding.code for finding in report.findings}
    assert {*world.codes} == codes & {OPEN, EXPIRED, CONFLICT}
    assert "settings.missing_key" not in codes
    assert not codes & {OPEN, EXPIRED} or report.verdict == ("broken" if world.codes == (EXPIRED,) else "inconclusive")
    assert hides(repr(login))
    assert {path: path.read_bytes() for path in home.rglob("*.json")} == before, "a login was renewed or changed"


def test_no_format_shows_a_login(tmp_path: Path) -> None:
    world = WORLDS[6]
    report = report_of(found(furnished(tmp_path, world.files), world))
    for name in FORMATS:
        assert hides(load(name).render(report, "zh")), name
    shown = json.loads(load("json").render(report, "en"))["login"]
    assert (shown["app"], shown["kind"], shown["host"], shown["renews"]) == (
        "codex",
        "subscription",
        "chatgpt.com",
        False,
    )


def test_a_login_is_sent_nowhere(tmp_path: Path) -> None:
    """The app of this home sends its login to a relay; the check looks at the relay, and sends nothing at all."""
    with PracticeDoor(b.anthropic(KEY)) as door:
        settings = {"env": {"ANTHROPIC_BASE_URL": door.url}}
        home = furnished(tmp_path, {CLAUDE: claude(), ".claude/settings.json": settings})
        places = SearchPlaces(home, {}, home / "work")
        (one,) = find(places, Options(), apps.load(), ("claude-code",)).found
        report = report_of(one)
        assert not door.requests
    assert report.proven.reachable and report.verdict == "inconclusive"
    assert (exit_status(report), exit_status(report, strict=True)) == (0, 3), "all that may be asked was asked"
    (said,) = (finding for finding in report.findings if finding.code == OPEN)
    assert any("127.0.0.1" in line for line in said.evidence), "where the app sends its login"


def test_check_app_and_scan_tell_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = furnished(tmp_path, {CODEX: codex(NOW - HOUR, ""), OPENCODE: {"other": OAUTH}})
    for name, value in {"HOME": home, "USERPROFILE": home}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("CODEX_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.chdir(home / "work")
    checked = CliRunner().invoke(program, ["check", "--app", "codex", "--offline", "--json"])
    assert json.loads(checked.output)["root_cause"] == EXPIRED and checked.exit_code == 1
    listed = CliRunner().invoke(program, ["scan", "--list", "--json", "--app", "opencode"])
    (row,) = map(json.loads, listed.output.splitlines())
    assert (row["beyond"], row["login"]["name"]) == ("login", "other"), "it is not known where that one leads"
    assert hides(checked.output + listed.output)


def test_a_key_of_an_option_takes_its_place(tmp_path: Path) -> None:
    home = furnished(tmp_path, {CLAUDE: claude()})
    settings = of_app(SearchPlaces(home, {}, home / "work"), Options(app="claude-code", key=KEY), apps.load())
    assert settings is not None and settings.login is None
    assert settings.key is not None and settings.key.value.reveal() == KEY


@pytest.mark.parametrize(
    "document",
    [{"claudeAiOauth": []}, {"claudeAiOauth": {"accessToken": 7}}, {"claudeAiOauth": {"accessToken": None}}, [1, 2]],
)
def test_a_file_of_another_shape_is_no_login(document: Any, tmp_path: Path) -> None:
    home = furnished(tmp_path, {CLAUDE: document})
    found_here = find(SearchPlaces(home, {}, home / "work"), Options(offline=True), apps.load(), ("claude-code",)).found
    assert all(one.settings.login is None or one.settings.login.expires == 0 for one in found_here)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1790000000", 1790000000.0),
        ("1790000000123", 1790000000.123),
        ("2026-11-30T06:00:00Z", 1796018400.0),
        ("nan", 0.0),
        ("-1", 0.0),
        ("1e300", 0.0),
        ("soon", 0.0),
    ],
)
def test_a_moment_is_read_in_every_unit(text: str, seconds: float) -> None:
    assert moment(text) == seconds
