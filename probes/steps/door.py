"""The ``door`` probe: identify the provider's host, the protocol, and whether the key belongs there.

Nothing is sent for it.
"""

from __future__ import annotations

import re

from probes.catalog.apps import load as load_apps
from probes.catalog.door import Door, sdk_base
from probes.catalog.doors import Doors, informed
from probes.keys.owner import fit
from probes.model.facts import (
    DoorFacts,
    DoorMatch,
    HostFacts,
    ProtocolSource,
    SisterSite,
    SiteDifference,
)
from probes.model.key_shape import Confidence, Fit
from probes.model.record import replace
from probes.model.run_memory import remembered
from probes.model.settings import Settings
from probes.model.value_issues import KeyFit, KeyMatch
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import by_precedence, wire, wires
from probes.steps.settings import SettingsExams
from probes.urls.addresses import named_local
from probes.urls.url import Url, parse_url

_SITES = 6


def protocol_of(settings: Settings, target: Url | None, door: Door | None) -> tuple[str, ProtocolSource]:
    """Return the protocol to use, and what it was derived from: an option, the app, the URL, the door or a variable."""
    if settings.protocol.value != "auto":
        return settings.protocol.value, ProtocolSource.OPTION
    app = load_apps().get(settings.app)
    if app is None:
        return _without_app(settings, target, door)
    protocol, source = _without_app(settings, target, door)
    if source is not ProtocolSource.DEFAULT and protocol in app.protocols:
        return protocol, ProtocolSource.APP
    spoken = next((name for name in app.protocols if door is not None and name in door.protocols), app.protocols[0])
    return spoken, ProtocolSource.APP


def _without_app(settings: Settings, target: Url | None, door: Door | None) -> tuple[str, ProtocolSource]:
    """Derive the protocol from URL path, door and variable names, in this order."""
    raw = settings.base_url.value if settings.base_url else ""
    written = re.sub(r"^[a-z]+://[^/]*", "", re.split("[?#]", raw)[0].strip().lower().rstrip("/"))
    if name := _spoken_at(written, target.path.lower().rstrip("/") if target else ""):
        return name, ProtocolSource.PATH
    if door is not None:
        return _protocol_at(door, target.path if target else "", settings.key is not None), ProtocolSource.DOOR
    for given in (settings.key, settings.base_url):
        variable = given.source.variable if given is not None else ""
        for known in wires():
            if known.variable_prefix and variable.startswith(known.variable_prefix):
                return known.name, ProtocolSource.VARIABLE
    return DEFAULT_PROTOCOL, ProtocolSource.DEFAULT


@remembered(64)
def _spoken_at(*paths: str) -> str:
    """Return the protocol that one of these paths of a base URL stands for; empty if none does."""
    for known in by_precedence():
        if known.spoken_at and any(re.search(known.spoken_at, path) for path in paths):
            return known.name
    return ""


def _protocol_at(door: Door, path: str, keyed: bool) -> str:
    """Return the default protocol if the door speaks it, else its first one.

    The first one also if the path is that of its base URL, as for Google's host without a path. ``keyed`` is whether
    there is a key.
    """
    spoken = [endpoint for endpoint in door.endpoints if endpoint.protocol in NAMES]
    names = [endpoint.protocol for endpoint in spoken]
    if names and DEFAULT_PROTOCOL not in names:
        return names[0]
    if not names or (wire(names[0]).key_optional and door.kind == "local" and keyed):
        return DEFAULT_PROTOCOL  # a key for a server that needs none: the user's app requires one
    home = parse_url(re.sub(r"\{[^{}]*\}", "any", sdk_base(names[0], spoken[0].base_url))).path
    return names[0] if home == path else DEFAULT_PROTOCOL


def right_base_url(door: Door | None, protocol: str) -> str | None:
    """Return the base URL that the door documents for the protocol; None if the user has to fill in a part of it."""
    if door is None:
        return None
    return next((sdk_base(protocol, url) for url in door.base_urls(protocol) if "{" not in url), None)


def _in_other_words(site: Door, protocol: str) -> str | None:
    """Return the base URL of a site whose protocol has the same answers at other paths; None if there is none."""
    alike = (name for name in site.protocols if name in NAMES and wire(name).strictness == protocol)
    return next((url for name in alike if (url := right_base_url(site, name)) is not None), None)


def own_part(door: Door | None, protocol: str) -> str:
    """Return the name of the part that differs per user in the door's host (``resource``); empty if there is none."""
    urls = (door.base_urls(protocol) or tuple(one.base_url for one in door.endpoints)) if door else ()
    hosts = (url.partition("://")[2].partition("/")[0] for url in urls)
    return next((match[1] for host in hosts if (match := re.match(r"[\w.-]*\{(\w+)\}", host))), "")


def sister_sites(
    door: Door | None, matches: tuple[KeyMatch, ...], doors: Doors, protocol: str, host: str
) -> tuple[SisterSite, ...]:
    """Return the other sites of the door's company whose keys look alike but are not valid here; at most six.

    Sites of the same kind as the door come first. A plan that takes the same keys as the door under another address is
    one of them. If the host is not a known door, return the doors with the same domain name to which the key certainly
    belongs.
    """
    if door is None:
        sure = [site for match in matches if match.confidence is Confidence.CERTAIN and (site := doors.get(match.door))]
        named = [site for site in sure if _label(host) in {_label(other) for other in site.hosts}]
        return tuple(
            SisterSite(site.name, url, SiteDifference.REGION)
            for site in named
            if (url := right_base_url(site, protocol))
        )
    sites = []
    for site in sorted(doors, key=lambda one: _difference(door, one) is SiteDifference.PLAN):
        differs, same_keys = _difference(door, site), bool(site.namespace) and site.namespace == door.namespace
        is_sister = site.id != door.id and site.company == door.company
        is_sister = is_sister and (not same_keys or differs is SiteDifference.PLAN)
        url = right_base_url(site, protocol) or _in_other_words(site, protocol) if is_sister else None
        alike = any(match.door == site.id for match in matches)
        # Two products of a company often use keys of different shapes; then the shape alone shows which one is meant.
        confused = (
            differs is not SiteDifference.PRODUCT
            and (site.id in door.rejects or door.id in site.rejects)
            and not (site.keys_complete and site.keys)
        )
        if url and (alike or confused):
            sites.append(SisterSite(site.name, url, differs, site.namespace or site.id, same_keys))
    return tuple(sites)[:_SITES]


def _label(host: str) -> str:
    """Return the label before the last one, usually the company's name: ``example`` of ``api.example.com``."""
    return (host.split(".")[-2:-1] or [""])[0]


def _difference(door: Door, other: Door) -> SiteDifference:
    if (door.kind == "subscription") is not (other.kind == "subscription"):
        return SiteDifference.PLAN
    return SiteDifference.REGION if door.region != other.region else SiteDifference.PRODUCT


def measure(
    exams: SettingsExams, target: Url, doors: Doors, protocol: str, protocol_source: ProtocolSource, day: str = ""
) -> DoorFacts:
    """Identify the door of the target's host and check how the key fits it.

    ``day`` is that of the run, ISO 8601: services, keys and endpoints that have ended by then are not proposed.
    """
    door = doors.of_host(target.host, target.port, target.path)
    local = named_local(target.host)
    key = exams.key.cleaned or exams.key.literal or exams.key.document
    key_fit = fit(key, door, local=local, host=target.host, day=day) if key else KeyFit(Fit.NO_KEY)
    typo = None if door or local else doors.typo_of(target.host)
    if typo is not None and typo[1].provenance.ended(day):
        typo = None  # nobody is led to a service that is gone
    website = None if local else doors.website_of(target.host, target.path)
    if website is not None and website is door:
        website = None  # the API is on this host under another path, which the API requests will show
    right = typo[1] if typo else website or door
    if right is not None and right.provenance.ended(day):
        right = None
    open_doors = doors.open_on(day) if day else doors
    endpoint = door.endpoint(protocol) if door else None
    home = home_of(key_fit, door, informed())
    ours = doors.get(home.id) if home is not None else None  # the address of a door that only a bundle knows is not one
    gone = home is not None and ours is not door and home.provenance.ended(day)
    return DoorFacts(
        host=HostFacts(target.host, target.port, target.scheme, local, own_part(door, protocol)),
        protocol=protocol,
        protocol_source=protocol_source,
        match=DoorMatch(
            id=door.id if door else None,
            name=door.name if door else None,
            typo_of=typo[0] if typo else None,
            website_of=website.name if website else None,
            right_base_url=right_base_url(right, protocol),
            protocols=tuple(name for name in door.protocols if name in NAMES) if door else (),
            needs_key=not local or bool(endpoint and "none" not in endpoint.auth),
            list_needs_key=bool(door and door.models_auth == "required"),
            key_env=door.key_env[0] if door and door.key_env else "",
            console=door.console_url if door and not door.provenance.ended(day) else "",
            kind=door.kind if door else "",
            sister_sites=sister_sites(door, key_fit.matches, open_doors, protocol, target.host),
        ),
        key=replace(
            key_fit,
            door_name=home.name if home else "",
            door_url=_home_url(ours, door, key_fit, protocol, exams.url.mended or "") if ours and not gone else "",
        ),
    )


# The fits that name other sites of the host's own company.
_FAMILY = (Fit.OTHER_REGION, Fit.OTHER_PLAN, Fit.OTHER_RESOURCE)


def home_of(key_fit: KeyFit, door: Door | None, doors: Doors) -> Door | None:
    """Return the door to which the key belongs, or None if its shape does not tell.

    A shape that several companies share names none of them. Of several sites, the one in the host's region is taken.
    """
    if key_fit.fit is Fit.TRUNCATED:
        return door
    if key_fit.fit not in (*_FAMILY, Fit.OTHER_DOOR, Fit.OFFICIAL_ELSEWHERE):
        return None
    homes = [one for id in key_fit.note.split(", ") if (one := doors.get(id))]
    if key_fit.fit in _FAMILY and door is not None:
        homes.sort(key=lambda one: one.region != door.region)
    return next(iter(homes), None)


def _home_url(home: Door, door: Door | None, key_fit: KeyFit, protocol: str, given: str) -> str:
    """Return the base URL for the key, with the region that a token names; empty if it is not known or the host's.

    ``given`` is the base URL of the settings, which is right but for its region.
    """
    if key_fit.fit is Fit.TRUNCATED:
        return ""
    region = key_fit.token.region if key_fit.token is not None else ""
    if region and home is door:
        scheme, _, rest = given.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host.replace(key_fit.region, region)}{slash}{path}"
    return right_base_url(home, protocol) or ""
