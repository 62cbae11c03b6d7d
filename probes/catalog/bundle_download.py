"""Download a bundle of facts by https, for `llmdoctor facts update URL`. Nothing but the request is sent."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import Any

from probes.catalog.bundle import LARGEST, BundleError

PATIENCE = 30.0  # seconds for a whole download
_PIECE = 65_536  # bytes


def checked_url(url: str) -> str:
    """Return an address that may be fetched. Raises BundleError if it is not https, or has a name or password in it."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise BundleError("it is no address") from None
    if parts.scheme != "https" or not host:
        raise BundleError("a bundle is fetched by https alone")
    if "@" in parts.netloc:
        raise BundleError("the address holds a user name or a password")
    return url


def from_url(url: str) -> bytes:
    """Download a bundle by https; redirects are followed to https alone.

    The certificate is checked against the system's CA certificates, or those in ``SSL_CERT_FILE``.

    Raises BundleError if it cannot be fetched, takes longer than :data:`PATIENCE` or is larger than :data:`LARGEST`.
    """
    # A server may send one byte at a time, of its headers too, which no timeout of a socket ends. So the limit of time
    # is that of a thread, which ends with the program.
    results: SimpleQueue[bytes | BundleError] = SimpleQueue()
    threading.Thread(target=_fetch, args=(url, results), daemon=True).start()
    try:
        found = results.get(timeout=PATIENCE)
    except Empty:
        raise BundleError("it took longer than {seconds} s", seconds=f"{PATIENCE:g}") from None
    if isinstance(found, BundleError):
        raise found
    return found


def _fetch(url: str, results: SimpleQueue[bytes | BundleError]) -> None:
    """Put the content of the address, or the error, into a queue."""
    try:
        results.put(_content(url))
    except BundleError as error:
        results.put(error)
    except Exception as error:
        results.put(BundleError("{detail}", detail=str(error) or type(error).__name__))


def _content(url: str) -> bytes:
    import ssl
    import urllib.error
    import urllib.request

    class _HttpsAlone(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            try:
                checked_redirect(newurl)
            except BundleError:
                fp.close()
                raise
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    handler = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(_HttpsAlone(), handler)
    request = urllib.request.Request(url, headers={"User-Agent": "llmdoctor"})  # noqa: S310 - https, by `checked_url`
    raw = bytearray()
    ask = opener.open
    try:
        with ask(request, timeout=PATIENCE) as answer:
            while len(raw) <= LARGEST and (piece := answer.read1(_PIECE)):
                raw += piece
    except urllib.error.HTTPError as error:
        error.close()
        raise BundleError("the server answered {code}", code=error.code) from None
    except urllib.error.URLError as error:
        raise BundleError("{detail}", detail=error.reason) from None
    if len(raw) > LARGEST:
        raise BundleError("it is larger than {size}", size=f"{LARGEST // 1024**2} MiB")
    return bytes(raw)


def checked_redirect(url: str) -> None:
    """Raise BundleError if a redirect leads to an address that may not be fetched."""
    try:
        checked_url(url)
    except BundleError:
        raise BundleError("it leads to an address without https") from None
