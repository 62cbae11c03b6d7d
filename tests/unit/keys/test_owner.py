"""Whose key a text is, and whether it fits a door. Every key here is made up."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.catalog.doors import load
from probes.keys.credential_kinds import KINDS
from probes.keys.owner import KeyFit, fit, identify

DOORS = load()
_DICE = random.Random(7)
ALNUM, HEX = string.ascii_letters + string.digits, "0123456789abcdef"


def body(length: int, alphabet: str = ALNUM) -> str:
    return "".join(_DICE.choice(alphabet) for _ in range(length))


UUID = "12345678-1234-1234-1234-123456789abc"
KEYS = {
    "openai": f"sk-proj-{body(74)}T3BlbkFJ{body(74)}",
    "openai service": f"sk-svcacct-{body(58)}T3BlbkFJ{body(58)}",
    "openai legacy": f"sk-{body(20)}T3BlbkFJ{body(20)}",
    "openai admin": f"sk-admin-{body(20)}T3BlbkFJ{body(20)}",
    "anthropic": f"sk-ant-api03-{body(93)}AA",
    "anthropic admin": f"sk-ant-admin01-{body(93)}AA",
    "anthropic oauth": f"sk-ant-oat01-{body(95)}",
    "openrouter": "sk-or-v1-" + body(64, HEX),
    "groq": "gsk_" + body(52),
    "xai": "xai-" + body(80),
    "google": "AIza" + body(35),
    "ai studio": "AQ.Ab8RN6" + body(44),
    "google oauth": "ya29." + body(120),
    "perplexity": "pplx-" + body(48),
    "huggingface": "hf_" + body(34),
    "huggingface org": "api_org_" + body(34),
    "replicate": "r8_" + body(37),
    "nvidia": "nvapi-" + body(64),
    "cerebras": "csk-" + body(48, HEX),
    "together": "tgp_v1_" + body(43),
    "fireworks": "fw_" + body(40),
    "firepass": "fpk_" + body(40),
    "bedrock": "ABSK" + body(128),
    "bedrock short": "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t" + body(80),
    "kimi code": "sk-kimi-" + body(64),
    "alibaba plan": "sk-sp-" + body(32),
    "minimax": "sk-api-" + body(119),
    "minimax plan": "sk-cp-" + body(100),
    "zhipu": f"{body(32, HEX)}.{body(16)}",
    "ollama": f"{body(32, HEX)}.{body(24)}",
    "xiaomi plan": "tp-" + body(48),
    "qianfan": f"bce-v3/ALTAK-{body(21)}/{body(40, HEX)}",
    "modelscope": "ms-" + UUID,
    "vercel": "vck_" + body(56),
    "venice": "vapi_" + body(40),
    "chutes": "cpk_" + body(40),
    "upstage": "up_" + body(45),
    "github": "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",  # from many manuals, with correct check digits
    "github fine": "github_pat_" + body(82),
    "cloudflare": "cfut_" + body(40) + body(8, HEX),
    "databricks": "dapi" + body(32, HEX),
    "wandb": "wandb_v1_" + body(77),
    "lmstudio": f"sk-lm-{body(8)}:{body(20)}",
    "hyper": "sk-hyper-" + body(30),
    "orca": "sk-orca-" + body(30),
    "deepseek": "sk-" + body(32, HEX),
    "relay": "sk-" + body(47) + "Z",
    "azure": body(32, HEX),
    "mistral": body(31) + "z",
    "sambanova": UUID,
    "novita": "sk_" + body(43),
    "ark": "ark-" + UUID,
    "codex login": "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2F1dGgub3BlbmFpLmNvbSJ9.sig",
    "some jwt": "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig",
    "broken jwt": "eyJhbGciOiJub25lIn0.eyJ.sig",
    "aws id": "AKIA" + body(16, string.ascii_uppercase),
    "aliyun id": "LTAI" + body(20),
    "webhook": "whsec_" + body(32),
    "organization": "org-" + body(24),
    "project": "proj_" + body(24),
    "langfuse": "sk-lf-" + UUID,
    "vercel token": "vcp_" + body(56),
    "stripe": "sk_live_" + body(24),
}
PLANS = ("dashscope-coding-cn", "dashscope-coding-intl", "dashscope-token-cn", "dashscope-token-intl")
ZHIPU = ("zhipu-cn", "zhipu-cn-coding", "zai", "zai-coding")


@pytest.mark.parametrize(
    ("key", "doors"),
    [
        ("openai", ("openai",)),
        ("openai service", ("openai",)),
        ("openai legacy", ("openai",)),
        ("openai admin", ("openai",)),
        ("anthropic", ("anthropic",)),
        ("anthropic admin", ("anthropic",)),
        ("anthropic oauth", ("anthropic",)),
        ("openrouter", ("openrouter",)),
        ("groq", ("groq",)),
        ("xai", ("xai",)),
        ("google", ("gemini",)),
        ("ai studio", ("gemini",)),
        ("google oauth", ("vertex",)),
        ("perplexity", ("perplexity",)),
        ("huggingface", ("huggingface",)),
        ("huggingface org", ("huggingface",)),
        ("replicate", ("replicate",)),
        ("nvidia", ("nvidia",)),
        ("cerebras", ("cerebras",)),
        ("together", ("together",)),
        ("fireworks", ("fireworks",)),
        ("firepass", ("firepass",)),
        ("bedrock", ("bedrock", "bedrock-mantle")),
        ("bedrock short", ("bedrock", "bedrock-mantle")),
        ("kimi code", ("kimi-code",)),
        ("alibaba plan", PLANS),
        ("minimax", ("minimax-intl", "minimax-cn")),
        ("minimax plan", ("minimax-intl", "minimax-cn")),
        ("zhipu", ZHIPU),
        ("ollama", ("ollama-cloud",)),
        ("xiaomi plan", ("xiaomi-token-plan-cn", "xiaomi-token-plan-sgp", "xiaomi-token-plan-ams")),
        ("qianfan", ("qianfan",)),
        ("modelscope", ("modelscope",)),
        ("vercel", ("vercel-ai-gateway",)),
        ("venice", ("venice",)),
        ("chutes", ("chutes",)),
        ("upstage", ("upstage",)),
        ("github", ("github-models",)),
        ("github fine", ("github-models",)),
        ("cloudflare", ("cloudflare-workers-ai",)),
        ("databricks", ("databricks",)),
        ("wandb", ("wandb",)),
        ("lmstudio", ("lmstudio",)),
        ("hyper", ("charm-hyper",)),
        ("orca", ("orcarouter",)),
        ("codex login", ("chatgpt-codex",)),
    ],
)
def test_certain(key: str, doors: tuple[str, ...]) -> None:
    matches = identify(KEYS[key])
    assert tuple(match.door for match in matches if match.confidence == "certain") == doors
    assert matches[0].why


@pytest.mark.parametrize(
    ("key", "likely", "possible"),
    [
        ("deepseek", "deepseek", "dashscope-cn"),
        ("relay", "newapi", "aihubmix"),
        ("relay", "moonshot-cn", "hunyuan"),
        ("azure", "azure-openai", "ai21"),
        ("mistral", "mistral", "codestral"),
        ("sambanova", "volcengine-ark", "scaleway"),
        ("novita", "novita", "inception"),
        ("ark", "volcengine-ark", "byteplus"),
    ],
)
def test_shared_shapes(key: str, likely: str, possible: str) -> None:
    matches = {match.door: match.confidence for match in identify(KEYS[key])}
    assert matches[likely] == "likely"
    assert matches[possible] == "possible"
    assert "certain" not in matches.values()


@pytest.mark.parametrize("text", ["", " ", "hello world", "sk", "https://api.openai.com/v1", "日本語"])
def test_nothing_known(text: str) -> None:
    assert identify(text) == ()


@pytest.mark.parametrize(
    ("key", "door", "expected"),
    [
        ("openai", "openai", "fits"),
        ("openai legacy", "openai", "fits"),
        ("openai", "anthropic", "other_door"),
        ("openai", "azure-openai", "other_door"),
        ("openai", "openrouter", "other_door"),
        ("openai", "chatgpt-codex", "other_plan"),
        ("openai", "portkey", "unknown"),
        ("openai", "cloudflare-ai-gateway", "unknown"),
        ("openai", "helicone", "unknown"),
        ("openai", "vercel-ai-gateway", "unknown"),
        ("openai", "ollama-local", "unknown"),
        ("openai", "litellm-proxy", "unknown"),
        ("openai admin", "openai", "wrong_kind"),
        ("openai admin", "deepseek", "other_door"),
        ("anthropic", "anthropic", "fits"),
        ("anthropic", "anthropic-aws", "unknown"),
        ("anthropic oauth", "anthropic", "wrong_kind"),
        ("anthropic admin", "anthropic", "wrong_kind"),
        ("anthropic oauth", "openai", "other_door"),
        ("groq", "xai", "other_door"),
        ("xai", "groq", "other_door"),
        ("zhipu", "zhipu-cn", "fits"),
        ("zhipu", "zai", "fits"),
        ("kimi code", "moonshot-cn", "other_plan"),
        ("kimi code", "kimi-code", "fits"),
        ("relay", "moonshot-cn", "fits"),
        ("relay", "moonshot-intl", "fits"),
        ("relay", "kimi-code", "other_plan"),
        ("relay", "openai", "unlikely"),
        ("relay", "deepseek", "unlikely"),
        ("relay", "qiniu", "unknown"),
        ("deepseek", "deepseek", "fits"),
        ("deepseek", "dashscope-cn", "fits"),
        ("deepseek", "openai", "unlikely"),
        ("deepseek", "dashscope-coding-cn", "other_plan"),
        ("alibaba plan", "dashscope-cn", "other_plan"),
        ("alibaba plan", "dashscope-coding-cn", "fits"),
        ("alibaba plan", "dashscope-token-intl", "fits"),
        ("xiaomi plan", "xiaomi", "other_plan"),
        ("xiaomi plan", "xiaomi-token-plan-ams", "fits"),
        ("minimax plan", "minimax-cn", "fits"),
        ("minimax plan", "openai", "other_door"),
        ("modelscope", "dashscope-cn", "other_door"),
        ("vercel", "v0", "other_resource"),
        ("vercel token", "vercel-ai-gateway", "wrong_kind"),
        ("google", "gemini", "fits"),
        ("google", "vertex", "unknown"),
        ("google oauth", "gemini", "wrong_kind"),
        ("google oauth", "vertex", "fits"),
        ("codex login", "openai", "wrong_kind"),
        ("codex login", "chatgpt-codex", "fits"),
        ("some jwt", "openai", "wrong_kind"),
        ("some jwt", "gmi", "fits"),
        ("broken jwt", "groq", "unlikely"),
        ("firepass", "fireworks", "fits"),
        ("github", "github-copilot", "other_plan"),
        ("mistral", "codestral", "fits"),
        ("aws id", "bedrock", "wrong_kind"),
        ("aws id", "openai", "wrong_kind"),
        ("aliyun id", "dashscope-cn", "wrong_kind"),
        ("webhook", "openai", "wrong_kind"),
        ("organization", "openai", "wrong_kind"),
        ("project", "openai", "wrong_kind"),
        ("langfuse", "openai", "wrong_kind"),
        ("stripe", "novita", "wrong_kind"),
        ("lmstudio", "lmstudio", "fits"),
    ],
)
def test_fit(key: str, door: str, expected: str) -> None:
    found = fit(KEYS[key], DOORS.get(door), local=False)
    assert found.fit == expected
    assert found.elsewhere <= found.certain
    if expected == "other_door":
        assert found.elsewhere
    if expected == "wrong_kind":
        assert found.note in KINDS


@pytest.mark.parametrize(
    ("key", "public"),
    [
        ("openai", "official_elsewhere"),
        ("anthropic oauth", "official_elsewhere"),
        ("zhipu", "official_elsewhere"),
        ("vercel", "official_elsewhere"),
        ("lmstudio", "unknown"),
        ("relay", "unknown"),
        ("deepseek", "unknown"),
        ("aws id", "wrong_kind"),
        ("webhook", "wrong_kind"),
    ],
)
def test_unknown_hosts(key: str, public: str) -> None:
    assert fit(KEYS[key], None, local=False).fit == public
    assert fit(KEYS[key], None, local=True).fit == "unknown"


@pytest.mark.parametrize(
    ("key", "door", "length"),
    [
        ("openai", "openai", 39),
        ("openai legacy", "openai", 45),
        ("anthropic", "anthropic", 107),
        ("openrouter", "openrouter", 60),
        ("groq", "groq", 30),
        ("google", "gemini", 38),
        ("huggingface", "huggingface", 30),
        ("xai", "xai", 60),
        ("zhipu", "zai", 45),
        ("deepseek", "deepseek", 34),
        ("qianfan", "qianfan", 34),
    ],
)
def test_truncated(key: str, door: str, length: int) -> None:
    home = DOORS.get(door)
    assert fit(KEYS[key][:length], home, local=False).fit == "truncated"
    assert fit(KEYS[key], home, local=False).fit == "fits"


def test_pasted_twice() -> None:
    assert fit(KEYS["groq"] * 2, DOORS.get("groq"), local=False).fit == "truncated"
    assert fit(KEYS["groq"] + "abcd", DOORS.get("groq"), local=False).fit == "fits"  # an unknown length is no fault


def test_no_key() -> None:
    assert fit(" ", DOORS.get("openai"), local=False) == KeyFit("no_key")


def test_surrounding_white_space_is_no_other_key() -> None:
    assert identify(f" {KEYS['groq']}\n") == identify(KEYS["groq"])


HEADS = [value[:14] for value in KEYS.values()]
TEXTS = st.one_of(
    st.text(),
    st.builds(str.__add__, st.sampled_from(HEADS), st.text(ALNUM + "._-/:+=", max_size=200)),
    st.sampled_from(list(KEYS.values())),
)
SOME = st.sampled_from([None, *DOORS])
FITS = "fits other_door other_region other_plan other_resource wrong_kind truncated official_elsewhere unlikely unknown"


@settings(max_examples=400, deadline=None)
@given(TEXTS, SOME, st.booleans())
def test_never_raises_and_never_leaks(value: str, door: object, local: bool) -> None:
    found = fit(value, door, local=local)  # type: ignore[arg-type]
    assert found.fit in (*FITS.split(), "no_key")
    assert found.matches == (identify(value) if value.strip() else ())
    said = [repr(found.note), *(repr(match.why) for match in found.matches)]
    # The first characters are published; no run of twelve characters beyond them may appear.
    tail = value[17:]
    assert not any(tail[at : at + 12] in text for text in said for at in range(len(tail) - 11))
