"""Start a wrong world: the servers, the network between, the settings that a user has, and the same world for the SDKs."""

from __future__ import annotations

import asyncio
import atexit
import errno
import json
import logging
import os
import random
import re
import socket
import ssl
import string
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from checkout import DAY
from probes.api.attempt_round import AttemptRound
from probes.api.round_runner import RoundRunner
from probes.catalog.apps import load as load_apps
from probes.catalog.node_runtime import runs
from probes.catalog.sdk_variables import headers_of, variables_of
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority
from probes.demo_server.server import Handler, PracticeDoor, Step, closed_port
from probes.model.attempt import Attempt
from probes.model.evidence import Evidence, Observation
from probes.model.facts import Address, Lookup
from probes.model.failure import Kind
from probes.model.planned_request import Plan
from probes.model.record import Record, replace
from probes.model.runtime_facts import PYTHON, RuntimeTarget
from probes.model.secret import Secret, public_prefix
from probes.model.settings import (
    Conflict,
    ConnectTo,
    ExtraHeader,
    Limits,
    NodeSettings,
    Override,
    ProxySettings,
    Settings,
    Sourced,
)
from probes.model.source import Source, environment_variable, option
from probes.network.failures import NetError
from probes.network.network import Network
from probes.run.engine import run
from probes.run.plan import plan
from probes.settings.environment import Variables
from probes.settings.extra_headers import merged, of_options, of_variables, secret_part

RELAY = "https://relay.example/v1"
LOCAL = "http://127.0.0.1:{port}/v1"
AGREES = "agrees"
PATIENT = Limits(probe=5.0, run=20.0)
HASTY = Limits(probe=0.5, run=5.0)  # for worlds that run into a limit

ALNUM = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits
_HEX = "0123456789abcdef"

# Shapes of keys: published prefix, length and letters of the body, suffix (facts/keyshapes.md).
SHAPES: dict[str, tuple[str, int, str, str]] = {
    "relay": ("sk-", 48, ALNUM, ""),
    "openai": ("sk-proj-", 74, ALNUM, "T3BlbkFJ"),
    "anthropic": ("sk-ant-api03-", 93, ALNUM, "AA"),
    "anthropic-oauth": ("sk-ant-oat01-", 93, ALNUM, "AA"),
    "anthropic-admin": ("sk-ant-admin01-", 93, ALNUM, "AA"),
    "openai-admin": ("sk-admin-", 74, ALNUM, "T3BlbkFJ"),
    "openrouter": ("sk-or-v1-", 64, _HEX, ""),
    "groq": ("gsk_", 52, ALNUM, ""),
    "groq-cut": ("gsk_", 24, ALNUM, ""),
    "xai": ("xai-", 80, ALNUM, ""),
    "gemini": ("AIza", 35, ALNUM, ""),  # of the kind that is refused since June 2026
    "gemini-new": ("AQ.Ab8RN6", 44, ALNUM, ""),
    "deepseek": ("sk-", 32, _HEX, ""),
    "zhipu": ("", 32, _HEX, "."),
    "kimi": ("sk-kimi-", 48, ALNUM, ""),
    "sp": ("sk-sp-", 40, ALNUM, ""),
    "minimax": ("sk-api-", 119, ALNUM, ""),
    "xiaomi-plan": ("tp-", 40, ALNUM, ""),
    "mistral": ("", 32, ALNUM, ""),
    "hex32": ("", 32, _HEX, ""),
    "nvidia": ("nvapi-", 64, ALNUM, ""),
    "huggingface": ("hf_", 34, ALNUM, ""),
    "perplexity": ("pplx-", 48, ALNUM, ""),
    "siliconflow": ("sk-", 48, string.ascii_lowercase, ""),
    "uuid": ("", 36, _HEX + "-", ""),
    "bedrock": ("ABSK", 124, ALNUM, ""),
}


_DICE = random.Random()  # seeded with each world's name, so that its keys are the same in every run


def made_up(shape: str) -> str:
    """Make a key of this shape that nobody has issued."""
    head, length, letters, tail = SHAPES[shape]

    def some(count: int) -> str:
        return "".join(_DICE.choice(letters) for _ in range(count))

    if shape == "uuid":
        digits = "".join(_DICE.choice(_HEX) for _ in range(32))
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    if tail == "T3BlbkFJ":
        return head + some(length) + tail + some(length)
    if tail == ".":
        return head + some(length) + tail + "".join(_DICE.choice(ALNUM) for _ in range(16))
    return head + some(length) + tail


_KEY, _BASE_URL = environment_variable("OPENAI_API_KEY"), environment_variable("OPENAI_BASE_URL")


class Roads(Record):
    """The network of a world: names with their addresses (or how the lookup fails), and addresses with how connecting
    fails.

    An address that is not in ``fates`` leads to the practice door.
    """

    names: Mapping[str, tuple[str, ...] | Kind] = MappingProxyType({})
    fates: Mapping[str, Kind] = MappingProxyType({})
    servers: Mapping[str, str] = MappingProxyType({})  # the answer of each of the system's name servers
    others: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # addresses by the name servers of --dns-server


class Scenario(Record):
    """One row of the table: settings, the world that they meet, and the required report.

    ``world`` makes the door's handler from the correct key; ``typed`` is what the user made of that key (None: no key
    is given). ``{port}`` in ``base_url`` is the door's own, on plain loopback; any other host is led there by
    connect-to, by ``roads`` or by the ``proxy``. ``beyond`` makes the handler of a second, foreign server from the key
    and that server's URL; it must never see the key.

    ``root`` is the root cause (None: no error), ``also`` further findings that must be reported, ``never`` findings
    that must not; with ``root`` None no finding except ``also`` may be reported. ``verdict`` defaults to broken with a
    root, degraded with ``also`` alone, otherwise healthy. ``proven`` and ``settings`` are compared only in the names
    that they contain. ``unsent``: not even the configured server may see the key. ``says``: what the English words of
    the root cause, its evidence included, must contain; those of the first finding if there is no root. ``first``
    is what its first fix or its first step must contain.

    ``sdk`` is ``agrees`` if the newest official SDK fails exactly when the verdict is broken; otherwise it says why the
    two differ on purpose. ``source`` is the id of the real report that the world reproduces.
    """

    name: str
    root: str | None = None
    world: Callable[[str], Handler] = b.openai
    base_url: str = RELAY
    protocol: str = "openai"
    model: str | None = answers.MODELS[0]
    shape: str = "relay"
    typed: Callable[[str], str | None] = str
    app: str | None = None
    websocket: Sourced[bool] | None = None  # as the app's files say
    auth_variable: str | None = None
    api_version: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    override: Override | None = None
    variables: Mapping[str, str] = MappingProxyType({})  # the user's, from which the client takes headers
    headers: tuple[str, ...] = ()  # --header
    key_source: Source = _KEY
    url_source: Source = _BASE_URL
    host: str = ""  # for the certificate, if the base URL is too odd to contain it
    certificate: str | None = None  # None: a good one for https; "": none
    authority: tuple[str, ...] = ("Practice Root CA", "Practice")  # name, organization, the extension that it lacks
    mutual: str = ""  # the newest TLS version of a server that wants a certificate of the client's
    trusted: bool = True
    roots: str = ""  # a variable ("": the app's, else SSL_CERT_FILE) or a file
    node: NodeSettings = NodeSettings()
    connect: tuple[Step, ...] | None = None
    listening: bool = True
    roads: Roads | None = None
    beyond: Callable[[str, str], Handler] | None = None
    proxy: Callable[[int], Handler] | None = None
    front: Callable[[int], tuple[Step, ...]] | None = None  # a proxy that does not speak HTTP
    proxies: tuple[tuple[str, str], ...] = ()  # (http, https, all or no_proxy; value with {proxy}, {closed}, {port})
    runtime: Mapping[str, Any] | None = None  # what the app's own Python reports about itself (--runtime)
    limits: Limits = PATIENT
    no_spend: bool = False
    offline: bool = False
    send_anyway: bool = False
    listen: str = "127.0.0.1"
    started_at: str = ""  # the machine's clock, if it is wrong
    verdict: str = ""
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    proven: Mapping[str, bool | None] = MappingProxyType({})
    settings: Mapping[str, object] | None = None
    unsent: bool = False
    says: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    sdk: str = AGREES
    source: str = ""

    __eq__ = object.__eq__  # two rows are never the same
    __hash__ = object.__hash__

    @property
    def wanted(self) -> str:
        """The required verdict."""
        return self.verdict or ("broken" if self.root else "degraded" if self.also else "healthy")


@dataclass(slots=True)
class Stage:
    """A running scenario."""

    scenario: Scenario
    settings: Settings
    network: Network | None
    key: str  # the correct one
    port: int
    door: PracticeDoor | None
    foreign: PracticeDoor | None
    front: PracticeDoor | None  # the proxy
    environment: dict[str, str]  # what an SDK in this place would see


_KEPT = ExitStack()
atexit.register(_KEPT.close)


@cache
def _signer(*authority: str) -> Authority:
    folder = _KEPT.enter_context(tempfile.TemporaryDirectory(prefix="llmdoctor-"))
    return Authority(Path(folder), *authority)


@cache
def _server_context(authority: tuple[str, ...], kind: str, host: str, mutual: str) -> Any:
    signer = _signer(*authority)
    context = signer.context(kind, *((host,) if host else ()))
    if mutual:
        context.maximum_version = ssl.TLSVersion[mutual]
        context.load_verify_locations(signer.ca_pem)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def host_of(base_url: str) -> str:
    """Return the host in a base URL, however carelessly the URL is written."""
    authority = r"(?:[^/?#@]*@)?(\[[0-9a-fA-F:.]+\]|[\w.-]+)"
    text = base_url.strip(" \t\r\n\"'")
    found = re.search(f"//{authority}", text) or re.match(authority, text)
    return found[1].strip("[]") if found else ""


def _keys(scenario: Scenario) -> tuple[str, str | None, tuple[Conflict, ...]]:
    """Return the correct key, what the user made of it, and the conflicts with their keys filled in."""
    _DICE.seed(scenario.name)
    key = made_up(scenario.shape)
    return key, scenario.typed(key), tuple(_found(conflict, key) for conflict in scenario.conflicts)


def keys_of(scenario: Scenario) -> tuple[str, ...]:
    """Return all secrets of a world: the correct key first, then the given one, then those of its conflicts."""
    key, typed, conflicts = _keys(scenario)
    conflicting = [one.value.reveal() for one in conflicts if isinstance(one.value, Secret)]
    sent = [part for one in extra_headers_of(scenario) if (part := secret_part(one.value.value.reveal()))]
    return (key, *([typed] if typed is not None else []), *conflicting, *sent)


def extra_headers_of(scenario: Scenario) -> tuple[ExtraHeader, ...]:
    """Return the headers that the client of a world takes from its variables, and those of ``--header``."""
    if not scenario.variables:
        return of_options(scenario.headers)
    family = variables_of(scenario.protocol)
    app = load_apps().get(scenario.app)
    if app is not None and (wire := app.wire(scenario.protocol)) is not None:
        family = replace(family, **headers_of(app, wire))
    found = {name: Sourced(value, environment_variable(name)) for name, value in scenario.variables.items()}
    return merged(of_variables(Variables([("environment", found)]), family), of_options(scenario.headers))


@contextmanager
def stage(scenario: Scenario) -> Iterator[Stage]:
    """Start the servers of a scenario and prepare the settings that lead to them."""
    one = scenario
    key, typed, conflicts = _keys(one)
    certificate = one.certificate
    if certificate is None:
        certificate = "good" if one.base_url.strip().startswith("https:") else ""
    host = one.host or host_of(one.base_url.replace("{port}", "0"))
    with ExitStack() as stack:
        tls = _server_context(one.authority, certificate, host, one.mutual) if certificate else None
        bundle = str(_signer(*one.authority).ca_pem) if certificate and one.trusted else None
        bundle = one.roots if one.roots.startswith("/") else bundle
        foreign = stack.enter_context(PracticeDoor(b.openai())) if one.beyond else None
        world = one.beyond(key, foreign.url) if one.beyond and foreign else one.world(key)
        door = None
        if one.listening:
            door = stack.enter_context(PracticeDoor(world, tls=tls, connect=one.connect, host=one.listen))
        port = door.port if door else stack.enter_context(closed_port())
        front = None
        if one.proxy or one.front:
            handler, steps = (one.proxy(port) if one.proxy else None), (one.front(port) if one.front else None)
            front = stack.enter_context(PracticeDoor(handler, connect=steps))
        marks = {"port": str(port), "proxy": front.url if front else "", "front": str(front.port) if front else ""}
        if any("{closed}" in value for _, value in one.proxies):
            marks["closed"] = str(stack.enter_context(closed_port()))
        values = dict(one.proxies) or ({"http": "{proxy}", "https": "{proxy}"} if front else {})
        found = {name: _filled(value, marks) for name, value in values.items()}
        direct = "{port}" in one.base_url or one.roads is not None or bool(found)
        yield Stage(
            one,
            Settings(
                base_url=Sourced(one.base_url.replace("{port}", str(port)), one.url_source),
                key=Sourced(Secret(typed), one.key_source) if typed is not None else None,
                model=Sourced(one.model, option("--model")) if one.model is not None else None,
                protocol=Sourced(one.protocol, option("--protocol")),
                app=one.app,
                websocket=one.websocket,
                auth_variable=one.auth_variable,
                api_version=Sourced(one.api_version, environment_variable("OPENAI_API_VERSION"))
                if one.api_version
                else None,
                conflicts=conflicts,
                override=one.override,
                headers=extra_headers_of(one),
                searched=("environment OPENAI_API_KEY", ".env"),
                proxies=ProxySettings(
                    **{name: Sourced(value, environment_variable(_variable(name))) for name, value in found.items()}
                ),
                connect_to=() if direct else (ConnectTo("", 0, one.listen, port),),
                dns_servers=tuple(one.roads.others) if one.roads is not None else (),
                ca_bundle=Sourced(bundle, environment_variable("SSL_CERT_FILE")) if bundle else None,
                node=replace(one.node, extra_ca=bundle or "") if runs(one.app) and not one.roots else one.node,
                runtime=stack.enter_context(made_up_python(one.runtime)) if one.runtime is not None else None,
                no_spend=one.no_spend,
                offline=one.offline,
                send_anyway=one.send_anyway,
                limits=one.limits,
            ),
            Simulated(one.roads, port, front.port if front else None)
            if one.roads is not None
            else Walled()
            if found
            else None,
            key,
            port,
            door,
            foreign,
            front,
            {
                **one.variables,
                **({"SSL_CERT_FILE": bundle} if bundle else {}),
                **{_variable(name): value for name, value in found.items()},
            },
        )


@contextmanager
def made_up_python(report: Mapping[str, Any]) -> Iterator[RuntimeTarget]:
    """Make a program that takes the place of an app's Python: it reads the request and reports what it is told to."""
    with tempfile.TemporaryDirectory(prefix="llmdoctor-") as folder:
        program = Path(folder, "python")
        program.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            f"print(json.loads(sys.stdin.readline())['mark'] + {json.dumps(json.dumps(report))})\n",
            "utf-8",
        )
        program.chmod(0o700)
        yield RuntimeTarget(PYTHON, str(program), folder, ".venv/bin/python", option("--runtime"))


def _found(conflict: Conflict, key: str) -> Conflict:
    """Replace ``{key}`` in a conflict by the correct key."""
    right = isinstance(conflict.value, Secret) and conflict.value.reveal() == "{key}"
    return replace(conflict, value=Secret(key)) if right else conflict


def _variable(name: str) -> str:
    return (name if name == "no_proxy" else f"{name}_proxy").upper()


def _filled(value: str, marks: Mapping[str, str]) -> str:
    for name, text in marks.items():
        value = value.replace(f"{{{name}}}", text)
    return value


# -- network -----------------------------------------------------------------------------------------------------------

_GAI = {Kind.NAME_UNKNOWN: socket.EAI_NONAME, Kind.NAME_FAILED: socket.EAI_AGAIN}
_ERRNO = {
    Kind.REFUSED: errno.ECONNREFUSED,
    Kind.UNREACHABLE: errno.EHOSTUNREACH,
    Kind.RESET: errno.ECONNRESET,
    Kind.DENIED: errno.EACCES,
    Kind.TIMEOUT: errno.ETIMEDOUT,
}


class Simulated(Network):
    """A network whose names and addresses behave as a scenario's roads say."""

    def __init__(self, roads: Roads, port: int, kept: int | None = None) -> None:
        self.roads = roads
        self.port = port
        self.kept = kept  # the proxy's own port, which is never redirected

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        found = self.roads.names.get(host, Kind.NAME_UNKNOWN)
        if found is Kind.TIMEOUT:
            await asyncio.sleep(3600)
        if isinstance(found, Kind):
            raise NetError(found, "simulated")
        return tuple(Address("ipv6" if ":" in ip else "ipv4", ip) for ip in found)

    def name_servers(self) -> tuple[str, ...]:
        return tuple(self.roads.servers)

    async def ask_server(self, server: str, host: str, seconds: float) -> Lookup:
        found = tuple(Address("ipv6" if ":" in ip else "ipv4", ip) for ip in self.roads.others.get(server, ()))
        return Lookup(server, "addresses" if found else self.roads.servers.get(server, "silent"), found)

    async def dial(self, address: Address, port: int) -> socket.socket:
        fate = self.roads.fates.get(address.ip)
        if fate is Kind.TIMEOUT:
            await asyncio.sleep(3600)
        if fate is not None:
            raise NetError(fate, "simulated")
        return await super().dial(Address("ipv4", "127.0.0.1"), port if port == self.kept else self.port)


class Walled(Network):
    """A network without a name service: only the proxy reaches anything beyond this machine."""

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        if host == "localhost":
            return (Address("ipv4", "127.0.0.1"),)
        raise NetError(Kind.NAME_UNKNOWN, "simulated")

    def name_servers(self) -> tuple[str, ...]:
        return ()


def rerouted(stage: Stage) -> Callable[..., socket.socket]:
    """Return a ``socket.create_connection`` for the scenario's world, for clients that are not ours."""
    roads, real = stage.scenario.roads, socket.create_connection

    def create_connection(where: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        host, port = where
        if not 0 <= port < 1 << 16:
            raise OverflowError("port must be 0-65535.")  # as socket.getaddrinfo and connect do
        if stage.front is not None and port == stage.front.port:
            return real((host, port), *args, **more)
        if host in ("127.0.0.1", "0.0.0.0", "localhost", "::1", stage.scenario.listen) and roads is None:
            return real((host, port), *args, **more)
        if stage.settings.connect_to:
            return real((stage.scenario.listen, stage.port), *args, **more)
        if roads is None:
            _no_name(Kind.NAME_UNKNOWN)
        literal = ":" in host or host.replace(".", "").isdigit()
        found = (host,) if literal else roads.names.get(host, Kind.NAME_UNKNOWN)
        if isinstance(found, Kind):
            _no_name(found)
        fates = [roads.fates.get(ip) for ip in found]
        if None in fates:
            return real(("127.0.0.1", stage.port), *args, **more)
        number = _ERRNO[next(fate for fate in fates if fate is not None)]
        raise OSError(number, os.strerror(number))

    return create_connection


def _no_name(kind: Kind) -> NoReturn:
    raise socket.gaierror(_GAI.get(kind, socket.EAI_FAIL), "simulated")


# -- our own check -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Seen:
    """The results of one run, and everything that was sent and logged."""

    evidence: Evidence
    keys: tuple[str, ...]  # the correct one, what was made of it, and those of the conflicts
    log: str
    at_door: list[bytes]  # requests as raw bytes, to be searched
    at_foreign: list[bytes]
    at_proxy: list[bytes]
    requests: int  # as counted by the door
    plan: Plan | None  # what `--plan` said before the run
    first: tuple[Observation, ...]  # of the first round of requests


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}")


@cache
def examine(scenario: Scenario) -> Seen:
    """Run the check against the scenario once; every test shares the result."""
    keeper, root = _Keeper(), logging.getLogger()
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        with stage(scenario) as set_up, first_round_kept() as first:
            foreseen = plan(set_up.settings)
            evidence = asyncio.run(run(set_up.settings, network=set_up.network, version="0", day=DAY))
            doors = (set_up.door, set_up.foreign, set_up.front)
            seen = [[*map(_raw, door.requests), *door.strays] if door else [] for door in doors]
            count = len([r for r in set_up.door.requests if r.method != "HEAD"]) if set_up.door else 0
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)
    return Seen(evidence, keys_of(scenario), "\n".join(keeper.lines), *seen, count, foreseen, tuple(first))


@contextmanager
def first_round_kept() -> Iterator[list[Observation]]:
    """Collect what the first round of requests of a run records."""
    kept: list[Observation] = []
    real, began = RoundRunner.ask, []

    async def ask(self: RoundRunner, attempt: Attempt) -> AttemptRound:
        if began:
            return await real(self, attempt)
        began.append(attempt)
        seen = self._recorder.observations
        before = len(seen)
        try:
            return await real(self, attempt)
        finally:
            kept.extend(seen[before:])

    RoundRunner.ask = ask  # type: ignore[method-assign]
    try:
        yield kept
    finally:
        RoundRunner.ask = real  # type: ignore[method-assign]


def _raw(request: Any) -> bytes:
    lines = [f"{request.method} {request.target}", *(f"{name}: {value}" for name, value in request.headers)]
    return "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + bytes(request.body)


def body_of(key: str) -> str:
    """Return a key without its published prefix."""
    return key[len(public_prefix(key)) :]
