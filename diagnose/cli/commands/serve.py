"""`llmdoctor serve`: serve a web page for support staff, and metrics for Prometheus."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnose import interruption
from diagnose.cli import named_files, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.number_types import FiniteRange
from diagnose.cli.usage_errors import WrongFile, WrongUse
from probes.model.settings import LONGEST_WAIT

if TYPE_CHECKING:
    import socket

    from probes.model.source import Owner

NEEDED = ("starlette", "uvicorn", "jinja2", "prometheus_client")
INSTALL = "pip install 'llmdoctor-cli[serve]'"
TOKEN = "LLMDOCTOR_TOKEN"  # noqa: S105  # the name of the variable, not a token
ABOVE_ZERO = FiniteRange(0, LONGEST_WAIT, min_open=True)  # seconds
SHORTEST = 16  # characters of a token, at least
FEW = 64  # connections; with fewer there is a warning


@click.command("serve", cls=GroupedCommand)
@click.option("--listen", default="127.0.0.1:9115", metavar="ADDR:PORT", show_default=True, help="Where to listen.")
@click.option("--config", "path", type=click.Path(dir_okay=False), help="The llmdoctor.toml of /probe's targets.")
@click.option(
    "--token-file", type=click.Path(dir_okay=False), help=f"The token that clients must send; without it, ${TOKEN}."
)
@click.option(
    "--host-name", "called", multiple=True, metavar="NAME", help="Behind a proxy: the name that it is called by."
)
@click.option("--allow-private", is_flag=True, help="Beyond loopback: allow visitors to check private addresses too.")
@click.option("--tls-cert", type=click.Path(dir_okay=False), help="Serve https with this certificate (PEM).")
@click.option("--tls-key", type=click.Path(dir_okay=False), help="Its key (PEM).")
@click.option("--jobs", type=click.IntRange(1, 1000), default=32, show_default=True, help="Checks at once.")
@click.option(
    "--rate", type=FiniteRange(1, 1_000_000), default=600, show_default=True, help="Checks a minute for each visitor."
)
@click.option("--timeout", type=ABOVE_ZERO, default=10, help="Seconds for one step (10).")
@click.option("--deadline", type=ABOVE_ZERO, default=60, help="Seconds for a check (60).")
def command(
    listen: str,
    path: str | None,
    token_file: str | None,
    called: tuple[str, ...],
    allow_private: bool,
    tls_cert: str | None,
    tls_key: str | None,
    jobs: int,
    rate: float,
    timeout: float,
    deadline: float,
) -> None:
    """Serve a web page that checks settings and explains errors, and /probe for Prometheus.

    Beyond loopback, or behind a proxy, it requires a token, and visitors can check public addresses only.
    The targets of /probe are those of llmdoctor.toml. Ctrl-C ends it.
    """
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in NEEDED):
        raise WrongFile("`serve` needs more packages. Install them with: {command}", command=INSTALL)
    from diagnose.serve.connections import most_connections
    from diagnose.serve.http_server import serve
    from diagnose.serve.web_app import ServeOptions
    from probes.catalog.door_files import DoorsError
    from probes.model.known_secrets import KNOWN
    from probes.model.settings import BadInput, Limits
    from probes.model.source import Owner

    address, port = _place(listen)
    local = not called and (address in ("localhost", "::1") or address.startswith("127."))
    token = _token(token_file)
    if not local and token is None:
        raise WrongFile(
            "Serving beyond this machine needs a token of at least {count} characters: --token-file FILE, or "
            "{variable} in the environment.",
            count=SHORTEST,
            variable=TOKEN,
        )
    if (tls_cert is None) != (tls_key is None):
        raise WrongUse("--tls-cert and --tls-key belong together.")
    for pem in filter(None, (tls_cert, tls_key)):
        _check_pem(pem)
    try:
        file, owner = _targets(path)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    sock = _listening(address, port)
    port = sock.getsockname()[1]
    serving = ServeOptions(
        hosts=names(port) | {name.lower() for name in called} if local or called else frozenset(),
        token=token,
        public_only=not local and not allow_private,
        file=file,
        file_owner=owner,
        jobs=jobs,
        rate=rate,
        limits=Limits(probe=timeout, run=deadline),
    )
    scheme = "https" if tls_cert else "http"
    shown = f"[{address}]" if ":" in address else address
    printer.say(f"llmdoctor serves {scheme}://{shown}:{port}/ (Ctrl-C ends it)")
    if not local and tls_cert is None:
        printer.say("warning: keys and the token travel unencrypted, unless something in front speaks TLS")
    if file is not None and owner is Owner.FOLDER:
        printer.say(
            f"note: {file} was found and not named, so its targets get no secret of yours without your consent. "
            f"Give it: --config {file.name}, or llmdoctor trust",
        )
    _more_files()
    if (room := most_connections(jobs)) < FEW:
        printer.say(
            f"warning: with --jobs {jobs}, the limit of open files (ulimit -n) leaves room for {room} connections only",
        )
    interruption.ctrl_c_is_normal()
    KNOWN.settle()  # a visitor's key must not be known to the page of another
    try:
        serve(serving, sock, tls_cert, tls_key)
    except KeyboardInterrupt:
        return  # Ctrl-C is the normal end
    except OSError as error:
        raise WrongFile(
            "{path} cannot be used: {why}.", path=tls_cert or f"{address}:{port}", why=error.strerror or error
        ) from error


def names(port: int) -> frozenset[str]:
    """Return the Host headers that a browser on this machine sends to a server on loopback (``localhost:9115``)."""
    hosts = ("localhost", "127.0.0.1", "[::1]")
    return frozenset(f"{host}:{port}" for host in hosts) | (frozenset(hosts) if port in (80, 443) else frozenset())


def _more_files() -> None:
    """Raise the limit of open files as far as the system allows: a visitor needs one, a check a few."""
    with suppress(ImportError):
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        for wanted in (65536, 10240, 4096):  # macOS says "unlimited" and refuses more than its kern.maxfilesperproc
            if now == resource.RLIM_INFINITY or now >= wanted:
                return
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, wanted) if most > 0 else wanted, most))
                return


def _place(listen: str) -> tuple[str, int]:
    """Parse ``ADDR:PORT``, ``[::]:9115`` or ``:9115``. Raises click.UsageError for anything else."""
    import ipaddress

    host, _, port = listen.rpartition(":")
    host = host.strip("[]") or "0.0.0.0"  # noqa: S104  # the user asked for every address with `:PORT`
    if not port.isdecimal() or len(port) > 5 or int(port) > 65535:
        raise WrongUse("--listen must be ADDR:PORT, such as 127.0.0.1:9115.")
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise WrongUse("--listen takes an address, or localhost: ADDR:PORT.") from None
    return host, int(port)


def _listening(address: str, port: int) -> socket.socket:
    import socket

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        both = address == "::" and socket.has_dualstack_ipv6()
        return socket.create_server((address, port), family=family, backlog=1024, dualstack_ipv6=both)
    except OSError as error:
        raise WrongFile(
            "Cannot listen on {address}:{port}: {why}.", address=address, port=port, why=error.strerror or error
        ) from error


def _token(token_file: str | None) -> str | None:
    """Return the token from the file or the environment without surrounding white space; None if there is none.

    Raises click.ClickException if the file cannot be read or the token is shorter than :data:`SHORTEST`.
    """
    token = os.environ.get(TOKEN, "").strip() or None
    if token_file is not None:
        token = named_files.text(token_file, named_files.KEY).strip()
    if token is not None and len(token) < SHORTEST:
        raise WrongFile("The token is too short: use at least {count} random characters.", count=SHORTEST)
    return token


def _check_pem(name: str) -> None:
    """Check that a file is a regular one of fitting size, since the TLS library reads it without limits.

    Raises click.ClickException if it is not; a missing file is left to the TLS library.
    """
    from probes.config_formats.files import SkippedFile, bytes_of

    try:
        bytes_of(Path(name))
    except SkippedFile as error:
        raise WrongFile("{path} cannot be used: {why}.", path=name, why=error.why) from None


def _targets(path: str | None) -> tuple[Path | None, Owner]:
    """Return the file with the targets, or None, and whose it is. Read it once, so that its errors appear at the start.

    It is the user's if the user named it or keeps it in the home folder.
    """
    from diagnose.serve.targets import ServedTargets
    from probes.catalog.doors import load
    from probes.model.source import Owner
    from probes.settings import config_file

    found = Path(path).absolute() if path is not None else config_file.find(Path.cwd())
    owner = Owner.USER if path is not None or (found is not None and found.parent == _home()) else Owner.FOLDER
    if found is not None:
        ServedTargets(found, owner).read()
    load()
    return found, owner


def _home() -> Path | None:
    with suppress(RuntimeError):
        return Path.home()
    return None
