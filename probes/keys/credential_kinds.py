"""Kinds of credentials that are not keys of a model API, and issuers of tokens, from
``probes/facts/credentials.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from probes.catalog.fact_files import read_facts, usual_of
from probes.catalog.provenance import UNKNOWN, Provenance, parted
from probes.keys.shape_widths import may_fit
from probes.model import limits
from probes.model.key_shape import ENDED, LOGINS, SOMETIMES
from probes.model.named_tuple import NamedTuple
from probes.model.run_memory import remembered


class Credential(NamedTuple):
    """A credential that is not a model API key. ``carried``: relays and gateways forward it to the provider.

    ``document``: a file or a line of settings with a private key or a password, which is never sent as a key.
    ``sometimes``: doors that accept some credentials of this shape and refuse others, which only their answer tells.
    """

    shape: str
    kind: str
    company: str = ""  # empty: a company without a known model API, or not known
    door: str = ""  # the provider that issues it
    carried: bool = False
    taken_by: tuple[str, ...] = ()  # the doors that do accept it
    certain: bool = True
    document: bool = False
    sometimes: tuple[str, ...] = ()
    provenance: Provenance = UNKNOWN


class Audience(NamedTuple):
    """What some doors require in the claim ``aud``; ``get`` is the command that gets such a token, or empty."""

    doors: tuple[str, ...]
    aud: tuple[str, ...]  # patterns, without scheme and final slash
    get: str = ""


class Issuer(NamedTuple):
    """An issuer of tokens. ``iss`` are patterns of that claim, without its scheme and in lower case.

    ``sometimes`` is as in :class:`Credential`; a token with one of ``login_claims`` is that of a person's login, which
    those doors refuse. ``/`` separates the names of a claim and of a member in it, as no known claim ends with one.
    """

    name: str
    iss: tuple[str, ...]
    kind: str
    company: str = ""
    door: str = ""
    carried: bool = False
    taken_by: tuple[str, ...] = ()
    audience: tuple[Audience, ...] = ()
    foreign: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    login_claims: tuple[str, ...] = ()
    provenance: Provenance = UNKNOWN

    def audience_of(self, door: str) -> Audience | None:
        """Return what the door requires in ``aud``; None if any audience may be right."""
        return next((one for one in self.audience if door in one.doors), None)


KINDS = (
    "admin",
    *LOGINS,
    "access_token",
    "id_token",
    "workload_token",
    "jwt",
    "api_key",  # a token that its house hands out as a key
    "key_id",
    "temporary_key_id",
    "access_key_pair",
    "organization_id",
    "project_id",
    "workspace_id",
    "webhook_secret",
    "client_secret",
    "realtime_secret",
    "account_file",
    "google_login_file",
    "federation_file",
    "login_file",
    "private_key",
    "certificate",
    "connection_string",
    "signed_request",
    "account_token",
    "account_key",
    "code_host_token",
    "other_product",
    ENDED,
    SOMETIMES,
)
JWT = r"eyJ[\w-]+\.[\w-]+\.[\w-]*"
_GOOGLE_FILES = frozenset(("service_account", "impersonated_service_account"))
_LOGIN_FIELDS = frozenset(("access_token", "refresh_token", "tokens", "claudeAiOauth", "id_token"))


@cache
def credentials() -> tuple[Credential, ...]:
    """Return the kinds of credentials, in the order in which they are tried."""
    facts = _facts()
    usual = usual_of(facts)
    return tuple(Credential(**_fields(entry, usual, "taken_by", "sometimes")) for entry in facts["credential"])


@cache
def issuers() -> tuple[Issuer, ...]:
    """Return the issuers of tokens, in the order in which they are tried."""
    made = []
    facts = _facts()
    usual = usual_of(facts)
    for entry in facts["issuer"]:
        audiences = tuple(
            Audience(tuple(item["doors"]), tuple(item["aud"]), item.get("get", ""))
            for item in entry.get("audience", ())
        )
        fields = _fields(entry, usual, "iss", "taken_by", "foreign", "sometimes", "login_claims")
        made.append(Issuer(**(fields | {"audience": audiences})))
    return tuple(made)


def _fields(entry: dict[str, Any], usual: Provenance, *lists: str) -> dict[str, Any]:
    """Return the fields of a row, with those in ``lists`` as tuples and with its provenance."""
    own, provenance = parted(entry, usual)
    return {**own, **{name: tuple(entry.get(name, ())) for name in lists}, "provenance": provenance}


@cache
def _facts() -> dict[str, Any]:
    return read_facts("credentials")


@remembered(64)
def credential_of(value: str) -> Credential | None:
    """Return the kind of credential that a value is; None for a key, a token with claims, and anything unknown."""
    text = value.strip()
    if text.startswith("{"):
        return _document(text)
    return next((one for one in credentials() if pattern_matches(one.shape, text)), None)


def _document(text: str) -> Credential | None:
    """Return the kind of a JSON document: Google's service accounts and the login files of command line programs."""
    if not text.endswith("}") or len(text) > limits.KEY:
        return None
    from json import loads

    try:
        fields = loads(text)
    except (ValueError, RecursionError):
        return None
    other = {"authorized_user": "google_login_file", "external_account": "federation_file"}.get(str(fields.get("type")))
    if other is not None:
        return Credential("", other, "google", "vertex", document=True)
    if fields.get("type") in _GOOGLE_FILES or ("private_key" in fields and "client_email" in fields):
        return Credential("", "account_file", "google", "vertex", document=True)
    return Credential("", "login_file", document=True) if _LOGIN_FIELDS & fields.keys() else None


_SECRET_NAMES = ("key", "secret", "token", "password", "pwd", "signature", "session")


def secret_parts(document: str) -> tuple[str, ...]:
    """Return the secret parts of a document; the others are words that reports need, such as host names."""
    if document.startswith("{"):
        from json import loads

        try:
            return tuple(_secret_values(loads(document), False))
        except (ValueError, RecursionError):
            return (document,)
    parts = []
    for piece in document.replace(";", "\n").split("\n"):
        name, separator, value = piece.strip().partition("=")
        if not separator or "://" not in value:
            parts.append(value if separator and any(word in name.lower() for word in _SECRET_NAMES) else piece.strip())
    return tuple(filter(None, parts))


def _secret_values(value: object, secret: bool) -> Iterator[str]:
    """Yield every text below a name that says it is secret."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _secret_values(inner, secret or any(word in str(name).lower() for word in _SECRET_NAMES))
    elif isinstance(value, list):
        for inner in value:
            yield from _secret_values(inner, secret)
    elif isinstance(value, str) and secret:
        yield value


def pattern_matches(pattern: str, value: str) -> bool:
    """Check whether the whole value matches; a pattern is compiled only for a value that may fit it."""
    if len(value) > limits.KEY or not value.startswith(head(pattern)) or not may_fit(pattern, value):
        return False
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.DOTALL)


@cache
def head(pattern: str) -> str:
    """Return the literal prefix of a pattern: ``head("sk-ant-[a-z]+")`` is ``sk-ant-``."""
    for at, character in enumerate(pattern):
        if character in "|":
            return ""
        if character in "\\.[]{}()^$*+?":
            return pattern[: at - 1] if character in "{*?" else pattern[:at]
    return pattern
