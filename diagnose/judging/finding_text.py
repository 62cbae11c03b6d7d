"""Write a finding: the words, fixes and evidence of a rule that holds."""

from __future__ import annotations

from collections.abc import Iterable

from diagnose import words
from diagnose.advice.case_facts import CaseFacts, plan_url
from diagnose.advice.remedy_steps import remedy_steps
from diagnose.evidence import client_urls
from diagnose.evidence.view import View
from diagnose.evidence.word_values import values_of
from diagnose.judging.root_cause import RaisedRule
from diagnose.report import Finding, Fix, Proven

# The case of a finding in TIED whose fix the named app cannot express as a base URL.
UNREACHABLE = "unreachable"
# Findings whose cause the server's own words miss: Google answers a key of an ended kind with advice about logins.
OUTDATED_ADVICE = (("key.wrong_kind", "ended"),)
TIED = ("url.version_missing", "url.version_doubled", "url.path_wrong")


def half_that_works(proven: Proven) -> bool | None:
    """Return the setting for streaming with which the app gets its answer, if one of the two ways works alone.

    True: only the streamed answer came, so the app can turn on streaming. False: only the whole one. None: neither.
    """
    if proven.answer is True and proven.stream is False:
        return False
    return True if proven.answer is False and proven.stream is True else None


def findings_of(
    standing: Iterable[RaisedRule], view: View, root: RaisedRule | None, proven: Proven, lang: str
) -> tuple[Finding, ...]:
    """Write the findings of the rules that hold, in the language ``lang``; ``root`` is the root cause among them."""
    facts, half = CaseFacts(view), half_that_works(proven)
    return tuple(finding_of(one, view, facts, lang, half if one is root else None) for one in standing)


def finding_of(raised_rule: RaisedRule, view: View, facts: CaseFacts, lang: str, streaming: bool | None) -> Finding:
    """Write the finding of a rule that holds, in the language ``lang``.

    ``facts`` decide which of its steps fit the case. ``streaming`` is the setting with which a response came although
    the other way failed; a finding without another fix then suggests that first.
    """
    code, claim = raised_rule.rule.code, raised_rule.claim
    claim_values = {name: words.spoken(value, lang) for name, value in claim.values.items()}
    settings, values, reachable = client_urls.translated(
        view.app, view.evidence.target.protocol, claim.settings, claim_values
    )
    all_values = values_of(view) | {name: value for name, value in values.items() if value}
    for name, value in values.items():
        if not value:
            all_values.pop(name, None)
    if plan := plan_url(view):
        all_values.setdefault("plan_url", plan)
    text = words.say(code, lang, all_values, claim.case if reachable or code not in TIED else UNREACHABLE, facts)
    asked = remedy_steps(view, code, lang, claim.settings if claim.verified else None)
    if (code, claim.case) in OUTDATED_ADVICE:
        asked = ()
    if url := all_values.get("better_url"):  # the finding's own words name this address
        asked = tuple(step for step in asked if url not in step)
    fixes = []
    if settings is not None:
        named = asked if claim.verified else ()
        summary = (*named, *text.steps, text.title)[0]
        fixes.append(Fix(summary, settings, claim.verified))
    steps = (*asked, *text.steps)[: words.MOST_STEPS]
    if not fixes and streaming is not None:
        summary = words.phrase("fix.stream_alone" if streaming else "fix.no_stream", lang)
        steps = (summary, *steps)
        fixes.append(Fix(summary, {"stream": streaming}, True))
    return Finding(
        code=code,
        severity=raised_rule.severity,
        probe=claim.probe or raised_rule.rule.probe,
        title=text.title,
        explanation=text.explanation,
        evidence=tuple(line if isinstance(line, str) else words.line(line, lang) for line in claim.evidence if line),
        steps=steps,
        fixes=tuple(fixes),
        caused_by=raised_rule.cause,
        side=claim.side or raised_rule.rule.side,
    )
