"""The parts of a client's request that can be left out one by one: headers, fields, and special forms of fields.

A part has the name by which a report calls it:

- ``anthropic-beta`` or ``anthropic-beta: VALUE``: a header, or one value of a header that lists several;
- ``thinking.display``, ``tools[].defer_loading``: a field, in every item of a list;
- ``messages[].role=system``, ``tools[].type=namespace``: the items of a list that have this value;
- ``system[]``, ``messages[].content[]``: a text in the form of a list;
- ``tools[].input_schema.$schema``: a word of JSON Schema, wherever it stands in the schemas; ``type[]`` is a list of
  types;
- ``cache_control``: this field, wherever it stands.

Everything here is pure: it works on the parsed body and the headers of a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from probes.model.record import Record

Headers = tuple[tuple[str, str], ...]

LISTS = ("anthropic-beta",)  # headers that list several values, separated by commas
ANYWHERE = ("cache_control",)  # fields that are one part, wherever they stand
# Fields without which no request of the protocol is valid, or that the plain request of a check has too.
_CORE = frozenset(
    (
        "model",
        "messages",
        "input",
        "contents",
        "stream",
        "max_tokens",
        "max_output_tokens",
        "generationConfig",
        "options",
    )
)
_CORE_HEADERS = frozenset(("accept", "content-type", "anthropic-version"))
# Inside these, a field of `_NEEDED` is part of the form, and no item is valid without it.
_FORMED = ("messages", "input", "contents", "system", "tools")
_NEEDED = frozenset(
    ("role", "content", "parts", "text", "name", "description", "function", "functionDeclarations", "tools")
)
_SCHEMAS = ("input_schema", "parameters", "parametersJsonSchema", "responseJsonSchema", "schema")
_OPTIONAL_SCHEMAS = ("parametersJsonSchema", "responseJsonSchema")  # a declaration is valid without them
_PLAIN_WORDS = frozenset(("type", "properties", "required", "description", "items", "enum"))
_DEEPEST = 5  # names in a path; deeper fields are left out with the field around them
_OPAQUE = ("{id}", "{text}")  # values of a recording that say nothing (see `recordings.py`)

# A part that is left out -> the fields that are not valid without it. Anthropic refuses the fields of a beta without
# its header, and a tool choice without tools (measured: facts/clients-2026-11.md; docs.anthropic.com, beta headers).
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "tools": ("tool_choice", "parallel_tool_calls"),
    "thinking": ("context_management",),
    "anthropic-beta: context-management": ("context_management",),
    "anthropic-beta: effort": ("output_config", "messages[].output_config"),
    "anthropic-beta: advanced-tool-use": ("tools[].defer_loading",),
}


class Shape(Record):
    """The headers and the body of a request. The body is parsed JSON and never changed in place."""

    headers: Headers
    body: Mapping[str, Any]


class Part(Record):
    """A part, and all parts that are left out together with it: those inside it, and those that need it."""

    name: str
    header: bool
    closure: frozenset[str]


def parts_of(shape: Shape) -> tuple[Part, ...]:
    """Return the parts of a request, each after those that are left out together with it."""
    names = tuple(dict.fromkeys(_names(shape)))
    closures = {name: _closure(shape, name, names) for name in names}
    headers = set(_header_names(shape.headers))
    ordered = sorted(names, key=lambda name: len(closures[name]))
    return tuple(Part(name, name in headers, closures[name]) for name in ordered)


def names_of(shape: Shape) -> tuple[str, ...]:
    """Return the names of the parts of a request."""
    return tuple(dict.fromkeys(_names(shape)))


def without(shape: Shape, names: frozenset[str]) -> Shape:
    """Return the request without these parts."""
    body: Any = shape.body
    for name in sorted(names):
        if name in ANYWHERE:
            body = _everywhere(body, name)
        elif ":" not in name:
            body = _left_out(body, name)
    return Shape(_headers_without(shape.headers, names), body)


def _closure(shape: Shape, name: str, names: tuple[str, ...]) -> frozenset[str]:
    needing = [other for start, others in _NEEDS.items() if _is_or_begins(name, start) for other in others]
    if name in LISTS:
        needing += [other for start, others in _NEEDS.items() if start.startswith(f"{name}: ") for other in others]
    left = frozenset((name, *(other for other in needing if other in names)))
    return left | (frozenset(names) - frozenset(_names(without(shape, left), sole=True)))


def _is_or_begins(name: str, start: str) -> bool:
    return name == start or (": " in start and name.startswith(f"{start}-"))


# -- headers -----------------------------------------------------------------------------------------------------------


def _header_names(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        low = name.lower()
        if low in _CORE_HEADERS:
            continue
        values = _values(value) if low in LISTS else []
        yield from (f"{low}: {one}" for one in values)
        if len(values) != 1:
            yield low


def _values(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _headers_without(headers: Headers, names: frozenset[str]) -> Headers:
    kept = []
    for name, value in headers:
        low = name.lower()
        if low in names:
            continue
        if low in LISTS:
            value = ",".join(one for one in _values(value) if f"{low}: {one}" not in names)
            if not value:
                continue
        kept.append((name, value))
    return tuple(kept)


# -- the body ----------------------------------------------------------------------------------------------------------


def _names(shape: Shape, *, sole: bool = False) -> Iterator[str]:
    """Yield the names of the parts; with ``sole`` also those of fields that are alone in the field around them."""
    yield from (name for name in ANYWHERE if _holds(shape.body, name))
    yield from _fields(shape.body, "", 1, sole)
    yield from _header_names(shape.headers)


def _holds(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return name in value or any(_holds(one, name) for one in value.values())
    return isinstance(value, list) and any(_holds(one, name) for one in value)


def _fields(value: Mapping[str, Any], path: str, depth: int, sole: bool) -> Iterator[str]:
    """Yield the parts of an object, those inside a field before the field itself."""
    for key, inner in value.items():
        if key in ANYWHERE:
            continue
        name = f"{path}.{key}" if path else key
        if key in _SCHEMAS:
            yield from _schema_words(inner, name)
        elif depth < _DEEPEST:
            yield from _inside(inner, name, depth, sole)
        if _is_optional(name, key):
            yield name


def _inside(value: Any, name: str, depth: int, sole: bool) -> Iterator[str]:
    if isinstance(value, dict):
        if len(value) == 1 and not sole:  # the field around it is the part
            [(key, inner)] = value.items()
            yield from _inside(inner, f"{name}.{key}", depth + 1, sole)
        elif any(isinstance(one, (dict, list)) or one not in _OPAQUE for one in value.values()):
            yield from _fields(value, name, depth + 1, sole)
        return
    items = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if not items:
        return
    for item in items:
        yield from _fields(item, f"{name}[]", depth + 1, sole)
    for key in ("role", "type"):
        found = list(dict.fromkeys(one.get(key) for one in items))
        usual = {"user", "function", None} if len(found) > 1 else set(found)
        yield from (f"{name}[].{key}={one}" for one in found if one not in usual and isinstance(one, str))
    if _is_text_list(value):
        yield f"{name}[]"


def _is_optional(name: str, key: str) -> bool:
    top = name.partition(".")[0].partition("[")[0]
    if name == key:
        return key not in _CORE
    if key in ("type", "parts"):  # an object with a type, or a message, is nothing without them
        return False
    if key in _SCHEMAS:
        return key in _OPTIONAL_SCHEMAS
    return not (top in _FORMED and key in _NEEDED)


def _is_text_list(value: Any) -> bool:
    """Check whether a value is a list of texts in the form that messages use, and so could be one text."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and isinstance(one.get("text"), str) and "type" in one for one in value)
    )


def _left_out(value: Any, path: str) -> Any:
    """Return a copy of a value without what the path names; the value itself if nothing of it is there."""
    head, _, rest = path.partition(".")
    is_list = head.endswith("[]")
    key = head.removesuffix("[]")
    if isinstance(value, list):
        return [_left_out(one, path) for one in value]
    if not isinstance(value, dict) or key not in value:
        return value
    if is_list and not rest:
        return {**value, key: _as_text(value[key])}
    if not rest:
        return {name: one for name, one in value.items() if name != key}
    inner = value[key]
    if key in _SCHEMAS:
        return {**value, key: _schema_without(inner, rest)}
    if is_list and "=" in rest and isinstance(inner, list):
        name, _, wanted = rest.partition("=")
        return {**value, key: [one for one in inner if not (isinstance(one, dict) and one.get(name) == wanted)]}
    return {**value, key: _left_out(inner, rest)}


def _as_text(value: Any) -> Any:
    return "\n".join(one["text"] for one in value) if _is_text_list(value) else value


def _everywhere(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(one, name) for key, one in value.items() if key != name}
    return [_everywhere(one, name) for one in value] if isinstance(value, list) else value


# -- JSON Schema -------------------------------------------------------------------------------------------------------


def _schema_words(schema: Any, path: str) -> Iterator[str]:
    """Yield a part for each word of JSON Schema that is not understood everywhere."""
    found: dict[str, None] = {}

    def look(node: dict[str, Any]) -> dict[str, Any]:
        found.update(dict.fromkeys(key for key in node if key not in _PLAIN_WORDS))
        if isinstance(node.get("type"), list):
            found["type[]"] = None
        return node

    _each_schema(schema, look)
    yield from (f"{path}.{word}" for word in sorted(found))


def _schema_without(schema: Any, word: str) -> Any:
    def cut(node: dict[str, Any]) -> dict[str, Any]:
        if word == "type[]":
            kinds = node.get("type")
            return {**node, "type": kinds[0]} if isinstance(kinds, list) and kinds else node
        return {key: one for key, one in node.items() if key != word}

    return _each_schema(schema, cut)


def _each_schema(node: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a schema in which ``change`` was applied to each schema, outermost first."""
    if isinstance(node, list):
        return [_each_schema(one, change) for one in node]
    if not isinstance(node, dict):
        return node
    changed = {}
    for key, one in change(node).items():
        if key in ("properties", "$defs", "definitions", "patternProperties") and isinstance(one, dict):
            changed[key] = {name: _each_schema(inner, change) for name, inner in one.items()}
        elif key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "not", "propertyNames"):
            changed[key] = _each_schema(one, change)
        else:
            changed[key] = one
    return changed
