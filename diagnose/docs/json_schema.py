"""The JSON Schema (2020-12) of the report, generated from the program's tables: ``docs/report.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diagnose.formats.json import SCHEMA
from diagnose.report import DIFFERENCES, Severity, Status, Verdict
from diagnose.words.en.capabilities import NAMES
from diagnose.words.en.findings import TEXTS
from probes.catalog.apps import LOGINS
from probes.model.attempt import Auth
from probes.model.capability import Support
from probes.model.client_request import OpenReason
from probes.model.client_run import ClientEnd, NotRun
from probes.model.credential import CredentialProblem, StepStatus
from probes.model.evidence import PROBES
from probes.model.failure import Kind
from probes.protocols.names import NAMES as PROTOCOLS

# The first number is that of the report's `schema`; the second grows with every name or value that is added.
VERSION = "1.1"
SIDES = ("settings", "machine", "network", "relay", "provider", "app")
PROVEN = ("reachable", "path", "key", "model", "answer", "stream")
COSTS = ("requests", "billed_requests", "prompt_tokens", "completion_tokens")

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
MAYBE_FLAG: Schema = {"type": ["boolean", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number", "minimum": 0}
TEXTS_: Schema = {"type": "array", "items": TEXT}


def schema(closed: bool = False) -> Schema:
    """Return the schema.

    A ``closed`` schema rejects unknown names, so that tests find what it lacks. The published schema is open, because
    later versions may add names to the report.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:llmdoctor:report:{VERSION}",
        "title": "A report of llmdoctor",
        "description": "What `llmdoctor check --json` writes. Made by `llmdoctor docs --write docs`.",
        **_object(
            closed,
            {
                "schema": {"const": SCHEMA},
                "version": TEXT,
                "started_at": _text("When the run began: ISO 8601, UTC."),
                "duration_ms": NUMBER,
                "target": _target(closed),
                "verdict": {"$ref": "#/$defs/verdict"},
                "root_cause": _or_null({"$ref": "#/$defs/code"}),
                "side": _or_null({"$ref": "#/$defs/side"}),
                "proven": _object(closed, dict.fromkeys(PROVEN, MAYBE_FLAG)),
                "probes": {"type": "array", "items": _probe(closed)},
                "findings": {"type": "array", "items": _finding(closed)},
                "settings": _or_null(_settings(closed)),
                "vantage": _object(closed, {"proxy": MAYBE_TEXT, "trust": TEXT, "container": FLAG, "families": TEXTS_}),
                "cost": _object(closed, dict.fromkeys(COSTS, COUNT)),
                "facts": _object(closed, {"date": _text("How old the facts are by which it was judged: ISO 8601.")}),
            },
            {
                "open_by_choice": FLAG,
                "slo": {"type": "array", "items": _slo(closed)},
                "flaky": _flaky(closed),
                "capabilities": {"type": "array", "items": _capability(closed)},
                "as_client": _as_client(closed),
                "clients": {"type": "array", "items": _client(closed)},
                "credential": _credential(closed),
                "login": _login(closed),
                "client": _client_run(closed, _client_run(closed)),
            },
        ),
        "$defs": {
            "code": {
                "description": "What a finding is about. Codes live for ever; later versions may add some.",
                "enum": [*TEXTS],
            },
            "verdict": _enum(Verdict),
            "severity": _enum(Severity),
            "status": {
                "description": "ok: works as given. fixed: works with the fix alone. warn: works, with a warning. "
                "fail: the fault. skipped: not asked, or it fails because of another fault.",
                **_enum(Status),
            },
            "side": {"description": "Where the fault lies.", "enum": [*SIDES]},
            "probe": {"enum": [*PROBES]},
            "protocol": {"enum": [*PROTOCOLS]},
            "failure": {"description": "How touching the network failed.", **_enum(Kind)},
        },
    }


def _object(closed: bool, required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": [*required],
        **({"additionalProperties": False} if closed else {}),
    }


def _enum(values: Iterable[str]) -> Schema:
    return {"enum": [str(value) for value in values]}


def _or_null(inner: Schema) -> Schema:
    return {"anyOf": [inner, {"type": "null"}]}


def _text(about: str) -> Schema:
    return {"type": "string", "description": about}


def _target(closed: bool) -> Schema:
    key = _object(closed, {"hint": _text("Its first and last characters."), "length": COUNT, "doors": TEXTS_})
    sources = {"type": "object", "description": "Where each value stood.", "additionalProperties": TEXT}
    return _object(
        closed,
        {
            "base_url": MAYBE_TEXT,
            "protocol": {"$ref": "#/$defs/protocol"},
            "model": MAYBE_TEXT,
            "app": TEXT,
            "door": MAYBE_TEXT,
            "key": _or_null(key),
            "sources": sources,
        },
        {"name": TEXT},
    )


def _probe(closed: bool) -> Schema:
    return _object(
        closed,
        {
            "name": {"$ref": "#/$defs/probe"},
            "status": {"$ref": "#/$defs/status"},
            "duration_ms": NUMBER,
            "why_skipped": MAYBE_TEXT,
            "observed": _observed(closed),
        },
    )


def _observed(closed: bool) -> Schema:
    """Return the schema of a probe's facts; which of them are present depends on the probe and its outcome."""
    request = _object(closed, {"url": TEXT, "purpose": TEXT, "status": COUNT, "ms": NUMBER})
    dial = _object(closed, {"address": TEXT, "result": TEXT})
    server = _object(closed, {"server": TEXT, "said": TEXT, "addresses": TEXTS_})
    return _object(
        closed,
        {},
        {
            "failure": {"$ref": "#/$defs/failure"},
            "door": MAYBE_TEXT,
            "protocol": {"$ref": "#/$defs/protocol"},
            "protocols": TEXTS_,
            "key": TEXT,
            "proxy": MAYBE_TEXT,
            "speaks": TEXT,
            "direct": TEXT,
            "addresses": TEXTS_,
            "servers": {"type": "array", "items": server},
            "address": MAYBE_TEXT,
            "port": COUNT,
            "local": TEXT,
            "interface": TEXT,
            "tried": {"type": "array", "items": dial},
            "version": TEXT,
            "certifi": FLAG,
            "subject": TEXT,
            "issuer": TEXT,
            "not_after": TEXT,
            "fingerprint": _text("SHA-256 of the certificate."),
            "requests": {"type": "array", "items": request},
            "server": _text("The header of that name."),
            "via": _text("The header of that name."),
            "date": _text("The header of that name."),
            "model": MAYBE_TEXT,
            "source": TEXT,
            "listed": MAYBE_FLAG,
            "count": COUNT,
            "finish": TEXT,
            "answer_ms": NUMBER,
            "ttft_ms": NUMBER,
            "events": COUNT,
            "url": _text("Of the upgrade to a WebSocket."),
            "status": COUNT,
            "close_code": _or_null({"type": "integer"}),
            "runtime": _runtime(closed),
        },
    )


def _runtime(closed: bool) -> Schema:
    """Return the schema of what the app's own Python or Node reported (`--runtime`)."""
    named: Schema = {"type": "object", "additionalProperties": TEXT}
    call = _object(
        closed,
        {
            "sdk": _text("The package that made the call: openai, anthropic, httpx, fetch, …"),
            "own_environment": {**FLAG, "description": "llmdoctor's own httpx made the call: the runtime has none."},
            "stage": {"enum": ["", "import", "create", "call"]},
            "ok": FLAG,
            "status": _or_null(COUNT),
            "ms": NUMBER,
            "errors": TEXTS_,
        },
    )
    return _object(
        closed,
        {
            "kind": {"enum": ["python", "node"]},
            "program": TEXT,
            "version": MAYBE_TEXT,
            "openssl": MAYBE_TEXT,
            "strict": {**FLAG, "description": "It checks certificates strictly, as Python 3.13 and newer do."},
            "packages": {**named, "description": "The version of each package."},
            "proxies": named,
            "roots": {**named, "description": "For each variable: file, folder or missing."},
            "options": {**named, "description": "Node's variables."},
            "problem": {**MAYBE_TEXT, "description": "Why it reported nothing."},
            "no_call": {**MAYBE_TEXT, "description": "Why nothing was sent."},
            "call": _or_null(call),
        },
    )


def _finding(closed: bool) -> Schema:
    changes = {"type": "object", "description": "The settings to change.", "additionalProperties": {}}
    where = {
        "file": {**MAYBE_TEXT, "description": "The path; null if the value is not in a file."},
        "line": _or_null({"type": "integer", "minimum": 1}),
        "name": _text("The variable, field or option, after the change."),
    }
    place = _object(
        closed,
        {
            **where,
            "value": _text("What the value becomes; of a key only its hint; empty if it is removed."),
            "renames": {**MAYBE_TEXT, "description": "The former name, if the name changes."},
        },
    )
    fix = _object(
        closed,
        {
            "summary": TEXT,
            "settings": changes,
            "verified": FLAG,
            "where": _or_null(_object(closed, where)),
            "places": {"type": "array", "items": place, "description": "All values that change, together."},
            "command": {**MAYBE_TEXT, "description": "Applies the fix: a command line, or lines for the shell."},
            "by_hand": {**TEXTS_, "description": "What has to be changed by hand, and why."},
        },
    )
    return _object(
        closed,
        {
            "code": {"$ref": "#/$defs/code"},
            "severity": {"$ref": "#/$defs/severity"},
            "probe": {"$ref": "#/$defs/probe"},
            "title": TEXT,
            "explanation": TEXT,
            "evidence": TEXTS_,
            "fixes": {"type": "array", "items": fix},
            "caused_by": _or_null({"$ref": "#/$defs/code"}),
        },
    )


def _settings(closed: bool) -> Schema:
    return _object(
        closed,
        {
            "protocol": {"$ref": "#/$defs/protocol"},
            "base_url": TEXT,
            "model": MAYBE_TEXT,
            "auth": {"enum": [*(str(one) for one in Auth), "none"]},
            "stream": FLAG,
            "key": {"enum": ["as given", "cleaned"]},
        },
        {"api_version": TEXT, "key_source": TEXT, "headers": {"type": "array", "items": TEXT}},
    )


def _slo(closed: bool) -> Schema:
    measured = {"type": ["number", "null"]}
    return _object(closed, {"name": TEXT, "limit_s": NUMBER, "measured_s": measured, "met": MAYBE_FLAG})


def _capability(closed: bool) -> Schema:
    tokens = {"prompt_tokens": COUNT, "completion_tokens": COUNT}
    return _object(
        closed, {"name": {"enum": [*NAMES]}, "status": _enum(Support), "evidence": TEXTS_, "requests": COUNT, **tokens}
    )


def _client(closed: bool) -> Schema:
    base_url = {**MAYBE_TEXT, "description": "What this app takes; null where none leads there."}
    return _object(closed, {"app": TEXT, "base_url": base_url, "note": {"enum": [*DIFFERENCES]}})


def _as_client(closed: bool) -> Schema:
    results = ["accepted", "refused", "unanswered", *map(str, OpenReason)]
    return _object(
        closed,
        {
            "app": _text("The id of the app whose own request was sent."),
            "version": _or_null(_text("The version that was recorded.")),
            "model": _or_null(_text("The model with which it was recorded.")),
            "result": {"enum": results},
            "parts": {"description": "What the request has besides a plain one.", **TEXTS_},
            "refused": {"description": "Parts without which the server accepts it.", **TEXTS_},
            "certain": {"description": "Those of them that are refused whatever the others are.", **TEXTS_},
            "sure": {"description": "Whether each of them was found alone.", **FLAG},
            "requests": COUNT,
        },
    )


def _credential(closed: bool) -> Schema:
    step = {
        "step": TEXT,
        "status": _enum(StepStatus),
        "wins": _flag("The library stops at this step: it gives the credential, or fails."),
        "source": MAYBE_TEXT,
        "kind": TEXT,
        "expires": MAYBE_TEXT,
        "hints": {"type": "object", "additionalProperties": TEXT},
    }
    loser = _object(closed, {"value": TEXT, "source": TEXT})
    choice = {"name": TEXT, "value": TEXT, "source": TEXT, "others": {"type": "array", "items": loser}}
    obtained = _object(closed, {"step": TEXT, "kind": TEXT, "account": TEXT, "expires": MAYBE_TEXT})
    return {
        "description": "Where the house's own library looks for a credential, in its order, and what came of it.",
        **_object(
            closed,
            {
                "vendor": TEXT,
                "used": _flag("False: a key was given, and the chain is only shown."),
                "steps": {"type": "array", "items": _object(closed, step)},
                "choices": {"type": "array", "items": _object(closed, choice)},
                "obtained": _or_null(obtained),
                "problem": _or_null(_enum(CredentialProblem)),
            },
        ),
    }


def _login(closed: bool) -> Schema:
    fields = {
        "app": TEXT,
        "name": {"type": "string", "description": "The provider's name in a file with several; else empty."},
        "source": TEXT,
        "kind": {"enum": [*LOGINS, "workload"]},
        "plan": {"type": "string", "description": "The subscription's name; empty if the file does not say."},
        "host": {"type": "string", "description": "Where the app sends it."},
        "expires": MAYBE_TEXT,
        "renews": _flag("The app renews it by itself, without asking anybody."),
        "overridden_by": MAYBE_TEXT,
    }
    about = "The login that the app has stored: it is read, and never sent or renewed."
    return {"description": about, **_object(closed, fields)}


def _flag(about: str) -> Schema:
    return {"type": "boolean", "description": about}


def _client_run(closed: bool, again: Schema | None = None) -> Schema:
    """Return the schema of the app's own run; ``again`` is that of the second one."""
    request = {
        "method": TEXT,
        "path": _text("Without the values of its query."),
        "auth": {**TEXTS_, "description": "The headers that carry a credential."},
        "model": MAYBE_TEXT,
        "bytes": COUNT,
        "status": _or_null(COUNT),
        "content_type": TEXT,
        "failure": MAYBE_TEXT,
    }
    ran = {
        "answered": FLAG,
        "ended": {"enum": [*map(str, ClientEnd)]},
        "status": _or_null({"type": "integer", "description": "The exit status."}),
        "meaning": {**MAYBE_TEXT, "description": "What the facts say of this exit status."},
        "seconds": NUMBER,
        "said": _text("The app's own words, without keys."),
        "arguments": {**TEXTS_, "description": "Without the prompt."},
        "switches": {**TEXTS_, "description": "Variables besides the user's own."},
        "recorder": FLAG,
        "requests": {"type": "array", "items": _object(closed, request)},
        **({"again": again} if again is not None else {}),
    }
    return _object(
        closed, {"app": TEXT, "program": TEXT, "ran": FLAG}, {"not_run": {"enum": [*map(str, NotRun)]}, **ran}
    )


def _flaky(closed: bool) -> Schema:
    outcome = {
        "started_at": TEXT,
        "duration_ms": NUMBER,
        "verdict": {"$ref": "#/$defs/verdict"},
        "root_cause": _or_null({"$ref": "#/$defs/code"}),
    }
    return _object(
        closed,
        {"tries": COUNT, "failed": COUNT, "outcomes": {"type": "array", "items": _object(closed, outcome)}},
    )
