"""Lists of trusted root certificates: the operating system's, certifi's, Node's, and files that a setting names."""

from __future__ import annotations

import os
import ssl
import sys
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path

from probes.model.settings import NodeSettings, Sourced
from probes.model.source import SourceKind


def unreadable(path: str) -> str:
    """Why no certificate can be read from a file, in the library's words; an empty string where they can be."""
    try:
        return _unreadable(path, Path(path).stat().st_mtime_ns)
    except OSError as error:
        return error.strerror or str(error)


@cache  # many runs of one process name the same file
def _unreadable(path: str, changed: int) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as error:
        return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ""


def tls_reason(error: BaseException) -> str:
    """What the TLS library says of it, in one line."""
    text = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return " ".join(str(text).split())[:200]


def trust(ca_bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """The roots that the newest official SDKs trust, and their name: the operating system's, plus ``ca_bundle``.

    httpx2 (openai-python 3, anthropic-python 2) verifies with truststore. A file that ``SSL_CERT_FILE`` names stands in
    place of the system's list there, not beside it. Raises OSError or SSLError for one that cannot be read.
    """
    if ca_bundle is not None and ca_bundle.source.kind is SourceKind.ENVIRONMENT:
        return of_today(ssl.create_default_context(cafile=ca_bundle.value)), ca_bundle.value
    context = system_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle.value)
    return context, ca_bundle.value if ca_bundle is not None else "system"


def of_today(context: ssl.SSLContext) -> ssl.SSLContext:
    """From TLS 1.2 upwards, as Python is by itself. Debian's is built to leave it to OpenSSL, whose level refuses an
    older version all the same, but only after the certificate: what is wrong would be told by the second fault.
    """
    if context.minimum_version < ssl.TLSVersion.TLSv1_2:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def system_context() -> ssl.SSLContext:
    """Trust in the operating system's list alone."""
    if sys.platform in ("darwin", "win32"):
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return context
    context = of_today(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    paths = ssl.get_default_verify_paths()
    # What SSL_CERT_DIR names stands for the system's list, as for the SDKs; what SSL_CERT_FILE names does not.
    file = paths.openssl_cafile if Path(paths.openssl_cafile).is_file() and not os.environ.get("SSL_CERT_DIR") else None
    if file or paths.capath:
        context.load_verify_locations(file, paths.capath)
    else:
        context.load_default_certs()
    return context


def blind_context(old: bool = False) -> ssl.SSLContext:
    """A context that trusts anybody: to look at a certificate that failed, never for a request.

    With ``old`` it speaks versions and ciphers as well that no client of today does.
    """
    context = of_today(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if old:
        with warnings.catch_warnings(), suppress(ValueError, ssl.SSLError):
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def certifi_path() -> str:
    """Return the path of certifi's PEM file: Mozilla's roots, which requests, httpx before 1.0 and many apps use.

    certifi is a declared dependency, so the comparison with its list never depends on what else is installed.
    """
    import certifi  # here, since `--offline` and http:// checks need no list

    return certifi.where()


def in_certifi(root: bytes) -> bool:
    """Return whether certifi's file holds this root (DER): a text search of a millisecond, no certificate is parsed."""
    return ssl.DER_cert_to_PEM_cert(root).strip() in Path(certifi_path()).read_text("ascii", "replace")


def certifi_context() -> ssl.SSLContext:
    """Return a context that trusts certifi's list alone."""
    return of_today(ssl.create_default_context(cafile=certifi_path()))


def root_of(tls: ssl.SSLObject) -> bytes | None:
    """The root up to which the chain was verified, DER; None where the library does not tell (a system's own verifier).

    Before Python 3.13 the call is private.
    """
    for owner in (tls, getattr(tls, "_sslobj", None)):
        getter = getattr(owner, "get_verified_chain", None)
        if getter is not None and (chain := getter()):
            last = chain[-1]
            return last if isinstance(last, bytes) else ssl.PEM_cert_to_DER_cert(last.public_bytes())
    return None


def sent_chain(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates as the server sent them, DER, leaf first. Before Python 3.13 the call is private; without it
    the leaf.
    """
    inner = getattr(tls, "_sslobj", None)
    for owner in (tls, inner):
        getter = getattr(owner, "get_unverified_chain", None)
        if getter is None:
            continue
        chain = [
            one if isinstance(one, bytes) else ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in (getter() or ())
        ]
        if chain:
            return chain
    leaf = tls.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def node_context(given: NodeSettings, bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """Return a context that trusts what Node trusts, and the name of that list.

    Node's built-in list is Mozilla's, as certifi's is. ``bundle`` counts if it was given for this check, not if it is
    the value of SSL_CERT_FILE, which Node does not read. An unreadable file of extra roots is ignored, as Node does.
    """
    if given.system_ca and sys.platform in ("darwin", "win32"):
        context = system_context()
    else:
        context = ssl.create_default_context(cafile=None if given.openssl_ca else certifi_path())
        if given.system_ca:
            context.load_default_certs()  # on Linux Node too reads SSL_CERT_FILE and SSL_CERT_DIR for it
    name = "system" if given.openssl_ca or given.system_ca else "certifi"
    meant = bundle.value if bundle is not None and bundle.source.kind is not SourceKind.ENVIRONMENT else ""
    for path in filter(None, (given.extra_ca, meant)):
        with suppress(OSError, ssl.SSLError):
            context.load_verify_locations(cafile=path)
            name = path
    return context, name


SYSTEM = "system"  # the trust in the operating system's list alone
