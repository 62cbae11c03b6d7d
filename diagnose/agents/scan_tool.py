"""The tool `scan`: the settings of all apps, listed, or checked as far as the user permits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from diagnose import __version__
from diagnose.agents import arguments
from diagnose.agents.call_settings import strange_place
from diagnose.agents.check_tool import folder_wish, guarded_network, host_of, permitted, place_wish, secrets_sent, wish
from diagnose.agents.lent_keys import without_lent
from diagnose.agents.permissions import Permission, PermissionRequest
from diagnose.agents.prepared import Prepared, Progress
from diagnose.agents.report_summary import headline, how_to_permit, not_done, not_done_lines
from diagnose.agents.tool_result import ToolResult
from diagnose.cli.consent_question import unagreed
from diagnose.formats.json import document
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import clip, word
from diagnose.words import part, put
from probes.app_settings.scan import FoundSettings, ScanResult, find
from probes.app_settings.search import this_world
from probes.catalog import apps as clients
from probes.model.record import replace
from probes.model.settings import BadInput
from probes.run.engine import run
from probes.run.offline_checks import scrubber
from probes.run.scan_checks import check, evidence_for

if TYPE_CHECKING:
    from pathlib import Path

    from diagnose.agents.check_runner import CheckRunner
    from diagnose.agents.server_options import AgentServerOptions
    from diagnose.report import Report
    from probes.model.evidence import Evidence
    from probes.model.settings import Settings

SHOWN_HOSTS = 8  # in a question
SHOWN = 40  # settings in a short result
LISTED = "list"


def prepare(given: Mapping[str, str], options: AgentServerOptions, runner: CheckRunner) -> Prepared:
    """Find the settings. Raises BadInput for an unknown app or an invalid file."""
    folder, depth = arguments.folder(given["folder"], options.folders), given["depth"]
    apps = clients.load()
    if given["app"] and apps.get(given["app"]) is None:
        raise BadInput("There is no app with this id. The tool apps lists them.")
    only = (given["app"],) if given["app"] else ()
    result = find(this_world(options.environ, folder), options.check_options(depth), apps, only)
    full = given["detail"] == "full"
    if depth == LISTED:
        return Prepared((), partial(_listed, result, options, full))
    wishes = tuple(_wishes(result, folder, options.lang))
    return Prepared(wishes, partial(_carry_out, result, folder, wishes, options, runner, full))


def _wishes(result: ScanResult, folder: Path, lang: str) -> Iterator[PermissionRequest]:
    """Yield what checking all settings needs the user's permission for. Only what has a key is sent or billed."""
    settings = [one.settings for one in _checkable(result) if not one.settings.offline]
    for one in settings:
        place = strange_place(one)
        if place is not None and (asked := place_wish(place, one, lang)) is not None:
            yield asked
    for sign, flow in unagreed(settings, folder).items():  # the address itself may hold a secret, without any key
        yield folder_wish(sign, flow, lang)
    keyed = [one for one in settings if secrets_sent(one) or one.headers]
    if not keyed:
        return
    words: Mapping[str, str] = part(lang, "agents").SAY
    names = list(dict.fromkeys(map(host_of, keyed)))
    more = [put(words["more"], {"count": len(names) - SHOWN_HOSTS})] if len(names) > SHOWN_HOSTS else []
    hosts, count = ", ".join([*names[:SHOWN_HOSTS], *more]), str(len(keyed))
    subject = " ".join(sorted(names))
    yield wish("send_all", Permission.SEND, subject, lang, count=count, hosts=hosts)
    billed = [one for one in keyed if not one.no_spend]
    if billed:
        yield wish("spend_all", Permission.SPEND, subject, lang, count=str(len(billed)), hosts=hosts)


def _checkable(result: ScanResult) -> list[FoundSettings]:
    return [one for one in result.found if not one.beyond and one.settings.base_url is not None]


async def _listed(
    result: ScanResult,
    options: AgentServerOptions,
    full: bool,
    refused: Sequence[PermissionRequest],
    progress: Progress,
) -> ToolResult:
    return _result(result, {}, refused, options, full)


async def _carry_out(
    result: ScanResult,
    folder: Path,
    wishes: Sequence[PermissionRequest],
    options: AgentServerOptions,
    runner: CheckRunner,
    full: bool,
    refused: Sequence[PermissionRequest],
    progress: Progress,
) -> ToolResult:
    denied = [one._replace(kind=one.kind.removesuffix("_all")) for one in refused]

    def allowed(one: FoundSettings) -> FoundSettings:
        return one if one.beyond else replace(one, settings=_permitted(one.settings, folder, wishes, denied))

    found = tuple(map(allowed, result.found))
    result = replace(result, found=found)
    places = {id(one): number for number, one in enumerate(found)}
    reports: dict[int, Report] = {}

    def tell(one: FoundSettings, evidence: Evidence) -> None:
        reports[places[id(one)]] = judge(evidence, options.lang)
        progress(f"{len(reports)}/{len(found)}")

    checks = min(max(1, len(_checkable(result))), options.rate)  # a scan of many apps takes the whole minute
    await runner.work(lambda: _within(options, result, tell), checks)
    return _result(result, reports, refused, options, full)


def _permitted(
    settings: Settings, folder: Path, wishes: Sequence[PermissionRequest], refused: Sequence[PermissionRequest]
) -> Settings:
    """Return the settings without what was refused. A place that was refused keeps only its own settings offline."""
    place = strange_place(settings)
    about = [one for one in refused if one.kind != "private" or (place is not None and one.subject == place.host)]
    return replace(permitted(settings, folder, wishes, about), renamed=None)  # whose hosts are not in the question


async def _within(
    options: AgentServerOptions, result: ScanResult, tell: Callable[[FoundSettings, Evidence], None]
) -> None:
    """Check all settings within the deadline for all together; those that end later have no report.

    Those at a strange place that looks public are checked one by one, each on a network that dials no private address.
    """
    pairs = [(one, guarded_network(strange_place(one.settings), one.settings, options)) for one in _checkable(result)]
    usual = [one for one in result.found if not any(other is one and network for other, network in pairs)]

    async def guarded() -> None:
        for one, network in pairs:
            if network is not None:
                evidence = await run(one.settings, network=network, version=__version__)
                tell(one, evidence_for(evidence, one))

    try:
        async with asyncio.timeout(options.deadline):
            await asyncio.gather(check(usual, clients.load(), __version__, tell), guarded())
    except TimeoutError:
        return


def _result(
    result: ScanResult,
    reports: Mapping[int, Report],
    refused: Sequence[PermissionRequest],
    options: AgentServerOptions,
    full: bool,
) -> ToolResult:
    lang = options.lang
    words: Mapping[str, str] = part(lang, "agents").SAY
    rows = [_row(one, reports.get(number), lang) for number, one in enumerate(result.found)]
    unread = [
        {"place": one.place, "app": one.app, "why": word(lang, f"found.store.{one.storage}")} for one in result.closed
    ]
    unread += [
        {"place": one.place, "app": "", "why": word(lang, f"found.{one.reason}", form=one.form)}
        for one in result.skipped
    ]
    kept = rows if full else rows[:SHOWN]
    left = not_done(refused, lang)
    data: dict[str, Any] = {
        "settings": kept,
        "unread": unread if full else unread[:SHOWN],
        "not_done": left,
        "note": how_to_permit(left, lang),
        "reports": [document(one) for _, one in sorted(reports.items())] if full and reports else None,
    }
    lines = [put(words["found"], {"count": len(rows)})]
    lines += [_line(row, words) for row in kept]
    if len(rows) > len(kept):
        lines.append(put(words["more"], {"count": len(rows) - len(kept)}))
    lines += [put(words["unread"], one) for one in data["unread"]]
    lines += [*not_done_lines(left, lang), *filter(None, (data["note"],))]
    return without_lent(ToolResult("\n".join(lines), data), (one.settings for one in result.found), options)


def _row(found: FoundSettings, report: Report | None, lang: str) -> dict[str, Any]:
    settings, scrub = found.settings, scrubber(found.settings)
    row: dict[str, Any] = {
        "app": found.app,
        "name": scrub(found.name),
        "where": scrub(found.where),
        "protocol": settings.protocol.value,
        "base_url": scrub(settings.base_url.value) if settings.base_url else None,
        "model": scrub(settings.model.value) if settings.model else None,
        "key": settings.key.value.hint if settings.key else None,
        "key_source": scrub(str(settings.key.source)) if settings.key else None,
        "unchecked": part(lang, "agents").SAY[f"beyond.{found.beyond}"] if found.beyond else None,
    }
    if report is None:
        return row
    fix = next((fix for one in report.findings for fix in one.fixes if fix.verified), None)
    return row | {
        "verdict": report.verdict.value,
        "root_cause": report.root_cause,
        "headline": headline(report, lang),
        "fix": fix.summary if fix is not None else None,
    }


def _line(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    about = " ".join(filter(None, (row["app"], row["name"], f"({row['where']})")))
    said = f"{about}: {row['base_url'] or '-'} {row['model'] or ''} {row['key'] or words['without_key']}"
    if row["unchecked"]:
        said += f" · {row['unchecked']}"
    if "verdict" in row:
        said += f" · {row['verdict']}: {row['headline']}"
        said += f" · {words['fix']} {row['fix']}" if row["fix"] else ""
    return clip(" ".join(said.split()), 400)
