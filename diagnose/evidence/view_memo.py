"""Remember what a pure function says of a view, with the view itself: many rules ask for the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from diagnose.evidence.view import View

T = TypeVar("T")


def once_a_view(read: Callable[[View], T]) -> Callable[[View], T]:
    """Return a pure function of a view that works out its result once for each view."""

    @wraps(read)
    def remembered(view: View) -> T:
        if read not in view.known:
            view.known[read] = read(view)
        return cast(T, view.known[read])

    return remembered
