"""The package's tables of data: TOML for people, and JSON for the program where the wheel's build has made it."""

from __future__ import annotations

from pkgutil import get_data
from typing import Any


def table(name: str) -> dict[str, Any]:
    """The document ``name``.toml of this package; ``name`` is a path, as in ``answers/dialects``.

    A wheel carries it as JSON (see ``hatch_build.py``), which is read some twenty times faster; every row with a
    ``pattern`` then has its ``needles`` too (see ``diagnose/answers/literal_filter.py``).
    """
    document: dict[str, Any]
    try:
        built = get_data("diagnose", f"{name}.json")
    except OSError:
        import tomllib

        written = get_data("diagnose", f"{name}.toml") or b""
        document = tomllib.loads(written.decode("utf-8"))
    else:
        import json

        document = json.loads(built or b"{}")
    return document
