"""The MCP server: lists the tools, reads a call, asks for permission, runs it, and answers without any key.

The official package's low-level server, because its high-level one quotes the arguments of a wrong call in its errors.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import mcp_types as types
from anyio import BrokenResourceError, ClosedResourceError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from diagnose import __version__
from diagnose.agents import check_tool, local_tools, scan_tool
from diagnose.agents.arguments import read
from diagnose.agents.check_runner import CheckRunner
from diagnose.agents.confirmation import Asked, Confirmation
from diagnose.agents.permissions import Permissions
from diagnose.agents.prepared import Prepared
from diagnose.agents.server_options import AgentServerOptions
from diagnose.agents.tool_result import harmless, pure, shown
from diagnose.agents.tool_table import BY_NAME, INSTRUCTIONS, TOOLS, ToolRow
from diagnose.rendering.outlet import passed
from diagnose.words import phrase, sentence
from probes.catalog.door_files import DoorsError
from probes.catalog.doors import adopt
from probes.model.settings import BadInput

Context = ServerRequestContext[Any, Any]
LAST_PROGRESS = 1.0  # seconds for the notifications that are left when the work ends


def server_of(options: AgentServerOptions) -> Server[Any]:
    """Return a server with the tools; any transport of the package can run it."""
    calls = ToolCalls(options)

    async def tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[listed(one) for one in TOOLS])

    return Server(
        "llmdoctor",
        version=__version__,
        title="llmdoctor",
        instructions=INSTRUCTIONS,
        on_list_tools=tools,
        on_call_tool=calls.call,
    )


async def serve(options: AgentServerOptions) -> None:
    """Serve one client over standard input and output until the input ends, or nobody reads the output any more."""
    logging.getLogger("mcp").addHandler(logging.NullHandler())
    logging.getLogger("mcp").propagate = False  # its messages quote what a client sent
    server = server_of(options)
    try:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    except* (BrokenPipeError, BrokenResourceError, ClosedResourceError):  # the client is gone
        pass


def listed(row: ToolRow) -> types.Tool:
    """Return a tool as it is listed for clients."""
    return types.Tool(
        name=row.name,
        title=row.title,
        description=row.about,
        input_schema=row.input_schema,
        output_schema=row.output,
        # A check changes nothing here, but it may cost money: clients run a read-only tool without asking.
        annotations=types.ToolAnnotations(
            title=row.title,
            read_only_hint=row.local,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=not row.local,
        ),
    )


class ToolCalls:
    """The calls of one server, with what its user has permitted."""

    def __init__(self, options: AgentServerOptions) -> None:
        self._options = options
        self._runner = CheckRunner(options.jobs, options.rate)
        self._preparing = threading.Lock()
        self._confirmation = Confirmation(Permissions(options.allowed), options.lang)

    async def call(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """Answer one call. What cannot be done is a result with a sentence; no exception gets out with its values."""
        try:
            return await self._call(context, params)
        except Asked as asked:
            return asked.result
        except (BadInput, DoorsError) as error:
            return self._refusal(sentence(error, self._options.lang))
        except Exception as error:
            values = {"detail": type(error).__name__, "variable": "LLMDOCTOR_DEBUG"}
            return self._refusal(phrase("error.bug", self._options.lang, values))

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None:
            raise BadInput("There is no such tool. The tools are: {names}.", names=", ".join(BY_NAME))
        given = read(tool, params.arguments)
        prepared = await asyncio.to_thread(self._prepared, tool, given)
        refused = await self._confirmation.refused(context, params, prepared.wishes)
        async with ProgressReport(context) as progress:
            result = await prepared.carry_out(refused, progress.tell)
        text = shown(result.text, full=given["detail"] == "full")
        return types.CallToolResult(
            content=[types.TextContent(text=text)], structured_content=harmless(pure(result.data))
        )

    def _prepared(self, tool: ToolRow, given: dict[str, str]) -> Prepared:
        with self._preparing:
            adopt(())  # the doors of another folder's file
            return self._prepared_alone(tool, given)

    def _prepared_alone(self, tool: ToolRow, given: dict[str, str]) -> Prepared:
        if tool.name == "check":
            return check_tool.prepare(given, self._options, self._runner)
        if tool.name == "scan":
            return scan_tool.prepare(given, self._options, self._runner)
        return _LOCAL[tool.name](given, self._options)

    def _refusal(self, text: str) -> types.CallToolResult:
        from probes.pasted.keys_in_text import mask_keys

        return types.CallToolResult(content=[types.TextContent(text=mask_keys(passed(text)))], is_error=True)


_LOCAL: dict[str, Callable[[dict[str, str], AgentServerOptions], Prepared]] = {
    "explain": local_tools.prepare_explain,
    "whose": local_tools.prepare_whose,
    "doors": local_tools.prepare_doors,
    "apps": local_tools.prepare_apps,
}


class ProgressReport:
    """Progress notifications, in order and beside the work. The session drops them if the client asks for none.

    Those that are left when the work ends are sent before its result, unless the client does not take them.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def tell(self, message: str) -> None:
        """Send a message after those before it. Never waits."""
        self._queue.put_nowait(message)

    async def __aenter__(self) -> ProgressReport:
        self._task = asyncio.create_task(self._send())
        self._task.add_done_callback(_forget)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._task is not None
        if kind is None:
            self._queue.put_nowait(_END)
            await asyncio.wait({self._task}, timeout=LAST_PROGRESS)
        self._task.cancel()

    async def _send(self) -> None:
        number, last = 0, ""
        while (message := await self._queue.get()) != _END:
            if message != last:
                number, last = number + 1, message
                await self._context.session.report_progress(number, None, message)


_END = ""


def _forget(task: asyncio.Task[None]) -> None:
    """Take the exception of a client that is gone, which asyncio would print; the result meets it too."""
    if not task.cancelled():
        task.exception()
