"""What support asks about a machine first: versions, the SDKs that are installed here, proxies and root certificates.

Nothing is run and no connection is opened. Values of variables are read where they name a proxy or a file, and are
given without the credentials in them.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from probes.config_formats.files import SkippedFile, text_of
from probes.model.named_tuple import NamedTuple
from probes.run.host_environment import in_container, in_wsl

# Packages with which Python programs call LLM APIs, and those that decide how their connections are made.
PYTHON_PACKAGES = (
    *("openai", "anthropic", "google-genai", "google-generativeai", "mistralai", "groq", "cohere", "ollama"),
    *("litellm", "langchain-openai", "langchain-anthropic", "langchain-core", "llama-index-core", "instructor"),
    *("pydantic-ai", "openai-agents", "aider-chat", "llm", "httpx", "httpx2", "httpcore", "requests", "urllib3"),
    *("aiohttp", "certifi", "truststore", "cryptography", "pyOpenSSL", "socksio"),
)
NODE_PACKAGES = (
    *("openai", "@anthropic-ai/sdk", "@google/genai", "@mistralai/mistralai", "ai", "@ai-sdk/openai"),
    *("@ai-sdk/anthropic", "@ai-sdk/openai-compatible", "undici", "node-fetch", "axios"),
)
ENVIRONMENTS = (".venv", "venv", "env")  # where projects keep their Python
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "node_use_env_proxy")
ROOTS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_LARGEST = 256 * 1024  # bytes of a package.json


class InstalledPackage(NamedTuple):
    """A package with its version, and the place that it was found in: ``python``, ``.venv`` or ``node_modules``."""

    name: str
    version: str
    place: str


class NamedPlace(NamedTuple):
    """A variable, or another name of a setting, with a proxy or a path; ``there``: the path exists (None: no path)."""

    name: str
    value: str
    there: bool | None = None


class MachineFacts(NamedTuple):
    """The machine, as a report of support needs it. All texts are free of credentials, not of names of hosts."""

    python: str  # 3.13.1 (CPython)
    openssl: str
    system: str  # platform.platform(), which does not contain the machine's name
    container: bool
    wsl: bool
    packages: tuple[InstalledPackage, ...]
    proxies: tuple[NamedPlace, ...]
    roots: tuple[NamedPlace, ...]


def machine_facts(environ: Mapping[str, str], folder: Path) -> MachineFacts:
    """Return what is known about this machine, and about the packages of the project in ``folder``."""
    import ssl

    return MachineFacts(
        python=f"{platform.python_version()} ({platform.python_implementation()})",
        openssl=ssl.OPENSSL_VERSION,
        system=platform.platform(),
        container=in_container(),
        wsl=in_wsl(),
        packages=(*_python_packages(folder), *_node_packages(folder / "node_modules")),
        proxies=tuple(_proxies(environ)),
        roots=tuple(_roots(environ)),
    )


def _python_packages(folder: Path) -> Iterator[InstalledPackage]:
    """Yield the packages of the running Python, and those of the project's environments, by their folders' names."""
    yield from _versions(metadata.distributions(), "python")
    for name in ENVIRONMENTS:
        libraries = [*(folder / name).glob("lib/python3*/site-packages"), folder / name / "Lib" / "site-packages"]
        places = [str(one) for one in libraries if one.is_dir() and str(one) not in sys.path]
        yield from _versions(metadata.distributions(path=places) if places else (), name)


def _versions(found: Iterable[metadata.Distribution], place: str) -> Iterator[InstalledPackage]:
    wanted = {_same(name): name for name in PYTHON_PACKAGES}
    versions: dict[str, str] = {}
    for one in found:
        try:
            name, version = wanted.get(_same(one.metadata["Name"] or "")), one.version
        except Exception:  # noqa: S112  # a damaged folder of another package must not end the report
            continue
        if name is not None and isinstance(version, str):
            versions.setdefault(name, version[:40])
    for name in PYTHON_PACKAGES:
        if name in versions:
            yield InstalledPackage(name, versions[name], place)


def _same(name: str) -> str:
    return name.lower().replace("_", "-")


def _node_packages(folder: Path) -> Iterator[InstalledPackage]:
    import json

    for name in NODE_PACKAGES:
        try:
            document = json.loads(text_of(folder / name / "package.json", limit=_LARGEST) or "{}")
        except (SkippedFile, ValueError, RecursionError):
            continue
        version = document.get("version") if isinstance(document, dict) else None
        if isinstance(version, str):
            yield InstalledPackage(name, version[:40], "node_modules")


def _proxies(environ: Mapping[str, str]) -> Iterator[NamedPlace]:
    from probes.settings.network_settings import system_proxies

    for name, value in sorted(environ.items()):
        if name.lower() in PROXIES:
            yield NamedPlace(name, _without_credentials(value))
    system = system_proxies()
    for one in (system.http, system.https, system.all, system.no_proxy):
        if one is not None:
            yield NamedPlace(str(one.source), _without_credentials(one.value))


def _without_credentials(value: str) -> str:
    """Return a proxy's address without user name, password and whatever follows the port.

    >>> _without_credentials("http://user:p@ss@proxy:3128/x")
    'http://…@proxy:3128'
    """
    scheme, mark, rest = value.strip().rpartition("://")
    if "@" in rest:
        rest = f"…@{rest.rpartition('@')[2]}"
    return f"{scheme}{mark}{rest.split('/')[0].split('?')[0]}"[:500]


def _roots(environ: Mapping[str, str]) -> Iterator[NamedPlace]:
    import ssl

    for name in ROOTS:
        if value := environ.get(name):
            yield NamedPlace(name, value[:500], _exists(value))
    defaults = ssl.get_default_verify_paths()
    for name, value in (("OpenSSL file", defaults.openssl_cafile), ("OpenSSL folder", defaults.openssl_capath)):
        yield NamedPlace(name, value, _exists(value))


def _exists(path: str) -> bool:
    if path.startswith(("//", "\\\\")):  # Windows would ask another machine
        return False
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises PermissionError
