"""Where settings come from: the command line, the environment, ``.env``, ``llmdoctor.toml``, in this order.

What is gathered is what an official SDK started in this folder would use (measured: openai 3.54, anthropic 2.12), with
the place of each value, and the values that lost or stand where no SDK looks.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from probes import config, slo
from probes.config import BadInput, Entry, KeyReference
from probes.model import ConnectTo, Limits, Override, ProxySettings, Rival, Settings, Slo, Sourced
from probes.names import server
from probes.node import read as read_node
from probes.secret import Secret

if TYPE_CHECKING:
    from probes.apps import App, Wire
    from probes.doors import Door, Doors

__all__ = ["BadInput", "Options", "gather"]


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the command line, raw. ``target`` is a base URL or the name of a target; times are in seconds."""

    target: str | None = None
    base_url: str | None = None
    key: str | None = None
    key_env: str | None = None
    key_file: str | None = None
    key_stdin: bool = False
    stdin_text: str | None = None
    model: str | None = None
    protocol: str | None = None  # None: not asked for, which is auto as well
    app: str | None = None
    env_file: str | None = None
    no_env: bool = False
    connect_to: tuple[str, ...] = ()
    dns_server: tuple[str, ...] = ()
    ca_bundle: str | None = None
    proxy: str | None = None
    no_proxy: bool = False
    timeout: float | None = None
    deadline: float | None = None
    no_spend: bool = False
    deep: bool = False
    offline: bool = False
    send_anyway: bool = False
    guard: bool = False  # keep the user's key from an address that a project's file names
    slo: tuple[str, ...] = ()


# -- what the SDKs read ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Family:
    """One protocol's official SDK: the variables that it reads, in its order, and those that people take for them."""

    protocol: str
    keys: tuple[str, ...]
    bases: tuple[str, ...]
    model: str
    default: str | None
    unread_keys: tuple[str, ...] = ()
    unread_bases: tuple[str, ...] = ()
    version: str = ""  # the variable that names the version of the API
    emptied: bool = True  # a variable of the base URL that is set to nothing counts, as in Python


_OPENAI = _Family(
    "openai",
    ("OPENAI_API_KEY",),
    ("OPENAI_BASE_URL",),
    "OPENAI_MODEL",
    "https://api.openai.com/v1",
    (
        *("OPENAI_KEY", "OPENAI_TOKEN", "OPENAI_APIKEY", "OPENAI_API_KEYS", "OPENAI_API_TOKEN", "OPENAI_SECRET_KEY"),
        *(
            "OPENAI_ACCESS_TOKEN",
            "OPENAI_AUTH_TOKEN",
            "OPEN_AI_KEY",
            "OPEN_AI_API_KEY",
            "CHATGPT_API_KEY",
            "CHATGPT_KEY",
        ),
    ),
    (
        *("OPENAI_API_BASE", "OPENAI_API_HOST", "OPENAI_BASE", "OPENAI_HOST", "OPENAI_URL", "OPENAI_API_URL"),
        *("OPENAI_ENDPOINT", "OPENAI_API_ENDPOINT", "OPENAI_API_BASE_URL", "OPENAI_BASEURL", "OPENAI_API_BASEURL"),
        *("OPENAI_PROXY_URL", "OPENAI_PROXY", "OPENAI_REVERSE_PROXY", "OPEN_AI_BASE_URL"),
    ),
)
_ANTHROPIC = _Family(
    "anthropic",
    ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    ("ANTHROPIC_BASE_URL",),
    "ANTHROPIC_MODEL",
    "https://api.anthropic.com",
    (
        *(
            "CLAUDE_API_KEY",
            "CLAUDE_KEY",
            "ANTHROPIC_KEY",
            "ANTHROPIC_APIKEY",
            "ANTHROPIC_TOKEN",
            "ANTHROPIC_API_TOKEN",
        ),
        *("ANTHROPIC_API_KEYS", "ANTHROPIC_SECRET_KEY", "CLAUDE_API_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
    ),
    (
        *("ANTHROPIC_API_URL", "ANTHROPIC_API_BASE", "ANTHROPIC_API_HOST", "ANTHROPIC_BASE", "ANTHROPIC_URL"),
        *("ANTHROPIC_HOST", "ANTHROPIC_ENDPOINT", "ANTHROPIC_API_BASE_URL", "ANTHROPIC_BASEURL"),
        *("CLAUDE_BASE_URL", "CLAUDE_API_BASE", "CLAUDE_API_URL"),
    ),
)
_FAMILIES = {
    "openai": _OPENAI,
    "responses": _OPENAI,
    "anthropic": _ANTHROPIC,
    "gemini": _Family(
        "gemini",
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        ("GOOGLE_GEMINI_BASE_URL",),
        "GEMINI_MODEL",
        "https://generativelanguage.googleapis.com",
        ("GOOGLE_KEY", "GEMINI_KEY", "GOOGLE_GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"),
        ("GEMINI_BASE_URL", "GOOGLE_BASE_URL", "GEMINI_API_BASE"),
        "GOOGLE_GENAI_API_VERSION",
    ),
    "azure": _Family(
        "azure",
        ("AZURE_OPENAI_API_KEY",),
        ("AZURE_OPENAI_ENDPOINT",),
        "AZURE_OPENAI_DEPLOYMENT",
        None,
        ("AZURE_OPENAI_KEY", "AZURE_API_KEY", "AZURE_OPENAI_APIKEY"),
        ("AZURE_OPENAI_BASE_URL", "AZURE_API_BASE", "AZURE_OPENAI_API_BASE"),
        "OPENAI_API_VERSION",
    ),
    "ollama": _Family("ollama", ("OLLAMA_API_KEY",), ("OLLAMA_HOST",), "OLLAMA_MODEL", "http://localhost:11434"),
}
# What shows which SDK is meant: of the first two a base URL or a key, of the others a base URL, whose key is of use in
# many programs.
_MEANT = (_OPENAI, _ANTHROPIC)
_MEANT_BY_BASE = (_FAMILIES["gemini"], _FAMILIES["azure"], _FAMILIES["ollama"])
_UNREAD = frozenset(name for family in _FAMILIES.values() for name in family.unread_keys + family.unread_bases)
# Many programs set these for other ends: alone they do not mean that somebody wants an LLM.
_SHARED_NAMES = re.compile(
    r"GITHUB|^GH_|^HF_|HUGGING|^AWS_|^CF_|CLOUDFLARE|DATABRICKS|DIGITALOCEAN|VERCEL|SNOWFLAKE|GOOGLE"
)


Layer = tuple[str, dict[str, Sourced[str]]]  # what a place is called, and its variables


class _Variables:
    """Named values of the environment and an env file; the environment stands first, as python-dotenv leaves it."""

    def __init__(
        self, layers: list[Layer], project: Path | None = None, borrowed: Mapping[str, str] | None = None
    ) -> None:
        self.layers = layers
        self.project = project  # the folder of the `.env` that was found without being named; it is the last layer
        self.borrowed = borrowed or {}  # what in it refers to a variable of the environment: source -> that variable

    def all(self, name: str) -> list[Sourced[str]]:
        return [values[name] for _, values in self.layers if name in values]

    def first(self, name: str) -> Sourced[str] | None:
        """The one that counts, be it empty: an empty variable hides the line in ``.env``."""
        return next(iter(self.all(name)), None)

    def filled(self, name: str) -> Sourced[str] | None:
        found = self.first(name)
        return found if found and found.value else None

    def base(self, family: _Family, emptied: bool = False) -> Sourced[str] | None:
        """The base URL that a client of this family takes; with ``emptied`` one that is set to nothing, too."""
        found = next((value for name in family.bases if (value := self.filled(name))), None)
        return found or next((value for name in family.bases if emptied and (value := self.first(name))), None)

    def names(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for _, values in self.layers for name in values))


def gather(
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    file: config.Config | None = None,
    home: Path | None = None,
    shells: Iterable[Layer] = (),
) -> Settings:
    """The settings and where each stood. Reads the files named above and nothing else; no ``llmdoctor.toml`` where
    ``file`` stands in for it.

    ``home``: a ``.env`` there is the user's own. ``shells``: what new shells will see besides the environment.

    Raises BadInput for what cannot be meant: an unknown target, a file that is missing or unreadable, two keys.
    """
    target, url, file = _target(options, cwd, file)
    check = Entry("check") if options.no_env or options.env_file or file is None else file.check
    variables = _variables(options, environ, cwd, shells)
    named = [entry for entry in (target, check) if entry is not None]
    defaults = Limits()

    protocol = _protocol(options, named)
    app = _app(options.app or next((entry.values["app"].value for entry in named if "app" in entry.values), None))
    choice = _choose(options, target, check, url, variables, protocol, app)
    key, variable, searched, key_rivals = _key(options, target, check, choice, variables, environ)
    model, model_rivals = _model(options, target, check, choice.family, variables)
    if protocol.value == "auto" and choice.protocol:
        protocol = choice.protocol
    return Settings(
        base_url=choice.base,
        key=key,
        model=model,
        protocol=protocol,
        api_version=variables.filled(choice.family.version) if choice.family.version else None,
        app=app.id if app is not None else None,
        auth_variable=variable if variable == "ANTHROPIC_AUTH_TOKEN" else None,
        rivals=(*key_rivals, *_base_rivals(choice, check, variables), *model_rivals),
        searched=tuple(searched),
        override=_override(choice, key, variable, variables, home, options.guard and not options.send_anyway),
        proxies=_proxies(options, named, environ),
        connect_to=_connections(options.connect_to or _named(named, "connect_to", ())),
        dns_servers=_name_servers(options.dns_server),
        ca_bundle=_ca_bundle(options, named, environ, cwd),
        node=read_node({} if options.no_env else environ),
        no_spend=options.no_spend or _named(named, "no_spend", False),
        deep=options.deep,
        offline=options.offline,
        send_anyway=options.send_anyway or _named(named, "send_anyway", False),
        limits=Limits(
            probe=_seconds("--timeout", options.timeout, _named(named, "timeout", defaults.probe)),
            run=_seconds("--deadline", options.deadline, _named(named, "deadline", defaults.run)),
        ),
        slos=_slos(options.slo, named),
    )


def surroundings(options: Options, environ: Mapping[str, str], cwd: Path) -> tuple[ProxySettings, Sourced[str] | None]:
    """The proxies and the extra roots that any program started here has, whatever settings it is given.

    Raises BadInput as :func:`gather` does.
    """
    return _proxies(options, [], environ), _ca_bundle(options, [], environ, cwd)


def _named(entries: list[Entry], name: str, default: Any) -> Any:
    return next((entry.values[name].value for entry in entries if name in entry.values), default)


def _slos(given: tuple[str, ...], named: list[Entry]) -> tuple[Slo, ...]:
    """The command line's limit of a name counts, then the target's, then that of ``[check]``."""
    layers = [entry.values["slo"].value for entry in reversed(named) if "slo" in entry.values]
    try:
        return slo.merge(*layers, *map(slo.parse, given))
    except slo.SloError as error:
        raise BadInput(f"--slo: {error}.") from None


def _seconds(option: str, given: float | None, default: float) -> float:
    value = default if given is None else given
    if not 0 < value < float("inf"):
        raise BadInput(f"{option} is to be a number of seconds above 0.")
    return float(value)


# -- files -------------------------------------------------------------------------------------------------------------


def _shown(path: Path, cwd: Path) -> str:
    """The path as seen from the folder where that is below or above it; else whole."""
    path, cwd = Path(os.path.abspath(path)), Path(os.path.abspath(cwd))  # noqa: PTH100 - resolve() would follow links
    if path.parent in (cwd, *cwd.parents) or cwd in path.parents:
        return Path(os.path.relpath(path, cwd)).as_posix()
    return str(path)


def _variables(options: Options, environ: Mapping[str, str], cwd: Path, shells: Iterable[Layer] = ()) -> _Variables:
    if options.env_file and options.no_env:
        raise BadInput("--env-file and --no-env exclude each other.")
    if options.no_env:
        return _Variables([])
    if options.env_file:
        path = cwd / Path(options.env_file).expanduser()
        if not path.is_file():
            raise BadInput(f"The file {_told(options.env_file)} that --env-file names does not exist.")
        try:
            return _Variables([_env_file(path, cwd, environ)[0]])
        except OSError as error:
            raise BadInput(f"The file {_told(options.env_file)} cannot be read: {error.strerror}.") from None
    layers = [("environment", {name: Sourced(value, f"environment {name}") for name, value in environ.items()})]
    layers += shells
    path = next((folder / ".env" for folder in (cwd, *cwd.parents) if (folder / ".env").is_file()), cwd / ".env")
    try:
        layer, borrowed = _env_file(path, cwd, environ)
    except OSError:  # none, or not ours to read: the app cannot read it either
        layer, borrowed = (".env", {}), {}
    return _Variables([*layers, layer], path.parent, borrowed)


def _env_file(path: Path, cwd: Path, environ: Mapping[str, str]) -> tuple[Layer, dict[str, str]]:
    """The bindings as ``load_dotenv()`` takes them: the last of a name counts, ``environ`` goes into ``${NAME}``.

    Also which of them hold a variable of the environment: source and that variable.
    """
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    from dotenv.variables import Variable, parse_variables

    from probes.places.variables import dotenv

    shown = _shown(path, cwd)
    found: dict[str, Sourced[str]] = {}
    values: dict[str, str | None] = {}
    borrowed: dict[str, str] = {}
    for binding in dotenv(text):
        known: dict[str, str | None] = {**values, **environ}
        atoms = list(parse_variables(binding.value))
        value = "".join(atom.resolve(known) for atom in atoms)
        values[binding.name] = value
        found[binding.name] = Sourced(value, f"{shown}:{binding.line} {binding.name}")
        for atom in atoms:
            if isinstance(atom, Variable) and environ.get(atom.name):
                borrowed[found[binding.name].source] = atom.name
            elif isinstance(atom, Variable) and atom.name in found and found[atom.name].source in borrowed:
                borrowed[found[binding.name].source] = borrowed[found[atom.name].source]
    return (shown, found), borrowed


def _target(
    options: Options, cwd: Path, file: config.Config | None
) -> tuple[Entry | None, Sourced[str] | None, config.Config | None]:
    """The named target, or the base URL that stands in its place; and the file."""
    name = options.target
    wordlike = name is not None and re.fullmatch(r"[\w-]+", name) is not None and name.lower() != "localhost"
    lonely = options.no_env or options.env_file is not None
    if file is None:
        path = config.find(cwd) if not lonely or (name is not None and not _is_url(name)) else None
        file = config.read(path, _shown(path, cwd)) if path else None
        if file and file.doors:
            from probes import doors

            doors.adopt(file.doors)
    if name is None:
        return None, None, file
    if file and name in file.targets:
        return file.targets[name], None, file
    from probes.flaws import url_is_key

    if not wordlike or url_is_key(name):
        if options.base_url is not None:
            raise BadInput("The base URL is given twice, as an argument and with --base-url.")
        return None, Sourced(name, "argument"), file
    if file is None:
        raise BadInput(
            f"There is no target {_told(name)}: no {config.FILE_NAME} stands in this folder or above it. "
            "A base URL begins with https://."
        )
    import difflib

    near = difflib.get_close_matches(name, file.targets, 1)
    known = ", ".join(file.targets) or "none"
    hint = f"Is {near[0]} meant?" if near else f"Its targets: {known}."
    raise BadInput(f"There is no target {_told(name)} in {_shown(file.path, cwd)}. {hint}")


def _told(text: str) -> str:
    """``text`` for a message, but for what may be a key in the wrong place."""
    return "…" if re.search(r"[\w-]{20,}", text) and re.search(r"\d", text) and "/" not in text else text


def _is_url(text: str) -> bool:
    return "://" in text


# -- which SDK, which base URL -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choice:
    """``explicit``: the base URL was given by argument or target. ``protocol`` is what a variable's name decides."""

    family: _Family
    base: Sourced[str] | None
    door: Door | None
    explicit: bool
    by_variable: bool = False
    protocol: Sourced[str] | None = None


def _doors() -> Doors:
    from probes import doors

    return doors.load()


def _door_of(url: str, protocol: str) -> Door | None:
    from probes.flaws import examine_url

    mended = examine_url(url, protocol).mended
    if mended is None:
        return None
    parts = urlsplit(mended)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return _doors().of_host(parts.hostname or "", port, parts.path)


def _protocol(options: Options, named: list[Entry]) -> Sourced[str]:
    if options.protocol not in (None, *config.PROTOCOLS):
        raise BadInput(f"--protocol is to be one of {', '.join(config.PROTOCOLS)}.")
    if options.protocol is not None:
        return Sourced(options.protocol, "--protocol")
    given = (entry.values["protocol"] for entry in named if "protocol" in entry.values)
    return next((protocol for protocol in given if protocol.value != "auto"), Sourced("auto", "default"))


def _app(asked: str | None) -> App | None:
    """The client that was named. Raises BadInput for one that is not known, with names that are near."""
    from probes.apps import load

    if asked is None:
        return None
    if app := load().get(asked):
        return app
    near = load().near(asked)
    hint = f"Is {' or '.join(near)} meant?" if near else "`llmdoctor apps` lists them."
    raise BadInput(f"There is no app {_told(asked)}. {hint}")


def _family_of_app(app: App, protocol: str, url: str, variables: _Variables) -> _Family:
    """What the app reads, of the protocol asked for, or of the one that address and variables point to.

    Raises BadInput where it does not speak the protocol.
    """
    spoken = {wire.protocol: wire for wire in app.wires}
    if protocol != "auto" and protocol not in spoken:
        raise BadInput(f"{app.name} does not speak {protocol}, but {', '.join(spoken)}.")
    wire = spoken.get(protocol) or _likely(app, url, variables)
    usual = _FAMILIES[wire.protocol]
    keys = wire.key or usual.keys  # one that keeps its key elsewhere is checked with the usual one
    return _Family(
        wire.protocol,
        keys,
        wire.base_url,
        (*wire.model, "")[0],
        wire.default or None,
        tuple(name for name in (*usual.keys, *usual.unread_keys) if name not in keys),
        tuple(name for name in (*usual.bases, *usual.unread_bases) if name not in wire.base_url),
        usual.version,
        app.stack == "httpx",
    )


def _likely(app: App, url: str, variables: _Variables) -> Wire:
    """Of several protocols the one that the address, its door or the variables that are set point to."""
    if len(app.wires) == 1:
        return app.wires[0]
    told = ["anthropic"] if re.search(r"/anthropic(?:/|$)|/messages/?$", url, re.I) else []
    door = _door_of(url, "auto") if url else None
    told += [name for name in (door.protocols if door else ()) if url]
    by_protocol = next((wire for name in told for wire in app.wires if wire.protocol == name), None)
    if by_protocol is not None:
        return by_protocol
    filled = (wire for wire in app.wires if any(variables.filled(name) for name in (*wire.base_url, *wire.key)))
    return next(filled, app.wires[0])


def _choose(
    options: Options,
    target: Entry | None,
    check: Entry,
    url: Sourced[str] | None,
    variables: _Variables,
    protocol: Sourced[str],
    app: App | None,
) -> _Choice:
    named = options.base_url if options.base_url is not None else url.value if url else ""
    family = _family_of_app(app, protocol.value, named, variables) if app else _FAMILIES.get(protocol.value)
    asked = Sourced(family.protocol, "--app") if family and protocol.value == "auto" else None
    given = Sourced(options.base_url, "--base-url") if options.base_url is not None else url
    given = given or (target.text("base_url") if target else None)
    if given:
        return _at_url(given, family, True, variables, asked)

    present = family or next((each for each in _MEANT if _evidence(each, variables)), None)
    present = present or next((each for each in _MEANT_BY_BASE if variables.base(each)), None)
    if (
        present
        and (base := variables.base(present, emptied=present.emptied))
        and (base.value or family or not check.text("base_url"))
    ):
        spoken = asked or Sourced(present.protocol, base.source)
        return _Choice(present, base, _door_of(base.value, present.protocol), False, True, spoken)
    if below := check.text("base_url"):
        return _at_url(below, family, False, variables, asked)
    if present:
        shown = _evidence(present, variables)
        return _default(present, asked or (Sourced(present.protocol, shown.source) if shown else None))
    if found := _at_door_variable(variables):
        return found
    for each in (_OPENAI, _ANTHROPIC):
        if base := variables.base(each, emptied=True):  # set but empty: the Python SDKs take it and every call fails
            return _Choice(each, base, None, False, True, Sourced(each.protocol, base.source))
    key_given = options.key is not None or options.key_env or options.key_file or options.key_stdin
    if (target and target.key) or check.key or key_given:
        anthropic = (options.key or options.stdin_text or "").lstrip().startswith("sk-ant-")
        return _default(_ANTHROPIC if anthropic or "ANTHROPIC" in (options.key_env or "") else _OPENAI, None)
    for each in (_OPENAI, _ANTHROPIC):
        if any(variables.filled(name) for name in each.unread_keys + each.unread_bases) or any(
            _near_names(variables, (*each.keys, *each.bases))
        ):
            return _default(each, None)
    return _Choice(_OPENAI, None, None, False)


def _evidence(family: _Family, variables: _Variables) -> Sourced[str] | None:
    """What shows that somebody means this SDK: a base URL or a key of its own."""
    return next((found for name in (*family.bases, *family.keys) if (found := variables.filled(name))), None)


def _default(family: _Family, protocol: Sourced[str] | None) -> _Choice:
    base = Sourced(family.default, "default") if family.default else None
    return _Choice(family, base, None, False, True, protocol)


def _at_url(
    base: Sourced[str], family: _Family | None, explicit: bool, variables: _Variables, asked: Sourced[str] | None
) -> _Choice:
    door = _door_of(base.value, family.protocol if family else "auto")
    if family:
        return _Choice(family, base, door, explicit, protocol=asked)
    if re.search(r"/anthropic(?:/|$)", base.value, re.I):
        return _Choice(_ANTHROPIC, base, door, explicit)
    if door:
        return _Choice(_FAMILIES.get((door.protocols or ("openai",))[0], _OPENAI), base, door, explicit)
    if not _evidence(_OPENAI, variables) and (found := _evidence(_ANTHROPIC, variables)):
        return _Choice(_ANTHROPIC, base, None, explicit, protocol=Sourced("anthropic", found.source))
    return _Choice(_OPENAI, base, None, explicit)


def _at_door_variable(variables: _Variables) -> _Choice | None:
    """A door whose own variable holds a key: its base URL variable, else its documented base URL."""
    candidates = [name for name in variables.names() if re.search(r"KEY|TOKEN|PASSWORD|_PAT$", name)]
    if not any(variables.filled(name) and not _SHARED_NAMES.search(name) for name in candidates):
        return None
    for door in _doors():
        if not any(variables.filled(name) and not _SHARED_NAMES.search(name) for name in _own_keys(door)):
            continue
        for name in door.base_url_env:
            if (base := variables.filled(name)) and name not in _UNREAD:
                return _at_url(base, None, False, variables, None)
        names = [name for name in _FAMILIES["gemini"].keys if name in door.key_env]
        meant = next((found for name in names if (found := variables.filled(name))), None)
        if meant:
            return _default(_FAMILIES["gemini"], Sourced("gemini", meant.source))
        endpoint = next((e for p in ("openai", "anthropic") if (e := door.endpoint(p))), None)
        if endpoint and "{" not in endpoint.base_url:
            base = Sourced(endpoint.base_url, f"default of {door.name}")
            return _Choice(_FAMILIES[endpoint.protocol], base, door, False)
    return None


def _own_keys(door: Door) -> list[str]:
    return [name for name in door.key_env if name not in _UNREAD]


def means_an_llm(name: str) -> bool:
    """Whether a variable that names a door's key is set for nothing else."""
    official = {each for family in _FAMILIES.values() for each in family.keys}
    return name not in _UNREAD and name not in official and not _SHARED_NAMES.search(name)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a user whom the system does not know
        return None


def _override(
    choice: _Choice,
    key: Sourced[Secret] | None,
    variable: str,
    variables: _Variables,
    home: Path | None,
    withhold: bool,
) -> Override | None:
    """A ``.env`` of the folder that names the address for a key which stands elsewhere."""
    if variables.project in (None, home or _home()) or choice.base is None or key is None or choice.explicit:
        return None
    theirs = {value.source for value in variables.layers[-1][1].values()}
    lent = variables.borrowed.get(key.source, "")
    if choice.base.source not in theirs or (key.source in theirs and not lent) or not choice.family.default:
        return None
    if choice.door is not None and (lent or variable) in _own_keys(choice.door):
        return None  # the key is kept for that very door
    official = {name for family in _FAMILIES.values() for name in family.keys}
    if lent and lent not in official and not _doors().for_variable(lent):
        return None  # its name says nothing of where it goes
    from probes.override import overridden

    source = f"environment {lent}" if lent else key.source
    return overridden(choice.base, Sourced(choice.family.default, "default"), source, withhold)


# -- the key -----------------------------------------------------------------------------------------------------------


def _key(
    options: Options,
    target: Entry | None,
    check: Entry,
    choice: _Choice,
    variables: _Variables,
    environ: Mapping[str, str],
) -> tuple[Sourced[Secret] | None, str, list[str], list[Rival]]:
    """The key, the variable that held it, the places looked at, and what else was found."""
    ways = [
        way
        for way, given in (
            ("--key", options.key is not None),
            ("--key-env", options.key_env),
            ("--key-file", options.key_file),
            ("--key-stdin", options.key_stdin),
        )
        if given
    ]
    if len(ways) > 1:
        raise BadInput(f"The key is given twice, with {' and '.join(ways[:2])}.")
    if options.key is not None:
        return _taken(Sourced(options.key, "--key"))
    if options.key_stdin:
        return _taken(Sourced(_without_line_end(options.stdin_text or ""), "standard input"))
    if options.key_file:
        path = Path(options.key_file).expanduser()
        return _taken(Sourced(_key_text(path, f"the file {_told(options.key_file)}"), f"--key-file {options.key_file}"))
    if options.key_env:
        if not config.is_variable_name(options.key_env):
            raise BadInput("--key-env takes the name of a variable, not a key.")
        return _from_variable(options.key_env, variables, environ)
    if target and target.key:
        return _referred(target.key.value, variables, environ)

    own, generic = (_own_keys(choice.door) if choice.door else []), list(choice.family.keys)
    names = list(dict.fromkeys(generic + own if choice.by_variable else own + generic))
    searched = _places(names, variables)
    found = next(((name, value) for name in names if (value := variables.filled(name))), None)
    rivals = _key_rivals(names, found, own, choice, variables)
    if found is None and check.key:
        key, variable, places, _ = _referred(check.key.value, variables, environ)
        return key, variable, searched + places, rivals
    if found is None:
        return None, "", searched, rivals
    name, value = found
    return Sourced(Secret(value.value), value.source), name, searched, rivals


_Taken = tuple[Sourced[Secret] | None, str, list[str], list[Rival]]


def _taken(value: Sourced[str], variable: str = "") -> _Taken:
    if not value.value:
        return None, variable, [f"{value.source} (empty)"], []
    return Sourced(Secret(value.value), value.source), variable, [value.source], []


def _from_variable(name: str, variables: _Variables, environ: Mapping[str, str]) -> _Taken:
    """A variable that was named: found even under ``--no-env``, which is about what is read unasked."""
    if value := variables.first(name):
        return _taken(value, name)
    if name in environ:
        return _taken(Sourced(environ[name], f"environment {name}"), name)
    near = [each for each, _ in _near_names(variables, (name,))]
    rivals = [
        _rival("key", each, value, "near_name", "") for each in near for value in variables.all(each) if value.value
    ]
    return None, name, _places([name], variables) or [f"environment {name}"], rivals


def _referred(reference: KeyReference, variables: _Variables, environ: Mapping[str, str]) -> _Taken:
    if reference.env:
        return _from_variable(reference.env, variables, environ)
    assert reference.file is not None
    return _taken(Sourced(_key_text(reference.file, f"the file {reference.file}"), f"file {reference.file}"))


def _key_text(path: Path, named: str) -> str:
    try:
        return _without_line_end(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        raise BadInput(f"The key cannot be read from {named}: {error.strerror}.") from None


def _without_line_end(text: str) -> str:
    return re.sub(r"(?:\r\n|\n|\r)\Z", "", text, count=1)


def _places(names: Iterable[str], variables: _Variables) -> list[str]:
    """``environment NAME`` or ``.env NAME``; ``(empty)`` behind one that is set to nothing."""
    names = list(names)
    return [
        f"{place} {name}" + (" (empty)" if name in values and not values[name].value else "")
        for place, values in variables.layers
        for name in names
    ]


def _rival(role: str, name: str, found: Sourced[str], why: str, winner: str, same: bool = False) -> Rival:
    return Rival(role, name, found.source, Secret(found.value) if role == "key" else found.value, why, winner, same)


def _key_rivals(
    names: list[str], found: tuple[str, Sourced[str]] | None, own: list[str], choice: _Choice, variables: _Variables
) -> list[Rival]:
    generic = choice.family.keys
    winner, held = ("", "") if found is None else (found[1].source, found[1].value)
    # Another provider's key in its own variable is no rival: only names that stand for the same account are.
    alike = names if found is None else [name for name in names if (name in generic) == (found[0] in generic)]
    rivals = [
        _rival("key", name, value, "shadowed", winner or variables.all(name)[0].source, value.value == held)
        for name in alike
        for value in variables.all(name)
        if value.value and (found is None or value is not found[1])
    ]
    if found is None or found[0] in generic:
        rivals += [
            _rival("key", name, value, "unread", winner, value.value == held)
            for name in choice.family.unread_keys
            for value in variables.all(name)
            if value.value
        ]
    candidates = list(names)
    if found is None and choice.door is None and any(re.search("KEY|TOKEN", name, re.I) for name in variables.names()):
        candidates += [name for door in _doors() for name in _own_keys(door)]
    rivals += [
        _rival("key", name, value, "near_name", winner, value.value == held)
        for name, _ in _near_names(variables, candidates, settled=found is not None)
        for value in variables.all(name)
        if value.value
    ]
    return rivals


def _base_rivals(choice: _Choice, check: Entry, variables: _Variables) -> list[Rival]:
    """Nothing rivals a base URL that was asked for by argument or target."""
    if choice.explicit:
        return []
    base, family = choice.base, choice.family
    winner, held = (base.source, base.value) if base else ("", "")
    found = [(value, name, "shadowed") for name in family.bases for value in variables.all(name)]
    if below := check.text("base_url"):
        found.append((below, "base_url", "shadowed"))
    found += [(value, name, "unread") for name in family.unread_bases for value in variables.all(name)]
    settled = base is not None and base.source != "default"
    found += [
        (value, name, "near_name")
        for name, _ in _near_names(variables, family.bases, settled)
        for value in variables.all(name)
    ]
    return [
        _rival("base_url", name, value, why, winner, value.value == held)
        for value, name, why in found
        if value.value and value is not base
    ]


def _near_names(variables: _Variables, wanted: Iterable[str], settled: bool = False) -> list[tuple[str, str]]:
    """Variables that are slips of wanted ones, with those. ``settled``: the wanted is there, so a number is no slip."""
    bare_wanted = {each: _bare(each) for each in wanted}
    near: list[tuple[str, str]] = []
    known: set[str] | None = None
    for name in variables.names():
        if name in bare_wanted or name in _UNREAD or (settled and name[-1:].isdigit()):
            continue
        if not re.search("KEY|TOK|BASE|URL|API|HOST|END", name, re.I):
            continue
        bare = _bare(name)
        slip = next((each for each, its in bare_wanted.items() if its == bare or _is_slip(name, each)), None)
        if slip is None:
            continue
        if known is None:
            known = {own for door in _doors() for own in (*door.key_env, *door.base_url_env)}
            known.update(own for family in _FAMILIES.values() for own in (*family.keys, *family.bases))
        if name not in known:
            near.append((name, slip))
    return near


def _is_slip(name: str, wanted: str) -> bool:
    """One or two edits off; short names are too close to each other to tell."""
    return abs(len(wanted) - len(name)) <= 2 and len(wanted) >= 12 and _edits(wanted, name) <= 2


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).upper()


def _edits(one: str, other: str) -> int:
    """Edit distance, two neighbours in the wrong order counting once; 3 stands for more than 2."""
    if len(set(one) ^ set(other)) > 4:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return 3
    return row[-1]


# -- the rest ----------------------------------------------------------------------------------------------------------


def _model(
    options: Options, target: Entry | None, check: Entry, family: _Family, variables: _Variables
) -> tuple[Sourced[str] | None, list[Rival]]:
    if options.model:
        return Sourced(options.model, "--model"), []
    if target:  # the environment's model belongs to the environment's base URL
        return target.text("model") or check.text("model"), []
    found = [value for value in variables.all(family.model) if value.value]
    if variables.filled(family.model) is None:
        return check.text("model"), []
    rivals = [
        _rival("model", family.model, value, "shadowed", found[0].source, value.value == found[0].value)
        for value in found[1:]
    ]
    return found[0], rivals


def _connections(raw: Iterable[str]) -> tuple[ConnectTo, ...]:
    """As curl reads ``--connect-to``; IPv6 addresses stand in brackets."""
    found = []
    for text in raw:
        parts = re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d{0,5}):(\[[^\]]*\]|[^:]*):(\d{0,5})", text.strip(), re.ASCII)
        if not parts or not (parts[3] or parts[4]) or max(int(parts[2] or 0), int(parts[4] or 0)) > 65535:
            raise BadInput("--connect-to is to be HOST:PORT:ADDR:PORT, an IPv6 address in brackets.")
        host, to_host = (part.strip("[]").lower() for part in (parts[1], parts[3]))
        found.append(ConnectTo(host, int(parts[2] or 0), to_host, int(parts[4] or 0)))
    return tuple(found)


def _ca_bundle(options: Options, named: list[Entry], environ: Mapping[str, str], cwd: Path) -> Sourced[str] | None:
    given = Sourced(options.ca_bundle, "--ca-bundle") if options.ca_bundle else None
    given = given or next((entry.values["ca_bundle"] for entry in named if "ca_bundle" in entry.values), None)
    if given:
        path = cwd / Path(given.value).expanduser()
        if not path.is_file():
            raise BadInput(f"The file {given.value} with extra roots ({given.source}) does not exist.")
        if not _holds_certificates(path):
            raise BadInput(
                f"The file {given.value} with extra roots ({given.source}) holds no certificate in PEM form."
            )
        return Sourced(str(path), given.source)
    if not options.no_env and (path_text := environ.get("SSL_CERT_FILE")):
        return Sourced(path_text, "environment SSL_CERT_FILE")
    return None


def _holds_certificates(path: Path) -> bool:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError):
        return False
    return context.cert_store_stats()["x509"] > 0


def _name_servers(given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        try:
            server(one)
        except ValueError as error:
            raise BadInput(f"--dns-server {one} is no address; it is to be ADDR or ADDR:PORT.") from error
    return given


def _proxies(options: Options, named: list[Entry], environ: Mapping[str, str]) -> ProxySettings:
    """As urllib and httpx read them: a lower-case name wins and, empty, switches off. ``.env`` sets none."""
    if options.proxy and options.no_proxy:
        raise BadInput("--proxy and --no-proxy exclude each other.")
    given = Sourced(options.proxy, "--proxy") if options.proxy else None
    if options.no_proxy or (given is None and _named(named, "no_proxy", False)):
        return ProxySettings()
    if given := given or next((entry.values["proxy"] for entry in named if "proxy" in entry.values), None):
        return ProxySettings(http=given, https=given)
    if options.no_env:
        return ProxySettings()

    def read(name: str) -> Sourced[str] | None:
        if name in environ:
            return Sourced(environ[name], f"environment {name}") if environ[name] else None
        if name == "http_proxy" and "REQUEST_METHOD" in environ:  # under CGI a visitor's Proxy header lands there
            return None
        upper = next((each for each in environ if each.lower() == name and environ[each]), None)
        return Sourced(environ[upper], f"environment {upper}") if upper else None

    found = ProxySettings(read("http_proxy"), read("https_proxy"), read("all_proxy"), read("no_proxy"))
    # As urllib: one variable that ends so, whichever it is, and the system is not asked.
    return found if any(name.lower().endswith("_proxy") and environ[name] for name in environ) else system_proxies()


def system_proxies() -> ProxySettings:
    """What macOS or Windows is set to, as httpx takes it over; no proxy on any other system, which keeps none.

    httpx reads no list of exceptions here: what the system would not send through the proxy goes there all the same. A
    SOCKS proxy of Windows comes as ``socks4://``, with which no client of httpx's is built.
    """
    if sys.platform not in ("darwin", "win32"):
        return ProxySettings()
    from urllib.request import getproxies

    found = getproxies()

    def read(name: str) -> Sourced[str] | None:
        return Sourced(found[name], f"system settings ({name} proxy)") if found.get(name) else None

    return ProxySettings(read("http"), read("https"), read("all"), read("no"))
