"""judge(): evidence in, report out. Pure: the same evidence gives the same report, on any machine, in any later
version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from diagnose import words
from diagnose.evidence import client_urls
from diagnose.evidence.retryable import may_pass
from diagnose.evidence.view import View
from diagnose.findings import RULES
from diagnose.findings.run import CRASHED, tried
from diagnose.findings.slo import results, unmeasured
from diagnose.judging.probe_lines import probe_lines
from diagnose.report import CapabilityLine, Claim, Finding, Fix, Proven, Report, Rule, Severity, Try, Verdict
from probes.api.response_checks import passes
from probes.model.settings import Evidence, KeyForm

# The case of a finding whose fix no base URL of the app that was named can express.
UNREACHABLE = "unreachable"
TIED = ("url.version_missing", "url.version_doubled", "url.path_wrong")
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule that holds, with what it claims and which other standing rule explains it."""

    rule: Rule
    claim: Claim
    cause: str | None

    @property
    def severity(self) -> Severity:
        return self.claim.severity or self.rule.severity


def judge(evidence: Evidence, lang: str = "en", rules: tuple[Rule, ...] = RULES) -> Report:
    """What the evidence means, in words of ``lang``."""
    tries = tuple(_try(judge(one, lang, rules)) for one in evidence.earlier)
    view = View(evidence, tries)
    standing = _persistent(stand(view, rules), tries)
    root = root_of(standing)
    proven = prove(view)
    findings = tuple(_finding(one, view, lang, one is root and _streams_alone_fail(proven)) for one in standing)
    open_points = _left_open(evidence, view)
    verdict = _verdict(standing, evidence, view, bool(open_points))
    target = evidence.target
    sources = dict(target.sources)
    model = target.model
    if model is None and view.chosen is not None and view.chosen.source != "guess":
        model, sources["model"] = view.chosen.chosen, "default"
    shown: dict[str, object] = {
        "base_url": target.base_url,
        "protocol": target.protocol,
        "model": model,
        "app": target.app,
        "door": target.door,
        "key": {"hint": target.key_hint, "length": target.key_length, "doors": list(target.key_doors)}
        if target.key_hint is not None
        else None,
        "sources": sources,
    }
    if target.name is not None:
        shown = {"name": target.name, **shown}
    costs = [one.cost for one in (*evidence.earlier, evidence)]
    report = Report(
        version=evidence.version,
        started_at=evidence.started_at,
        duration_ms=round(sum(one.seconds for one in (*evidence.earlier, evidence)) * 1000, 1),
        target=shown,
        verdict=verdict,
        root_cause=root.rule.code if root is not None else None,
        side=(root.claim.side or root.rule.side) if root is not None else None,
        proven=proven,
        probes=probe_lines(view, findings, proven, lang),
        findings=findings,
        settings=_settings(view, root),
        vantage={
            "proxy": evidence.vantage.proxy,
            "trust": evidence.vantage.trust,
            "container": evidence.vantage.container,
            "families": list(evidence.vantage.families),
        },
        cost={
            "requests": sum(one.requests for one in costs),
            "billed_requests": sum(one.billed_requests for one in costs),
            "prompt_tokens": sum(one.prompt_tokens for one in costs),
            "completion_tokens": sum(one.completion_tokens for one in costs),
        },
        interrupted=evidence.interrupted,
        clients=client_urls.others(target, view.working if view.works else None, view.works_as_given),
        left_open=tuple(words.phrase(f"open.{one}", lang) for one in open_points if verdict is Verdict.INCONCLUSIVE),
        lang=lang,
        capabilities=_capabilities(view, lang),
        slos=results(view),
    )
    own = replace(report, duration_ms=round(evidence.seconds * 1000, 1))
    return replace(report, tries=(*tries, _try(own))) if tries else report


def _try(report: Report) -> Try:
    root = next((found for found in report.findings if found.code == report.root_cause), None)
    told = (root.title, root.probe) if root is not None else ("", "")
    return Try(report.started_at, report.duration_ms, report.verdict, report.root_cause, *told)


def _persistent(standing: tuple[Standing, ...], tries: tuple[Try, ...]) -> tuple[Standing, ...]:
    """Where no try got through, that is no sign of a flaky target: the root cause names the tries as evidence."""
    root = root_of(standing)
    if not tries or root is None or not may_pass(root.rule.code):
        return standing
    claim = replace(root.claim, evidence=(*root.claim.evidence, *tried(tries)))
    return tuple(replace(one, claim=claim) if one is root else one for one in standing if one.rule.code != "run.flaky")


def stand(view: View, rules: tuple[Rule, ...] = RULES) -> tuple[Standing, ...]:
    """The rules that hold, roots first, each with the one that explains it.

    What is folded is folded by what *stands*: where a explains b and b explains c, c is a's, whatever of b is shown.
    """
    held, broken = [], []
    for rule in rules:
        try:
            claim = rule.when(view)
        except Exception as error:  # our own fault: it costs one rule, not the report
            broken.append(f"rule {rule.code}: {type(error).__name__}")
            continue
        if claim is not None:
            held.append((rule, claim))
    if broken:
        held = [(rule, claim) for rule, claim in held if rule.code != CRASHED.code]
        held.append((CRASHED, Claim(tuple(broken))))
    severities = {rule.code: claim.severity or rule.severity for rule, claim in held}
    unsure = {rule.code for rule, claim in held if not claim.sure}
    parents: dict[str, str] = {}
    for rule, _ in held:
        # What is only likely explains nothing that is sure.
        weak = rule.code in unsure or rule.code == "run.unexplained"
        causes = severities if weak else [code for code in severities if code not in unsure]
        found = next((code for code in causes if code != rule.code and _explains(rule, code, severities)), None)
        if found is not None:
            parents[rule.code] = found
    standing = []
    for rule, claim in held:
        cause, seen = parents.get(rule.code), {rule.code}
        while cause is not None and cause in parents and cause not in seen:
            seen.add(cause)
            cause = parents[cause]
        if rule.code == "run.unexplained" and cause is not None:
            continue  # it is explained
        standing.append(Standing(rule, claim, cause))
    order = [*(rule.code for rule in rules), CRASHED.code]
    standing.sort(
        key=lambda one: (one.cause is not None, _ORDER[one.severity], not one.claim.sure, order.index(one.rule.code))
    )
    return tuple(standing)


def _explains(rule: Rule, code: str, severities: Mapping[str, Severity]) -> bool:
    """A warning explains no error: what an app survives breaks nothing."""
    if severities[rule.code] is Severity.ERROR and severities[code] is not Severity.ERROR:
        return False
    return any(
        (one == "*" and code != "run.crashed") or code == one or (one.endswith(".") and code.startswith(one))
        for one in rule.because
    )


def root_of(standing: tuple[Standing, ...]) -> Standing | None:
    """The one error from which the others follow."""
    return next((one for one in standing if one.severity is Severity.ERROR and one.cause is None), None)


def _capabilities(view: View, lang: str) -> tuple[CapabilityLine, ...] | None:
    if view.evidence.capabilities is None:
        return None
    from diagnose.judging.capability_lines import capability_lines  # with its words: for deep checks alone

    return capability_lines(view.evidence, view.door is not None and view.door.local, lang)


def _verdict(standing: tuple[Standing, ...], evidence: Evidence, view: View, left_open: bool) -> Verdict:
    if any(one.severity is Severity.ERROR for one in standing):
        return Verdict.BROKEN
    if left_open or evidence.interrupted or any(one.rule.code == "run.crashed" for one in standing):
        return Verdict.INCONCLUSIVE
    if any(one.severity is Severity.WARNING for one in standing):
        return Verdict.DEGRADED
    return Verdict.HEALTHY


def _left_open(evidence: Evidence, view: View) -> tuple[str, ...]:
    """Why the question whether an app would get an answer is still open; empty where it is settled."""
    if evidence.interrupted:
        return ("interrupted",)
    if view.works and not evidence.ran_out:
        return tuple(f"slo_{name}" for name in unmeasured(view))
    if evidence.offline:
        return ("offline",)
    if evidence.no_spend:
        return ("no_spend",)
    if evidence.ran_out:
        return ("deadline",)
    if view.door is not None and view.door.why_not_sent == "project":
        return ("key_withheld",)
    if view.works:
        return ()
    return ("model",) if view.chosen is not None and view.chosen.source == "guess" else ("unasked",)


def prove(view: View) -> Proven:
    """What this run has shown, of the deepest way of asking; None where it was not asked."""
    deep = view.deep
    told = deep.told if deep is not None else None
    reached: bool | None = None
    lost = view.failure("proxy") or view.failure("tls")
    if view.failure("dns") or view.failure("tcp") or (lost and told is None):
        reached = False
    elif told is not None:
        reached = bool(told.status)
    elif view.tcp is not None:
        reached = view.tcp.connected is not None
    chat = deep.chat if deep is not None else None
    stream = deep.stream if deep is not None else None
    answered = passes(chat) if chat is not None else None
    streamed = None
    if stream is not None:
        reading = stream.stream
        whole = reading is not None and bool(reading.finish or reading.terminated or reading.stopped)
        streamed = passes(stream) and whole and stream.failure is None
    path: bool | None = None
    if told is not None and told.status:
        shaped = told.error is not None or told.models is not None or answered
        path = False if deep is not None and deep.lost else True if shaped or told.status in (401, 403, 429) else None
    model: bool | None = None
    if answered:
        model = True
    elif (
        view.match is not None
        and view.match.code.startswith("model.")
        and view.match.code != "model.parameter_rejected"
        and not (view.chosen is not None and view.chosen.source == "guess")
    ):
        model = False
    return Proven(reached, path, view.key_good, model, answered, streamed)


def _settings(view: View, root: Standing | None) -> dict[str, object] | None:
    """What was seen to work. The root's own fix names the base URL where it was reached by a way that the app does not
    go, such as a redirect.
    """
    working = view.working
    if working is None:
        return None
    mended = (root.claim.settings or {}).get("base_url") if root is not None and root.claim.verified else None
    deep = view.deep
    stream = deep.stream if deep is not None else None
    version = {"api_version": working.version} if working.protocol in ("gemini", "azure") else {}
    return {
        "protocol": working.protocol,
        "base_url": mended or working.base_url,
        **version,
        "model": working.model or (view.chosen.chosen if view.chosen is not None else None),
        "auth": working.auth.value if working.key not in (KeyForm.DUMMY, KeyForm.NONE) else "none",
        "stream": prove(view).stream is True if stream is not None else False,
        "key": "cleaned" if working.key is KeyForm.CLEANED else "as given",
        **({"key_source": view.door.rival_source} if working.key is KeyForm.RIVAL and view.door else {}),
    }


def _streams_alone_fail(proven: Proven) -> bool:
    """Whether the whole answer was seen to come, and the streamed one not: then the app may ask for the former."""
    return proven.answer is True and proven.stream is False


def _finding(one: Standing, view: View, lang: str, unstreamed: bool) -> Finding:
    """``unstreamed``: an answer came without streaming, which mends what has no other fix."""
    code, claim = one.rule.code, one.claim
    settings, values, reachable = client_urls.translated(
        view.app, view.evidence.target.protocol, claim.settings, claim.values
    )
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
