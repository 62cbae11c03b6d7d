"""The fields that the rows of each fact file have, which the build checks. Provenance is the same in all files.

Two files have readers that check more than kinds: :mod:`probes.catalog.door_files` and :mod:`probes.catalog.apps`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from probes.catalog.provenance import FIELDS_SET

_TOKENS = re.compile(r"\b(\w++)(!?)=(\w++)")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _is_pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value, re.IGNORECASE))
    except re.error:
        return False


# Kind -> what it is called in an error, and whether a value is one.
_KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "text": ("a text", lambda value: isinstance(value, str) and bool(value)),
    "texts": ("a list of texts", _is_texts),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "share": ("a number above 0 and up to 1", lambda value: isinstance(value, float) and 0 < value <= 1),
    "seconds": ("a number of seconds", lambda value: isinstance(value, int) and value is not True and value > 0),
    "pattern": ("a regular expression", _is_pattern),
    "named": (
        "a table of texts",
        lambda value: isinstance(value, dict) and all(isinstance(one, str) for one in value.values()),
    ),
    "statuses": (
        "a list of statuses such as 404 or 5xx",
        lambda value: isinstance(value, list) and all(re.fullmatch(r"[1-5](?:\d\d|xx)", str(one)) for one in value),
    ),
    "count": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0),
    "rows": ("a list of tables", lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value)),
}
_PHRASES = (
    "code!=text confidence!=share any=texts pattern=pattern beside=texts without=texts not_after=texts case=text "
    "generic=flag"
)
# File -> table -> its fields, each with its kind; ! if every row needs it.
_WRITTEN = {
    "models": {"model": "door!=text names!=texts routed=flag"},
    "companions": {"companion": "app!=text hosts!=texts need!=text required=flag login=flag late=seconds switch=text"},
    "closed_apps": {"app": "id!=text name!=text home!=text kind!=text apps=texts"},
    "runtimes": {
        "row": "id!=text runtime!=text error=texts packages=named variable=text strict=flag foreseen=flag "
        "install=named",
    },
    "credentials": {
        "credential": "shape!=pattern kind!=text company=text door=text carried=flag taken_by=texts sometimes=texts "
        "certain=flag document=flag",
        "issuer": "name!=text iss!=texts kind!=text company=text door=text carried=flag taken_by=texts sometimes=texts "
        "audience=rows foreign=texts login_claims=texts",
    },
    "dialects": {
        "row": "id!=text code!=text confidence!=share key_good=text doors=texts status=statuses mark=texts "
        "pattern=pattern header=named body=texts wire=flag values=named",
        "status": "status!=statuses code!=text confidence!=share key_good=text body=texts own=flag param=text "
        "pattern=pattern",
    },
    "phrases": {"row": _PHRASES},
    "network_words": {"row": _PHRASES},
    "client_words": {"row": _PHRASES},
    "kinds": {"row": "id!=text codes!=texts pattern=pattern needs=texts when=text part=text telling=flag"},
    "refusal_words": {
        "word": "subject=text fault=text words!=texts",
        "meaning": "subject=text fault!=text beside=text code!=text",
    },
    "known_texts": {"text": "code!=text words!=text"},
    "ambiguous": {"group": "id!=text pattern!=pattern codes!=texts local=texts public=texts documented=texts"},
    "products": {
        "product": "name!=text header=pattern page=pattern issuers=texts kind=text holds=text forward=flag",
    },
    "examples": {},
    "clients": {
        "request": "app!=text version!=text protocol!=text model!=text query=text size!=count limit=count "
        "headers=named identity=texts mends=texts switches=rows body!=text",
    },
}
FOLDERS = ("clients",)  # folders whose files have the same fields
FILES = frozenset(_WRITTEN)


def kind_of(path: Path) -> str:
    """Return the name under which the fields of a file are written here: its own, or that of its folder."""
    return path.parent.name if path.parent.name in FOLDERS else path.stem


def check_fields(file: str, table: str, row: Mapping[str, Any]) -> None:
    """Check the fields of a row; ``file`` is the :func:`kind_of` its file.

    Raises ValueError, which begins with the name of the wrong field, if one is unknown, missing or of another kind.
    Rows of a table that has no fields of its own here are not checked.
    """
    written = _WRITTEN.get(file, {}).get(table)
    if written is None:
        return
    fields = {name: (needed, kind) for name, needed, kind in _TOKENS.findall(written)}
    for name in row:
        if name not in fields and name not in FIELDS_SET:
            raise ValueError(f"unknown field {name}")
    for name, (needed, kind) in fields.items():
        if name in row:
            called, fits = _KINDS[kind]
            if not fits(row[name]):
                raise ValueError(f"{name} is not {called}")
        elif needed:
            raise ValueError(f"{name} is missing")
