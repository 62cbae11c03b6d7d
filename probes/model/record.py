"""Frozen types with slots, as ``dataclass(frozen=True, slots=True)`` makes them, but defined in a fiftieth of the time.

A hundred types are defined at every start; docs/design/019-start-up.md compares the ways to define them.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast, dataclass_transform

from probes.model.first_calls import compiled, values_of_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import replace as replace  # type checkers know its arguments for each type

R = TypeVar("R", bound="Record")


@dataclass_transform(frozen_default=True)
class RecordType(type):
    """The type of records: makes a slot of each annotated name, in the order of a parent's and then its own."""

    _names: tuple[str, ...]
    _defaults: dict[str, Any]
    _made: int  # records of it, until its own `__init__` is compiled
    _values: Callable[[Any], Any]  # the values of a record's fields: a tuple, or the value itself if there is one field

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **rest: Any) -> RecordType:
        own = namespace.get("__annotations__", {})
        parent = next((base for base in bases if isinstance(base, RecordType)), None)
        names = (*(parent._names if parent is not None else ()), *own)
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        namespace["__slots__"] = tuple(own)
        namespace["__match_args__"] = names
        if own:
            namespace["__init__"] = _first_init
        made = super().__new__(mcs, name, bases, namespace, **rest)
        made._names = names
        made._made = 0
        made._defaults = {**parent._defaults, **defaults} if parent is not None else defaults
        made._values = attrgetter(*names) if names else lambda record: ()
        return made


class _DataclassFields:
    """The descriptor by which :mod:`dataclasses` takes a record for one of its own: what the type checkers assume."""

    def __get__(self, record: object, kind: RecordType) -> dict[str, Any]:
        from dataclasses import fields, make_dataclass  # hardly a run needs it

        found = {one.name: one for one in fields(make_dataclass(kind.__name__, kind._names))}
        for name, value in kind._defaults.items():
            found[name].default = value
        return found


class Record(metaclass=RecordType):
    """A frozen value with the fields that its class annotates. A default is shared, so it must be immutable too."""

    __dataclass_fields__ = _DataclassFields()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot assign to {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        """Check whether both are of the same type and all fields are equal."""
        if self is other:
            return True
        kind = type(self)
        if kind is not type(other):
            return NotImplemented
        return cast(bool, kind._values(self) == kind._values(other))

    def __hash__(self) -> int:
        return hash(type(self)._values(self))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in type(self)._names)
        return f"{type(self).__qualname__}({values})"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), tuple(getattr(self, name) for name in type(self)._names)


def fields_of(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a type; none if it is no record."""
    return kind._names if isinstance(kind, RecordType) else ()


def values_of(record: Record) -> tuple[Any, ...]:
    """Return the values of a record's fields, in the order of :func:`fields_of`."""
    kind = type(record)
    values = kind._values(record)
    return (values,) if len(kind._names) == 1 else values


if not TYPE_CHECKING:

    def replace(record: R, /, **changes: Any) -> R:
        """Return a copy of the record with other values for some fields, as :func:`dataclasses.replace` does."""
        kind = type(record)
        for name in kind._names:
            if name not in changes:
                changes[name] = getattr(record, name)
        return kind(**changes)


def _first_init(self: Record, *args: Any, **named: Any) -> None:
    """Fill the first records of a type, and compile the type's own ``__init__`` for the others."""
    kind = type(self)
    values = values_of_call(kind, kind._names, kind._defaults, args, named)
    if values is not None:
        for name, value in zip(kind._names, values, strict=True):
            object.__setattr__(self, name, value)
        return
    body = "\n".join(f"    set_{name}(self, {name})" for name in kind._names)
    setters = {f"set_{name}": getattr(kind, name).__set__ for name in kind._names}
    kind.__init__ = compiled(kind, "__init__", "self", kind._names, kind._defaults, body, **setters)  # type: ignore[method-assign]
    kind.__init__(self, *args, **named)
