"""Parts of a report that several formats share: exit status, lines of settings, costs, proven facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diagnose.report import Finding, Report
    from probes.model.client_run import ClientRun
from diagnose.rendering.outlet import plain
from diagnose.words import part
from probes.model.source import Source


def exit_status(report: Report, strict: bool = False) -> int:
    """Return the program's exit status for a report.

    0: nothing is wrong; 1: something is wrong, with ``strict`` also a warning; 3: inconclusive; 130: interrupted. What
    the user told the run not to ask makes it inconclusive only if ``strict``.
    """
    if report.interrupted:
        return 130
    unasked = 0 if report.open_by_choice and not strict else 3
    return {"healthy": 0, "degraded": 1 if strict else 0, "broken": 1, "inconclusive": unasked}[report.verdict]


def word(lang: str, key: str, **values: object) -> str:
    """Return the interface text for ``key``, filled in.

    A key without a text, such as a probe of a later version, gives its last part: ``probe.new_probe`` → ``new probe``.
    """
    from diagnose import words

    try:
        return words.phrase(key, lang, {name: plain(value) for name, value in values.items()})
    except KeyError:
        return key.rpartition(".")[2].replace("_", " ")


def clip(text: str, limit: int) -> str:
    """Shorten ``text`` to ``limit`` characters; an ellipsis replaces the rest."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def duration(milliseconds: float) -> str:
    """Format milliseconds for people: ``<1 ms``, ``37 ms``, ``1.42 s``, ``61 s``."""
    if milliseconds < 1:
        return "<1 ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.0f} s"


def source_text(source: object, lang: str) -> str:
    """Return the source of a value in words, with its kind in the reader's language; empty if it is not a Source."""
    if not isinstance(source, Source):
        return ""
    key = f"source.{source.kind}"
    return source.text(word(lang, key) if key in part(lang, "interface").UI else "")


def settings_lines(settings: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of settings that worked, in reading order; never the key itself."""
    for name in ("protocol", "base_url", "api_version", "model", "auth", "stream", "key", "key_source", "headers"):
        if (value := settings.get(name)) is not None:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            yield name, str(value).lower() if isinstance(value, bool) else plain(shown)


def variable_lines(settings: Mapping[str, object]) -> list[str]:
    """Return the variables that the protocol's SDK reads, as ``OPENAI_BASE_URL=https://…``."""
    from diagnose.evidence.client_urls import sdk_variable

    found = (
        (sdk_variable(str(settings.get("protocol")), role), settings.get(role)) for role in ("base_url", "api_version")
    )
    return [f"{name}={plain(value)}" for name, value in found if name and value]


def folded(report: Report) -> list[tuple[Finding, list[Finding]]]:
    """Group the findings: each one that no other explains, with all that follow from it directly or indirectly.

    The root cause comes first. If findings explain each other in a circle, the first of them leads the group.
    """
    by_code = {finding.code: finding for finding in reversed(report.findings)}
    groups: dict[str, tuple[Finding, list[Finding]]] = {}
    for finding in report.findings:
        top, seen = finding, {finding.code}
        while top.caused_by in by_code and top.caused_by not in seen:
            seen.add(top.caused_by)
            top = by_code[top.caused_by]
        if top.caused_by in seen:
            top = next(found for found in report.findings if found.code in seen)
        group = groups.setdefault(top.code, (top, []))
        if finding is not group[0]:
            group[1].append(finding)
    return sorted(groups.values(), key=lambda group: group[0].code != report.root_cause)


def advice(finding: Finding) -> tuple[str, ...]:
    """Return what to do, without duplicates: first the summaries of the fixes, then the steps."""
    return tuple(dict.fromkeys([*(fix.summary for fix in finding.fixes), *finding.steps]))


def cost_line(report: Report, lang: str) -> str:
    """Return the cost of the run in one line: requests, billed requests, tokens, duration."""
    cost = report.cost
    text = word(
        lang,
        "cost",
        requests=cost.get("requests", 0),
        billed=cost.get("billed_requests", 0),
        tokens=tokens(report),
    )
    return text + word(lang, "pause") + duration(report.duration_ms)


def short_cost(report: Report, lang: str, timed: bool = True) -> str:
    """Return ``14 requests, 33 tokens, 0.3 s``; ``timed=False`` leaves the time out."""
    count, used = report.cost.get("requests", 0), tokens(report)
    parts = [word(lang, "cost.request") if count == 1 else word(lang, "cost.requests", count=count)]
    parts += [word(lang, "cost.tokens", count=used)] if used else []
    parts += [f"{report.duration_ms / 1000:.1f} s"] if timed and report.duration_ms >= 50 else []
    return word(lang, "pause").join(parts)


def tokens(report: Report) -> int:
    """Return the number of tokens in prompts and answers together."""
    return report.cost.get("prompt_tokens", 0) + report.cost.get("completion_tokens", 0)


def other_base_urls(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    """Yield ``elsewhere`` with a line for each other base URL, which names the clients that need it."""
    groups: dict[str | None, list[str]] = {}
    for client in report.clients:
        if client.told:
            groups.setdefault(client.base_url, []).append(client.name)
    for base_url, names in groups.items():
        clients = word(lang, "comma").join(names)
        key = "elsewhere.impossible" if base_url is None else "elsewhere.other"
        yield "elsewhere", word(lang, key, clients=clients, base_url=base_url or "")


def optional_results(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    """Yield what only some runs have, a label and its text: credit left, `--slo`, `--retries`."""
    balance = _observed(report, "door").get("balance")
    if isinstance(balance, Mapping):
        yield word(lang, "balance_left"), " ".join(filter(None, (balance["amount"], balance["currency"])))
    if report.client is not None:
        yield client_result(report.client, lang)
    if report.slos:
        pairs = []
        for one in report.slos:
            measured = word(lang, "unmeasured") if one.measured is None else amount(one.measured)
            pairs.append(f"{one.name} {measured} ({'≥' if one.name == 'cert' else '≤'} {amount(one.limit)})")
        yield word(lang, "limits"), word(lang, "comma").join(pairs)
    own = report.client_request
    if own is not None and own.result not in ("refused", "unanswered"):  # of these the finding above speaks
        named = f"{own.name} {own.version}".rstrip()
        yield word(lang, "as_client"), word(lang, f"as_client.{own.result}", app=named)
    if report.tries:
        failed = sum(1 for one in report.tries if one.verdict == "broken")
        yield word(lang, "tries"), word(lang, "tried_often", count=len(report.tries), failed=failed)


def client_result(run: ClientRun, lang: str) -> tuple[str, str]:
    """Return the label and the text of the app's own run (`--run-client`)."""
    from diagnose.words import part, put

    words: dict[str, str] = part(lang, "client_run").CLIENT
    label = put(words["label"], {"name": run.name or run.app})
    if run.not_run is not None:
        because = source_text(run.because, lang) if run.because is not None else ""
        key = "unfinished" if run.not_run == "interrupted" else "unrun"
        return label, put(words[key], {"why": put(words[f"why.{run.not_run}"], {"source": because})})
    key = {"exited": "failed"}.get(str(run.end), str(run.end))
    if run.answered:
        key = "answered_recorded" if run.through_recorder else "answered"
    said = run.said.partition("\n")[0]
    values = {"seconds": f"{run.seconds:.1f}", "status": run.status, "said": said}
    text = put(words[key], {**values, "count": len(run.requests)})
    quoted = said and not run.answered and key != "not_started"
    return label, put(words["said"], {"result": text, "said": clip(said, SAID)}) if quoted else text


SAID = 120  # characters of the app's own words in one line


def _observed(report: Report, probe: str) -> Mapping[str, Any]:
    return next((one.observed for one in report.probes if one.name == probe), {})


def rate_limits(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    """Yield the rate limits of the last answer that named any, a label and its text. Only full reports show them."""
    named = (_observed(report, name).get("rate_limits") for name in ("stream", "chat", "model", "auth"))
    limits = next((one for one in named if isinstance(one, Mapping)), None)
    if limits is not None:
        shown = (f"{name} {value}" for name, value in sorted(limits.items())[:_LIMITS])
        yield word(lang, "rate_limits"), word(lang, "comma").join(shown)


_LIMITS = 8  # headers that are shown to people; programs get them all


def amount(seconds: float) -> str:
    """Format seconds of a limit or a measurement: ``340 ms``, ``2.10 s``, ``20.5 d``."""
    return f"{seconds / 86400:.4g} d" if abs(seconds) >= 86400 else duration(seconds * 1000)


def vantage(report: Report, lang: str) -> str:
    """Describe in one line where the run was made: machine or container, proxy, certificates."""
    seen = report.vantage
    trust = seen.get("trust") or "system"
    return word(
        lang,
        "vantage",
        place=word(lang, "vantage.container" if seen.get("container") else "vantage.machine"),
        proxy=word(lang, "vantage.proxy", proxy=seen["proxy"]) if seen.get("proxy") else word(lang, "vantage.no_proxy"),
        trust=word(lang, f"vantage.{trust}")
        if trust in ("system", "certifi")
        else word(lang, "vantage.file", path=trust),
    )
