"""Ready-to-paste settings and code, from settings that were seen to work. A key stands there by its variable's name.

The templates are in ``snippets.toml``. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from diagnose.evidence.client_urls import in_its_terms
from diagnose.report import Report
from diagnose.snippets import quoting
from probes.catalog.apps import load
from probes.catalog.sdk_variables import SdkVariables, variables_of
from probes.model.attempt import Auth
from probes.model.source import Source, variable_in
from probes.protocols.names import NAMES
from probes.protocols.protocol import auth_headers, wire


@dataclass(frozen=True, slots=True)
class WorkingSettings:
    """Settings that work: ``base_url`` as the official SDK takes it, ``key_env`` the variable that holds the key."""

    protocol: str
    base_url: str
    model: str
    auth: str
    key_env: str
    version: str = ""
    stream: bool = True


class Template(NamedTuple):
    id: str
    group: str
    title: str
    protocols: tuple[str, ...]
    text: str
    language: str = ""
    file: str = ""
    streams: bool = False
    key_in: str = ""


class Snippet(NamedTuple):
    """One text to paste. ``file`` is where it goes, empty for a command line; ``key_in`` the variable in which the
    client looks for its key, where that is another than the user's.
    """

    id: str
    title: str
    language: str
    file: str
    text: str
    key_in: str = ""


def working_of(report: Report) -> WorkingSettings | None:
    """What a report saw to work; None where nothing was."""
    sources = report.target["sources"]
    found = report.settings.get("key_source") if report.settings is not None else None
    source = found or (sources.get("key") if isinstance(sources, Mapping) else None)
    return _working(report.settings, source.variable if isinstance(source, Source) else "")


def from_document(document: Mapping[str, Any]) -> WorkingSettings | None:
    """The same from a report as JSON. Raises ValueError where it is none, and holds nothing that is no setting."""
    found, target = document.get("settings"), document.get("target")
    sources = target.get("sources") if isinstance(target, Mapping) else None
    source = found.get("key_source") if isinstance(found, Mapping) else None
    if source is not None and not (isinstance(source, str) and source.isprintable()):
        raise ValueError("no report")
    return _working(found, variable_in(source or str(sources.get("key", "") if isinstance(sources, Mapping) else "")))


def _working(found: object, variable: str) -> WorkingSettings | None:
    if found is None:
        return None
    if not isinstance(found, Mapping) or found.get("protocol") not in NAMES:
        raise ValueError("no report")
    values = {name: found.get(name) or "" for name in ("base_url", "model", "auth", "api_version")}
    if not all(isinstance(value, str) and value.isprintable() for value in values.values()):
        raise ValueError("no report")
    if not values["model"] or values["auth"] not in {one.value for one in Auth}:
        return None
    return WorkingSettings(
        protocol=found["protocol"],
        base_url=values["base_url"],
        model=values["model"],
        auth=values["auth"],
        key_env=variable or key_variable(None, found["protocol"]),
        version=values["api_version"],
        stream=bool(found.get("stream")),
    )


def key_variable(source: Source | None, protocol: str) -> str:
    """The variable that holds the key, else the one that the protocol's SDK reads."""
    return (source.variable if source is not None else "") or (*variables_of(protocol).keys, "API_KEY")[0]


@cache
def templates() -> tuple[Template, ...]:
    """All templates, in the order in which they are shown."""
    import tomllib

    text = Path(__file__).with_name("snippets.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["snippet"]
    return tuple(Template(**{**row, "protocols": tuple(row.get("protocols", NAMES))}) for row in rows)


def groups() -> tuple[str, ...]:
    """What can be asked for by name."""
    return tuple(dict.fromkeys(one.group for one in templates()))


USUAL = ("sdk", "curl", "env", "shell")


def write(working: WorkingSettings, wanted: str | None = None) -> Iterator[Snippet]:
    """The snippets of a group or an id; without one those of the SDKs, curl and the shells.

    One that cannot be: a protocol that the client does not speak, an address that it cannot be pointed to.
    """
    for template in templates():
        chosen = wanted in (template.group, template.id) if wanted else template.group in USUAL
        if not chosen or working.protocol not in template.protocols or (template.streams and not working.stream):
            continue
        app = load().get(template.group)
        base = in_its_terms(app, working.protocol, working.base_url)
        if base is None and template.group != "goose":  # whose path is a setting of its own
            continue
        slots = _slots(replace(working, base_url=base or working.base_url), working)
        text = re.sub(r"\{\{(\w+)\|(\w+)\}\}", _filler(slots), template.text.lstrip("\n"))
        key_in = template.key_in if template.key_in != working.key_env else ""
        yield Snippet(template.id, template.title, template.language, template.file, text, key_in)


def _filler(slots: Mapping[str, object]) -> Callable[[re.Match[str]], str]:
    return lambda found: STYLES[found[2]](slots[found[1]])


def _slots(own: WorkingSettings, sdk: WorkingSettings) -> dict[str, object]:
    """``own`` has the base URL as the client takes it, ``sdk`` as the SDK does."""
    parts = urlsplit(sdk.base_url)
    path = f"{parts.path}/chat/completions".lstrip("/")
    spoken = wire(own.protocol)
    names = (*_environment(sdk),)
    return {
        "base_url": own.base_url,
        "model": own.model,
        "protocol": own.protocol,
        "version": own.version,
        "key_env": own.key_env,
        "arguments": own,
        "address": sdk,
        "headers": sdk,
        "body": json.dumps(spoken.example(own.model)),
        "variables": names,
        "origin": f"{parts.scheme}://{parts.netloc}",
        "endpoint_path": path,
        "package": spoken.ai_sdk_package,
        "env_reference": f"{{env:{own.key_env}}}",
        "secrets_reference": f"${{{{ secrets.{own.key_env} }}}}",
        "environ_reference": f"os.environ/{own.key_env}",
        "braces_reference": f"${{{own.key_env}}}",
        "provider_model": f"relay/{own.model}",
        "litellm_model": f"{spoken.litellm_provider}/{own.model}",
        "anthropic_base": f"ANTHROPIC_API_BASE={own.base_url}",
        "added_model": f"+{own.model}",
    }


# -- code --------------------------------------------------------------------------------------------------------------


def _python(own: WorkingSettings) -> str:
    if own.auth == "none":
        return 'api_key="none"'
    return _arguments(own, "python", f"os.environ[{quoting.python(own.key_env)}]")


def _node(own: WorkingSettings) -> str:
    if own.auth == "none":
        return 'apiKey: "none"'
    return _arguments(own, "node", f"process.env[{quoting.javascript(own.key_env)}]")


def _arguments(own: WorkingSettings, language: str, key: str) -> str:
    """How the official SDK is given the key, in the language."""
    forms = wire(own.protocol).sdk_arguments[language]
    return forms.get(own.auth, forms[""]).format(key=key, auth=own.auth)


# -- requests ----------------------------------------------------------------------------------------------------------


def _address(own: WorkingSettings) -> str:
    protocol = wire(own.protocol)
    endpoint = protocol.endpoint.format(model=quote(own.model, safe="@/:"), version=own.version or "v1")
    name = protocol.version_query
    return own.base_url + endpoint + (f"?{name}={quote(own.version, safe='')}" if name else "")


MARK = "\0key\0"  # stands for the key until the language's reference to its variable does


def _headers(own: WorkingSettings) -> list[tuple[str, str]]:
    """Each header in two parts: what is said, with :data:`MARK` where the key belongs."""
    return [*auth_headers(Auth(own.auth), MARK), *wire(own.protocol).example_headers]


def _referring(text: str, quote_: Callable[[str], str], reference: str) -> str:
    """The text in the language's quotes, the key by its variable."""
    before, mark, after = text.partition(MARK)
    return f'"{before}{reference}{after}"' if mark else quote_(text)


def _sh_headers(own: WorkingSettings) -> str:
    said = (_referring(f"{name}: {value}", quoting.sh, f"${own.key_env}") for name, value in _headers(own))
    return "".join(f"  -H {one} \\\n" for one in said)


def _sh_address(own: WorkingSettings) -> str:
    mark = "&" if "?" in _address(own) else "?"
    return quoting.sh(_address(own)) + (f'"{mark}key=${own.key_env}"' if own.auth == "query" else "")


def _ps_headers(own: WorkingSettings) -> str:
    return "; ".join(
        f"{quoting.powershell(name)} = {_referring(value, quoting.powershell, f'$env:{own.key_env}')}"
        for name, value in _headers(own)
    )


def _ps_address(own: WorkingSettings) -> str:
    mark = "&" if "?" in _address(own) else "?"
    address = quoting.powershell(_address(own))
    return f'({address} + "{mark}key=$env:{own.key_env}")' if own.auth == "query" else address


# -- variables ---------------------------------------------------------------------------------------------------------


def _claude_helper(own: WorkingSettings) -> str:
    """Claude Code reads a variable for each header, and asks a command for any other key, which it sends in both."""
    if own.key_env == {"bearer": "ANTHROPIC_AUTH_TOKEN", "x-api-key": "ANTHROPIC_API_KEY"}.get(own.auth):
        return ""
    return f',\n  "apiKeyHelper": {quoting.json_(f"printenv {own.key_env}")}'


class SnippetVariable(NamedTuple):
    """``other`` is the variable whose value it takes, where it is the key's."""

    name: str
    value: str = ""
    other: str = ""


def _environment(own: WorkingSettings) -> Iterator[SnippetVariable]:
    sdk = variables_of(own.protocol)
    yield SnippetVariable((*sdk.bases, "BASE_URL")[0], own.base_url)
    key = (*sdk.keys, "API_KEY")[0]
    if own.auth != "none" and own.key_env != key and not _reads(sdk, own):
        yield SnippetVariable(key, other=own.key_env)
    if sdk.model:
        yield SnippetVariable(sdk.model, own.model)
    if wire(own.protocol).version_demanded:
        yield SnippetVariable(sdk.version or "API_VERSION", own.version)


def _reads(sdk: SdkVariables, own: WorkingSettings) -> bool:
    """Whether the SDK's releases look for the key in the user's variable, and send it in the form that works."""
    wires = (app.wire(own.protocol) for app in load() if app.kind == "sdk")
    forms = {wire.auth_by.get(own.key_env, own.auth) for wire in wires if wire is not None}
    return own.key_env in sdk.keys and forms == {own.auth}


def _lines(pattern: str, quote_: Callable[[str], str], reference: str) -> Callable[[object], str]:
    """A line for each variable: ``pattern`` with name and value, ``reference`` for one that takes another's value."""

    def write_all(found: object) -> str:
        assert isinstance(found, tuple)
        return "\n".join(
            reference.format(one.name, one.other) if one.other else pattern.format(one.name, quote_(one.value))
            for one in found
        )

    return write_all


def _text(quote_: Callable[[str], str]) -> Callable[[object], str]:
    return lambda value: quote_(str(value))


def _of(write_: Callable[[WorkingSettings], str]) -> Callable[[object], str]:
    def call(value: object) -> str:
        assert isinstance(value, WorkingSettings)
        return write_(value)

    return call


STYLES: dict[str, Callable[[object], str]] = {
    "py": _text(quoting.python),
    "js": _text(quoting.javascript),
    "json": _text(quoting.json_),
    "toml": _text(quoting.toml),
    "yaml": _text(quoting.yaml),
    "compose": _text(quoting.compose),
    "sh": _text(quoting.sh),
    "ps": _text(quoting.powershell),
    "dotenv": _text(quoting.dotenv),
    "plain": _text(quoting.plain),
    "dotenv_reference": _text(quoting.plain),
    "sh_variable": _text(lambda name: f"${name}"),
    "value_of": _text(lambda name: f"<{name}>"),
    "claude_helper": _of(_claude_helper),
    "python": _of(_python),
    "node": _of(_node),
    "sh_headers": _of(_sh_headers),
    "sh_address": _of(_sh_address),
    "ps_headers": _of(_ps_headers),
    "ps_address": _of(_ps_address),
    "dotenv_lines": _lines("{0}={1}", quoting.dotenv, "{0}=${{{1}}}"),
    "sh_lines": _lines("export {0}={1}", quoting.sh, 'export {0}="${1}"'),
    "fish_lines": _lines("set -gx {0} {1}", quoting.fish, 'set -gx {0} "${1}"'),
    "ps_lines": _lines("$env:{0} = {1}", quoting.powershell, "$env:{0} = $env:{1}"),
    # setx keeps what it is given for ever: a key is taken over for this window alone.
    "cmd_lines": _lines("setx {0} {1}", quoting.cmd, 'set "{0}=%{1}%"'),
}
