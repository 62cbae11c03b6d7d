"""What Node does of its own on the wire, whichever SDK runs on it: its roots, and the proxies that it heeds or not."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from probes.catalog.apps import load
from probes.model.settings import NodeSettings, ProxySettings, Settings, Sourced

if TYPE_CHECKING:
    import ssl


def read(environ: Mapping[str, str]) -> NodeSettings:
    options = environ.get("NODE_OPTIONS", "").split()
    return NodeSettings(
        environ.get("NODE_EXTRA_CA_CERTS", ""),
        "--use-openssl-ca" in options,
        environ.get("NODE_USE_SYSTEM_CA") == "1" or "--use-system-ca" in options,
        environ.get("NODE_USE_ENV_PROXY") == "1" or "--use-env-proxy" in options,
    )


def runs(app: str | None) -> bool:
    """Whether this app runs on Node and trusts what Node trusts."""
    known = load().get(app)
    return known is not None and known.roots == "node"


def heeds(given: Settings) -> bool:
    """Whether the app takes the proxies of its environment: Node's fetch does not unless it is told to."""
    app = load().get(given.app)
    if app is None or app.proxies not in ("ignored", "own"):
        return True
    return app.proxies == "ignored" and app.stack == "node" and given.node.env_proxy


def proxies(given: Settings) -> ProxySettings:
    """Those that count for the app: Node, where it heeds any, knows no ALL_PROXY."""
    return replace(given.proxies, all=None) if runs(given.app) and given.node.env_proxy else given.proxies


def roots(given: Settings) -> NodeSettings | None:
    """How the app's own list of roots is read, where it brings one; None where it reads the system's.

    Mozilla's list as certifi carries it is Node's without any setting; a file in SSL_CERT_FILE stands in its place.
    """
    app = load().get(given.app)
    if app is None or app.roots not in ("node", "certifi"):
        return None
    return given.node if app.roots == "node" else NodeSettings() if given.ca_bundle is None else None


def trust(given: NodeSettings, bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """The roots that Node trusts, and their name.

    Its own list is Mozilla's, as certifi's is. ``bundle`` counts where it was meant for this check, not where it stands
    in SSL_CERT_FILE, which Node does not read. A file of more roots that cannot be read is passed over, as Node does.
    """
    from ssl import SSLError, create_default_context

    from probes.network.network import certifi_path, system_context

    if given.system_ca and sys.platform in ("darwin", "win32"):
        context = system_context()
    else:
        context = create_default_context(cafile=None if given.openssl_ca else certifi_path() or None)
        if given.system_ca:
            context.load_default_certs()  # on Linux Node too reads SSL_CERT_FILE and SSL_CERT_DIR for it
    name = "system" if given.openssl_ca or given.system_ca else "certifi"
    meant = bundle.value if bundle is not None and not bundle.source.startswith("environment") else ""
    for path in filter(None, (given.extra_ca, meant)):
        with suppress(OSError, SSLError):
            context.load_verify_locations(cafile=path)
            name = path
    return context, name
