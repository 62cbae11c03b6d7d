"""Each format is read back by a program of another project: junitparser, markdown-it, html5lib; for GitHub by its
rules.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import html5lib
import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from diagnose.formats import github, html, junit, markdown
from diagnose.rendering import html_builder, page, report_view
from diagnose.report import Report, Severity, Status, Verdict
from probes.model.record import replace
from probes.model.source import Owner, Source, SourceKind, environment_variable
from worlds.made_reports import (
    BROKEN,
    CHINESE,
    DEEP,
    DEGRADED,
    HEALTHY,
    HOSTILE,
    INCONCLUSIVE,
    INTERRUPTED,
    NAMES,
    REPORTS,
    finding,
)

each = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
both = pytest.mark.parametrize("lang", ["en", "zh"])
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


# -- junit -------------------------------------------------------------------------------------------------------------


def suite_of(report: Report, lang: str = "en", strict: bool = False) -> Any:
    written = junit.render(report, lang, strict=strict).encode()
    assert ElementTree.fromstring(written).tag == "testsuites"
    (suite,) = junitparser.JUnitXml.fromstring(written)
    return suite


def results(suite: Any) -> dict[str, Any]:
    return {case.name: case.result[0] if case.result else None for case in suite}


@each
@both
@pytest.mark.parametrize("strict", [False, True])
def test_junit_counts_what_it_holds(report: Report, lang: str, strict: bool) -> None:
    suite = suite_of(report, lang, strict)
    found = results(suite)
    assert list(found) == list(NAMES)
    assert suite.tests == len(NAMES)
    assert suite.failures == sum(isinstance(one, junitparser.Failure) for one in found.values())
    assert suite.skipped == sum(isinstance(one, junitparser.Skipped) for one in found.values())
    assert suite.errors == 0
    assert suite.time == pytest.approx(report.duration_ms / 1000, abs=0.001)
    assert {prop.name: prop.value for prop in suite.properties()}["verdict"] == report.verdict


def test_junit_shows_the_finding_as_the_failure() -> None:
    broken = replace(BROKEN, findings=(replace(BROKEN.findings[0], probe="http"),))
    failure = results(suite_of(broken))["http"]
    assert (failure.type, failure.message) == ("url.version_missing", "The address lacks its version segment")
    assert "POST https://relay.example/chat/completions → 404" in failure.text
    assert "1. Set the base URL to https://relay.example/v1" in failure.text


def test_junit_skips_with_the_reason() -> None:
    found = results(suite_of(BROKEN))
    assert isinstance(found["model"], junitparser.Skipped)
    assert found["model"].message == "not asked: the path is wrong"


def test_junit_shows_warnings_in_the_output_or_as_failures_if_they_fail() -> None:
    found = {case.name: case for case in suite_of(DEGRADED)}
    assert not found["tls"].result
    assert "The certificate expires in 6 days (tls.expires_soon)" in found["tls"].system_out
    strict = results(suite_of(DEGRADED, strict=True))
    assert strict["tls"].type == "tls.expires_soon"
    assert [name for name, one in strict.items() if one] == ["tls"]


def test_junit_holds_hostile_text() -> None:
    suite = suite_of(HOSTILE)
    texts = [one.text for one in results(suite).values() if one is not None and one.text]
    assert any("</pre><script>" in text for text in texts)
    assert not any(HIDDEN.search(text) for text in texts)
    broken = replace(
        BROKEN, findings=(finding("url.invalid", "]]> & <!-- \"'", evidence=("]]>\x00\x0b\ufffe",), probe="http"),)
    )
    failure = results(suite_of(broken))["http"]
    assert failure.message == "]]> & <!-- \"'"
    assert "- ]]>" in failure.text


def test_junit_names_are_the_same_in_every_language() -> None:
    assert [(case.classname, case.name) for case in suite_of(BROKEN)] == [
        (case.classname, case.name) for case in suite_of(BROKEN, "zh")
    ]
    assert {case.classname for case in suite_of(BROKEN)} == {"llmdoctor.https_api_deepseek_com_v1"}


# -- github ------------------------------------------------------------------------------------------------------------


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the workflow commands in a log, parsed as the runner does: ``::name key=value,key=value::data``."""
    found = []
    for line in text.splitlines():
        if line.lstrip().startswith("::"):
            head, _, data = line.lstrip()[2:].partition("::")
            name, _, rest = head.partition(" ")
            properties = dict(pair.split("=", 1) for pair in rest.split(",") if pair)
            for sign, code in ((":", "%3A"), (",", "%2C"), ("\r", "%0D"), ("\n", "%0A"), ("%", "%25")):
                properties = {key: value.replace(code, sign) for key, value in properties.items()}
                data = data.replace(code, sign) if sign in "\r\n%" else data
            found.append((name, properties, data))
    return found


@each
@both
def test_github_says_each_thing_once_and_nothing_else(report: Report, lang: str) -> None:
    written = github.render(report, lang)
    found = commands(written)
    names = [name for name, _, _ in found]
    assert names[:2] == ["group", "endgroup"]
    assert set(names[2:]) <= {"error", "warning", "notice"} and names[2:]
    assert "##[" not in written
    assert all(properties["title"].startswith("llmdoctor") for _, properties, _ in found[2:])
    assert ("error" in names) is (report.verdict == "broken")


def test_github_shows_the_root_cause_first_with_all_that_follows() -> None:
    kinds = [(name, properties["title"]) for name, properties, _ in commands(github.render(BROKEN, "en"))[2:]]
    assert kinds == [
        ("error", "llmdoctor: url.version_missing"),
        ("warning", "llmdoctor: settings.conflict"),
        ("notice", "llmdoctor: dns.fake_ip"),
    ]
    lines = commands(github.render(BROKEN, "en"))[2][2].split("\n")
    assert lines[0] == "The address lacks its version segment"
    assert "1. Set the base URL to https://relay.example/v1" in lines
    assert lines[-1] == "Caused by this: The stream is not one (stream.malformed)"


@pytest.mark.parametrize(
    ("made", "strict", "kind"),
    [
        (HEALTHY, False, "notice"),
        (DEGRADED, False, "warning"),
        (DEGRADED, True, "error"),
        (INCONCLUSIVE, False, "warning"),
        (INTERRUPTED, False, "warning"),
        (CHINESE, False, "error"),
    ],
)
def test_github_severities(made: Report, strict: bool, kind: str) -> None:
    assert commands(github.render(made, "en", strict=strict))[2][0] == kind


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 3), {"file": ".env", "line": "3"}),
        (
            Source(SourceKind.CONFIG, Owner.FOLDER, "targets.work.key", "ci/llmdoctor.toml", 12),
            {"file": "ci/llmdoctor.toml", "line": "12"},
        ),
        (Source(SourceKind.DOTENV, Owner.USER, "OPENAI_API_KEY", "/home/me/.env", 3), {}),
        (Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", "../.env", 3), {}),
        (Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", "C:\\x\\.env", 3), {}),
        (environment_variable("OPENAI_API_KEY"), {}),
    ],
)
def test_github_points_at_the_line_of_the_setting(source: Source, place: dict[str, str]) -> None:
    report = replace(
        BROKEN, target={**BROKEN.target, "sources": {"key": source}}, findings=(finding("key.masked", "hidden"),)
    )
    _, properties, _ = commands(github.render(report, "en"))[2]
    assert {name: value for name, value in properties.items() if name != "title"} == place


@pytest.mark.parametrize("text", ["100% a:b,c\r\nd%0A", "::error::x", "%25"])
def test_github_escapes_as_the_runner_reads(text: str) -> None:
    line = f"::error title={github.property_value(text)}::{github.data(text)}"
    assert "\n" not in line
    assert commands(line) == [("error", {"title": text}, text)]


# -- markdown ----------------------------------------------------------------------------------------------------------


def tree_of(report: Report, lang: str) -> Any:
    """Parse the report as GitHub does: with tables, and only the HTML that it allows."""
    return (
        MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").parse(markdown.render(report, lang))
    )


def inline(tokens: Any) -> list[Any]:
    return [child for token in tokens for child in token.children or ()]


@each
@both
def test_markdown_reads_as_it_was_meant(report: Report, lang: str) -> None:
    tokens = tree_of(report, lang)
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == 1 + len(NAMES)
    assert kinds.count("td_open") == 4 * len(NAMES)
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    assert headings[0] == "h2" and set(headings[1:]) <= {"h3"}
    assert "html_block" not in kinds
    marked = inline(tokens)
    assert {token.content for token in marked if token.type == "html_inline"} <= {"<!-- -->"}
    assert not {token.type for token in marked} & {"link_open", "image", "em_open", "s_open"}


@given(st.text() | st.text(alphabet="_*~$`<>#@!|[]()\\&:+-=. 1a\n"))
def test_markdown_gives_every_text_back(text: str) -> None:
    (opened, paragraph, closed) = MarkdownIt("gfm-like", {"linkify": False}).parse(f"{markdown.escape(text)} x")
    assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
    read = [child for child in paragraph.children or () if child.content != "<!-- -->"]
    assert {child.type for child in read} <= {"text", "html_inline", "text_special"}
    assert "".join(child.content for child in read) == (f"{html_builder.plain(text)} x").lstrip()


@given(st.text(alphabet="_*~$`<>#@![]()\\&:+-=. 1ab"))
def test_markdown_keeps_what_is_to_be_typed(text: str) -> None:
    (opened, paragraph, closed) = MarkdownIt("gfm-like", {"linkify": False}).parse(f"x {markdown.prose(text)} x")
    assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
    read = [child for child in paragraph.children or () if child.content != "<!-- -->"]
    assert {child.type for child in read} <= {"text", "html_inline", "text_special", "code_inline"}
    shown = "".join(f"`{child.content}`" if child.type == "code_inline" else child.content for child in read)
    assert shown.replace(" ", "") == f"x{html_builder.plain(text)}x".replace(" ", "")


def test_what_is_to_be_typed_is_code() -> None:
    assert markdown.prose("Run `llmdoctor check` <b>.") == "Run `llmdoctor check` &lt;b&gt;."
    assert html_builder.prose("Run `a <b>` ``x``.") == "Run <code>a &lt;b&gt;</code> ``x``."


def test_markdown_is_short() -> None:
    assert len(markdown.render(BROKEN, "en").splitlines()) < 70


# -- html --------------------------------------------------------------------------------------------------------------

NO_SUCH = ("script", "iframe", "object", "embed", "link", "base", "form", "img", "a")


def page_of(report: Report, lang: str) -> Any:
    """Return the page's tree; html5lib raises for every fault that the standard's parser names."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html.render(report, lang))


@each
@both
def test_html_has_no_fault_and_nothing_that_runs_or_loads(report: Report, lang: str) -> None:
    page = page_of(report, lang)
    assert page.get("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
    elements = list(page.iter())
    assert not {str(element.tag) for element in elements} & set(NO_SUCH)
    names = {str(name) for element in elements for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("style", "src", "href", "srcdoc")}
    assert "url(" not in html.style() and "@import" not in html.style()
    assert len(page.findall(".//h1")) == 1
    assert not HIDDEN.search(html.render(report, lang))


@each
def test_html_shows_every_probe_and_finding(report: Report) -> None:
    page = page_of(report, "en")
    assert len(page.findall(".//ol[@class='timeline']/li")) == len(NAMES)
    shown = "".join(page.find("body").itertext())
    for found in report.findings:
        assert f"{found.code}" in shown
        assert " ".join(html_builder.plain(found.title).split()) in " ".join(shown.split())


def test_html_shows_the_root_cause_on_top() -> None:
    sections = page_of(BROKEN, "en").findall(".//article/section")
    assert sections[0].get("class") == "card finding fail"
    assert "".join(page_of(BROKEN, "en").find(".//h1").itertext()) == "The address lacks its version segment"
    assert "tested just now" in "".join(sections[0].itertext())
    settings = next(one for one in sections if one.get("class") == "card settings")
    assert "OPENAI_BASE_URL=https://api.deepseek.com/v1" in "".join(settings.itertext())
    about = page_of(BROKEN, "en").find(".//p[@class='about']")
    assert "".join(about.itertext()).startswith(f"llmdoctor {BROKEN.version} https://")


@both
def test_html_and_junit_show_what_a_deep_check_found(lang: str) -> None:
    items = page_of(DEEP, lang).findall(".//ul[@class='timeline']/li")
    assert [item[0].get("class") for item in items] == ["sign ok", "sign skipped", "sign warn"]
    assert "no <images> here" in "".join(items[1].itertext())
    none = page_of(replace(DEEP, capabilities=()), lang).findall(".//section/p")
    assert len(none) == 1
    properties = {prop.name: prop.value for prop in suite_of(DEEP, lang).properties()}
    assert properties["capability.vision"] == "unsupported"


def test_html_draws_when_each_probe_ran() -> None:
    lines = (replace(line, began_ms=at * 100.0, duration_ms=100.0) for at, line in enumerate(HEALTHY.probes))
    page = page_of(replace(HEALTHY, probes=tuple(lines)), "en")
    bars = [bar for bar in page.iter() if bar.get("class") == "bar"]
    assert [bar.get("x1") for bar in bars[:3]] == ["0.00%", "9.09%", "18.18%"]
    assert bars[-1].get("x2") == "100.00%"
    strips = [strip for strip in page.iter() if strip.get("class") == "strip"]
    assert strips[2].get("aria-label") == "from 200 ms, for 100 ms"


def test_markup_keeps_what_is_foreign_out() -> None:
    assert html_builder.tag("p", "<b>", title='"&') == '<p title="&quot;&amp;">&lt;b&gt;</p>'
    assert (
        html_builder.tag("p", html_builder.tag("br"), None, ["a", html_builder.SPACE, 3], hidden=True)
        == "<p hidden><br>a 3</p>"
    )
    assert html_builder.join("a\x00\u202eb", html_builder.Safe("<i>")) == "a\\u0000\\u202eb<i>"
    assert type(html_builder.Safe("<b>") + "<i>") is str


def test_each_severity_has_its_look() -> None:
    assert set(report_view.SEVERITIES) == set(Severity) and set(report_view.VERDICTS) == set(Verdict)
    assert set(github.COMMANDS) == set(report_view.SEVERITIES.values()) == set(markdown.SEVERITIES)
    assert set(html.SIGNS) >= {*report_view.SEVERITIES.values(), *report_view.VERDICTS.values(), *Status}
    assert set(page.MARKS) == set(page.STYLES) >= {*report_view.VERDICTS.values(), *report_view.SEVERITIES.values()}
