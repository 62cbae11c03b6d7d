"""Write a finding: the words, fixes and evidence of a rule that holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from diagnose import words
from diagnose.advice.case_facts import CaseFacts, plan_url
from diagnose.advice.remedy_steps import answer_of, named_values, remedy_steps
from diagnose.answers.kinds import kind_of
from diagnose.answers.named_steps import in_order
from diagnose.answers.provider_addresses import plan_of
from diagnose.evidence import client_urls
from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.evidence.word_values import values_of
from diagnose.judging.fix_places import places_of
from diagnose.judging.root_cause import RaisedRule
from diagnose.report import Finding, Fix, Proven, Seen, Severity
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.source import Source, SourceKind

# The case of a finding in TIED whose fix the named app cannot express as a base URL.
UNREACHABLE = "unreachable"
# Findings whose cause the server's own words miss: Google answers a key of an ended kind with advice about logins.
OUTDATED_ADVICE = (("key.wrong_kind", "ended"),)
# Findings about a credential that was not obtained: what the API itself said is about a request without one.
OF_CHAINS = ("auth.login_expired", "auth.no_credential")
# Findings that a server may report before it has looked at the key, or after it has accepted it.
_BEHIND_THE_KEY = ("quota.exhausted", "auth.upstream")
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
    facts, half, held = CaseFacts(view), half_that_works(proven), tuple(standing)
    found = tuple(finding_of(one, view, facts, lang, half if one is root else None) for one in held)
    return (
        tuple(_at_the_answer(one, found) if one.code in _BEHIND_THE_KEY else one for one in found)
        if (view.key_good is True and view.deepest_as_given and view.asked)
        else found
    )


def _at_the_answer(finding: Finding, others: tuple[Finding, ...]) -> Finding:
    """Return a finding about a refused request as one of the answer, as the key was accepted.

    It stays with the key if another error is about the key: the two are candidates for one fault.
    """
    rival = any(one is not finding and one.probe == finding.probe and one.severity is Severity.ERROR for one in others)
    return finding if rival else replace(finding, probe="chat")


def _spoken(value: str | Note | Source | tuple[Note, ...], lang: str) -> str:
    """Write a value as a part of a sentence, in which an environment variable is called so."""
    if isinstance(value, Source) and value.kind is SourceKind.ENVIRONMENT:
        value = note("environment_variable", name=value.name)
    return words.spoken(value, lang)


def _app_name(view: View, lang: str) -> dict[str, str]:
    """Return the name of the app as people write it; the protocol's is put in by :func:`words.say`."""
    client = view.client
    names = {}
    if view.app is not None:
        names["app"] = view.app.name
        if view.app.run is not None and not view.app.run.refused:
            names["runs"] = view.app.id  # as `--run-client` takes it
    elif client is not None:  # the official SDK, which the user did not name
        names["app"] = words.spoken(note("official_sdk", name=client.name.partition(" for ")[0]), lang)
    return names


def _evidence(claim: Claim, view: View) -> tuple[str | Seen, ...]:
    if view.client_refusal is None:
        return claim.evidence
    from diagnose.findings.client_request import evidence_of  # few runs send the app's own request

    return evidence_of(claim, view)


def finding_of(raised_rule: RaisedRule, view: View, facts: CaseFacts, lang: str, streaming: bool | None) -> Finding:
    """Write the finding of a rule that holds, in the language ``lang``.

    ``facts`` decide which of its steps fit the case. ``streaming`` is the setting with which a response came although
    the other way failed; a finding without another fix then suggests that first.
    """
    code, claim = raised_rule.rule.code, raised_rule.claim
    claim_values = {name: _spoken(value, lang) for name, value in claim.values.items()}
    settings, values, reachable = client_urls.translated(
        view.app, view.evidence.target.protocol, claim.settings, claim_values
    )
    known = {name: value for name, value in values.items() if value}
    all_values = {**values_of(view), **_app_name(view, lang), **known}
    for name, value in values.items():
        if not value:
            all_values.pop(name, None)
    if plan := plan_url(view):
        all_values.setdefault("plan_url", plan)
    if code in ("model.not_found", "model.not_permitted"):
        target = view.evidence.target
        all_values |= plan_of(view.model or "", target.base_url or "", target.protocol)
    case = claim.case if reachable or code not in TIED else UNREACHABLE
    of_chain = code in OF_CHAINS or claim.case in ("chain", "chain_early")  # the words of a token service count
    heard = claim_values.get("said", "") if of_chain else answer_of(view)
    kind = None if case and not of_chain else kind_of(code, heard, {**all_values, **named_values(view)}, facts)
    if kind is not None:
        case = kind.id
        all_values = {**all_values, **named_values(view), **kind.values}
    text = words.say(code, lang, all_values, case, facts)
    asked = remedy_steps(view, code, lang, claim.settings if claim.verified else None)
    if (code, claim.case) in OUTDATED_ADVICE or of_chain:
        asked = ()
    if url := all_values.get("better_url"):  # the finding's own words name this address
        asked = tuple(step for step in asked if url not in step.text)
    fixes = []
    if settings is not None:
        named = asked if claim.verified else ()
        summary = (*(step.text for step in named), *text.steps, text.title)[0]
        fixes.append(Fix(summary, settings, claim.verified, places_of(settings, view)))
    elif claim.command:
        fixes.append(
            Fix(next((one for one in text.steps if claim.command in one), text.title), {}, False, (), claim.command)
        )
    steps = in_order(code, asked, text.steps, kind=kind is not None)
    if not fixes and streaming is not None:
        summary = words.phrase("fix.stream_alone" if streaming else "fix.no_stream", lang)
        clause = re.split(r"[:：]", summary)[0]
        steps = (summary, *(step for step in steps if re.split(r"[:：]", step)[0] != clause))
        fixes.append(Fix(summary, {"stream": streaming}, True))
    return Finding(
        code=code,
        severity=raised_rule.severity,
        probe=claim.probe or raised_rule.rule.probe,
        title=text.title,
        explanation=text.explanation,
        evidence=tuple(
            line if isinstance(line, str) else words.line(line, lang) for line in _evidence(claim, view) if line
        ),
        steps=steps,
        fixes=tuple(fixes),
        caused_by=raised_rule.cause,
        side=claim.side or raised_rule.rule.side,
    )
