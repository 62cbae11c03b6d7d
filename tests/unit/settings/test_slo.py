"""Limits that a target must keep: their syntax, what is measured, and what is reported."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import exit_status
from diagnose.report import Report, Severity, Verdict
from probes.demo_server import scenarios
from probes.model.archive import dump, load
from probes.model.evidence import Evidence
from probes.model.record import replace
from probes.model.settings import BadInput, Slo
from probes.run.engine import run
from probes.settings import slo
from probes.settings.config_file import read
from probes.settings.gather import Options, gather
from probes.settings.slo import SloError, merge, parse

LONG = dict.fromkeys(slo.NAMES, 1000000.0) | {"cert": 86400.0}
SHORT = dict.fromkeys(slo.NAMES, 1e-09) | {"cert": 1e9}


# -- the syntax of limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ttft=2s", {"ttft": 2}),
        ("total=10s,ttft=800ms", {"ttft": 0.8, "total": 10}),
        (" cert = 21d , connect=1.5 s", {"connect": 1.5, "cert": 21 * 86400}),
        ("total=2m,dns=0.5s,tls=1h", {"dns": 0.5, "tls": 3600, "total": 120}),
    ],
)
def test_limits_are_read_in_one_order(text: str, wanted: dict[str, float]) -> None:
    assert {one.name: one.seconds for one in parse(text)} == wanted
    assert [one.name for one in parse(text)] == [name for name in slo.NAMES if name in wanted]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "NAME=TIME"),
        ("ttft", "NAME=TIME"),
        ("ttft=2s,,", "NAME=TIME"),
        ("speed=2s", "no limit named speed; known limits: dns, connect, tls, ttft, total, cert"),
        ("ttft=2", "its unit"),
        ("ttft=fast", "its unit"),
        ("ttft=-2s", "above 0"),
        ("ttft=0s", "above 0"),
        ("ttft=2s,ttft=3s", "twice"),
        ("ttft=nans", "its unit"),
        ("ttft=" + "9" * 400 + "s", "its unit"),
    ],
)
def test_what_is_no_limit_is_refused(text: str, said: str) -> None:
    with pytest.raises(SloError, match=said):
        parse(text)


def test_what_may_be_a_key_is_not_repeated() -> None:
    with pytest.raises(SloError) as caught:
        parse("sk-Qm7xT2bW9zLk4RvY8nHd3JcP=2s")
    assert "Qm7x" not in str(caught.value)


def test_the_last_layer_counts() -> None:
    assert merge(parse("ttft=2s,cert=21d"), parse("ttft=3s")) == (Slo("ttft", 3), Slo("cert", 21 * 86400))


def test_the_file_gives_limits_and_the_command_line_wins(tmp_path: Path) -> None:
    (tmp_path / "llmdoctor.toml").write_text(
        '[check]\nslo = {ttft = "2s", cert = "21d"}\n[targets.work]\nbase_url = "http://127.0.0.1:9"\nslo = "ttft=3s"\n'
    )
    of_check = gather(Options(base_url="http://127.0.0.1:9"), {}, tmp_path)
    assert of_check.slos == (Slo("ttft", 2), Slo("cert", 21 * 86400))
    of_target = gather(Options(target="work", slo=("total=10s", "cert=1d")), {}, tmp_path)
    assert of_target.slos == (Slo("ttft", 3), Slo("total", 10), Slo("cert", 86400))


@pytest.mark.parametrize("value", ['"2s"', "5", "{ttft = 2}", '{speed = "2s"}', '["ttft=2s"]'])
def test_a_wrong_limit_in_the_file_names_its_line(value: str, tmp_path: Path) -> None:
    path = tmp_path / "llmdoctor.toml"
    path.write_text(f"[check]\nmodel = 'x'\nslo = {value}\n")
    with pytest.raises(BadInput, match=r"llmdoctor.toml:3 check.slo: .*\.$"):
        read(path)


# -- what is measured --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound() -> Evidence:
    """Yield a working door that is checked over TLS."""
    with scenarios.open("sound") as world:
        return asyncio.run(run(world.settings()))


def judged(evidence: Evidence, limits: dict[str, float]) -> Report:
    return judge(replace(evidence, slos=tuple(Slo(name, limits[name]) for name in slo.NAMES if name in limits)))


MEASURED = ("connect", "tls", "ttft", "total", "cert")  # the practice door has no name to resolve


def test_limits_that_are_kept_change_nothing(sound: Evidence) -> None:
    report = judged(sound, {name: LONG[name] for name in MEASURED})
    assert report.verdict is Verdict.HEALTHY
    assert [one.name for one in report.slos] == list(MEASURED)
    assert all(one.met and one.measured is not None and one.measured > 0 for one in report.slos)
    total, ttft = (next(one.measured for one in report.slos if one.name == name) for name in ("total", "ttft"))
    assert ttft is not None and total is not None and ttft <= total


@pytest.mark.parametrize(
    ("name", "probe"),
    [("connect", "tcp"), ("tls", "tls"), ("ttft", "stream"), ("total", "chat"), ("cert", "tls")],
)
def test_a_limit_that_is_exceeded_fails_the_check(sound: Evidence, name: str, probe: str) -> None:
    report = judged(sound, LONG | {"dns": 1} | {name: SHORT[name]})
    assert report.root_cause == "slo.exceeded"
    assert exit_status(report) == 1
    (found,) = (one for one in report.findings if one.code == "slo.exceeded")
    assert (found.severity, found.probe) == (Severity.ERROR, probe)
    assert len(found.evidence) == 1
    assert ("certificate" in found.evidence[0]) is (name == "cert")
    assert [one.name for one in report.slos if one.met is False] == [name]
    assert report.settings is not None, "it works all the same"


def test_all_that_is_exceeded_is_one_finding(sound: Evidence) -> None:
    report = judged(sound, SHORT)
    (found,) = report.findings
    assert len(found.evidence) == len(MEASURED)
    assert {line.partition(":")[0] for line in found.evidence[:4]} == {"connect", "tls", "ttft", "total"}


def test_a_limit_that_was_not_measured_leaves_the_question_open(sound: Evidence) -> None:
    report = judged(sound, {"dns": 1, "ttft": 1e6})
    assert report.verdict is Verdict.INCONCLUSIVE
    assert exit_status(report) == 3
    assert report.left_open == ("the limit of dns: the name lookup was not measured",)
    assert judged(sound, {"dns": 1, "ttft": 1e-9}).root_cause == "slo.exceeded"


def test_what_is_broken_is_the_root_cause_and_not_its_limit() -> None:
    with scenarios.open("wrong-door") as world:
        broken = asyncio.run(run(world.settings()))
    report = judged(broken, SHORT)
    assert report.root_cause == "key.wrong_door"
    assert {one.name for one in report.slos if one.measured is not None} == {"connect", "tls"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_sentence_does_not_say_that_it_does_not_work(sound: Evidence, lang: str) -> None:
    report = judge(replace(sound, slos=(Slo("ttft", 1e-9),)), lang)
    for fmt in ("text", "markdown", "html"):
        written = render(report, fmt, lang)
        assert {"en": "It works, but exceeds the limits that were set", "zh": "可以使用，但超出了设定的限度"}[
            lang
        ] in written
        assert {"en": "does not work", "zh": "无法正常工作"}[lang] not in written


def test_limits_are_kept_with_the_run_and_shown_in_the_report(sound: Evidence) -> None:
    evidence = replace(sound, slos=(Slo("ttft", 1e6), Slo("cert", 86400.0)))
    assert load(dump(evidence)).slos == evidence.slos
    document = json.loads(render(judge(evidence), "json", "en"))
    assert [(one["name"], one["limit_s"], one["met"]) for one in document["slo"]] == [
        ("ttft", 1e6, True),
        ("cert", 86400.0, True),
    ]
    assert "slo" not in json.loads(render(judge(sound), "json", "en"))
    assert "Limits: ttft" in render(judge(evidence), "text", "en")
    line = render(judge(replace(evidence, slos=(*evidence.slos, Slo("dns", 1)))), "nagios", "en")
    assert ";;1000000;0 cert=" in line and ";;86400:;0 dns=U;;1;0" in line
    assert line.count("ttft=") == 1


# -- by the real command -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["ttft", "ttft=2", "speed=2s"])
def test_a_wrong_limit_is_one_sentence(text: str) -> None:
    done = CliRunner().invoke(
        program, ["check", "http://127.0.0.1:9", "--no-env", "--slo", text], standalone_mode=False
    )
    assert str(done.exception).startswith("--slo: ") and str(done.exception).endswith(".")
