"""The kept readings of the SDKs: one hexadecimal digit for each mutant, in the order in which they are generated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from mutants.generate import mutants
from mutants.mutant import Mutant
from mutants.oracle import by_node, by_python, versions
from mutants.server import serving

FILE = Path(__file__).with_name("oracle.json")
# Who fails. Plain call and raw iteration are one digit: a mutant changes only one half.
PYTHON, PYTHON_HELPER, NODE, NODE_HELPER = 1, 2, 4, 8
_WAYS = {"plain": PYTHON, "raw": PYTHON, "helper": PYTHON_HELPER}
_WIDTH = 100  # digits in a line


def digit(python: dict[str, str], node: dict[str, str]) -> int:
    """Return the digit for how the SDKs read one mutant: by way, empty where they read it."""
    bits = sum(_WAYS[way] for way, how in python.items() if how)
    return bits + 4 * sum(_WAYS[way] for way, how in node.items() if how)


def wanted(bits: int) -> str:
    """Return the verdict that follows: the Python SDK decides, the others are worth a warning."""
    return "broken" if bits & PYTHON else "degraded" if bits else "healthy"


def mark(rows: Sequence[Mutant]) -> str:
    """Return a digest of the mutants: the kept digits belong to these alone."""
    text = "\n".join(f"{one.name} {hashlib.sha256(one.body).hexdigest()[:8]}" for one in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digits(protocol: str) -> list[int]:
    """Return the kept digits of a protocol's mutants. Raises ValueError if they belong to other mutants."""
    kept = json.loads(FILE.read_text())["protocols"][protocol]
    if kept["mutants"] != mark(mutants(protocol)):
        raise ValueError(f"the mutants of {protocol} have changed: python tests/agreement.py --record {protocol}")
    return [int(one, 16) for one in "".join(kept["digits"])]


def kept_versions() -> dict[str, str]:
    """Return the versions of the SDKs that the kept digits come from."""
    found: dict[str, str] = json.loads(FILE.read_text())["versions"]
    return found


def read(rows: Sequence[Mutant]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return how the SDKs that are installed here read the mutants: Python's and Node's."""
    with serving(rows) as port:
        return list(zip(by_python(rows, port), by_node(rows, port), strict=True))


def record(protocols: Sequence[str]) -> None:
    """Read all mutants of these protocols with the SDKs and keep the digits."""
    kept = json.loads(FILE.read_text()) if FILE.exists() else {"protocols": {}}
    for protocol in protocols:
        rows = mutants(protocol)
        found = "".join(f"{digit(*one):x}" for one in read(rows))
        lines = [found[start : start + _WIDTH] for start in range(0, len(found), _WIDTH)]
        kept["protocols"][protocol] = {"mutants": mark(rows), "digits": lines}
        print(f"{protocol}: {len(rows)} mutants, {len(found) - found.count('0')} break some client")
    FILE.write_text(json.dumps({"versions": versions(), "protocols": kept["protocols"]}, indent=1) + "\n")
