"""What records and named tuples share: most types have one or two values in a run, for which nothing is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

FEW = 3  # values of a type that are made without compiled code, which takes as long as thirty of them


def values_of_call(
    kind: Any, names: tuple[str, ...], defaults: Mapping[str, Any], args: tuple[Any, ...], named: Mapping[str, Any]
) -> list[Any] | None:
    """Return the values of the fields ``names`` in a call with these arguments; None if code is to be compiled for it.

    That is so for all but the first calls of ``kind``, and for a wrong call: the code raises the usual TypeError.
    """
    kind._made += 1
    given = names[: len(args)]
    if kind._made > FEW or len(args) > len(names) or not named.keys().isdisjoint(given):
        return None
    values = {**defaults, **dict(zip(given, args, strict=True)), **named}
    if len(values) != len(names):
        return None
    try:
        return [values[name] for name in names]
    except KeyError:
        return None


def compiled(
    kind: Any, method: str, first: str, names: tuple[str, ...], defaults: Mapping[str, Any], body: str, **known: Any
) -> Callable[..., Any]:
    """Compile a method of ``kind`` with a parameter for each field, behind ``first``. ``body`` uses ``known``."""
    parameters = ", ".join([first, *(f"{name}=default_{name}" if name in defaults else name for name in names)])
    known |= {f"default_{name}": value for name, value in defaults.items()}
    exec(f"def {method}({parameters}):\n{body}", known)  # noqa: S102  the text is made of names in our own source
    made: Callable[..., Any] = known[method]
    made.__qualname__ = f"{kind.__qualname__}.{method}"  # for the text of a TypeError
    return made
