"""Named tuples, as :class:`typing.NamedTuple` makes them, but defined in a tenth of the time.

Forty of them are defined before a fault of the settings is on the screen: `typing` checks every annotation and compiles
source for each type (docs/design/019-start-up.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # type checkers know what it makes of a class
else:
    from collections import _tuplegetter  # of which `collections.namedtuple` makes the fields

    from probes.model.first_calls import compiled, values_of_call

    class _TupleType(type):
        """The type of named tuples: makes a field of each annotated name, in their order."""

        def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            names = tuple(namespace.get("__annotations__", ()))
            if names:
                defaults = {field: namespace[field] for field in names if field in namespace}
                namespace.update(zip(names, [_tuplegetter(at, None) for at in range(len(names))], strict=True))
                namespace |= {"_fields": names, "_field_defaults": defaults, "__match_args__": names, "_made": 0}
                namespace["__new__"] = _first_new
            namespace["__slots__"] = ()
            return super().__new__(mcs, name, bases, namespace)

    class NamedTuple(tuple, metaclass=_TupleType):
        """A tuple whose fields its class annotates."""

        @classmethod
        def _make(cls, values: Any) -> Any:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, /, **changes: Any) -> Any:
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no field {next(iter(changes))!r}")
            return made

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    def _first_new(cls: Any, /, *args: Any, **named: Any) -> Any:
        """Make the first tuples of a type as they are, and compile the type's own ``__new__`` for the others."""
        values = values_of_call(cls, cls._fields, cls._field_defaults, args, named)
        if values is not None:
            return tuple.__new__(cls, values)
        kind = next(one for one in cls.__mro__ if "_fields" in vars(one))  # a subclass has no fields of its own
        body = f"    return _new(cls, ({', '.join(cls._fields)},))"
        made = compiled(kind, "__new__", "cls", cls._fields, cls._field_defaults, body, _new=tuple.__new__)
        kind.__new__ = staticmethod(made)
        return made(cls, *args, **named)
