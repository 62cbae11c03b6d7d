"""The report as people read it: every format for people renders this one view, so that they agree by construction.

    Evidence ──judge──▶ Report ──view_of──▶ ReportView ──▶ text, markdown, html, junit, github, nagios, the page

The view decides what the first line says, which fixes come with a place and a command, and what stands behind "with the
fix". A format decides only how much of it is shown, and how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.fix_view import FixView, fix_view
from diagnose.rendering.report_parts import (
    advice,
    cost_line,
    folded,
    optional_results,
    other_base_urls,
    rate_limits,
    settings_lines,
    source_text,
    vantage,
    variable_lines,
    word,
)
from diagnose.report import Status
from diagnose.words.text_type import ListStep
from probes.model.record import Record, replace
from probes.model.source import Source, SourceKind

if TYPE_CHECKING:
    from diagnose.report import CapabilityLine, Finding, ProbeLine, Report

VERDICTS = {"healthy": "ok", "degraded": "warn", "broken": "fail", "inconclusive": "open"}
SEVERITIES = {"error": "fail", "warning": "warn", "info": "info"}
SHOWN_FROM = 10  # milliseconds; a shorter answer came from this machine, and its time says nothing

# Reasons for which a check is not worth a word in a short report: there was nothing to check.
_NOTHING_TO_CHECK = ("connect_to", "address", "not_tls", "keyless")


class Action(Record):
    """One thing to do; ``tested`` says that the run received an answer with exactly this.

    ``text`` is all of it in one line. It may end with a list: then ``head`` is what precedes the ``items``.
    """

    text: str
    tested: bool

    @property
    def head(self) -> str:
        return self.text.head if isinstance(self.text, ListStep) else self.text

    @property
    def items(self) -> tuple[str, ...]:
        return self.text.items if isinstance(self.text, ListStep) else ()

    @property
    def is_code(self) -> bool:
        """Check whether the items are lines of a file."""
        return isinstance(self.text, ListStep) and self.text.is_code


class Problem(Record):
    """A finding: ``mark`` is ``fail``, ``warn`` or ``info``; ``followers`` are titles and codes of what it causes.

    ``rereads_cause`` says that it is another reading of the fault that the cause is about, and not a second fault.
    """

    mark: str
    title: str
    code: str
    fixes: tuple[FixView, ...]
    steps: tuple[Action, ...]
    explanation: str
    evidence: tuple[str, ...]
    followers: tuple[tuple[str, str], ...]
    rereads_cause: bool = False

    @property
    def fix(self) -> FixView | None:
        """The fix that can be written to a place, the tested one first; None if no fix has a place."""
        placed = sorted((one for one in self.fixes if one.is_complete), key=lambda one: not one.tested)
        return placed[0] if placed else None


class Check(Record):
    """One checked step. ``mark`` is that of its status: ``ok``, ``warn``, ``fail`` or ``skipped``.

    ``ok`` with ``with_fix`` means that it works with the fix alone. ``reason`` is a short word for a skipped step,
    empty where there was nothing to check.
    """

    line: ProbeLine
    mark: str
    label: str
    short: str
    summary: str
    reason: str
    with_fix: bool


class Setting(Record):
    """A checked setting. ``place`` is short: ``.env:2``, ``OPENAI_API_KEY``; ``source`` is its full text."""

    name: str
    label: str
    value: str
    place: str
    source: str
    short: str  # the value in the short form


class ReportView(Record):
    """A report in the order in which it is read. Texts are in the reader's language and not yet escaped."""

    report: Report
    mark: str  # ok, warn, fail or open
    headline: str  # the cause, or that the target works
    code: str
    side: str  # whose side the fault is on, in a sentence; of a warning that the target works
    notices: tuple[str, ...]  # interrupted, what was not checked and why
    main: tuple[Problem, ...]  # the cause, or the warnings of a target that works
    others: tuple[Problem, ...]
    checks: tuple[Check, ...]
    settings: tuple[Setting, ...]
    working: tuple[tuple[str, str], ...]  # names and values of the settings that work; empty if none do
    variables: tuple[str, ...]  # the same as variables of the SDK
    capabilities: tuple[CapabilityLine, ...] | None
    elsewhere: tuple[tuple[str, str], ...]  # label and text: other base URLs of other clients
    results: tuple[tuple[str, str], ...]  # label and text: credit left, limits and tries
    rate_limits: tuple[tuple[str, str], ...]  # label and text, for full reports
    vantage: str
    cost: str
    facts: str  # the date of the facts by which it was judged
    credential: tuple[Setting, ...] = ()  # the steps of a house's chain, for full reports

    def probe_of(self, problem: Problem) -> str:
        """Return the probe that a problem is about."""
        return next((one.probe for one in self.report.findings if one.code == problem.code), "")

    @property
    def cause(self) -> Problem | None:
        """The first of the main problems, or None."""
        return self.main[0] if self.main else None


def view_of(report: Report, lang: str) -> ReportView:
    """Return the view of a report in the language ``lang``."""
    groups = folded(report)
    main = [group for group in groups if group[0].code == report.root_cause]
    if not main:  # nothing is broken, so the warnings are the main part
        main = [group for group in groups if group[0].severity == "warning"]
    others = [group for group in groups if group not in main]
    problems = tuple(_problem(finding, followers, report, lang) for finding, followers in main)
    headline, side = _headline(report, problems, lang)
    return ReportView(
        report=report,
        mark=VERDICTS[report.verdict],
        headline=headline,
        code=problems[0].code if problems and report.verdict in ("broken", "degraded") else "",
        side=side,
        notices=tuple(_notices(report, lang)),
        main=problems,
        others=tuple(_other(finding, followers, report, lang) for finding, followers in others),
        checks=tuple(check(line, lang) for line in report.probes),
        settings=(*settings(report.target, lang), *_chosen_credential(report, lang), *_login(report, lang)),
        working=tuple(_working(report.settings, lang)) if report.settings else (),
        variables=tuple(variable_lines(report.settings)) if report.settings else (),
        capabilities=report.capabilities,
        elsewhere=tuple(other_base_urls(report, lang)),
        results=tuple(optional_results(report, lang)),
        rate_limits=tuple(rate_limits(report, lang)),
        vantage=vantage(report, lang),
        cost=cost_line(report, lang),
        facts=word(lang, "facts_of", date=report.facts_date) if report.facts_date else "",
        credential=_credential(report, lang),
    )


def _credential(report: Report, lang: str) -> tuple[Setting, ...]:
    if report.credential is None:
        return ()
    from diagnose.rendering.credential_steps import credential_steps  # few doors have a chain

    found = credential_steps(report.credential, lang)
    return tuple(
        Setting(name, label, text, place if counts else "", place, text) for name, label, text, place, counts in found
    )


# -- the first lines ---------------------------------------------------------------------------------------------------


def _headline(report: Report, problems: tuple[Problem, ...], lang: str) -> tuple[str, str]:
    """Return the first line, and the sentence below it."""
    if report.verdict == "broken" and problems:
        side = f"side.{report.side}" if report.side else ""
        slow = report.root_cause == "slo.exceeded"
        return problems[0].title, word(lang, "verdict.slo" if slow else side) if slow or side else ""
    if report.verdict == "degraded" and problems:
        return problems[0].title, word(lang, "works.still", answer=_answer(report, lang))
    if report.verdict == "healthy" and report.settings:
        return word(lang, "works.headline", answer=_answer(report, lang)), ""
    return word(lang, f"verdict.{report.verdict}"), ""


def _answer(report: Report, lang: str) -> str:
    """Return ``https://… answers as gpt-5 in 0.12 s, streaming too`` about the settings that work."""
    found = report.settings or {}
    values = {"base_url": found.get("base_url") or report.target.get("base_url") or "?", "model": found.get("model")}
    seconds = answer_time(report)
    key = "works.answer" if values["model"] else "works.answer_of_no_model"
    text = word(lang, f"{key}_in" if seconds else key, **values, seconds=seconds)
    return text + (word(lang, "works.streaming") if report.proven.stream else "")


def answer_time(report: Report) -> str:
    """Return how long the answer took, as ``0.12 s``; empty if there was none, or it came too fast to say anything."""
    line = next((one for one in report.probes if one.name == "chat"), None)
    took = line.observed.get("answer_ms") if line is not None else None
    if not report.proven.answer or not isinstance(took, int | float) or took < SHOWN_FROM:
        return ""
    return f"{took / 1000:.2f} s" if took < 9995 else f"{took / 1000:.0f} s"


def _notices(report: Report, lang: str) -> Iterator[str]:
    if report.interrupted:
        yield word(lang, "interrupted")
    for reason in report.left_open:
        yield f"{word(lang, 'left_open')}{word(lang, 'colon')}{reason}"


# -- the parts ---------------------------------------------------------------------------------------------------------


def _problem(finding: Finding, followers: list[Finding], report: Report, lang: str) -> Problem:
    fixes = tuple(fix_view(fix, report, lang) for fix in finding.fixes)
    tested = {fix.summary for fix in finding.fixes if fix.verified}
    said = {fix.summary for fix in fixes if fix.tested and fix.is_complete}  # by its changes, with their places
    return Problem(
        mark=SEVERITIES[finding.severity],
        title=finding.title,
        code=finding.code,
        fixes=fixes,
        steps=tuple(Action(text, text in tested) for text in advice(finding) if text not in said),
        explanation=finding.explanation,
        evidence=finding.evidence,
        followers=tuple((one.title, one.code) for one in followers),
    )


def _working(settings: Mapping[str, object], lang: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the settings that work; what was done to the key is said in words."""
    for name, value in settings_lines(settings):
        key = {"as given": "works.key_unchanged", "cleaned": "works.key_cleaned"}.get(value) if name == "key" else None
        yield name, word(lang, key) if key else value


def _other(finding: Finding, followers: list[Finding], report: Report, lang: str) -> Problem:
    """Return another problem. An error of the same step as the cause is another reading of one fault, not a second."""
    problem = _problem(finding, followers, report, lang)
    cause = next((one for one in report.findings if one.code == report.root_cause), None)
    same = problem.mark == "fail" and cause is not None and cause.probe == finding.probe
    return replace(problem, mark="warn", rereads_cause=True) if same else problem


def check(line: ProbeLine, lang: str) -> Check:
    """Return the checked step of a probe."""
    reason = ""
    if line.status is Status.SKIPPED and line.skipped_as not in _NOTHING_TO_CHECK:
        reason = word(lang, "reason.blocked" if line.skipped_as == "blocked" else "reason.open")
    return Check(
        line=line,
        mark="ok" if line.status is Status.FIXED else line.status.value,
        label=word(lang, f"probe.{line.name}"),
        short=word(lang, f"step.{line.name}"),
        summary=line.summary or line.why_skipped or "",
        reason=reason,
        with_fix=line.with_fix,
    )


def settings(target: Mapping[str, object], lang: str) -> Iterator[Setting]:
    """Yield the checked settings (``target`` in the contract), each with its place; the key appears only as a hint."""
    sources = target.get("sources")
    sources = sources if isinstance(sources, Mapping) else {}
    key = target.get("key")
    for name in ("name", "base_url", "key", "model"):
        value = target.get(name)
        if name == "key" and isinstance(key, Mapping):
            value = word(lang, "target.key_hint", hint=key.get("hint"), length=key.get("length"))
        if value:
            source = sources.get(name)
            hint = str(key.get("hint")) if name == "key" and isinstance(key, Mapping) else str(value)
            label, place = word(lang, f"target.{name}"), _place(source)
            yield Setting(name, label, str(value), place, source_text(source, lang), hint)
    app, protocol = str(target.get("app") or "?"), str(target.get("protocol") or "?")
    spoken = word(lang, "target.as", protocol=protocol, app=_name_of(app))
    short = word(lang, "target.as_app", app=_name_of(app))
    yield Setting("protocol", word(lang, "target.protocol"), spoken, "", "", short)


def _chosen_credential(report: Report, lang: str) -> Iterator[Setting]:
    """Yield the step of a house's chain that gives the credential of the run."""
    chain = report.credential.chain if report.credential is not None else None
    if chain is None or not chain.used or chain.winner is None:
        return
    from diagnose.rendering.credential_steps import step_name  # few doors have a chain

    won = chain.winner
    name = dict(won.hints).get("key") or step_name(f"{chain.vendor}.{won.step}", lang)
    yield Setting(
        "credential", word(lang, "target.credential"), name, _place(won.source), source_text(won.source, lang), name
    )


def _login(report: Report, lang: str) -> Iterator[Setting]:
    """Yield the login that the app has stored."""
    login = report.login
    if login is None:
        return
    from diagnose.rendering.credential_steps import login_text  # few apps have one

    text = login_text(login, lang)
    short = word(lang, f"login.{login.kind}")
    source = source_text(login.source, lang)
    yield Setting("login", word(lang, "target.login"), text, _place(login.source), source, short)


def _place(source: object) -> str:
    if not isinstance(source, Source) or source.kind in (SourceKind.DEFAULT, SourceKind.DEMO, SourceKind.MODEL_LIST):
        return ""
    return source.location if source.file else source.name or str(source.kind)


def _name_of(app: str) -> str:
    from diagnose.evidence.client_urls import known

    found = known(app)
    return found.name if found is not None else app
