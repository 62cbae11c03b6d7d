"""The forms of the page: parse what a visitor typed into settings for a run. The key is a Secret from here on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl

from probes.catalog.apps import load
from probes.catalog.sdk_variables import variables_of
from probes.model.record import Record, replace
from probes.model.secret import Secret
from probes.model.settings import BadInput, Limits, ProxySettings, Settings, Sourced
from probes.model.source import Source, SourceKind
from probes.pasted import curl_settings
from probes.pasted.curl_command import CurlNote, parse, proxies_of
from probes.settings.config_file import PROTOCOLS
from probes.settings.gather import Options, gather
from probes.settings.network_settings import surroundings

T = TypeVar("T")

_LONGEST = {  # characters of each field, before anything looks into it; of others, the guard's limit of the whole form
    "base_url": 4096,
    "key": 8192,  # twice the longest tokens that are seen; a service account's JSON has 2,400
    "model": 512,
    "protocol": 32,
    "app": 64,
    "lang": 16,
    "no_spend": 8,
    "curl": 65536,
    "token": 1024,
}
_SOURCE = Source(SourceKind.FORM)


class CheckForm(Record):
    """The fields of the page as they were sent.

    ``curl`` is a command that replaces base URL and key; ``text`` is an error text to explain.
    """

    base_url: str = ""
    key: Secret = Secret("")
    model: str = ""
    protocol: str = "auto"
    app: str = ""
    no_spend: bool = False
    curl: Secret = Secret("")
    text: str = ""

    __repr__ = object.__repr__  # the text may contain a key


def read(body: bytes) -> CheckForm:
    """Parse a form as browsers send it. Raises BadInput for a body that the page cannot have sent."""
    fields = _fields(body)
    protocol, app = fields.get("protocol") or "auto", fields.get("app", "")
    if protocol not in PROTOCOLS or (app and load().get(app) is None):
        raise BadInput("This protocol or app is not known.")
    return CheckForm(
        base_url=fields.get("base_url", ""),
        key=Secret(fields.get("key", "")),
        model=fields.get("model", "").strip(),
        protocol=protocol,
        app=app,
        no_spend=bool(fields.get("no_spend")),
        curl=Secret(fields.get("curl", "").strip()),
        text=fields.get("text", ""),
    )


def field(body: bytes, name: str) -> str:
    """Return one field of a form, or an empty string if it is missing or the form is invalid."""
    try:
        return _fields(body).get(name, "")
    except BadInput:
        return ""


def _fields(body: bytes) -> dict[str, str]:
    try:
        found = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=16, errors="strict"))
    except ValueError:  # includes UnicodeDecodeError
        raise BadInput("This is not the form of the page.") from None
    for name, longest in _LONGEST.items():
        if len(found.get(name, "")) > longest:
            raise BadInput("The field {name} is longer than {count} characters.", name=name, count=longest)
    return found


def settings(form: CheckForm, limits: Limits, *, own_proxies: bool) -> tuple[Settings, tuple[CurlNote, ...]]:
    """Return the settings to check, and notes on what the check does differently from a curl command.

    The settings use the form's values only; from this machine they take the CA certificates, and with ``own_proxies``
    the proxies. Raises BadInput if the form has no address and no protocol or app with a default; its message is then
    the key of a text of the page (``need_url``).
    """
    options = Options(
        model=form.model or None,
        protocol=form.protocol if form.protocol != "auto" else None,
        app=form.app or None,
        no_spend=form.no_spend,
        no_env=True,
    )
    around = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("SSL_CERT_") or (own_proxies and name.lower().endswith("_proxy"))
    }
    notes: tuple[CurlNote, ...] = ()
    proxies, roots = surroundings(Options(), around, Path())
    if form.curl:
        # Nothing of this machine for the variables of the command: a proxy's address may hold a password.
        found, notes = curl_settings.read(form.curl.reveal(), options, {}, Path(), files=False)
        proxies = proxies_of(parse(form.curl.reveal(), {}), proxies)
    else:
        default = form.protocol != "auto" and variables_of(form.protocol).default
        if not form.base_url.strip() and not default and not form.app:
            raise BadInput("need_url")
        base_url = form.base_url if form.base_url.strip() else None
        found = gather(replace(options, base_url=base_url, key=form.key.reveal()), {}, Path())
    return replace(
        found,
        base_url=_typed(found.base_url),
        key=_typed(found.key),
        model=_typed(found.model),
        searched=(str(_SOURCE),) if found.key is None else (),
        proxies=proxies if own_proxies else ProxySettings(),
        ca_bundle=roots,
        limits=limits,
    ), notes


def _typed(value: Sourced[T] | None) -> Sourced[T] | None:
    """Replace the source "option" or "curl" of a value by the form."""
    if value is None or value.source.kind not in (SourceKind.OPTION, SourceKind.CURL):
        return value
    return replace(value, source=Source(SourceKind.FORM, value.source.owner))
