"""What each protocol's official SDK reads of the environment, and what people take for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.catalog.door import Door


@dataclass(frozen=True, slots=True)
class SdkVariables:
    """One protocol's official SDK: the variables that it reads, in its order, and those that people take for them."""

    protocol: str
    keys: tuple[str, ...]
    bases: tuple[str, ...]
    model: str
    default: str | None
    unread_keys: tuple[str, ...] = ()
    unread_bases: tuple[str, ...] = ()
    version: str = ""  # the variable that names the version of the API
    emptied: bool = True  # a variable of the base URL that is set to nothing counts, as in Python


OPENAI = SdkVariables(
    "openai",
    ("OPENAI_API_KEY",),
    ("OPENAI_BASE_URL",),
    "OPENAI_MODEL",
    "https://api.openai.com/v1",
    (
        *("OPENAI_KEY", "OPENAI_TOKEN", "OPENAI_APIKEY", "OPENAI_API_KEYS", "OPENAI_API_TOKEN", "OPENAI_SECRET_KEY"),
        *(
            "OPENAI_ACCESS_TOKEN",
            "OPENAI_AUTH_TOKEN",
            "OPEN_AI_KEY",
            "OPEN_AI_API_KEY",
            "CHATGPT_API_KEY",
            "CHATGPT_KEY",
        ),
    ),
    (
        *("OPENAI_API_BASE", "OPENAI_API_HOST", "OPENAI_BASE", "OPENAI_HOST", "OPENAI_URL", "OPENAI_API_URL"),
        *("OPENAI_ENDPOINT", "OPENAI_API_ENDPOINT", "OPENAI_API_BASE_URL", "OPENAI_BASEURL", "OPENAI_API_BASEURL"),
        *("OPENAI_PROXY_URL", "OPENAI_PROXY", "OPENAI_REVERSE_PROXY", "OPEN_AI_BASE_URL"),
    ),
)
ANTHROPIC = SdkVariables(
    "anthropic",
    ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    ("ANTHROPIC_BASE_URL",),
    "ANTHROPIC_MODEL",
    "https://api.anthropic.com",
    (
        *(
            "CLAUDE_API_KEY",
            "CLAUDE_KEY",
            "ANTHROPIC_KEY",
            "ANTHROPIC_APIKEY",
            "ANTHROPIC_TOKEN",
            "ANTHROPIC_API_TOKEN",
        ),
        *("ANTHROPIC_API_KEYS", "ANTHROPIC_SECRET_KEY", "CLAUDE_API_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
    ),
    (
        *("ANTHROPIC_API_URL", "ANTHROPIC_API_BASE", "ANTHROPIC_API_HOST", "ANTHROPIC_BASE", "ANTHROPIC_URL"),
        *("ANTHROPIC_HOST", "ANTHROPIC_ENDPOINT", "ANTHROPIC_API_BASE_URL", "ANTHROPIC_BASEURL"),
        *("CLAUDE_BASE_URL", "CLAUDE_API_BASE", "CLAUDE_API_URL"),
    ),
)
FAMILIES = {
    "openai": OPENAI,
    "responses": OPENAI,
    "anthropic": ANTHROPIC,
    "gemini": SdkVariables(
        "gemini",
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        ("GOOGLE_GEMINI_BASE_URL",),
        "GEMINI_MODEL",
        "https://generativelanguage.googleapis.com",
        ("GOOGLE_KEY", "GEMINI_KEY", "GOOGLE_GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"),
        ("GEMINI_BASE_URL", "GOOGLE_BASE_URL", "GEMINI_API_BASE"),
        "GOOGLE_GENAI_API_VERSION",
    ),
    "azure": SdkVariables(
        "azure",
        ("AZURE_OPENAI_API_KEY",),
        ("AZURE_OPENAI_ENDPOINT",),
        "AZURE_OPENAI_DEPLOYMENT",
        None,
        ("AZURE_OPENAI_KEY", "AZURE_API_KEY", "AZURE_OPENAI_APIKEY"),
        ("AZURE_OPENAI_BASE_URL", "AZURE_API_BASE", "AZURE_OPENAI_API_BASE"),
        "OPENAI_API_VERSION",
    ),
    "ollama": SdkVariables("ollama", ("OLLAMA_API_KEY",), ("OLLAMA_HOST",), "OLLAMA_MODEL", "http://localhost:11434"),
}


def variables_of(protocol: str) -> SdkVariables:
    """Those of a protocol: of this table, else of the first app that speaks it, else those that its own file names."""
    if protocol in FAMILIES:
        return FAMILIES[protocol]
    from probes.catalog.apps import load
    from probes.protocols.protocol import wire

    app = next((own for app in load() if (own := app.wire(protocol)) is not None), None)
    if app is not None:
        return SdkVariables(protocol, app.key, app.base_url, (*app.model, "")[0], app.default or None)
    spoken = wire(protocol)
    return SdkVariables(
        protocol, spoken.key_env, spoken.base_url_env, (*spoken.model_env, "")[0], spoken.default_base_url or None
    )


OFFICIAL_KEYS = frozenset(name for family in FAMILIES.values() for name in family.keys)
UNREAD = frozenset(name for family in FAMILIES.values() for name in family.unread_keys + family.unread_bases)
# Many programs set these for other ends: alone they do not mean that somebody wants an LLM.
SHARED_NAMES = re.compile(
    r"GITHUB|^GH_|^HF_|HUGGING|^AWS_|^CF_|CLOUDFLARE|DATABRICKS|DIGITALOCEAN|VERCEL|SNOWFLAKE|GOOGLE"
)


def own_keys(door: Door) -> list[str]:
    """The variables of a provider's key, but for those that are taken for an SDK's."""
    return [name for name in door.key_env if name not in UNREAD]


def means_an_llm(name: str) -> bool:
    """Whether a variable that names a door's key is set for nothing else."""
    return name not in UNREAD and name not in OFFICIAL_KEYS and not SHARED_NAMES.search(name)
