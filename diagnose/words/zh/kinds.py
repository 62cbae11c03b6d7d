"""The words of what an error's message tells beyond its code, in Chinese (``probes/facts/texts/kinds.toml``)."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

KINDS: dict[str, Text] = {
    # -- the model's name ----------------------------------------------------------------------------------------------
    "no_model": Text(
        "请求里没有模型名",
        "服务收到的请求没有带模型名，或模型名为空。地址和密钥不是原因。",
        (
            "在应用里选择模型，或填写模型名并保存。有些应用只填写而不添加到列表时，不会发送模型名。",
            Step("protocol:ollama", "`ollama list` 会列出已安装的模型名。"),
            "自己的代码：每个请求都要带 model 字段。",
        ),
    ),
    "litellm_old": Text(
        "当前版本的 LiteLLM 不认识 {model|模型名}中的服务商",
        "名称的写法没有问题：LiteLLM 的服务商名、斜杠、模型名。只是这个版本还不认识该服务商，所以没有发出请求。",
        (
            "升级 LiteLLM（`pip install -U litellm`），或升级内置它的应用。",
            "在此之前可改用服务商的 OpenAI 兼容地址：模型写 openai/名称，并填写其 Base URL。",
        ),
    ),
    "vertex_publisher": Text(
        "在 Vertex AI 上，模型 {model|（请求中的）} 不属于发布方 google",
        "应用在 publishers/google 下请求 {model|该模型}。其他厂商的模型有自己的发布方和协议"
        "（Claude：publishers/anthropic，使用 Anthropic 的消息接口）。",
        (
            "在应用里选择 Vertex AI 上该厂商自己的类型（Claude：Anthropic on Vertex，代码里用 AnthropicVertex），"
            "不要选 Gemini 的类型。",
            "升级应用或网关：旧版本对所有模型都用 publishers/google。",
            "开放模型请用 Vertex AI 的 OpenAI 兼容接口，模型写 厂商/名称。",
        ),
    ),
    "vertex_openapi_name": Text(
        "Vertex AI 的 OpenAI 兼容接口要求模型名称带发布方",
        "在以 /endpoints/openapi 结尾的地址，模型写作 发布方/名称。",
        (
            "在名称前加上发布方，例如 `google/gemini-2.5-flash`。",
            "发布方和模型的名称：https://cloud.google.com/vertex-ai/generative-ai/docs/models。",
        ),
    ),
    "vertex_openapi_model": Text(
        "Vertex AI 的 OpenAI 兼容接口不提供这个模型",
        "在以 /endpoints/openapi 结尾的地址，Vertex AI 提供 Gemini 和开放模型。Claude 只能用 rawPredict 调用。",
        (
            "在应用里选择 Vertex AI 为该厂商提供的类型（Claude 用 Anthropic on Vertex，代码里用 AnthropicVertex）。",
            "或换成 OpenAI 兼容接口提供的模型：https://cloud.google.com/vertex-ai/generative-ai/docs/models。",
        ),
    ),
    "vertex_global": Text(
        "Vertex AI 在位置 global 没有模型 {model|这个名称}",
        "位置 global 并不提供所有模型，名称也必须完全一致，包括版本。也可能是该项目无权使用这个模型。",
        (
            "核对模型的名称和位置：https://cloud.google.com/vertex-ai/generative-ai/docs/models。",
            "如果只在个别区域提供，就设置其中一个（GOOGLE_CLOUD_LOCATION，Claude 用 CLOUD_ML_REGION）。",
            "其他发布方的模型要在 Model Garden 为该项目启用：https://console.cloud.google.com/vertex-ai/model-garden。",
        ),
    ),
    "vertex_location": Text(
        "Vertex AI 在区域 {region|（请求所用）} 没有模型 {model|（该名称）}",
        "Google Cloud 各区域提供的模型不同，新模型往往只在 global。也可能是项目没有该模型的权限。",
        (
            "换一个区域：global，或 {model|该模型} 的页面上列出的区域。",
            "在 https://cloud.google.com/vertex-ai/generative-ai/docs/models 核对带版本的模型名。",
            "其他发布方的模型，请在 Model Garden 里为该项目启用。",
        ),
    ),
    "litellm_provider": Text(
        "LiteLLM 无法从模型名 {model|中} 识别服务商",
        "LiteLLM 用模型名第一个斜杠前的部分判断服务商。这一部分它不认识，因此没有发出请求，与密钥和服务器无关。",
        (
            "在模型名前加上 LiteLLM 的服务商前缀（小写）：OpenAI 兼容的服务或代理用 openai/模型名，Ollama 用 "
            "ollama/模型名，DeepSeek 用 deepseek/模型名。",
            "如果前缀没错，请升级 LiteLLM（`pip install -U litellm`）：旧版本不认识较新的服务商。",
            "前缀可以在 LiteLLM 的服务商列表 https://docs.litellm.ai/docs/providers 中查到。",
        ),
    ),
    "verify_organization": Text(
        "组织需要先完成验证，才能使用 {model|该功能}",
        "有些模型，以及有些模型的流式输出和推理摘要，只提供给已完成身份验证的组织。密钥和模型名没有问题。",
        (
            "以组织所有者的身份打开 {page|组织的设置页面}，选择 Verify Organization。",
            "验证后最多等 15 分钟；仍然报错时，新建一个密钥。",
            "不做验证时，请换一个模型；对有些模型，关闭流式输出和推理摘要就够了。",
        ),
    ),
    "data_policy": Text(
        "账号的隐私设置不允许 {model|该模型} 的任何服务商",
        "网关只会把提示词发给账号数据策略允许的服务商，而其中没有一家提供该模型。密钥和模型名没有问题。",
        (
            Step(
                "door:openrouter",
                "打开 https://openrouter.ai/settings/privacy ，允许报错中提到的那类服务商。免费模型往往需要允许可能"
                "用提示词训练的服务商。",
            ),
            Step("!door:openrouter", "打开 {page|账号的隐私设置}，放宽数据策略。"),
            "若要保留策略，请换一个模型：热门的付费模型通常有多家服务商。",
            "如果应用或密钥本身限制了服务商（data_collection、zdr、only、guardrails），请放宽这项限制。",
        ),
    ),
    "router_limits": Text(
        "路由背后目前没有服务商提供 {model|该模型}",
        "路由认识这个名字，但它可用的服务商都不提供该模型：模型或它的免费版本已下线，或者账号、密钥、应用限制了服务商。"
        "",
        (
            "换一个模型，或换用不带 :free 的同一模型：模型页面会列出有哪些服务商。",
            "如果应用或请求限制了服务商（order、only、ignore、allow_fallbacks），请放宽限制。",
            "检查账号中允许和忽略的服务商列表。",
        ),
    ),
    "hf_providers": Text(
        "已启用的服务商都不提供 {model|该模型}",
        "Hugging Face 把请求转给推理服务商。账号中启用的服务商都不为这类请求提供该模型。",
        (
            "在 huggingface.co 打开模型页面，查看哪些推理服务商提供它；如果一个都没有，请换模型。",
            "在 https://huggingface.co/settings/inference-providers 启用其中一家。",
        ),
    ),
    "unrouted_model": Text(
        "{host} 上的网关没有模型 {model|所填模型}的路由",
        "网关按模型名选择服务器，而它的配置里没有这个名字的路由。它的模型列表可能比实际的路由多。",
        (
            "请 {host} 的管理员为 {model|该模型}添加路由，或问清哪些名字有路由。",
            Step(
                "owner",
                "自己的网关：为 {model|该模型}添加规则（Envoy AI Gateway 里是匹配请求头 x-ai-eg-model 的 "
                "AIGatewayRoute），并确认路由已被接受。",
            ),
        ),
    ),
    "channel_group": Text(
        "中转站的 {group|所用} 分组里没有 {model|所填模型}的渠道",
        "地址和令牌都没问题。中转站把渠道分成若干组，{group|所用} 分组里没有渠道提供这个模型。",
        (
            "在 {host} 的令牌页面，把令牌从 {group} 改到有 {model|该模型}的分组。",
            "换个模型，或联系 {host} 的管理员。",
            Step("owner", "自己的中转站：给有 {model|该模型}的渠道加上 {group} 分组。"),
        ),
    ),
    "managed_deployment": Text(
        "Azure 机器学习的终结点没有接收请求的部署",
        "终结点存在，密钥也没有问题，但它的部署都没有分配流量，或没有在运行。",
        (
            "在 Azure 机器学习工作室打开该终结点，给正在运行的部署分配流量（100 %）。",
            "或者用请求头 azureml-model-deployment 指定部署。",
        ),
    ),
    "responses_only": Text(
        "模型 {model|（请求中的）} 只支持 Responses API",
        "服务认识该模型，但不在这个端点提供。面向智能体、深度研究的模型和最大的推理模型只能通过 /responses 调用。",
        (
            "在应用里把服务商类型改为 Responses API（OpenAI Responses）；没有这个选项时请升级应用。",
            "或换一个支持 chat completions 的模型。",
        ),
    ),
    "not_chat": Text(
        "{model|该模型} 不是对话模型",
        "服务器认识这个模型，但它用于图像、嵌入或语音等其他任务，对话接口会拒绝它。地址和密钥没有问题。",
        (
            "对话请换用 {near} 这样的模型。",
            "对话请选择对话模型；{model|该模型}只填在应用中要求这类模型的地方。",
        ),
    ),
    "serving_endpoint": Text(
        "工作区 {host} 里没有名为 {model|所填名字}的服务端点",
        "在 Databricks 上，请求里的模型名是该工作区里服务端点（serving endpoint）的名字。",
        (
            "在 Databricks 工作区打开 Serving，复制端点的名字，填作模型名。",
            "确认 Base URL 属于端点所在的工作区。",
        ),
    ),
    "gateway_house": Text(
        "网关不认识模型 {model|（请求里的）} 的服务商",
        "这个地址后面有多家服务商，按模型名的第一段来选择。它不认识这一段对应的服务商，或者在这里不支持它。",
        (
            Step(
                "door:cloudflare-ai-gateway",
                "如果名字以服务商开头，请改用 https://api.cloudflare.com/client/v4/accounts/ACCOUNT_ID/ai/v1 "
                "这个地址：它支持所有服务商。",
            ),
            Step("door:cloudflare-ai-gateway", "Cloudflare 自己的模型写成 workers-ai/@cf/…。"),
            "把模型写成“服务商/名字”，服务商用网关里的叫法，例如 openai/gpt-5-mini。",
            "在网关文档里查看这个地址支持哪些服务商：并非每家都支持。",
        ),
    ),
    "version_too_old": Text(
        "模型 {model|（请求里的）}需要更新的 API 版本",
        "在 Azure 上，每个模型都有最早支持的 API 版本。请求里的版本太旧。",
        (
            "把 API 版本设为 {replacement} 或更新：{version_variable}",
            "也可以使用以 /openai/v1 结尾的地址：它不需要 API 版本。",
        ),
    ),
    "location_upstream": Text(
        "{host} 背后的服务商不接受它所在的地区",
        "{host} 转发了请求，而它的服务商因为 {host} 所在的地区拒绝了。与你所在的地区和密钥无关。",
        (
            "请 {host} 的管理员改从受支持的国家或地区调用服务商，或换一家中转站。",
            "也可以选别家服务商的模型。",
            Step(
                "owner",
                "自己的中转站：把它部署在受支持的地区。边缘函数在离调用者近的地方运行，可能正好从受限地区发出请求。",
            ),
        ),
    ),
    "hf_credits": Text(
        "Hugging Face 的每月额度已用完",
        "每个账号每月有少量推理服务（Inference Providers）额度，本月的已用完。",
        (
            "到 https://huggingface.co/settings/billing 购买额度或订阅 PRO。",
            "也可以等到下月初额度更新。",
        ),
    ),
    "key_budget": Text(
        "这个密钥在 {host} 的预算已用完",
        "网关的管理员给密钥、用户或团队设了预算，现在已经用完。与服务商那边的账号无关。",
        (
            Step("provider", "提高密钥或项目的预算：{console}"),
            "请 {host} 的管理员提高预算（LiteLLM 里是密钥、用户或团队的 `max_budget`），或等它重置。",
        ),
    ),
    "inference_profile": Text(
        "在 Amazon Bedrock 上，{model|该模型} 要通过推理配置文件调用",
        "Bedrock 的较新模型只能通过推理配置文件（inference profile）调用，请求会分散到多个"
        "区域。直接写模型 ID 会被拒绝。",
        (
            "改用推理配置文件的 ID：us.{model|模型}、eu.{model|模型}、apac.{model|模型} 或 global.{model|模型}，"
            "与请求所在区域一致。",
            "用 `aws bedrock list-inference-profiles` 列出该区域的推理配置文件。",
        ),
    ),
    "azure_claude": Text(
        "Azure 上的 {model|Claude 模型} 要用 Anthropic 协议",
        "Azure 资源的 OpenAI 接口不提供模型 {model|（所填的）}。密钥和资源可能没有问题。",
        (
            "在应用中选择 Anthropic 类型的服务商，Base URL 填 https://RESOURCE.services.ai.azure.com/anthropic，"
            "模型填你的部署名称。",
            "在 Claude Code 中设置 CLAUDE_CODE_USE_FOUNDRY=1 和 ANTHROPIC_FOUNDRY_RESOURCE。",
            "如果应用只支持 OpenAI 协议，请为它选择 GPT 的部署。",
        ),
    ),
    "bedrock_model_id": Text(
        "Amazon Bedrock 在该区域没有这个模型 ID",
        "Bedrock 的模型 ID 包含厂商、名称、日期和版本，有些还要加推理配置文件的前缀。并非每个区域都有所有模型。",
        (
            Step(
                "profile_elsewhere",
                "{model} 的前缀属于别的区域，与请求所在区域不同：改用该区域的推理配置文件，或前缀为 global. 的"
                "（`aws bedrock list-inference-profiles`）。",
            ),
            "从 Amazon Bedrock 在请求所在区域的模型目录中复制模型 ID；较新的模型要用推理配置文件的 ID，"
            "以 us.、eu.、apac. 或 global. 开头。",
            "用 `aws bedrock list-foundation-models` 和 `aws bedrock list-inference-profiles` 列出它们。",
            "检查请求所在区域是否提供该模型，以及前缀是否与区域一致。",
        ),
    ),
    "bedrock_use_case": Text(
        "在 Amazon Bedrock 上使用 Anthropic 的模型，要先提交用途表单",
        "AWS 对每个账号询问一次 Anthropic 模型的用途，提交表单之前会一直拒绝。",
        (
            "在 Bedrock 控制台的模型目录（https://console.aws.amazon.com/bedrock/home#/model-catalog）里打开任一 "
            "Anthropic 模型，提交用途说明。",
            "等 15 分钟再试。`aws bedrock get-use-case-for-model-access` 可以看出表单是否已收到。",
            "在 AWS 组织里，管理账号可以为所有账号提交。",
        ),
    ),
    "bedrock_legacy": Text(
        "Amazon Bedrock 不再向该账号提供 {model|这个模型}",
        "厂商已把该模型标为旧版或下线；近期没有用过它的账号最先失去使用权。",
        (
            "列出当前的模型并选用一个：`aws bedrock list-foundation-models --query "
            "\"modelSummaries[?modelLifecycle.status=='ACTIVE'].modelId\"`。",
            "如果模型是应用自己选的，请在应用里设置模型，或升级应用。",
        ),
    ),
    "bedrock_payment": Text(
        "该 AWS 账号没有可用于此模型的付款方式",
        "该模型通过 AWS Marketplace 销售，第一次请求会为账号订阅，因此需要付款方式。",
        (
            "在 https://console.aws.amazon.com/billing/home#/paymentpreferences 添加付款方式。",
            "等几分钟再试。",
            "在 AWS 组织里由管理账号付款，请联系它的所有者。",
        ),
    ),
    "marketplace": Text(
        "该 AWS 用户或角色无权在 AWS Marketplace 订阅模型",
        "Bedrock 上的部分模型通过 AWS Marketplace 销售，第一次调用会为账号订阅该模型，而本次调用的身份没有这个权限。",
        (
            "给用户或角色加上 aws-marketplace:ViewSubscriptions 和 aws-marketplace:Subscribe 权限，然后等 5 分钟。",
            "或者请管理员在 Bedrock 控制台为整个账号启用一次该模型。",
        ),
    ),
    "bedrock_account": Text(
        "AWS 不允许该账号使用这个模型",
        "AWS 认得凭证，但回答该操作不被允许。新账号、受限账号、部分代理商的账号，以及没有开通模型权限时都会这样。",
        (
            "用同一账号和区域在 Bedrock 控制台的 Playground 里试该模型；如果同样被拒绝，"
            "请联系 AWS Support 为账号开通 Bedrock。",
            "在应用所用的区域里，到 Model access 页面申请该模型的权限。",
            "检查账号的付款方式，以及组织策略（SCP）是否禁止了 Bedrock。",
        ),
    ),
    "bedrock_access": Text(
        "该 AWS 账号没有 Amazon Bedrock 上这个模型的使用权",
        "AWS 认得这个凭证。模型的使用权按账号和区域开通，有些厂商还要先填写用途表单。",
        (
            "在 Bedrock 控制台选择请求所在区域，在模型目录（或 Model access）中打开该模型，申请使用权。",
            "检查应用使用的区域和账号是否就是已开通的那个。",
            "检查用户或角色的 IAM 策略是否允许对该模型执行 bedrock:InvokeModel。",
        ),
    ),
    "azure_deployment": Text(
        "Azure 资源中没有名为 {model|所填名称} 的部署",
        "其他服务商填模型名的地方，Azure 要填部署名。地址中的资源没有这个名称的部署。",
        (
            "从部署列表中复制部署名，填到模型处：`az cognitiveservices account deployment list --name NAME "
            "--resource-group GROUP -o table`，或 Azure 门户（Azure AI Foundry）。",
            "检查该部署是否属于终结点地址中的那个资源。",
            "如果部署是刚创建的，请等五分钟。",
        ),
    ),
    "ark_endpoint": Text(
        "火山方舟没有名为 {model|所填名称} 的接入点或已开通的模型",
        "方舟要填接入点 ID（ep-…），或带版本的模型 ID；模型要在密钥所属的账号中开通。",
        (
            "在方舟控制台复制接入点 ID（ep-…），或带版本的模型 ID，填到模型处。",
            "在控制台的“开通管理”中开通该模型。",
            "检查密钥是否属于同一账号、项目和地域。",
        ),
    ),
    "model_studio": Text(
        "该账号不能使用百炼的 {model|这个模型}",
        "密钥已被接受。账号没有开通该模型，或密钥所属的业务空间没有该模型的权限。",
        (
            "在百炼控制台开通服务和模型，并检查密钥所属业务空间的模型权限。",
            "检查密钥与 Base URL 是否属于同一站点：国内站和国际站的账号是分开的。",
            "换一个控制台中该密钥可用的模型。",
        ),
    ),
    "app_prefix": Text(
        "发给 API 的模型名 {model|（所填）} 带着只给应用看的前缀",
        "有些框架用“服务商:模型”的写法。这里前缀也发给了 API，而 API 只认不带前缀的模型名。",
        (
            "去掉前缀和冒号，只写模型名；或在应用自己的设置中选择服务商。",
            "查看应用手册中服务商的写法；有些要用斜杠而不是冒号。",
        ),
    ),
    "none_loaded": Text(
        "服务器在运行，但没有加载模型",
        "程序有响应，但内存里没有可用于这次请求的模型：没有加载，或闲置后被卸载。地址和密钥没有问题。",
        (
            "在服务器上加载模型：LM Studio 用 `lms load 模型名`，或在 Developer 页面加载。",
            "让服务器按需自动加载（LM Studio 的 just-in-time loading），或延长闲置卸载的时间。",
        ),
    ),
    "plan_model": Text(
        "模型 {model|（所请求的）} 属于 {model_plan|某个套餐}，该套餐有自己的 Base URL",
        "编程套餐有单独的地址，有的模型名称只有这些地址认识。有的还有单独的密钥。",
        (
            "把 Base URL 改为 {model_plan_url}",
            "如果密钥在那里被拒绝，请用套餐页面上的密钥。",
            "没有套餐时，从 {host|服务商} 的列表中选一个模型。",
        ),
    ),
    "model_retired": Text(
        "模型 {model|（所请求的）} 已下线",
        "服务商已停止提供该模型，任何密钥都不能再用。应用和示例里常常还写着这样的模型。",
        (
            "选一个现有模型填到应用中。服务器的列表里有：{listed}。",
            "从服务商的模型列表中选一个现有模型，填到应用中。",
            "升级应用：它自带的模型列表可能已过时。",
        ),
    ),
    "model_garden": Text(
        "Google Cloud 项目无权使用模型 {model|（所填的）}",
        "Vertex AI 上其他发布方的模型，需要在每个项目中先启用一次。账号和项目 Google 都认识。",
        (
            "在 Model Garden（https://console.cloud.google.com/vertex-ai/model-garden）打开该模型，选择项目并启用，"
            "并接受条款。",
            "检查带日期的模型名，以及所选区域是否提供该模型。",
            "检查项目是否已设置结算：免费试用不包含所有发布方的模型。",
        ),
    ),
    "endpoint_permission": Text(
        "账号缺少推理端点 {model|（所填的）} 的 {permission|查询} 权限",
        "Databricks 认识这个令牌，但每个推理端点有单独的权限。",
        (
            "在 Databricks 打开 Serving 中的该端点，在 Permissions 里给用户或服务主体 Can Query 权限。",
            "如果是 Databricks 自带的端点，请向工作区管理员确认是否已启用。",
        ),
    ),
    "watsonx_project": Text(
        "账号不是该 watsonx 项目的成员",
        "IBM Cloud 认识这个密钥，但请求里的项目或空间不存在，密钥所有者不是其协作者，或者项目没有关联 Runtime 服务。",
        (
            "在 watsonx 项目的 Manage > Access control 中，把密钥所有者添加为 Editor。",
            "检查应用设置里的 project_id（或 space_id）：项目的 Manage > General 页面有显示。",
            "在 Manage > Services and integrations 中关联 watsonx.ai Runtime 实例。",
        ),
    ),
    "gateway_route": Text(
        "该密钥不能访问网关的这个路径 {path|}",
        "网关认识这个密钥，但只允许它访问部分路径；这次请求的路径属于管理接口，或属于另一类请求。",
        (
            "修改 Base URL，让应用请求网关的对话路径（/v1/chat/completions），而不是别的路径。",
            "或请网关管理员为该密钥放行这个路径。",
        ),
    ),
    "endpoint_off": Text(
        "中转站没有启用请求的端点 {endpoint|}",
        "令牌有效。每个渠道开放哪些端点由管理员决定，这一个没有开放。",
        (
            "请中转站管理员在渠道设置里启用 {endpoint|该端点}；自己的中转站可以直接在那里启用。",
            "如果只是计算 token 的端点没开，可以继续使用：应用会自行估算。",
        ),
    ),
    "gated_model": Text(
        "尚未同意 {model|该模型} 的使用条款",
        "厂商只把该模型提供给已同意条款或已申请权限的账号。",
        (
            "同意条款或申请权限：打开 {page|模型页面}，用密钥所属的账号登录。",
            "换用已有权限的账号或组织的密钥。",
        ),
    ),
    "afford": Text(
        "余额不足：剩余额度不够支付允许的最长回答",
        "回答之前，服务商会按 max_tokens 预留费用，而余额或密钥的限额低于这个数。",
        (
            "把应用里的 max_tokens 调到 {have} 以下，或充值。",
            "调低应用里的 max_tokens，或充值。",
            "如果密钥本身设了限额，请调高。",
        ),
    ),
    "safe_experience": Text(
        "火山方舟已按安心体验模式的上限暂停模型 {model|}",
        "开启安心体验模式后，免费额度用完时方舟会暂停该模型，以免产生费用。地址和密钥没有问题。",
        (
            "在方舟控制台的“开通管理”里，关闭该模型的安心体验模式或调高上限，之后按量计费。",
            "或换一个模型，它有自己的免费额度。",
        ),
    ),
    "paid_plan": Text(
        "账号的套餐不包含 {model|所请求的内容}",
        "密钥已被接受，但所请求的内容属于付费套餐或更高的套餐。",
        (
            Step("said:page", "在服务器给出的页面升级套餐或充值：{page}"),
            Step("!said:page", "在账号中升级套餐或充值：{console}"),
            "换一个当前套餐包含的模型。",
            "如果已有这样的套餐，请检查密钥是否属于该账号和组织。",
        ),
    ),
    # -- what the request contains -------------------------------------------------------------------------------------
    "content_filter": Text(
        "请求被服务商的内容审核拦截",
        "服务商会检查请求和回答的内容，其中有它不允许的部分。地址、密钥和模型没有问题。",
        (
            "修改提示词的措辞。很长的历史、文件和网页里也可能含有被拦截的内容，请再用一句简短的话新建对话试试。",
            "如果普通问题也被拦截，请检查应用发送的系统提示词。",
            "换用审核规则不同的模型或服务商；服务商允许时调整审核级别（Azure：部署的内容筛选器）。",
        ),
    ),
    "tools_rejected": Text(
        "接口不接受应用发送的工具（tools）",
        "每个工具都有名称和参数 schema，各家接口接受的写法和工具数量不同。地址、密钥和模型没有问题。",
        (
            "在应用里逐个关闭工具、MCP 服务器和扩展：只要有一个不合格，每次请求都会失败；工具太多时请减少。",
            "升级应用和 MCP 服务器：新版本会按该接口调整 schema。",
            "自己的代码：每个工具的 schema 类型用 object，名称只用字母、数字、_ 和 -。",
        ),
    ),
    "cache_control": Text(
        "接口不接受应用发送的提示缓存标记（cache_control）",
        "应用为 Anthropic 的提示缓存给对话加了标记，而该接口或它前面的网关不认识这种标记或其中的字段："
        "{parameter|cache_control}。",
        (
            Step(
                "app:claude-code",
                "在 Claude Code 的环境变量里设置 CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1；如果还不行，"
                "再用 DISABLE_PROMPT_CACHING=1 关闭提示缓存。",
            ),
            "在应用里关闭提示缓存，或为该接口选择它自己的服务商类型。",
            "升级应用和网关：新版本只发送各接口接受的字段。",
        ),
    ),
    "tool_name": Text(
        "接口不接受对话里某个工具的名称",
        "历史里有一次工具调用，其名称不符合该接口的要求：多数只允许字母、数字、_ 和 -，最多 64 个字符。"
        "这样的名称常常是模型自己编的。",
        (
            "新建一个对话：工具名称会一直留在历史里。如果再次出现，请关闭或重命名带有其他字符的工具。",
            "升级应用，或该工具所属的 MCP 服务器。",
            "自己的代码：工具名只用字母、数字、_ 和 -。",
        ),
    ),
    "file_rejected": Text(
        "接口不接受对话里的图片或文件（{parameter|附件}）",
        "其类型、大小或编码不符合要求。它会留在历史里，所以之后的请求也会失败。",
        (
            "去掉该图片或文件，或新建对话；改成较小的 PNG 或 JPEG 再上传。",
            "自己的代码：媒体类型要与数据一致，并按接口的要求发送：带 url 的对象，或 Base64。",
            "换用支持图片和文件的模型。",
        ),
    ),
    "tool_parser": Text(
        "模型服务启动时没有开启工具调用",
        "应用发送了工具（函数调用）。vLLM 和 llama.cpp 只有在启动时加上相应参数才接受工具。地址、密钥和模型没有问题。",
        (
            "重启 vLLM，加上 --enable-auto-tool-choice 和 --tool-call-parser 名称；手册列出了各模型对应的解析器"
            "（Qwen 用 hermes，Llama 3 用 llama3_json，Mistral 用 mistral）。",
            "重启 llama.cpp 的服务，加上 --jinja。",
            "如果服务不归你管，请把报错转给管理者；在此之前先在应用中关闭工具。",
        ),
    ),
    "history": Text(
        "API 不接受这段对话的历史",
        "每个请求都带着整段对话。这里有工具调用没有结果、有结果没有调用，或者有消息、"
        "思考块缺失或位置不对。地址、密钥和模型"
        "没有问题。",
        (
            "新建一个对话：同样的历史每次都会失败。",
            "升级应用；如果再次出现，请把报错反馈给应用的作者。",
            "自己的代码在截断历史时，要让工具调用和它的结果保持成对，思考块要原样传回。",
            "如果中途换过模型或服务商，请换回原来的。",
        ),
    ),
    "token_rate": Text(
        "这一个请求需要的 token 超过了账号每分钟的限额",
        "提示词与最长回答的 token 数一起计算，已超过账号每分钟的限额，因此等待没有用。",
        (
            "减少内容：缩短对话，少带文件和工具，调小 max_tokens。",
            "换一个限额更高的模型，或提高账号的限额：{page|见账号的速率限制}。",
        ),
    ),
    "parameter_limit": Text(
        "{parameter|某个参数} 的值超过了模型的上限",
        "地址、密钥和模型没有问题。应用请求的数值超过了模型的能力。",
        (
            "在应用中把 {parameter} 设为不超过 {limit}。",
            "在应用中把 {parameter} 恢复为默认值。",
            "升级应用：新版本知道新模型的上限。",
        ),
    ),
    "too_long": Text(
        "对话太长，超过了模型 {model|所能处理的长度}",
        "模型一次能读的 token 数有限，问题、历史、文件、工具和最长回答都计算在内。地址、密钥和模型名没有问题。",
        (
            "新建一个对话，或减少内容：少带文件和工具，缩短历史。",
            "如果应用为回答预留得很多，请调小 max_tokens。",
            "换一个上下文更长的模型。",
            Step(
                "owner",
                "如果服务是自己的，请提高上限：Ollama 用 num_ctx，vLLM 用 --max-model-len，llama.cpp 用 -c。",
            ),
        ),
    ),
    "no_provider_takes": Text(
        "{model|该模型} 的服务商都不支持请求里的全部参数",
        "网关只把请求转给支持全部参数的服务商，而这样的服务商一家也没有。地址、密钥和模型名没有问题。",
        (
            "在应用里逐个关闭 tools、response_format、reasoning 等参数。",
            "换用模型页面注明支持这些参数的模型：在 https://openrouter.ai/models 可以查到。",
            "如果应用设置了 require_parameters 或限制了服务商，请关闭。",
        ),
    ),
    "tools_unsupported": Text(
        "模型 {model|（所请求的）} 不支持工具调用",
        "应用在请求中带了工具（函数调用），而该模型，或在此提供它的所有服务商，都不接受。地址和密钥没有问题。",
        (
            Step(
                "door:openrouter",
                "换用支持工具的模型： https://openrouter.ai/models?supported_parameters=tools 。",
            ),
            Step("protocol:ollama", "换用 Ollama 模型库中带 tools 标签的模型： https://ollama.com/search?c=tools 。"),
            Step("!door:openrouter !protocol:ollama", "换用支持工具（函数调用）的模型。"),
            "或在应用中为该模型关闭工具、智能体和 MCP 服务。",
        ),
    ),
    "no_streaming": Text(
        "模型 {model|（所填的）} 不支持流式输出",
        "应用要求流式输出，而该模型只能一次性返回。地址和密钥没有问题。",
        (
            "在应用里为该模型关闭流式输出。",
            "或换用支持流式输出的模型。",
        ),
    ),
    "content_text": Text(
        "服务器只接受纯文本的消息内容",
        "应用把 content 作为数组发送（图片和文件需要这种形式），而该服务器或模型要求字符串。地址和密钥没有问题。",
        (
            "在应用里只发送文本：为该模型关闭图片、文件和提示词缓存，或把 content 的格式选为字符串。",
            "升级服务器或应用：新版本两种形式都支持。",
            "换用支持图片的模型。",
        ),
    ),
    "file_format": Text(
        "接口不接受这种文件",
        "请求里的文件是模型不能读取的格式。地址、密钥和模型名没有问题。",
        (
            "把文件转换成接口文档列出的格式，例如 PDF 或纯文本。",
            "图片或扫描件请换用能识别图片的模型。",
        ),
    ),
    "images_unsupported": Text(
        "模型 {model|（所请求的）} 不支持图片",
        "应用在请求中带了图片，而该模型只接受文字。地址和密钥没有问题。",
        (
            "换用支持图片（视觉）的模型。",
            "或去掉图片；如果历史里有图片，请新建对话。",
            Step("owner", "如果服务是自己的，请同时加载模型的视觉部分（llama.cpp 的 mmproj）。"),
        ),
    ),
    "answer_format": Text(
        "模型不支持应用要求的回答格式",
        "应用通过 response_format 要求返回 JSON，而模型或服务器不接受。地址、密钥和模型名没有问题。",
        (
            "在应用中关闭结构化输出（response_format、JSON 模式），或换一种：并非处处都支持 "
            "json_schema 和 json_object。",
            "如果服务器要求提示词中包含 JSON 一词，请加上。",
            "换用支持结构化输出的模型。",
        ),
    ),
    "message_role": Text(
        "模型不接受应用所发消息的角色",
        "应用发送了 system 或 developer 消息，或把它放在了该模型不接受的位置。地址、密钥和模型名没有问题。",
        (
            "在应用中为该模型关闭系统提示词，或把角色由 developer 改为 system。",
            "系统消息放在最前面，并且只发一条。",
            "换一个模型，或升级应用。",
        ),
    ),
    "message_field": Text(
        "API 不接受消息中的 {parameter|某个字段}",
        "每个请求都带着整段对话。其中有消息带着该 API 或模型不认识的字段，或形式与要求不同；往往是另一个模型的回答"
        "留下的。地址和密钥没有问题。",
        (
            "用这个模型新建一个对话：历史里带着字段 {parameter|（见报错）}。",
            "升级应用；自己的代码在传回消息时请去掉 {parameter|该字段}。",
            "不要在同一个对话里更换模型或服务商。",
        ),
    ),
    "prompt_template": Text(
        "模型的提示词模板处理不了这个请求",
        "本地服务用模型自带的模板（Jinja）把消息和工具拼成一段文字。模板有错误，"
        "或不允许对话中的某些内容。地址没有问题。",
        (
            "升级服务程序，并重新下载模型：新版往往已修好模板（LM Studio 可找 lmstudio-community 的版本）。",
            "新建一个对话，或关闭工具：许多模板在这里出错。",
            "在服务的设置中为该模型换一个模板。",
        ),
    ),
    "no_messages": Text(
        "接口在请求里找不到 messages",
        "请求中该放文本的位置是空的，最常见的原因是用了另一种接口的格式。地址和密钥服务器都认识。",
        (
            "检查应用里的接口类型：Base URL 要与协议一致。OpenAI 格式在百炼（DashScope）的地址是 "
            "https://dashscope.aliyuncs.com/compatible-mode/v1 。",
            "自己的代码：把 messages 放到该接口要求的位置（DashScope 原生格式放在 input 里）。",
            "升级应用。",
        ),
    ),
    "empty_message": Text(
        "应用发送了空消息",
        "请求中有空文本，或根本没有消息，API 会拒绝。地址、密钥和模型没有问题。",
        (
            "新建一个对话：历史里的空回答会随每个请求再次发送。",
            "升级应用；自己的代码请去掉没有文字的消息。",
        ),
    ),
    "embedding_dimensions": Text(
        "该嵌入模型不接受 dimensions 参数",
        "应用要求固定维度的向量，而只有部分嵌入模型可以改变维度，其他模型会拒绝请求。地址和密钥没有问题。",
        (
            "在应用的嵌入模型设置里，把维度（dimensions）留空。",
            "如果应用总是发送维度，请换用可以设置维度的嵌入模型，或升级应用。",
        ),
    ),
    "litellm_drop": Text(
        "LiteLLM：该服务商不支持 {parameter|应用所发的某个参数}",
        "LiteLLM 对照了该服务商支持的参数，没有发出请求。问题不在密钥和地址。",
        (
            "让 LiteLLM 去掉 {parameter|这类参数}：在配置的 litellm_settings 下写 `drop_params: true`，"
            "或在代码中写 `litellm.drop_params = True`。",
            "或者在应用中关闭 {parameter|该参数}。",
            "升级 LiteLLM：新版本认识各家更多的参数。",
        ),
    ),
    "body_lost": Text(
        "服务收到的请求没有请求体",
        "请求只到达了头部，所以服务认为所有字段都缺失。有些客户端会丢失请求体："
        "在明文连接上尝试 HTTP/2（Java 的 HttpClient）、被重定向，或经过代理。",
        (
            "让客户端使用 HTTP/1.1：在 Java 里把 HttpClient 的版本设为 HTTP_1_1，或在 Spring 里换用其他 HTTP 客户端"
            "（例如基于 Apache HttpClient 的 RestClient）。",
            "确认 Base URL 没有被重定向：使用 https 和准确的主机与路径。",
            "升级应用或其 SDK。",
        ),
    ),
    "body_no_json": Text(
        "请求体不是有效的 JSON",
        "服务器收到的请求体不是 JSON：常见原因是文本里的引号或换行没有转义，或客户端发送的是表单或纯文本。"
        "问题不在地址和密钥。",
        (
            "以 JSON 发送请求体，并带上 `Content-Type: application/json`。在工作流或代码里，用 JSON 函数"
            "（JSON.stringify、json.dumps）生成，不要自己拼接引号。",
            "用一段没有引号和换行的短文本试一次：如果可以，原因就在这里。",
            "如果是应用或插件，请升级。",
        ),
    ),
    "ollama_old": Text(
        "Ollama 的这个路径上没有服务，而 Base URL 是对的",
        "Base URL 以 /v1 结尾，正是 Ollama 的 OpenAI 格式接口所需。但这个 Ollama 没有应用请求的端点：旧版本缺少一部分"
        "（/v1/completions、/v1/embeddings、/v1/responses），或该端口上是另一个程序。",
        (
            "升级 Ollama：新版本有这个端点。",
            "在应用中选择聊天而不是文本补全：在 LangChain 中用 ChatOpenAI 代替 OpenAI。",
            "确认应答的是 Ollama 而不是别的程序：`curl -s http://localhost:11434/v1/models`。",
        ),
    ),
    "body_unreadable": Text(
        "服务器无法把请求体当作 JSON 读取",
        "请求到达了，但请求体为空、被截断、被压缩或已损坏：可能是应用造成的，也可能是途中的代理。还没有检查密钥和模型。"
        "",
        (
            "升级应用和它用来发请求的库（如果是插件，也升级宿主程序）。",
            "关掉代理和 VPN 再试，并关闭会压缩请求的选项。",
            "自己的代码请以 JSON 发送请求体，并带上 `Content-Type: application/json`。",
        ),
    ),
    "request_said": Text(
        "API 不接受这个请求：{said|其中有一部分不被接受}",
        "地址和密钥没有问题。应用所发请求中的某一部分，API 不接受。",
        (
            "在应用中修改或关闭这条信息所指的内容：{named}。",
            "按这条信息在应用中修改相应的设置；如果看不出来，逐个关闭工具、图片、思考和 JSON 输出再试。",
            "升级应用：新版本知道新模型需要什么。",
            "换一个模型。",
        ),
    ),
    "parameter_missing": Text(
        "请求缺少接口要求的 {parameter|字段}",
        "地址和密钥没有问题。应用没有发送接口必需的字段，常见原因是用了另一种接口或旧版本的格式。",
        (
            "如果应用里有 {parameter} 这项设置，请填写。",
            "检查应用里的接口类型是否与地址一致，并升级应用。",
        ),
    ),
    "parameter_renamed": Text(
        "模型不接受 {parameter|该参数}，要用 {replacement|另一个参数}",
        "地址、密钥和模型没有问题。新模型把这项设置改了名，而应用还在用旧名。",
        (
            "让应用发送 {replacement}，代替 {parameter}。",
            "升级应用：新版本知道新模型所要的参数名。",
            "如果应用改不了，请换用较旧的模型。",
        ),
    ),
    "parameter": Text(
        "模型不接受应用所发的 {parameter|某个参数}",
        "地址、密钥和模型没有问题。请求中的某一部分，模型或服务器不认识，或不接受它的值。",
        (
            "在应用中关闭或重置 {parameter}。",
            "升级应用：新版本知道新模型接受什么。",
            "换一个模型。",
        ),
    ),
    "invalid_argument": Text(
        "接口拒绝了请求中的某个参数，但没有说明是哪个",
        "地址和密钥没有问题。请求里有模型不接受的内容：某个工具、图片、设置，或历史里的一条消息。",
        (
            Step(
                "text|call",
                "新建一个对话，只发一句短消息：能用说明是历史的问题；还不行就逐个关闭工具、图片、思考和 JSON 输出。",
            ),
            Step(
                "!text !call",
                "换一个模型：检查只发了一句短消息，没有任何额外设置，该模型仍然拒绝；列表里的其他模型可能可用。",
            ),
            Step("!text !call relay", "请 {host} 的管理者测试 {model|该模型}。"),
            Step("text|call", "升级应用：新版本知道新模型的要求。"),
            Step("text|call", "换一个模型试试：最新的模型接受的设置更少。"),
        ),
    ),
    "aws_clock": Text(
        "这台机器的时钟不准，所以 AWS 拒绝了签名",
        "每个签名都带有签名时间，AWS 只在五分钟之内接受它。凭证本身可能没有问题。",
        (
            "在这台机器上打开自动校时（虚拟机或 WSL：与宿主机同步时钟）。",
            "用 `curl -sI https://sts.amazonaws.com` 对照时间，它会输出 AWS 的时间。",
        ),
    ),
    "aws_scope_region": Text(
        "请求是为另一个 AWS 区域签名的",
        "签名里写明了区域，而 AWS 的主机只接受自己区域的签名。",
        (
            "把 AWS_REGION（boto3 用 AWS_DEFAULT_REGION，或配置里的 `region`）设为主机名里的区域。",
            "或让 SDK 自己拼出地址：删除 Base URL，只设置区域。",
        ),
    ),
    "aws_service": Text(
        "请求是为另一个 AWS 服务签名的",
        "签名里写明了服务。Bedrock 运行时要 `bedrock`，Mantle 的地址要 `bedrock-mantle`。",
        (
            "使用为这个地址准备的客户端，不要填别的服务的 Base URL。",
            "如果经过签名代理，改正它设置里的服务名。",
        ),
    ),
    "aws_signature": Text(
        "签名不符：私有访问密钥不对，或请求在途中被改动",
        "AWS 认得访问密钥 ID，但用它对应的私有密钥算出的签名不同。",
        (
            "用 AWS 自己的程序验证：`aws sts get-caller-identity`。",
            "重新复制私有访问密钥：少一个 `/` 或 `+`，或混入别的密钥的字符，签名都会不同。",
            "如果这样可以，说明中间的代理或网关改动了路径或被签名的请求头。",
        ),
    ),
    "aws_session": Text(
        "AWS 临时凭证已过期",
        "角色或登录的凭证只有几小时有效，复制到环境变量里的不会自动更新。",
        (
            "重新登录：`aws sso login`。之后使用配置名（AWS_PROFILE），不要复制凭证。",
            "如果环境里设置了 AWS_SESSION_TOKEN，把它和两个密钥一起删除，或三个一起更新。",
        ),
    ),
    "aws_access_key": Text(
        "AWS 不认得这个访问密钥",
        "这个访问密钥 ID 已被删除或停用，属于另一个分区（中国、GovCloud），或缺少配套的会话令牌。",
        (
            "用 AWS 自己的程序验证：`aws sts get-caller-identity`。",
            "如果 ID 以 ASIA 开头，还要设置 AWS_SESSION_TOKEN：它和两个密钥一起给出。",
            "否则到 IAM 控制台新建访问密钥，或用 `aws sso login` 登录。",
        ),
    ),
    "aws_incomplete": Text(
        "请求里没有完整的 AWS 签名",
        "AWS 收到的 Authorization 请求头不是签名：访问密钥 ID 里有空格或换行，请求头在途中被替换，"
        "或应用发送了空的 Bedrock 密钥而没有签名。",
        (
            "看看 AWS 自己的程序读到哪个访问密钥、来自哪里：`aws configure list`。",
            "如果应用运行环境里设置了 AWS_BEARER_TOKEN_BEDROCK 但值为空，把它删除：空值（Docker Compose 会这样传递"
            "未设置的变量）同样优先于访问密钥。",
            "重新复制访问密钥 ID 和私有密钥，前后不要带空格或换行。",
            "如果中间有代理或网关，让它不要改动 Authorization 请求头。",
        ),
    ),
    "bedrock_key": Text(
        "Amazon Bedrock 不认为这是它的 API 密钥",
        "发送的值不像 Bedrock 的 API 密钥，或只复制了一部分。",
        (
            "在 Bedrock 控制台新建密钥，填到 AWS_BEARER_TOKEN_BEDROCK：长期密钥以 ABSK 开头，短期密钥以 "
            "bedrock-api-key- 开头。",
            "检查应用发送的是不是别家的密钥或登录令牌。",
            "访问密钥（AKIA…、ASIA…）不是 Bedrock 的 API 密钥：应设置 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY。",
        ),
    ),
    "key_pair": Text(
        "服务商拒绝了访问密钥或其签名",
        "该接口使用一对密钥（AccessKey 和 SecretKey），由客户端对请求签名。其中一个不存在、两者不配对，"
        "或填的是另一种密钥。",
        (
            "在服务商账号的访问密钥页面重新复制 AccessKey（ID）和 SecretKey；单个应用的密钥对是另一种。",
            "确认两者各填在自己的位置、没有空格，并且本机时间正确：签名里含有时间。",
            "如果服务商也提供 API 密钥，可新建一个改用它：不需要签名。",
        ),
    ),
    "access_token": Text(
        "访问令牌（access token）已过期或不被接受",
        "该接口使用访问令牌：由 API Key 和 Secret 换取，或登录后得到，过一段时间会失效。请求里的令牌已不被接受。",
        (
            "重新获取访问令牌，或让应用自己换取：重新填写 API Key 和 Secret。",
            "升级应用：旧版本保存令牌过久，或拼接错误。",
            "如果服务商也提供 API 密钥，可新建一个改用它：不需要令牌。",
        ),
    ),
    "relay_upstream": Text(
        "网关错误：中转无法调用它后面的服务商",
        "{host} 的中转收到了请求，也接受了密钥，但它自己向服务商发出的请求失败了：渠道的地址或密钥有误，"
        "或服务商没有响应。",
        (
            "请 {host} 的管理者测试 {model|该模型} 的渠道，或换一个模型。",
            "稍后再试：服务商可能出了故障。",
            Step("owner", "如果中转是你自己的，打开该渠道进行测试，并重新填写地址、密钥和类型。"),
        ),
    ),
    "context_loaded": Text(
        "模型加载时的上下文对这个应用来说太短",
        "本地服务按自己的设置加载模型，上下文常常远小于模型本身支持的长度，而智能体的系统提示就可能超过它。"
        "问题不在地址和密钥。",
        (
            "以更长的上下文加载模型：LM Studio 在模型设置里，Ollama 用 num_ctx，llama.cpp 用 -c。"
            "智能体需要 32768 个 token 以上。",
            "查看服务的日志：它会写明拒绝了什么，或根本没有收到请求。",
            "关闭工具，或使用应用的精简提示。",
        ),
    ),
    "gateway_credentials": Text(
        "网关没有 {provider|该模型所属服务商} 的凭证",
        "{host} 的网关收到了请求，并按模型名选择了服务商，但它没有这个服务商的密钥或登录。问题不在你自己的密钥。",
        (
            "换成网关已有账号的服务商的模型。许多网关按名称的前缀选择服务商，例如 {provider|服务商}/模型。",
            Step("relay", "请 {host} 的管理者说明它能提供哪些模型。"),
            Step("owner", "如果网关是你自己的，在其中添加 {provider|该服务商} 的账号或密钥。"),
        ),
    ),
    "no_json": Text(
        "响应不是 JSON，应用无法读取",
        "应用得到的是空响应、网页或被截断的响应。地址可能指向网页，也可能是服务器出错或放弃时没有返回错误信息。",
        (
            "用 `curl -i` 请求同一个 URL 查看原始响应：如果是网页，说明地址不对；如果为空，说明服务器或代理出了故障。",
            "把 Base URL 与 {host} 的文档核对：通常以 /v1 结尾。",
            "如果只是偶尔出现，稍后再试：过载的服务器常返回空响应。",
            Step("owner", "如果服务器是你自己的，查看当时的日志。"),
        ),
    ),
    "server_gone": Text(
        "{host} 的服务没有回答就关闭了连接",
        "本机的服务收到了请求，随后中断了连接。多半是它崩溃了（例如内存不足），或端口被别的程序占用。",
        (
            "查看服务当时的日志，以及它是否重启过：内存不足时，加载模型的过程中常会崩溃。",
            "换较小的模型或上下文，并升级该服务。",
            "确认没有别的程序或端口转发占用该端口。",
        ),
    ),
    "auth_method": Text(
        "{app|应用} 不认识设置中的登录方式",
        "应用在发送请求之前就退出了：设置中的登录方式不是它支持的，或没有选择登录方式。问题不在地址和密钥。",
        (
            "Gemini CLI 使用密钥时，在 ~/.gemini/settings.json 中写入 "
            '`"security": {"auth": {"selectedType": "gemini-api-key"}}`。',
            "或启动应用，输入 /auth，选择登录方式。",
            "如果环境变量里设置了 Base URL，必须明确选择登录方式：此时应用不会自己选择。",
        ),
    ),
    "app_provider": Text(
        "应用的设置里没有它认识的接口类型",
        "应用在发送请求之前就失败了：设置中该服务商或模型的条目缺少接口类型，或名称不是应用认识的。问题不在地址和密钥。",
        (
            "在应用的设置中填写该服务商的接口类型，例如 openai-completions 或 openai，以应用的文档为准。",
            "确认服务商或端点的名称与设置中的写法一致（{provider|包括大小写}），并确认应用读取了设置文件：重启它，"
            "查看启动时有没有警告。",
            "升级应用。",
        ),
    ),
    "container_service": Text(
        "连接被拒绝：容器 {service|（服务端）} 的该端口没有服务在监听",
        "在容器网络里，服务名指向它的容器。该容器没有运行、仍在启动、在另一个网络里，"
        "或服务监听的是别的端口或仅 127.0.0.1。",
        (
            "确认容器 {service|（服务端）} 在运行，并和应用在同一个网络里：`docker compose ps`、"
            "`docker network inspect 网络名`。",
            "使用容器内的端口，而不是映射出来的端口；并让服务监听 0.0.0.0。",
            "在应用的容器里用 `docker exec 应用容器 curl -s http://{service}:端口` 测试。",
        ),
    ),
    "lan_server": Text(
        "{host} 拒绝连接：那里没有对其他机器开放的服务",
        "这个地址是局域网里的另一台机器，端口是模型服务的端口。这类服务默认只监听 127.0.0.1，"
        "或者那台机器的防火墙挡住了端口。",
        (
            Step("protocol:ollama", "在那台机器上设置 OLLAMA_HOST=0.0.0.0，并重启 Ollama。"),
            "在那台机器上让服务监听 0.0.0.0：Ollama 用 OLLAMA_HOST=0.0.0.0，LM Studio 开启 Serve on Local Network，"
            "llama.cpp 和 vLLM 用 --host 0.0.0.0。",
            "在那台机器的防火墙里放行该端口。",
            "确认地址没有变化，并且服务在运行。",
        ),
    ),
    "litellm_master_key": Text(
        "LiteLLM 代理只认它的主密钥（master key），应用发送的是另一个",
        "没有数据库时，LiteLLM 代理只接受一个密钥，就是它的主密钥。收到别的密钥时，它会去查并不存在的数据库，"
        "所以报错说的是数据库，而不是密钥。",
        (
            "把应用的密钥改为代理的主密钥：它的配置文件里的 `master_key`，或代理运行环境中的 LITELLM_MASTER_KEY。",
            "要用虚拟密钥，请给代理连接数据库（DATABASE_URL）并重启。",
        ),
    ),
    "litellm_key": Text(
        "LiteLLM 代理只接受它自己的密钥，以 sk- 开头",
        "这个地址是 LiteLLM 代理。它只认自己签发的虚拟密钥和主密钥；后面服务商的密钥或占位符都会被拒绝。",
        (
            "填写该 LiteLLM 代理的虚拟密钥（sk-…）：在它的网页 Virtual Keys 中创建，或向运营者索取。",
            "检查应用读到的是不是这个密钥，而不是示例文件里的占位符。",
            "想直接调用服务商，就改用服务商自己的 Base URL。",
        ),
    ),
    "google_credentials": Text(
        "没有 Google Cloud 凭据：应用没有找到应用默认凭据",
        "应用调用的是 Vertex AI，这里不用 API Key，而要 Google 账号或服务账号的登录凭据。应用没有找到，"
        "因此没有发出请求。",
        (
            "在这台机器上登录一次：运行 `gcloud auth application-default login`。",
            "在服务器或容器里，把 GOOGLE_APPLICATION_CREDENTIALS 设为服务账号 JSON 文件的路径。",
            "如果你用的是 Google AI Studio 的 API Key，请选择 Gemini 而不是 Vertex AI"
            "（在 LiteLLM 中写 gemini/模型名）。",
        ),
    ),
    "google_login": Text(
        "供 Google 的库使用的登录已过期或被撤销",
        "`gcloud auth application-default login` 保存供程序使用的登录。修改密码、有人撤销、几个月不用，或组织要求定期重"
        "新登录时，它就失效。",
        (
            "重新登录：`gcloud auth application-default login`。",
            "如果组织要求每隔几小时重新登录，无人值守的程序改用服务账号。",
            "如果设置了 GOOGLE_APPLICATION_CREDENTIALS，它指的文件优先：更新或去掉它。",
        ),
    ),
    "google_account_key": Text(
        "Google 不接受这个服务账号的密钥：密钥或账号已被删除",
        "文件是完整的，但用它签名的请求被拒绝。Google 会删除在公开位置发现的密钥，组织也可能让密钥过期。",
        (
            "列出账号的密钥：`gcloud iam service-accounts keys list --iam-account=ACCOUNT`，与文件里的 "
            "`private_key_id` 对比。",
            "新建密钥，或改用登录或工作负载身份联合。",
            "检查文件是不是你想用的那个，有没有被改过。",
        ),
    ),
    "google_impersonation": Text(
        "该账号不能模拟这个服务账号",
        "凭证是用一个账号代替另一个账号，需要在后者上有 `iam.serviceAccounts.getAccessToken` 权限。",
        (
            "授予角色：`gcloud iam service-accounts add-iam-policy-binding TARGET --member=user:YOU "
            "--role=roles/iam.serviceAccountTokenCreator`。",
            "启用所需的 API：`gcloud services enable iamcredentials.googleapis.com`。",
            "检查文件里目标账号的地址。",
        ),
    ),
    "google_federation": Text(
        "Google 的令牌服务不接受另一个身份提供方的令牌",
        "工作负载身份联合用其他提供方的令牌换取 Google 的令牌。身份池或其中的提供方不存在、已停用，或不接受这个令牌。",
        (
            "查看提供方的状态、条件和允许的受众：`gcloud iam workload-identity-pools providers describe PROVIDER "
            "--workload-identity-pool=POOL --location=global`。",
            "把凭据文件里的 `audience` 与提供方的完整名称对比，其中用的是项目编号："
            "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER。",
            "重新生成文件：`gcloud iam workload-identity-pools create-cred-config`。",
        ),
    ),
    "google_metadata": Text(
        "Google Cloud 的元数据服务器没有给出令牌",
        "在 Google Cloud 上，机器或容器从元数据服务器取得令牌。它返回了错误，或这台机器没有服务账号。",
        (
            "自己问一次：`curl -H 'Metadata-Flavor: Google' "
            "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/`。",
            "给机器绑定服务账号，并设置访问范围 `cloud-platform`。",
            "在 GKE 上，检查 Workload Identity 是否把 Pod 的账号绑定到服务账号。",
            "在其他地方，用 `gcloud auth application-default login` 登录。",
        ),
    ),
    "google_client": Text(
        "Google 不认识这个登录的 OAuth 客户端",
        "续期登录时用了 Google 不认识的客户端 ID。应用把另一种文件（例如模拟服务账号的文件）当作登录来读时会这样。",
        (
            "重新登录：`gcloud auth application-default login`。",
            "检查文件里的 `type`：如果是 impersonated_service_account 或 external_account，"
            "应用需要支持这种文件的库版本。",
        ),
    ),
    "vertex_api_key": Text(
        "Vertex AI 在这个地址不接受 API Key",
        "带项目和位置的地址要用访问令牌。API Key（express 模式）用于不带它们的地址，而且只适用于 Gemini 模型。",
        (
            "想用登录，就去掉密钥（GOOGLE_API_KEY、GEMINI_API_KEY），再运行 `gcloud auth application-default login`。"
            "如果应用只能填密钥，就填访问令牌：`gcloud auth print-access-token`，有效期一小时。",
            "想用密钥，就去掉 GOOGLE_CLOUD_PROJECT 和 GOOGLE_CLOUD_LOCATION，以及代码里的项目和位置。",
            "密钥必须是 Vertex AI express 模式的：https://console.cloud.google.com/vertex-ai/studio/settings/api-keys。",
        ),
    ),
    "aws_region_unset": Text(
        "没有设置 AWS 区域",
        "AWS 在每个区域有自己的主机，而应用的库在环境变量和配置里都没有找到区域。",
        (
            "在应用运行的地方设置 AWS_DEFAULT_REGION（boto3）或 AWS_REGION（Anthropic 的 SDK），例如 us-east-1。",
            "或在 ~/.aws/config 的配置里加上 `region = us-east-1`。",
        ),
    ),
    "aws_profile": Text(
        "应用运行的地方没有这个 AWS 配置",
        "环境变量或另一个配置用到了它，而 ~/.aws/config 和 ~/.aws/credentials 里没有这一段。",
        (
            "列出已有的配置：`aws configure list-profiles`。",
            "在 ~/.aws/config 里，段名前要有 profile：[profile work]。在 ~/.aws/credentials 里不要：[work]。",
            "在容器里或以别的用户运行时，挂载或复制这两个文件，或在那里删除 AWS_PROFILE。",
        ),
    ),
    "aws_assume_role": Text(
        "AWS 不允许应用使用这个角色",
        "应用自己的凭证有效，但 AWS 的令牌服务（STS）不肯用它换取角色的凭证。",
        (
            "在角色的信任策略里写上你的用户、角色或令牌签发者。",
            "在发起请求的用户或角色的策略里，对这个角色允许 `sts:AssumeRole`。",
            "检查 `role_arn` 里的账号和名字，以及角色是否要求 `external_id`。",
        ),
    ),
    "aws_sso_expired": Text(
        "AWS 登录（SSO）已过期",
        "IAM Identity Center 的登录几小时或几天后失效，只能由人重新登录。",
        (
            "重新登录：`aws sso login`，如果不是默认配置，加上 `--profile` 和它的名字。",
            "如果应用要无人值守地运行，改用角色或程序专用的访问密钥，不要用个人登录。",
        ),
    ),
    "aws_sso_absent": Text(
        "这个配置还没有登录过 AWS",
        "这个配置使用 IAM Identity Center（SSO），而运行应用的用户没有保存过它的登录。",
        (
            "登录：`aws sso login`，如果不是默认配置，加上 `--profile` 和它的名字。",
            "如果应用以别的用户或在容器里运行，要由那个用户登录，或改用角色。",
        ),
    ),
    "aws_credentials": Text(
        "没有 AWS 凭据：应用没有找到",
        "应用用 AWS 登录调用 Amazon Bedrock，在环境变量、~/.aws 和机器角色中都没有找到有效的凭据，因此没有发出请求。",
        (
            "用 `aws configure` 或 `aws sso login` 登录，或在应用运行的环境中设置 AWS_ACCESS_KEY_ID 和 "
            "AWS_SECRET_ACCESS_KEY，并设置 AWS_REGION。",
            "如果用的是 Bedrock 的 API Key，请改设 AWS_BEARER_TOKEN_BEDROCK。",
            "在容器里，请传入这些变量或挂载 ~/.aws。",
        ),
    ),
    "azure_credentials": Text(
        "没有 Azure 登录：应用拿不到 Entra ID 的令牌",
        "应用使用 DefaultAzureCredential，已试过它认识的每种登录方式，在这里都不可用。",
        (
            "在这台机器上用 `az login` 登录资源所在的租户。",
            "在服务器上设置 AZURE_TENANT_ID、AZURE_CLIENT_ID 和 AZURE_CLIENT_SECRET，或使用托管标识。",
            "或者改用资源的 API Key：AZURE_OPENAI_API_KEY。",
        ),
    ),
    # -- permissions ---------------------------------------------------------------------------------------------------
    "foundry_role": Text(
        "这个身份没有该 Foundry 资源的角色",
        "令牌没有问题，但它的身份没有这项权限：缺少{permission|所需的数据操作}。Owner、Contributor 和 Cognitive "
        "Services "
        "OpenAI User 都不包含它。",
        (
            '分配角色：`az role assignment create --assignee CLIENT_OR_USER --role "Cognitive Services User" '
            "--scope RESOURCE_ID`。智能体和项目需要 Azure AI User 角色（新版门户叫 Foundry User）。",
            "等五分钟，再取新的令牌：角色分配后要过一会儿才生效。",
            "确认用的是你想用的身份：`llmdoctor check -v` 会显示它来自链中的哪一步。",
        ),
    ),
    "azure_role": Text(
        "这个身份没有该 Azure 资源的角色",
        "令牌没有问题，但它的身份没有这项权限：缺少{permission|所需的数据操作}。Owner 和 Contributor 不包含它。",
        (
            '分配角色：`az role assignment create --assignee CLIENT_OR_USER --role "Cognitive Services OpenAI User" '
            "--scope RESOURCE_ID`。",
            "等五分钟，再取新的令牌：角色分配后要过一会儿才生效。",
            "确认用的是你想用的身份：`llmdoctor check -v` 会显示它来自链中的哪一步。",
        ),
    ),
    "entra_tenant": Text(
        "令牌与 Azure 资源不在同一个租户",
        "令牌只在签发它的租户里有效，而这个资源不在那个租户里。",
        (
            "取得资源所在租户的令牌：`az login --tenant TENANT`，应用则设置 AZURE_TENANT_ID。",
            "查看当前的租户：`az account show --query tenantId`。",
        ),
    ),
    "entra_secret": Text(
        "Entra 拒绝了应用的密码或证书",
        "令牌服务认得这个应用，但它的密码或证书不对，或已经过期。没有请求过模型 API。",
        (
            "生成新的密码：`az ad app credential reset --id CLIENT_ID`，并设为 AZURE_CLIENT_SECRET。",
            "要用密码的值，而不是它的 ID：门户只显示一次。",
            "托管身份或工作负载身份不需要密码，也就不会过期。",
        ),
    ),
    "entra_federated": Text(
        "Entra 不接受这个工作负载的身份令牌",
        "集群或作业的身份令牌要换成 Entra 的令牌。应用没有与它的签发者、主体和受众相符的联合凭据，"
        "或者身份令牌已过期。没有请求过"
        "模型 API。",
        (
            "把签发者、主体和受众与应用的联合凭据对照：`az ad app federated-credential list --id CLIENT_ID`；"
            "`llmdoctor whose` 会读出令牌的签发者、受众和有效期。",
            "受众必须是 api://AzureADTokenExchange。",
            "如果令牌已过期，让应用每次都重新读取 AZURE_FEDERATED_TOKEN_FILE 指向的文件：集群会在那里更新它。",
        ),
    ),
    "entra_app": Text(
        "Entra 找不到这个令牌的应用、租户或资源",
        "令牌服务收到的应用、租户或受众在那里不存在。没有请求过模型 API。",
        (
            "把 AZURE_CLIENT_ID 和 AZURE_TENANT_ID 与应用的页面对照：`az ad app show --id CLIENT_ID`。",
            "检查范围：https://cognitiveservices.azure.com/.default 或 https://ai.azure.com/.default。",
        ),
    ),
    "entra_account": Text(
        "这个账号不在该 Entra 租户里",
        "登录用的账号属于别的租户，或者没有指定租户。没有请求过模型 API。",
        (
            "登录到资源所在的租户：`az login --tenant TENANT`。",
            "查看账号有哪些租户：`az account tenant list`。",
            "如果它应该是那里的来宾用户，请租户的管理员发出邀请。",
        ),
    ),
    "entra_policy": Text(
        "Entra 租户的规则不允许这次登录",
        "条件访问、必需的授权或必需的分配拒绝了它，例如设备不受管理，或地点不在允许范围内。重新登录也没有用。"
        "没有请求过模型 API。",
        (
            "联系租户的管理员；https://entra.microsoft.com 的登录日志会写明是哪条规则。",
            "在受管理的设备上或允许的网络里登录：`az login --tenant TENANT`。",
            "无人值守的应用请使用服务主体或托管身份，不要用个人登录。",
        ),
    ),
    "entra_person": Text(
        "Entra 要求有人重新登录",
        "登录已经失效，或租户的规则要求另一种验证或授权，程序无法提供。没有请求过模型 API。",
        (
            "重新登录：`az login --tenant TENANT --scope https://cognitiveservices.azure.com/.default`。",
            "无人值守的应用请使用服务主体或托管身份，不要用个人登录。",
            "如果是条件访问规则拒绝了它，联系租户的管理员。",
        ),
    ),
    "entra_code": Text(
        "Entra 没有给出令牌",
        "Microsoft Entra ID 的令牌服务以它自己的错误码拒绝了请求。没有请求过模型 API。",
        (
            "查询这个错误码：https://login.microsoftonline.com/error?code={detail}",
            "查看登录的是谁、在哪个租户：`az account show`。",
        ),
    ),
    "entra_identity": Text(
        "这台机器没有托管身份，或者没有所要的那一个",
        "应用向它所在的机器索取托管身份的令牌，没有得到。",
        (
            "启用它：`az webapp identity assign`；虚拟机用 `az vm identity assign`。",
            "如果是你自己创建的身份，把 AZURE_CLIENT_ID 设为它的客户端 ID。",
            "你自己的电脑上没有托管身份：用 `az login` 登录。",
        ),
    ),
    "federation": Text(
        "工作负载的身份令牌没有换到服务商的令牌",
        "工作负载身份：应用交出它所在机器或作业的身份令牌，而服务商拒绝为它签发访问令牌。没有请求过模型 API。",
        (
            "把令牌的签发者和受众与服务商控制台里的规则对照：`llmdoctor whose` 会读出它们和有效期。",
            "每个身份令牌只用一次，每个进程都取新的：同一个令牌可能只能换一次（jti_reused）。",
            "检查规则、组织和服务账号的 ID。",
            "Anthropic 的控制台有 Workload identity 页面，列出每次尝试和原因。",
        ),
    ),
    "refresh_used": Text(
        "保存的登录无法再续期",
        "应用用一个只能用一次的令牌给登录续期。另一个会话、文件的另一份副本或一次退出登录已经用掉或吊销了它。",
        (
            "关闭应用的所有会话，退出登录，再重新登录。",
            "不要把登录文件复制到别的机器或容器：在那里另行登录。",
            "无人值守的程序请使用 API Key。",
        ),
    ),
    "copilot_login": Text(
        "GitHub Copilot CLI 没有登录",
        "它的变量、系统钥匙串、它自己的文件和 GitHub CLI 里都没有令牌。",
        (
            "登录：`copilot login`。",
            "无法登录的地方（流水线、容器）设置 COPILOT_GITHUB_TOKEN：用带有 Copilot 请求权限的细粒度个人访问令牌；"
            "经典令牌（ghp_）不被接受。",
            "使用自己的模型服务商时，设置 COPILOT_PROVIDER_BASE_URL：那就不需要登录。",
        ),
    ),
    "login_token": Text(
        "登录的令牌已过期",
        "应用发送的是登录的令牌，不是 API Key。这种令牌有效期只有几分钟到几小时，由应用自己续期，"
        "而这次没有续期或没有成功。",
        (
            "在生成这个令牌的应用里重新登录：它是登录的令牌，已经过期。",
            "如果马上又过期，检查本机的时间，以及变量或复制来的文件里是否留着旧的令牌。",
            "自己的程序请使用 API Key。",
        ),
    ),
    "azure_key": Text(
        "Azure 拒绝了密钥：密钥不对，或者是另一个资源的密钥",
        "这两种情况 Azure 的回答相同：每个资源有自己的终结点和两个密钥，只能配套使用。",
        (
            "把密钥与这个资源的密钥对照：`az cognitiveservices account keys list --name NAME --resource-group GROUP`，"
            "NAME 是终结点域名的第一段。",
            "如果不在其中，它属于另一个资源：`az cognitiveservices account list --query "
            '"[].[name, properties.endpoint]" -o tsv` 会列出各个终结点。使用同一个资源的密钥和终结点。',
            "如果在其中，就是传递时丢了字符：把首尾字符与{key_hint|应用里的密钥}对照。",
        ),
    ),
    "azure_subdomain": Text(
        "该 Azure 地址要用 API Key，不接受 Entra ID 的令牌",
        "令牌只在资源自己的域名上有效，域名里带有资源名；区域的公共域名只接受 API Key。",
        (
            "把终结点改为资源自己的地址：https://NAME.openai.azure.com 或 https://NAME.services.ai.azure.com "
            "（见 Azure 门户的资源页面）。",
            "如果资源还没有自己的域名，请在 Azure 门户为它设置自定义子域。",
            "或改用该资源的 API Key。",
        ),
    ),
    "entra_token": Text(
        "Azure 拒绝了访问令牌：缺失、过期或受众不对",
        "这几种情况 Azure 的回答相同。Entra ID 的令牌只对一个受众有效，约一小时后过期。",
        (
            "按报错中的受众获取令牌：`az account get-access-token --resource {audience}`。",
            "检查应用请求的 scope：应为受众后加 /.default。",
            "检查应用是否以 Authorization: Bearer 发送令牌，而不是发送 API Key。",
        ),
    ),
    "audience_expected": Text(
        "令牌是为别的服务签发的：服务器要求的受众是 {audience|它所指定的那个}",
        "令牌里写明了它是为哪个服务签发的（aud）。服务器只接受发给自己的令牌，即使令牌还没有过期。",
        (
            Step(
                "door:databricks",
                "获取 Azure Databricks 的令牌：`az account get-access-token --resource {audience}`。也可以用工作区的"
                "个人访问令牌（Settings → Developer）。",
            ),
            Step("!door:databricks", "以 {audience} 为受众重新获取令牌，并设为密钥。"),
            "检查应用获取令牌时请求的是哪个受众、资源或范围。",
        ),
    ),
    "azure_network": Text(
        "这个 Azure 资源只接受来自自己网络的请求",
        "资源的公网访问已关闭，或只对某些网络开放。请求来自别的地方，所以没有检查密钥。",
        (
            "连接到资源的专用终结点（private endpoint）所在的网络（VPN）。在那里，{host} 应解析为内网地址："
            "`nslookup {host}`。",
            "也可以在 Azure 门户打开该资源的“网络”（Networking），允许本机的 IP 地址或网络。",
        ),
    ),
    "hf_permission": Text(
        "Hugging Face 的令牌没有调用 Inference Providers 的权限",
        "Hugging Face 认得这个令牌，但调用模型需要单独的权限。",
        (
            "在 https://huggingface.co/settings/tokens 给令牌加上“Make calls to Inference Providers”权限，或新建"
            "一个带该权限的令牌。",
            "把新令牌填到应用中，并重启应用。",
        ),
    ),
    "gcp_scope": Text(
        "访问令牌缺少 Vertex AI 的权限范围",
        "令牌只允许它的范围（scope）所列的操作。Vertex AI 需要 `https://www.googleapis.com/auth/cloud-platform`，而这个"
        "令牌没有。",
        (
            "带上范围重新登录：`gcloud auth application-default login "
            "--scopes=https://www.googleapis.com/auth/cloud-platform`。",
            "如果是云主机，给它 `cloud-platform` 访问范围：`gcloud compute instances set-service-account VM "
            "--scopes=cloud-platform`（须先停机）。",
            "如果凭证由你的代码创建，传入这个范围。",
        ),
    ),
    "gcp_quota_project": Text(
        "账号不能使用这个配额项目",
        "除了模型所在的项目，请求还可以指定一个计量和付费的项目。账号在它上面没有 `serviceusage.services.use` 权限，或"
        "者个人登录没有指定。",
        (
            "选择账号可以使用的项目：`gcloud auth application-default set-quota-project PROJECT`。",
            "或在该项目上给账号授予 Service Usage Consumer 角色（roles/serviceusage.serviceUsageConsumer）。",
            "检查变量 GOOGLE_CLOUD_QUOTA_PROJECT：它优先于凭证文件里的 `quota_project_id`。",
        ),
    ),
    "gcp_base_model_quota": Text(
        "该项目在 Vertex AI 上对 {model|此模型} 的配额已用完，或为零",
        "Google 按模型、项目和位置分别计算请求数和令牌数。对于其他发布方的模型，新项目的配额常常是零，"
        "第一次请求就会失败。",
        (
            "查看配额并申请提高：https://console.cloud.google.com/iam-admin/quotas?service=aiplatform.googleapis.com。",
            "如果配额不是零，等一分钟，再减少并发请求。",
            "换一个位置（global 有自己的配额），或换一个模型。",
        ),
    ),
    "gcp_billing": Text(
        "Google Cloud 项目没有启用结算",
        "Google 认识这个账号和项目。没有关联结算账号的项目不能使用 Vertex AI。",
        (
            "关联结算账号：`gcloud billing projects link PROJECT --billing-account=ACCOUNT`。",
            "或在 https://console.cloud.google.com/billing 启用，等几分钟再试。",
            "检查应用使用的是不是你想用的项目。",
        ),
    ),
    "gcp_token_expired": Text(
        "Google 访问令牌已过期",
        "访问令牌的有效期是一小时。Google 的库会自动续期；复制到设置里的令牌不会。",
        (
            "重新获取：`gcloud auth print-access-token`。",
            "应用要长期运行时，让库自己查找凭证：`gcloud auth application-default login`，或使用服务账号。",
            "如果令牌是新的，检查这台机器的时钟。",
        ),
    ),
    "gcp_api_off": Text(
        "该 Google Cloud 项目没有启用此 API",
        "Google 认得这个密钥或账号。每个 API 都要在密钥所属的项目中启用一次。",
        (
            "打开 {page|Google Cloud 控制台中该 API 的页面}，选择密钥所属的项目，启用该 API。",
            Step("chain:google", "或在终端里启用：`gcloud services enable aiplatform.googleapis.com`。"),
            "等几分钟再试。",
            "检查应用使用的项目是否就是你想用的那个。",
        ),
    ),
    "gcp_project": Text(
        "Google Cloud 找不到该项目，或该账号无权使用它",
        "请求中写了一个 Google Cloud 项目。没有这个名称的项目，或发出请求的账号没有它的权限。",
        (
            "要填项目 ID，而不是项目的显示名称：`gcloud projects list` 会同时列出两者。",
            "检查账号或服务账号是否有该项目的权限。",
            "换过项目后，用 `gcloud auth application-default login` 更新本机的凭证。",
        ),
    ),
    "gcp_permission": Text(
        "该 Google 账号缺少权限 {permission|来使用该模型}",
        "Google 认得这个账号。可能是在该项目中缺少权限，也可能是项目、区域或模型不存在：两种情况 Google 的回答相同。",
        (
            "给账号加上 Vertex AI User 角色：`gcloud projects add-iam-policy-binding PROJECT --member=user:YOU "
            "--role=roles/aiplatform.user`（服务账号用 serviceAccount:地址）。",
            "或在页面 https://console.cloud.google.com/iam-admin/iam 上添加。",
            "检查请求中的项目 ID、区域和模型名。",
            "用 `gcloud auth list` 查看应用用的是哪个账号。",
        ),
    ),
    "aws_denied": Text(
        "AWS 策略明确拒绝了 {permission|此请求}",
        "策略中的明确拒绝优先于所有允许，报错里写明了是哪一种策略。组织常用它限制区域，而推理配置文件"
        "（us.、eu.、global.）可能把请求发到被禁止的区域。",
        (
            "确认账号和角色是你想用的那个：`aws sts get-caller-identity`。",
            "改用只在允许区域内的模型 ID 或推理配置文件：`aws bedrock list-inference-profiles`。",
            "或请 AWS 组织的管理员在该配置文件涉及的所有区域允许 {permission|该操作}。",
        ),
    ),
    "aws_bearer": Text(
        "Bedrock 密钥缺少权限 bedrock:CallWithBearerToken",
        "Bedrock 的 API 密钥代表一个 AWS 用户或角色。用密钥调用，除了模型的权限，还需要这个权限。",
        (
            "给报错所指的用户加上：`aws iam attach-user-policy --user-name USER --policy-arn "
            "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess`。",
            "短期密钥：给生成它的角色加上 bedrock:CallWithBearerToken。",
            "或者不用密钥，改用访问密钥或配置（profile）：它们不需要这个权限。",
        ),
    ),
    "aws_permission": Text(
        "该 AWS 用户或角色缺少权限 {permission|来发出此请求}",
        "AWS 认得凭证，但用户或角色的任何策略都没有允许对该模型执行此操作。",
        (
            "确认账号和角色是你想用的那个：`aws sts get-caller-identity`。",
            "在报错所指的用户或角色的 IAM 策略里，对该模型允许 {permission|该操作}。`aws iam simulate-principal-policy "
            "--policy-source-arn ARN --action-names {permission|ACTION}` 可以看出是否已允许。",
            "使用推理配置文件（us.、eu.、apac.、global.）时，要在配置文件本身，以及它涉及的每个区域的模型上都允许。",
            "流式输出需要 bedrock:InvokeModelWithResponseStream，其他需要 bedrock:InvokeModel，Converse 也一样。",
        ),
    ),
    "iam_action": Text(
        "该云账号缺少权限 {permission|来发出此请求}",
        "云平台认得这个账号，但用户或角色的策略不允许对该模型执行此操作。",
        (
            "在报错所指的用户或角色的策略中加上 {permission}。",
            "检查策略是否包含该模型和区域，以及是否有别的策略禁止了它。",
        ),
    ),
    "ram_permission": Text(
        "该阿里云用户缺少 RAM 权限",
        "阿里云认得这个用户，但它的 RAM 策略不允许此请求。",
        (
            "在 RAM 控制台给该用户加上百炼的权限，或使用主账号的 API Key。",
            "检查请求中的业务空间和应用是否属于该账号。",
        ),
    ),
    # -- limits, places, servers ---------------------------------------------------------------------------------------
    "no_free_quota": Text(
        "账号的层级没有 {model|该模型} 的配额",
        "限额为零：免费层级不包含该模型，等待没有用。",
        (
            "换一个该层级包含的模型。",
            "为项目或账号开通结算：{console}",
        ),
    ),
    "aws_daily_limit": Text(
        "该 AWS 账号今天的 token 额度已用完",
        "Amazon Bedrock 按模型、区域和天限制 token 数。新账号的限额较低。",
        (
            "查看限额：`aws service-quotas list-service-quotas --service-code bedrock`；在 "
            "https://console.aws.amazon.com/servicequotas/home/services/bedrock/quotas 申请提高。",
            "换一个模型或区域：各有各的限额。",
            "或等到第二天。",
        ),
    ),
    "aws_throttled": Text(
        "Amazon Bedrock 对该 AWS 账号限流",
        "限额按模型、区域和分钟计算，请求数和 token 数各有限制。新账号的限额较低。",
        (
            "等一分钟。让应用减少并发请求，重试的间隔逐渐加长。",
            "查看限额：`aws service-quotas list-service-quotas --service-code bedrock`；在 "
            "https://console.aws.amazon.com/servicequotas/home/services/bedrock/quotas 申请提高。",
            "推理配置文件（us.、eu.、apac.、global.）把请求分散到多个区域，限额更高。",
        ),
    ),
    "daily_limit": Text(
        "已达到当日限额",
        "账号或其层级每天只能发送一定数量的请求或 token。地址和密钥没有问题。",
        (
            "等待限额重置：服务器说还有 {retry_after} 秒。",
            "明天再试，或换一个模型：各模型的限额往往分开计算。",
            "在账号中提高限额或充值：{console}",
        ),
    ),
    "region_billing": Text(
        "在你所在的国家，该 API 需要结算账号",
        "服务商只在部分国家提供免费层级，其他地方的项目需要开通结算。",
        (
            "为密钥所属的项目开通结算：{console}",
            "为项目关联结算账号，或使用已开通结算的项目的密钥。",
            "查看网络出口在哪个国家：VPN 或代理会改变它。",
        ),
    ),
    "model_loading": Text(
        "服务器仍在加载模型",
        "服务器在模型第一次被请求时才载入内存，大模型可能要几分钟。地址、密钥和模型名没有问题。",
        (
            "等一分钟再试，并在应用中调大超时时间。",
            Step("owner", "如果服务是自己的，请在第一个请求之前先加载模型，并让它常驻。"),
        ),
    ),
    "model_memory": Text(
        "服务器内存不足，无法加载模型 {model|（所填的）}",
        "服务器在运行，但机器内存或显存不够加载该模型。地址和密钥没有问题。",
        (
            "换用更小或量化程度更高的模型：该模型需要 {need} 内存，可用 {have}。",
            "换用更小或量化程度更高、占用内存更少的模型。",
            Step("owner", "自己的服务器：关闭其他程序、卸载其他模型（`ollama ps`），或调小模型的上下文。"),
        ),
    ),
    "group_saturated": Text(
        "中转站中 {model|该模型} 的所有渠道都已饱和",
        "中转站的这个分组有该模型的渠道，但请求都被上游拒绝，多半是渠道背后的密钥触发了限流。你的密钥和地址没有问题。",
        (
            "{retry_after} 秒后重试。",
            "过一分钟再试；如果一直如此，换一个模型，或换中转站的另一个分组。",
            "联系 {host|中转站} 的运营者：上游为什么拒绝，只有中转站的日志里有。",
            Step("owner", "自己的中转站：查看渠道日志，给该分组增加渠道或密钥。"),
        ),
    ),
    "model_crashed": Text(
        "服务器上的模型崩溃了",
        "服务还在运行，但运行模型的进程已退出。最常见的原因是显存或内存不足。地址没有问题。",
        (
            "减少占用后重新加载模型：缩短上下文，减少放到显卡上的层数，或换更小、量化更多的模型。",
            "查看崩溃前的服务日志。",
            "升级服务程序和显卡驱动。",
        ),
    ),
    "answer_fields": Text(
        "应用读不懂服务器回答中的一个字段",
        "应用按固定的字段和取值检查回答，而服务器返回了别的。密钥和地址没有问题。",
        (
            "升级应用：新版本认识新的字段和取值。",
            "如果是读取模型列表时出错，请手动填写模型名。",
            "如果不是官方接口，检查应用中的服务商类型是否合适。",
        ),
    ),
    "old_sdk_code": Text(
        "程序是按另一个版本的 OpenAI SDK 写的",
        "openai 包的 1.0 版改了所有名称，已安装的版本与程序不符，因此没有发出请求。",
        (
            "把程序升级到最新版本；自己的代码可以用 `openai migrate`，或按迁移指南修改。",
            "如果程序改不了，请为它安装旧版本：`pip install openai==0.28`。",
        ),
    ),
    "gateway_provider": Text(
        "网关不认识请求里的服务商名称",
        "接多家服务商的网关，从请求头或自身设置里读取该把请求转给谁。其中的名称不在它的列表里。",
        (
            "把服务商改成网关列表里的名称。Portkey 读取请求头 x-portkey-provider，名称用连字符，"
            "例如 vertex-ai、azure-openai。",
            "如果请求引用了保存的配置或虚拟密钥，请检查其中的服务商。",
        ),
    ),
    "wanted_header": Text(
        "服务器要求请求头 {wanted_header|（见报错）}",
        "请求缺少这个请求头，或它的值不是服务器所要的，因此被拒绝。",
        (
            "在应用发送的请求头中加上 {wanted_header}；取值见服务器的手册。",
            "升级应用：新版本可能会自动发送它。",
        ),
    ),
    "dns_server": Text(
        "域名解析失败：DNS 服务器 {address|（本机所设）} 没有响应",
        "系统向 DNS 服务器 {address|（设置中的）} 查询该主机，但没有得到回答。请求没有到达 API，与密钥无关。",
        (
            "换一个 DNS 服务器，例如 1.1.1.1 或 8.8.8.8：在系统网络设置、/etc/resolv.conf 里修改，"
            "容器用 `--dns` 或 `dns:`。",
            "如果该地址是本机（127.0.0.1 或 ::1），请启动应在那里应答的 DNS 程序。",
            "检查 VPN 和代理程序：有些会替换 DNS 服务器，退出后没有恢复。",
        ),
    ),
    "aws_region_host": Text(
        "Amazon Bedrock 在区域 {region|（地址中的）} 没有主机，或本机查不到它",
        "区域是主机名的一部分，而 Bedrock 只在部分区域提供。",
        (
            "把 AWS_REGION（boto3 用 AWS_DEFAULT_REGION）设为有 Bedrock 的区域：`aws ssm get-parameters-by-path --path "
            "/aws/service/global-infrastructure/services/bedrock/regions` 会列出它们。",
            "在没有外网的私有网络（VPC）里，为 bedrock-runtime 创建终端节点，并使用 VPC 的 DNS 服务器。",
            "如果别的主机也查不到，问题在 DNS 服务器。",
        ),
    ),
    "dns_known_host": Text(
        "本机解析不了域名 {host}",
        "域名没有写错，就是服务商自己的域名。可能是本机没有网络、DNS 服务器没有响应或做了过滤，或应由代理来解析。",
        (
            Step("container", "在容器中，检查它的网络和 DNS：`docker run --dns 1.1.1.1`，或 Compose 的 dns:。"),
            "确认本机在线，并向另一个 DNS 服务器查询：`nslookup {host} 1.1.1.1`。",
            "如果要经代理或 VPN 上网，请打开它，并为应用设置 HTTPS_PROXY。",
            "在公司网络中，请询问该域名是否被屏蔽。",
        ),
    ),
    # -- the network and the app ---------------------------------------------------------------------------------------
    "host_of_containers": Text(
        "连接被拒绝：宿主机上没有程序监听来自容器的连接",
        "容器已经访问到宿主机，但这个端口上没有程序在监听。Ollama、LM Studio 等服务默认只监听 127.0.0.1，而容器来自"
        "另一个地址。",
        (
            Step(
                "door:ollama|protocol:ollama",
                "让 Ollama 监听 0.0.0.0：在它运行的机器上设置 OLLAMA_HOST=0.0.0.0，然后重启。",
            ),
            Step(
                "!door:ollama !protocol:ollama",
                "让服务监听 0.0.0.0 而不是 127.0.0.1（LM Studio 中打开 Serve on Local Network），然后重启。",
            ),
            "在 Linux 上，启动容器时加 --add-host=host.docker.internal:host-gateway。",
            "在宿主机防火墙中，对容器网段（172.16.0.0/12）放行这个端口。",
        ),
    ),
    "all_addresses": Text(
        "连接被拒绝：0.0.0.0 不是可以连接的地址",
        "服务监听 0.0.0.0，表示本机的每个地址都能访问它。客户端要用其中一个具体地址；在容器里，0.0.0.0 指向容器自己。",
        (
            "在容器里，把 Base URL 中的 0.0.0.0 换成 host.docker.internal；在容器外，用 127.0.0.1。",
            "如果服务在另一台机器上，请用那台机器在局域网中的地址。",
            "确认服务已启动，并核对它打印的端口与 Base URL 中的端口。",
        ),
    ),
    "dns_forged": Text(
        "DNS 为 {host|该域名} 返回了别人的地址",
        "报错中的地址不属于这家服务商。有些网络对被屏蔽的域名返回其他公司的地址，因此连接不可能成功。应用是直连的，"
        "没有走您的代理。",
        (
            "让应用走代理：为它的进程设置 HTTPS_PROXY，或在代理软件中开启 TUN 模式。",
            "让代理解析域名（用 socks5h:// 代替 socks5://），或使用加密 DNS。",
            "在容器或服务器上运行时，要在那里设置代理：电脑上的代理管不到它。",
        ),
    ),
    "stream_proxied": Text(
        "流在途中被应用或 API 前面的代理切断",
        "回答以成功开始，连接却在中途结束。两端之间有一个反向代理，它会缓冲流，或在一段时间后结束流。",
        (
            "如果应用或模型服务器前面有反向代理（nginx、Apache、Cloudflare），请关闭缓冲并调大超时：在 nginx 中写 "
            "`proxy_buffering off;` 和 `proxy_read_timeout 600s;`。",
            "用地址和端口直接打开应用；如果正常，原因就是代理。",
            "关掉 VPN 和杀毒软件再试。",
        ),
    ),
    "cors_header": Text(
        "CORS：服务器不允许应用发送 {header|自己的} 请求头",
        "应用在浏览器中运行，并带有自己的请求头。浏览器会先询问服务器是否允许，而服务器不允许。同样的请求"
        "在浏览器之外可以成功。",
        (
            "升级应用和服务：新版本不再发送 {header|这个请求头}，或已允许它。",
            "改用应用的桌面版，或让应用自己的服务端发送请求。",
            Step("owner", "如果服务是您自己的，请在反向代理的 Access-Control-Allow-Headers 中加上 {header|它}。"),
        ),
    ),
    "cors_ollama": Text(
        "CORS：Ollama 不允许来自这个应用的请求",
        "应用在浏览器中运行，或是一个插件。Ollama 默认只响应本机页面，其他来源需要明确允许。地址和模型没有问题。",
        (
            "在 Ollama 运行的机器上设置 OLLAMA_ORIGINS={origin|*}，然后退出并重新启动 Ollama。",
            'Linux 服务：`systemctl edit ollama`，加入 Environment="OLLAMA_ORIGINS=*"；macOS：'
            '`launchctl setenv OLLAMA_ORIGINS "*"`；Windows：`setx OLLAMA_ORIGINS "*"`。',
            "如果应用有 CORS 选项，也可以打开它，或关闭流式输出。",
        ),
    ),
    "cors_lm_studio": Text(
        "CORS：LM Studio 不允许来自这个应用的请求",
        "应用在浏览器中运行，或是一个插件，所以浏览器先用 OPTIONS 请求询问服务器。LM Studio 只有打开 CORS 后才会正确"
        "响应。",
        (
            "在 LM Studio 的本地服务设置中打开 Enable CORS，然后重启服务。",
            "改用应用的桌面版，或让应用自己的服务端发送请求。",
        ),
    ),
    "too_many_files": Text(
        "打开的文件过多：应用无法再建立连接",
        "进程打开的文件和连接已达到系统上限。通常是代码每次请求都新建客户端而不关闭，"
        "或同时发起的请求太多。与地址和密钥"
        "无关。",
        (
            "只创建一个客户端，所有请求共用，最后关闭它（`async with` 或 close()）。",
            "限制同时进行的请求数，例如用信号量。",
            "提高进程的上限：`ulimit -n 4096`，systemd 中为 LimitNOFILE。",
        ),
    ),
    "provider_init": Text(
        "应用无法启动 {provider|该服务商} 的模块",
        "应用在发送请求之前就失败了：服务商的软件包没有加载成功，或其设置不匹配。"
        "状态码来自应用自己的本地服务，而不是 API。",
        (
            "升级应用，删除它的软件包缓存后重新启动（OpenCode 为 ~/.cache/opencode）。",
            "检查应用配置中该服务商的条目，以及是否设置了密钥。",
            "先不用自己的配置试一次；如果可以，再逐项加回。",
        ),
    ),
    "revocation": Text(
        "Windows 无法检查 {host|服务器} 的证书是否已被吊销",
        "Windows 的 TLS 库 Schannel 会向证书颁发机构查询证书是否被吊销，但没有得到回答："
        "私有或自签名证书没有写明查询地址，"
        "或者代理拦截了查询。",
        (
            "先用 curl 加 --ssl-no-revoke 测试：如果成功，原因就是吊销查询。",
            "在公司代理后面，请 IT 人员放行证书的 OCSP 和 CRL 地址。",
            "如果是自己的证书，请在应用中设置它（SSL_CERT_FILE、NODE_EXTRA_CA_CERTS），或改用 http。",
        ),
    ),
    "ollama_path": Text(
        "路径错误：Ollama 在这个 URL 上没有接口",
        "Ollama 有两套接口：自己的在 /api 下，Base URL 不带路径；OpenAI 兼容的在 /v1 下。"
        "应用用了其中一套，却填了另一套的 "
        "Base URL。",
        (
            "把 Base URL 改为 {better_url}",
            "使用 OpenAI 协议的应用，Base URL 要以 /v1 结尾，例如 http://localhost:11434/v1 。",
            "应用有单独的 Ollama 类型时，不要写路径，例如 http://localhost:11434 。",
            "升级 Ollama：旧版本没有 /v1。",
        ),
    ),
    "responses_body": Text(
        "对话请求发到了 Responses 接口",
        "OpenAI 有两个请求体不同的接口：/v1/chat/completions 用 messages，/v1/responses 用 input。"
        "应用按前者写了请求体，"
        "却发到了后者。",
        (
            "把接口改回 /v1/chat/completions，或让 Base URL 以 /v1 结尾。",
            "如果模型需要 Responses API，请在应用中选择这种 API 类型，或升级应用。",
        ),
    ),
    "tool_schema": Text(
        "API 不接受 {tool|请求中} 工具的参数定义（schema）",
        "应用随请求发送工具及其参数说明（JSON Schema）。其中一个不被 API 接受，因此整个请求被拒绝。"
        "地址、密钥和模型没有问题。",
        (
            "关闭或升级带有 {tool|报错中所指定义} 的工具或 MCP 服务。",
            '在自己的代码中，把 schema 写成对象：type 为 "object"，并包含 properties。',
            "升级 SDK：旧版本会从 Zod 4 和 Pydantic 生成错误的 schema。",
        ),
    ),
    "field_type": Text(
        "服务器要求 {parameter|请求中的某个字段} 是另一种类型",
        "服务器无法读取请求：应用发送的是 {sent|另一种类型}，而服务器这个版本要求别的类型，"
        "常见的是 content 分成多段（文字和图片）"
        "而不是纯文本。",
        (
            "升级服务程序：新版本可以读取分段的 content；然后升级应用。",
            "如果应用有纯文本消息的兼容选项，请打开它，并且不要发送图片。",
            "在应用中选择与服务相符的类型，例如用 Ollama 类型代替 OpenAI 类型。",
        ),
    ),
    "offline": Text(
        "没有网络：应用提示本机处于离线状态",
        "系统报告没有网络，或者应用把所有连接失败都当作断网。地址和密钥没有得到验证。",
        (
            "确认本机能否打开网页；如果不能，请先修复网络连接。",
            "如果网页能打开，请重启应用以及 VPN 或代理程序：应用可能还在使用旧的连接。",
            "确认防火墙允许该应用访问 {host|服务器}。",
        ),
    ),
    "codex_wire_api": Text(
        "Codex 已不再支持 chat completions 接口",
        'Codex 在 2026 年 2 月移除了 `wire_api = "chat"`，现在只使用 Responses 接口，遇到这项设置会直接报错。',
        (
            '在 config.toml 中设置 wire_api = "responses"，或删除这一行。',
            "使用提供 /responses 的地址。服务商没有这个接口时，需要一个能转换协议的网关。",
        ),
    ),
    "tools_with_effort": Text(
        "Chat 接口不支持 {model|该模型} 同时用工具和 reasoning_effort",
        "对这个模型，除非 reasoning_effort 为 none，否则 /chat/completions 会拒绝带工具的请求。"
        "应用没有发送 reasoning_effort 时也一样，因为模型有自己的默认值。",
        (
            "在应用里把服务商类型选为 Responses 接口（OpenAI Responses）：/v1/responses 支持两者同时使用。",
            "或者把 reasoning_effort 设为 none。",
            "如果应用没有这两个选项，请升级应用，或换一个模型。",
        ),
    ),
    "sampling_removed": Text(
        "SDK 已不再接受 {parameter|该参数}",
        "Anthropic 的 Python SDK 从 1.0 起移除了 temperature、top_p 和 top_k。请求没有发出。",
        (
            "从调用中删除 {parameter|该参数}。",
            '模型仍支持而又需要它时，使用旧版 SDK：`pip install "anthropic<1"`。',
        ),
    ),
    "httpx2": Text(
        "SDK 基于 httpx2，而这段代码用的是 httpx",
        "从 openai 3.0 和 anthropic 1.0 起，SDK 改用 httpx2，不再安装 httpx。请求没有发出。",
        (
            "改为导入 httpx2，并把 httpx2 的客户端传给 SDK。",
            '或者使用旧版 SDK：`pip install "openai<3" "anthropic<1"`。',
        ),
    ),
}
