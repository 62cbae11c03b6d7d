"""Trust stores: the CA certificates of the operating system, of certifi and of Node, and CA bundles in files."""

from __future__ import annotations

import errno
import os
import ssl
import sys
import warnings
from binascii import a2b_base64
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from probes.config_formats.files import SkippedFile, bytes_of
from probes.model import limits
from probes.model.note import Note, note
from probes.model.run_memory import remembered
from probes.model.settings import NodeSettings, Sourced
from probes.model.source import SourceKind


def unreadable(path: str) -> str:
    """Return why no certificate can be read from a file, as the TLS library words it; an empty string if it can."""
    try:
        return _unreadable(path, os.stat(path).st_mtime_ns)  # noqa: PTH116 - a fleet asks for each target
    except OSError as error:
        return error.strerror or str(error)


@cache  # many runs in one process may use the same file
def _unreadable(path: str, changed: int) -> str:
    try:
        if _is_plain_bundle(_content(path)):
            return ""
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as error:
        return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ""


_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def loadable(path: str) -> str:
    """Return the path of a CA bundle that the TLS library may open, which waits for pipes and knows no limit.

    Raises OSError if it is no regular file or has more than 8 MiB.
    """
    _content(path)
    return path


def _content(path: str) -> bytes:
    try:
        return bytes_of(Path(path), limit=limits.CA_BUNDLE) or b""
    except SkippedFile as error:
        raise OSError(errno.EINVAL, error.why, path) from None


def _is_plain_bundle(content: bytes) -> bool:
    """Check whether a file consists of whole PEM certificates, as the lists of operating systems do.

    The TLS library takes 30 ms to parse such a list, a tenth of a whole check, so it is asked only about other files.
    """
    blocks = content.split(_BEGIN)[1:]
    if not blocks or content.count(b"-----BEGIN") != len(blocks):
        return False
    return all(_is_certificate(*block.partition(_END)[:2]) for block in blocks)


def _is_certificate(body: bytes, end: bytes) -> bool:
    """Check whether a PEM body is base64 of one DER sequence (tag 0x30) of the length that its header announces."""
    try:
        der = a2b_base64(b"".join(body.split()), strict_mode=True)
    except ValueError:
        return False
    octets = (
        der[1] - 0x80 if len(der) > 4 else 0
    )  # a certificate is longer than 127 bytes: its length has 1 to 3 octets
    length = int.from_bytes(der[2 : 2 + octets], "big") if 1 <= octets <= 3 else -1
    return bool(end) and der[:1] == b"\x30" and len(der) == 2 + octets + length


def tls_reason(error: BaseException) -> str:
    """Return the TLS library's message for an error, on one line of at most 200 characters."""
    text = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return " ".join(str(text).split())[:200]


def trust(ca_bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """Return the trust store of the newest official SDKs, and its name: the system's, extended by ``ca_bundle``.

    httpx2 (openai-python 3, anthropic-python 2) verifies with truststore. There a file in ``SSL_CERT_FILE`` replaces
    the system's store and does not extend it. Raises OSError or SSLError if the file cannot be read.
    """
    if ca_bundle is not None and ca_bundle.source.kind is SourceKind.ENVIRONMENT:
        return of_today(ssl.create_default_context(cafile=loadable(ca_bundle.value))), ca_bundle.value
    context = system_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=loadable(ca_bundle.value))
    return context, ca_bundle.value if ca_bundle is not None else "system"


def of_file(path: str) -> ssl.SSLContext:
    """Return a context that trusts only the CA certificates in a file. Raises OSError or SSLError if it cannot."""
    return of_today(ssl.create_default_context(cafile=loadable(path)))


def lacking(said: str) -> str | Note:
    """Return what a chain lacks for a strict check, from the TLS library's message (x509_txt.c of OpenSSL 3).

    An empty string if the message is about anything else, such as an unknown issuer.
    """
    low = said.lower()
    if "does not include key usage extension" in low:
        return note("strict_key_usage")
    if "missing authority key identifier" in low:
        return note("strict_authority_key")
    if "missing subject key identifier" in low:
        return note("strict_subject_key")
    if "basic constraints of ca cert not marked critical" in low:
        return note("strict_constraints")
    return said if any(part in low for part in _STRICT) else ""


_STRICT = (
    "invalid ca certificate",
    "path length",
    "keycertsign invalid",
    "issuer name empty",
    "subject name empty",
    "subject alternative name extension",
    "subject alt name extension",
    "key identifier marked critical",
    "requires at least x509v3",
)


def made_strict(context: ssl.SSLContext) -> ssl.SSLContext | None:
    """Let a context also demand what RFC 5280 does, as Python's default context does since 3.13, and return it.

    None where the operating system verifies, which knows no such flag.
    """
    if type(context) is not ssl.SSLContext:
        return None
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def of_today(context: ssl.SSLContext) -> ssl.SSLContext:
    """Set the minimum version to TLS 1.2, Python's default, switch strict verification off, and return the context.

    Debian builds Python to leave the version to OpenSSL. OpenSSL's security level then refuses older versions as well,
    but only after the certificate, so that a certificate error would hide the cause.
    """
    if context.minimum_version < ssl.TLSVersion.TLSv1_2:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python's default context is strict since 3.13. The check itself must find the same on every version; what a strict
    # client refuses is measured apart (see made_strict).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def system_context() -> ssl.SSLContext:
    """Return a context that trusts only the operating system's CA certificates."""
    if sys.platform in ("darwin", "win32"):
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return context
    context = of_today(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    paths = ssl.get_default_verify_paths()
    # SSL_CERT_DIR counts as the system's store, as it does for the SDKs; SSL_CERT_FILE does not.
    file = paths.openssl_cafile if Path(paths.openssl_cafile).is_file() and not os.environ.get("SSL_CERT_DIR") else None
    if file or paths.capath:
        context.load_verify_locations(file, paths.capath)
    else:
        context.load_default_certs()
    return context


def blind_context(old: bool = False) -> ssl.SSLContext:
    """Return a context that accepts any certificate, to read one that failed. Never send a request with it.

    ``old`` also enables TLS 1.0, TLS 1.1 and ciphers that today's clients refuse.
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


@remembered(1)
def certifi_path() -> str:
    """Return the path of certifi's PEM file, Mozilla's CA certificates, which requests, httpx 0.x and many apps use.

    certifi is a declared dependency, so the comparison with its store never depends on what else is installed. The
    program in one file brings it inside, where no app can use it: there it is the file of the running Python, if that
    has one, else empty.
    """
    spec = find_spec("certifi")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (file := Path(folder, "cacert.pem")).is_file():
            return str(file)  # as certifi.where() says, but importing certifi takes 10 ms

    import certifi  # inside an archive, or of a distribution that has replaced its file by the system's

    if type(certifi.__loader__).__name__ != "zipimporter":
        return certifi.where()
    others = (os.path.join(folder, "certifi", "cacert.pem") for folder in sys.path)  # noqa: PTH118 - strings, as there
    return next(filter(os.path.isfile, others), "")


def _certifi_pem() -> str:
    """Return the content of certifi's file, also out of the program in one file, without writing it to a disk."""
    if path := certifi_path():
        return _content(path).decode("ascii", "replace")
    import certifi

    return certifi.contents()


@remembered(256)  # a fleet's servers have few roots
def in_certifi(root: bytes) -> bool:
    """Check by a text search of about a millisecond whether certifi's file contains this certificate (DER)."""
    return ssl.DER_cert_to_PEM_cert(root).strip() in _certifi_pem()


def certifi_context() -> ssl.SSLContext:
    """Return a context that trusts only certifi's CA certificates."""
    path = certifi_path() or None
    return of_today(ssl.create_default_context(cafile=path, cadata=None if path else _certifi_pem()))


def root_of(tls: ssl.SSLObject) -> bytes | None:
    """Return the root certificate (DER) of the verified chain.

    None if the library does not provide it, as with the verifiers of macOS and Windows. The call is private before
    Python 3.13.
    """
    for owner in (tls, getattr(tls, "_sslobj", None)):
        getter = getattr(owner, "get_verified_chain", None)
        if getter is not None and (chain := getter()):
            last = chain[-1]
            return last if isinstance(last, bytes) else ssl.PEM_cert_to_DER_cert(last.public_bytes())
    return None


def sent_chain(tls: ssl.SSLObject) -> list[bytes]:
    """Return the certificates (DER) that the server sent, leaf first.

    The call is private before Python 3.13; without it, only the leaf is returned.
    """
    inner = getattr(tls, "_sslobj", None)
    for owner in (tls, inner):
        getter = getattr(owner, "get_unverified_chain", None)
        if getter is None:
            continue
        chain = [
            sent if isinstance(sent, bytes) else ssl.PEM_cert_to_DER_cert(sent.public_bytes())
            for sent in (getter() or ())
        ]
        if chain:
            return chain
    leaf = tls.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def node_context(given: NodeSettings, bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """Return a context that trusts what Node trusts, and the name of that trust store.

    Node's built-in store is Mozilla's, as certifi's is. ``bundle`` counts if it was given for this check, not if it is
    the value of SSL_CERT_FILE, which Node does not read by default. An unreadable file in NODE_EXTRA_CA_CERTS is
    ignored, as by Node.
    """
    if given.system_ca and sys.platform in ("darwin", "win32"):
        context = system_context()
    else:
        openssl = given.openssl_ca
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if openssl else certifi_context()
        if openssl or given.system_ca:
            _load_defaults(context)  # on Linux, Node also reads SSL_CERT_FILE and SSL_CERT_DIR here
    name = "system" if given.openssl_ca or given.system_ca else "certifi"
    option_path = bundle.value if bundle is not None and bundle.source.kind is not SourceKind.ENVIRONMENT else ""
    for path in filter(None, (given.extra_ca, option_path)):
        with suppress(OSError, ssl.SSLError):
            context.load_verify_locations(cafile=loadable(path))
            name = path
    return context, name


def _load_defaults(context: ssl.SSLContext) -> None:
    """Load OpenSSL's default certificates; none if SSL_CERT_FILE, which is one of their files, may not be opened."""
    with suppress(OSError):
        if named := os.environ.get("SSL_CERT_FILE"):
            loadable(named)
        context.load_default_certs()


CERTIFI = "certifi"
