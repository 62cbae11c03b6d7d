"""Ask the user through the client (MCP elicitation) for what a call may do.

Two generations of the protocol ask in two ways. Up to 2025-11-25 the server sends a request of its own while the call
waits. From 2026-07-28 on the call ends with what it needs, and the client calls again with the answers; what was asked
is kept here, and an answer counts once, for exactly the call and the wishes that it was asked for.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from diagnose.agents.permissions import PermissionRequest, Permissions
from diagnose.rendering.outlet import plain
from diagnose.words import part

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

PATIENCE = 300.0  # seconds for an answer
MOST_OPEN = 32  # questions that wait for an answer
QUESTION = "permission"
ONCE, SESSION, NO = "once", "session", "no"


class Asked(Exception):
    """The call ends here with a question, and comes again with its answer."""

    def __init__(self, result: types.InputRequiredResult) -> None:
        super().__init__()
        self.result = result


class Confirmation:
    """The questions of one server."""

    def __init__(self, permissions: Permissions, lang: str) -> None:
        self._permissions = permissions
        self._words: Mapping[str, str] = part(lang, "agents").SAY
        self._open: OrderedDict[str, tuple[Any, ...]] = OrderedDict()

    async def refused(
        self,
        context: ServerRequestContext[Any, Any],
        call: types.CallToolRequestParams,
        wishes: Sequence[PermissionRequest],
    ) -> tuple[PermissionRequest, ...]:
        """Return the wishes that the user does not permit, after asking if the client can ask.

        Raises Asked if the answer comes with another call.
        """
        missing = self._permissions.missing(wishes)
        if not missing or not can_ask(context) or not self._permissions.may_ask(missing):
            return missing
        modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
        answer = self._answered(call, missing) if modern else await self._asked_now(context, missing)
        if answer == SESSION:
            self._permissions.remember(missing)
        if answer in (ONCE, SESSION):
            return ()
        self._permissions.refuse(missing)
        return missing

    def _answered(self, call: types.CallToolRequestParams, missing: tuple[PermissionRequest, ...]) -> str:
        about = (call.name, repr(sorted((call.arguments or {}).items())), missing)
        if call.request_state is not None and self._open.pop(call.request_state, None) == about:
            given = (call.input_responses or {}).get(QUESTION)
            return _answer(given) if isinstance(given, types.ElicitResult) else NO
        state = secrets.token_urlsafe(16)
        self._open[state] = about
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        params = types.ElicitRequestFormParams(message=self._question(missing), requested_schema=self._form())
        raise Asked(
            types.InputRequiredResult(
                input_requests={QUESTION: types.ElicitRequest(params=params)}, request_state=state
            )
        )

    async def _asked_now(self, context: ServerRequestContext[Any, Any], missing: tuple[PermissionRequest, ...]) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                given = await context.session.elicit_form(self._question(missing), self._form(), context.request_id)
        except (MCPError, TimeoutError, ValidationError):  # the client cannot ask after all, or answers nonsense
            return NO
        return _answer(given)

    def _question(self, missing: tuple[PermissionRequest, ...]) -> str:
        """Return the text of the question. Each line is one wish, whatever stands in it."""
        return "\n".join((self._words["ask"], *(f"- {plain(one.question)}" for one in missing)))

    def _form(self) -> dict[str, Any]:
        # `enum` with `enumNames` is what all generations of the protocol know; `oneOf` came in 2025-11-25.
        names = [self._words[f"answer.{one}"] for one in (ONCE, SESSION, NO)]
        field = {"type": "string", "title": self._words["answer"], "enum": [ONCE, SESSION, NO], "enumNames": names}
        return {"type": "object", "properties": {"answer": field}, "required": ["answer"]}


def _answer(given: types.ElicitResult) -> str:
    chosen = (given.content or {}).get("answer") if given.action == "accept" else NO
    return chosen if isinstance(chosen, str) and chosen in (ONCE, SESSION) else NO


def can_ask(context: ServerRequestContext[Any, Any]) -> bool:
    """Check whether the client shows questions with a form to the user."""
    known = context.session.client_capabilities
    asking = known.elicitation if known is not None else None
    return asking is not None and (asking.form is not None or asking.url is None)  # neither: form, as in 2025-06-18
