"""Debian's Prometheus scrapes the served program with the files of ``deploy/``; promtool validates what they and the
program write.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diagnose.cli.commands.serve import TOKEN
from diagnose.judging.judge import judge
from probes.demo_server import practice_doors as b
from probes.demo_server import scenarios, wrong_streams
from probes.demo_server.server import PracticeDoor
from probes.run.engine import run

pytestmark = pytest.mark.real

SECRET = "a-token-that-was-drawn-by-lot"


@pytest.fixture(scope="module")
def deploy(pytestconfig: pytest.Config) -> Path:
    path = pytestconfig.rootpath / "deploy"
    if not path.is_dir():
        pytest.skip("only the repository has deploy/")
    return path


@pytest.fixture
def promtool(installed: Callable[[str, str], str]) -> Callable[..., str]:
    """Return a function that runs promtool, asserts that it succeeds, and returns its output."""
    program = installed("promtool", "prometheus")

    def ask(*argv: str | Path, stdin: str = "") -> str:
        done = subprocess.run([program, *map(str, argv)], input=stdin, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return ask


def test_the_rules_hold(promtool: Callable[..., str], deploy: Path) -> None:
    names = re.findall(r"^      - alert: (\w+)$", (deploy / "prometheus/alerts.yml").read_text("utf-8"), re.MULTILINE)
    assert f"SUCCESS: {len(names)} rules found" in promtool("check", "rules", deploy / "prometheus/alerts.yml")
    tested = (deploy / "prometheus/alerts.test.yml").read_text("utf-8")
    assert not [name for name in names if f"alertname: {name}\n        exp_alerts" not in tested], (
        "a rule without a test"
    )
    promtool("test", "rules", deploy / "prometheus/alerts.test.yml")


def test_the_configurations_hold(promtool: Callable[..., str], deploy: Path, tmp_path: Path) -> None:
    promtool("check", "config", "--syntax-only", deploy / "prometheus/prometheus.yml")
    # Debian's Prometheus is built without Kubernetes; it can judge only the rest of that file.
    text = (deploy / "prometheus/kubernetes.yml").read_text("utf-8")
    text, count = re.subn(r"kubernetes_sd_configs:\n(?:      .*\n)+", "static_configs: [{targets: [x]}]\n", text)
    assert count == 2
    (tmp_path / "kubernetes.yml").write_text(text, "utf-8")
    promtool("check", "config", "--syntax-only", tmp_path / "kubernetes.yml")


def test_the_dashboard_queries_existing_series(promtool: Callable[..., str], deploy: Path, tmp_path: Path) -> None:
    board = json.loads((deploy / "grafana/llmdoctor.json").read_text("utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = [
        {"record": f"query:{number}", "expr": query.replace("$target", "x")} for number, query in enumerate(queries)
    ]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}), "utf-8")
    promtool("check", "rules", tmp_path / "rules.yml")
    asked = {name for query in queries for name in re.findall(r"llmdoctor_\w+", query)}
    assert asked - exported() == set()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def exported() -> set[str]:
    """Return the names of all series that the served program writes."""
    from diagnose.serve.metrics import ServerMetrics, of_report, written

    found = written(ServerMetrics(int, int).registry, "")[0].decode()
    for fault in ("expires-soon", "refused"):  # together they produce series of every kind
        with scenarios.open(fault) as world:
            report = judge(asyncio.run(run(world.settings())))
        found += written(of_report(report, report.cost), "")[0].decode()
    return set(re.findall(r"^(?:# TYPE )?(llmdoctor_\w+)", found, re.MULTILINE))


class Api:
    """A running Prometheus, asked over HTTP."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api/v1"

    def value(self, query: str) -> list[tuple[dict[str, str], str]]:
        found = self._get("query", query=query)["result"]
        return [(one["metric"], one["value"][1]) for one in found]

    def firing(self) -> dict[tuple[str, str], dict[str, str]]:
        alerts = self._get("alerts")["alerts"]
        return {
            (one["labels"]["alertname"], one["labels"].get("target", "")): one["annotations"]
            for one in alerts
            if one["state"] == "firing"
        }

    def until(self, true: Callable[[], bool], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self._get("targets")["activeTargets"]
            time.sleep(0.1)

    def _get(self, what: str, **query: str) -> Any:
        try:
            with urllib.request.urlopen(f"{self.url}/{what}?{urllib.parse.urlencode(query)}") as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            return {"result": [], "alerts": []}  # not ready yet


def test_prometheus_sees_the_series_and_an_alert(
    installed: Callable[[str, str], str],
    promtool: Callable[..., str],
    serving: Any,
    free_port: Callable[[], int],
    program: list[str],
    deploy: Path,
    key: str,
    tmp_path: Path,
) -> None:
    prometheus = installed("prometheus", "prometheus")
    served, prometheus_port = free_port(), free_port()
    with (
        PracticeDoor(b.openai(key)) as sound,
        PracticeDoor(b.openai(key, stream=wrong_streams.STREAMS["s_cut_rst"])) as cut,
    ):
        (tmp_path / "llmdoctor.toml").write_text(
            f'[targets.sound]\nbase_url = "{sound.url}/v1"\nkey = {{ env = "THE_KEY" }}\n'
            f'[targets.cut]\nbase_url = "{cut.url}/v1"\nkey = {{ env = "THE_KEY" }}\n',
            "utf-8",
        )
        (tmp_path / "token").write_text(SECRET, "utf-8")
        (tmp_path / "targets").mkdir()
        (tmp_path / "targets/llm.yml").write_text("- targets: [sound, cut]\n  labels: {team: apps}\n", "utf-8")
        # The files of deploy/, with this machine's addresses and shorter intervals.
        config = (deploy / "prometheus/prometheus.yml").read_text("utf-8")
        for given, meant in (
            ("llmdoctor:9115", f"127.0.0.1:{served}"),
            ("/etc/prometheus/llmdoctor-token", str(tmp_path / "token")),
            ("scrape_interval: 4m\n    scrape_timeout: 50s", "scrape_interval: 2s\n    scrape_timeout: 2s"),
            ("_interval: 1m", "_interval: 1s"),
        ):
            assert given in config
            config = config.replace(given, meant)
        (tmp_path / "prometheus.yml").write_text(config, "utf-8")
        rules = (deploy / "prometheus/alerts.yml").read_text("utf-8")
        (tmp_path / "alerts.yml").write_text(re.sub(r"for: \w+", "for: 1s", rules), "utf-8")
        promtool("check", "config", tmp_path / "prometheus.yml")
        with (
            serving(
                [*program, "serve", "--config", "llmdoctor.toml", "--listen", f"0.0.0.0:{served}"],
                served,
                tmp_path,
                {TOKEN: SECRET, "THE_KEY": key},
            ) as log,
            serving(
                [
                    prometheus,
                    f"--config.file={tmp_path / 'prometheus.yml'}",
                    f"--storage.tsdb.path={tmp_path / 'data'}",
                    f"--web.listen-address=127.0.0.1:{prometheus_port}",
                ],
                prometheus_port,
                tmp_path,
            ),
        ):
            api = Api(prometheus_port)
            api.until(lambda: len(api.value("llmdoctor_up")) == 2)
            assert {(labels["target"], labels["team"], value) for labels, value in api.value("llmdoctor_up")} == {
                ("sound", "apps", "1"),
                ("cut", "apps", "0"),
            }
            ((labels, _),) = api.value("llmdoctor_root_cause")
            assert (labels["target"], labels["code"]) == ("cut", "stream.cut")
            assert api.value('llmdoctor_probe_status{target="sound", probe="stream", status="ok"} == 1')
            assert api.value('llmdoctor_ttft_seconds{target="sound"} > 0')
            api.until(lambda: ("LLMApiBroken", "cut") in api.firing())
            said = api.firing()[("LLMApiBroken", "cut")]
            assert "The cause is stream.cut" in said["description"]
            assert not [name for name, target in api.firing() if target == "sound"]
            api.until(lambda: bool(api.value('increase(llmdoctor_cost_requests_total{target="sound"}[30s]) > 0')))
            assert api.value('up{job="llmdoctor-serve"} == 1') and api.value("llmdoctor_serve_info")
            for path in ("/probe?target=cut", "/metrics"):
                asked = urllib.request.Request(
                    f"http://127.0.0.1:{served}{path}", headers={"Authorization": f"Bearer {SECRET}"}
                )
                with urllib.request.urlopen(asked) as answer:
                    promtool("check", "metrics", stdin=answer.read().decode())
            assert "key" not in log.read_text("utf-8").replace("warning: keys and the token travel unencrypted", "")
