"""Keys that stand inside a base URL, where they do not belong: in a part of its path, or in its query. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from probes.keys.credential_kinds import credential_of
from probes.model import limits
from probes.model.key_shape import Confidence
from probes.model.named_tuple import NamedTuple
from probes.model.run_memory import remembered
from probes.model.secret import public_prefix

_SHORTEST = 20  # characters; every key of a shape that is certain is longer
_RANDOM = r"[A-Za-z0-9]{16}"
_NAMES = ("key", "token", "secret", "auth", "password")  # of a parameter whose value is a secret, whatever its shape


class KeyInUrl(NamedTuple):
    """A part of a URL that is a key by its shape, or by the name of its parameter. ``place``: ``path`` or ``query``."""

    value: str
    place: str


@remembered(256)
def keys_in_url(raw: str) -> tuple[KeyInUrl, ...]:
    """Return the keys in the path and the query of a URL, as they are written there and decoded.

    A part counts only if its shape is certain (a known key or credential, or a token): account IDs, deployments and
    model names are not keys. A value of a parameter such as ``?key=`` counts always.
    """
    text = raw[: limits.URL]
    whole, _, query = text.partition("#")[0].partition("?")
    _, _, path = whole.partition("://")[2].partition("/") if "://" in whole else whole.partition("/")
    found = [KeyInUrl(one, "path") for part in path.split("/") if _is_key(unquote(part)) for one in _forms(part)]
    for name, value in parse_qsl(query):
        if _is_key(value) or (value and any(word in name.lower() for word in _NAMES)):
            found.append(KeyInUrl(value, "query"))
    return tuple(dict.fromkeys(found))


def _forms(part: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((part, unquote(part))))


def _is_key(part: str) -> bool:
    if len(part) < _SHORTEST or not any(sign.isdigit() for sign in part):
        return False
    if public_prefix(part):
        return re.search(_RANDOM, part) is not None
    from probes.keys.owner import identify  # a URL with such a part is rare
    from probes.keys.tokens import token_of

    if token_of(part) is not None:
        return True
    credential = credential_of(part)
    if credential is not None and credential.certain:
        return True
    return any(match.confidence is Confidence.CERTAIN for match in identify(part))
