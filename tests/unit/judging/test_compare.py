"""Comparing two reports: whose side the fault is on, in a table of pairs, and what the command makes of files."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from diagnose.cli import program
from diagnose.judging.compare import Comparison, compare
from diagnose.judging.compared_report import NotAReport, place
from diagnose.rendering.line_breaks import cells
from diagnose.tables import comparison
from diagnose.words import LANGS, SLOT
from diagnose.words.en.comparison import TEXTS, UI
from probes.model.evidence import PROBES

PROXY, OTHER_IP = "http://proxy.corp.example:3128", ["198.51.100.9"]
ROOT_PROBE = {"settings": "settings", "url": "http", "key": "door", "access": "auth", "quota": "chat", "shape": "http"}


def report(root: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a report of one target as `check --json` writes it, broken by the root cause ``root`` if there is one."""
    layer = (root or "").partition(".")[0]
    failing = ROOT_PROBE.get(layer, layer)
    at = PROBES.index(failing) if failing else len(PROBES)
    found: dict[str, Any] = {
        "schema": "llmdoctor.report/1",
        "version": "0.2.0",
        "started_at": "2026-11-23T08:00:00Z",
        "target": {
            "base_url": "https://relay.example/v1",
            "protocol": "openai",
            "model": "gpt-5-nano",
            "app": "openai-sdk",
            "key": {"hint": "sk-a…9fQ2", "length": 51, "doors": []},
        },
        "verdict": "broken" if root else "healthy",
        "root_cause": root,
        "probes": [
            {
                "name": name,
                "status": "ok" if number < at else "fail" if number == at else "skipped",
                "observed": copy.deepcopy(OBSERVED.get(name, {})) if number <= at else {},
            }
            for number, name in enumerate(PROBES)
        ],
        "findings": [{"code": root, "title": "as it was said there"}] if root else [],
        "vantage": {"proxy": None, "trust": "system"},
    }
    for path, value in changes.items():
        spot: Any = found
        *steps, last = path.split("__")
        for step in steps:
            spot = (
                next(one for one in found["probes"] if one["name"] == step)["observed"]
                if step in PROBES
                else spot[step]
            )
        spot[last] = value
    return found


OBSERVED: dict[str, dict[str, Any]] = {
    "dns": {"addresses": ["203.0.113.7", "203.0.113.8"]},
    "tls": {"issuer": "R11", "fingerprint": "aa" * 32},
    "http": {
        "server": "nginx",
        "date": "Mon, 23 Nov 2026 08:00:01 GMT",
        "requests": [{"url": "https://relay.example/v1/models", "purpose": "models", "status": 200}],
    },
    "chat": {"requests": [{"url": "https://relay.example/v1/chat/completions", "purpose": "chat", "status": 200}]},
    "stream": {"ttft_ms": 400.0},
}


@dataclass(frozen=True)
class Pair:
    name: str
    a: dict[str, Any]
    b: dict[str, Any]
    conclusion: str
    fault: str
    first: str | None  # the first difference
    warned: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=())  # words that the English text contains


GOOD = report()
PAIRS = [
    Pair("sound at both", GOOD, GOOD, "both_work", "none", None),
    Pair(
        "the user's company proxy refuses",
        report("proxy.refused", vantage__proxy=PROXY),
        GOOD,
        "proxy",
        "a",
        "proxy",
        words=(PROXY, "--no-proxy"),
    ),
    Pair("a dead proxy, the same set at both", report("proxy.unreachable"), GOOD, "proxy", "a", "result"),
    Pair("the support's proxy", GOOD, report("proxy.auth_required", vantage__proxy=PROXY), "proxy", "b", "proxy"),
    Pair(
        "a proxy cuts the user's stream",
        report("stream.cut", vantage__proxy=PROXY),
        GOOD,
        "proxy",
        "a",
        "proxy",
    ),
    Pair(
        "the user gets out by a proxy alone, and has none set",
        report("tcp.timeout"),
        report(vantage__proxy=PROXY),
        "proxy",
        "a",
        "proxy",
    ),
    Pair(
        "the user's traffic is intercepted",
        report("tls.intercepted", tls__issuer="Zscaler Intermediate (Zscaler Inc.)", tls__fingerprint="bb" * 32),
        GOOD,
        "interception",
        "a",
        "issuer",
        words=("Zscaler Intermediate", "R11"),
    ),
    Pair(
        "an unknown issuer at one place alone",
        report("tls.untrusted_issuer", tls__issuer="Corp CA", tls__fingerprint="bb" * 32),
        GOOD,
        "interception",
        "a",
        "issuer",
    ),
    Pair(
        "the user's roots are old",
        report("tls.untrusted_issuer", tls__issuer="R11 (Let's Encrypt)"),
        GOOD,
        "trust",
        "a",
        "result",
        words=("certifi",),
    ),
    Pair("the user's name server", report("dns.not_found"), GOOD, "dns", "a", "result", words=("--dns-server",)),
    Pair(
        "a poisoned answer",
        report("dns.bogus_answer", dns__addresses=["127.0.0.1"]),
        GOOD,
        "dns",
        "a",
        "addresses",
    ),
    Pair("the user's clock, told by the run", report("tls.clock_wrong"), GOOD, "clock", "a", "result"),
    Pair("the user's clock, told by the certificate", report("tls.expired"), GOOD, "clock", "a", "result"),
    Pair(
        "the user's clock, told by the server's",
        report(
            "tls.not_yet_valid",
            started_at="2020-01-01T00:00:00Z",
            http__date="Mon, 23 Nov 2026 08:00:01 GMT",
            tls__fingerprint="",
        ),
        GOOD,
        "clock",
        "a",
        "clock",
        ("time",),
    ),
    Pair(
        "another key",
        report("auth.rejected", target__key={"hint": "sk-b…1111", "length": 48}),
        GOOD,
        "key",
        "a",
        "key",
        ("key",),
        ("sk-b…1111 (48)", "sk-a…9fQ2 (51)"),
    ),
    Pair(
        "another key without credit",
        GOOD,
        report("quota.exhausted", target__key={"hint": "sk-b…1111", "length": 51}),
        "key",
        "b",
        "key",
        ("key",),
    ),
    Pair("the same key, mistyped in the middle", report("auth.rejected"), GOOD, "same_hint", "a", "result"),
    Pair("no key", report("settings.missing_key", target__key=None), GOOD, "settings", "a", "key", ("key",)),
    Pair(
        "another model",
        report("model.not_found", target__model="gpt-5-nona"),
        GOOD,
        "model",
        "a",
        "model",
        ("model",),
        ("gpt-5-nona",),
    ),
    Pair(
        "another address",
        report("url.version_missing", target__base_url="https://relay.example"),
        GOOD,
        "base_url",
        "a",
        "base_url",
        words=("https://relay.example/v1",),
    ),
    Pair(
        "a slip in the host",
        report("dns.not_found", target__base_url="https://relya.example/v1"),
        GOOD,
        "base_url",
        "a",
        "base_url",
        ("target",),
    ),
    Pair(
        "another server altogether",
        report("auth.rejected", target__base_url="https://api.openai.com/v1"),
        GOOD,
        "other_target",
        "unknown",
        "base_url",
        ("target",),
    ),
    Pair(
        "another app",
        report("auth.header_style", target__protocol="anthropic", target__app="anthropic-sdk"),
        GOOD,
        "app",
        "a",
        "protocol",
        ("app",),
    ),
    Pair("the region is not served", report("access.region_blocked"), GOOD, "location", "a", "result"),
    Pair("a bot check by address", report("http.blocked"), GOOD, "location", "a", "result"),
    Pair("the user's firewall drops", report("tcp.timeout"), GOOD, "network", "a", "result"),
    Pair("cut in the handshake", report("tls.reset"), GOOD, "network", "a", "result"),
    Pair("something on the way cuts streams", report("stream.cut"), GOOD, "network", "a", "result"),
    Pair(
        "an old address in the hosts file",
        report("tcp.refused", dns__addresses=OTHER_IP),
        GOOD,
        "other_server",
        "a",
        "addresses",
        words=("198.51.100.9",),
    ),
    Pair(
        "a portal of the hotel's network",
        report("shape.web_page", http__server="HotSpot"),
        GOOD,
        "other_server",
        "a",
        "server",
        words=("HotSpot",),
    ),
    Pair("a gateway failed for a moment", report("http.gateway_error"), GOOD, "moment", "unknown", "result"),
    Pair("one was over the limit", GOOD, report("quota.rate_limited"), "moment", "unknown", "result"),
    Pair(
        "an older version judged otherwise",
        report("model.parameter_rejected", version="0.1.0"),
        GOOD,
        "version",
        "unknown",
        "version",
        ("version",),
    ),
    Pair("nothing explains it", report("model.parameter_rejected"), GOOD, "unexplained", "a", "result"),
    Pair(
        "the provider is down for both",
        report("http.server_error"),
        report("http.server_error"),
        "same_server",
        "both",
        None,
    ),
    Pair(
        "the certificate has ended for both", report("tls.expired"), report("tls.expired"), "same_server", "both", None
    ),
    Pair("one key's limit", report("quota.rate_limited"), report("quota.rate_limited"), "same_limit", "both", None),
    Pair(
        "one account without credit", report("quota.exhausted"), report("quota.exhausted"), "same_account", "both", None
    ),
    Pair(
        "two keys without credit",
        report("quota.exhausted", target__key={"hint": "sk-b…1111", "length": 51}),
        report("quota.exhausted"),
        "same_account_keys",
        "both",
        "key",
        ("key",),
    ),
    Pair(
        "the same slip at both",
        report("url.version_missing"),
        report("url.version_missing"),
        "same_settings",
        "both",
        None,
    ),
    Pair(
        "both behind one proxy",
        report("proxy.auth_required", vantage__proxy=PROXY),
        report("proxy.auth_required", vantage__proxy=PROXY),
        "same_place",
        "both",
        None,
    ),
    Pair(
        "the region of both",
        report("access.region_blocked"),
        report("access.region_blocked"),
        "same_place",
        "both",
        None,
    ),
    Pair("each its own", report("tls.intercepted"), report("auth.rejected"), "two_faults", "both", "result"),
    Pair(
        "each at another server",
        report("auth.rejected", target__base_url="https://api.openai.com/v1"),
        report("auth.rejected"),
        "other_target",
        "unknown",
        "base_url",
        ("target",),
    ),
    Pair("one did not ask", report(verdict="inconclusive"), GOOD, "open", "unknown", None),
    Pair(
        "one did not ask, the other fails",
        report(verdict="inconclusive"),
        report("auth.rejected"),
        "open",
        "unknown",
        "result",
    ),
    Pair("one waits longer", report(stream__ttft_ms=4100.0), GOOD, "slower", "a", "ttft", words=("4.10 s", "0.40 s")),
    Pair("a little longer is nothing", report(stream__ttft_ms=900.0), GOOD, "both_work", "none", None),
    Pair("warnings are no fault", report(verdict="degraded"), GOOD, "both_work", "none", None),
    Pair(
        "a day apart",
        report(started_at="2026-11-22T08:00:00Z", http__date=""),
        GOOD,
        "both_work",
        "none",
        None,
        ("time",),
    ),
]


def compared(pair: Pair) -> Comparison:
    return compare(place(pair.a), place(pair.b))


each = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)


@each
def test_a_pair(pair: Pair) -> None:
    found = compared(pair)
    assert (found.conclusion, found.fault) == (pair.conclusion, pair.fault)
    assert (found.first.what if found.first else None) == pair.first
    assert found.warnings == pair.warned
    text = comparison.render(found, "text", "en")
    assert all(word in " ".join(text.split()) for word in pair.words), text


@each
def test_the_other_way_round_it_is_the_other_side(pair: Pair) -> None:
    found = compare(place(pair.b), place(pair.a))
    assert found.conclusion == pair.conclusion
    assert found.fault == {"a": "b", "b": "a"}.get(pair.fault, pair.fault)
    assert found.warnings == pair.warned


@each
@pytest.mark.parametrize("lang", LANGS)
def test_it_is_said_in_both_languages(pair: Pair, lang: str) -> None:
    found = compared(pair)
    said = comparison.words(found, lang)
    whole = " ".join((said.title, said.explanation, *said.steps))
    assert said.steps
    assert not SLOT.search(whole), whole
    assert "as it was said there" not in whole, "the catalogue's own words, in the reader's language"
    assert bool(re.search("[\u4e00-\u9fff]", whole)) is (lang == "zh")
    written = json.loads(comparison.render(found, "json", lang))
    assert (written["conclusion"], written["title"]) == (pair.conclusion, said.title)
    tokens = MarkdownIt("commonmark").enable("table").parse(comparison.render(found, "markdown", lang))
    rows = sum(token.type == "tr_open" for token in tokens)
    assert rows == (1 + len(found.differences) if found.differences else 0)


def test_the_table_is_whole() -> None:
    assert {pair.conclusion for pair in PAIRS} == set(TEXTS)
    assert {name for pair in PAIRS for name in pair.warned} == {
        key.partition(".")[2] for key in UI if key.startswith("warning.")
    }
    known = {key.partition(".")[2] for key in UI if key.startswith("what.")}
    assert {one.what for pair in PAIRS for one in compared(pair).differences} <= known


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://a.example:8443/v1", "https://a.example/v1", False),
        ("https://a.example:443/v1/", "https://A.example/v1", True),
        ("http://a.example:80", "http://a.example/", True),
        ("http://a.example/v1", "https://a.example/v1", False),
        ("http://[::1]:8000", "http://[::1]:8001", False),
    ],
)
def test_the_whole_address_is_compared(a: str, b: str, same: bool) -> None:
    at = [place(report("tcp.refused", target__base_url=a)), place(report(target__base_url=b))]
    found = compare(*at, names=("laptop", "server"))
    assert (at[0].origin == at[1].origin) is same
    assert [one.what for one in found.differences if one.what == "base_url"] == ["base_url"] * (not same)
    assert ("target" in found.warnings) is not same
    if not same:
        assert (found.conclusion, found.fault) == ("base_url", "a")
        assert a in comparison.render(found, "text", "en")


def test_an_address_that_is_none_is_compared_as_it_is() -> None:
    at = place(report(target__base_url="http://[bad"))
    assert (at.origin, at.host, at.address) == ("", "", "http://[bad")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [60, 80])
def test_the_text_fits_and_names_the_two_by_their_files(lang: str, width: int) -> None:
    for pair in PAIRS:
        found = compare(place(pair.a), place(pair.b), ("laptop", "server"))
        text = comparison.render(found, "text", lang, width)
        long = [line for line in text.splitlines() if cells(line) > width]
        assert all(re.search(r"https?://\S{30}", line) for line in long), long
        assert text.startswith("laptop ") and "\nserver " in text
        assert not re.search(r"\b[AB]\b", comparison.words(found, lang).title)


def test_the_names_of_the_two(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    shutil.copy(files["sound"], tmp_path / "b" / "sound")
    shown = CliRunner().invoke(program, ["compare", files["sound"], str(tmp_path / "b" / "sound"), "--json"])
    assert json.loads(shown.stdout)["names"]["b"] == "b/sound"
    shown = CliRunner().invoke(program, ["compare", files["sound"], files["sound"], "--json"])
    assert json.loads(shown.stdout)["names"] == {"a": "A", "b": "B"}


def test_addresses_that_overlap_are_the_same() -> None:
    shared = report(dns__addresses=["203.0.113.8", "203.0.113.99"])
    assert compare(place(shared), place(GOOD)).differences == ()


def test_an_issuer_read_in_more_detail_is_the_same() -> None:
    assert compare(place(report(tls__issuer="R11 (Let's Encrypt)")), place(GOOD)).differences == ()


def test_an_unknown_code_is_shown_in_the_reports_own_words() -> None:
    found = compare(place(report("http.teapot")), place(GOOD))
    assert "as it was said there" in comparison.render(found, "text", "en")


def test_hostile_text_breaks_nothing() -> None:
    nasty = "\x1b[31m|`<b>@all\u202e\n" + "x" * 5000
    made = report("http.teapot", target__base_url=nasty, target__model=nasty, vantage__proxy=nasty, version=nasty)
    made["findings"][0]["title"] = nasty
    found = compare(place(made), place(GOOD))
    for fmt in comparison.FORMATS:
        written = comparison.render(found, fmt, "en")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", written)
        assert len(written) < 12_000
    assert "<b>" not in comparison.render(found, "markdown", "en")
    with pytest.raises(ValueError, match="docx"):
        comparison.render(found, "docx", "en")


# -- what is read from a report ----------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, *OBSERVED]), inner, max_size=4),
    max_leaves=12,
)


@given(anything)
def test_what_is_no_report_is_refused(document: object) -> None:
    with pytest.raises(NotAReport):
        place(document)


@given(st.sampled_from([*GOOD]), st.sampled_from([*GOOD["target"], "observed", ""]), anything)
def test_a_part_of_another_shape_is_not_known(name: str, inner: str, value: object) -> None:
    made = copy.deepcopy(GOOD)
    if inner == "observed":
        for probe in made["probes"]:
            probe["observed"] = value
    elif inner in made["target"]:
        made["target"][inner] = value
    else:
        made[name] = value
    try:
        found = compare(place(made), place(GOOD))
    except NotAReport:
        assert name in ("schema", "verdict", "probes")
        return
    for fmt in comparison.FORMATS:
        assert comparison.render(found, fmt, "zh").endswith("\n")


# -- by the real command -----------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Return a folder with a report, a saved run of the demo, and files that are neither."""
    made = {name: str(tmp_path / name) for name in ("report", "run", "sound", "text", "binary", "other", "half")}
    runner = CliRunner()
    runner.invoke(program, ["demo", "no-v1", "--json", "-o", made["report"], "--save", made["run"], "--lang", "zh"])
    runner.invoke(program, ["demo", "sound", "--json", "-o", made["sound"]])
    Path(made["text"]).write_text("no JSON")
    Path(made["binary"]).write_bytes(b"\xff\xfe\x00")
    Path(made["other"]).write_text('{"schema": "somebody.else/1"}')
    Path(made["half"]).write_text('{"schema": "llmdoctor.report/1"}')
    return made


def test_a_report_and_a_run_are_alike(files: dict[str, str]) -> None:
    shown = CliRunner().invoke(program, ["compare", files["report"], files["run"], "--json", "--lang", "en"])
    written = json.loads(shown.stdout)
    assert (shown.exit_code, written["conclusion"], written["differences"]) == (1, "same_settings", [])
    assert written["a"] == written["b"]


@pytest.mark.parametrize(
    ("a", "b", "status", "said"),
    [
        ("sound", "sound", 0, "It works at both places"),
        ("report", "sound", 1, "The fault is at report."),
        ("sound", "run", 1, "The fault is at run."),
    ],
)
def test_exit_status(files: dict[str, str], a: str, b: str, status: int, said: str) -> None:
    shown = CliRunner().invoke(program, ["compare", files[a], files[b], "--lang", "en"])
    assert shown.exit_code == status, shown.output
    assert said in shown.stdout


def test_it_is_written_where_it_is_asked_to(files: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "ticket.md"
    call = ["compare", files["report"], files["sound"], "--format", "markdown", "--lang", "zh", "-o", str(out)]
    assert CliRunner().invoke(program, call).stdout == ""
    assert out.read_text("utf-8").startswith("## report 用的是另一个地址：https://relay.example\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [("text", "not valid JSON"), ("binary", "not UTF-8"), ("other", "not a report"), ("half", "not a whole report")],
)
def test_a_broken_file_is_one_sentence(files: dict[str, str], name: str, said: str) -> None:
    for call in ([files[name], files["sound"]], [files["sound"], files[name]]):
        program_ = [sys.executable, "-m", "diagnose", "compare", *call]
        done = subprocess.run(program_, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
        assert said in done.stderr
