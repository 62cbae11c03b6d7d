"""A call that is understood: what it needs the user's permission for, and the work itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from diagnose.agents.permissions import PermissionRequest
from diagnose.agents.tool_result import ToolResult
from probes.model.named_tuple import NamedTuple

Progress: TypeAlias = Callable[[str], None]  # is told what the work is at


class Prepared(NamedTuple):
    """``carry_out`` gets the wishes that were refused, leaves out what they are about, and says so in its result."""

    wishes: tuple[PermissionRequest, ...]
    carry_out: Callable[[Sequence[PermissionRequest], Progress], Awaitable[ToolResult]]
