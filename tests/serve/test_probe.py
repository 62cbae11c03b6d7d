"""What Prometheus scrapes, read back with its own client's parser."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as classic
from starlette.testclient import TestClient

from diagnose.judging.judge import judge
from diagnose.serve.metrics import Costs, of_report, written
from diagnose.serve.runs import RunQueue
from diagnose.serve.targets import ServedTargets
from probes.catalog.doors import adopt, load
from probes.demo_server import handlers, scenarios, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import Evidence
from probes.model.record import replace
from probes.model.source import Owner
from probes.run.engine import run

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}


def samples(text: str, parser: Callable[..., object] = classic) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parser(text)  # type: ignore[attr-defined]
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"llmdoctor_{name}", frozenset(labels.items())))


@pytest.fixture
def targets(tmp_path: Path, door: PracticeDoor, key: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THE_KEY", key)
    path = tmp_path / "llmdoctor.toml"
    path.write_text(
        f"""
[targets.good]
base_url = "{door.url}/v1"
key = {{ env = "THE_KEY" }}
[targets.broken]
base_url = "{door.url}"
key = {{ env = "NOT_SET" }}
[targets."dead end"]
base_url = "http://127.0.0.1:1/v1"
key = {{ file = "nothing-there" }}
""",
        "utf-8",
    )
    return path


@pytest.fixture
def scraped(served: Callable[..., TestClient], targets: Path) -> TestClient:
    return served(file=targets, file_owner=Owner.USER)


@pytest.mark.parametrize(("headers", "parser"), [({}, classic), (OPENMETRICS, openmetrics)])
def test_a_sound_target(scraped: TestClient, headers: dict[str, str], parser: Callable[..., object]) -> None:
    answer = scraped.get("/probe?target=good", headers=headers)
    assert answer.status_code == 200
    found = samples(answer.text, parser)
    assert value(found, "up") == 1
    assert {one: value(found, "verdict", verdict=one) for one in ("healthy", "degraded", "broken", "inconclusive")} == {
        "healthy": 1,
        "degraded": 0,
        "broken": 0,
        "inconclusive": 0,
    }
    assert value(found, "probe_status", probe="chat", status="ok") == 1
    assert value(found, "probe_status", probe="chat", status="fail") == 0
    assert value(found, "probe_status", probe="dns", status="skipped") == 1
    assert value(found, "probe_duration_seconds", probe="dns") is None
    assert 0 <= (value(found, "probe_duration_seconds", probe="chat") or 0) < 5
    assert 0 < (value(found, "ttft_seconds") or 0) < 5
    assert 0 < (value(found, "check_duration_seconds") or 0) < 10
    assert not [name for name, _ in found if name in ("llmdoctor_finding", "llmdoctor_root_cause")]
    assert value(found, "cost_requests_total") == 3
    assert value(found, "cost_billed_requests_total") == 2
    assert (value(found, "cost_completion_tokens_total") or 0) > 0


def test_a_broken_target_names_its_cause(scraped: TestClient) -> None:
    found = samples(scraped.get("/probe?target=broken").text)
    assert value(found, "up") == 0
    assert value(found, "verdict", verdict="broken") == 1
    assert value(found, "finding", code="settings.missing_key", severity="error") == 1
    assert value(found, "root_cause", code="settings.missing_key", side="settings") == 1
    assert value(found, "ttft_seconds") is None


def test_a_file_that_was_merely_found_leads_no_secret_away(
    served: Callable[..., TestClient], targets: Path, door: PracticeDoor, key: str
) -> None:
    """Nobody can be asked at this server; `--config` or `llmdoctor trust` agree beforehand."""
    found = samples(served(file=targets, file_owner=Owner.FOLDER).get("/probe?target=good").text)
    assert value(found, "up") == 0
    assert value(found, "finding", code="settings.project_override", severity="error") == 1
    assert not [one for one in door.requests if key in repr(one)]


@pytest.mark.parametrize("owner", [Owner.FOLDER, Owner.USER])
def test_a_found_file_claims_no_known_provider(tmp_path: Path, owner: Owner) -> None:
    path = tmp_path / "llmdoctor.toml"
    door = '[doors.{}]\nhosts = ["{}"]\nkey_env = ["{}"]\nendpoints = [{{ protocol = "openai", base_url = "https://x.example" }}]\n'
    path.write_text(door.format("thief", "x.example", "OPENAI_API_KEY") + door.format("own", "y.example", "Y"), "utf-8")
    ServedTargets(path, owner).read()
    assert (load().get("thief") is not None) is (owner is Owner.USER)
    assert load().get("own") is not None
    adopt(())


def test_a_counter_never_falls(scraped: TestClient) -> None:
    sums = [value(samples(scraped.get("/probe?target=good").text), "cost_requests_total") for _ in range(3)]
    assert sums == [3, 6, 9]
    assert value(samples(scraped.get("/probe?target=broken").text), "cost_requests_total") != 12, "each has its own"


def test_an_edited_file_counts_at_once(scraped: TestClient, targets: Path, door: PracticeDoor) -> None:
    assert scraped.get("/probe?target=new").status_code == 404
    more = f'[targets.new]\nbase_url = "{door.url}/v1"\nkey = {{ env = "THE_KEY" }}\n'
    targets.write_text(targets.read_text("utf-8") + more, "utf-8")
    assert value(samples(scraped.get("/probe?target=new").text), "up") == 1
    own = '[doors.own]\nhosts = ["own.example"]\nendpoints = [{ protocol = "openai", base_url = "https://own.example/v1" }]\n'
    targets.write_text(more + own, "utf-8")
    assert scraped.get("/probe?target=new").status_code == 200
    assert load().of_host("own.example") is not None
    adopt(())
    targets.write_text("[targets", "utf-8")
    answer = scraped.get("/probe?target=new")
    assert answer.status_code == 400 and "is not TOML" in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?target=good&target=broken", 400),
        ("?target=", 404),
        ("?target=nobody", 404),
        ("?target=http://169.254.169.254/latest", 404),
        ("?target=https://api.openai.com/v1", 404),
        ("?target=localhost", 404),
        ("?target=check", 404),
        ("?target=../../etc/passwd", 404),
        ("?target=dead%20end", 400),  # the key's file does not exist
    ],
)
def test_targets_come_from_the_file_alone(scraped: TestClient, query: str, status: int) -> None:
    answer = scraped.get(f"/probe{query}")
    assert answer.status_code == status
    assert "llmdoctor_up" not in answer.text


def test_without_a_file_there_are_no_targets(page: TestClient) -> None:
    assert page.get("/probe?target=good").status_code == 404


def test_a_scrape_ends_within_its_timeout(served: Callable[..., TestClient], targets: Path, key: str) -> None:
    with PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"])) as stalled:
        targets.write_text(f'[targets.slow]\nbase_url = "{stalled.url}/v1"\nkey = {{ env = "THE_KEY" }}\n', "utf-8")
        page = served(file=targets, file_owner=Owner.USER)
        began = time.monotonic()
        answer = page.get("/probe?target=slow", headers={"X-Prometheus-Scrape-Timeout-Seconds": "2"})
        assert time.monotonic() - began < 30  # seconds; without the header the check may take 60
    found = samples(answer.text)
    assert value(found, "up") == 0
    assert value(found, "verdict", verdict="healthy") == 0


@pytest.mark.parametrize("seconds", ["x", "-1", "0", "nan", "inf", "1e9", ""])
def test_a_scrape_without_sense_is_refused(scraped: TestClient, seconds: str) -> None:
    headers = {"X-Prometheus-Scrape-Timeout-Seconds": seconds}
    assert scraped.get("/probe?target=good", headers=headers).status_code == 400


def test_scrapes_at_the_same_time_share_one_check(served: Callable[..., TestClient], targets: Path, key: str) -> None:
    with PracticeDoor(wrong_streams.delayed(b.openai(key), 0.3)) as slow:
        targets.write_text(
            f'[targets.slow]\nbase_url = "{slow.url}/v1"\nkey = {{ env = "THE_KEY" }}\nno_spend = true\n', "utf-8"
        )
        page = served(file=targets, file_owner=Owner.USER)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: page.get("/probe?target=slow"), range(8)))
        assert {one.status_code for one in answers} == {200}
        assert {value(samples(one.text), "cost_requests_total") for one in answers} == {float(len(slow.requests))}
        own = samples(page.get("/metrics").text)
    assert sum(v for (name, _), v in own.items() if name == "llmdoctor_serve_runs_total") == 1


def test_a_busy_server_says_so(served: Callable[..., TestClient], targets: Path, key: str) -> None:
    with PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"])) as stalled:
        text = "".join(
            f'[targets.{name}]\nbase_url = "{stalled.url}/v1"\nkey = {{ env = "THE_KEY" }}\n' for name in ("a", "b")
        )
        targets.write_text(text, "utf-8")
        page = served(file=targets, file_owner=Owner.USER, jobs=1)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(page.get, "/probe?target=a", headers={"X-Prometheus-Scrape-Timeout-Seconds": "2"})
            while page.get("/metrics").text.find("llmdoctor_serve_running 1.0") < 0:
                time.sleep(0.01)
            second = page.get("/probe?target=b", headers={"X-Prometheus-Scrape-Timeout-Seconds": "0.4"})
            assert second.status_code == 503
            assert first.result().status_code == 200


def test_a_check_that_the_server_ended_says_nothing_about_its_target(
    scraped: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RunQueue.check

    async def early(*given: Any, **named: Any) -> Evidence:
        return replace(await real(*given, **named), interrupted=True)

    monkeypatch.setattr(RunQueue, "check", early)
    answer = scraped.get("/probe?target=good")
    assert answer.status_code == 503 and "llmdoctor_up" not in answer.text
    monkeypatch.undo()


def test_the_servers_own_metrics(scraped: TestClient) -> None:
    scraped.get("/probe?target=good")
    scraped.get("/", headers={"Host": "evil.example"})
    for headers, parser in (({}, classic), (OPENMETRICS, openmetrics)):
        found = samples(scraped.get("/metrics", headers=headers).text, parser)
        assert value(found, "serve_runs_total", asked_by="probe", verdict="healthy") == 1
        assert value(found, "serve_refused_total", reason="host") == 1
        assert value(found, "serve_running") == 0
        assert value(found, "serve_run_seconds_count") == 1
    assert scraped.get("/healthz").text == "ok\n"


@pytest.mark.parametrize("fault", ["sound", "expires-soon", "expired-cert", "stream-cut", "proxy-auth", "refused"])
def test_every_report_becomes_metrics(fault: str) -> None:
    import asyncio

    with scenarios.open(fault) as world:
        report = judge(asyncio.run(run(world.settings())))
    costs = Costs()
    for accept, parser in (("", classic), (OPENMETRICS["Accept"], openmetrics)):
        text = written(of_report(report, costs.add("x", report.cost)), accept)[0].decode()
        found = samples(text, parser)
        assert value(found, "up") == (report.verdict in ("healthy", "degraded"))
        for one in report.findings:
            assert value(found, "finding", code=one.code, severity=one.severity) == 1
        if fault in ("expires-soon", "sound"):
            ends = value(found, "certificate_expiry_timestamp_seconds")
            assert ends is not None and time.time() < ends
