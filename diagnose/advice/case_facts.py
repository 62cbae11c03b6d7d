"""The facts of a case that decide which steps of a finding are shown.

A step in ``diagnose/words`` names them in its conditions (:class:`diagnose.words.text_type.Step`). The facts are:

- where the server is: ``local``, ``public``; of the public ones ``provider`` (a known provider's host) or ``relay``
  (any other). ``owner``: the server may be the user's own, so a step may be meant for whoever runs it
- ``door:ID`` of the host, and ``door:FAMILY``, the part of the id before the first hyphen (``door:zhipu``)
- ``protocol:NAME``, ``app:ID`` of an app that the user named, and ``python``, ``node``, ``go``, ``rust`` or
  ``browser``, on which that app runs; both ``python`` and ``node`` if the user named none
- ``key:api`` for an API key, else ``key:KIND`` with a kind of ``probes/keys/credential_kinds.py``, or ``key:none``;
  ``key:identity`` for an identity token that workload identity could exchange
- where a value was set: ``key_in:KIND``, ``url_in:KIND`` and ``model_in:KIND`` with a kind of
  :class:`probes.model.source.SourceKind` (a blank becomes a hyphen), and ``key_in:file`` for every file
- ``via:PRODUCT``, a product of ``products.toml`` that made or passed on the failed response (``via:cloudflare``)
- ``said:KIND``, what the failed response asks for: a kind of :class:`probes.api.remedies.Remedy` (``said:ask``), or a
  state (``said:leaked``)
- ``chain:HOUSE`` and ``step:NAME`` of the credential, and ``why:NOTE``, the note that its step has
- ``profile_elsewhere``: the model is an inference profile of Bedrock that the region of the request does not have
- ``plan``: the same provider has subscription plans with an address of their own
- ``proxy_problem:KIND``, of :class:`probes.model.facts.ProxyProblem`
- ``proxy``, ``container``, ``wsl``: from where the check was run
- ``call``: the app's own call is judged, not a check; ``text``: a pasted text, of a request that nobody knows
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from probes.api.remedies import message_of, remedies
from probes.model.facts import SiteDifference
from probes.model.key_shape import Fit
from probes.model.note import Note

if TYPE_CHECKING:
    from diagnose.evidence.view import View

# The regions from which an inference profile of Bedrock may be called, by the prefix of its ID.
_PROFILES = {
    "us": ("us-", "ca-"),
    "eu": ("eu-", "il-"),
    "apac": ("ap-", "me-"),
    "jp": ("ap-northeast-",),
    "au": ("ap-southeast-",),
}
PLACES = (
    "local",
    "public",
    "provider",
    "relay",
    "owner",
    "proxy",
    "container",
    "wsl",
    "plan",
    "call",
    "text",
    "profile_elsewhere",
)
STACKS = {"httpx": "python"}  # other stacks have the name of their fact
ROLES = {"base_url": "url_in", "key": "key_in", "model": "model_in"}
_IDENTITY = ("ci_token", "workload_token", "id_token")
# Facts with a value after the colon.
VALUED = ("door", "protocol", "app", "key", "via", "said", "proxy_problem", "chain", "step", "why", *ROLES.values())


class CaseFacts:
    """The facts of one case, as a container of names. A response is searched for products only if a step asks."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __contains__(self, fact: object) -> bool:
        name = str(fact)
        return name in (
            self._via if name.startswith("via:") else self._said if name.startswith("said:") else self._known
        )

    @cached_property
    def _known(self) -> frozenset[str]:
        view = self._view
        vantage = view.evidence.vantage
        held = {
            "container": vantage.container,
            "wsl": vantage.wsl,
            "call": view.evidence.own_call,
            "plan": bool(plan_url(view)),
            "profile_elsewhere": _profile_elsewhere(view),
            "proxy": view.proxy is not None and view.proxy.url is not None,
        }
        target = view.evidence.target
        return frozenset(
            {
                *(name for name, holds in held.items() if holds),
                *_host(view),
                f"protocol:{target.protocol}",
                *_app(view),
                *_key(view),
                *_sources(view),
                *_chain(view),
                *(f"proxy_problem:{one.problem}" for one in (view.proxy,) if one is not None and one.problem),
            }
        )

    @cached_property
    def _said(self) -> frozenset[str]:
        first = self._view.first
        exchange = self._view.subject or (first.told if first is not None else None)
        found = remedies(message_of(exchange)) if exchange is not None else ()
        kinds = {one.value if one.kind == "state" else one.kind for one in found}
        return frozenset(f"said:{kind}" for kind in kinds)

    @cached_property
    def _via(self) -> frozenset[str]:
        from diagnose.answers import products  # its table is loaded only if something failed

        first = self._view.first
        exchange = self._view.subject or (first.told if first is not None else None)
        if exchange is None:
            return frozenset()
        traces = (products.maker(exchange), products.between(exchange))
        products_seen = [trace.product for trace in traces if trace is not None]
        names = {name for one in products_seen for name in (one.name, one.holds) if name}  # OpenResty is an nginx
        return frozenset(f"via:{name.lower().replace(' ', '-')}" for name in names)


def plan_url(view: View) -> str:
    """Return the base URL of the provider's plan that takes the user's keys; empty if it has none."""
    sites = view.door.match.sister_sites if view.door is not None else ()
    return next((one.url for one in sites if one.differs is SiteDifference.PLAN and one.same_keys), "")


def _host(view: View) -> set[str]:
    door = view.door
    if door is not None and door.host.local:
        found = {"local", "owner"}
    elif door is not None and door.match.id is not None:
        found = {"public", "provider"}
    else:
        found = {"public", "relay", "owner"}
    if door is not None and door.match.id is not None:
        found |= {f"door:{door.match.id}", f"door:{door.match.id.partition('-')[0]}"}
    return found


def _app(view: View) -> set[str]:
    if view.app is None:
        return {"python", "node"}
    return {f"app:{view.app.id}", STACKS.get(view.app.stack, view.app.stack)}


def _key(view: View) -> set[str]:
    if view.evidence.target.key_hint is None:
        return {"key:none"}
    kind = view.door.key.note if view.door is not None and view.door.key.fit is Fit.WRONG_KIND else ""
    return {f"key:{kind or 'api'}", *(("key:identity",) if kind in _IDENTITY else ())}


def _sources(view: View) -> set[str]:
    found = set()
    for role, source in view.evidence.target.sources:
        if role in ROLES:
            found.add(f"{ROLES[role]}:{source.kind.value.replace(' ', '-')}")
            if source.file:
                found.add(f"{ROLES[role]}:file")
    return found


def _profile_elsewhere(view: View) -> bool:
    """Check whether the model's ID has the prefix of other regions (``eu.``) than the one that is asked."""
    chosen = view.chain.choice("region") if view.chain is not None and view.chain.vendor == "aws" else None
    own = _PROFILES.get((view.evidence.target.model or "").partition(".")[0])
    return chosen is not None and own is not None and not chosen.value.startswith(own)


def _chain(view: View) -> set[str]:
    """Return the house of the credential (``chain:aws``), and the step that gives it (``step:sso``)."""
    chain = view.chain
    if chain is None or not chain.used:
        return set()
    won = chain.winner
    found = {f"chain:{chain.vendor}", *({f"step:{won.step}"} if won is not None else ())}
    return found | ({f"why:{won.why.name}"} if won is not None and isinstance(won.why, Note) else set())
