"""The settings of a check that an agent calls for, and which secrets would go where only the agent wants them.

The agent's arguments are read like options of the command line, with one difference: the user has not typed them. So
the result is compared with the settings without these arguments. A key may go where it goes without them, or to the
provider that it belongs to; anything else is a flow that the user must permit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from probes.catalog import apps, doors
from probes.catalog.sdk_variables import families
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record, replace
from probes.model.secret import Secret
from probes.model.settings import BadInput, Conflict, ExtraHeader, Flow, ProxySettings, Settings, Sourced
from probes.model.source import Owner, Source, SourceKind
from probes.settings.address_readings import one_host, readings
from probes.settings.consent import Destination, override_of
from probes.settings.gather import gather
from probes.settings.options import Options
from probes.urls.addresses import named_local
from probes.urls.url import Url


class AgentCall(Record):
    """What an agent's call names; empty if it does not. ``key_file`` is a path that the user has permitted."""

    target: str = ""
    app: str = ""
    model: str = ""
    protocol: str = ""
    key_env: str = ""
    key_file: str = ""

    @property
    def names_place_or_key(self) -> bool:
        """Whether an argument decides which host is asked, or which key it gets. An app alone names a pair."""
        return bool(self.target or self.key_env or self.key_file or self.protocol)


class StrangePlace(NamedTuple):
    """A host that neither the user's own settings nor the list of providers names.

    ``local``: it is written as one of this machine or a private network. ``named_by`` is the argument or the folder's
    value that names it.
    """

    host: str
    local: bool
    named_by: Source


class CalledSettings(Record):
    """The settings of a call.

    ``flows`` are the secrets that would go to a place that only the agent names; those that a folder's file causes are
    in ``settings.override``. ``strange`` is None if the user's own settings lead there, or if it is a known provider.
    """

    settings: Settings
    flows: tuple[Flow, ...] = ()
    strange: StrangePlace | None = None


def settings_of(call: AgentCall, environ: Mapping[str, str], cwd: Path, options: Options) -> CalledSettings:
    """Return the settings of a call in the folder ``cwd``; ``options`` has the limits and what may be asked.

    Raises BadInput for the reasons of :func:`probes.settings.gather.gather`.
    """
    options = replace(options, metadata=False)  # no agent may ask the machine's metadata address for credentials
    given = replace(
        options,
        target=call.target or None,
        app=call.app or None,
        model=call.model or None,
        protocol=call.protocol or None,
        key_env=call.key_env or None,
        key_file=call.key_file or None,
    )
    found = _of_app(given, environ, cwd) if call.app and not call.target else None
    own_app = found is not None
    settings = found if found is not None else _looked_up(gather(given, environ, cwd), environ, cwd)
    if not (call.names_place_or_key or (call.app and not own_app) or call.model):
        return CalledSettings(settings, strange=strange_place(settings))
    without = list(_without_arguments(call, environ, cwd, options, own_app))
    settings = replace(settings, send_anyway=False, renamed=None, conflicts=tuple(map(_unsent, settings.conflicts)))
    typed = (SourceKind.ARGUMENT, SourceKind.DEFAULT)  # a URL, or the id of a provider
    names = [name for name in ("target", "app", "protocol") if getattr(call, name)]
    if names and not own_app and settings.base_url is not None and settings.base_url.source.kind in typed:
        # The user has typed nothing, so the report must not say that it is an argument of the command line.
        settings = replace(settings, base_url=Sourced(settings.base_url.value, _argument(names[0])))
    return CalledSettings(settings, _flows(call, settings, without), strange_place(settings, without))


def _of_app(options: Options, environ: Mapping[str, str], cwd: Path) -> Settings | None:
    from probes.app_settings.scan import of_app
    from probes.app_settings.search import this_world

    return of_app(this_world(environ, cwd), options, apps.load())


def _looked_up(settings: Settings, environ: Mapping[str, str], cwd: Path) -> Settings:
    if settings.app is None or settings.base_url is None or not settings.base_url.source.variable:
        return settings  # the app's files need not be read
    from probes.app_settings.needed_setting import looked_up
    from probes.app_settings.search import this_world

    return looked_up(settings, this_world(environ, cwd), apps.load())


def _without_arguments(
    call: AgentCall, environ: Mapping[str, str], cwd: Path, options: Options, own_app: bool
) -> Iterator[Settings]:
    """Yield where the user's settings lead without the agent's arguments: as each SDK reads them, and the app's own.

    Settings that a folder's file leads somewhere without the user's consent are none of the user's.
    """
    protocols = dict.fromkeys(family.protocol for family in families().values())
    for protocol in (None, *protocols):
        found = gather(replace(options, protocol=protocol), environ, cwd)
        if found.override is None or not found.override.withheld:
            yield found
    if own_app:
        try:
            app = _of_app(replace(options, app=call.app), environ, cwd)
        except BadInput:  # its key is in no file
            return
        if app is not None and (app.override is None or not app.override.withheld):
            yield app


def _unsent(conflict: Conflict) -> Conflict:
    """Return a conflicting value without its key: none is tried at a place that the agent names."""
    return replace(conflict, value=conflict.value.hint) if isinstance(conflict.value, Secret) else conflict


def _flows(call: AgentCall, settings: Settings, without: list[Settings]) -> tuple[Flow, ...]:
    """Return the secrets that would go elsewhere than without the agent's arguments, and not to their own provider."""
    base = settings.base_url
    if base is None:
        return ()
    place = _argument("target" if call.target else "app" if call.app else "protocol")
    key_by = _argument("key_env" if call.key_env else "key_file") if call.key_env or call.key_file else None
    # A target of a file is a pair of address and key, which the file's owner has put together.
    configured = call.target and base.source.kind is SourceKind.CONFIG
    chosen = bool(call.protocol or call.app or (call.target and not configured))
    seen = replace(
        settings,
        base_url=Sourced(base.value, place if chosen else _users(base.source)),
        key=_as_users(settings.key, key_by),
        model=Sourced(settings.model.value, _argument("model")) if settings.model and call.model else None,
        api_version=None,
        headers=tuple(map(_header, settings.headers)),
        proxies=ProxySettings(),  # that a folder's file changes the way is in `settings.override`
        connect_to=(),
        ca_bundle=None,
        override=None,
    )
    override = override_of(seen, _usual(settings, without), agreed=lambda _: False)
    return override.flows if override is not None else ()


def _usual(settings: Settings, without: list[Settings]) -> Destination:
    """Return where the same key goes without the agent's arguments; nowhere if no settings use it."""
    key = settings.key
    for one in without:
        if one.base_url is not None and key is not None and one.key is not None and one.key.value == key.value:
            sent = (key.source.variable, *(header.value.source.variable for header in one.headers))
            return Destination(one.base_url, frozenset(filter(None, sent)))
    return Destination()


def _as_users(key: Sourced[Secret] | None, chosen_by: Source | None) -> Sourced[Secret] | None:
    """Return the key as one of the user's: even if a folder's file holds it, the agent may not lead it elsewhere."""
    return None if key is None else Sourced(key.value, _users(key.source), chosen_by=chosen_by)


def _header(header: ExtraHeader) -> ExtraHeader:
    return replace(header, value=Sourced(header.value.value, _users(header.value.source)))


def _users(source: Source) -> Source:
    return replace(source, owner=Owner.USER)


def _argument(name: str) -> Source:
    """Return the source of an agent's argument. It owns no more than a folder's file: it may only name a place."""
    return Source(SourceKind.AGENT, Owner.FOLDER, name)


def strange_place(settings: Settings, without: Iterable[Settings] = ()) -> StrangePlace | None:
    """Return the host if only the agent or a folder's file names it.

    ``without`` are the settings without the agent's arguments. What the user's own among them name is not strange, and
    what a folder's file names only if it looks public: there, nothing but the folder's own secrets goes.
    """
    base = settings.base_url
    if base is None or base.source.owner is Owner.USER:
        return None
    read = readings(base.value, settings)
    host = one_host(read)
    local = not read or any(named_local(one.host) for one in read)
    bases = [(each, each.base_url) for each in without if each.base_url is not None]
    own = {
        (one.host, one.port)
        for each, named in bases
        if not local or (named.source.owner is Owner.USER and named.source.kind is not SourceKind.DEFAULT)
        for one in readings(named.value, each)
    }
    if host is not None:
        door = doors.known().of_host(host.host, host.port, host.path)
        if (host.host, host.port) in own or (door is not None and host.host in door.hosts and not local):
            return None
    return StrangePlace(_shown(read, base.value), local, base.source)


def _shown(read: list[Url], text: str) -> str:
    hosts = dict.fromkeys(f"{one.scheme}://{one.host}:{one.port}" for one in read)
    return " or ".join(hosts) or f"“{text[:60]}”"  # what is no address is not part of the question's own words
