"""The facts that were collected in November 2026 are known: doors, ends, models, kinds of keys, hosts and texts.

The tables below are what was collected; the catalogue is compared with them, not with itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from diagnose.answers.explain import explain
from probes.catalog.apps import load as load_apps
from probes.catalog.door import Door
from probes.catalog.doors import Doors, builtin
from probes.catalog.fact_files import read_facts
from probes.catalog.model_ends import end_of_model, model_ends, successors
from probes.keys.owner import fit, identify
from probes.pasted.pasted_text import read
from probes.pasted.vendors import named_vendor, vendor
from worlds.refusals import REFUSALS
from worlds.refusals import read as read_refusal

TABLE = Doors(builtin())
DAY = "2026-11-29"
# id, base URL, variable of the key; a hyphen where the source names none.
DOORS = """
    poolside https://inference.poolside.ai/v1 POOLSIDE_API_KEY
    sakana https://api.sakana.ai/v1 SAKANA_API_KEY
    amazon-nova https://api.nova.amazon.com/v1 NOVA_API_KEY
    cognition https://api.cognition.ai/v1 COGNITION_API_KEY
    sarvam https://api.sarvam.ai/v1 SARVAM_API_KEY
    gigachat https://gigachat.devices.sberbank.ru/api/v1 GIGACHAT_CREDENTIALS
    nearai https://cloud-api.near.ai/v1 NEARAI_API_KEY
    tinfoil https://inference.tinfoil.sh/v1 TINFOIL_API_KEY
    stackit https://api.openai-compat.model-serving.eu01.onstackit.cloud/v1 STACKIT_API_KEY
    vultr https://api.vultrinference.com/v1 VULTR_API_KEY
    crusoe https://api.inference.crusoecloud.com/v1 CRUSOE_API_KEY
    parasail https://api.parasail.io/v1 PARASAIL_API_KEY
    inference-net https://inference.net/v1 INFERENCE_API_KEY
    cortecs https://api.cortecs.ai/v1 CORTECS_API_KEY
    berget https://api.berget.ai/v1 BERGET_API_KEY
    evroc https://models.think.evroc.com/v1 EVROC_API_KEY
    regolo https://api.regolo.ai/v1 REGOLO_API_KEY
    cloudferro-sherlock https://api-sherlock.cloudferro.com/openai/v1 CLOUDFERRO_SHERLOCK_API_KEY
    publicai https://api.publicai.co/v1 PUBLICAI_API_KEY
    llmgateway https://api.llmgateway.io/v1 LLMGATEWAY_API_KEY
    fastrouter https://go.fastrouter.ai/api/v1 FASTROUTER_API_KEY
    abacus https://routellm.abacus.ai/v1 ABACUS_API_KEY
    edenai https://api.edenai.run/v3 EDENAI_API_KEY
    assemblyai-gateway https://llm-gateway.assemblyai.com/v1 ASSEMBLYAI_API_KEY
    apertis https://api.stima.tech/v1 STIMA_API_KEY
    hostinger-router https://router.hostinger.com/v1 HOSTINGER_ROUTER_API_KEY
    tensormesh https://serverless.tensormesh.ai/v1 TENSORMESH_INFERENCE_API_KEY
    openinfer https://api.openinfer.ai/v1 OPENINFER_API_KEY
    scx-ai https://api.scx.ai/v1 SCX_API_KEY
    zerogpu https://api.zerogpu.ai/v1 ZEROGPU_API_KEY
    libertai https://api.libertai.io/v1 LIBERTAI_API_KEY
    neosantara https://api.neosantara.xyz/v1 NEOSANTARA_API_KEY
    sail https://api.sailresearch.com/v1 SAIL_API_KEY
    hpc-ai https://api.hpc-ai.com/inference/v1 HPC_AI_API_KEY
    wafer https://pass.wafer.ai/v1 WAFER_API_KEY
    umans-code https://api.code.umans.ai/v1 UMANS_AI_API_KEY
    kuae-coding https://coding-plan-endpoint.kuaecloud.net/v1 KUAE_API_KEY
    command-code https://api.commandcode.ai/provider/v1 -
    submodel https://llm.submodel.ai/v1 SUBMODEL_INSTAGEN_ACCESS_KEY
    qihang https://api.qhaigc.net/v1 QIHANG_API_KEY
    lanyun https://maas-api.lanyun.net/v1 -
    ph8 https://ph8.co/v1 -
    xirang https://wishub-x1.ctyun.cn/v1 -
    burncloud https://ai.burncloud.com/v1 -
    ocoolai https://api.ocoolai.com/v1 -
    tokenflux https://tokenflux.ai/v1 -
    cephalon https://cephalon.cloud/user-center/v1/model -
    shengsuanyun https://router.shengsuanyun.com/api/v1 -
    packyapi https://www.packyapi.ai/v1 -
    cubence https://api.cubence.com/v1 -
    aicodemirror https://api.aicodemirror.ai/api/codex/backend-api/codex -
    rightapi https://www.rightapi.ai/codex/v1 -
    crazyrouter https://cn.crazyrouter.com/v1 -
    therouter https://api.therouter.ai/v1 -
    teamorouter https://api.teamorouter.com/v1 -
    subrouter https://subrouter.ai/v1 -
    runapi https://runapi.co/v1 -
    micuapi https://www.micuapi.ai/v1 -
    jina https://api.jina.ai/v1 JINA_API_KEY
    gitlab-duo - GITLAB_TOKEN
    sap-ai-core - AICORE_SERVICE_KEY
    neon-ai-gateway - NEON_AI_GATEWAY_BASE_URL
"""
COLLECTED = [line.split() for line in DOORS.strip().splitlines()]
# Doors that share a host with another one, told apart by the path.
ENDED = {
    "github-models": ("2026-07-30", "azure-foundry"),
    "llama-api": ("2026-07-06", "meta-model-api"),
    "lambda": ("2025-09-25", ""),
    "qwen-portal": ("2026-04-15", "dashscope-coding-cn"),
    "iflow": ("2026-04-17", "Qoder"),
}
MODELS = [
    ("deepseek", "deepseek-chat", "2026-07-24", "deepseek-v4-flash"),
    ("deepseek", "deepseek-reasoner", "2026-07-24", "deepseek-v4-pro"),
    ("openai", "gpt-3.5-turbo", "2026-10-23", "gpt-5.6-terra"),
    ("openai", "gpt-4.1-nano", "2026-10-23", "gpt-5.6-luna"),
    ("openai", "gpt-4-turbo", "2026-10-23", "gpt-5.6-sol"),
    ("anthropic", "claude-sonnet-4-20250514", "2026-06-15", "claude-sonnet-4-6"),
    ("gemini", "models/gemini-2.0-flash", "2026-06-01", "gemini-2.5-flash"),
    ("groq", "llama-3.3-70b-versatile", "2026-08-16", "openai/gpt-oss-120b"),
    ("groq", "llama-3.1-8b-instant", "2026-08-16", "openai/gpt-oss-20b"),
    ("cerebras", "llama3.1-8b", "2026-05-27", ""),
    ("cerebras", "qwen-3-235b-a22b-instruct", "2026-05-27", ""),
    ("huggingface", "meta-llama/Llama-3.1-8B-Instruct:nebius", "2026-06-29", ""),
]
BODY = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4i5J6k7L8m9N0o1P2q3R4s5T6u7V"
KEYS = [
    # key, door that it is given to, fit, kind or empty
    ("AIza" + BODY[:35], "gemini", "wrong_kind", "ended_key"),
    ("AQ.Ab8RN6" + BODY[:44], "gemini", "fits", ""),
    ("IQ." + BODY[:44], "gemini", "fits", ""),
    (f"sk-ant-oat01-{BODY[:95]}", "anthropic", "wrong_kind", "login_or_service"),
    (f"sk-ant-ort01-{BODY[:95]}", "anthropic", "wrong_kind", "oauth"),
    ("ek_" + "0123456789abcdef" * 2, "openai", "wrong_kind", "realtime_secret"),
    ("sky_" + BODY[:32], "poolside", "fits", ""),
    ("sk-ws-" + BODY[:32], "dashscope-intl", "fits", ""),
    ("sk-cp-" + BODY[:37], "minimax-intl", "truncated", ""),
    ("sk-cp-" + BODY[:60], "minimax-cn", "fits", ""),
    ("llx-" + BODY[:48], "llama-api", "wrong_kind", "other_product"),
    ("sk-lf-12345678-1234-4abc-8def-1234567890ab", "openai", "wrong_kind", "other_product"),
    ("jina_" + BODY[:40], "jina", "fits", ""),
]
# What each text of the facts means, as `explain` reads it, and the row of `worlds/refusals.py` that sends it through
# `check`. The words of a client meet no check: a world or a test of its own has their cause.
TEXTS = [
    (
        "key.wrong_kind",
        "google old key",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    ),
    (
        "url.host_retired",
        "gemini login ended",
        "This client is no longer supported for Gemini Code Assist for individuals.",
    ),
    ("url.host_retired", "github models ended", "github_models_retirement_brownout"),
    (
        "quota.exhausted",
        "anthropic extra usage",
        "You're out of extra usage. Add more at claude.ai/settings/usage and keep going.",
    ),
    ("stream.websocket_refused", "", "Falling back from WebSockets to HTTPS transport"),
    ("stream.websocket_refused", "gateway without websocket", "Responses WebSocket transport is disabled; use HTTP"),
    ("stream.websocket_closed", "", "close frame 1008 Policy"),
    ("model.parameter_rejected", "azure api version", "API version not supported"),
    ("url.host_retired", "qwen login ended", "Qwen OAuth free tier has been discontinued."),
    ("quota.exhausted", "sambanova without a card", "PAYMENT_METHOD_REQUIRED"),
    (
        "model.parameter_rejected",
        "openai tools with effort",
        "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions",
    ),
    (
        "auth.not_permitted",
        "anthropic oauth of the organization",
        "OAuth authentication is currently not allowed for this organization.",
    ),
    (
        "auth.expired",
        "anthropic usage page",
        "rate_limit_error with retry-after 1022 for an expired OAuth token at /api/oauth/usage",
    ),
    ("tcp.timeout", "", "AggregateError ETIMEDOUT ... Cannot connect to API (Node, high-latency host)"),
    (
        "app.companion_unreachable",
        "",
        "Failed to connect to platform.claude.com: Status 403 ... Unable to connect to Anthropic services",
    ),
    (
        "model.parameter_rejected",
        "anthropic foreign signature",
        "messages.3.content.0: Invalid `signature` in `thinking` block",
    ),
    ("app.sdk_mismatch", "", "Expected an instance of `httpx2.Client`"),
    (
        "app.sdk_mismatch",
        "",
        "Invalid `http_client` argument; `httpx.Client` is from the `httpx` package, but this SDK uses `httpx2`.",
    ),
]
# What versions of SDKs and clients changed: app, and names of what is gone and what is new.
CHANGES = [
    ("openai-sdk", "3.0.0", {"httpx", "certifi"}, {"httpx2", "truststore"}),
    ("anthropic-sdk", "1.0.0", {"httpx", "temperature", "top_p", "top_k"}, {"httpx2"}),
    (
        "claude-code",
        "",
        set(),
        {
            f"anthropic-beta: {name}"
            for name in (
                *("advisor-tool-2026-03-01", "per-turn-control-2026-07-01", "mid-conversation-tool-changes-2026-07-01"),
                *("cache-diagnosis-2026-04-07", "fast-mode-2026-02-01"),
            )
        },
    ),
    ("claude-code", "", set(), {"GET /protocol"}),
    (
        "claude-code",
        "",
        {"https://console.anthropic.com/v1/oauth/token", "https://claude.ai/oauth/authorize"},
        {"https://platform.claude.com/v1/oauth/token", "https://claude.com/cai/oauth/authorize"},
    ),
    ("codex", "", {'wire_api = "chat"'}, {'wire_api = "responses"'}),
    ("codex", "", set(), {"WebSocket /responses", "OpenAI-Beta: responses_websockets=2026-02-06"}),
    ("antigravity-cli", "", {"gemini-cli"}, {"agy", "GOOGLE_GEMINI_BASE_URL", "CLOUD_CODE_URL"}),
]
# Texts that these changes bring about, the code, and words of a step.
CHANGED_TEXTS = [
    ("ImportError in openai/_client.py: No module named 'httpx'", "app.sdk_mismatch", "httpx2"),
    (
        "TypeError: Messages.create() got an unexpected keyword argument 'temperature'",
        "app.sdk_mismatch",
        "Remove temperature",
    ),
    (
        '400 {"error":{"message":"Unexpected value(s) `fast-mode-2026-02-01` for the `anthropic-beta` header."}}',
        "http.header_rejected",
        "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1",
    ),
    ('Error loading config.toml: `wire_api = "chat"` is no longer supported', "app.sdk_mismatch", '"responses"'),
    (
        "POST https://console.anthropic.com/v1/oauth/token failed: 429 rate_limit_error",
        "url.host_retired",
        "platform.claude.com",
    ),
]


def known(id: str) -> Door:
    door = TABLE.get(id)
    assert door is not None, id
    return door


@pytest.mark.parametrize(("id", "url", "variable"), COLLECTED, ids=[row[0] for row in COLLECTED])
def test_every_collected_door_is_known(id: str, url: str, variable: str) -> None:
    door = known(id)
    assert door.provenance.source and door.provenance.seen == DAY
    if variable != "-":
        assert variable in (*door.key_env, *door.base_url_env)
    if url != "-" and "{" not in url:
        assert url in {endpoint.base_url for endpoint in door.endpoints}
        parts = urlsplit(url)
        assert TABLE.of_host(parts.hostname or "", None, parts.path) is door


def test_changed_hosts_and_paths() -> None:
    assert TABLE.of_host("tokenhub.tencentmaas.cn") is known("tencent-tokenhub-cn")
    paths = {endpoint.path for endpoint in known("qianfan").endpoints}
    assert {"/v2/coding", "/v2/tokenplan/personal"} <= paths
    assert TABLE.website_of("qianwenai.com") is known("dashscope-cn")
    assert TABLE.website_of("www.qwencloud.com") is known("dashscope-intl")


BALANCES = {
    "deepseek": "https://api.deepseek.com/user/balance",
    "openrouter": "https://openrouter.ai/api/v1/credits",
    "siliconflow-cn": "https://api.siliconflow.cn/v1/user/info",
    "siliconflow-intl": "https://api.siliconflow.com/v1/user/info",
    "stepfun-cn": "https://api.stepfun.com/v1/accounts",
    "novita": "https://api.novita.ai/v3/user/balance",
    "kimi-code": "https://api.kimi.com/coding/v1/usages",
    "moonshot-intl": "https://api.moonshot.ai/v1/users/me/balance",
    "moonshot-cn": "https://api.moonshot.cn/v1/users/me/balance",
}


@pytest.mark.parametrize("id", BALANCES)
def test_balance_addresses_have_a_source_and_a_day(id: str) -> None:
    balance = known(id).balance
    assert balance is not None and balance.url == BALANCES[id]
    assert balance.provenance.source and balance.provenance.seen >= DAY


@pytest.mark.parametrize("id", ENDED)
def test_ended_services_have_a_day_and_a_successor(id: str) -> None:
    end, (day, successor) = known(id).provenance, ENDED[id]
    assert (end.end, end.over, end.ended(day)) == (day, True, True)
    assert successor in end.successor if successor else end.successor == ()
    assert end.source


@pytest.mark.parametrize(("door", "model", "day", "successor"), MODELS)
def test_ended_models_name_their_successor(door: str, model: str, day: str, successor: str) -> None:
    end = end_of_model(model, door)
    assert end is not None and end.provenance.end == day and not end.routed
    assert successor in end.provenance.successor if successor else not end.provenance.successor
    assert successors(model, door, "2020-01-01", None) == ()


def test_a_successor_that_is_gone_too_is_not_named() -> None:
    assert successors("gpt-4-0314", "openai", "2026-11-29", None) == ("gpt-5.6-sol", "gpt-5")
    assert successors("gpt-4-0314", "openai", "2026-12-11", None) == ("gpt-5.6-sol",)
    assert successors("deepseek-chat", "deepseek", DAY, ("deepseek-flash",)) == ("deepseek-flash",)
    assert successors("llama-3.3-70b", None, DAY, ("gpt-oss-120b",)) == ("gpt-oss-120b",)
    assert successors("deepseek-chat", "openrouter", DAY, ("deepseek-flash",)) == ()


def test_every_row_about_models_names_known_doors_and_models() -> None:
    for row in model_ends():
        assert known(row.door) and row.names and row.provenance.end and row.provenance.source
        assert not set(row.provenance.successor) & set(row.names)


@pytest.mark.parametrize(("key", "door", "wanted", "kind"), KEYS, ids=[row[0][:8] for row in KEYS])
def test_kinds_of_keys(key: str, door: str, wanted: str, kind: str) -> None:
    found = fit(key, known(door), local=False, day=DAY)
    assert (found.fit, found.note if kind else "") == (wanted, kind)


def test_kinds_of_keys_are_judged_by_the_day_that_is_given() -> None:
    old, oat = "AIza" + BODY[:35], f"sk-ant-oat01-{BODY[:95]}"
    assert [fit(old, known("gemini"), local=False, day=day).fit for day in ("", "2026-06-18", "2026-06-19")] == [
        "fits",
        "fits",
        "wrong_kind",
    ]
    ended = fit(old, known("gemini"), local=False, day=DAY)
    assert (ended.ended, ended.successor, ended.house) == ("2026-06-19", "AQ.", "Google Gemini API (AI Studio)")
    assert ended.console == "https://aistudio.google.com/apikey" and not ended.certain and not ended.elsewhere
    notes = [fit(oat, known("anthropic"), local=False, day=day).note for day in ("2026-04-30", "2026-05-01")]
    assert notes == ["oauth", "login_or_service"]
    assert fit(oat, known("openai"), local=False, day=DAY).fit == "other_door"
    assert identify("sk-lf-12345678-1234-4abc-8def-1234567890ab") == ()


@pytest.mark.parametrize(("code", "refusal", "text"), TEXTS, ids=[text[:30] for *_, text in TEXTS])
def test_texts_are_explained_and_go_through_a_check(code: str, refusal: str, text: str) -> None:
    found = explain(read(text))
    assert found and found[0].code == code
    if refusal:
        row = next(one for one in REFUSALS if one.name == refusal)
        assert row.code == code and row.root in ("", code), "`test_dialect_worlds.py` runs each row"
        matches = read_refusal(row)
        assert matches and matches[0].code == code


@pytest.mark.parametrize(("app", "version", "gone", "new"), CHANGES, ids=range(len(CHANGES)))
def test_what_clients_changed_is_known(app: str, version: str, gone: set[str], new: set[str]) -> None:
    known_app = load_apps().get(app)
    assert known_app is not None
    change = next(one for one in known_app.changes if (set(one.gone), set(one.new)) == (gone, new))
    assert change.version == version and change.provenance.seen == DAY and change.provenance.source


@pytest.mark.parametrize(("text", "code", "step"), CHANGED_TEXTS, ids=range(len(CHANGED_TEXTS)))
def test_what_changed_is_explained(text: str, code: str, step: str) -> None:
    first = explain(read(text))[0]
    assert first.code == code and step in " ".join(first.text.steps)


# -- what is gone is proposed nowhere ----------------------------------------------------------------------------------


def test_no_ended_service_is_proposed() -> None:
    over = {door.id for door in TABLE if door.provenance.over}
    assert over >= ENDED.keys()
    for door in TABLE:
        assert not over & {site.id for site in TABLE.sister_sites(door)}
        living = [one for one in door.provenance.successor if TABLE.get(one)]
        assert not over & set(living), "the successor has ended too"
        end = end_of_model(door.small_model, door.id) if door.small_model else None
        if door.id not in over and end is not None:
            assert end.routed or not end.provenance.over, "the small model has been retired"
    for id in over:
        told = vendor(known(id))
        assert told.get("ended") or told["perhaps_ended"]
        assert "console" not in told and "key_env" not in told
        assert named_vendor(id).get("door_id") != id


def test_the_text_of_an_ended_host_says_so() -> None:
    text = read("401 from https://models.github.ai/inference/chat/completions: Bad credentials")
    found = explain(text, "en", "github-models")
    assert found[0].code == "url.host_retired"
    assert "2026-07-30" in found[0].text.explanation
    assert "settings/personal-access-tokens" not in str(found)
    lambda_function = read("AWS Lambda: fetch failed, connect ETIMEDOUT 10.0.0.1:443")
    assert "url.host_retired" not in {one.code for one in explain(lambda_function)}


def test_companions_are_hosts_of_known_apps() -> None:
    rows = read_facts("companions")["companion"]
    assert {"platform.claude.com", "downloads.claude.ai", "auth.openai.com"} <= {
        host for row in rows for host in row["hosts"]
    }
    for row in rows:
        assert load_apps().get(row["app"]) is not None and row["need"] and row["source"]
