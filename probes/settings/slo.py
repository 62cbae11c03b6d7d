"""Parse service level objectives, the limits that a target must keep: ``ttft=2s,cert=21d``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from probes.model.sentence import Sentence
from probes.model.settings import Slo

# Durations of DNS lookup, TCP connection and TLS handshake, time to first token and to the whole response, and the
# remaining validity of the certificate.
NAMES = ("dns", "connect", "tls", "ttft", "total", "cert")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}  # in seconds
EXAMPLE = "ttft=2s,total=10s,cert=21d"
SHARE = "working"  # the limit of a whole fleet: so many of its targets must work


class SloError(ValueError):
    """An invalid limit. The message is a sentence for users, without a full stop."""

    def __init__(self, template: str, **values: object) -> None:
        self.sentence = Sentence(template, **values)
        super().__init__(str(self.sentence))


def parse(text: str) -> tuple[Slo, ...]:
    """Parse ``ttft=2s,total=10s``. Return the limits in the order of :data:`NAMES`. Raises SloError."""
    pairs: dict[str, object] = {}
    for part in text.split(","):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise SloError("a limit is written NAME=TIME, as in {example}", example=EXAMPLE)
        if name in pairs:
            raise SloError("{name} is limited twice", name=name)
        pairs[name] = value
    return read(pairs)


def of_fleet(texts: Sequence[str]) -> tuple[tuple[str, ...], float | None]:
    """Separate the limit of a fleet from those of each target: ``ttft=2s,working=95%`` → ``("ttft=2s",)`` and 0.95.

    Raises SloError if the share is invalid or given twice, or a limit of a target is invalid.
    """
    share: float | None = None
    others: list[str] = []
    for text in texts:
        kept = []
        for part in text.split(","):
            name, _, value = (piece.strip() for piece in part.partition("="))
            if name != SHARE:
                kept.append(part)
                continue
            found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%", value)
            if found is None or not 0 < float(found[1]) <= 100:
                raise SloError(
                    "{name} must be a percentage above 0, as in {example}", name=SHARE, example=f"{SHARE}=95%"
                )
            if share is not None:
                raise SloError("{name} is limited twice", name=SHARE)
            share = float(found[1]) / 100
        if kept:
            parse(",".join(kept))
            others.append(",".join(kept))
    return tuple(others), share


def read(pairs: Mapping[str, object]) -> tuple[Slo, ...]:
    """Read limits from a table: ``{ttft = "2s"}``. Raises SloError if a name or a value is invalid."""
    found = dict(_limits(pairs))
    return tuple(Slo(name, found[name]) for name in NAMES if name in found)


def merge(*layers: tuple[Slo, ...]) -> tuple[Slo, ...]:
    """Merge limits: a later one replaces an earlier one of the same name."""
    found = {slo.name: slo for layer in layers for slo in layer}
    return tuple(found[name] for name in NAMES if name in found)


def _limits(pairs: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in pairs.items():
        if name not in NAMES:
            shown = f" named {name}" if re.fullmatch(r"[a-z_]{1,12}", name) else ""  # a longer name may be a key
            raise SloError("there is no limit{shown}; known limits: {names}", shown=shown, names=", ".join(NAMES))
        found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ?(ms|[smhd])", value) if isinstance(value, str) else None
        if found is None or not float(found[1]):
            raise SloError(
                "the limit of {name} must be a number above 0 with its unit, ms, s, m, h or d, as in 2s", name=name
            )
        yield name, float(found[1]) * UNITS[found[2]]
