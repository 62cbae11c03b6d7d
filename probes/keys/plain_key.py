"""Tell quickly, without any pattern, that a key is written as keys are."""

from __future__ import annotations


def is_plain(value: str) -> bool:
    """Check quickly whether a key has no flaw that :func:`probes.keys.flaws.examine_key` would find.

    False means unknown. The check looks for a long random word among letters, digits, hyphens and underscores. It
    spares most keys the full examination, whose patterns take 3 ms to compile.
    """
    lower = value.lower()
    words = value.replace("_", "-").split("-")
    return (
        value.isascii()
        and all(word.isalnum() for word in words if word)
        and any(len(word) >= 16 and any(map(str.isdigit, word)) for word in words)
        and any(map(str.islower, value))  # without lower case it may be a variable's name
        and len(set(value)) >= 10
        and "xxxxxx" not in lower  # a mask
        and "123" not in lower  # digits and letters in order, as in an example
        and "abcd" not in lower
        and not lower.startswith("bearer")  # pasted with its key
    )
