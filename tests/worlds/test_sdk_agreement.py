"""The real clients agree: the verdict is broken exactly if the newest official SDK fails, or the scenario says why not."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest

import probes.api.round_runner
import probes.network.network
from diagnose.judging.judge import judge
from diagnose.report import Verdict
from probes.demo_server.answers import GEMINIS, LLAMAS
from probes.demo_server.certificates import authority
from probes.protocols.azure import STABLE
from worlds.protocols import DEPLOYMENT, UNASKED
from worlds.recorded import recorded
from worlds.settings import CLAUDE, MODEL
from worlds.stage import AGREES, PATIENT, Scenario, Stage, rerouted, stage
from worlds.table import SCENARIOS

pytestmark = pytest.mark.slow

PACKAGES = {
    **dict.fromkeys(("openai", "responses", "azure"), "openai"),
    "anthropic": "anthropic",
    "gemini": "google.genai",
    "ollama": "ollama",
}
PROMPT = [{"role": "user", "content": "Say OK."}]
NAP = 0.01  # seconds; replaces the SDKs' pauses between two tries

_TRUST = cache(probes.network.network.trust)
_tally: dict[str, list[str]] = {"agreed": [], "differ on purpose": []}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the pauses between two tries, the SDKs' and our own."""
    nap = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: nap(min(seconds, NAP)))
    monkeypatch.setattr(probes.api.round_runner, "PAUSES", (NAP, NAP))
    monkeypatch.setattr(probes.network.network, "trust", _TRUST)


@pytest.fixture(scope="module")
def few_certificates() -> Iterator[str]:
    """Return a CA bundle for targets that are not encrypted: a client reads all certificates of the system at its start,
    which takes longer than its call.
    """
    with authority("Nobody", "Nobody") as signer:
        yield str(signer.ca_pem)


def _protocol(scenario: Scenario) -> str:
    spoken = recorded(scenario).evidence.target.protocol
    return spoken if scenario.protocol == "auto" else scenario.protocol


def _openai(client: Any, scenario: Scenario, stream: bool) -> None:
    model = scenario.model or (DEPLOYMENT if scenario.protocol == "azure" else MODEL)
    answer = client.chat.completions.create(model=model, messages=PROMPT, stream=stream)
    if not stream:
        _ = answer.choices[0].message.content
        return
    for chunk in answer:
        _ = (chunk.choices[0].delta.content or "") if chunk.choices else ""


def _anthropic(client: Any, scenario: Scenario, stream: bool) -> None:
    answer = client.messages.create(model=scenario.model or CLAUDE, max_tokens=16, messages=PROMPT, stream=stream)
    if not stream:
        # Every example in the manual reads this; an exhausted allowance leaves nothing to read, which is no fault.
        _ = answer.content[0].type if answer.stop_reason != "max_tokens" else None
        return
    for event in answer:
        _ = event.type


def _responses(client: Any, scenario: Scenario, stream: bool) -> None:
    answer = client.responses.create(model=scenario.model or MODEL, input="Say OK.", stream=stream)
    _ = [event.type for event in answer] if stream else answer.output_text


def _gemini(client: Any, scenario: Scenario, stream: bool) -> None:
    asked = {"model": scenario.model or GEMINIS[0], "contents": "Say OK."}
    if stream:
        _ = [piece.text for piece in client.models.generate_content_stream(**asked)]
    else:
        _ = client.models.generate_content(**asked).text


def _ollama(client: Any, scenario: Scenario, stream: bool) -> None:
    answer = client.chat(model=scenario.model or LLAMAS[0], messages=PROMPT, stream=stream)
    _ = [piece.message.content for piece in answer] if stream else answer.message.content


CALLS: dict[str, tuple[str, Callable[[Any, Scenario, bool], None]]] = {
    "openai": ("OpenAI", _openai),
    "anthropic": ("Anthropic", _anthropic),
    "responses": ("OpenAI", _responses),
    "azure": ("AzureOpenAI", _openai),
    "gemini": ("Client", _gemini),
    "ollama": ("Client", _ollama),
}


def _options(set_up: Stage, protocol: str) -> dict[str, Any]:
    """Return the settings as the client's constructor takes them."""
    scenario, settings = set_up.scenario, set_up.settings
    base = settings.base_url.value if settings.base_url is not None else None
    key = settings.key.value.reveal() if settings.key is not None else None
    seconds = 5.0 if scenario.limits.probe >= PATIENT.probe else scenario.limits.probe
    if protocol == "gemini":
        http = {"base_url": base, "api_version": scenario.api_version, "timeout": int(seconds * 1000)}
        return {"api_key": key, "http_options": {name: value for name, value in http.items() if value is not None}}
    if protocol == "ollama":
        headers = {"headers": {"Authorization": f"Bearer {key}"}} if key is not None else {}
        return {"host": base, "timeout": seconds, **headers}
    name = "auth_token" if scenario.auth_variable == "ANTHROPIC_AUTH_TOKEN" else "api_key"
    where = "azure_endpoint" if protocol == "azure" else "base_url"
    dated = {"api_version": scenario.api_version or STABLE} if protocol == "azure" else {}
    given = {where: base, name: key}
    return {"timeout": seconds, **dated, **{one: value for one, value in given.items() if value is not None}}


def _call(set_up: Stage, stream: bool) -> str:
    """Return an empty text if the SDK of the scenario's protocol returns an answer to its caller, otherwise how it
    fails.
    """
    scenario = set_up.scenario
    protocol = _protocol(scenario)
    maker, ask = CALLS[protocol]
    try:
        with getattr(import_module(PACKAGES[protocol]), maker)(**_options(set_up, protocol)) as client:
            ask(client, scenario, stream)
    except Exception as error:
        return f"{type(error).__name__} from {type(error.__cause__).__name__}"
    return ""


def _bounded(set_up: Any, stream: bool) -> str:
    """Make the same call with a time limit: the SDK's timeout only measures silence, and a door that drips is never
    silent.
    """
    ended: list[str] = []
    call = threading.Thread(target=lambda: ended.append(_call(set_up, stream)), daemon=True)
    call.start()
    call.join(WAITED)
    return ended[0] if ended else "waits without end"


WAITED = 8.0  # seconds
# Worlds in which the two cannot be compared.
APART = {
    "shape-endless": "the SDK reads an answer without end until the memory is full: nothing that a test may watch",
    "no-spend": "nothing is generated, so nothing can be held against the SDK",
}


# httpcore leaves its socket to the garbage collector if a SOCKS proxy refuses.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_agreement(scenario: Scenario, monkeypatch: pytest.MonkeyPatch, few_certificates: str) -> None:
    if scenario.name in APART or scenario.sdk == UNASKED:
        pytest.skip(APART.get(scenario.name, UNASKED))
    package = PACKAGES[_protocol(scenario)]
    pytest.importorskip(package, reason=f"the package {package} is not installed", exc_type=ImportError)
    fails = ""
    for stream in (False, True):
        with stage(scenario) as set_up, monkeypatch.context() as patch:
            base_url = set_up.settings.base_url
            if base_url is not None and base_url.value.startswith("http://"):
                patch.setenv("SSL_CERT_FILE", few_certificates)
            for name, value in set_up.environment.items():
                patch.setenv(name, value)
            patch.setattr(socket, "create_connection", rerouted(set_up))
            fails = fails or _bounded(set_up, stream)
            if scenario.front is not None:
                gc.collect()
    report = judge(recorded(scenario).evidence)  # as it is measured today: test_measured.py
    broken = report.verdict is Verdict.BROKEN
    how = f"we say {report.verdict} ({report.root_cause}), the SDK {fails or 'is content'}"
    if scenario.sdk == AGREES:
        assert broken is bool(fails), how
    else:
        assert broken is not bool(fails), f"they agree, though the scenario says: {scenario.sdk}; {how}"
    _tally["agreed" if scenario.sdk == AGREES else "differ on purpose"].append(scenario.name)


@pytest.fixture(scope="module", autouse=True)
def counter(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print the count to the terminal after all tests."""
    yield
    agreed, differ = (len(names) for names in _tally.values())
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        versions = ", ".join(f"{name} {_version(name)}" for name in dict.fromkeys(PACKAGES.values()))
        reporter.write_line(f"\n{versions}: {agreed} scenarios agree, {differ} differ on purpose")


def _version(package: str) -> str:
    try:
        return version(package.replace(".", "-"))
    except PackageNotFoundError:
        return "(not installed)"


def test_clean_environment() -> None:
    """Settings of this machine that the SDKs read besides their arguments must not be visible."""
    assert not [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL", "_PROXY", "_AUTH_TOKEN"))]
