"""Write one line per probe: its status, its duration, what it observed, and a summary for people."""

from __future__ import annotations

from collections.abc import Mapping

from diagnose.evidence.view import View
from diagnose.evidence.word_values import values_of
from diagnose.judging.observed_facts import observed
from diagnose.judging.probe_status import has_worked, status_of
from diagnose.report import Finding, ProbeLine, Proven, Severity, Status
from diagnose.words import phrase
from probes.model.credential import CredentialStep
from probes.model.evidence import OPTIONAL, PROBES
from probes.model.failure import Outcome
from probes.model.listed import Listed
from probes.model.record import replace
from probes.model.runtime_facts import RuntimeFacts

QUICK = 0.01  # seconds; a shorter time says nothing about a provider

# Why a probe was spared, by the run's note: the phrase is `skip.` and this name.
_SPARED = {
    "connect_to": "connect_to",
    "address": "address",
    "not_tls": "not_tls",
    "offline": "offline",
    "withheld": "withheld",
    "no_spend": "no_spend",
    "deadline": "deadline",
    "interrupted": "interrupted",
    "no_key": "no_key",
    "key_not_sent": "key_not_sent",
    "login": "login",
    "federation": "federation",
}


def probe_lines(
    view: View,
    findings: tuple[Finding, ...],
    proven: Proven,
    lang: str,
    root_code: str | None = None,
    *,
    summaries: bool = True,
) -> tuple[ProbeLine, ...]:
    """Return a line for every probe, in the order of the contract.

    ``root_code`` is the code of the root cause. Without ``summaries``, those are empty.
    """
    root = next((one for one in findings if one.code == root_code), None)
    shown = (name for name in PROBES if name not in OPTIONAL or view.observations(name))
    return tuple(probe_line(view, name, findings, proven, lang, root, summaries=summaries) for name in shown)


def behind_renaming(given: tuple[ProbeLine, ...], renamed: tuple[ProbeLine, ...]) -> tuple[ProbeLine, ...]:
    """Return the lines of a run whose variables no SDK reads: what it did not reach, the run with the right names did.

    The lines of that run (``renamed``) work with the fix alone.
    """
    found = {one.name: one for one in renamed}
    return tuple(_behind(one, found[one.name]) if one.status is Status.SKIPPED else one for one in given)


def _behind(given: ProbeLine, renamed: ProbeLine) -> ProbeLine:
    if renamed.status is Status.SKIPPED:
        return renamed
    status = Status.FIXED if renamed.status is Status.OK else renamed.status
    return replace(renamed, status=status, with_fix=True)


def probe_line(
    view: View,
    name: str,
    findings: tuple[Finding, ...],
    proven: Proven,
    lang: str,
    root: Finding | None = None,
    *,
    summaries: bool = True,
) -> ProbeLine:
    """Return the line of one probe in the language ``lang``; with an empty summary, if nobody needs it."""
    observations = view.observations(name)
    status, with_fix = status_of(view, name, findings, proven, root)
    skipped_as, why = "", None
    if status is Status.SKIPPED:
        skipped_as, blocker = _why_skipped(view, name, proven, root)
        key = "sum.auth_none" if skipped_as == "keyless" else f"skip.{skipped_as}"
        why = phrase(key, lang, {"probe": phrase(f"probe.{blocker}", lang)} if blocker else {})
    own_findings = [one for one in findings if one.probe == name and one.caused_by is None]
    worst = min(own_findings, key=lambda one: _SEVERITIES.index(one.severity), default=None)
    summary = ""
    if summaries:
        summary = why if why is not None else _summary(view, name, status, worst, proven, lang)
    if summaries and name == "model" and why is not None and any(one.outcome is Outcome.DONE for one in observations):
        listed = _summary(view, name, Status.OK, None, proven, lang)  # the model list is no proof, but worth knowing
        summary = phrase("sum.model_unproven", lang, {"detail": listed, "note": why}) if listed else why
    began = min((one.began for one in observations), default=0.0)
    ended = max((one.ended for one in observations), default=0.0)
    return ProbeLine(
        name=name,
        status=status,
        duration_ms=round((ended - began) * 1000, 1),
        why_skipped=why,
        observed=observed(name, observations) | ({"protocols": list(view.served)} if name == "http" else {}),
        summary=summary,
        began_ms=round(began * 1000, 1),
        skipped_as=skipped_as,
        with_fix=with_fix,
    )


_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def _why_skipped(view: View, name: str, proven: Proven, root: Finding | None) -> tuple[str, str]:
    """Return why a probe has no result, and the probe whose failure is the reason, if one is.

    The reason is what the run noted about it, else the fault that it follows from.
    """
    if view.unseen_key and name in ("auth", "model", "chat", "stream"):
        return "key_not_sent", ""
    observations = view.observations(name)
    if observations and all(one.outcome in (Outcome.BLOCKED, Outcome.SPARED) for one in observations):
        note = next((one.note for one in reversed(observations) if one.note), "")
        if note in PROBES:  # a saved run may hold any note
            return "blocked", note
        if note in _SPARED:
            return _SPARED[note], ""
    working = view.deep.attempt if view.works and view.deep is not None else None
    if name == "auth" and working is not None and not working.holds_key:
        return "keyless", ""
    after = root is not None and PROBES.index(name) > PROBES.index(root.probe)
    if root is not None and (after or has_worked(view, name, proven) is False):
        return "blocked", root.probe
    return "unproven", ""


def _summary(view: View, name: str, status: Status, worst: Finding | None, proven: Proven, lang: str) -> str:
    """Return the summary of the line: the title of the worst finding, else what the probe saw."""
    if any(one.outcome is Outcome.CRASHED for one in view.observations(name)):
        return phrase("sum.crashed", lang)
    if worst is not None and status in (Status.FAIL, Status.WARN):
        return worst.title
    key, values = _words(view, name, status, proven)
    line = phrase(key, lang, values)
    return (
        f"{line} · {_runtime_summary(view.runtime, lang)}" if name == "settings" and view.runtime is not None else line
    )


def _runtime_summary(facts: RuntimeFacts, lang: str) -> str:
    """Return what the app's own runtime did, in a few words."""
    from diagnose.evidence.runtime_evidence import name_of

    call = facts.call
    version = facts.has(call.sdk) if call is not None else None
    key = "none" if call is None or not call.ok else "answer" if call.stage == "call" else "client"
    sdk = f"{version.name} {version.version}" if version is not None else call.sdk if call is not None else ""
    return phrase(f"sum.runtime_{key}", lang, {"detail": name_of(facts), "names": sdk})


def _words(view: View, name: str, status: Status, proven: Proven) -> tuple[str, Mapping[str, str]]:
    values = dict(values_of(view))
    failed = "_fail" if status is Status.FAIL else ""
    chain = view.chain
    if name == "settings" and chain is not None and chain.used and chain.winner is not None and not failed:
        return "sum.settings_chain", values | {"source": _place_of(chain.winner)}
    if name == "settings":
        return ("sum.settings" if values.get("key_hint") else "sum.settings_no_key") + failed, values
    if name == "door":
        door = view.door
        known = door is not None and door.match.id is not None
        if known and door is not None and door.host.local:
            return "sum.door_port", values | {"product": door.match.name or ""}
        return "sum.door" if known else "sum.door_local" if door and door.host.local else "sum.door_unknown", values
    if name == "proxy":
        proxy = view.proxy
        if proxy is not None and proxy.bypass:
            return "sum.proxy_bypass", values
        return ("sum.proxy" + failed if proxy is not None and proxy.url else "sum.proxy_none"), values
    if name == "dns":
        addresses = view.dns.addresses if view.dns is not None else ()
        values |= {"count": str(len(addresses)), "address": addresses[0].ip if addresses else ""}
        elsewhere = [one.ip for lookup in (view.dns.others if view.dns else ()) for one in lookup.addresses]
        if not failed and elsewhere and not set(elsewhere) & {one.ip for one in addresses}:
            return "sum.dns_differs", values | {"names": Listed(elsewhere[:3])}
    if name == "tcp" and view.tcp is not None and view.tcp.connected is not None:
        values |= {"address": f"{view.tcp.connected.ip}:{view.tcp.port}"}
        return ("sum.tcp_proxy" if view.tcp.via_proxy else "sum.tcp"), values
    if name == "tls":
        tls = view.tls
        values |= {
            "version": tls.version if tls else "",
            "not_after": tls.certificate.not_after[:10] if tls and tls.certificate else "",
        }
    if name == "model":
        chosen = view.chosen
        values.setdefault("model", (chosen.chosen if chosen is not None else None) or "")  # no request has used it yet
        if chosen is not None and chosen.listed:
            return "sum.model_listed", values | {"count": str(chosen.count)}
    if name == "http" and not failed and len(spoken := view.served) > 1:
        return "sum.http_protocols", values | {"names": Listed(spoken)}
    if name == "websocket" and view.websocket is not None and not view.websocket.accepted:
        return "sum.websocket_at_once", values | {"status": str(view.websocket.exchange.status)}
    deep = view.deep
    if name == "chat" and deep is not None and deep.chat is not None:
        answer = deep.chat.reading.answer
        if not failed and answer is not None and not answer.text:
            return "sum.chat_thinking", values
        if not failed and deep.chat.timing.seconds < QUICK:
            return "sum.chat_now", values
        values |= {"seconds": f"{deep.chat.timing.seconds:.2f}"}
    if name == "stream" and deep is not None and deep.stream is not None and deep.stream.reading.stream is not None:
        reading = deep.stream.reading.stream
        values |= {"count": str(reading.events), "seconds": f"{reading.first_at:.2f}"}
        if not failed and reading.first_at < QUICK:
            return "sum.stream_now", values
    return f"sum.{name}{failed}", values


def _place_of(step: CredentialStep) -> str:
    """Return the place of a credential in short: the variable, or the file with its line."""
    source = step.source
    return "" if source is None else source.variable or source.location
