"""The HTTP server: uvicorn without an access log, which closes idle connections."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

from diagnose.serve.web_app import ServeOptions, ServerState

IDLE = 10  # seconds between two searches for idle connections


class Server(uvicorn.Server):
    """A uvicorn server that closes connections without a request, and answers running checks when it shuts down."""

    def __init__(self, state: ServerState, tls_cert: str | None, tls_key: str | None) -> None:
        super().__init__(
            uvicorn.Config(
                state.app,
                http="h11",
                ws="none",
                log_config=None,
                log_level="critical",  # the guard logs failures, without input of visitors
                access_log=False,
                server_header=False,
                proxy_headers=False,  # anyone could send another client's address to avoid the rate limit
                limit_concurrency=2000,
                backlog=1024,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=5,
                ssl_certfile=tls_cert,
                ssl_keyfile=tls_key,
            )
        )
        self._state = state
        self._idle: frozenset[tuple[object, object]] = frozenset()

    async def on_tick(self, counter: int) -> bool:
        """Close connections that were idle at two searches with no request between; called ten times per second."""
        if counter % (10 * IDLE) == 0:
            idle = frozenset(
                (one, cycle)
                for one in self.server_state.connections
                if (cycle := getattr(one, "cycle", None)) is None or cycle.response_complete
            )
            for one in self.server_state.connections:
                if (one, getattr(one, "cycle", None)) in idle & self._idle:
                    one.transport.close()
            self._idle = idle
        return bool(await super().on_tick(counter))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the running checks before the server, so that their pages get a response and their connections close."""
        self._state.runs.close()
        await super().shutdown(sockets)


def serve(serving: ServeOptions, sock: socket.socket, tls_cert: str | None = None, tls_key: str | None = None) -> None:
    """Serve on a socket until a signal arrives.

    Raises OSError, such as ssl.SSLError, if the certificate cannot be loaded, and KeyboardInterrupt for Ctrl-C.
    """

    async def main() -> None:
        await Server(ServerState(serving), tls_cert, tls_key).serve(sockets=[sock])  # create its locks in this loop

    asyncio.run(main())
