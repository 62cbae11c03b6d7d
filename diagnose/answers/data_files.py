"""Load the package's tables of data: TOML in the source tree, JSON in a wheel."""

from __future__ import annotations

from pkgutil import get_data
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Load the table ``name``.toml of this package; ``name`` is a path such as ``answers/dialects``.

    A wheel contains it as JSON (see ``hatch_build.py``), which loads about twenty times faster. There, every row with a
    ``pattern`` also has its ``needles`` (see ``diagnose/answers/literal_filter.py``). Rows may have the fields of
    :mod:`probes.catalog.provenance`, which the readers of the tables do not get.
    """
    document: dict[str, Any]
    try:
        built = get_data("diagnose", f"{name}.json")
    except OSError:
        import tomllib

        written = get_data("diagnose", f"{name}.toml") or b""
        from probes.catalog.fact_files import without_provenance

        document = without_provenance(tomllib.loads(written.decode("utf-8")))
    else:
        import json

        document = json.loads(built or b"{}")
    return document
