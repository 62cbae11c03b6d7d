"""The registry of doors: its file, and which door a host or a variable belongs to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from probes.catalog.door import Door, Endpoint
from probes.catalog.door_files import DoorsError, compiled, read
from probes.catalog.doors import load, merge
from probes.catalog.fact_files import facts_folder

TABLE = load()
EVERY = list(TABLE)


def test_all_doors_are_there() -> None:
    assert len(TABLE) >= 206
    assert {"openai", "anthropic", "gemini", "deepseek", "moonshot-cn", "openrouter", "ollama-local"} <= {
        door.id for door in EVERY
    }


@pytest.mark.parametrize("door", EVERY, ids=lambda door: door.id)
def test_a_door_is_found_by_its_base_urls(door: Door) -> None:
    for endpoint in door.endpoints:
        url = urlsplit(re.sub(r"\{region\}", "cn-beijing", endpoint.base_url))
        if url.netloc.startswith("{") and "." not in url.netloc:
            continue
        host = re.sub(r"\{\w+\}", "mine", url.hostname or "")
        found = TABLE.of_host(host, url.port, url.path)
        assert found is not None
        # Doors that share a host and a path cannot be told apart by that path.
        assert (
            found is door or endpoint.base_url in {other.base_url for other in found.endpoints} or _shares(found, door)
        )


def _shares(one: Door, other: Door) -> bool:
    ports = {host.rpartition(":")[2] for host in one.hosts} & {host.rpartition(":")[2] for host in other.hosts}
    return one.kind in ("local", "relay") and bool(ports)


@pytest.mark.parametrize("door", EVERY, ids=lambda door: door.id)
def test_references_and_patterns_hold(door: Door) -> None:
    assert all(TABLE.get(other) for other in door.rejects)
    assert all(re.compile(shape.pattern, re.ASCII) for shape in door.keys)
    assert all(not endpoint.base_url.endswith("/") for endpoint in door.endpoints)
    assert [e.confirmed for e in door.endpoints] == sorted((e.confirmed for e in door.endpoints), reverse=True)
    assert door.keys or not door.keys_complete


@pytest.mark.parametrize("door", EVERY, ids=lambda door: door.id)
def test_no_known_host_is_a_typo_of_another(door: Door) -> None:
    for host in (*door.hosts, *(site.partition("/")[0] for site in door.websites)):
        assert TABLE.typo_of(host.replace("*", "mine").partition(":")[0]) is None


@pytest.mark.parametrize(
    ("host", "port", "path", "door"),
    [
        ("api.openai.com", None, "", "openai"),
        ("API.OpenAI.com.", 443, "/v1", "openai"),
        ("eu.api.openai.com", None, "", "openai"),
        ("mine.openai.azure.com", None, "", "azure-openai"),
        ("us-east5-aiplatform.googleapis.com", None, "", "vertex"),
        ("bedrock-runtime.us-east-1.amazonaws.com", None, "", "bedrock"),
        ("token-plan.cn-beijing.maas.aliyuncs.com", None, "", "dashscope-token-cn"),
        ("ws-1.cn-beijing.maas.aliyuncs.com", None, "", "dashscope-workspace"),
        ("opencode.ai", None, "/zen/v1", "opencode-zen"),
        ("opencode.ai", None, "/zen/go/v1", "opencode-go"),
        ("opencode.ai", None, "/zen/gone/v1", "opencode-zen"),
        ("open.bigmodel.cn", None, "/api/paas/v4", "zhipu-cn"),
        ("open.bigmodel.cn", None, "/api/coding/paas/v4/", "zhipu-cn-coding"),
        ("ark.cn-beijing.volces.com", None, "/api/coding", "volcengine-coding"),
        ("localhost", 11434, "/v1", "ollama-local"),
        ("127.0.0.1", 11434, "", "ollama-local"),
        ("[::1]", 11434, "", "ollama-local"),
        ("localhost", 11435, "", None),
        ("localhost", None, "", None),
        ("evil-openai.azure.com", None, "", None),
        ("api.openai.com.evil.example", None, "", None),
        ("", None, "", None),
    ],
)
def test_of_host(host: str, port: int | None, path: str, door: str | None) -> None:
    found = TABLE.of_host(host, port, path)
    assert (found.id if found else None) == door


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("api.opnai.com", "api.openai.com"),
        ("api.openia.com", "api.openai.com"),
        ("api.openaii.com", "api.openai.com"),
        ("aip.openai.com", "api.openai.com"),
        ("api.openai.con", "api.openai.com"),
        ("api.openai.co", "api.openai.com"),
        ("api.openai.comv1", "api.openai.com"),
        ("api.openai.cn", "api.openai.com"),
        ("open.ai", "api.openai.com"),
        ("api.antropic.com", "api.anthropic.com"),
        ("api.antrhopic.com", "api.anthropic.com"),
        ("API.Deepsek.com", "api.deepseek.com"),
        ("api.gorq.com", "api.groq.com"),
        ("openruter.ai", "openrouter.ai"),
        ("dashscope.aliyun.com", "dashscope.aliyuncs.com"),
        ("open.bigmodle.cn", "open.bigmodel.cn"),
        ("generativelanguage.googleapi.com", "generativelanguage.googleapis.com"),
    ],
)
def test_typos(host: str, meant: str) -> None:
    found = TABLE.typo_of(host)
    assert found is not None
    assert found[0] == meant
    assert TABLE.of_host(meant) == found[1]


@pytest.mark.parametrize(
    "host",
    [
        "api.openai-proxy.com",
        "api.openai-hk.com",
        "api.openai1.com",
        "api.deepseek.xyz",
        "api.kiwi.com",
        "api.grok.com",
        "api.beta.ai",
        "api.openapi.com",
        "api.minimax.com",
        "api.minimax.io",
        "api.minimaxi.com",
        "api.moonshot.ai",
        "api.siliconflow.com",
        "app.fireworks.ai",
        "api.relay.example",
        "api.opnai.test",
        "localhost",
        "opena1",
        "10.0.0.1",
        "::1",
        "",
    ],
)
def test_no_typos(host: str) -> None:
    assert TABLE.typo_of(host) is None


@pytest.mark.parametrize(
    ("host", "path", "door"),
    [
        ("platform.openai.com", "/api-keys", "openai"),
        ("www.openai.com", "", "openai"),
        ("chatgpt.com", "/", "openai"),
        ("chatgpt.com", "/backend-api/codex", None),
        ("claude.ai", "", "anthropic"),
        ("console.anthropic.com", "/v1", "anthropic"),
        ("chat.deepseek.com", "", "deepseek"),
        ("platform.deepseek.com", "", "deepseek"),
        ("deepseek.com", "", "deepseek"),
        ("platform.moonshot.cn", "", "moonshot-cn"),
        ("www.kimi.com", "", "moonshot-cn"),
        ("www.kimi.com", "/code/console", "kimi-code"),
        ("bigmodel.cn", "", "zhipu-cn"),
        ("open.bigmodel.cn", "", None),
        ("x.ai", "", "xai"),
        ("console.groq.com", "/keys", "groq"),
        ("aistudio.google.com", "", "gemini"),
        ("huggingface.co", "", "huggingface"),
        ("build.nvidia.com", "", "nvidia"),
        ("openrouter.ai", "/api/v1", None),
        ("api.openai.com", "", None),
        ("example.com", "", None),
    ],
)
def test_websites(host: str, path: str, door: str | None) -> None:
    found = TABLE.website_of(host, path)
    assert (found.id if found else None) == door


def test_variables() -> None:
    assert [door.id for door in TABLE.for_variable("OPENAI_API_KEY")] == ["openai"]
    assert {door.id for door in TABLE.for_variable("MOONSHOT_API_KEY")} == {"moonshot-cn", "moonshot-intl"}
    assert TABLE.for_variable("NO_SUCH_KEY") == ()
    assert [door.id for door in TABLE.base_url_variables["OPENAI_BASE_URL"]] == ["openai"]


def test_endpoints() -> None:
    anthropic = TABLE.get("anthropic")
    assert anthropic is not None
    assert anthropic.endpoint("anthropic") == Endpoint(
        "anthropic", "https://api.anthropic.com", ("bearer", "x-api-key")
    )
    assert anthropic.endpoint("openai") is None
    assert TABLE.get("openai").base_urls("openai") == ("https://api.openai.com/v1",)  # type: ignore[union-attr]
    assert TABLE.get("nobody") is None


def test_the_built_form_reads_the_same(tmp_path: Path) -> None:
    source = facts_folder() / "doors.toml"
    built = tmp_path / "doors.json"
    built.write_text(json.dumps({"facts": {"date": "2026-11-30"}, "door": compiled(read(source))}), encoding="utf-8")
    assert read(built) == read(source)


def test_a_users_door_wins(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(ENTRY.replace("relay", "openai"), encoding="utf-8")
    merged = merge(TABLE, read(mine))
    assert len(merged) == len(TABLE)
    assert merged.get("openai").company == "me"  # type: ignore[union-attr]
    assert merged.of_host("api.openai.com") is None
    assert merged.of_host("llm.example.com") == merged.get("openai")


ENTRY = """
[[door]]
id = "relay"
name = "Mine"
company = "me"
kind = "aggregator"
hosts = ["llm.example.com"]
endpoints = [{ protocol = "openai", base_url = "https://llm.example.com/v1" }]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[door]\n", "line 1"),
        ("x = 1", "no [[door]] entry"),
        ("door = [1]", "entry 1: it is not a table"),
        (ENTRY.replace('name = "Mine"', ""), "entry 1 (relay): name is missing"),
        (ENTRY.replace('"me"', "7"), "company is not a string"),
        (ENTRY + 'colour = "red"\n', "unknown field colour"),
        (ENTRY.replace("aggregator", "shop"), "kind is 'shop', not one of"),
        (ENTRY.replace('protocol = "openai"', 'protocol = "soap"'), "protocol is 'soap'"),
        (ENTRY.replace("https://", "ftp://"), "base_url is not"),
        (ENTRY.replace('/v1"', '/v1", auth = ["cookie"]'), "auth is 'cookie'"),
        (ENTRY + 'keys = [{ shape = "a", confidence = "sure" }]\n', "confidence is 'sure'"),
        (ENTRY + 'keys = [{ shape = "a", confidence = "likely", length = [9, 2] }]\n', "length is neither"),
        (ENTRY + 'key_env = "KEY"\n', "key_env is not a list of strings"),
        (ENTRY + ENTRY, "entry 2 (relay): the id is used twice"),
    ],
)
def test_a_bad_file_names_file_and_entry(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DoorsError) as raised:
        read(path)
    assert message in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DoorsError):
        read(tmp_path / "none.toml")
