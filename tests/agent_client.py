"""A server for agents in this process, and the official client that calls it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mcp_types as types
from mcp import Client

from diagnose.agents.mcp_server import ToolCalls, server_of
from diagnose.agents.permissions import Permission
from diagnose.agents.server_options import AgentServerOptions
from diagnose.cli.commands.mcp import lookups
from diagnose.cli.secret_words import in_environment
from probes.model.known_secrets import KNOWN

# How the client connects: with a handshake (up to 2025-11-25) or without one (2026-07-28). DIRECT: without a client.
LEGACY, MODERN, DIRECT = "legacy", "auto", "direct"


@dataclass
class Agent:
    """A client with a server of its own for each :meth:`calls`. ``answers`` are the user's, one for each question."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    allow: str = ""
    answers: list[str] = field(default_factory=list)
    can_ask: bool = True
    mode: str = LEGACY
    more: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)

    def options(self) -> AgentServerOptions:
        KNOWN.begin(in_environment(self.environ))
        given = {"folders": (self.folder.resolve(),), "deadline": 20.0, "timeout": 5.0, **self.more}
        allowed = frozenset(Permission(word) for word in self.allow.split(",") if word)
        return AgentServerOptions(lookups=lookups(), environ=self.environ, allowed=allowed, **given)

    async def answer(self, context: Any, params: Any) -> types.ElicitResult:
        """Answer as the user: ``once``, ``session``, ``no``, or an action of the client such as ``cancel``."""
        self.questions.append(params.message)
        said = self.answers.pop(0) if self.answers else "no"
        if said in ("decline", "cancel"):
            return types.ElicitResult(action=said)  # type: ignore[arg-type]
        return types.ElicitResult(action="accept", content={"answer": said})

    async def tell(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append(message or "")

    def client(self) -> Client:
        asked = self.answer if self.can_ask else None
        return Client(server_of(self.options()), mode=self.mode, elicitation_callback=asked)

    def run(self, work: Callable[[Client], Awaitable[Any]]) -> Any:
        """Run ``work`` with a connected client."""

        async def connected() -> Any:
            async with self.client() as client:
                return await work(client)

        return asyncio.run(connected())

    def calls(self, *calls: tuple[str, Mapping[str, Any]]) -> list[types.CallToolResult]:
        """Call tools of one server, one after the other."""
        if self.mode == DIRECT:
            return asyncio.run(self._direct(calls))

        async def work(client: Client) -> list[types.CallToolResult]:
            return [await client.call_tool(name, dict(given), progress_callback=self.tell) for name, given in calls]

        found: list[types.CallToolResult] = self.run(work)
        return found

    async def _direct(self, calls: tuple[tuple[str, Mapping[str, Any]], ...]) -> list[types.CallToolResult]:
        """Call without a client, which takes a tenth of the time: most of it goes into schemas."""
        server = ToolCalls(self.options())
        context: Any = SimpleNamespace(protocol_version="2025-11-25", request_id=1, session=_Session(self))
        found = []
        for name, given in calls:
            params = types.CallToolRequestParams(name=name, arguments=dict(given))
            result = await server.call(context, params)
            assert isinstance(result, types.CallToolResult)
            found.append(result)
        return found

    def call(self, name: str, **given: Any) -> types.CallToolResult:
        """Call one tool."""
        return self.calls((name, given))[0]


class _Session:
    """What a server uses of a connection."""

    def __init__(self, agent: Agent) -> None:
        form = types.ElicitationCapability(form=types.FormElicitationCapability())
        self.client_capabilities = types.ClientCapabilities(elicitation=form if agent.can_ask else None)
        self._agent = agent

    async def elicit_form(self, message: str, schema: object, request_id: object) -> types.ElicitResult:
        return await self._agent.answer(None, SimpleNamespace(message=message))

    async def report_progress(self, progress: float, total: float | None, message: str | None) -> None:
        await self._agent.tell(progress, total, message)


def text_of(result: types.CallToolResult) -> str:
    """Return the text of a result."""
    assert isinstance(result.content[0], types.TextContent)
    return result.content[0].text
