"""A fifth table of worlds from public reports, labelled and committed before the first run, after the fourth one.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Reply
from probes.demo_server.web_pages import PAGES
from probes.demo_server.wrong_streams import STREAMS
from probes.model.failure import Kind
from worlds.cases import CLAUDE, claude, ollama, said, without_key
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import always, error, google, unknown
from worlds.stage import LOCAL, Roads, Scenario

_NGINX_404 = answers.as_html("<html><head><title>404 Not Found</title></head><body>nginx</body></html>", 404)
_NOT_A_CHAT_MODEL = error(
    404,
    "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use "
    "v1/completions?",
    type="invalid_request_error",
    param="model",
    code=None,
)
UNPREFIXED = said(
    400,
    {
        "success": False,
        "result": [],
        "messages": [],
        "error": [{"code": 2008, "message": "Invalid provider"}],
        "name": "AiGatewayError",
        "httpCode": 400,
        "internalCode": 2008,
        "message": "Invalid provider",
        "description": "Invalid provider",
    },
)
_AZURE = "https://made-up.openai.azure.com"


def _litellm(route: str, model: str) -> Reply:
    """Return LiteLLM's refusal of a name that its configuration does not have."""
    text = (
        f"{route}: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key."
    )
    return error(400, f"{{'error': '{text}'}}", type="None", param="None", code="400")


SCENARIOS = (
    # -- path ----------------------------------------------------------------------------------------------------------
    Scenario(
        "report5-relay-without-version",
        "url.version_missing",
        lambda key: b.openai(key, elsewhere=_NGINX_404),
        "https://relay.example/",
        first=("https://relay.example/v1",),
        source="raycast/extensions#9723",
    ),
    Scenario(
        "report5-version-too-many-at-open-webui",
        "url.path_wrong",
        lambda key: b.openai(
            key, prefix="/api", models=("llama3",), elsewhere=said(405, {"detail": "Method Not Allowed"})
        ),
        "http://127.0.0.1:{port}/api/v1",
        model="llama3",
        says=("/api",),
        first=("/api",),
        source="ITSpecialist111/ai_automation_suggester#122",
    ),
    Scenario(
        "report5-whole-address-of-a-deployment",
        "url.endpoint_included",
        lambda key: b.azure(key, deployments=("gpt-4o-dev",)),
        f"{_AZURE}/openai/deployments/gpt-4o-dev/chat/completions",
        protocol="azure",
        model="gpt-4o-dev",
        shape="hex32",
        first=(_AZURE,),
        source="langchain-ai/langchain-azure#79",
    ),
    claude(
        "report5-version-doubled-at-anthropic",
        "url.version_doubled",
        lambda key: b.anthropic(key),
        "https://api.anthropic.com/v1",
        shape="anthropic",
        first=("https://api.anthropic.com",),
        source="feiskyer/chatgpt-copilot#171",
    ),
    Scenario(
        "report5-deployment-without-its-version",
        "url.path_wrong",
        lambda key: b.azure(key, deployments=("gpt-4o-mini",)),
        f"{_AZURE}/openai/deployments/gpt-4o-mini",
        model="gpt-4o-mini",
        shape="hex32",
        first=("/openai/v1",),
        source="ThinkInAIXYZ/deepchat#262",
    ),
    # -- protocol and the way there ------------------------------------------------------------------------------------
    claude(
        "report5-messages-at-one-api",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key,
            models=("claude-3-5-sonnet-20241022",),
            elsewhere=error(404, "Invalid URL (POST /v1/messages)", type="invalid_request_error", param="", code=""),
        ),
        "https://relay.example",
        model="claude-3-5-sonnet-20241022",
        first=("OpenAI",),
        source="songquanpeng/one-api#1900",
    ),
    ollama(
        "report5-https-for-a-local-ollama",
        "tls.not_tls",
        "https://127.0.0.1:{port}",
        world=lambda key: b.ollama(),
        certificate="",
        first=("http://127.0.0.1",),
        source="feder-cr/invisible_playwright_mcp#576",
    ),
    Scenario(
        "report5-company-certificate-in-opencode",
        "tls.untrusted_issuer",
        base_url="https://litellm.corp.example/v1",
        app="opencode",
        authority=("Corp Issuing CA", "Corp"),
        trusted=False,
        says=("NODE_EXTRA_CA_CERTS",),
        first=("NODE_EXTRA_CA_CERTS",),
        source="anomalyco/opencode#1694",
    ),
    ollama(
        "report5-system-proxy-takes-localhost",
        "proxy.captures_local",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(),
        proxy=lambda port: b.proxy(port, refused="squid-403"),
        first=("NO_PROXY",),
        source="run-llama/llama_index#13526",
    ),
    ollama(
        "report5-privoxy-takes-localhost",
        "proxy.captures_local",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(),
        proxy=lambda port: b.proxy(port, refused=answers.as_html("<title>500 Internal Privoxy Error</title>", 500)),
        first=("NO_PROXY",),
        source="run-llama/llama_index#14880",
    ),
    ollama(
        "report5-name-of-a-compose-service",
        "dns.not_found",
        "http://ollama:11434",
        roads=Roads({"ollama": Kind.NAME_UNKNOWN}),
        says=("ollama",),
        first=("ollama",),
        source="SciPhi-AI/R2R#749",
    ),
    ollama(
        "report5-basic-auth-in-front-of-ollama",
        "http.front_auth",
        "https://ollama.example",
        world=lambda key: handlers.always(PAGES["basic-auth"]),
        says=("user name",),
        source="OpenHands/OpenHands#2559",
    ),
    # -- keys ----------------------------------------------------------------------------------------------------------
    Scenario(
        "report5-mistral-key-at-codestral",
        "auth.rejected",  # key.wrong_plan is as good
        rejecting(said(401, {"message": "Unauthorized", "request_id": "a1be846c"})),
        "https://codestral.mistral.ai/v1",
        model="codestral-latest",
        shape="mistral",
        first=("https://api.mistral.ai/v1",),
        source="continuedev/continue#2242",
    ),
    Scenario(
        "report5-codestral-key-at-mistral",
        "auth.rejected",  # key.wrong_plan is as good
        rejecting(said(401, {"message": "Unauthorized", "request_id": "a1be846c"})),
        "https://api.mistral.ai/v1",
        model="codestral-latest",
        shape="mistral",
        first=("https://codestral.mistral.ai/v1",),
        source="simonw/llm-mistral#16",
    ),
    Scenario(
        "report5-plan-key-at-the-paid-address",
        "quota.exhausted",
        lambda key: b.openai(
            key,
            prefix="/api/paas/v4",
            models=("glm-4.7",),
            chat=(
                unpaid := said(
                    429,
                    {
                        "error": {
                            "code": "1113",
                            "message": "Insufficient balance or no resource package. Please recharge.",
                        }
                    },
                )
            ),
            stream=unpaid,
        ),
        "https://open.bigmodel.cn/api/paas/v4",
        model="glm-4.7",
        shape="zhipu",
        first=("https://open.bigmodel.cn/api/coding/paas/v4",),
        source="HKUDS/nanobot#1267",
    ),
    Scenario(
        "report5-international-key-at-minimax-china",
        "auth.rejected",  # key.wrong_region is as good
        rejecting(
            said(
                401,
                {
                    "type": "error",
                    "error": {"type": "authorized_error", "message": "invalid api key (2049)", "http_code": "401"},
                },
            )
        ),
        "https://api.minimaxi.com/v1",
        model="MiniMax-M2.7",
        shape="minimax",
        first=("https://api.minimax.io",),
        source="camel-ai/camel#4058",
    ),
    Scenario(
        "report5-chinese-plan-key-at-minimax",
        "auth.rejected",  # key.wrong_region is as good
        rejecting(
            said(
                401,
                {
                    "type": "error",
                    "error": {
                        "type": "authorized_error",
                        "message": "login fail: Please carry the API secret key in the 'Authorization' field of the "
                        "request header (1004)",
                        "http_code": "401",
                    },
                },
            )
        ),
        "https://api.minimax.io/v1",
        model="MiniMax-M2.7",
        shape="minimax",
        typed=lambda key: key.replace("sk-api-", "sk-cp-"),
        first=("https://api.minimaxi.com",),
        source="1jehuang/jcode#188",
    ),
    Scenario(
        "report5-international-key-at-moonshot-china",
        "auth.rejected",  # key.wrong_region is as good
        rejecting(error(401, "Invalid Authentication", type="invalid_authentication_error")),
        "https://api.moonshot.cn/v1",
        model="kimi-latest",
        first=("https://api.moonshot.ai/v1",),
        source="sigoden/aichat#1469",
    ),
    Scenario(
        "report5-address-in-place-of-the-key",
        "settings.swapped",
        base_url="https://api.openai.com/v1",
        typed=lambda key: "http://localhost:8000/v1/completions",
        first=("into the base URL field",),  # the key field is a secret, so its content is not shown
        source="abetlen/llama-cpp-python#114",
    ),
    Scenario(
        "report5-empty-key",
        "settings.missing_key",
        rejecting(error(401, "You didn't provide an API key.", type="invalid_request_error", code=None)),
        "https://api.openai.com/v1",
        typed=lambda key: "",
        first=("OPENAI_API_KEY",),
        source="Zero6992/chatGPT-discord-bot#422",
    ),
    Scenario(
        "report5-gemini-without-a-key",
        "settings.missing_key",
        lambda key: b.gemini(
            key,
            no_key=google(
                403,
                "Method doesn't allow unregistered callers (callers without established identity). Please use API Key "
                "or other form of API consumer identity to call this API.",
                "PERMISSION_DENIED",
            ),
        ),
        "https://generativelanguage.googleapis.com",
        protocol="gemini",
        model=answers.GEMINIS[0],
        shape="gemini",
        typed=lambda key: None,
        first=("GOOGLE_API_KEY",),
        source="bclswl0827/ChatGemini#30",
    ),
    Scenario(
        "report5-llama-server-wants-its-key",
        "settings.missing_key",
        lambda key: b.openai(
            key,
            models=("qwen3",),
            public_models=True,
            no_key=error(401, "Invalid API Key", code=401, type="authentication_error"),
        ),
        LOCAL,
        model="qwen3",
        typed=lambda key: None,
        says=("--api-key",),
        first=("--api-key",),
        source="CodeNeow/MyLlama#29",
    ),
    Scenario(
        "report5-vllm-wants-its-key",
        "settings.missing_key",
        lambda key: b.openai(
            key,
            models=("openai/gpt-oss-120b",),
            no_key=said(401, {"error": "Unauthorized"}, ("Server", "uvicorn")),
        ),
        "http://127.0.0.1:{port}/v1",
        model="openai/gpt-oss-120b",
        typed=lambda key: None,
        says=("VLLM_API_KEY",),
        source="vllm-project/vllm#22407",
    ),
    Scenario(
        "report5-proxy-of-clis-wants-a-key",
        "settings.missing_key",
        lambda key: b.openai(key, no_key=said(401, {"error": "Missing API key"})),
        "http://127.0.0.1:{port}/v1",
        typed=lambda key: None,
        says=("Missing API key",),
        first=("OPENAI_API_KEY",),
        source="router-for-me/CLIProxyAPI#37",
    ),
    Scenario(
        "report5-databricks-wants-another-audience",
        "key.wrong_audience",
        always(
            said(
                400,
                {
                    "error_code": "400",
                    "message": "io.jsonwebtoken.IncorrectClaimException: Expected aud claim to be: "
                    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d, but was: 00000003-0000-0000-c000-000000000000.",
                },
            )
        ),
        "https://adb-1234567890.12.azuredatabricks.net/serving-endpoints",
        model="databricks-gpt-5-mini",
        says=("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",),
        first=("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",),
        source="databricks/databricks-sdk-py#657",
    ),
    # -- gateways ------------------------------------------------------------------------------------------------------
    Scenario(
        "report5-key-auth-of-kong",
        "http.front_auth",
        always(said(401, {"message": "No API key found in request"}, ("Server", "kong/3.9.0"))),
        "https://llm.example/v1",
        says=("Kong", "apikey"),
        first=("apikey",),
        source="Kong/kong#3742",
    ),
    Scenario(
        "report5-key-auth-of-apisix",
        "http.front_auth",
        always(said(401, {"message": "Missing API key in request"}, ("Server", "APISIX/3.11.0"))),
        "https://llm.example/v1",
        says=("APISIX", "apikey"),
        first=("apikey",),
        source="apache/apisix#11370",
    ),
    Scenario(
        "report5-envoy-cannot-connect",
        "http.gateway_error",
        always(
            Reply(
                503,
                (("Content-Type", "text/plain"), ("Server", "envoy")),
                b"upstream connect error or disconnect/reset before headers. reset reason: connection refused",
            )
        ),
        "https://llm.example/v1",
        says=("Envoy", "connection refused"),
        source="vllm-project/aibrix#1103",
    ),
    Scenario(
        "report5-envoy-without-a-healthy-upstream",
        "http.gateway_error",
        always(Reply(503, (("Content-Type", "text/plain"), ("Server", "envoy")), b"no healthy upstream")),
        "https://llm.example/v1",
        says=("Envoy", "no healthy upstream"),
        source="vllm-project/aibrix#1920",
    ),
    Scenario(
        "report5-model-without-a-route-in-envoy",
        "model.no_channel",
        refused(
            answers.as_text(
                "No matching route found. It is likely because the model specified in your request is not configured in "
                "the Gateway.",
                404,
                ("Server", "envoy"),
            ),
            models=("mistral:latest",),
        ),
        "https://llm.example/v1",
        model="mistral:latest",
        says=("mistral:latest",),
        first=("route",),
        source="envoyproxy/ai-gateway#1485",
    ),
    Scenario(
        "report5-cloudflare-name-without-its-provider",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/v1/acct/gw/compat",
            models=("workers-ai/@cf/openai/gpt-oss-20b",),
            listing=Reply(404),
            unknown_model=UNPREFIXED,
        ),
        "https://gateway.ai.cloudflare.com/v1/acct/gw/compat",
        model="@cf/openai/gpt-oss-20b",
        first=("workers-ai/@cf/openai/gpt-oss-20b",),
        source="devoxx/DevoxxGenieIDEAPlugin#1254",
    ),
    Scenario(
        "report5-cloudflare-token-that-may-not-list",
        None,
        lambda key: b.openai(
            key,
            prefix="/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/v1",
            models=("@cf/meta/llama-3.1-8b-instruct",),
            listing=said(403, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}),
        ),
        "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/v1",
        model="@cf/meta/llama-3.1-8b-instruct",
        source="opencodeschool/opencode.school#174",
    ),
    Scenario(
        "report5-no-channel-for-the-group",
        "model.no_channel",
        refused(
            error(
                503, "当前分组 svip 下对于模型 gpt-4o-mini 无可用渠道 (request id: 202503300320)", type="one_api_error"
            )
        ),
        model="gpt-4o-mini",
        says=("svip",),
        first=("svip",),
        source="songquanpeng/one-api#2223",
    ),
    Scenario(
        "report5-location-of-the-relay",
        "access.region_blocked",
        refused(
            error(400, "User location is not supported for the API use.", code=400, type="FAILED_PRECONDITION"),
            models=("gemini-2.5-flash",),
        ),
        "https://relay.example/v1",
        model="gemini-2.5-flash",
        first=("relay.example",),
        source="poenl/gemini-api#4",
    ),
    Scenario(
        "report5-edge-gives-up-first",
        "http.gateway_error",
        lambda key: b.openai(
            key,
            models=("gemma-4",),
            chat=answers.as_html(
                "<html><head><title>504 Gateway Time-out</title></head><body><hr>openresty</body></html>",
                504,
                ("Server", "openresty"),
            ),
        ),
        "https://localai.example/v1",
        model="gemma-4",
        says=("proxy_read_timeout",),
        source="mudler/LocalAI#11046",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report5-gemini-that-is-gone",
        "model.not_found",
        lambda key: b.gemini(
            key,
            models=("gemini-2.5-pro", "gemini-2.5-flash"),
            unknown_model=google(
                404,
                "models/gemini-1.5-pro is not found for API version v1beta, or is not supported for generateContent. "
                "Call ListModels to see the list of available models and their supported methods.",
                "NOT_FOUND",
            ),
        ),
        "https://generativelanguage.googleapis.com",
        protocol="gemini",
        model="gemini-1.5-pro",
        shape="gemini",
        first=("gemini-2.5-pro",),
        source="CopilotKit/CopilotKit#2827",
    ),
    Scenario(
        "report5-deepseek-name-of-a-book",
        "model.not_found",
        unknown(
            error(400, "Model Not Exist", type="invalid_request_error", param=None, code="invalid_request_error"),
            "deepseek-chat",
            "deepseek-reasoner",
        ),
        "https://api.deepseek.com/v1",
        model="deepseek-v3",
        shape="deepseek",
        first=("deepseek-chat",),
        source="coze-dev/coze-studio#293",
    ),
    Scenario(
        "report5-name-of-another-house-at-deepseek",
        "model.not_found",
        unknown(
            error(400, "Model Not Exist", type="invalid_request_error", param=None, code="invalid_request_error"),
            "deepseek-chat",
            "deepseek-reasoner",
            prefix="",
        ),
        "https://api.deepseek.com",
        model="Pro/deepseek-ai/DeepSeek-R1",
        shape="deepseek",
        first=("deepseek-reasoner",),
        source="Mai-with-u/MaiBot#109",
    ),
    Scenario(
        "report5-not-in-litellms-configuration",
        "model.not_found",
        unknown(_litellm("/chat/completions", "gpt-4.1-mini"), "codestral-latest"),
        "http://127.0.0.1:{port}/v1",
        model="gpt-4.1-mini",
        first=("codestral-latest",),
        source="zed-industries/zed#30094",
    ),
    Scenario(
        "report5-responses-with-a-clients-own-name",
        "model.not_found",
        lambda key: b.responses(
            key,
            models=("gpt-5",),
            unknown_model=_litellm("/responses", "openai_responses_manifold.gpt-5"),
        ),
        "https://llm.example/v1",
        protocol="responses",
        model="openai_responses_manifold.gpt-5",
        first=("gpt-5",),
        source="jrkropp/open-webui-developer-toolkit#675",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report5-vllm-path-without-its-slash",
        world=lambda key: b.openai(
            models=("/q/Llama-3.3-70B",),
            unknown_model=said(
                404,
                {
                    "object": "error",
                    "message": "The model `q/Llama-3.3-70B` does not exist.",
                    "type": "NotFoundError",
                    "param": None,
                    "code": 404,
                },
            ),
        ),
        model="q/Llama-3.3-70B",
        first=("/q/Llama-3.3-70B",),
        source="BerriAI/litellm#7744",
    ),
    Scenario(
        "report5-azure-without-a-deployment",
        "model.not_found",
        lambda key: b.azure(key, deployments=("chat-production",)),
        _AZURE,
        protocol="azure",
        model="gpt-35-turbo",
        shape="hex32",
        says=("deployment",),
        first=("deployment",),
        source="microsoft/chat-copilot#995",
    ),
    Scenario(
        "report5-azure-version-that-never-was",
        "url.path_wrong",  # shape.not_llm_api and run.unexplained are not: the version is the fault
        lambda key: b.azure(
            key,
            deployments=("gpt-4o-mini",),
            versions=("2024-10-21",),
            newer=False,
            unknown_version=said(400, {"error": {"code": "BadRequest", "message": "API version not supported"}}),
        ),
        _AZURE,
        protocol="azure",
        model="gpt-4o-mini",
        shape="hex32",
        api_version="2025-04-14-preview",
        says=("2025-04-14-preview",),
        first=("2024-10-21",),
        source="hotovo/aider-desk#460",
    ),
    Scenario(
        "report5-azure-model-needs-a-later-version",
        "model.parameter_rejected",  # url.path_wrong is as good
        lambda key: b.azure(
            key,
            deployments=("o3-mini",),
            newer=False,
            chat=(
                early := said(
                    400,
                    {
                        "error": {
                            "code": "BadRequest",
                            "message": "Model o3-mini is enabled only for api versions 2024-12-01-preview and later",
                        }
                    },
                )
            ),
            stream=early,
        ),
        _AZURE,
        protocol="azure",
        model="o3-mini",
        shape="hex32",
        api_version="2024-02-15-preview",
        first=("2024-12-01-preview",),
        source="egoist/chatwise-releases#258",
    ),
    Scenario(
        "report5-bedrock-llama-without-its-profile",
        "model.wrong_endpoint",
        refused(
            said(
                400,
                {
                    "detail": "An error occurred (ValidationException) when calling the Converse operation: Invocation of "
                    "model ID meta.llama3-2-90b-instruct-v1:0 with on-demand throughput isn\u2019t supported. Retry your "
                    "request with the ID or ARN of an inference profile that contains this model."
                },
            ),
            prefix="/api/v1",
            models=("meta.llama3-2-90b-instruct-v1:0",),
        ),
        "https://gateway.example/api/v1",
        model="meta.llama3-2-90b-instruct-v1:0",
        first=("us.meta.llama3-2-90b-instruct-v1:0",),
        source="konveyor/kai#411",
    ),
    Scenario(
        "report5-codex-model-at-chat",
        "model.wrong_endpoint",  # shape.wrong_protocol is as good
        lambda key: b.openai(
            key,
            models=("gpt-5.3-codex",),
            responses=True,
            chat=_NOT_A_CHAT_MODEL,
            stream=_NOT_A_CHAT_MODEL,
        ),
        "https://api.openai.com/v1",
        model="gpt-5.3-codex",
        shape="openai",
        first=("Responses",),
        source="egoist/chatwise-releases#1256",
    ),
    Scenario(
        "report5-no-such-serving-endpoint",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/serving-endpoints",
            models=("databricks-gpt-5-mini",),
            listing=Reply(404),
            unknown_model=said(
                404,
                {
                    "error_code": "RESOURCE_DOES_NOT_EXIST",
                    "message": "Endpoint with name 'churn_endpoint' does not exist.",
                },
            ),
        ),
        "https://dbc-1a2b3c4d-5e6f.cloud.databricks.com/serving-endpoints",
        model="churn_endpoint",
        says=("churn_endpoint",),
        first=("Serving",),
        source="databricks-demos/dbdemos#220",
    ),
    ollama(
        "report5-too-little-memory",
        "http.server_error",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(
            chat=(
                large := said(500, {"error": "model requires more system memory (2.7 GiB) than is available (2.3 GiB)"})
            ),
            stream=large,
        ),
        says=("2.7 GiB",),
        first=("memory",),
        source="continuedev/continue#11478",
    ),
    ollama(
        "report5-runner-stopped",
        "http.server_error",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(
            chat=(
                gone := said(
                    500,
                    {
                        "error": "model runner has unexpectedly stopped, this may be due to resource limitations or an "
                        "internal error, check ollama server logs for details"
                    },
                )
            ),
            stream=gone,
        ),
        first=("log",),
        source="continuedev/continue#11241",
    ),
    # -- quota ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report5-xai-team-without-credits",
        "quota.exhausted",
        refused(
            said(
                429,
                {
                    "code": "Some resource has been exhausted",
                    "error": "Your team 16f2151a-40f4-4a80-8ad0-cae00c27e8dd has either used all available credits or "
                    "reached its monthly spending limit. To continue making API requests, please purchase more credits "
                    "or raise your spending limit.",
                },
            ),
            models=("grok-code-fast-1",),
        ),
        "https://api.x.ai/v1",
        model="grok-code-fast-1",
        shape="xai",
        first=("https://console.x.ai",),
        source="continuedev/continue#10373",
    ),
    Scenario(
        "report5-grok-subscription-at-the-api",
        "quota.exhausted",
        refused(
            said(
                403,
                {
                    "code": "personal-team-blocked",
                    "error": "You have run out of credits or need a Grok subscription. Add credits at "
                    "https://grok.com/?_s=usage or upgrade at https://grok.com/supergrok.",
                },
            ),
            models=("grok-4.6",),
        ),
        "https://api.x.ai/v1",
        model="grok-4.6",
        shape="xai",
        first=("https://grok.com/?_s=usage",),
        source="Wei-Shaw/sub2api#4069",
    ),
    claude(
        "report5-claude-pro-is-no-api-credit",
        "quota.exhausted",
        lambda key: b.anthropic(
            key,
            chat=(
                low := said(
                    400,
                    {
                        "type": "error",
                        "error": {
                            "type": "invalid_request_error",
                            "message": "Your credit balance is too low to access the Anthropic API. Please go to Plans & "
                            "Billing to upgrade or purchase credits.",
                        },
                    },
                )
            ),
            stream=low,
        ),
        "https://api.anthropic.com",
        model=CLAUDE,
        shape="anthropic",
        first=("Plans & Billing",),
        source="TauricResearch/TradingAgents#501",
    ),
    Scenario(
        "report5-groq-tokens-a-minute",
        "quota.rate_limited",
        refused(
            error(
                429,
                "Rate limit reached for model `llama-3.1-8b-instant` in organization `org_01` service tier `on_demand` on "
                "tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s. Need more "
                "tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
                type="tokens",
                code="rate_limit_exceeded",
            ),
            prefix="/openai/v1",
            models=("llama-3.1-8b-instant",),
        ),
        "https://api.groq.com/openai/v1",
        model="llama-3.1-8b-instant",
        shape="groq",
        says=("Limit 6000",),
        first=("4.77",),
        source="elizaOS/eliza#4040",
    ),
    Scenario(
        "report5-monthly-credits-of-huggingface",
        "quota.exhausted",
        refused(
            said(
                402,
                {
                    "error": "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to "
                    "get 20x more monthly included credits."
                },
            ),
            models=("Qwen/Qwen2.5-Coder-32B-Instruct",),
        ),
        "https://router.huggingface.co/v1",
        model="Qwen/Qwen2.5-Coder-32B-Instruct",
        shape="huggingface",
        first=("https://huggingface.co/settings/billing",),
        source="huggingface/agents-course#386",
    ),
    Scenario(
        "report5-budget-of-a-virtual-key",
        "quota.exhausted",
        refused(
            error(
                400,
                "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25",
                type="budget_exceeded",
                param=None,
                code="400",
            )
        ),
        "https://litellm.example/v1",
        says=("0.25",),
        first=("LiteLLM",),
        source="BerriAI/litellm#22726",
    ),
    # -- answers and streams -------------------------------------------------------------------------------------------
    Scenario(
        "report5-stream-torn-off",
        "stream.cut",
        lambda key: b.openai(key, models=("ensemble",), stream=STREAMS["s_cut_chunked"]),
        "http://127.0.0.1:{port}/v1",
        model="ensemble",
        source="npuichigo/openai_trtllm#31",
    ),
    Scenario(
        "report5-events-for-a-plain-call",
        "shape.malformed_answer",
        lambda key: b.openai(key, chat=answers.as_events([*answers.chunks("gpt-4o-mini"), answers.DONE])),
        model="gpt-4o-mini",
        says=("stream",),
        first=("stream",),
        source="open-webui/open-webui#17501",
    ),
    # -- siblings, made here for the kinds that were wrong at the first run --------------------------------------------
    Scenario(
        "report5-sibling-key-in-the-query",
        "settings.swapped",
        lambda key: b.openai(key, prefix="/v1beta/openai", models=("gemini-2.5-flash",)),
        "https://generativelanguage.googleapis.com/v1beta/openai?key=AIzaSyMadeUp-0123456789abcdefghijklmnopq",
        model="gemini-2.5-flash",
        shape="gemini",
        first=("https://generativelanguage.googleapis.com/v1beta/openai",),
    ),
    Scenario(
        "report5-sibling-token-as-a-part-of-the-path",
        "settings.swapped",
        base_url="https://relay.example/v1/sk-proj-A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8I9j0",
        first=("https://relay.example/v1",),
    ),
    Scenario(
        "report5-sibling-token-in-the-path-that-belongs-there",
        None,
        lambda key: b.openai(key, prefix="/sk-proj-A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8I9j0/v1"),
        "https://relay.example/sk-proj-A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8I9j0/v1",
    ),
    Scenario(
        "report5-sibling-bearer-twice",
        "http.header_rejected",
        lambda key: handlers.first(b.lacks("x-team-token", error(403, "forbidden")), b.openai("another")),
        "https://llm.example/v1",
        headers=("x-team-token: Bearer Bearer made-up-0001",),
        first=("x-team-token", "Bearer CREDENTIAL"),
    ),
    Scenario(
        "report5-sibling-model-of-another-size",
        "model.not_found",
        lambda key: b.openai(key, models=("qwen3-8b", "qwen3-32b")),
        model="qwen3-14b",
        first=("qwen3-8b",),
    ),
    Scenario(
        "report5-sibling-model-with-two-letters-wrong",
        "model.not_found",
        lambda key: b.openai(key, models=("deepseek-chat", "deepseek-reasoner")),
        model="deepseek-caht",
        settings={"model": "deepseek-chat"},
        first=("deepseek-chat",),
    ),
    ollama(
        "report5-sibling-negotiate-in-front",
        "http.front_auth",
        "https://ollama.example",
        world=lambda key: handlers.always(answers.as_html("<h1>401</h1>", 401, ("WWW-Authenticate", "Negotiate"))),
        never=("settings.missing_key",),
    ),
    Scenario(
        "report5-sibling-location-at-the-provider",
        "access.region_blocked",
        refused(error(403, "Country, region, or territory not supported", code="unsupported_country_region_territory")),
        "https://api.openai.com/v1",
        shape="openai",
        first=("country",),
    ),
    Scenario(
        "report5-sibling-other-audience-at-a-relay",
        "key.wrong_audience",
        rejecting(error(401, "Token rejected: expected audience: llm-gateway, got: portal")),
        first=("llm-gateway",),
    ),
    Scenario(
        "report5-sibling-model-quoted-in-a-404",
        "model.not_found",
        lambda key: b.openai(
            key, models=("served",), listing=Reply(404), unknown_model=error(404, "Nothing called gpt-4o-mini here")
        ),
        model="gpt-4o-mini",
        never=("shape.not_llm_api",),
    ),
    Scenario(
        "report5-sibling-over-budget",
        "quota.exhausted",
        refused(
            error(
                400,
                "ExceededBudget: End User=made-up over budget. Spend=0.00088, Budget=0.0001",
                type="budget_exceeded",
                param=None,
                code="400",
            )
        ),
        first=("relay.example", "max_budget"),
    ),
)
