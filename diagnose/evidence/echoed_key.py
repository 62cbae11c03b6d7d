"""Compare a masked key that a server quotes with the user's key.

A relay that quotes another key than the user's quotes its own: that of its account at the provider.
"""

from __future__ import annotations

import re

_SEARCHED = 4096  # characters of an answer
_AROUND = 48  # characters before a masked text that may name it as a key
# The visible head, the mask and the visible tail: `sk-ab***yz`, `sk-ab...yz`, `****yz`, `xxxxyz`.
_MASKED = r"(?<![\w*•.…-])([\w-]{0,24}?)(\*{2,64}|[•●]{2,64}|\.{3,64}|…|x{4,64}|X{4,64})([\w-]{0,12})(?![\w*•…-])"
# With these texts published keys begin; they are the same for many keys.
_PREFIX = (
    r"sk-(?:(?:proj|svcacct|service|admin|ant|or|kimi|sp|api|cp|lm)-(?:api\d\d-|v\d-)?)?|gsk_|xai-|AIza|hf_|nvapi-|pplx-"
    r"|csk-|r8_|tgp_v1_|fw_|vck_|ark-|tp-|ms-"
)
_NAMES_A_KEY = r"(?i)(?:key|token|bearer|credential|令牌|密钥|密鑰|秘钥)[^*\n]{0,40}$"


def quoted_keys(text: str) -> tuple[tuple[str, str], ...]:
    """Return the visible heads and tails of the masked keys in a text.

    >>> quoted_keys("Incorrect API key provided: sk-ab***yz.")
    (('sk-ab', 'yz'),)
    """
    text = text[:_SEARCHED]
    found = []
    for one in re.finditer(_MASKED, text, re.ASCII):
        head, tail = one[1], one[3]
        named = _prefix(head) or re.search(_NAMES_A_KEY, text[max(0, one.start() - _AROUND) : one.start()])
        if named and (head or tail):
            found.append((head, tail))
    return tuple(found)


def is_other_key(head: str, tail: str, hint: str) -> bool | None:
    """Check whether a masked key is another than the one with this hint (``sk-p…9fQ2``); None if that cannot be told.

    Servers also quote the user's own key reformatted: without its prefix, in another case, its head alone. So a tail
    that differs decides, and a head only if it begins as published keys do and shows more than that.
    """
    first, _, last = hint.lower().partition("…")
    head, tail = head.lower(), tail.lower()
    if len(tail) >= 2 and last:
        shown = min(len(tail), len(last))
        return tail[-shown:] != last[-shown:]
    if (prefix := _prefix(head)) and len(head) > len(prefix) + 1 and len(first) >= 4:
        shown = min(len(head), len(first))
        return True if head[:shown] != first[:shown] else None
    return None


def _prefix(head: str) -> str:
    """Return the published prefix with which a visible head begins, or an empty string."""
    found = re.match(_PREFIX, head, re.IGNORECASE)
    return found[0] if found else ""


def quotes_other_key(text: str, hint: str) -> str:
    """Return the masked key that a text quotes if it is certainly not the user's, else an empty string."""
    keys = quoted_keys(text)
    verdicts = [is_other_key(head, tail, hint) for head, tail in keys]
    if not keys or True not in verdicts or False in verdicts:
        return ""
    head, tail = keys[verdicts.index(True)]
    return f"{head}***{tail}"
