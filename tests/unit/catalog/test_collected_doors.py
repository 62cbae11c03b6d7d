"""Every provider and every form of keys that was collected in November 2026 is known, field by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.catalog.doors import Doors, builtin
from probes.keys.credential_kinds import credential_of
from probes.keys.owner import identify

DOORS = Doors(builtin())
COLLECTED = [
    line.split(" ")
    for line in Path(__file__).with_name("collected_doors.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
# The version that a protocol's own SDK adds is not in our base URLs.
_VERSIONS = ("/v1", "/v1beta")


def values(field: str) -> list[str]:
    return [] if field == "-" else field.split(",")


def missing(row: list[str]) -> list[str]:
    """Return what was collected of a provider and is not known."""
    id, kind, region, hosts, bases, variables, console = row
    door = DOORS.get(id)
    if door is None:
        return ["door"]
    house = [one for one in DOORS if one is door or one.company == door.company]  # a plan has a row of its own
    ours = {one.base_url for known in house for one in (*known.endpoints, *known.former)}
    places = {
        *(host for known in house for host in known.hosts),
        *(*door.slips, *door.websites, *(one.host for one in door.former)),
    }
    found = [] if (kind, region) == (door.kind, door.region) else [f"kind {kind}, region {region}"]
    found += [host for host in values(hosts) if host not in places]
    for base in values(bases):
        plain = base.rstrip("/")
        if not {plain, *(plain.removesuffix(version) for version in _VERSIONS)} & ours:
            found.append(base)
    found += [one for one in values(variables) if one not in (*door.key_env, *door.base_url_env)]
    return found + [one for one in values(console) if one.rstrip("/") != door.console_url.rstrip("/")]


def test_every_collected_provider_is_known() -> None:
    assert len(COLLECTED) == 206
    assert {row[0]: found for row in COLLECTED if (found := missing(row))} == {}


HEX = "0123456789abcdef" * 8
BODY = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4i5J6k7L8m9N0o1P2q3R4s5T6u7V" * 3
UUID = "12345678-1234-4abc-8def-1234567890ab"
# A made-up key of each distinctive form, and the provider or the house that it names.
FORMS = [
    (f"sk-proj-{BODY[:58]}T3BlbkFJ{BODY[:58]}", "openai"),
    (f"sk-svcacct-{BODY[:74]}T3BlbkFJ{BODY[:74]}", "openai"),
    (f"sk-{BODY[:20]}T3BlbkFJ{BODY[:20]}", "openai"),
    (f"sk-ant-api03-{BODY[:93]}AA", "anthropic"),
    (f"sk-or-v1-{HEX[:64]}", "openrouter"),
    (f"gsk_{BODY[:52]}", "groq"),
    (f"xai-{BODY[:80]}", "xai"),
    (f"AIza{BODY[:35]}", "gemini"),
    (f"AQ.Ab8RN6{BODY[:44]}", "gemini"),
    (f"pplx-{BODY[:48]}", "perplexity"),
    (f"hf_{'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'}", "huggingface"),
    (f"r8_{BODY[:37]}", "replicate"),
    (f"nvapi-{BODY[:64]}", "nvidia"),
    (f"csk-{BODY[:48].lower()}", "cerebras"),
    (f"tgp_v1_{BODY[:43]}", "together"),
    (f"fw_{BODY[:40]}", "fireworks"),
    (f"fpk_{BODY[:40]}", "firepass"),
    (f"ABSKQmVkcm9ja0FQSUtleS{BODY[:110]}", "bedrock"),
    (f"sk-kimi-{BODY[:48]}", "kimi-code"),
    (f"sk-sp-{HEX[:32]}", "dashscope-coding-cn"),
    (f"sk-api-{BODY[:119]}", "minimax-intl"),
    (f"sk-cp-{BODY[:60]}", "minimax-intl"),
    (f"{HEX[:32]}.{BODY[:16]}", "zai"),
    (f"{HEX[:32]}.{BODY[:24]}", "ollama-cloud"),
    (f"tp-{BODY[:40].lower()}", "xiaomi-token-plan-cn"),
    (f"bce-v3/ALTAK-{BODY[:21]}/{HEX[:40]}", "qianfan"),
    (f"ark-{UUID}-{HEX[:5]}", "volcengine-ark"),
    (f"ms-{UUID}", "modelscope"),
    (f"vck_{BODY[:56]}", "vercel-ai-gateway"),
    (f"vapi_{BODY[:40]}", "venice"),
    (f"cpk_{HEX[:32]}.{HEX[:32]}.{BODY[:32]}", "chutes"),
    (f"up_{BODY[:45]}", "upstage"),
    (f"github_pat_{BODY[:82]}", "github-models"),
    (f"cfut_{BODY[:40]}{HEX[:8]}", "cloudflare-workers-ai"),
    (f"dapi{HEX[:32]}", "databricks"),
    (f"wandb_v1_{BODY[:77]}", "wandb"),
    (f"sk-lm-{BODY[:8]}:{BODY[:20]}", "lmstudio"),
    (f"sk-hyper-{BODY[:40]}", "charm-hyper"),
    (f"sk-orca-{BODY[:40]}", "orcarouter"),
    (f"pa-{BODY[:43]}", "voyage"),
    (f"sky_{BODY[:32]}", "poolside"),
    (f"sk-ws-{BODY[:32]}", "dashscope-intl"),
    (f"jina_{BODY[:40]}", "jina"),
    (f"rpa_{BODY[:40].upper()}{BODY[:6]}", "runpod"),
    (f"ak_{BODY[:30]}", "abliteration"),
]
# Credentials that call no model, and their kinds.
OTHERS = [
    (f"sk-ant-admin01-{BODY[:93]}AA", "admin"),
    (f"sk-ant-oat01-{BODY[:93]}", "oauth"),
    (f"ya29.{BODY[:120]}", "oauth"),
    (f"ek_{HEX[:32]}", "realtime_secret"),
    (f"llx-{BODY[:48]}", "other_product"),
    (f"sk-lf-{UUID}", "other_product"),
    ("LTAI5t" + BODY[:18], "key_id"),
    ("AKIA" + "ABCDEFGH23456789", "key_id"),
    (f"vcp_{BODY[:56]}", "account_token"),
    (f"key_{HEX[:64]}", "other_product"),
]


@pytest.mark.parametrize(("key", "door"), FORMS, ids=[key[:9] for key, _ in FORMS])
def test_the_provider_of_a_distinctive_form(key: str, door: str) -> None:
    found = [one.door for one in identify(key)]
    assert door in found[:6], found


@pytest.mark.parametrize(("value", "kind"), OTHERS, ids=[value[:9] for value, _ in OTHERS])
def test_the_kind_of_another_credential(value: str, kind: str) -> None:
    found = credential_of(value)
    assert found is not None and found.kind == kind
