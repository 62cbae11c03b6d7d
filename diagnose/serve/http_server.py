"""The HTTP server: uvicorn without an access log, whose connections have limits and are shared among clients."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from functools import partial
from typing import Any

import uvicorn

from diagnose.serve.connections import ClientConnection, OpenConnections, most_connections
from diagnose.serve.web_app import ServeOptions, ServerState

SWITCH_SECONDS = 0.0005  # a thread at work gives way after so long; Python's own 5 ms add up for what takes many steps

QUEUE = 1024  # connections that wait in the system until they are accepted
# Connections that are accepted before those that they replace are closed: more could use up the open files.
AT_ONCE = 16

log = logging.getLogger("llmdoctor.serve")


class Server(uvicorn.Server):
    """A uvicorn server that limits its connections, and answers running checks when it shuts down."""

    def __init__(self, state: ServerState, tls_cert: str | None, tls_key: str | None) -> None:
        protocol: Any = partial(ClientConnection, OpenConnections(most_connections(state.serving.jobs)))
        super().__init__(
            uvicorn.Config(
                state.app,
                http=protocol,
                ws="none",
                log_config=None,
                log_level="critical",  # the guard logs failures, without input of visitors
                access_log=False,
                server_header=False,
                proxy_headers=False,  # anyone could send another client's address to get another client's share
                limit_concurrency=None,  # it would refuse everybody if one client takes everything
                backlog=AT_ONCE,
                timeout_graceful_shutdown=5,
                ssl_certfile=tls_cert,
                ssl_keyfile=tls_key,
            )
        )
        self._state = state

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, with a long queue in the system: the loop takes as many connections at once as uvicorn's `backlog`."""
        await super().startup(sockets)
        for one in sockets or ():
            one.listen(QUEUE)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the running checks before the server, so that their pages get a response and their connections close."""
        self._state.runs.close()
        await super().shutdown(sockets)


def serve(serving: ServeOptions, sock: socket.socket, tls_cert: str | None = None, tls_key: str | None = None) -> None:
    """Serve on a socket until a signal arrives.

    Raises OSError, such as ssl.SSLError, if the certificate cannot be loaded, and KeyboardInterrupt for Ctrl-C.
    """

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(_failed)
        await Server(ServerState(serving), tls_cert, tls_key).serve(sockets=[sock])  # create its locks in this loop

    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        asyncio.run(main())
    finally:
        sys.setswitchinterval(usual)


def _failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log a failure outside of any request without its text, which may quote a visitor's input."""
    log.error("%s in the event loop", type(context.get("exception")).__name__)
