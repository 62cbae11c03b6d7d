"""The limits that a target is to keep (service level objectives), as people write them: ``ttft=2s,cert=21d``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from probes.model.settings import Slo

# The three parts of the way, the time to the first token, that of a whole answer, how long the certificate holds.
NAMES = ("dns", "connect", "tls", "ttft", "total", "cert")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
EXAMPLE = "ttft=2s,total=10s,cert=21d"


class SloError(ValueError):
    """The text is no limit; the message is a sentence for people, without a stop."""


def parse(text: str) -> tuple[Slo, ...]:
    """``ttft=2s,total=10s``: as many limits as there are, in the order of :data:`NAMES`. Raises SloError."""
    pairs: dict[str, object] = {}
    for part in text.split(","):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise SloError(f"a limit is written NAME=TIME, as in {EXAMPLE}")
        if name in pairs:
            raise SloError(f"{name} is limited twice")
        pairs[name] = value
    return read(pairs)


def read(pairs: Mapping[str, object]) -> tuple[Slo, ...]:
    """The same from a table: ``{ttft = "2s"}``. Raises SloError."""
    found = dict(_limits(pairs))
    return tuple(Slo(name, found[name]) for name in NAMES if name in found)


def merge(*layers: tuple[Slo, ...]) -> tuple[Slo, ...]:
    """Of limits with the same name the last counts."""
    found = {slo.name: slo for layer in layers for slo in layer}
    return tuple(found[name] for name in NAMES if name in found)


def _limits(pairs: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in pairs.items():
        if name not in NAMES:
            shown = f" named {name}" if re.fullmatch(r"[a-z_]{1,12}", name) else ""  # a longer one may be a key
            raise SloError(f"there is no limit{shown}: known are {', '.join(NAMES)}")
        found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?) ?(ms|[smhd])", value) if isinstance(value, str) else None
        if found is None or not float(found[1]):
            raise SloError(f"the limit of {name} is to be a number above 0 with its unit, ms, s, m, h or d, as in 2s")
        yield name, float(found[1]) * UNITS[found[2]]
