"""What Node does of its own on the wire, whichever SDK runs on it: its roots, and the proxies that it heeds or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from probes.catalog.apps import load
from probes.model.settings import NodeSettings, ProxySettings, Settings


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
