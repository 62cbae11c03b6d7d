"""Read the network settings: proxies, CA bundle, ``--connect-to`` rules and name servers."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from probes.model.run_memory import remembered
from probes.model.settings import BadInput, ConnectTo, ProxySettings, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.settings.config_file import ConfigTable, setting
from probes.settings.options import Options
from probes.urls.addresses import name_server

_CONNECT_TO = option("--connect-to")


def surroundings(options: Options, environ: Mapping[str, str], cwd: Path) -> tuple[ProxySettings, Sourced[str] | None]:
    """Return the proxies and the CA bundle for any program started here, without those of ``llmdoctor.toml``.

    Raises BadInput as :func:`proxies` and :func:`ca_bundle` do.
    """
    return proxies(options, [], environ), ca_bundle(options, [], environ, cwd)


def proxies(options: Options, named: list[ConfigTable], environ: Mapping[str, str]) -> ProxySettings:
    """Return the proxy settings from options, the tables ``named`` and ``environ``, as urllib and httpx read them.

    The lower-case variable wins, and turns the proxy off if it is empty. ``.env`` does not set proxies. Raises BadInput
    if ``--proxy`` and ``--no-proxy`` are both given.
    """
    if options.proxy and options.no_proxy:
        raise BadInput("--proxy and --no-proxy exclude each other.")
    given = Sourced(options.proxy, option("--proxy")) if options.proxy else None
    if options.no_proxy or (given is None and setting(named, "no_proxy", False)):
        return ProxySettings()
    if given := given or next((entry.values["proxy"] for entry in named if "proxy" in entry.values), None):
        return ProxySettings(http=given, https=given)
    if options.no_env:
        return ProxySettings()
    # As in urllib: if any variable whose name ends in _proxy is set, the system settings are not read.
    return _environment_proxies(tuple(environ.items())) or system_proxies()


@remembered(1)  # all targets of a fleet have the same
def _environment_proxies(environ: tuple[tuple[str, str], ...]) -> ProxySettings | None:
    """Return the proxy settings of the variables; None if there is no variable with a proxy."""
    named = {name: value for name, value in environ if name.lower().endswith("_proxy")}
    if not any(named.values()):
        return None
    in_cgi = any(name == "REQUEST_METHOD" for name, _ in environ)

    def read(name: str) -> Sourced[str] | None:
        if name in named:
            return Sourced(named[name], environment_variable(name)) if named[name] else None
        # Under CGI, HTTP_PROXY holds the Proxy header of the request that the CGI program serves.
        if name == "http_proxy" and in_cgi:
            return None
        upper = next((each for each in named if each.lower() == name and named[each]), None)
        return Sourced(named[upper], environment_variable(upper)) if upper else None

    return ProxySettings(read("http_proxy"), read("https_proxy"), read("all_proxy"), read("no_proxy"))


def system_proxies() -> ProxySettings:
    """Return the proxy settings of macOS or Windows as httpx reads them; no proxy on other systems, which have none.

    httpx ignores the system's list of exceptions, so that excepted hosts are requested through the proxy, too. Windows
    reports a SOCKS proxy as ``socks4://``, with which httpx cannot create a client.
    """
    if sys.platform not in ("darwin", "win32"):
        return ProxySettings()
    from urllib.request import getproxies

    found = getproxies()

    def read(name: str) -> Sourced[str] | None:
        return Sourced(found[name], Source(SourceKind.SYSTEM, Owner.USER, name)) if found.get(name) else None

    return ProxySettings(read("http"), read("https"), read("all"), read("no"))


def ca_bundle(options: Options, named: list[ConfigTable], environ: Mapping[str, str], cwd: Path) -> Sourced[str] | None:
    """Return the path of the CA bundle: from the option, the tables ``named`` or SSL_CERT_FILE, in this order.

    Raises BadInput if the file of the first two is missing or contains no certificate in PEM form.
    """
    given = Sourced(options.ca_bundle, option("--ca-bundle")) if options.ca_bundle else None
    given = given or next((entry.values["ca_bundle"] for entry in named if "ca_bundle" in entry.values), None)
    if given:
        path = cwd / Path(given.value).expanduser()
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises PermissionError
            raise BadInput(
                "The file {path} with extra root certificates ({source}) does not exist.",
                path=given.value,
                source=given.source,
            )
        try:
            said = _flaw_of_bundle(str(path))
        except OSError as error:
            raise BadInput(
                "{path} with extra root certificates ({source}) cannot be read: {why}.",
                path=given.value,
                source=given.source,
                why=error.strerror,
            ) from None
        if said:
            raise BadInput(
                "The file {path} with extra root certificates ({source}) has no certificate in PEM form.",
                path=given.value,
                source=given.source,
            )
        return Sourced(str(path), given.source)
    if not options.no_env and (path_text := environ.get("SSL_CERT_FILE")):
        return Sourced(path_text, environment_variable("SSL_CERT_FILE"))
    return None


@remembered(16)  # of a fleet, many targets have the same file
def _flaw_of_bundle(path: str) -> str:
    """Return why no certificate can be read from a file; empty if it can. Raises OSError if it may not be opened."""
    from probes.network.trust_stores import loadable, unreadable  # imports ssl, which most settings do not need

    return unreadable(loadable(path))


def connections(raw: Iterable[str], source: Source = _CONNECT_TO) -> tuple[ConnectTo, ...]:
    """Parse ``--connect-to`` values (``HOST:PORT:ADDR:PORT``) as curl does, with IPv6 addresses in brackets.

    Raises BadInput if a value has another form.
    """
    found = []
    for text in raw:
        parts = re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d{0,5}):(\[[^\]]*\]|[^:]*):(\d{0,5})", text.strip(), re.ASCII)
        if not parts or not (parts[3] or parts[4]) or max(int(parts[2] or 0), int(parts[4] or 0)) > 65535:
            raise BadInput("--connect-to must be HOST:PORT:ADDR:PORT, an IPv6 address in brackets.")
        host, to_host = (part.strip("[]").lower() for part in (parts[1], parts[3]))
        found.append(ConnectTo(host, int(parts[2] or 0), to_host, int(parts[4] or 0), source))
    return tuple(found)


def name_servers(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ``--dns-server`` values unchanged. Raises BadInput if one is not ``ADDR`` or ``ADDR:PORT``."""
    for one in given:
        try:
            name_server(one)
        except ValueError as error:
            raise BadInput(
                "--dns-server {address} is not an address; it must be ADDR or ADDR:PORT.", address=one
            ) from error
    return given
