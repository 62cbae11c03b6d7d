"""Explain one call of an app by the rules of a check, and where one call is too little for them, by its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.answers.explain import Candidate, Explanation, explanation
from diagnose.answers.hints import quote
from diagnose.evidence.client_urls import in_its_terms
from diagnose.evidence.view import View
from diagnose.judging.judge import judge
from diagnose.report import Severity
from diagnose.words.text_type import Text

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText
    from diagnose.report import Finding, Report
    from probes.model.evidence import Evidence

MEASURED = 0.9  # the confidence of what the call itself shows: settings, a failed connection
# Findings that a check raises after it has tried other paths. One call shows only that this path does not work.
_AFTER_OTHERS = frozenset(("shape.not_llm_api", "run.unexplained"))
# Findings about how an error came, and not what it says.
_CARRIERS = frozenset(("stream.error_inside", "shape.error_as_success"))
_UNTRIED = 0.55  # the highest confidence of a wrong path that no other path confirms
_PATHS = frozenset(("url.path_wrong", "shape.not_llm_api", "shape.wrong_protocol"))
_BY_PATH = 0.8  # the lowest confidence of a missing version that the path itself shows


def call_explanation(evidence: Evidence, read: ReadText, door: str | None, lang: str) -> Explanation:
    """Return the causes of a failed call, the best first; ``read`` are its words, without any key."""
    report = judge(evidence, lang)
    errors = [one for one in report.findings if one.severity is Severity.ERROR and one.caused_by is None]
    answered = any(one.status for one in View(evidence).exchanges)
    told = [one for one in errors if one.code not in _AFTER_OTHERS and (answered or not _needs_answer(one.code))]
    if told:
        told.sort(key=lambda one: one.code != report.root_cause)
        measured = [_candidate(one, _confidence(one, evidence)) for one in told]
        return Explanation((*(_inside(read, door, lang) if told[0].code in _CARRIERS else ()), *measured))
    if not errors and not _failed(report):
        return Explanation(())
    found = explanation(read, lang, door)
    candidates = [
        one._replace(confidence=min(one.confidence, _UNTRIED)) if _is_untried(one) else one for one in found.candidates
    ]
    candidates = [_in_terms_of_app(one, read, View(evidence)) for one in candidates]
    known = {one.code for one in candidates}
    candidates += [_candidate(one, _UNTRIED - 0.1) for one in errors if one.code in _PATHS - known]
    return found._replace(candidates=tuple(sorted(candidates, key=lambda one: -one.confidence)))


def _inside(read: ReadText, door: str | None, lang: str) -> tuple[Candidate, ...]:
    """Return what the message says that came inside a success: it is the cause."""
    found = explanation(read, lang, door)
    inner = [one for one in found.candidates if one.likely and one.code not in _CARRIERS]
    return tuple(inner[:1]) if not found.guessed else ()


def _in_terms_of_app(one: Candidate, read: ReadText, view: View) -> Candidate:
    """Return a candidate whose steps name base URLs in the form that the client takes; without those that it cannot."""
    if view.app is None:
        return one
    steps = list(one.text.steps)
    for url in filter(None, (read.values.get("documented_url"), read.values.get("versioned_url"))):
        other = in_its_terms(view.app, view.evidence.target.protocol, url)
        steps = [step.replace(url, other or "") for step in steps if other or url not in step]
    return one._replace(text=one.text._replace(steps=tuple(steps)))


def _is_untried(one: Candidate) -> bool:
    """Check whether a candidate says that another path works, which nobody has tried."""
    return one.code in _PATHS or (one.code == "url.version_missing" and one.confidence < _BY_PATH)


def _needs_answer(code: str) -> bool:
    """Check whether only a server that has seen the request can fail because of this: not one that cannot be reached.

    A key that cannot be sent at all is the exception.
    """
    return code == "settings.missing_key" or (code.startswith("key.") and code != "key.stray_characters")


def _failed(report: Report) -> bool:
    """Check whether the call failed, or why is not known to the rules."""
    return report.proven.answer is not True and report.proven.stream is not True


def _confidence(finding: Finding, evidence: Evidence) -> float:
    """Return the confidence of the row that reads the response so; what the call itself shows is firm."""
    match = View(evidence).match
    return round(match.confidence, 2) if match is not None and match.code == finding.code else MEASURED


def _candidate(finding: Finding, confidence: float) -> Candidate:
    shown = quote(finding.evidence[0]) if finding.evidence else ""
    text = Text(finding.title, finding.explanation, finding.steps)
    return Candidate(finding.code, confidence, finding.title, shown, text)
