"""Node.js's own trust store and proxy rules, which apply to every SDK that runs on it."""

from __future__ import annotations

from collections.abc import Mapping

from probes.catalog.apps import load
from probes.model.record import replace
from probes.model.settings import NodeSettings, ProxySettings, Settings

# Bun trusts what Node trusts, and besides the system's list and SSL_CERT_FILE (measured: Claude Code 2.1.332, opencode
# 1.18.33).
_ON_NODE = ("node", "bun")


def read(environ: Mapping[str, str]) -> NodeSettings:
    """Read Node's CA and proxy settings from its environment variables."""
    options = environ.get("NODE_OPTIONS", "").split()
    return NodeSettings(
        environ.get("NODE_EXTRA_CA_CERTS", ""),
        "--use-openssl-ca" in options,
        environ.get("NODE_USE_SYSTEM_CA") == "1" or "--use-system-ca" in options,
        environ.get("NODE_USE_ENV_PROXY") == "1" or "--use-env-proxy" in options,
    )


def runs(app: str | None) -> bool:
    """Check whether an app uses Node's trust store, alone or beside the system's."""
    known = load().get(app)
    return known is not None and known.roots in _ON_NODE


def heeds(given: Settings) -> bool:
    """Check whether the app uses proxy variables. Node's fetch ignores them unless a setting or option enables them."""
    app = load().get(given.app)
    if app is None:
        return True
    if app.no_proxies_from and given.node.major >= app.no_proxies_from:
        return given.node.env_proxy
    if app.proxies not in ("ignored", "own"):
        return True
    return app.proxies == "ignored" and app.stack == "node" and given.node.env_proxy


def proxies(given: Settings) -> ProxySettings:
    """Return the proxies that the app uses. Node ignores ALL_PROXY even if its proxy support is enabled."""
    return replace(given.proxies, all=None) if runs(given.app) and given.node.env_proxy else given.proxies


def roots(given: Settings) -> NodeSettings | None:
    """Return the settings of the app's bundled trust store, or None if the app does not use a bundled one.

    certifi's copy of Mozilla's CA list is treated as Node's list without settings; SSL_CERT_FILE replaces it.
    """
    app = load().get(given.app)
    if app is None or app.roots not in (*_ON_NODE, "certifi"):
        return None
    if app.roots == "bun":
        return replace(given.node, system_ca=True)
    return given.node if app.roots == "node" else NodeSettings() if given.ca_bundle is None else None
