"""Judge evidence and return the report.

The judge is pure: the same evidence gives the same report on every machine and in every later version.
"""

from __future__ import annotations

from collections.abc import Sequence

from diagnose import words
from diagnose.answers.provider_addresses import date_of_facts
from diagnose.evidence import client_urls
from diagnose.evidence.rule import Rule
from diagnose.evidence.view import View
from diagnose.findings import RULES
from diagnose.findings.slo import results
from diagnose.judging.complete_fixes import completed
from diagnose.judging.probe_lines import behind_renaming, probe_lines
from diagnose.judging.proven import prove, unanswered, verdict_of
from diagnose.judging.root_cause import RaisedRule, persistent, raised, root_of, softened
from diagnose.report import (
    CapabilityLine,
    ClientLine,
    CredentialView,
    Finding,
    ProbeLine,
    Proven,
    Report,
    Severity,
    Try,
    Verdict,
)
from probes.api.response_checks import passes
from probes.model.attempt import KeyForm
from probes.model.credential import asked
from probes.model.evidence import Evidence
from probes.model.record import replace
from probes.model.source import DEFAULT, SourceKind
from probes.protocols.protocol import wire


def judge(evidence: Evidence, lang: str = "en", rules: tuple[Rule, ...] = RULES, *, summaries: bool = True) -> Report:
    """Judge the evidence of a run and of its earlier tries, and return the report in the language ``lang``.

    Without ``summaries``, the probes have none: JSON does not contain them.
    """
    tries = tuple(_try(judge(one, lang, rules)) for one in evidence.earlier)
    renamed = judge(evidence.renamed, lang, rules) if evidence.renamed is not None else None
    view = View(evidence, tries, renamed)
    standing = completed(persistent(softened(raised(view, rules), view), tries), view)
    root = root_of(standing)
    proven = prove(view)
    findings = _findings(standing, view, root, proven, lang)
    root_code = root.rule.code if root is not None else None
    lines = probe_lines(view, findings, proven, lang, root_code, summaries=summaries)
    if root is not None and root.claim.verified and "rename" in (root.claim.settings or {}) and renamed is not None:
        lines, proven = behind_renaming(lines, _with_whole_fix(evidence, renamed, lang)), renamed.proven
    open_points = unanswered(evidence, view)
    verdict = verdict_of(standing, evidence, view, bool(open_points))
    target = evidence.target
    sources = dict(target.sources)
    model = target.model
    if model is None and view.chosen is not None and view.chosen.source.kind is not SourceKind.GUESS:
        model, sources["model"] = view.chosen.chosen, DEFAULT
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
    runs = [one for each in (*evidence.earlier, evidence) for one in (each, each.renamed) if one is not None]
    costs = [one.cost for one in runs]
    report = Report(
        version=evidence.version,
        started_at=evidence.started_at,
        duration_ms=round(sum(one.seconds for one in runs) * 1000, 1),
        target=shown,
        verdict=verdict,
        root_cause=root_code,
        side=(root.claim.side or root.rule.side) if root is not None else None,
        proven=proven,
        probes=lines,
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
        open_by_choice=verdict is Verdict.INCONCLUSIVE and _is_choice(open_points, standing, view),
        lang=lang,
        facts_date=date_of_facts(),
        capabilities=_capabilities(view, lang),
        client_request=_client_line(view),
        slos=results(view),
        credential=CredentialView(asked(view.chain, view.credential), view.credential)
        if view.chain is not None
        else None,
        login=view.login,
        client=evidence.client,
    )
    last_try = replace(report, duration_ms=round(evidence.seconds * 1000, 1))
    return replace(report, tries=(*tries, _try(last_try))) if tries else report


def _with_whole_fix(evidence: Evidence, renamed: Report, lang: str) -> tuple[ProbeLine, ...]:
    """Return the lines of the run with other names, of which the fix corrects the errors too."""
    assert evidence.renamed is not None
    warnings = tuple(one for one in renamed.findings if one.severity is Severity.WARNING)
    return probe_lines(View(evidence.renamed), warnings, renamed.proven, lang)


def _is_choice(open_points: Sequence[str], standing: Sequence[RaisedRule], view: View) -> bool:
    """Check whether all that is open is what the run was not to ask, and nothing that it did ask is wrong.

    The user told it so, or it is a login that only its app may use: no run will ever ask with one.
    """
    chosen = bool(open_points) and set(open_points) <= {"no_spend", "offline", "login"}
    return chosen and not view.evidence.interrupted and not any(one.rule.code == "run.crashed" for one in standing)


def _findings(
    standing: Sequence[RaisedRule], view: View, root: RaisedRule | None, proven: Proven, lang: str
) -> tuple[Finding, ...]:
    if not standing:
        return ()
    from diagnose.judging.finding_text import findings_of  # a sound run needs no advice

    return findings_of(standing, view, root, proven, lang)


def _try(report: Report) -> Try:
    root = next((finding for finding in report.findings if finding.code == report.root_cause), None)
    title_and_probe = (root.title, root.probe) if root is not None else ("", "")
    return Try(report.started_at, report.duration_ms, report.verdict, report.root_cause, *title_and_probe)


def _capabilities(view: View, lang: str) -> tuple[CapabilityLine, ...] | None:
    if view.evidence.capabilities is None:
        return None
    from diagnose.judging.capability_lines import capability_lines  # only deep checks load this module and its words

    return capability_lines(view.evidence, view.door is not None and view.door.host.local, lang)


def _credential(view: View) -> CredentialView | None:
    if view.chain is None:
        return None
    return CredentialView(asked(view.chain, view.credential), view.credential)


def _client_line(view: View) -> ClientLine | None:
    found = view.evidence.client_request
    if found is None:
        return None
    last = next((one.exchange for one in reversed(found.tries) if not one.without), None)  # as the app sends it
    result = (
        "accepted" if last is not None and passes(last) else "unanswered" if last and not last.status else "refused"
    )
    return ClientLine(
        app=found.app,
        name=app.name if (app := client_urls.known(found.app)) is not None else found.app,
        version=found.version,
        model=found.model,
        result=str(found.why or result),
        parts=found.parts,
        refused=tuple(one.name for one in found.refused),
        certain=tuple(one.name for one in found.refused if one.certain or found.sure),
        sure=found.sure,
        requests=len(found.tries),
    )


def _headers_of(view: View) -> tuple[str, ...]:
    """Return the names of the extra headers that the working request carried."""
    deep = view.deep
    told = deep.chat if deep is not None else None
    return told.request.headers if told is not None else ()


def _settings(view: View, root: RaisedRule | None) -> dict[str, object] | None:
    """Return the settings that worked, or None.

    The base URL of the root cause's verified fix takes precedence: the run may have reached the API in a way that the
    app does not use, such as a redirect.
    """
    working = view.working
    if working is None:
        renamed = view.renamed
        return dict(renamed.settings) if renamed is not None and renamed.proven.answer and renamed.settings else None
    fixed_url = (root.claim.settings or {}).get("base_url") if root is not None and root.claim.verified else None
    deep = view.deep
    stream = deep.stream if deep is not None else None
    version = {"api_version": working.version} if wire(working.protocol).versions else {}
    return {
        "protocol": working.protocol,
        "base_url": fixed_url or working.base_url,
        **version,
        "model": working.model or (view.chosen.chosen if view.chosen is not None else None),
        "auth": working.auth.value if working.key not in (KeyForm.DUMMY, KeyForm.NONE) else "none",
        "stream": prove(view).stream is True if stream is not None else False,
        "key": "cleaned" if working.key is KeyForm.CLEANED else "as given",
        **({"headers": list(sent)} if (sent := _headers_of(view)) else {}),
        **({"key_source": view.key_policy.conflict_source} if working.key is KeyForm.CONFLICTING else {}),
    }
