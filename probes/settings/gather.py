"""Gather the settings from the command line, the environment, ``.env`` and ``llmdoctor.toml``, in this order.

The result is what an official SDK started in this folder would use (measured: openai 3.54, anthropic 2.12), with the
source of each value, and the values that are overridden or that no SDK reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from probes.catalog import doors
from probes.catalog.door import Door
from probes.catalog.node_runtime import read as read_node
from probes.catalog.sdk_variables import SdkVariables, variables_of
from probes.config_formats.files import SkippedFile, checked_out
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.sentence import Sentence
from probes.model.settings import (
    LONGEST_WAIT,
    BadInput,
    Conflict,
    ConflictReason,
    ConflictRole,
    ConnectTo,
    ExtraHeader,
    Flow,
    Limits,
    NodeSettings,
    Settings,
    Skipped,
    Slo,
    Sourced,
)
from probes.model.source import DEFAULT, Owner, Source, SourceKind, option
from probes.settings import config_file, environment, slo
from probes.settings.config_file import ConfigTable, doors_mark, setting
from probes.settings.conflicts import base_url_conflicts, conflict
from probes.settings.environment import Layer, Variables
from probes.settings.key_selection import ENTRA_TOKEN, STYLES, key_of
from probes.settings.network_settings import ca_bundle, connections, name_servers, proxies
from probes.settings.options import Options, shown_path, shown_word
from probes.settings.sdk_selection import SdkChoice, choose
from probes.settings.value_lengths import check_lengths
from probes.settings.wanted_chain import chain_wanted, with_chain

if TYPE_CHECKING:
    from probes.catalog.app import App
    from probes.settings.consent import Destination

__all__ = ["BadInput", "Options", "gather"]


def gather(
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    file: config_file.Config | None = None,
    home: Path | None = None,
    shells: Iterable[Layer] = (),
    renames: Mapping[str, str] | None = None,
    agreed: Callable[[Settings], bool] | None = None,
) -> Settings:
    """Gather the settings with their sources. It reads only the files named above and those that the settings name.

    ``file`` replaces the nearest ``llmdoctor.toml``. A ``.env`` or ``llmdoctor.toml`` in ``home`` belongs to the user,
    and so does a file that ``--config`` or ``--env-file`` names; not if ``home`` is the checkout of a pipeline.
    ``shells`` are variables that new shells will have besides the environment. ``renames`` are new names of variables;
    without them, ``renamed`` of the result is what correct names of misnamed variables would lead to. ``agreed`` says
    whether the user has agreed to all that ``file`` sends somewhere with these settings.

    Raises BadInput for an unknown target, a missing or unreadable file, or a key that is given twice.
    """
    given_home, given_file, shells = home, file, list(shells)
    home = home or _home()
    home = None if checked_out(home, environ) else home
    target, url, file, skipped = _target(options, cwd, file, home, environ)
    unasked = (options.no_env or options.env_file) and not options.config
    check = ConfigTable("check") if unasked or file is None else file.check
    variables = environment.read(options, environ, cwd, shells, home, renames)
    named = [entry for entry in (target, check) if entry is not None]
    defaults = Limits()

    protocol = _protocol(options, named)
    app = _app(options.app or next((entry.values["app"].value for entry in named if "app" in entry.values), None))
    choice = choose(options, target, check, url, variables, protocol, app)
    if app is not None and not options.app and choice.base is not None:
        choice = replace(choice, base=_by_app(choice.base, choice.family, named))
    key, variable, searched, key_conflicts = key_of(options, target, check, choice, variables, environ)
    model, model_conflicts = _model(options, target, check, choice.family, variables)
    if protocol.value == "auto" and choice.protocol:
        protocol = choice.protocol
    settings = Settings(
        base_url=choice.base,
        key=key,
        model=model,
        protocol=protocol,
        api_version=variables.filled(choice.family.version) if choice.family.version else None,
        app=app.id if app is not None else None,
        auth=Sourced(STYLES[variable], key.source) if key is not None and variable in STYLES else None,
        auth_variable=variable if variable in ("ANTHROPIC_AUTH_TOKEN", ENTRA_TOKEN) else None,
        headers=_headers(options, environ, named, app, choice.family, variables, (key, variable)),
        conflicts=(*key_conflicts, *base_url_conflicts(choice, check, variables), *model_conflicts),
        searched=tuple(searched),
        skipped=(*skipped, *variables.skipped),
        secrets=variables.secrets,
        proxies=proxies(options, named, environ),
        connect_to=(*connections(options.connect_to), *(() if options.connect_to else _connections(named))),
        dns_servers=name_servers(options.dns_server),
        ca_bundle=ca_bundle(options, named, environ, cwd),
        node=_node({} if options.no_env else environ, app),
        no_spend=options.no_spend or setting(named, "no_spend", False),
        deep=options.deep,
        as_client=options.as_client,
        offline=options.offline,
        send_anyway=options.send_anyway or setting(_of_user(named, "send_anyway"), "send_anyway", False),
        limits=Limits(
            probe=_seconds("--timeout", options.timeout, setting(named, "timeout", defaults.probe)),
            run=_seconds("--deadline", options.deadline, setting(named, "deadline", defaults.run)),
        ),
        slos=_slos(options.slo, named),
        switches=_switches(app, variables),
        ignored=_ignored(named, file),
    )
    if vendor := chain_wanted(options, choice.door, protocol.value, variables.filled if key is None else None):
        spoken = choice.family.protocol if protocol.value == "auto" else protocol.value
        settings = with_chain(
            settings, vendor, spoken, options, variables.filled, home or given_home, cwd, variables.first
        )
    if key is None and choice.family.federation and variables.filled(choice.family.federation[0]):
        from probes.settings.federation import with_federation  # few settings have it

        named_app = app.id if app is not None else f"{choice.family.protocol}-sdk"
        settings = with_federation(settings, choice.family, variables, named_app, cwd)
    check_lengths(settings)
    if settings.conflicts and renames is None:
        from probes.settings.renames import misnamed  # most checks have none

        if found := misnamed(settings, choice, variables):
            names = {one.name: one.meant for one in found}
            other = gather(options, environ, cwd, given_file, given_home, shells, names)
            settings = replace(settings, renamed=replace(other, renames=found))
    if file is None and not variables.of_folder():
        return settings  # nothing to agree to, and the rules of consent need not be imported
    if agreed is not None and not variables.of_folder() and not settings.conflicts and agreed(settings):
        return settings  # a conflicting key is no part of the file
    return with_consent(settings, _usual(choice, check, variables), options.send_anyway, cwd)


def _headers(
    options: Options,
    environ: Mapping[str, str],
    named: list[ConfigTable],
    app: App | None,
    family: SdkVariables,
    variables: Variables,
    key: tuple[Sourced[Secret] | None, str],
) -> tuple[ExtraHeader, ...]:
    """Return the extra headers of the client, of the file and of the options.

    ``named`` is the target, if there is one, and ``[check]``. ``key`` comes with its variable.
    """
    wire = app.wire(family.protocol) if app is not None else None
    names = (*family.header_variables, *(wire.auth_also if wire is not None else ()))
    if not (options.headers or any(table.headers for table in named) or any(map(variables.first, names))):
        return ()
    from probes.settings import extra_headers  # most checks have none

    # The environment's account and gateway are those of its own key, not of a target that names another one.
    own = len(named) < 2 or named[0].key is None
    return extra_headers.merged(
        extra_headers.of_variables(variables, family, key[1]) if own else (),
        extra_headers.key_sent_twice(app, family.protocol, key[0], variables.first),
        extra_headers.of_tables(reversed(named), variables, environ),
        extra_headers.of_options(options.headers),
    )


def _node(environ: Mapping[str, str], app: App | None) -> NodeSettings:
    """Return Node's settings, with its version if the app's proxies depend on it."""
    found = read_node(environ)
    if app is None or not app.no_proxies_from:
        return found
    from probes.settings.node_version import node_major  # few apps need it

    return replace(found, major=node_major(environ))


def _switches(app: App | None, variables: Variables) -> tuple[str, ...]:
    if app is None:
        return ()
    from probes.settings.app_switches import set_switches  # most checks name no app

    return set_switches(app, variables.first)


def with_consent(settings: Settings, usual: Destination, send_anyway: bool, cwd: Path) -> Settings:
    """Return the settings with the flows that need the user's consent, and without conflicting keys that do.

    ``usual`` is where the user's own settings lead; ``send_anyway`` agrees to everything for this run.
    """

    from probes.settings.consent import mark, override_of, sent_by_user

    def agreed(flow: Flow) -> bool:
        from probes.settings import trust  # most folders ask for nothing

        return send_anyway or trust.holds(mark(flow, cwd))

    kept = [
        replace(one, value=one.value.hint)
        if isinstance(one.value, Secret) and not (send_anyway or sent_by_user(settings, one, usual))
        else one
        for one in settings.conflicts
    ]
    return replace(settings, override=override_of(settings, usual, agreed=agreed), conflicts=tuple(kept))


def _usual(choice: SdkChoice, check: ConfigTable, variables: Variables) -> Destination:
    """Return where the user's own settings lead, without the files of the folder."""
    from probes.settings.consent import Destination

    family, own = choice.family, variables.of_user()
    if choice.base is not None and choice.base.chosen_by is not None:
        family = variables_of(family.protocol)  # the user's own settings name no app
    given = check.text("base_url")
    found = own.base(family) or (given if given is not None and given.source.owner is Owner.USER else None)
    names = (*family.keys, *family.header_variables)
    return Destination(found or (Sourced(family.default, DEFAULT) if family.default else None), names)


def _by_app(base: Sourced[str], family: SdkVariables, named: list[ConfigTable]) -> Sourced[str]:
    """Return the base URL; with the setting that chose it if only an app that the folder's file names leads there.

    That is the app's own default, or a variable of the user that no SDK reads.
    """
    from probes.settings.consent import names_place

    chosen = next((entry.values["app"].source for entry in named if "app" in entry.values), None)
    if chosen is None or chosen.owner is Owner.USER or base.source.owner is Owner.FOLDER:
        return base
    if base.source.kind is SourceKind.DEFAULT:
        usual = base.value.removesuffix("/") == (variables_of(family.protocol).default or "").removesuffix("/")
    else:
        usual = not base.source.variable or names_place(base.source.variable)
    return base if usual else replace(base, chosen_by=chosen)


def _connections(named: list[ConfigTable]) -> Iterator[ConnectTo]:
    for entry in named:
        if "connect_to" in entry.values:
            given = entry.values["connect_to"]
            yield from connections(given.value, given.source)
            return


def _of_user(named: list[ConfigTable], name: str) -> list[ConfigTable]:
    """Return the tables in which the user has set this field."""
    return [entry for entry in named if name in entry.values and entry.values[name].source.owner is Owner.USER]


def _ignored(named: list[ConfigTable], file: config_file.Config | None) -> tuple[Source, ...]:
    """Return what a folder's file sets although only the user may: ``send_anyway``, and doors over known ones."""
    given = [entry.values["send_anyway"] for entry in named if "send_anyway" in entry.values]
    found = [one.source for one in given if one.value and one.source.owner is Owner.FOLDER]
    if file is not None and file.doors:
        adopted = doors.load()
        found += [one.source for one in file.doors if one.source is not None and adopted.get(one.id) != one]
    return tuple(found)


def _target(
    options: Options, cwd: Path, file: config_file.Config | None, home: Path | None, environ: Mapping[str, str]
) -> tuple[ConfigTable | None, Sourced[str] | None, config_file.Config | None, tuple[Skipped, ...]]:
    """Return the named target, or else the base URL given instead of a name, and the configuration file.

    The last part is that file if it was found and not read.
    """
    name = options.target
    wordlike = name is not None and re.fullmatch(r"[\w-]+", name) is not None and name.lower() != "localhost"
    skipped: tuple[Skipped, ...] = ()
    why = ""
    without_files = options.no_env or options.env_file is not None
    if file is None:
        named = _named_file(options.config, cwd) if options.config is not None else None
        path = named
        if path is None and (not without_files or (name is not None and not _is_url(name))):
            path = config_file.find(cwd)
        owner = Owner.USER if path and (named is not None or path.parent == home) else Owner.FOLDER
        try:
            if named is not None:
                file = config_file.read(named, shown_path(named, cwd), Owner.USER)
            elif path is not None:
                file = config_file.found(path, shown_path(path, cwd), home)
        except SkippedFile as error:
            skipped = (Skipped(shown_path(path or cwd, cwd), error.reason),)
            why = error.why
        if file is not None:
            doors.adopt(_agreed_doors(file, owner) if file.doors else ())
    if name is None:
        return None, None, file, skipped
    if file and name in file.targets:
        return file.targets[name], None, file, skipped
    from probes.keys.flaws import url_is_key

    if not wordlike or url_is_key(name):
        if options.base_url is not None:
            raise BadInput("The base URL is given twice, as an argument and with --base-url.")
        return None, Sourced(name, Source(SourceKind.ARGUMENT)), file, skipped
    from probes.settings.door_target import base_url_of

    def region_of() -> str:
        from probes.credential_chains.aws import region_of_profile  # only where no variable names one

        return "" if options.no_env else region_of_profile(environ, home, cwd)

    if (url := base_url_of(name, _protocols_asked(options), environ, region_of)) is not None:
        if options.base_url is not None:
            raise BadInput("The base URL is given twice, as an argument and with --base-url.")
        return None, url, file, skipped
    if skipped:
        raise BadInput(
            "There is no target {name}: {path} is not read, since {why}.",
            name=shown_word(name),
            path=skipped[0].place,
            why=why,
        )
    raise _no_target(name, file, cwd)


def _protocols_asked(options: Options) -> tuple[str, ...]:
    """Return the protocols that the options want, for the choice among the base URLs of a known provider."""
    if options.protocol not in (None, "auto"):
        return (options.protocol or "",)
    app = _app(options.app)
    return app.protocols if app is not None else ()


def _no_target(name: str, file: config_file.Config | None, cwd: Path) -> BadInput:
    """Return the error for a name that is neither a target of the file nor a known provider."""
    from difflib import get_close_matches

    from probes.settings.door_target import near

    targets = get_close_matches(name, file.targets, 1) if file is not None else []
    meant = [*targets, *(one for one in near(name) if one not in targets)]
    if meant:
        hint = Sentence("Did you mean {names}?", names=", ".join(meant))
    else:
        hint = Sentence("A base URL begins with https://. `llmdoctor doors` lists the providers.")
    follow = (*(f"check {one}" for one in meant[:2]), "doors")
    if file is None:
        return BadInput(
            "There is no target or provider named {name}. {hint}", follow=follow, name=shown_word(name), hint=hint
        )
    known = ", ".join(file.targets) or "–"
    where = shown_path(file.path, cwd)
    return BadInput(
        "There is no target {name} in {where} (its targets: {known}). {hint}",
        follow=follow,
        name=shown_word(name),
        where=where,
        known=known,
        hint=hint,
    )


def _agreed_doors(file: config_file.Config, owner: Owner) -> tuple[Door, ...]:
    """Return those doors of a file that count: all of the user's, and of a folder's what the user has agreed to."""
    from probes.settings import trust
    from probes.settings.consent import harmless

    return file.doors if owner is Owner.USER or trust.holds(doors_mark(file)) else harmless(file.doors)


def _named_file(name: str, cwd: Path) -> Path:
    """Return the path that ``--config`` names. Raises BadInput if it is not a file."""
    try:
        path = cwd / Path(name).expanduser()
        found = path.is_file()
    except (OSError, RuntimeError, ValueError):  # a name with a null character, or no home folder for ~
        found = False
    if not found:
        raise BadInput("The file {name} that --config names does not exist.", name=shown_word(name))
    return path


def _is_url(text: str) -> bool:
    return "://" in text


def _protocol(options: Options, named: list[ConfigTable]) -> Sourced[str]:
    if options.protocol not in (None, *config_file.PROTOCOLS):
        raise BadInput("--protocol must be one of {names}.", names=", ".join(config_file.PROTOCOLS))
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
    from probes.catalog.closed_apps import closed_app  # only names that are wrong lead here

    if (closed := closed_app(app_id)) is not None:
        raise BadInput(
            "There is nothing to check for {name}. {hint}", follow=closed.follow, name=closed.name, hint=closed.reason
        )
    near = load().near(app_id)
    hint = Sentence("Did you mean {names}?", names=", ".join(near)) if near else "`llmdoctor apps` lists them."
    follow = (*(f"check --app {one}" for one in near[:1]), "apps")
    raise BadInput("There is no app named {name}. {hint}", follow=follow, name=shown_word(app_id), hint=hint)


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
        raise BadInput("--slo: {detail}.", detail=error) from None


def _seconds(option: str, given: float | None, default: float) -> float:
    value = default if given is None else given
    if not 0 < value <= LONGEST_WAIT:
        raise BadInput("{option} must be a number of seconds above 0, and no more than a month.", option=option)
    return float(value)
