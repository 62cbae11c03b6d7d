"""Decide which forms of the key may be sent to a host, and by which route. Pure; no other module decides it.

The plan, the attempts, the path checks and the deep check all use the :class:`KeyPolicy` that is made here, and the
API client sends nothing that it does not allow.
"""

from __future__ import annotations

from probes.catalog.door import Door
from probes.catalog.doors import load
from probes.keys.flaws import examine_key
from probes.keys.owner import fit
from probes.model.attempt import KeyForm
from probes.model.facts import KeyPolicy, Withheld
from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import ConflictReason, ConflictRole, Settings
from probes.model.source import Source
from probes.protocols.names import DEFAULT_PROTOCOL
from probes.urls.addresses import confidential


class AvailableKeys(Record):
    """The user's keys, without their values, and what the settings say about sending them.

    ``elsewhere``: the given key, or the house whose chain gives it, is certainly of another company than the host.
    ``project``: a file of the folder would send a secret of the user to a place that the user has not agreed to.
    ``in_address``: the base URL itself contains such a secret, so that nothing may be sent, not even a question for the
    host's address.
    """

    forms: frozenset[KeyForm] = frozenset()
    elsewhere: bool = False
    project: bool = False
    in_address: bool = False
    send_anyway: bool = False
    conflict_source: Source | None = None
    headers: bool = False  # there are extra headers, whose values are secrets too


class Route(Record):
    """The route of requests to the host, as far as it is known.

    ``address`` is the IP address that was dialled or that the URL contains, and with a proxy the one that was dialled
    around it. It decides. ``presumed_local`` is what the host's name suggests, or a lookup, which may answer otherwise
    the next time. It counts until an address is known, and the API client checks the address before it sends a key.
    """

    scheme: str
    presumed_local: bool
    proxy: bool = False
    redirected: bool = False  # by --connect-to
    address: str | None = None

    @property
    def private(self) -> bool:
        """Whether nobody outside this machine and its private network can read what is sent."""
        return self.scheme == "https" or (not self.proxy and self._private_place)

    @property
    def around(self) -> bool:
        """Whether the host is one that needs no proxy, so that the key may be sent to it directly."""
        return self.presumed_local and (self.scheme == "https" or self._private_place)

    @property
    def exposed(self) -> str:
        """The address that was dialled if others can read what is sent to it; empty if not, or if it is not known."""
        address = self.address or ""
        return address if address and not confidential(self.scheme, address, proxied=False) else ""

    @property
    def _private_place(self) -> bool:
        if self.address is None:
            return self.presumed_local and not self.redirected
        if self.redirected and not self.presumed_local:
            return False  # where --connect-to leads does not prove where the name leads
        return confidential(self.scheme, self.address, proxied=False)


def decide(keys: AvailableKeys, route: Route | None) -> KeyPolicy:
    """Decide which forms of the key, and whether the extra headers, may be sent by this route.

    Nothing may be sent if ``route`` is None (the host was not reached).

    A key may be sent to its own company's hosts and to unknown ones, but nowhere if a file of the folder chose the key
    or the place without the user's consent. In plain HTTP it may be sent to loopback and private addresses only,
    without a proxy. ``--send-anyway`` lifts the rules about the company and plain HTTP, and counts as consent. The
    extra headers go where the given key may go: a header may hold another company's credential as well.
    """
    withheld: Withheld | None = None
    allowed, headers = keys.forms, keys.headers
    if keys.project:
        withheld, allowed, headers = Withheld.PROJECT, frozenset(), False
    elif keys.elsewhere and not keys.send_anyway:
        withheld, allowed, headers = Withheld.OTHER_DOOR, allowed & {KeyForm.CONFLICTING}, False
    if route is None:
        return KeyPolicy((), (), withheld, keys.conflict_source)
    around = route.around or (route.presumed_local and keys.send_anyway)
    direct, direct_headers = (allowed, headers) if around else (frozenset[KeyForm](), False)
    if not route.private and not keys.send_anyway:
        if (allowed or headers) and withheld is None and not (route.proxy and route.around):
            withheld = Withheld.PLAINTEXT
        allowed, headers = frozenset(), False
    return KeyPolicy(_ordered(allowed), _ordered(direct), withheld, keys.conflict_source, headers, direct_headers)


def _ordered(forms: frozenset[KeyForm]) -> tuple[KeyForm, ...]:
    return tuple(form for form in KeyForm if form in forms)


def of_another_house(vendor: str, door: Door | None, host: str) -> bool:
    """Check whether a host certainly belongs to another company than the house whose chain gives the credential.

    Hosts that are not known may be a gateway of the house's customer.
    """
    if door is None or door.credential == vendor:
        return False
    own = [one for one in load() if one.credential == vendor]
    domains = {".".join(like.split(".")[-2:]) for one in own for like in one.hosts}
    return door.company not in {one.company for one in own} and ".".join(host.lower().split(".")[-2:]) not in domains


def conflicting_key(settings: Settings, door: Door | None, *, local: bool) -> tuple[Source, str] | None:
    """Return the source and the value of another key for the same setting that may be sent to this host.

    It is the value of an overridden source or, if no key was given, of a variable that no SDK reads. None if there is
    no such key, or if a project has chosen the host.
    """
    for one in settings.conflicts if settings.override is None or not settings.override.withheld else ():
        if one.role is not ConflictRole.KEY or one.same or not isinstance(one.value, Secret):
            continue
        if settings.key is not None and one.why is not ConflictReason.SHADOWED:
            continue
        key = examine_key(one.value.reveal(), DEFAULT_PROTOCOL).literal
        if not key:
            continue
        found = AvailableKeys(
            frozenset({KeyForm.GIVEN}), fit(key, door, local=local).elsewhere, send_anyway=settings.send_anyway
        )
        if decide(found, Route("https", local)).forms:
            return one.source, key
    return None
