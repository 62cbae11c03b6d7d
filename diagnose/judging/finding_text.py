"""Put a rule's claim into words."""

from __future__ import annotations

from diagnose import words
from diagnose.evidence import client_urls
from diagnose.evidence.view import View
from diagnose.judging.root_cause import RaisedRule
from diagnose.report import Finding, Fix, Proven

# The case of a finding whose fix no base URL of the app that was named can express.
UNREACHABLE = "unreachable"
TIED = ("url.version_missing", "url.version_doubled", "url.path_wrong")


def streams_alone_fail(proven: Proven) -> bool:
    """Whether the whole answer was seen to come, and the streamed one not: then the app may ask for the former."""
    return proven.answer is True and proven.stream is False


def finding_of(one: RaisedRule, view: View, lang: str, unstreamed: bool) -> Finding:
    """``unstreamed``: an answer came without streaming, which mends what has no other fix."""
    code, claim = one.rule.code, one.claim
    given = {name: words.spoken(value, lang) for name, value in claim.values.items()}
    settings, values, reachable = client_urls.translated(view.app, view.evidence.target.protocol, claim.settings, given)
    known = view.values() | {name: value for name, value in values.items() if value}
    for name, value in values.items():
        if not value:
            known.pop(name, None)
    text = words.say(code, lang, known, claim.case if reachable or code not in TIED else UNREACHABLE)
    fixes = []
    if settings is not None:
        summary = text.steps[0] if text.steps else text.title
        fixes.append(Fix(summary, settings, claim.verified))
    steps = text.steps
    if not fixes and unstreamed:
        summary = words.phrase("fix.no_stream", lang)
        steps = (summary, *steps)
        fixes.append(Fix(summary, {"stream": False}, True))
    return Finding(
        code=code,
        severity=one.severity,
        probe=claim.probe or one.rule.probe,
        title=text.title,
        explanation=text.explanation,
        evidence=tuple(line if isinstance(line, str) else words.line(line, lang) for line in claim.evidence if line),
        steps=steps,
        fixes=tuple(fixes),
        caused_by=one.cause,
        side=claim.side or one.rule.side,
    )
