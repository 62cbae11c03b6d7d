"""The secrets in a JSON file of Google's own tools: taken out, so that the rest can be kept, and put in again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.model.secret import Secret

SEAL = "secret"  # how the mark of a secret begins
_SECRETS = ("private_key", "refresh_token", "client_secret", "token", "id_token", "access_token")
_SHORTEST = 16  # characters of the shortest value of a header that counts as a secret
Sealed = tuple[tuple[str, Secret | str], ...]


def sealed(info: Mapping[str, Any], path: str = SEAL) -> tuple[dict[str, Any], Sealed]:
    """Return the content of a file with a mark in the place of each secret, and the secrets by their marks."""
    public: dict[str, Any] = {}
    secrets: Sealed = ()
    for name, value in info.items():
        mark = f"{path}.{name}"
        if isinstance(value, dict) and name in ("source_credentials", "credential_source", "headers"):
            public[name], more = sealed(value, mark)
            secrets += more
        elif isinstance(value, str) and (name in _SECRETS or (path.endswith(".headers") and len(value) >= _SHORTEST)):
            public[name] = mark
            secrets += ((mark, Secret(value)),)
            if name == "private_key":  # without its lines, as an error may quote it
                body = "".join(line for line in value.splitlines() if not line.startswith("-----"))
                secrets += ((f"{mark}.body", Secret(body)),)
        else:
            public[name] = value
    return public, secrets


def unsealed(info: Mapping[str, Any], secrets: Mapping[str, Secret | str]) -> dict[str, Any]:
    """Return the content of a file as it was, with its secrets."""
    whole: dict[str, Any] = {}
    for name, value in info.items():
        held = secrets.get(value) if isinstance(value, str) and value.startswith(SEAL) else None
        if isinstance(value, dict):
            whole[name] = unsealed(value, secrets)
        else:
            whole[name] = held.reveal() if isinstance(held, Secret) else value
    return whole
