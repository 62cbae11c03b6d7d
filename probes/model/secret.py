"""A key as a value that never prints itself, and the parts of a key that may be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NoReturn

# Prefixes that vendors publish: they name the kind of key and are not secret. The longest come first, so that
# `sk-ant-api03-` is not taken for `sk-`.
PUBLIC_PREFIXES = (
    "sk-ant-admin01-",
    "sk-ant-api03-",
    "sk-ant-oat01-",
    "bedrock-api-key-",
    "bce-v3/ALTAK-",
    "sk-svcacct-",
    "sk-service-",
    "github_pat_",
    "sk-or-v1-",
    "sk-admin-",
    "sk-hyper-",
    "wandb_v1_",
    "sk-proj-",
    "sk-kimi-",
    "sk-orca-",
    "sk-sapi-",
    "sk-api-",
    "sk-ant-",
    "tgp_v1_",
    "api_org_",
    "sk-lm-",
    "sk-cp-",
    "sk-sp-",
    "sk-lf-",
    "nvapi-",
    "pplx-",
    "vapi_",
    "AIza",
    "gsk_",
    "xai-",
    "csk-",
    "fpk_",
    "cpk_",
    "vck_",
    "ark-",
    "sk-",
    "sk_",
    "hf_",
    "r8_",
    "fw_",
    "up_",
    "tp-",
    "ms-",
)

# Placeholders for servers that need no key. They are in every manual, and a report about Ollama without the word
# `ollama` would be unreadable.
PUBLIC_VALUES = frozenset(
    [
        "ollama",
        "lm-studio",
        "none",
        "null",
        "dummy",
        "test",
        "empty",
        "xxx",
        "key",
        "no-key",
        "no-key-required",
        "not-needed",
        "unused",
        "sk-xxx",
        "local",
    ]
)


def public_prefix(value: str) -> str:
    """Return the published prefix of a key (``sk-or-v1-``), or an empty string."""
    if not value.startswith(PUBLIC_PREFIXES):  # most texts that are asked about, and much faster than the search
        return ""
    return next(prefix for prefix in PUBLIC_PREFIXES if value.startswith(prefix))


def hint(value: str) -> str:
    """Return the part of a key that may be shown: ``sk-p…a1B2``; fewer characters of a key shorter than 20."""
    visible = value.strip()
    if not visible.isascii() or not visible.isprintable():
        visible = "".join(c if c.isascii() and c.isprintable() else "?" for c in visible)
    if len(visible) >= 20:
        return f"{visible[:4]}…{visible[-4:]}"
    if len(visible) >= 8:
        return f"{visible[:2]}…"
    return "…"


class Secret:
    """A key. It prints as its hint and cannot be pickled; only :meth:`reveal` returns the value."""

    __slots__ = ("_value",)

    # Is called with the value of each key that is made: the register of `known_secrets`, while it collects.
    told: ClassVar[Callable[[str], None] | None] = None

    def __init__(self, value: str) -> None:
        self._value = value
        if Secret.told is not None:
            Secret.told(value)

    def reveal(self) -> str:
        """Return the key itself, for a header that is about to be sent and for the scrubber."""
        return self._value

    @property
    def hint(self) -> str:
        return hint(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"Secret({self.hint!r}, length={len(self._value)})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not to be pickled")
