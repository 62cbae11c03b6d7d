"""The program that listens: uvicorn without a log of requests, with an end to those who say nothing."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

from diagnose.serve.web_app import ServeOptions, ServerState

IDLE = 10  # seconds


class Server(uvicorn.Server):
    """Sends away who opens a connection and asks nothing, and at its own end lets every page have what was seen."""

    def __init__(self, served: ServerState, tls_cert: str | None, tls_key: str | None) -> None:
        super().__init__(
            uvicorn.Config(
                served.app,
                http="h11",
                ws="none",
                log_config=None,
                log_level="critical",  # what fails is told by the guard, in words that hold nothing foreign
                access_log=False,
                server_header=False,
                proxy_headers=False,  # anybody could name another client's address
                limit_concurrency=2000,
                backlog=1024,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=5,
                ssl_certfile=tls_cert,
                ssl_keyfile=tls_key,
            )
        )
        self._served = served
        self._idle: frozenset[tuple[object, object]] = frozenset()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second. A connection that is without a request twice, and had none between, is closed."""
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
        """The checks end first, so that their pages are answered and their connections close."""
        self._served.runs.close()
        await super().shutdown(sockets)


def serve(serving: ServeOptions, sock: socket.socket, tls_cert: str | None = None, tls_key: str | None = None) -> None:
    """Serve on that socket until a signal ends it. Raises OSError (ssl.SSLError is one) for a certificate that is none.

    KeyboardInterrupt comes out where that signal was Ctrl-C.
    """

    async def main() -> None:
        await Server(ServerState(serving), tls_cert, tls_key).serve(sockets=[sock])  # its locks belong to this loop

    asyncio.run(main())
