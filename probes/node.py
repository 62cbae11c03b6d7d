"""What Node does of its own on the wire, whichever SDK runs on it: its roots, and the proxies that it heeds or not."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from probes.model import NODE_APPS, NodeSettings, ProxySettings, Settings, Sourced

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


def heeds(given: Settings) -> bool:
    """Whether the app takes the proxies of its environment: Node's clients do not unless they are told to."""
    return given.app not in NODE_APPS or given.node.env_proxy


def proxies(given: Settings) -> ProxySettings:
    """Those that count for the app: Node, where it heeds any, knows no ALL_PROXY."""
    return replace(given.proxies, all=None) if given.app in NODE_APPS and given.node.env_proxy else given.proxies


def trust(given: NodeSettings, bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """The roots that Node trusts, and their name.

    Its own list is Mozilla's, as certifi's is. ``bundle`` counts where it was meant for this check, not where it stands
    in SSL_CERT_FILE, which Node does not read. A file of more roots that cannot be read is passed over, as Node does.
    """
    from ssl import SSLError, create_default_context

    from probes.net import certifi_path, system_context

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
