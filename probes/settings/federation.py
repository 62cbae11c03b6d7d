"""Recognise settings with which an SDK exchanges an identity token for the house's own (workload identity)."""

from __future__ import annotations

import time
from pathlib import Path

from probes.catalog.sdk_variables import SdkVariables
from probes.config_formats.files import SkippedFile, text_of
from probes.keys.tokens import token_of
from probes.model.login import StoredLogin
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import Owner
from probes.settings.environment import Variables


def with_federation(settings: Settings, family: SdkVariables, variables: Variables, app: str, cwd: Path) -> Settings:
    """Return the settings with the federated identity that gives the SDK its token; unchanged if there is none.

    The exchange is the SDK's: this program makes none. It reads the identity token, if a file or variable of the user's
    own holds it, for its end alone: an expired one gets nothing.
    """
    found = [variables.filled(name) for name in family.federation]
    if not found or not all(found):
        return settings
    given = next((value for name in family.federation_token if (value := variables.filled(name))), None)
    if given is None:
        return settings  # the SDKs go on as if nothing of it was set
    token = _token(given, cwd)
    said = token_of(token) if token else None
    login = StoredLogin(
        app,
        "",
        given.source,
        "workload",
        host=(settings.base_url.value if settings.base_url else "").partition("://")[2].partition("/")[0],
        # A token of an hour is renewed by whoever writes it; only one that has ended already is wrong.
        expires=said.expires if said is not None and said.expires < time.time() else 0.0,
        sign_in="",
    )
    secrets = (*settings.secrets, *((Secret(token),) if token else ()))
    return replace(settings, login=login, secrets=secrets)


def _token(given: Sourced[str], cwd: Path) -> str:
    if not given.source.variable.endswith("_FILE"):
        return given.value.strip()
    if given.source.owner is not Owner.USER:
        return ""
    try:
        return (text_of(cwd / given.value) or "").strip()
    except SkippedFile:
        return ""
