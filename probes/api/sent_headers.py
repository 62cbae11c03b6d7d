"""Decide which of the settings' extra headers a request carries. Pure.

They are sent with every request, with the key or without one, at every path of the host and in every protocol: a
gateway may demand them before it looks at anything else. A check of another path (:attr:`KeyForm.DUMMY`) earns the key
first, and with it each header that holds a credential in the key's own place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from probes.model.attempt import Attempt, KeyForm
from probes.model.exchange import Purpose
from probes.model.facts import HeaderFacts, KeyPolicy
from probes.model.settings import ExtraHeader
from probes.protocols.protocol import KEY_HEADERS


def sent_with(
    attempt: Attempt, purpose: str, headers: Iterable[ExtraHeader], policy: KeyPolicy
) -> tuple[ExtraHeader, ...]:
    """Return the headers that a request of this attempt carries, as far as ``policy`` allows them."""
    if not policy.sends_headers(direct=attempt.direct):
        return ()
    return tuple(one for one in headers if carries(attempt, purpose, one))


def carries(attempt: Attempt, purpose: str, header: ExtraHeader | HeaderFacts) -> bool:
    """Check whether a request of this attempt carries the header, if it may be sent at all."""
    return (
        not header.flaw
        and not (attempt.key is KeyForm.DUMMY and header.name.lower() in KEY_HEADERS)
        and purpose != Purpose.PREFLIGHT
        and header.name.lower() not in attempt.without
        and (not header.protocols or attempt.protocol in header.protocols)
    )


def with_extra(usual: Sequence[tuple[str, str]], extra: Iterable[ExtraHeader]) -> list[tuple[str, str]]:
    """Return the headers of a request; an extra one replaces the client's own of the same name, as in the SDKs."""
    own = {one.name.lower(): one for one in extra}
    kept = [(name, value) for name, value in usual if name.lower() not in own]
    return kept + [(one.name, one.value.value.reveal()) for one in own.values()]
