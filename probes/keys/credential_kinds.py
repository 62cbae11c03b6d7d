"""Shapes of credentials that are not keys of a model API."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from probes.model import limits


class Credential(NamedTuple):
    """A credential that is not a model API key. ``carried``: relays and gateways forward it to the provider."""

    pattern: str
    kind: str
    company: str = ""  # empty: a company without a known model API
    door: str = ""  # the provider that issues it
    carried: bool = False
    taken_by: str = ""  # the provider that does accept it
    certain: bool = True


KINDS = (
    "admin",
    "oauth",
    "session",
    "key_id",
    "organization_id",
    "project_id",
    "workspace_id",
    "webhook_secret",
    "client_secret",
    "service_account",
    "account_token",
    "account_key",
    "other_product",
)
# Sources: gitleaks, betterleaks and trufflehog for the shapes; the vendors' SDKs for the ids.
CREDENTIALS = (
    Credential(r"sk-ant-admin\d*-[\w-]+", "admin", "anthropic", "anthropic", carried=True),
    Credential(r"sk-ant-o[ar]t\d*-[\w-]+", "oauth", "anthropic", "anthropic", carried=True),
    Credential(r"sk-ant-sid\d*-[\w-]+", "session", "anthropic", "anthropic", carried=True),
    Credential(r"wrkspc_\w{8,}", "workspace_id", "anthropic", "anthropic"),
    Credential(r"sk-admin-[\w-]+", "admin", "openai", "openai", carried=True),
    Credential(r"sess-\w{20,}", "session", "openai", "openai", carried=True),
    Credential(r"org-[A-Za-z0-9]{20,32}", "organization_id", "openai", "openai"),
    Credential(r"proj_[A-Za-z0-9]{16,32}", "project_id", "openai", "openai"),
    Credential(r"whsec_[A-Za-z0-9+/=_-]{8,}", "webhook_secret"),
    Credential(r"ya29\.[\w.-]{10,}", "oauth", "google", "vertex", carried=True, taken_by="vertex"),
    Credential(r"GOCSPX-[\w-]{20,}", "client_secret", "google", "gemini"),
    Credential(r"\{.*\bservice_account\b.*\}", "service_account", "google", "vertex"),
    Credential(r"A[KS]IA[A-Z0-9]{16}", "key_id", "aws", "bedrock"),
    Credential(r"LTAI[A-Za-z0-9]{12,30}", "key_id", "alibaba", "dashscope-cn"),
    Credential(r"AKID[A-Za-z0-9]{13,40}", "key_id", "tencent", "hunyuan"),
    Credential(r"AKLT[\w-]{16,}={0,2}", "key_id", "bytedance", "volcengine-ark"),
    Credential(r"SCW[A-Z0-9]{17}", "key_id", "scaleway", "scaleway"),
    Credential(r"[a-f0-9]{37}", "account_key", "cloudflare", "cloudflare-workers-ai", certain=False),
    Credential(r"vc[apir]_[\w-]{20,}", "account_token", "vercel", "vercel-ai-gateway"),
    Credential(r"[sp]k-lf-[\w-]{8,}", "other_product"),
    Credential(r"[spr]k_(?:live|test)_\w{8,}", "other_product"),
    Credential(r"key_[a-f0-9]{64}", "other_product"),
)
# Issuers of login tokens that are mistaken for keys: the host in a JWT's `iss`.
ISSUERS = {
    "auth.openai.com": Credential("", "oauth", "openai", "chatgpt-codex", carried=True, taken_by="chatgpt-codex"),
    "auth.x.ai": Credential("", "oauth", "xai", "xai", carried=True),
    "accounts.google.com": Credential("", "oauth", "google", "vertex", carried=True, taken_by="vertex"),
}
JWT = r"eyJ[\w-]+\.[\w-]+\.[\w-]*"


def pattern_matches(pattern: str, value: str) -> bool:
    """Check whether the whole value matches; a pattern is compiled only if the value has its literal prefix."""
    if len(value) > limits.KEY or not value.startswith(head(pattern)):
        return False
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.DOTALL)


@cache
def head(pattern: str) -> str:
    """Return the literal prefix of a pattern: ``head("sk-ant-[a-z]+")`` is ``sk-ant-``."""
    for at, character in enumerate(pattern):
        if character in "|":
            return ""
        if character in "\\.[]{}()^$*+?":
            return pattern[: at - 1] if character in "{*?" else pattern[:at]
    return pattern
