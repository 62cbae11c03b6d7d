"""Find the user's secrets that a file of the folder would send somewhere, which needs the user's consent.

Pure, except that the content of a folder's CA bundle is read, since an agreement is about that content.

A file of the folder may name a place, and only the user may send a secret there. A secret flows without consent if the
user chose both the secret and the place, or if it goes where the user sends it anyway: to the host of the user's own
settings, the default host of the SDK that reads the variable, or the one provider that owns the variable or the key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from probes.catalog import doors
from probes.catalog.door import Door
from probes.catalog.sdk_variables import families, official_keys, unread
from probes.config_formats.files import SkippedFile, bytes_of
from probes.model import limits
from probes.model.record import Record, replace
from probes.model.run_memory import remembered
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import Conflict, Flow, FlowPart, Override, Settings, Sourced
from probes.model.source import DEFAULT, Owner, Source, SourceKind
from probes.protocols.names import NAMES
from probes.protocols.protocol import wire
from probes.settings.address_readings import climbs, one_host, readings
from probes.urls.url import Url

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1", "[::1]", "host.docker.internal"))


class Destination(Record):
    """Where the user's own settings send the key, and the variables from which the client reads it.

    ``base_url`` is None if the user's settings lead nowhere. ``key_variables`` are those of the SDK or app, with those
    of its extra headers.
    """

    base_url: Sourced[str] | None = None
    key_variables: Collection[str] = ()


def address(url: str) -> tuple[str, int] | None:
    """Return host and port of a base URL, corrected if necessary; None if it is not a URL."""
    found = _parsed(url)
    return (found.host, found.port) if found else None


def _parsed(url: str) -> Url | None:
    """Return the URL, corrected if necessary; None if it is none, or if it leads to another host as it stands."""
    return one_host(readings(url))


def plain(value: str) -> bool:
    """Check whether a value is certainly no secret: empty, the name of this machine, or a port number."""
    return not value or value.lower() in _LOOPBACK or (value.isascii() and value.isdigit() and len(value) <= 5)


def override_of(settings: Settings, usual: Destination, *, agreed: Callable[[Flow], bool]) -> Override | None:
    """Return the flows of these settings that need consent; None if there are none.

    ``usual`` is where the user's own settings lead. ``agreed`` says whether the user has agreed to a flow; the secrets
    are withheld unless the user has agreed to all.
    """
    flows = tuple(dict.fromkeys(_flows(settings, usual)))
    if not flows:
        return None
    meant = address(usual.base_url.value) if usual.base_url is not None else None
    return Override(
        flows=flows,
        meant=_named(*meant) if meant is not None else "",
        meant_source=usual.base_url.source if usual.base_url is not None else DEFAULT,
        withheld=not all(map(agreed, flows)),
        in_address=any(
            _secrets(FlowPart.BASE_URL, one, settings.secrets)
            for one in (settings.base_url, *_proxies(settings))
            if one is not None
        ),
    )


def sent_by_user(settings: Settings, conflict: Conflict, usual: Destination) -> bool:
    """Check whether a conflicting key may be sent with these settings without consent."""
    key = Sourced(conflict.value, conflict.source, conflict.borrowed, conflict.chosen_by)
    return not any(_flows(replace(settings, model=None, api_version=None, headers=()), usual, key))


# -- flows -------------------------------------------------------------------------------------------------------------


def _flows(settings: Settings, usual: Destination, other_key: Sourced[Any] | None = None) -> Iterator[Flow]:
    base = settings.base_url
    if settings.credential is not None and settings.credential.chain.used:
        yield from settings.credential.flows
    if base is None:
        return
    scrub = Scrubber(settings.secrets)
    own = readings(usual.base_url.value, settings) if usual.base_url is not None else []
    read = readings(base.value, settings)
    shown, exact = _shown(read, base.value), _exact(read, base.value)
    routes = list(_routes(settings, read, shown, exact))
    places = [(FlowPart.BASE_URL, one, shown, exact) for one in _folders(base)] + routes
    carried: list[tuple[FlowPart, Sourced[Any] | None]] = [
        (FlowPart.KEY, other_key or settings.key or chain_key(settings)),
        (FlowPart.BASE_URL, base),
        (FlowPart.MODEL, settings.model),
        (FlowPart.VERSION, settings.api_version),
        *((FlowPart.HEADER, one.value) for one in settings.headers if not one.flaw and one.value.value),
    ]
    for part, value in carried:
        if value is None:
            continue
        named = [(part, one, shown, exact) for one in _folders(value)]
        for secret in _secrets(part, value, settings.secrets):
            if not routes and _at_home(secret, part, value, read, own, usual):
                continue
            if not routes and part is FlowPart.KEY and chain_at_home(value, read, settings):
                continue
            for named_part, source, host, place in dict.fromkeys([*places, *named]):
                yield Flow(secret, source, named_part, scrub(host), scrub(place))
    for proxy in _proxies(settings):
        for secret in _secrets(FlowPart.PROXY, proxy, settings.secrets):
            there = readings(proxy.value)
            host, place = _shown(there, proxy.value), _exact(there, proxy.value)
            yield Flow(secret, proxy.source, FlowPart.PROXY, scrub(host), scrub(place))


def chain_key(settings: Settings) -> Sourced[Secret] | None:
    """Return the credential of the chain that takes the key's place, with its place but without its value."""
    found = settings.credential
    won = found.chain.winner if found is not None and found.chain.used else None
    if found is None or won is None or won.source is None:
        return None
    return Sourced(Secret(""), found.secret or won.source)


# Hosts that only a house itself has, where its own credentials may go whoever names the host: the region is all that a
# user chooses in them. A token for a resource (Azure) or a project is not of this kind.
_AT_AWS = (
    r"bedrock(?:-runtime|-mantle)?(?:-fips)?\.[a-z]{2,4}(?:-[a-z]{1,12}){1,3}-\d\.(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
_AT_GOOGLE = (
    r"(?:(?:[a-z]{2,12}(?:-[a-z]{2,12}){1,2}-?\d{1,2}-)?aiplatform|aiplatform\.(?:eu|us)\.rep)\.googleapis\.com"
)
# The paths at which these hosts answer models. Elsewhere the same credential may stop a job or read what was stored.
_AWS_PATH = r"(?:/(?:openai|anthropic))?(?:/v1)?(?:/(?:chat/completions|messages|responses|model/[^/]+/[a-z-]+))?"
_GOOGLE_PATH = (
    r"(?:/v1(?:beta1)?)?(?:/projects/[^/]+/locations/[^/]+)?"
    r"(?:/publishers/\w+(?:/models/[^/:]+:(?:stream)?(?:g|G)enerateContent|/models/[^/:]+:(?:r|streamR)awPredict)?"
    r"|/endpoints/openapi(?:/chat/completions)?)?"
)
_HOUSES = {"aws": (_AT_AWS, _AWS_PATH), "google": (_AT_GOOGLE, _GOOGLE_PATH)}


def chain_at_home(value: Sourced[Any], read: list[Url], settings: Settings) -> bool:
    """Check whether the credential of a chain would go to models at the house's own host, encrypted.

    Then it does not matter what names the host.
    """
    if not isinstance(value.value, Secret) or value.value or not read or settings.credential is None:
        return False
    house = _HOUSES.get(settings.credential.chain.vendor)
    return house is not None and all(
        one.scheme == "https"
        and re.fullmatch(house[0], one.host)
        and re.fullmatch(house[1], one.path)
        and not one.query
        and not climbs(one.path)
        for one in read
    )


def _folders(value: Sourced[Any]) -> list[Source]:
    """Return what files of the folder have to do with a value: the reference to it, and the value itself."""
    return [one for one in (value.chosen_by, value.source) if one is not None and one.owner is Owner.FOLDER]


def _proxies(settings: Settings) -> Iterator[Sourced[str]]:
    """Yield the proxies that a file of the folder names."""
    given = settings.proxies
    for proxy in dict.fromkeys((given.http, given.https, given.all)):
        if proxy is not None and proxy.source.owner is Owner.FOLDER:
            yield proxy


def _routes(settings: Settings, read: list[Url], shown: str, exact: str) -> Iterator[tuple[FlowPart, Source, str, str]]:
    """Yield the settings of the folder that change the way to the host, or to another tenant's path at the host.

    They are proxy, ``connect_to``, CA bundle, a model that leads out of the path, and a header by which a gateway finds
    its upstream host. Each has its source, the host that it leads to, and all that an agreement is about. ``shown`` and
    ``exact`` are those of the base URL.
    """
    for proxy in _proxies(settings):
        there = readings(proxy.value)
        yield FlowPart.PROXY, proxy.source, _shown(there, proxy.value), _exact(there, proxy.value)
    hosts, ports = {one.host for one in read}, {one.port for one in read}
    for rule in settings.connect_to:
        fits = not read or (rule.host in ("", *hosts) and rule.port in (0, *ports))
        if rule.source.owner is Owner.FOLDER and fits:
            name = rule.to_host or (read[0].host if read else "")
            place = f"{name}:{rule.to_port}" if rule.to_port else name
            yield FlowPart.CONNECT_TO, rule.source, place, place
    bundle = settings.ca_bundle
    if bundle is not None and bundle.source.owner is Owner.FOLDER:
        yield FlowPart.CA_BUNDLE, bundle.source, shown, f"{bundle.value} {_content(bundle.value)}"
    model = settings.model
    spoken = settings.protocol.value
    in_path = spoken not in NAMES or "{model}" in wire(spoken).endpoint
    if model is not None and in_path and climbs(model.value):
        yield from ((FlowPart.BASE_URL, one, shown, f"{exact} {model.value}") for one in _folders(model))
    for header in settings.headers:
        value = header.value.value.reveal()
        name = header.name.lower()
        names_host = "://" in value and name not in _ABOUT_CLIENT
        if not header.flaw and (names_host or name in _ROUTING):
            host = _shown(readings(value), value) if names_host else shown
            yield from ((FlowPart.BASE_URL, one, host, f"{exact} {name} {value}") for one in _folders(header.value))


# These name the client's own page. Others that hold a URL may be the upstream host of a gateway, to which it passes the
# key on: Helicone-Target-Url (docs.helicone.ai), x-portkey-custom-host (portkey.ai/docs).
_ABOUT_CLIENT = frozenset(("referer", "http-referer", "origin", "user-agent", "x-title"))
# Proxies in front of a server choose host or path by these.
_ROUTING = frozenset(
    (
        *("forwarded", "x-forwarded-host", "x-forwarded-server", "x-host", "x-http-host-override", "x-original-host"),
        *("x-original-url", "x-rewrite-url", "x-forwarded-prefix"),
    )
)


@remembered(16)
def _content(path: str) -> str:
    """Return the hash of a CA bundle, so that an agreement ends when the file changes; empty if it cannot be read."""
    import hashlib  # an ordinary check has nothing to agree to

    try:
        return hashlib.sha256(bytes_of(Path(path), limit=limits.CA_BUNDLE) or b"").hexdigest()
    except SkippedFile:
        return ""


def _secrets(part: FlowPart, value: Sourced[Any], values: Collection[Secret]) -> tuple[Source, ...]:
    """Return the user's secrets in a value: those that a file has put into it or chosen for it, and a key of the user.

    ``values`` are the texts of what a file has put into the settings.
    """
    whole = part in (FlowPart.KEY, FlowPart.HEADER)
    if whole and value.source.owner is Owner.USER and value.source.kind is not SourceKind.DEFAULT:
        return () if value.known_to_folder else (value.source,)
    lent = value.borrowed
    chosen_by = value.chosen_by
    if chosen_by is not None and chosen_by.owner is Owner.FOLDER and value.source.variable:
        lent = lent if _beside(value.source, chosen_by) else (value.source, *lent)
    places = _PLACES.get(part, frozenset)()
    inner = (one.reveal() for one in values if part is FlowPart.BASE_URL)
    if any(one in value.value and not value.value.startswith(one) for one in inner):
        places = frozenset()  # the user's own address inside another one is no place, but a text that goes there
    return tuple(one for one in lent if one.name not in places)


def _beside(source: Source, chosen_by: Source) -> bool:
    """Check whether a value is the folder's own: in a file beside the one that chose it.

    A file further up may belong to another project, as a parent folder's `.env` does to a clone within.
    """
    if source.owner is not Owner.FOLDER or not source.file or not chosen_by.file:
        return False
    return Path(source.file).parent == Path(chosen_by.file).parent


def _base_variables() -> frozenset[str]:
    return frozenset(name for family in families().values() for name in family.bases)


def _model_variables() -> frozenset[str]:
    return frozenset(family.model for family in families().values())


def names_place(variable: str) -> bool:
    """Check whether a variable of the user exists to hold the base URL of an LLM API.

    Only then is its value a place to which the user sends keys. Other variables may hold anybody's text, such as the
    message of a commit (``CI_COMMIT_TITLE``) or a field of the folder's package.json (``npm_package_homepage``).
    """
    known = _base_variables() | {name for door in doors.known() for name in door.base_url_env}
    return variable in known or re.fullmatch(_PLACE_NAME, variable) is not None


_PLACE_NAME = r"(?:[A-Z0-9]{1,30}_){0,5}(?:OPENAI|ANTHROPIC|CLAUDE|GEMINI|OLLAMA|LITELLM|LLM)(?:_[A-Z0-9]{1,30}){0,5}"
# A variable that exists to hold a base URL or a model is no secret in a setting of this kind.
_PLACES: dict[FlowPart, Callable[[], frozenset[str]]] = {
    FlowPart.BASE_URL: _base_variables,
    FlowPart.MODEL: _model_variables,
}


def _at_home(
    secret: Source, part: FlowPart, value: Sourced[Any], read: list[Url], own: list[Url], usual: Destination
) -> bool:
    """Check whether the user sends this secret to this host anyway. ``read`` and ``own`` are readings of the URLs."""
    host, there = one_host(read), one_host(own)
    if host is None:
        return False
    name = secret.variable
    lent = part is FlowPart.KEY and value.chosen_by is None and not value.borrowed and not name
    if there is not None and (name in usual.key_variables or lent) and all(_below(there, one) for one in read):
        return True
    defaults = (
        family.default
        for family in families().values()
        if name and name in (*family.keys, *family.header_variables) and family.default
    )
    if any(address(one) == (host.host, host.port) for one in defaults):
        return True
    door = doors.known().of_host(host.host, host.port, host.path)
    # A host of many customers (*.openai.azure.com) belongs to whoever rents it, and so does a path with an account.
    if door is None or door.kind == "local" or host.host not in door.hosts or _rented(door, host):
        return False
    if name and name in door.key_env:
        return True
    if part is not FlowPart.KEY or value.borrowed or value.chosen_by is not None:
        return False
    from probes.keys.owner import fit
    from probes.model.key_shape import Fit

    found = fit(value.value.reveal(), door, local=False)
    return found.fit is Fit.FITS and found.certain


def _below(own: Url, host: Url) -> bool:
    """Check whether a URL lies at or below the user's own one; on a shared host, another path may be another tenant's.

    A version at the end of the user's path does not count: clients differ in who adds it.
    """
    start = re.sub(r"/v\d[a-z0-9]{0,9}$", "", own.path).rstrip("/")
    same = (own.scheme, own.host, own.port) == (host.scheme, host.host, host.port)
    return same and f"{host.path}/".startswith(f"{start}/") and not climbs(host.path)


def _rented(door: Door, host: Url) -> bool:
    urls = [endpoint.base_url for endpoint in door.endpoints]
    return any("{" in url and host.host in url for url in urls)


def _exact(read: list[Url], text: str) -> str:
    """Return all that an agreement to a base URL is about: scheme, host, port, path and query; the text if in doubt."""
    host = one_host(read)
    if host is None:
        return text
    queries = dict.fromkeys(one.query for one in read if one.query)
    return f"{host.scheme}://{host.host}:{host.port}{host.path}" + "".join(f"?{one}" for one in queries)


def _shown(read: list[Url], text: str) -> str:
    return " or ".join(dict.fromkeys(_named(one.host, one.port) for one in reversed(read))) or text[:80]


def _named(host: str, port: int) -> str:
    return host if port in (80, 443) else f"{host}:{port}"


# -- doors -------------------------------------------------------------------------------------------------------------


def harmless(found: Iterable[Door]) -> tuple[Door, ...]:
    """Return those doors of a folder's file that claim no id, host or variable of a known provider or SDK."""
    known = doors.known()
    ids = {door.id for door in known}
    hosts = {host for door in known for host in door.hosts}
    names = official_keys() | unread() | _base_variables() | _model_variables()
    names |= {name for door in known for name in (*door.key_env, *door.base_url_env)}

    def claims(door: Door) -> bool:
        return (
            door.id in ids
            or bool(names & {*door.key_env, *door.base_url_env})
            or any(
                known.of_host(host.partition(":")[0]) is not None or any(fnmatchcase(each, host) for each in hosts)
                for host in map(str.lower, door.hosts)
            )
        )

    return tuple(door for door in found if not claims(door))


# -- agreements --------------------------------------------------------------------------------------------------------


def mark(flow: Flow, folder: Path) -> str:
    """Return the hash that stands for a flow: its file, its secret, its host and the setting.

    ``folder`` is the working folder, from which the file's name is relative. A file that names another place or another
    secret has another mark.
    """
    import hashlib

    place = file_of(flow, folder) or str(flow.named_by)
    parts = (place, flow.part, flow.named_by.name, str(flow.secret.variable or flow.secret), flow.place or flow.host)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def file_of(flow: Flow, folder: Path) -> str:
    """Return the absolute path of the file that names the flow; empty for pasted text, such as ``--curl``.

    ``..`` is resolved by name, as the file's shown name was made, so that every folder below finds the same path.
    """
    file = flow.named_by.file
    return os.path.abspath(folder / Path(file).expanduser()) if file else ""  # noqa: PTH100 - resolve() follows links
