"""Verify the checksum of keys that contain one."""

from __future__ import annotations

from probes.keys.credential_kinds import pattern_matches

_GITHUB = r"gh[pousr]_[A-Za-z0-9]{36}"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def mistyped(value: str) -> bool:
    """Check whether a key has a wrong checksum: it was mistyped, since nobody issues such a key.

    GitHub's tokens end in the CRC-32 of the thirty characters after the prefix, in base 62 (the GitHub blog, "Behind
    GitHub's new authentication token formats", 2021). No other provider documents a checksum.
    """
    if not pattern_matches(_GITHUB, value):
        return False
    from zlib import crc32

    rest, digits = crc32(value[4:34].encode()), ""
    while len(digits) < 6:
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits != value[34:]
