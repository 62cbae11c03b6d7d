"""The fix works in the real client: in every wrong world whose report contains settings that worked, the official SDKs
work with these settings: openai and anthropic for Python, the newest and the previous generation, and those for Node.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import probes.api.round_runner
import probes.network.network
from diagnose.judging.judge import judge
from diagnose.report import Report, Severity, Verdict
from probes.keys.flaws import examine_key
from probes.model.evidence import Evidence
from probes.model.secret import Secret
from worlds.one_in import one_of
from worlds.recorded import recorded
from worlds.stage import Scenario, Stage, examine, stage
from worlds.table import SCENARIOS

pytestmark = pytest.mark.real
HERE = Path(__file__).parent / "clients"
_TRUST = cache(probes.network.network.trust)
PYTHON = frozenset(("openai", "responses", "azure", "anthropic"))
NEWEST = PYTHON | {"gemini", "ollama"}


@dataclass(frozen=True)
class Fix:
    """A scenario, the settings of its report, and the fixes that were seen to work with them."""

    scenario: Scenario
    settings: Mapping[str, Any]
    around: Mapping[str, str]  # proxies and CA bundle
    proxied: bool  # whether the answer came through a proxy
    port: str  # port of the run that the settings come from
    warned: str  # the evidence of the warnings, which name the clients that fail all the same


def _has_settings(report: Report) -> bool:
    wrong = report.verdict in (Verdict.BROKEN, Verdict.DEGRADED)
    return report.settings is not None and wrong and bool(report.proven.answer)


def _fix(scenario: Scenario) -> Fix | None:
    evidence = examine(scenario).evidence
    report = judge(evidence)
    if report.settings is None or not _has_settings(report):
        return None
    warned = "\n".join(
        line for one in report.findings if one.severity is Severity.WARNING for line in map(str, one.evidence)
    )
    proxied = bool(report.vantage["proxy"])
    return Fix(scenario, report.settings, dict(_around(report)), proxied, _port(evidence), warned)


def _around(report: Report) -> Iterator[tuple[str, str]]:
    for finding in report.findings:
        for fix in finding.fixes:
            for name in ("proxy", "no_proxy", "ssl_cert_file", "unset"):
                if fix.verified and name in fix.settings:
                    yield name, str(fix.settings[name])


def _port(evidence: Evidence) -> str:
    found = re.search(r":(\d{4,5})\b", evidence.target.base_url or "")
    return found[1] if found else ""


@pytest.fixture(scope="module")
def fixes() -> list[Fix]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probes.api.round_runner, "PAUSES", (0.01, 0.02))
        patch.setattr(probes.network.network, "trust", _TRUST)
        return [
            found
            for scenario in SCENARIOS
            if one_of(("measured", "left out"), scenario.name)
            == "measured"  # fixed by our own check: test_fixes_applied.py
            if _has_settings(judge(recorded(scenario).evidence)) and (found := _fix(scenario)) is not None
        ]


# -- a job for a client ------------------------------------------------------------------------------------------------


def _on_node(scenario: Scenario) -> bool:
    return bool(scenario.app and scenario.app.endswith("-node"))


def _job(fix: Fix, set_up: Stage, stream: bool) -> dict[str, Any]:
    settings, scenario = fix.settings, fix.scenario
    environment = dict(set_up.environment)
    if _on_node(scenario) and not fix.proxied:  # the answer came directly, as Node connects
        environment = {name: value for name, value in environment.items() if not name.endswith("_PROXY")}
    if (roots := fix.around.get("ssl_cert_file")) is not None:
        environment.pop("SSL_CERT_FILE", None)
        environment |= {"SSL_CERT_FILE": roots} if roots else {}
    fronts = {str(set_up.front.port)} if set_up.front else set()
    if proxy := fix.around.get("proxy"):
        given = next(found for one in environment.values() if (found := re.search(r":\d+/?$", one)))
        proxy = re.sub(r":\d+/?$", given[0], proxy)
        environment = {name: value for name, value in environment.items() if not name.endswith("_PROXY")}
        environment |= {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    if around := fix.around.get("no_proxy"):
        environment["NO_PROXY"] = around
    for place in fix.around.get("unset", "").split(", "):
        environment.pop(place.removeprefix("environment "), None)
    port = set_up.port
    base = str(settings["base_url"])
    simulated = scenario.roads is not None
    reachable = bool(set_up.settings.connect_to) or simulated
    return {
        "protocol": settings["protocol"],
        "base_url": base.replace(f":{fix.port}", f":{port}") if fix.port and "{port}" in scenario.base_url else base,
        "key": _key(fix, set_up),
        "auth": settings["auth"],
        "model": settings["model"],
        "api_version": settings.get("api_version"),
        "stream": stream,
        "route": [scenario.listen if set_up.settings.connect_to else "127.0.0.1", port] if reachable else None,
        "simulated": simulated,
        "kept": [int(one) for one in fronts],
        "environment": environment,
        "headers": _listed_headers(fix, set_up),
    }


def _listed_headers(fix: Fix, set_up: Stage) -> dict[str, str]:
    """Return the headers that the user lists; the client of another protocol gets them under another name."""
    if fix.around.get("unset"):
        return {}
    headers = set_up.settings.headers
    return {one.name: one.value.value.reveal() for one in headers if not one.protocols and not one.flaw}


def _key(fix: Fix, set_up: Stage) -> str:
    settings, given = fix.settings, set_up.settings
    if settings["auth"] == "none":
        return "none"
    if source := settings.get("key_source"):
        values = [conflict.value for conflict in given.conflicts if str(conflict.source) == str(source)]
        assert isinstance(values[0], Secret)
        return values[0].reveal()
    assert given.key is not None
    raw = given.key.value.reveal()
    if settings["key"] == "as given":
        return raw
    cleaned = examine_key(raw, str(settings["protocol"])).cleaned
    assert cleaned is not None
    return cleaned


# -- the clients -------------------------------------------------------------------------------------------------------


@contextmanager
def _client(argv: list[str], folder: Path) -> Iterator[Callable[[Mapping[str, Any]], str]]:
    """Start a client in a separate process; yield a function that sends it a job and returns how the call failed, empty
    for an answer.
    """
    with (folder / "noise").open("wb") as noise:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=noise, cwd=folder, encoding="utf-8"
        )
        assert process.stdin is not None and process.stdout is not None

        def ask(job: Mapping[str, Any]) -> str:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            said = process.stdout.readline()
            return str(json.loads(said)["failed"]) if said else "the client died"

        try:
            yield ask
        finally:
            process.stdin.close()
            process.wait(10)
            process.stdout.close()


def _is_python_s(fix: Fix) -> bool:
    """Check for settings that work in Python's clients alone: the report says so, or a proxy takes no tunnels.

    Node's fetch asks a proxy for a tunnel even to an http address.
    """
    named = re.search(r"openai-node|@anthropic-ai/sdk", fix.warned) is not None
    return named or (fix.scenario.proxy is not None and fix.scenario.base_url.startswith("http:"))


def _all(argv: list[str], spoken: frozenset[str], fixes: list[Fix], folder: Path) -> tuple[int, dict[str, str]]:
    """Return how many settings a client was given, and the failures by scenario."""
    failed: dict[str, str] = {}
    node = any(word.endswith(".mjs") for word in argv)
    mine = [
        fix
        for fix in fixes
        if fix.settings["protocol"] in spoken
        and fix.scenario.name not in APART
        and (node or not _on_node(fix.scenario))
        and not (node and (fix.scenario.name in PYTHONS_ALONE or _is_python_s(fix)))
    ]
    count = len(mine)
    with _client(argv, folder) as ask:
        for fix in mine:
            for stream in (False, True)[: 2 if fix.settings["stream"] else 1]:
                with stage(fix.scenario) as set_up:
                    said = ask(_job(fix, set_up, stream))
                if said == NO_SOCKS:
                    count -= 1
                    break
                if said:
                    failed[fix.scenario.name] = f"{'stream' if stream else 'answer'}: {said}"
                    break
    return count, failed


# Settings that cannot be given to a client, with the reason.
APART = {
    "gemini-query-only-relay": "google-genai sends the key in a header alone; what works is curl's ?key=",
    "header-unsendable-space": "nothing was tried: no client can send the header, and the report says so",
    "wire-socks4": "no official client speaks SOCKS4: the report names no proxy that would do",
}
# Python's clients follow the redirect, and openai-node 7 does not: the report is written for Python and says that it is
# followed.
PYTHONS_ALONE = ("http-moved-307-followed-by-python",)
NO_SOCKS = "Node's fetch has no SOCKS"
ONE_IN = {"python-newest": 1, "python-previous": 4, "node-newest": 2, "node-previous": 4}  # what a client is given
CLIENTS = tuple(ONE_IN)


def _argv(name: str, fetched: Callable[[str, str, str], Path]) -> list[str]:
    if name == "python-newest":
        return [sys.executable, str(HERE / "ask.py")]
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders")
    if name == "python-previous":
        return [str(clients / "elder" / "bin" / "python"), str(HERE / "ask.py")]
    node = clients / "node" / "node_modules" / ".bin" / "node"  # openai-node 7 needs a newer Node than Debian has
    packages = clients / ("node" if name == "node-newest" else "node-elder")
    return [str(node), str(HERE / "ask.mjs"), str(packages), str(clients / "undici")]


Outcome = tuple[int, dict[str, str]] | str  # the text says why the client did not run


@pytest.fixture(scope="module")
def outcomes(
    fixes: list[Fix], fetched: Callable[[str, str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Return the outcome of each client. They run in parallel, because each mostly waits for answers."""

    def ask(name: str) -> Outcome:
        try:
            argv = _argv(name, fetched)
        except pytest.skip.Exception as skip:
            return str(skip.msg)
        spoken = NEWEST if name == "python-newest" else PYTHON
        return _all(argv, spoken, fixes[:: ONE_IN[name]], folders[name])

    folders = {name: tmp_path_factory.mktemp(name) for name in CLIENTS}
    with ThreadPoolExecutor(len(CLIENTS)) as pool:
        return dict(zip(CLIENTS, pool.map(ask, CLIENTS), strict=True))


@pytest.mark.parametrize("client", CLIENTS)
def test_the_fix_works(
    client: str, outcomes: dict[str, Outcome], request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = outcomes[client]
    if isinstance(outcome, str):
        pytest.skip(outcome)
    count, failed = outcome
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        with capsys.disabled():
            reporter.write_line(f"\n{client}: the settings of {count} scenarios, {len(failed)} failed")
    assert not failed, "\n".join(f"{name}: {how}" for name, how in failed.items())
    assert count >= 150 // ONE_IN[client]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_client_can_fail(
    client: str, fetched: Callable[[str, str, str], Path], fixes: list[Fix], tmp_path: Path
) -> None:
    """The client reports a failure if the door rejects the key."""
    fix = next(one for one in fixes if one.scenario.root == "url.version_missing")
    with _client(_argv(client, fetched), tmp_path) as ask, stage(fix.scenario) as set_up:
        assert "401" in ask({**_job(fix, set_up, False), "key": "sk-wrong"})
