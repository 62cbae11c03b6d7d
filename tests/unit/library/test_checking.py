"""The library's checks: arguments, results, running event loops, cancellation, several at once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import diagnose
from diagnose.formats.json import document
from diagnose.library import check_result, checking
from diagnose.library.given_settings import in_python, settings_of
from diagnose.library.own_loop import run_in_thread
from probes.demo_server import handlers, practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor, ScriptEnd

KEY = made_up_key()
MODEL = "gpt-5-nano"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with PracticeDoor(practice_doors.openai(KEY)) as door:
        yield door.url


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """Yield the URL of a server that accepts connections and never answers."""
    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        yield door.url


class Masked:
    """A secret as pydantic's SecretStr has it."""

    def get_secret_value(self) -> str:
        return KEY


class Address:
    """A URL object."""

    def __init__(self, text: str) -> None:
        self.text, self.host = text, "127.0.0.1"

    def __str__(self) -> str:
        return self.text


def test_a_sound_api_is_healthy(url: str) -> None:
    result = diagnose.check(Address(f"{url}/v1"), api_key=Masked(), model=MODEL, trust_env=False)
    assert (result.verdict, result.ok, result.code, result.fixes, result.steps) == ("healthy", True, None, (), ())
    assert "answers as gpt-5-nano" in result.title and result.proven.stream and result.cost["billed_requests"] == 2
    assert repr(result) == "<CheckResult healthy>" and str(result).startswith("✓ Works")


def test_a_broken_setting_has_cause_fix_and_steps(url: str) -> None:
    result = diagnose.check(url, api_key=KEY, model=MODEL, trust_env=False)
    assert (result.verdict, result.ok, result.code, result.side) == (
        "broken",
        False,
        "url.version_missing",
        "settings",
    )
    assert result.cause is result.findings[0] and result.explanation and result.steps and result.evidence
    assert [(fix.verified, fix.settings["base_url"]) for fix in result.fixes] == [(True, f"{url}/v1")]
    assert result.settings is not None and result.settings["base_url"] == f"{url}/v1"
    found = result.to_dict()
    assert found["root_cause"] == result.code and found["target"]["sources"]["key"] == "api_key"  # type: ignore[index]
    assert found == json.loads(json.dumps(document(result._report), default=str)) | {"target": found["target"]}
    assert "缺少" in result.text("zh") and result.lang == "en"
    assert "base_url=" in result.text() and "url.version_missing" in result.render("markdown")
    texts = (repr(result), str(result), result.render("html"), json.dumps(found), repr(vars(result)))
    assert not any(KEY[8:20] in text for text in texts)


def test_inside_a_running_loop_it_uses_a_thread(url: str) -> None:
    async def cell() -> Any:
        return diagnose.check(f"{url}/v1", api_key=KEY, model=MODEL, trust_env=False)

    assert asyncio.run(cell()).ok
    assert "llmdoctor" not in [one.name for one in threading.enumerate()]


def test_several_run_at_once(url: str) -> None:
    async def all_of_them() -> list[diagnose.CheckResult]:
        paths = ("", "/v1", "/v1/chat/completions", "/v1")
        checks = (diagnose.acheck(url + path, api_key=KEY, model=MODEL, trust_env=False) for path in paths)
        return await asyncio.gather(*checks)

    codes = [one.code for one in asyncio.run(all_of_them())]
    assert codes == ["url.version_missing", None, "url.endpoint_included", None]


def test_a_cancelled_check_raises_and_leaves_no_task(silent: str) -> None:
    async def limited() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await diagnose.acheck(f"{silent}/v1", api_key=KEY, model=MODEL, trust_env=False)
        return len(asyncio.all_tasks())

    assert asyncio.run(limited()) == 1


def test_another_event_loop_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"acheck\(\) needs asyncio"):
        diagnose.acheck("https://relay.example/v1").send(None)


def test_a_deadline_is_a_result(silent: str) -> None:
    result = diagnose.check(f"{silent}/v1", api_key=KEY, timeout=0.05, deadline=0.2, trust_env=False)
    assert result.code == "http.timeout"


def test_an_exception_of_the_thread_is_raised_in_the_caller() -> None:
    async def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_in_thread(fails())


def test_offline_nothing_is_sent() -> None:
    result = diagnose.check("https://api.openai.com/v1/chat/completions", api_key="sk-...", offline=True)
    assert result.code in ("key.placeholder", "url.endpoint_included") and result.cost["requests"] == 0
    assert diagnose.check("https://relay.example/v1", api_key=KEY, offline=True).verdict == "inconclusive"


BASE = {"base_url": "https://relay.example/v1"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Give a base_url, or from_env=True"),
        ({"base_url": 5}, "base_url must be a text or a URL object"),
        ({**BASE, "api_key": 3}, "api_key must be a text"),
        ({**BASE, "api_key": b"sk"}, "api_key must be a text"),
        ({**BASE, "model": 3}, "model must be a text"),
        ({**BASE, "protocol": "soap"}, "protocol must be one of auto, openai"),
        ({**BASE, "app": "nosuch"}, "There is no app named nosuch"),
        ({**BASE, "timeout": -1}, "timeout must be a number of seconds"),
        ({**BASE, "deadline": "soon"}, "must be numbers of seconds"),
        ({**BASE, "connect_to": "a:1:b:2"}, "connect_to must be a list"),
        ({**BASE, "connect_to": ["a"]}, "connect_to must be HOST:PORT:ADDR:PORT"),
        ({**BASE, "ca_bundle": "/no/such/file"}, "(ca_bundle) does not exist"),
        ({**BASE, "headers": {"a b": "c"}}, "headers"),
        ({**BASE, "lang": "xx"}, "lang must be one of en, zh"),
    ],
)
def test_wrong_arguments_are_a_value_error(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(diagnose.InvalidSettings) as raised:
        diagnose.check(**arguments)
    assert said in str(raised.value) and "--" not in str(raised.value) and isinstance(raised.value, ValueError)


def test_options_become_arguments() -> None:
    assert in_python("--key and --no-proxy exclude each other.") == "api_key and trust_env exclude each other."


def test_the_environment_is_read_only_when_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / ".env").write_text("OPENAI_MODEL=from-file\n", "utf-8")
    (tmp_path / "llmdoctor.toml").write_text("[check]\nmodel = 'from-toml'\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://relay.example/v1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    usual: dict[str, Any] = dict.fromkeys(("api_key", "model", "app", "headers", "proxy", "ca_bundle", "timeout"))
    usual |= dict.fromkeys(("deadline",)) | {"protocol": "auto", "connect_to": ()}
    usual |= dict.fromkeys(("no_spend", "deep", "offline", "send_anyway"), False)

    def given(base_url: str | None, **switches: bool) -> Any:
        return settings_of(base_url, **(usual | switches))

    explicit = given("https://other.example/v1", from_env=False, trust_env=True)
    assert explicit.key is None and explicit.model is None and explicit.proxies.https.value == "http://127.0.0.1:9"
    assert given("https://other.example/v1", from_env=False, trust_env=False).proxies.https is None
    from_env = given(None, from_env=True, trust_env=False)
    assert from_env.base_url.value == "https://relay.example/v1" and from_env.key.value.reveal() == KEY
    assert from_env.model is None or from_env.model.value != "from-toml"
    assert from_env.proxies.https is None


def test_unknown_names_and_formats_are_clear(url: str) -> None:
    with pytest.raises(AttributeError, match="chekc"):
        diagnose.chekc  # type: ignore[attr-defined]  # noqa: B018
    assert set(diagnose.__all__) <= set(dir(diagnose))
    assert (diagnose.acheck, diagnose.CheckResult) == (checking.acheck, check_result.CheckResult)
    result = diagnose.check(f"{url}/v1", api_key=KEY, model=MODEL, trust_env=False, no_spend=True)
    assert result.ok and result.verdict == "inconclusive"
    with pytest.raises(diagnose.InvalidSettings, match="fmt must be one of"):
        result.render("pdf")
