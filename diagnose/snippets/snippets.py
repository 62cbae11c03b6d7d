"""Write settings and code to paste, from settings that were seen to work.

The texts contain no key; they refer to the variable that holds it. The templates are in ``snippets.toml``. The module
is pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from diagnose.evidence.client_urls import in_its_terms
from diagnose.report import Report
from diagnose.snippets import quoting
from probes.catalog.apps import load, official
from probes.catalog.sdk_variables import SdkVariables, variables_of
from probes.model.attempt import Auth
from probes.model.credential import REGION_NAME
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record, replace
from probes.model.source import Source, variable_in
from probes.protocols.names import NAMES
from probes.protocols.protocol import auth_headers, wire


class WorkingSettings(Record):
    """Settings that work. ``base_url`` has the form of the official SDK; ``key_env`` is the variable with the key.

    ``headers`` are the extra headers that the request carried, each with the place of its value. ``region`` is that of
    AWS for which requests are signed, where it is known.
    """

    protocol: str
    base_url: str
    model: str
    auth: str
    key_env: str
    version: str = ""
    stream: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    region: str = ""


class Template(NamedTuple):
    """A ``[[snippet]]`` of ``snippets.toml``, which explains the fields."""

    id: str
    group: str
    title: str
    protocols: tuple[str, ...]
    text: str
    language: str = ""
    file: str = ""
    streams: bool = False
    key_in: str = ""
    signs: bool = False
    auth: str = ""
    within: str = ""


class Snippet(NamedTuple):
    """A text to paste. ``file`` is the file that it belongs in, empty for a command line.

    ``key_in`` is the variable from which the client reads the key, if it differs from the user's variable.
    """

    id: str
    title: str
    language: str
    file: str
    text: str
    key_in: str = ""


def working_of(report: Report) -> WorkingSettings | None:
    """Return the settings that worked in a report's run, or None if none did."""
    sources = report.target["sources"]
    key_source = report.settings.get("key_source") if report.settings is not None else None
    source = key_source or (sources.get("key") if isinstance(sources, Mapping) else None)
    chosen = report.credential.chain.choice("region") if report.credential is not None else None
    region = chosen.value if chosen is not None else ""
    return _working(report.settings, source.variable if isinstance(source, Source) else "", sources, region)


def from_document(document: Mapping[str, Any]) -> WorkingSettings | None:
    """Return the settings that worked from a report as JSON, or None if none did.

    Raises ValueError if the document is not a report or if a setting contains unprintable characters.
    """
    settings, target = document.get("settings"), document.get("target")
    sources = target.get("sources") if isinstance(target, Mapping) else None
    source = settings.get("key_source") if isinstance(settings, Mapping) else None
    if source is not None and not (isinstance(source, str) and source.isprintable()):
        raise ValueError("no report")
    variable = variable_in(source or str(sources.get("key", "") if isinstance(sources, Mapping) else ""))
    return _working(settings, variable, sources, _region_in(document.get("credential")))


def _region_in(credential: object) -> str:
    """Return the region in the ``credential`` of a JSON report; empty if it has none."""
    choices = credential.get("choices") if isinstance(credential, Mapping) else None
    for one in choices if isinstance(choices, list) else ():
        if isinstance(one, Mapping) and one.get("name") == "region":
            return str(one.get("value") or "")
    return ""


def _working(settings: object, variable: str, sources: object, region: str) -> WorkingSettings | None:
    if settings is None:
        return None
    if not isinstance(settings, Mapping) or settings.get("protocol") not in NAMES:
        raise ValueError("no report")
    values = {name: settings.get(name) or "" for name in ("base_url", "model", "auth", "api_version")}
    names = settings.get("headers") or ()
    if not isinstance(names, list | tuple):
        raise ValueError("no report")
    places = sources if isinstance(sources, Mapping) else {}
    headers = tuple((name, str(places.get(f"headers.{name}", ""))) for name in names)
    texts = [*values.values(), *(text for pair in headers for text in pair)]
    if not all(isinstance(value, str) and value.isprintable() for value in texts):
        raise ValueError("no report")
    if not values["model"] or values["auth"] not in {one.value for one in Auth}:
        return None
    return WorkingSettings(
        protocol=settings["protocol"],
        base_url=values["base_url"],
        model=values["model"],
        auth=values["auth"],
        key_env=variable or key_variable(None, settings["protocol"], values["auth"]),
        version=values["api_version"],
        stream=bool(settings.get("stream")),
        headers=headers,
        region=region if REGION_NAME.fullmatch(region) else "",
    )


def key_variable(source: Source | None, protocol: str, auth: str = "") -> str:
    """Return the variable that the key came from, else the first one that the protocol's SDK reads.

    A variable whose value it sends in this style goes first: what a chain gives is a token, and no API key.
    """
    wire_ = official(protocol).wire(protocol)
    by_style = [name for name, style in (wire_.auth_by if wire_ is not None else {}).items() if style == auth]
    return (source.variable if source is not None else "") or (*by_style, *variables_of(protocol).keys, "API_KEY")[0]


@cache
def templates() -> tuple[Template, ...]:
    """Return all templates, in the order in which they are shown."""
    import tomllib
    from pkgutil import get_data

    rows = tomllib.loads((get_data("diagnose", "snippets/snippets.toml") or b"").decode("utf-8"))["snippet"]
    return tuple(Template(**{**row, "protocols": tuple(row.get("protocols", NAMES))}) for row in rows)


def groups() -> tuple[str, ...]:
    """Return the names of all groups, which are valid values of ``--app``."""
    return tuple(dict.fromkeys(one.group for one in templates()))


USUAL = ("sdk", "curl", "env", "shell")


def write(working: WorkingSettings, wanted: str | None = None) -> Iterator[Snippet]:
    """Yield the snippets of a group or of one template id; by default, those for the SDKs, curl and the shells.

    Leave out templates for other protocols and clients that no setting can point to the base URL.
    """
    for template in templates():
        chosen = wanted in (template.group, template.id) if wanted else template.group in USUAL
        if not chosen or working.protocol not in template.protocols or (template.streams and not working.stream):
            continue
        if (working.auth == Auth.SIGV4 and not template.signs) or template.auth not in ("", working.auth):
            continue
        if template.within not in working.base_url:
            continue
        if template.id == "curl" and working.auth == Auth.SIGV4 and ":" in _path(working):
            continue  # curl 7 signs a path with a colon otherwise than AWS computes it
        app = load().get(template.group)
        base = in_its_terms(app, working.protocol, working.base_url)
        if base is None and template.group != "goose":  # Goose has a separate setting for the path
            continue
        slots = _slots(replace(working, base_url=base or working.base_url), working)
        text = re.sub(r"\{\{(\w+)\|(\w+)\}\}", _filler(slots), template.text.lstrip("\n"))
        key_in = template.key_in if template.key_in != working.key_env else ""
        yield Snippet(template.id, template.title, template.language, template.file, text, key_in)


def _filler(slots: Mapping[str, object]) -> Callable[[re.Match[str]], str]:
    return lambda match: STYLES[match[2]](slots[match[1]])


def _slots(for_client: WorkingSettings, for_sdk: WorkingSettings) -> dict[str, object]:
    """Return the values of the slots. The two settings differ in the form of their base URL."""
    parts = urlsplit(for_sdk.base_url)
    endpoint_path = f"{parts.path}/chat/completions".lstrip("/")
    protocol = wire(for_client.protocol)
    variables = (*_environment(for_sdk),)
    return {
        "base_url": for_client.base_url,
        "model": for_client.model,
        "protocol": for_client.protocol,
        "version": for_client.version,
        "key_env": for_client.key_env,
        "arguments": for_client,
        "address": for_sdk,
        "headers": for_sdk,
        "body": json.dumps(protocol.example(for_client.model)),
        "variables": variables,
        "region": _region_of(for_sdk),
        "origin": f"{parts.scheme}://{parts.netloc}",
        "project": found["project"] if (found := _PROJECT.search(for_sdk.base_url)) is not None else "",
        "location": found["location"] if found is not None else "",
        "endpoint_path": endpoint_path,
        "package": protocol.ai_sdk_package,
        "env_reference": f"{{env:{for_client.key_env}}}",
        "secrets_reference": f"${{{{ secrets.{for_client.key_env} }}}}",
        "environ_reference": f"os.environ/{for_client.key_env}",
        "braces_reference": f"${{{for_client.key_env}}}",
        "provider_model": f"relay/{for_client.model}",
        "litellm_model": f"{protocol.litellm_provider}/{for_client.model}",
        "anthropic_base": f"ANTHROPIC_API_BASE={for_client.base_url}",
        "added_model": f"+{for_client.model}",
    }


def _region_of(working: WorkingSettings) -> str:
    """Return the AWS region for which requests are signed: that of the host, else that of the settings."""
    host = urlsplit(working.base_url).hostname or ""
    parts = host.split(".")
    own = parts[1] if len(parts) > 2 and host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")) else ""
    return own if REGION_NAME.fullmatch(own) else working.region


def _region_argument(name: str) -> Callable[[str], str]:
    """Return a style that writes a region as one more argument in Python, and nothing if it is not known."""
    return lambda region: f", {name}={quoting.python(region)}" if region else ""


# -- code --------------------------------------------------------------------------------------------------------------


def _python(working: WorkingSettings) -> str:
    if working.auth == "none":
        return 'api_key="none"'
    return _arguments(working, "python", f"os.environ[{quoting.python(working.key_env)}]")


def _node(working: WorkingSettings) -> str:
    if working.auth == "none":
        return 'apiKey: "none"'
    return _arguments(working, "node", f"process.env[{quoting.javascript(working.key_env)}]")


def _arguments(working: WorkingSettings, language: str, key: str) -> str:
    """Return the arguments that pass the key to the official SDK, in the language ``python`` or ``node``."""
    forms = wire(working.protocol).sdk_arguments[language]
    return forms.get(working.auth, forms[""]).format(key=key, auth=working.auth)


# -- requests ----------------------------------------------------------------------------------------------------------


def _address(working: WorkingSettings) -> str:
    protocol = wire(working.protocol)
    endpoint = protocol.endpoint.format(model=quote(working.model, safe="@/:"), version=working.version or "v1")
    name = protocol.version_query
    return working.base_url + endpoint + (f"?{name}={quote(working.version, safe='')}" if name else "")


MARK = "\0key\0"  # a placeholder, later replaced by the language's reference to the key's variable


def _path(working: WorkingSettings) -> str:
    """Return the path of a request, as the curl snippet has it."""
    return unquote(urlsplit(_address(working)).path)


def _headers(working: WorkingSettings) -> list[tuple[str, str]]:
    """Return the names and values of the request headers, with :data:`MARK` in place of the key."""
    return [*auth_headers(Auth(working.auth), MARK), *wire(working.protocol).example_headers]


def _quoted_with_reference(text: str, quote_: Callable[[str], str], reference: str) -> str:
    """Quote a text for the language, with :data:`MARK` replaced by a reference to the key's variable."""
    before, mark, after = text.partition(MARK)
    return f'"{before}{reference}{after}"' if mark else quote_(text)


def _sh_headers(working: WorkingSettings) -> str:
    headers = (
        _quoted_with_reference(f"{name}: {value}", quoting.sh, _token(working) or f"${working.key_env}")
        for name, value in _headers(working)
    )
    signed = "".join(f"  {one} \\\n" for one in _signed(working)) if working.auth == Auth.SIGV4 else ""
    return signed + "".join(f"  -H {one} \\\n" for one in headers)


# curl signs by itself, with keys of the environment: `aws configure export-credentials --format env` prints them.
def _signed(working: WorkingSettings) -> tuple[str, str]:
    # As `service_and_region` in probes/credential_chains/aws_credential.py decides, which needs botocore.
    runtime = working.protocol.startswith("bedrock") or "bedrock-runtime" in urlsplit(working.base_url).netloc
    service = "bedrock" if runtime else "bedrock-mantle"
    return (
        f'--aws-sigv4 "aws:amz:$AWS_REGION:{service}" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        '-H "x-amz-security-token: $AWS_SESSION_TOKEN"',
    )


def _sh_address(working: WorkingSettings) -> str:
    mark = "&" if "?" in _address(working) else "?"
    return quoting.sh(_address(working)) + (f'"{mark}key=${working.key_env}"' if working.auth == "query" else "")


def _token(working: WorkingSettings) -> str:
    """Return what prints an access token of Google, for sh and PowerShell alike; empty where a key is sent."""
    google = wire(working.protocol).credential == "google" and working.auth == Auth.BEARER
    return "$(gcloud auth application-default print-access-token)" if google else ""


def _ps_headers(working: WorkingSettings) -> str:
    reference = _token(working) or f"$env:{working.key_env}"
    return "; ".join(
        f"{quoting.powershell(name)} = {_quoted_with_reference(value, quoting.powershell, reference)}"
        for name, value in _headers(working)
    )


def _ps_address(working: WorkingSettings) -> str:
    mark = "&" if "?" in _address(working) else "?"
    address = quoting.powershell(_address(working))
    return f'({address} + "{mark}key=$env:{working.key_env}")' if working.auth == "query" else address


# -- variables ---------------------------------------------------------------------------------------------------------


def _claude_helper(working: WorkingSettings) -> str:
    """Return the setting with which Claude Code runs a command to get the key, if no variable fits the auth header.

    Claude Code reads one variable for each auth header. The key from the command is sent in both headers.
    """
    if working.key_env == {"bearer": "ANTHROPIC_AUTH_TOKEN", "x-api-key": "ANTHROPIC_API_KEY"}.get(working.auth):
        return ""
    return f',\n  "apiKeyHelper": {quoting.json_(f"printenv {working.key_env}")}'


# On Vertex AI, the SDKs make the base URL from these variables: project, location and the switch.
_PROJECT = re.compile(r"/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/")
_OF_PROJECT = {
    "vertex": ("GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "GOOGLE_GENAI_USE_VERTEXAI"),
    "vertex_anthropic": ("ANTHROPIC_VERTEX_PROJECT_ID", "CLOUD_ML_REGION"),
}


class SnippetVariable(NamedTuple):
    """A variable to set, to ``value`` or, for the key, to the value of the variable ``other``."""

    name: str
    value: str = ""
    other: str = ""


def _environment(working: WorkingSettings) -> Iterator[SnippetVariable]:
    sdk = variables_of(working.protocol)
    if working.protocol in _OF_PROJECT:
        found = _PROJECT.search(working.base_url)
        values = (*(found.groups() if found is not None else ("", "")), "true")
        named = zip(_OF_PROJECT[working.protocol], values, strict=False)
        yield from (SnippetVariable(name, value) for name, value in named if value)
        # google-genai 3.6.1 does not read its own variable for the address if one of these has turned it to Vertex AI.
        parts = urlsplit(working.base_url)
        if working.protocol == "vertex_anthropic" and not (parts.hostname or "").endswith(".googleapis.com"):
            yield SnippetVariable(sdk.bases[0], f"{parts.scheme}://{parts.netloc}/v1")
        return
    yield SnippetVariable((*sdk.bases, "BASE_URL")[0], working.base_url)
    key = (*sdk.keys, "API_KEY")[0]
    if working.auth != "none" and working.key_env != key and not _sdk_reads_key(sdk, working):
        yield SnippetVariable(key, other=working.key_env)
    if sdk.model:
        yield SnippetVariable(sdk.model, working.model)
    if wire(working.protocol).version_demanded:
        yield SnippetVariable(sdk.version or "API_VERSION", working.version)


def _sdk_reads_key(sdk: SdkVariables, working: WorkingSettings) -> bool:
    """Check whether all releases of the SDK read the user's variable and send the key in the form that works."""
    wires = (app.wire(working.protocol) for app in load() if app.kind == "sdk")
    forms = {wire.auth_by.get(working.key_env, working.auth) for wire in wires if wire is not None}
    return working.key_env in sdk.keys and forms == {working.auth}


def _variable_lines(pattern: str, quote_: Callable[[str], str], reference: str) -> Callable[[object], str]:
    """Make a style with one line per variable: ``pattern`` sets a value, ``reference`` copies another variable."""

    def write_all(variables: object) -> str:
        assert isinstance(variables, tuple)
        return "\n".join(
            reference.format(one.name, one.other) if one.other else pattern.format(one.name, quote_(one.value))
            for one in variables
        )

    return write_all


def _quoted(quote_: Callable[[str], str]) -> Callable[[object], str]:
    return lambda value: quote_(str(value))


def _from_settings(write_: Callable[[WorkingSettings], str]) -> Callable[[object], str]:
    def call(value: object) -> str:
        assert isinstance(value, WorkingSettings)
        return write_(value)

    return call


STYLES: dict[str, Callable[[object], str]] = {
    "py": _quoted(quoting.python),
    "js": _quoted(quoting.javascript),
    "json": _quoted(quoting.json_),
    "toml": _quoted(quoting.toml),
    "yaml": _quoted(quoting.yaml),
    "compose": _quoted(quoting.compose),
    "sh": _quoted(quoting.sh),
    "ps": _quoted(quoting.powershell),
    "dotenv": _quoted(quoting.dotenv),
    "plain": _quoted(quoting.plain),
    "dotenv_reference": _quoted(quoting.plain),
    "boto_region": _quoted(_region_argument("region_name")),
    "aws_region": _quoted(_region_argument("aws_region")),
    "sh_variable": _quoted(lambda name: f"${name}"),
    "value_of": _quoted(lambda name: f"<{name}>"),
    "claude_helper": _from_settings(_claude_helper),
    "python": _from_settings(_python),
    "node": _from_settings(_node),
    "sh_headers": _from_settings(_sh_headers),
    "sh_address": _from_settings(_sh_address),
    "ps_headers": _from_settings(_ps_headers),
    "ps_address": _from_settings(_ps_address),
    "dotenv_lines": _variable_lines("{0}={1}", quoting.dotenv, "{0}=${{{1}}}"),
    "sh_lines": _variable_lines("export {0}={1}", quoting.sh, 'export {0}="${1}"'),
    "fish_lines": _variable_lines("set -gx {0} {1}", quoting.fish, 'set -gx {0} "${1}"'),
    "ps_lines": _variable_lines("$env:{0} = {1}", quoting.powershell, "$env:{0} = $env:{1}"),
    # setx stores values permanently, so the key is set only for this window.
    "cmd_lines": _variable_lines("setx {0} {1}", quoting.cmd, 'set "{0}=%{1}%"'),
}
