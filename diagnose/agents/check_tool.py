"""The tool `check`: one target, as far as the user permits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from diagnose.agents import arguments
from diagnose.agents.address_guard import GuardedNetwork
from diagnose.agents.call_settings import AgentCall, CalledSettings, StrangePlace, settings_of, strange_place
from diagnose.agents.lent_keys import without_lent
from diagnose.agents.permissions import Permission, PermissionRequest
from diagnose.agents.prepared import Prepared, Progress
from diagnose.agents.report_summary import result_of
from diagnose.agents.tool_result import ToolResult
from diagnose.cli.consent_question import flow_line, granted, unagreed
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import source_text, word
from diagnose.words import part, put
from probes.model.credential import StepStatus
from probes.model.record import replace
from probes.model.source import SourceKind
from probes.network.network import Network
from probes.run.offline_checks import scrubber
from probes.run.plan import plan
from probes.settings.address_readings import readings
from probes.settings.consent import chain_key

if TYPE_CHECKING:
    from pathlib import Path

    from diagnose.agents.check_runner import CheckRunner
    from diagnose.agents.server_options import AgentServerOptions
    from probes.model.evidence import Observation
    from probes.model.secret import Secret
    from probes.model.settings import Flow, Settings, Sourced
    from probes.model.source import Source


def prepare(given: Mapping[str, str], options: AgentServerOptions, runner: CheckRunner) -> Prepared:
    """Read the arguments of a call and the settings that they name. Raises BadInput for what cannot be checked."""
    folder = arguments.folder(given["folder"], options.folders)
    found = settings_of(call_of(given, options), options.environ, folder, options.check_options(given["depth"]))
    base = found.settings.base_url
    if base is None or not readings(base.value, found.settings):  # it leads nowhere, so there is nothing to permit
        found = replace(found, settings=replace(found.settings, offline=True))
    wishes = tuple(wishes_of(found, folder, options.lang))
    return Prepared(wishes, partial(_carry_out, found, folder, wishes, options, runner, given["detail"] == "full"))


def call_of(given: Mapping[str, str], options: AgentServerOptions) -> AgentCall:
    """Return what the arguments name, as far as agents may name it. Raises BadInput for other variables and files."""
    file = arguments.key_file(given["key_file"], options.key_files) if given["key_file"] else ""
    return AgentCall(
        target=given.get("target", ""),
        app=given["app"],
        model=given.get("model", ""),
        protocol="" if given.get("protocol", "auto") == "auto" else given["protocol"],
        key_env=arguments.variable(given["key_env"], options.key_variables) if given["key_env"] else "",
        key_file=str(file),
    )


# -- permissions -------------------------------------------------------------------------------------------------------


def wishes_of(found: CalledSettings, folder: Path, lang: str) -> list[PermissionRequest]:
    """Return what a check of these settings needs the user's permission for, in the order of the question."""
    settings = found.settings
    if settings.offline or settings.base_url is None:
        return []
    host = host_of(settings)
    wishes = []
    if found.strange is not None and (strange := place_wish(found.strange, settings, lang)) is not None:
        wishes.append(strange)
    wishes += [_elsewhere(flow, lang) for flow in found.flows]
    wishes += [folder_wish(sign, flow, lang) for sign, flow in unagreed([settings], folder).items()]
    secrets = _secrets(settings, lang)
    elsewhere = {source_text(flow.secret, lang) for flow in found.flows}
    if at_home := [one for one in secrets if one not in elsewhere]:
        named = ", ".join(at_home)
        wishes.append(wish("send", Permission.SEND, f"{named} {host}", lang, secret=named, host=host))
    if secrets and not settings.no_spend:
        planned = plan(settings)
        spend = wish("spend", Permission.SPEND, host, lang, host=host)
        if planned is not None and planned.tokens:
            most = put(part(lang, "agents").SAY["most_tokens"], {"tokens": planned.tokens})
            spend = spend._replace(question=spend.question + most)
        wishes.append(spend)
    if settings.renamed is not None:  # what variables with a misspelled name lead to is tried too
        trial = settings.renamed
        wishes += wishes_of(CalledSettings(trial, strange=strange_place(trial)), folder, lang)
    return list({one.question: one for one in wishes}.values())


def place_wish(place: StrangePlace, settings: Settings, lang: str) -> PermissionRequest | None:
    """Return the wish to connect to a place that the user's settings do not name.

    None for a public host that a file of the folder names, since it gets no secret of the user's without another wish.
    """
    host = scrubber(settings)(place.host)
    if place.local:
        return wish("private", Permission.PRIVATE, place.host, lang, host=host)
    by_agent = place.named_by.kind is SourceKind.AGENT
    return wish("connect", Permission.CONNECT, place.host, lang, host=host) if by_agent else None


def guarded_network(place: StrangePlace | None, settings: Settings, options: AgentServerOptions) -> Network | None:
    """Return a network that dials no private address, for a strange place that looks public; else None."""
    if place is None or place.local or settings.offline or Permission.PRIVATE in options.allowed:
        return None
    planned = plan(settings)
    proxy = next(iter(readings(planned.proxy)), None) if planned is not None and planned.proxy else None
    return GuardedNetwork(proxy.host if proxy is not None else None)


def wish(kind: str, permission: Permission | None, subject: str, lang: str, **values: str) -> PermissionRequest:
    """Return a wish with its line of the question."""
    return PermissionRequest(kind, permission, subject, put(part(lang, "agents").SAY[f"wish.{kind}"], values))


def _elsewhere(flow: Flow, lang: str) -> PermissionRequest:
    secret = source_text(flow.secret, lang)
    return wish("elsewhere", None, f"{flow.secret} {flow.place or flow.host}", lang, secret=secret, host=flow.host)


def folder_wish(sign: str, flow: Flow, lang: str) -> PermissionRequest:
    """Return the wish to send a secret where a file of the folder leads it. ``sign`` is the mark of the flow."""
    return wish("folder", None, sign, lang, flow=flow_line(flow, lang))


def secrets_sent(settings: Settings) -> list[Source]:
    """Return the places of the key, or of what the credential of a chain is made of, and of other secrets sent."""
    given = settings.key or _credential_of(settings)
    found = [given.source] if given is not None else []
    return [*found, *(one.value.source for one in settings.headers if not one.flaw and one.value.value)]


def _credential_of(settings: Settings) -> Sourced[Secret] | None:
    """Return the credential of a chain, if one can be obtained at all."""
    won = settings.credential.chain.winner if settings.credential is not None else None
    possible = won is not None and won.status in (StepStatus.WINS, StepStatus.NOT_ASKED)
    return chain_key(settings) if possible else None


def _secrets(settings: Settings, lang: str) -> list[str]:
    return list(dict.fromkeys(source_text(one, lang) for one in secrets_sent(settings)))


def host_of(settings: Settings) -> str:
    """Return scheme, host and port of the base URL for people, without any secret; the text itself if it has none."""
    assert settings.base_url is not None
    read = readings(settings.base_url.value, settings)
    hosts = dict.fromkeys(f"{one.scheme}://{one.host}" + _port(one.scheme, one.port) for one in read)
    return scrubber(settings)(" or ".join(hosts) or settings.base_url.value[:80])


def _port(scheme: str, port: int) -> str:
    return "" if port == {"http": 80, "https": 443}.get(scheme) else f":{port}"


# -- the check ---------------------------------------------------------------------------------------------------------


async def _carry_out(
    found: CalledSettings,
    folder: Path,
    wishes: Sequence[PermissionRequest],
    options: AgentServerOptions,
    runner: CheckRunner,
    full: bool,
    refused: Sequence[PermissionRequest],
    progress: Progress,
) -> ToolResult:
    settings = permitted(found.settings, folder, wishes, refused)
    network = guarded_network(found.strange, settings, options)

    def watch(seen: Observation) -> None:
        progress(word(options.lang, f"probe.{seen.probe}"))

    evidence = await runner.check(settings, network, watch)
    left = list(refused)
    if found.strange is not None and isinstance(network, GuardedNetwork) and network.refused:
        reason = part(options.lang, "agents").SAY["private_refused"]
        left.append(PermissionRequest("private", Permission.PRIVATE, found.strange.host, reason))
    result = result_of(judge(evidence, options.lang), left, options.lang, full=full)
    return without_lent(result, (found.settings,), options)


def permitted(
    settings: Settings, folder: Path, wishes: Sequence[PermissionRequest], refused: Sequence[PermissionRequest]
) -> Settings:
    """Return the settings without what was refused of the ``wishes``.

    A secret that a folder's file leads somewhere is sent only if each of its flows was a wish and was not refused;
    otherwise it stays withheld, and the report says so. Without the permission to spend, no billed request is made;
    without any other one nothing leaves this machine. What variables with a misspelled name lead to is tried only if
    nothing was refused.
    """
    kinds = {one.kind for one in refused}
    marks = {one.subject for one in wishes if one.kind == "folder" and one not in refused}

    def with_consent(given: Settings) -> Settings:
        return granted(given) if unagreed([given], folder).keys() <= marks else given

    trial = None if refused or settings.renamed is None else with_consent(settings.renamed)
    settings = replace(with_consent(settings), renamed=trial)
    if kinds & {"connect", "private", "elsewhere", "send"}:
        return replace(settings, offline=True)
    return replace(settings, no_spend=True) if "spend" in kinds else settings
