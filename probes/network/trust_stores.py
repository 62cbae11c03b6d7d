"""Whether a file of root certificates is one."""

from __future__ import annotations

from functools import cache
from pathlib import Path


def unreadable(path: str) -> str:
    """Why no certificate can be read from a file, in the library's words; an empty string where they can be."""
    try:
        return _unreadable(path, Path(path).stat().st_mtime_ns)
    except OSError as error:
        return error.strerror or str(error)


@cache  # many runs of one process name the same file
def _unreadable(path: str, changed: int) -> str:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as error:
        return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ""
