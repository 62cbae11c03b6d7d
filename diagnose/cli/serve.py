"""`llmdoctor serve`: a web page for support staff, and what Prometheus scrapes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import socket

    from diagnose.serve.app import Served, Serving

NEEDED = ("starlette", "uvicorn", "jinja2", "prometheus_client")
INSTALL = "pip install 'llmdoctor-cli[serve]'"
TOKEN = "LLMDOCTOR_TOKEN"  # noqa: S105  # the variable's name
SHORTEST = 16  # characters of a token


@click.command("serve")
@click.option("--listen", default="127.0.0.1:9115", metavar="ADDR:PORT", show_default=True, help="Where to listen.")
@click.option("--config", "path", type=click.Path(dir_okay=False), help="The llmdoctor.toml of /probe's targets.")
@click.option("--token-file", type=click.Path(dir_okay=False), help=f"The token that is asked for; else ${TOKEN}.")
@click.option("--allow-private", is_flag=True, help="Off loopback: let visitors check private addresses as well.")
@click.option("--tls-cert", type=click.Path(dir_okay=False), help="Serve https with this certificate (PEM).")
@click.option("--tls-key", type=click.Path(dir_okay=False), help="Its key (PEM).")
@click.option("--jobs", type=click.IntRange(1, 1000), default=32, show_default=True, help="Checks at once.")
@click.option("--rate", type=click.FloatRange(1), default=600, show_default=True, help="Checks a minute and client.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10, help="Seconds for one probe (10).")
@click.option("--deadline", type=click.FloatRange(0, min_open=True), default=60, help="Seconds for a check (60).")
def command(
    listen: str,
    path: str | None,
    token_file: str | None,
    allow_private: bool,
    tls_cert: str | None,
    tls_key: str | None,
    jobs: int,
    rate: float,
    timeout: float,
    deadline: float,
) -> None:
    """A web page on this machine that checks settings and explains errors, and Prometheus' /probe.

    Off loopback it asks for a token, and lets visitors check public addresses alone. The targets of /probe are those of
    llmdoctor.toml. Ctrl-C ends it.
    """
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in NEEDED):
        raise click.ClickException(f"`serve` needs more packages. Install them with: {INSTALL}")
    from diagnose.serve.app import Serving
    from probes.config import BadInput
    from probes.doors import DoorsError
    from probes.model import Limits

    address, port = _place(listen)
    local = address in ("localhost", "::1") or address.startswith("127.")
    token = _token(token_file)
    if not local and token is None:
        raise click.ClickException(
            f"Off loopback a token is needed: --token-file FILE, or {TOKEN} in the environment, "
            f"with {SHORTEST} characters or more."
        )
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key belong together.")
    try:
        file = _targets(path)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    sock = _listening(address, port)
    port = sock.getsockname()[1]
    serving = Serving(
        hosts=names(port) if local else frozenset(),
        token=token,
        public_only=not local and not allow_private,
        file=file,
        jobs=jobs,
        rate=rate,
        limits=Limits(probe=timeout, run=deadline),
    )
    scheme = "https" if tls_cert else "http"
    shown = f"[{address}]" if ":" in address else address
    click.echo(f"llmdoctor serves {scheme}://{shown}:{port}/ (Ctrl-C ends it)", err=True)
    if not local and tls_cert is None:
        click.echo("warning: keys and the token travel unencrypted, unless something in front speaks TLS", err=True)
    serve(serving, sock, tls_cert, tls_key)


def names(port: int) -> frozenset[str]:
    """The Host headers by which a browser on this machine calls a server on loopback."""
    hosts = ("localhost", "127.0.0.1", "[::1]")
    return frozenset(f"{host}:{port}" for host in hosts) | (frozenset(hosts) if port in (80, 443) else frozenset())


def serve(serving: Serving, sock: socket.socket, tls_cert: str | None = None, tls_key: str | None = None) -> None:
    """Serve on that socket until a signal ends it. Raises click.ClickException for a certificate that is none."""
    import asyncio
    import ssl

    import uvicorn

    from diagnose.serve.app import Served

    class Server(uvicorn.Server):
        """Ends the checks first: their pages tell what was seen until then, and their connections close."""

        served: Served

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            self.served.runs.close()
            await super().shutdown(sockets)

    async def main() -> None:
        served = Served(serving)  # makes its locks in the loop that they are for
        server = Server(
            uvicorn.Config(
                served.app,
                http="h11",
                ws="none",
                log_config=None,
                log_level="error",
                access_log=False,  # the path of a request is nobody's business, and there may be many of them
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
        server.served = served
        await server.serve(sockets=[sock])

    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        return  # Ctrl-C is how it is meant to end
    except (OSError, ssl.SSLError) as error:
        raise click.ClickException(f"{tls_cert or 'the port'} cannot be used: {error.strerror or error}") from error


def _place(listen: str) -> tuple[str, int]:
    """``ADDR:PORT`` as a pair; ``[::]:9115`` and ``:9115`` as well."""
    import ipaddress

    host, _, port = listen.rpartition(":")
    host = host.strip("[]") or "0.0.0.0"  # noqa: S104  # asked for
    if not port.isdecimal() or int(port) > 65535:
        raise click.UsageError("--listen is to be ADDR:PORT, such as 127.0.0.1:9115.")
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise click.UsageError("--listen takes an address, or localhost: ADDR:PORT.") from None
    return host, int(port)


def _listening(address: str, port: int) -> socket.socket:
    import socket

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=1024)
    except OSError as error:
        raise click.ClickException(f"{address}:{port} cannot be listened on: {error.strerror or error}") from error


def _token(token_file: str | None) -> str | None:
    """The token of the file or the environment; None where there is none. White space around it is not part of it."""
    token = os.environ.get(TOKEN, "").strip() or None
    if token_file is not None:
        try:
            token = Path(token_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise click.ClickException(f"{token_file} cannot be read: {why}") from error
    if token is not None and len(token) < SHORTEST:
        raise click.ClickException(f"The token is too short: {SHORTEST} characters or more, drawn by lot.")
    return token


def _targets(path: str | None) -> Path | None:
    """The file of the targets, read once so that what is wrong in it is told at once; its doors are known from now."""
    from probes import config
    from probes.doors import adopt, load

    found = Path(path).absolute() if path is not None else config.find(Path.cwd())
    if found is not None:
        file = config.read(found)
        if file.doors:
            adopt(file.doors)
    load()
    return found
