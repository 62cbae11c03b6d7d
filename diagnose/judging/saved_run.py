"""Read a saved run that is to be judged again, also out of a bundle for support."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.model.archive import ArchiveError, loaded, parse
from probes.model.evidence import Evidence
from probes.model.record import fields_of
from probes.protocols.names import NAMES

SCHEMA_OF_BUNDLES = "llmdoctor.bundle/"


def read(text: str) -> Evidence:
    """Return the evidence of a saved run or of a bundle. Raises ArchiveError if this version cannot judge it."""
    document = parse(text)
    return of_run(document.get("run") if is_bundle(document) else document)


def is_bundle(document: Any) -> bool:
    """Check whether a parsed document says that it is a bundle, of whatever version."""
    return isinstance(document, dict) and str(document.get("schema", "")).startswith(SCHEMA_OF_BUNDLES)


def of_run(document: Any) -> Evidence:
    """Return the evidence of a parsed run. Raises ArchiveError as :func:`read` does."""
    evidence = loaded(document)
    if set(_protocols(evidence)) - set(NAMES):
        raise ArchiveError("the run cannot be judged: it is about a protocol that this version does not know")
    return evidence


def _protocols(value: object) -> Iterator[str]:
    """Yield the protocol of every record inside ``value``."""
    if isinstance(value, tuple):
        for item in value:
            yield from _protocols(item)
    else:
        for name in fields_of(type(value)):
            inner = getattr(value, name)
            if name == "protocol":
                yield inner
            else:
                yield from _protocols(inner)
