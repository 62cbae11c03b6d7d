"""Gather the settings from the command line, the environment, ``.env`` and ``llmdoctor.toml``, in this order.

The result is what an official SDK started in this folder would use (measured: openai 3.54, anthropic 2.12), with the
source of each value, and the values that are overridden or that no SDK reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from probes.catalog import doors
from probes.catalog.node_runtime import read as read_node
from probes.catalog.sdk_variables import SdkVariables, official_keys, own_keys
from probes.model.secret import Secret
from probes.model.settings import (
    BadInput,
    Conflict,
    ConflictReason,
    ConflictRole,
    Limits,
    Override,
    Settings,
    Slo,
    Sourced,
)
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable, option
from probes.settings import config_file, environment, slo
from probes.settings.config_file import ConfigTable, setting
from probes.settings.conflicts import base_url_conflicts, conflict
from probes.settings.environment import Layer, Variables
from probes.settings.key_selection import key_of
from probes.settings.network_settings import ca_bundle, connections, name_servers, proxies
from probes.settings.options import Options, shown_path, shown_word
from probes.settings.sdk_selection import SdkChoice, choose
from probes.settings.value_lengths import check_lengths

if TYPE_CHECKING:
    from probes.catalog.app import App

__all__ = ["BadInput", "Options", "gather"]


def gather(
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    file: config_file.Config | None = None,
    home: Path | None = None,
    shells: Iterable[Layer] = (),
) -> Settings:
    """Gather the settings with their sources. It reads only the files named above and those that the settings name.

    ``file`` replaces the nearest ``llmdoctor.toml``. A ``.env`` or ``llmdoctor.toml`` in ``home`` belongs to the user.
    ``shells`` are variables that new shells will have besides the environment. Raises BadInput for an unknown target, a
    missing or unreadable file, or a key that is given twice.
    """
    target, url, file = _target(options, cwd, file, home or _home())
    check = ConfigTable("check") if options.no_env or options.env_file or file is None else file.check
    variables = environment.read(options, environ, cwd, shells, home or _home())
    named = [entry for entry in (target, check) if entry is not None]
    defaults = Limits()

    protocol = _protocol(options, named)
    app = _app(options.app or next((entry.values["app"].value for entry in named if "app" in entry.values), None))
    choice = choose(options, target, check, url, variables, protocol, app)
    key, variable, searched, key_conflicts = key_of(options, target, check, choice, variables, environ)
    model, model_conflicts = _model(options, target, check, choice.family, variables)
    if protocol.value == "auto" and choice.protocol:
        protocol = choice.protocol
    gathered = Settings(
        base_url=choice.base,
        key=key,
        model=model,
        protocol=protocol,
        api_version=variables.filled(choice.family.version) if choice.family.version else None,
        app=app.id if app is not None else None,
        auth_variable=variable if variable == "ANTHROPIC_AUTH_TOKEN" else None,
        conflicts=(*key_conflicts, *base_url_conflicts(choice, check, variables), *model_conflicts),
        searched=tuple(searched),
        override=_override(choice, key, variable, variables, home, options.guard and not options.send_anyway),
        proxies=proxies(options, named, environ),
        connect_to=connections(options.connect_to or setting(named, "connect_to", ())),
        dns_servers=name_servers(options.dns_server),
        ca_bundle=ca_bundle(options, named, environ, cwd),
        node=read_node({} if options.no_env else environ),
        no_spend=options.no_spend or setting(named, "no_spend", False),
        deep=options.deep,
        offline=options.offline,
        send_anyway=options.send_anyway or setting(named, "send_anyway", False),
        limits=Limits(
            probe=_seconds("--timeout", options.timeout, setting(named, "timeout", defaults.probe)),
            run=_seconds("--deadline", options.deadline, setting(named, "deadline", defaults.run)),
        ),
        slos=_slos(options.slo, named),
    )
    check_lengths(gathered)
    return gathered


def _target(
    options: Options, cwd: Path, file: config_file.Config | None, home: Path | None
) -> tuple[ConfigTable | None, Sourced[str] | None, config_file.Config | None]:
    """Return the named target, or else the base URL given instead of a name, and the configuration file."""
    name = options.target
    wordlike = name is not None and re.fullmatch(r"[\w-]+", name) is not None and name.lower() != "localhost"
    without_files = options.no_env or options.env_file is not None
    if file is None:
        path = config_file.find(cwd) if not without_files or (name is not None and not _is_url(name)) else None
        owner = Owner.USER if path and path.parent == home else Owner.FOLDER
        file = config_file.read(path, shown_path(path, cwd), owner) if path else None
        if file and file.doors:
            doors.adopt(file.doors)
    if name is None:
        return None, None, file
    if file and name in file.targets:
        return file.targets[name], None, file
    from probes.keys.flaws import url_is_key

    if not wordlike or url_is_key(name):
        if options.base_url is not None:
            raise BadInput("The base URL is given twice, as an argument and with --base-url.")
        return None, Sourced(name, Source(SourceKind.ARGUMENT)), file
    if file is None:
        raise BadInput(
            f"There is no target {shown_word(name)}: no {config_file.FILE_NAME} stands in this folder or above it. "
            "A base URL begins with https://."
        )
    import difflib

    near = difflib.get_close_matches(name, file.targets, 1)
    known = ", ".join(file.targets) or "none"
    hint = f"Is {near[0]} meant?" if near else f"Its targets: {known}."
    raise BadInput(f"There is no target {shown_word(name)} in {shown_path(file.path, cwd)}. {hint}")


def _is_url(text: str) -> bool:
    return "://" in text


def _protocol(options: Options, named: list[ConfigTable]) -> Sourced[str]:
    if options.protocol not in (None, *config_file.PROTOCOLS):
        raise BadInput(f"--protocol is to be one of {', '.join(config_file.PROTOCOLS)}.")
    if options.protocol is not None:
        return Sourced(options.protocol, option("--protocol"))
    given = (entry.values["protocol"] for entry in named if "protocol" in entry.values)
    return next((protocol for protocol in given if protocol.value != "auto"), Sourced("auto", DEFAULT))


def _app(app_id: str | None) -> App | None:
    """Return the app with this id. Raises BadInput for an unknown one and suggests similar ids."""
    from probes.catalog.apps import load

    if app_id is None:
        return None
    if app := load().get(app_id):
        return app
    near = load().near(app_id)
    hint = f"Is {' or '.join(near)} meant?" if near else "`llmdoctor apps` lists them."
    raise BadInput(f"There is no app {shown_word(app_id)}. {hint}")


def _model(
    options: Options, target: ConfigTable | None, check: ConfigTable, family: SdkVariables, variables: Variables
) -> tuple[Sourced[str] | None, list[Conflict]]:
    if options.model:
        return Sourced(options.model, option("--model")), []
    if target:  # the environment's model belongs to the environment's base URL
        return target.text("model") or check.text("model"), []
    found = [value for value in variables.all(family.model) if value.value]
    if variables.filled(family.model) is None:
        return check.text("model"), []
    conflicts = [
        conflict(
            ConflictRole.MODEL,
            family.model,
            value,
            ConflictReason.SHADOWED,
            found[0].source,
            value.value == found[0].value,
        )
        for value in found[1:]
    ]
    return found[0], conflicts


def _override(
    choice: SdkChoice,
    key: Sourced[Secret] | None,
    variable: str,
    variables: Variables,
    home: Path | None,
    withhold: bool,
) -> Override | None:
    """Return the Override if a project's ``.env`` sets the base URL but not the key. Return None otherwise."""
    if variables.project in (None, home or _home()) or choice.base is None or key is None or choice.explicit:
        return None
    project_sources = {value.source for value in variables.layers[-1][1].values()}
    borrowed_name = variables.borrowed.get(key.source, "")
    if (
        choice.base.source not in project_sources
        or (key.source in project_sources and not borrowed_name)
        or not choice.family.default
    ):
        return None
    if choice.door is not None and (borrowed_name or variable) in own_keys(choice.door):
        return None  # the key's variable belongs to this door
    if borrowed_name and borrowed_name not in official_keys() and not doors.load().for_variable(borrowed_name):
        return None  # the variable's name shows no intended host
    from probes.settings.project_override import overridden

    source = environment_variable(borrowed_name) if borrowed_name else key.source
    return overridden(choice.base, Sourced(choice.family.default, DEFAULT), source, withhold)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # the user is unknown to the system
        return None


def _slos(given: tuple[str, ...], named: list[ConfigTable]) -> tuple[Slo, ...]:
    """Merge the limits: the command line overrides the target, and the target overrides ``[check]``."""
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
