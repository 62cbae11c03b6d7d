"""The table of worlds with credentials that tell about themselves: tokens, Bedrock keys, keys of cloud accounts, cut keys,
keys of sister sites, and a relay that quotes its own key (rows C1 to C8 of the field of November 2026).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from worlds.settings import AZURE, GEMINI, OPENAI, at, claude, door, said, stranger
from worlds.stage import RELAY, Scenario

LONG_AGO, FAR = 1_600_000_000, 4_000_000_000  # 2020-09-13 and 2096-10-02, in seconds since 1970
GATEWAY = "https://llm.corp.example/v1"
ENTRA = "https://sts.windows.net/00000000-1111-2222-3333-444444444444/"
VERTEX = "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/endpoints/openapi"
MANTLE = "https://bedrock-mantle.eu-west-1.api.aws/v1"
ARK = "https://ark.cn-beijing.volces.com/api/v3"
OFFLINE = "the credential itself says it, before anything is sent; the practice door would accept no other"


def _part(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def token(key: str = "", **claims: Any) -> str:
    """Make a JWT that nobody has signed; it is valid for long unless the claims say otherwise."""
    body = {"exp": FAR, "nbf": LONG_AGO, "sub": "made-up"} | claims
    return f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(body)}.{(key[3:] or 'made-up-signature-of-nobody')}"


def jwt(**claims: Any) -> Callable[[str], str]:
    return lambda key: token(key, **claims)


def bedrock(region: str, seconds: int = 2_000_000_000, date: str = "20200913T122640Z") -> str:
    """Make a short-term Bedrock key: a pre-signed URL in base64, with a signature that nobody made."""
    url = (
        "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential=ASIAMADEUPMADEUPMADE%2F{date[:8]}%2F{region}%2Fbedrock%2Faws4_request"
        f"&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host&X-Amz-Signature={'5eed' * 16}&Version=1"
    )
    return "bedrock-api-key-" + base64.b64encode(url.encode()).decode()


def accepting(value: str, make: Callable[..., Handler] = b.openai, **more: Any) -> Callable[[str], Handler]:
    return lambda key: make(value, **more)


def _quoting(masked: str, **more: Any) -> Callable[[str], Handler]:
    """Make a relay that takes the user's key and passes on its provider's refusal of another one."""
    return door(chat=_quoted(masked), stream=_quoted(masked), **more)


def _quoted(masked: str) -> Reply:
    message = f"Incorrect API key provided: {masked}. You can find your API key in the console."
    return said(401, {"error": {"message": message, "type": "invalid_request_error", "code": "invalid_api_key"}})


BEDROCK = (
    Scenario(
        "cred-bedrock-other-region",
        "key.wrong_region",
        stranger(),
        MANTLE,
        typed=lambda key: bedrock("us-east-1"),
        says=("us-east-1", "https://bedrock-mantle.us-east-1.api.aws/v1"),
        never=("auth.expired",),
    ),
    Scenario(
        "cred-bedrock-expired",
        "auth.expired",
        stranger(),
        MANTLE,
        typed=lambda key: bedrock("eu-west-1", 43200),
        says=("2020-09-14 00:26 UTC", "12 hours"),
        never=("key.wrong_region",),
    ),
    Scenario(
        "cred-bedrock-other-region-anthropic",
        "key.wrong_region",
        stranger(b.anthropic, prefix="/anthropic"),
        "https://bedrock-mantle.us-west-2.api.aws/anthropic",
        protocol="anthropic",
        model=answers.CLAUDES[0],
        typed=lambda key: bedrock("ap-northeast-1"),
        says=("https://bedrock-mantle.ap-northeast-1.api.aws/anthropic",),
    ),
    Scenario(
        "cred-bedrock-runtime-other-region",
        "key.wrong_region",
        stranger(prefix="/openai/v1"),
        "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1",
        typed=lambda key: bedrock("us-east-1"),
        says=("https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",),
    ),
    Scenario(
        "cred-bedrock-expired-at-relay",
        "auth.expired",
        stranger(),
        RELAY,
        typed=lambda key: bedrock("us-east-1", 60),
        also=("key.official_elsewhere",),
        says=("https://console.aws.amazon.com/bedrock",),
    ),
    Scenario(
        "cred-bedrock-sound", None, accepting(bedrock("eu-west-1")), MANTLE, typed=lambda key: bedrock("eu-west-1")
    ),
    Scenario(
        "cred-bedrock-long-term",
        "auth.rejected",
        stranger(),
        MANTLE,
        typed=lambda key: "ABSK" + base64.b64encode(f"BedrockAPIKey-made-at-000000000000:{key}{key}".encode()).decode(),
        also=("key.wrong_region",),
        says=("eu-west-1",),
    ),
)

TOKENS = (
    Scenario(
        "cred-ci-token-at-openai",
        "key.wrong_kind",
        stranger(),
        OPENAI,
        typed=jwt(iss="https://token.actions.githubusercontent.com", aud="https://api.openai.com/v1"),
        says=("workload_identity", "OPENAI_IDENTITY_TOKEN_FILE"),
    ),
    Scenario(
        "cred-workload-token-at-anthropic",
        "key.wrong_kind",
        stranger(b.anthropic),
        "https://api.anthropic.com",
        typed=jwt(iss="https://kubernetes.default.svc", aud=["https://api.anthropic.com"]),
        says=("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_IDENTITY_TOKEN_FILE"),
    ),
    Scenario(
        "cred-entra-other-audience",
        "key.wrong_audience",
        stranger(prefix="/openai/v1"),
        AZURE,
        typed=jwt(iss=ENTRA, aud="https://management.azure.com/"),
        says=("management.azure.com", "az account get-access-token --resource https://cognitiveservices.azure.com"),
        never=("auth.expired",),
    ),
    Scenario(
        "cred-entra-graph",
        "key.wrong_audience",
        stranger(prefix="/openai/v1"),
        AZURE,
        typed=jwt(iss=ENTRA, aud="00000003-0000-0000-c000-000000000000"),
    ),
    Scenario(
        "cred-entra-expired",
        "auth.expired",
        stranger(prefix="/openai/v1"),
        AZURE,
        typed=jwt(iss=ENTRA, aud="https://cognitiveservices.azure.com", exp=LONG_AGO),
        says=("2020-09-13 12:26 UTC", "new token"),
    ),
    Scenario(
        "cred-entra-sound",
        None,
        accepting(token(iss=ENTRA, aud="https://cognitiveservices.azure.com"), prefix="/openai/v1"),
        AZURE,
        typed=lambda key: token(iss=ENTRA, aud="https://cognitiveservices.azure.com"),
    ),
    Scenario(
        "cred-google-id-token",
        "key.wrong_audience",
        stranger(prefix="/v1/projects/p/locations/us-central1/endpoints/openapi"),
        VERTEX,
        typed=jwt(iss="https://accounts.google.com", aud="32555940559.apps.googleusercontent.com"),
        says=("32555940559.apps.googleusercontent.com",),
    ),
    Scenario(
        "cred-kubernetes-at-gateway",
        "key.wrong_audience",
        stranger(),
        GATEWAY,
        typed=jwt(iss="https://kubernetes.default.svc.cluster.local", aud=["https://kubernetes.default.svc"]),
        says=("https://kubernetes.default.svc", "Kubernetes"),
    ),
    Scenario(
        "cred-token-expired-at-gateway",
        "auth.expired",
        stranger(),
        GATEWAY,
        typed=jwt(iss="https://login.corp.example/oauth2", aud="llm.corp.example", exp=LONG_AGO),
        says=("new token",),
    ),
    Scenario(
        "cred-token-early",
        "auth.expired",
        stranger(),
        GATEWAY,
        typed=jwt(iss="https://login.corp.example/oauth2", aud="llm.corp.example", nbf=FAR - 1000),
        says=("not valid yet", "clock"),
    ),
    Scenario(
        "cred-token-refused-at-gateway",
        "auth.rejected",
        stranger(),
        GATEWAY,
        typed=jwt(iss="https://login.corp.example/oauth2", aud="llm.corp.example"),
        says=("new token",),
    ),
    Scenario(
        "cred-token-expired-and-accepted",
        None,
        accepting(token(iss="https://login.corp.example/oauth2", exp=LONG_AGO)),
        GATEWAY,
        typed=lambda key: token(iss="https://login.corp.example/oauth2", exp=LONG_AGO),
    ),
    Scenario(
        "cred-web-session",
        "key.wrong_kind",
        stranger(),
        OPENAI,
        typed=jwt(iss="https://abcdefghijklmnop.supabase.co/auth/v1", aud="authenticated"),
        says=("Supabase", "platform.openai.com/api-keys"),
    ),
    Scenario(
        "cred-web-session-at-relay",
        "key.wrong_kind",
        stranger(),
        RELAY,
        typed=jwt(iss="https://made-up.clerk.accounts.dev", azp="https://app.made-up.example"),
        says=("Clerk",),
    ),
    Scenario(
        "cred-sso-token-at-gateway",
        "auth.rejected",
        stranger(),
        GATEWAY,
        typed=jwt(iss="https://sso.corp.example/realms/staff", aud="account"),
        never=("key.wrong_audience", "key.wrong_kind"),
    ),
    Scenario(
        "cred-token-of-the-gateways-own-audience",
        "auth.rejected",
        stranger(),
        GATEWAY,
        typed=jwt(iss=ENTRA, aud="api://llm-gateway"),
        never=("key.wrong_audience",),
    ),
    claude(
        "cred-ci-token",
        "key.wrong_kind",
        stranger(b.anthropic),
        typed=jwt(iss="https://token.actions.githubusercontent.com", aud="https://github.com/made-up"),
        says=("GitHub Actions",),
        unsent=True,
    ),
    Scenario(
        "cred-unknown-jwt",
        "key.wrong_kind",
        stranger(prefix="", rejected="deepseek-401"),
        "https://api.deepseek.com",
        typed=jwt(iss="https://app.made-up.example", aud="web"),
    ),
    Scenario(
        "cred-jwt-as-key-sound",
        None,
        accepting(token(iss="made-up"), models=("deepseek-ai/DeepSeek-V3",)),
        "https://api.gmi-serving.com/v1",
        model="deepseek-ai/DeepSeek-V3",
        typed=lambda key: token(iss="made-up"),
    ),
    claude(
        "cred-session-anthropic",
        "key.wrong_kind",
        stranger(b.anthropic),
        typed=lambda key: f"sk-ant-sid01-{key[14:]}",
    ),
)

_SECRET = "MadeUpSecretMadeUpSecretMadeUp12"
ACCOUNTS = (
    Scenario(
        "cred-tencent-triple",
        "key.wrong_kind",
        stranger(),
        "https://api.hunyuan.cloud.tencent.com/v1",
        typed=lambda key: f"1250000000|AKIDmadeupmadeupmadeupmadeup123456|{_SECRET}",
        says=("https://console.cloud.tencent.com/hunyuan/api-key",),
    ),
    Scenario(
        "cred-baidu-pair",
        "key.wrong_kind",
        stranger(prefix="/v2"),
        "https://qianfan.baidubce.com/v2",
        typed=lambda key: f"MadeUpMadeUpMadeUp123456|{_SECRET}",
        says=("https://console.bce.baidu.com/qianfan/ais/console/apiKey",),
    ),
    Scenario(
        "cred-volcengine-id",
        "key.wrong_kind",
        stranger(prefix="/api/v3"),
        ARK,
        typed=lambda key: "AKLTMadeUpMadeUpMadeUpMadeUpMadeUpMadeUpMadeUp1",
        says=("https://console.volcengine.com/ark",),
    ),
    Scenario(
        "cred-volcengine-pair",
        "key.wrong_kind",
        stranger(prefix="/api/v3"),
        ARK,
        typed=lambda key: f"AKLTMadeUpMadeUpMadeUpMadeUpMadeUpMadeUpMadeUp1|{_SECRET}{_SECRET}==",
    ),
    Scenario(
        "cred-aws-pair",
        "key.wrong_kind",
        stranger(),
        MANTLE,
        typed=lambda key: f"AKIAMADEUPMADEUPMADE:{_SECRET}12345678",
        says=("https://console.aws.amazon.com/bedrock",),
    ),
    Scenario(
        "cred-alibaba-pair",
        "key.wrong_kind",
        stranger(prefix="/compatible-mode/v1", rejected="dashscope-401"),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        typed=lambda key: f"LTAI5tMadeUpMadeUpMadeUp|{_SECRET[:30]}",
    ),
    Scenario(
        "cred-service-account",
        "key.wrong_kind",
        stranger(b.openai, prefix="/v1beta/openai"),
        GEMINI,
        typed=lambda key: json.dumps({"type": "service_account", "project_id": "made-up", "private_key": key}),
        unsent=True,
        says=("service account",),
    ),
    Scenario(
        "cred-private-key",
        "key.wrong_kind",
        stranger(),
        RELAY,
        typed=lambda key: f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n",
        unsent=True,
        says=("private key",),
    ),
    Scenario(
        "cred-connection-string",
        "key.wrong_kind",
        stranger(prefix="/openai/v1"),
        AZURE,
        typed=lambda key: f"DefaultEndpointsProtocol=https;AccountName=madeup;AccountKey={key}",
        unsent=True,
        says=("connection string",),
    ),
    Scenario(
        "cred-pair-at-own-server-sound",
        None,
        accepting(f"MadeUpMadeUpMadeUp123456|{_SECRET}"),
        GATEWAY,
        typed=lambda key: f"MadeUpMadeUpMadeUp123456|{_SECRET}",
    ),
)

CUT = (
    Scenario(
        "cred-cut-inside-marker",
        "key.truncated",
        stranger(),
        OPENAI,
        shape="openai",
        typed=lambda key: key[:87],  # sk-proj-, 74 characters, T3Blb
        says=("T3BlbkFJ",),
    ),
    Scenario(
        "cred-cut-after-marker",
        "key.truncated",
        stranger(),
        OPENAI,
        shape="openai",
        typed=lambda key: key[:95],
    ),
    Scenario(
        "cred-cut-minimax-plan",
        "key.truncated",
        stranger(rejected="minimax-401"),
        "https://api.minimaxi.com/v1",
        typed=lambda key: f"sk-cp-{key[3:34]}",
        says=("37",),
    ),
    Scenario(
        "cred-cut-bedrock",
        "key.truncated",
        stranger(),
        MANTLE,
        typed=lambda key: f"ABSKQmVkcm9ja0FQSUtl{key[3:10]}",
    ),
)

UPSTREAM = (
    Scenario("cred-relay-quotes-its-key", "auth.upstream", _quoting("sk-zz***00"), says=("sk-zz***00",)),
    Scenario("cred-relay-quotes-its-key-dots", "auth.upstream", _quoting("sk-proj-zz...00zz", listing="openai-404")),
    Scenario("cred-relay-quotes-its-key-tail", "auth.upstream", _quoting("********00zz")),
    Scenario(
        "cred-relay-quotes-the-users-key",
        "auth.rejected",
        lambda key: b.openai("sk-made-up", rejected=_quoted(f"{key[3:7].lower()}****{key[-4:].lower()}")),
    ),
    Scenario(
        "cred-relay-gives-an-example",
        "auth.rejected",
        stranger(rejected=said(401, {"error": {"message": "Invalid token, use sk-***", "type": "x", "code": "y"}})),
        shape="groq",
        also=("key.official_elsewhere",),
    ),
)

_NO_OTHER_HOUSE = ("key.wrong_door",)
SISTERS = (
    Scenario(
        "cred-plan-key-at-ordinary-host",
        "key.wrong_plan",
        stranger(),
        "https://api.xiaomimimo.com/v1",
        shape="xiaomi-plan",
        says=(
            "https://token-plan-cn.xiaomimimo.com/v1",
            "https://token-plan-sgp.xiaomimimo.com/v1",
            "https://token-plan-ams.xiaomimimo.com/v1",
        ),
    ),
    Scenario(
        "cred-ordinary-key-at-plan",
        "key.wrong_plan",
        stranger(),
        "https://coding.dashscope.aliyuncs.com/v1",
        shape="deepseek",
        says=("https://dashscope.aliyuncs.com/compatible-mode/v1", "sk-sp-"),
        never=_NO_OTHER_HOUSE,
    ),
    Scenario(
        "cred-ordinary-key-at-kimi-plan",
        "key.wrong_plan",
        stranger(prefix="/coding/v1", rejected="moonshot-401"),
        **at("https://api.kimi.com/coding/v1", "relay", "kimi-for-coding"),
        says=("https://api.moonshot.cn/v1", "https://api.moonshot.ai/v1", "sk-kimi-"),
        never=_NO_OTHER_HOUSE,
    ),
    Scenario(
        "cred-siliconflow-sites",
        "auth.rejected",
        stranger(rejected="siliconflow-401"),
        **at("https://api.siliconflow.cn/v1", "siliconflow", "Qwen/Qwen3-8B"),
        says=("https://api.siliconflow.com/v1", "may be from another"),
        also=("key.wrong_region",),
        never=_NO_OTHER_HOUSE,
    ),
    Scenario(
        "cred-stepfun-sites",
        "auth.rejected",
        stranger(),
        "https://api.stepfun.com/v1",
        says=("https://api.stepfun.ai/v1",),
        also=("key.wrong_region",),
        never=_NO_OTHER_HOUSE,
    ),
    Scenario(
        "cred-plan-sites",
        "auth.rejected",
        stranger(),
        "https://coding-intl.dashscope.aliyuncs.com/v1",
        shape="sp",
        says=(
            "https://coding.dashscope.aliyuncs.com/v1",
            "https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",
            "https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
        ),
        never=_NO_OTHER_HOUSE,
    ),
    Scenario(
        "cred-zai-sites",
        "auth.rejected",
        stranger(prefix="/api/paas/v4", rejected="zhipu-401"),
        **at("https://api.z.ai/api/paas/v4", "zhipu", "glm-4.5"),
        says=("https://open.bigmodel.cn/api/paas/v4",),
        never=_NO_OTHER_HOUSE,
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*BEDROCK, *TOKENS, *ACCOUNTS, *CUT, *UPSTREAM, *SISTERS)
