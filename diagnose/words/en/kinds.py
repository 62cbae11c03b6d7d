"""The words of what an error's message tells beyond its code, in English (``probes/facts/texts/kinds.toml``)."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

KINDS: dict[str, Text] = {
    # -- the model's name ----------------------------------------------------------------------------------------------
    "no_model": Text(
        "The request names no model",
        "The server got a request without the name of a model, or with an empty one. Address and key are not the "
        "cause.",
        (
            "Choose a model in the app, or enter its name, and save the setting. Some apps send nothing if the name is "
            "typed in and not added to their list.",
            Step("protocol:ollama", "`ollama list` prints the names of the installed models."),
            "In your own code, send the field model with every request.",
        ),
    ),
    "litellm_old": Text(
        "This version of LiteLLM does not know the provider in {model|the model's name}",
        "The name has the right form: LiteLLM's name of a provider, a slash, and the model. This version does not know "
        "that provider yet, so no request was sent.",
        (
            "Update LiteLLM (`pip install -U litellm`) or the app that contains it.",
            "Until then, use the provider's OpenAI-compatible address: openai/NAME as the model, with its base URL.",
        ),
    ),
    "vertex_publisher": Text(
        "On Vertex AI, the model {model|in the request} belongs to another publisher than google",
        "The app asks for {model|the model} below publishers/google. Models of other vendors have a publisher and a "
        "protocol of their own there (Claude: publishers/anthropic, with Anthropic's messages).",
        (
            "In the app, choose Vertex AI's own type for the vendor of the model (for Claude: Anthropic on Vertex, in "
            "code AnthropicVertex), not the one for Gemini.",
            "Update the app or gateway: older versions ask for every model below publishers/google.",
            "For open models, use Vertex AI's OpenAI-compatible endpoint with VENDOR/NAME as the model.",
        ),
    ),
    "vertex_openapi_name": Text(
        "Vertex AI's OpenAI-compatible API wants the model's name with its publisher",
        "At the address that ends with /endpoints/openapi, a model is called PUBLISHER/NAME.",
        (
            "Put the publisher in front of the name, as in `google/gemini-2.5-flash`.",
            "Names of publishers and models: https://cloud.google.com/vertex-ai/generative-ai/docs/models",
        ),
    ),
    "vertex_openapi_model": Text(
        "Vertex AI does not serve this model with its OpenAI-compatible API",
        "At the address that ends with /endpoints/openapi, Vertex AI serves Gemini and open models. Claude is served "
        "by rawPredict alone.",
        (
            "In the app, choose Vertex AI's own type for the vendor of the model (for Claude: Anthropic on Vertex, in "
            "code AnthropicVertex).",
            "Or choose a model that the OpenAI-compatible API serves: "
            "https://cloud.google.com/vertex-ai/generative-ai/docs/models",
        ),
    ),
    "vertex_global": Text(
        "Vertex AI has no model {model|with this name} at the location global",
        "The location global does not offer every model, and a name must be exact, with its version. Or the project "
        "has no access to the model.",
        (
            "Check the name and the locations of the model: https://cloud.google.com/vertex-ai/generative-ai/docs/models",
            "If it is offered in single regions alone, set one of them (GOOGLE_CLOUD_LOCATION, or CLOUD_ML_REGION for "
            "Claude).",
            "For a model of another publisher, enable it in Model Garden for this project: "
            "https://console.cloud.google.com/vertex-ai/model-garden",
        ),
    ),
    "vertex_location": Text(
        "Vertex AI has no model {model|with this name} at the location {region|of the request}",
        "Each location of Google Cloud offers its own models, and new ones are often at the location global alone. Or "
        "the project has no access to the model.",
        (
            "Set another location: global, or one that the page of {model|the model} lists.",
            "Check the name with its version: https://cloud.google.com/vertex-ai/generative-ai/docs/models",
            "For a model of another publisher, enable it in Model Garden for this project.",
        ),
    ),
    "litellm_provider": Text(
        "LiteLLM knows no provider for the model {model|in the request}",
        "LiteLLM reads the provider from the part of the model name before the first slash. It does not know what it "
        "found there, so it sent no request. The key and the server were not involved.",
        (
            "Put LiteLLM's name of the provider in front of the model, in lower case: openai/NAME for any "
            "OpenAI-compatible server or proxy, ollama/NAME for Ollama, deepseek/NAME for DeepSeek.",
            "If the prefix is right, update LiteLLM (`pip install -U litellm`): older versions do not know newer "
            "providers.",
            "Look up the prefix in LiteLLM's list of providers: https://docs.litellm.ai/docs/providers",
        ),
    ),
    "verify_organization": Text(
        "The organization must be verified before it may use {model|this}",
        "The provider offers some models, and for some models streaming or reasoning summaries, only to organizations "
        "that have verified their identity. The key and the model name are correct.",
        (
            "As the organization's owner, open {page|the organization's settings} and choose Verify Organization.",
            "Wait up to 15 minutes after the verification. If the error stays, create a new key.",
            "Without verification, choose another model. For some models it is enough to turn off streaming and "
            "reasoning summaries.",
        ),
    ),
    "data_policy": Text(
        "The account's privacy settings allow no provider of {model|this model}",
        "The gateway sends prompts only to providers that the account's data policy allows, and none of those serves "
        "this model. The key and the model name are correct.",
        (
            Step(
                "door:openrouter",
                "Open https://openrouter.ai/settings/privacy and allow the kind of provider that the message names. "
                "Free models often need providers that may train on prompts.",
            ),
            Step("!door:openrouter", "Open {page|the account's privacy settings} and relax the data policy."),
            "To keep the policy, choose another model: several providers serve the popular paid ones.",
            "If the app or the key limits providers itself (data_collection, zdr, only, guardrails), relax that limit.",
        ),
    ),
    "router_limits": Text(
        "No provider behind the router serves {model|this model} now",
        "The router knows the name, but none of the providers that it may use offers the model: it was "
        "withdrawn, or its free "
        "variant was, or the account, the key or the app limits the providers.",
        (
            "Choose another model, or the same one without :free: the model's page shows which providers serve it.",
            "If the app or the request limits the providers (order, only, ignore, allow_fallbacks), relax that limit.",
            "Check the account's list of allowed and ignored providers.",
        ),
    ),
    "hf_providers": Text(
        "No provider that you enabled serves {model|this model}",
        "Hugging Face passes requests on to inference providers. None of those that are enabled in the account serves "
        "this model for this kind of request.",
        (
            "Open the model's page on huggingface.co to see which inference providers serve it. If there are none, "
            "choose another model.",
            "Enable one of those providers: https://huggingface.co/settings/inference-providers",
        ),
    ),
    "unrouted_model": Text(
        "The gateway at {host} has no route for the model {model|in the request}",
        "The gateway chooses the server by the model's name, and no route of its configuration has this one. Its model "
        "list may name more than its routes serve.",
        (
            "Ask the operator of {host} to add a route for {model|the model}, or which names have one.",
            Step(
                "owner",
                "If the gateway is yours, add a rule for {model|the model} (in Envoy AI Gateway: an "
                "AIGatewayRoute that "
                "matches the header x-ai-eg-model) and check that the route is accepted.",
            ),
        ),
    ),
    "channel_group": Text(
        "The relay has no channel for {model|the model} in the group {group|of the token}",
        "Address and key are right. A relay sorts its channels into groups, and no channel of the group "
        "{group|of the token} offers this model.",
        (
            "On the token page of {host}, move the token from {group} to a group that has {model|the model}.",
            "Choose another model, or ask the operator of {host}.",
            Step("owner", "If the relay is yours, add the group {group} to a channel that has {model|the model}."),
        ),
    ),
    "managed_deployment": Text(
        "The Azure Machine Learning endpoint has no deployment that takes requests",
        "The endpoint exists and the key is right, but none of its deployments gets traffic, or none is running.",
        (
            "In Azure Machine Learning studio, open the endpoint and give a running deployment traffic (100 %).",
            "Or name the deployment with the header azureml-model-deployment.",
        ),
    ),
    "responses_only": Text(
        "The model {model|in the request} needs the Responses API: this endpoint does not serve it",
        "The server knows the model and refuses it at this endpoint. Models for agents, deep research and the largest "
        "thinking models are served by /responses alone.",
        (
            "In the app, choose the Responses API (OpenAI Responses) as the type of provider, or update the app if it "
            "has no such choice.",
            "Or choose another model, which chat completions serve.",
        ),
    ),
    "not_chat": Text(
        "{model|The model} is not a chat model",
        "The server knows the model, but it is made for another task, such as images, embeddings or speech. The chat "
        "endpoint refuses it. Address and key are correct.",
        (
            "For chat, choose a model such as {near}.",
            "For chat, choose a chat model. Use {model|this one} only where the app asks for a model of its kind.",
        ),
    ),
    "serving_endpoint": Text(
        "The workspace {host} has no serving endpoint named {model|in the request}",
        "On Databricks, the model in a request is the name of a serving endpoint of this workspace.",
        (
            "Open Serving in the Databricks workspace, copy the name of the endpoint, and use it as the model.",
            "Check that the base URL belongs to the workspace in which the endpoint is.",
        ),
    ),
    "gateway_house": Text(
        "The gateway does not know the provider of the model {model|in the request}",
        "This address serves several providers and chooses by the first part of the model's name. It knows no provider "
        "by that part, or does not serve it here.",
        (
            Step(
                "door:cloudflare-ai-gateway",
                "If the name starts with its provider, use the address that serves all of them: "
                "https://api.cloudflare.com/client/v4/accounts/ACCOUNT_ID/ai/v1",
            ),
            Step("door:cloudflare-ai-gateway", "Cloudflare's own models have the form workers-ai/@cf/…."),
            "Write the model as PROVIDER/NAME with the gateway's name for the provider, such as openai/gpt-5-mini.",
            "Look up the providers of this address in the gateway's documentation: not every provider is served there.",
        ),
    ),
    "version_too_old": Text(
        "The model {model|in the request} needs a later API version",
        "On Azure, each model has a first API version. The version in the request is older.",
        (
            "Set the API version to {replacement} or later: {version_variable}",
            "Or use the address that ends in /openai/v1: it needs no API version.",
        ),
    ),
    "location_upstream": Text(
        "The provider behind {host} refuses the region of its server",
        "{host} passed the request on, and its provider refused it because of the place from which {host} calls. Your "
        "own place and your key are not the cause.",
        (
            "Ask the operator of {host} to call the provider from a supported country, or use another relay.",
            "Or choose a model of another provider.",
            Step(
                "owner",
                "If the relay is yours, run it in a supported region. An edge function runs near the caller, so it may "
                "call from a blocked place.",
            ),
        ),
    ),
    "hf_credits": Text(
        "The monthly credits of Hugging Face are used up",
        "Every account has a small monthly credit for Inference Providers. It is used up for this month.",
        (
            "Buy credits, or subscribe to PRO, at https://huggingface.co/settings/billing",
            "Or wait until the credit is renewed at the beginning of the month.",
        ),
    ),
    "key_budget": Text(
        "The budget of this key at {host} is used up",
        "The operator of the gateway has given the key, its user or its team a budget, and it is spent. The account "
        "at the provider is not the cause.",
        (
            Step("provider", "Raise the budget of the key or project: {console}"),
            "Ask the operator of {host} to raise the budget (in LiteLLM: `max_budget` of the key, user or team), "
            "or wait until it is reset.",
        ),
    ),
    "inference_profile": Text(
        "Amazon Bedrock: {model|this model} needs an inference profile",
        "Bedrock offers newer models only through inference profiles, which spread requests over several regions. "
        "The plain model ID is refused.",
        (
            "Use the ID of an inference profile: us.{model|MODEL}, eu.{model|MODEL}, apac.{model|MODEL} or "
            "global.{model|MODEL}, whichever fits the region of the request.",
            "List the profiles of the region: `aws bedrock list-inference-profiles`",
        ),
    ),
    "azure_claude": Text(
        "Azure serves {model|Claude models} only with Anthropic's protocol, at /anthropic",
        "The model {model|in the request} is not served at the OpenAI endpoints of an Azure resource. The key and the "
        "resource may be right.",
        (
            "In the app, choose Anthropic as the type of provider, with the base URL "
            "https://RESOURCE.services.ai.azure.com/anthropic and the name of your deployment as the model.",
            "In Claude Code, set CLAUDE_CODE_USE_FOUNDRY=1 and ANTHROPIC_FOUNDRY_RESOURCE.",
            "If the app speaks only OpenAI's protocol, choose a GPT deployment for it.",
        ),
    ),
    "bedrock_model_id": Text(
        "Amazon Bedrock does not know this model ID in this region",
        "A Bedrock model ID has a vendor, a name, a date and a version, and some need the prefix of an inference "
        "profile. Not every region has every model.",
        (
            Step(
                "profile_elsewhere",
                "The prefix of {model} is that of other regions than the one that is asked: choose the profile for "
                "this region, or one with the prefix global (`aws bedrock list-inference-profiles`).",
            ),
            "Copy the model ID from the model catalog of Amazon Bedrock in the region of the request. Newer "
            "models need the "
            "ID of an inference profile, which begins with us., eu., apac. or global.",
            "List them: `aws bedrock list-foundation-models` and `aws bedrock list-inference-profiles`",
            "Check that the region of the request offers the model, and that the prefix fits that region.",
        ),
    ),
    "bedrock_use_case": Text(
        "Anthropic's models on Amazon Bedrock first need a form with your use case",
        "AWS asks each account once what it uses Anthropic's models for, and refuses them until the form was sent.",
        (
            "In the Bedrock console, open an Anthropic model in the model catalog and submit the use case details: "
            "https://console.aws.amazon.com/bedrock/home#/model-catalog",
            "Wait 15 minutes, then try again. `aws bedrock get-use-case-for-model-access` shows whether the form was "
            "received.",
            "In an AWS organization, the management account can submit it for all accounts.",
        ),
    ),
    "bedrock_legacy": Text(
        "Amazon Bedrock no longer offers {model|this model} to this account",
        "Its provider has marked the model as legacy or retired it. Accounts that have not used it lately lose it "
        "first.",
        (
            "List the current models and choose one: `aws bedrock list-foundation-models --query "
            "\"modelSummaries[?modelLifecycle.status=='ACTIVE'].modelId\"`.",
            "If the app chose the model by itself, set a model in the app or update the app.",
        ),
    ),
    "bedrock_payment": Text(
        "The AWS account has no valid payment method for this model",
        "The model is sold through AWS Marketplace. The first request subscribes the account, which needs a payment "
        "method.",
        (
            "Add one: https://console.aws.amazon.com/billing/home#/paymentpreferences",
            "Wait a few minutes, then try again.",
            "In an AWS organization, the management account pays: ask its owner.",
        ),
    ),
    "marketplace": Text(
        "The AWS user or role may not subscribe to the model in AWS Marketplace",
        "Some models on Amazon Bedrock are sold through AWS Marketplace. The first call subscribes the account to the "
        "model, and the identity that made this call may not do that.",
        (
            "Allow the user or role the actions aws-marketplace:ViewSubscriptions and aws-marketplace:Subscribe, then "
            "wait 5 minutes.",
            "Or have an administrator enable the model once in the Bedrock console for the whole account.",
        ),
    ),
    "bedrock_account": Text(
        "AWS does not allow this account to use the model",
        "AWS knows the credentials and answers that the operation is not allowed. It does so for new and restricted "
        "accounts, for accounts of some resellers, and where access to the model was not given.",
        (
            "In the Bedrock console, try the model in the playground with the same account and region. If it is "
            "refused there too, ask AWS Support to enable Bedrock for the account.",
            "Request access to the model on the page Model access, in the region that the app uses.",
            "Check the account's payment method, and that no organization policy (SCP) denies Bedrock.",
        ),
    ),
    "bedrock_access": Text(
        "This AWS account has no access to the model on Amazon Bedrock",
        "AWS knows the credentials. Access to a model is given per account and region, and for some vendors only after "
        "a form with the intended use.",
        (
            "In the Bedrock console, choose the region of the request, open the model in the model catalog (or Model "
            "access), and request access.",
            "Check that the app uses the region and the account in which access was given.",
            "Check that the IAM policy of the user or role allows bedrock:InvokeModel for this model.",
        ),
    ),
    "azure_deployment": Text(
        "The Azure resource has no deployment {model|with this name}",
        "On Azure, the model in a request is the name of a deployment. The resource in the address has no "
        "deployment with this name.",
        (
            "Copy the name from the list of deployments and use it as the model: `az cognitiveservices account "
            "deployment list --name NAME --resource-group GROUP -o table`, or the Azure portal (AI Foundry).",
            "Check that the deployment belongs to the resource in the endpoint's address.",
            "If the deployment is new, wait five minutes.",
        ),
    ),
    "ark_endpoint": Text(
        "Volcano Engine Ark has no endpoint or active model {model|with that name}",
        "Ark takes an endpoint ID (ep-…) or a model ID with its version, and the model must be activated in the "
        "account to which the key belongs.",
        (
            "In the Ark console, copy the endpoint ID (ep-…), or the model ID with its version, and use it as the "
            "model.",
            "In the console, activate the model under model management (开通管理).",
            "Check that the key belongs to the same account, project and region.",
        ),
    ),
    "model_studio": Text(
        "The account may not use {model|this model} in Alibaba Cloud Model Studio",
        "The key is accepted. The model is not activated for the account, or the workspace to which the key belongs "
        "has no access to it.",
        (
            "In the Model Studio console (百炼), activate the service and the model, and check the model's access for "
            "the key's workspace.",
            "Check that key and base URL are of the same site: the sites for China and abroad have separate accounts.",
            "Choose a model that the console lists for this key.",
        ),
    ),
    "app_prefix": Text(
        "The API received the model name {model|that is set} with an app prefix",
        "Some frameworks write provider and model as provider:model. Here the prefix was sent to the API too, "
        "which knows the model only without it.",
        (
            "Write the model name without the prefix and the colon, or choose the provider in the app's own setting.",
            "Check in the app's documentation how it names providers; some use a slash instead of the colon.",
        ),
    ),
    "none_loaded": Text(
        "The server runs, but no model is loaded",
        "The program answers, and it has no model in memory for this request: none was loaded, or it was unloaded "
        "after a pause. Address and key are correct.",
        (
            "Load the model on the server: in LM Studio with `lms load NAME` or on its Developer page.",
            "Allow the server to load models by itself (LM Studio: just-in-time loading), or lengthen the time after "
            "which it unloads them.",
        ),
    ),
    "plan_model": Text(
        "The model {model|in the request} belongs to {model_plan|a plan}, which has a base URL of its own",
        "Subscriptions for coding have addresses of their own, and some have model names that only those addresses "
        "know. Some have keys of their own as well.",
        (
            "Set the base URL to {model_plan_url}",
            "If the key is refused there, take the one from the page of the plan.",
            "Without the plan, choose a model from the list of {host|the provider}.",
        ),
    ),
    "model_retired": Text(
        "The model {model|in the request} is retired",
        "The provider has stopped serving it, so no key can use it any more. Apps and examples often still name such "
        "models.",
        (
            "Choose a current model and set it in the app. The server lists: {listed}.",
            "Choose a current model from the provider's list, and set it in the app.",
            "Update the app: its list of models may be old.",
        ),
    ),
    "model_garden": Text(
        "The Google Cloud project may not use the model {model|in the request}",
        "Models of other publishers on Vertex AI have to be enabled once for each project. The account and the project "
        "are known to Google.",
        (
            "Open the model in Model Garden, choose the project, and enable it (accept its terms): "
            "https://console.cloud.google.com/vertex-ai/model-garden",
            "Check the model name with its date, and that the location offers it.",
            "Check that billing is set up for the project: a free trial does not include all publishers.",
        ),
    ),
    "endpoint_permission": Text(
        "The account lacks the permission {permission|to query} on the serving endpoint {model|in the request}",
        "Databricks knows the token. Each serving endpoint has permissions of its own.",
        (
            "In Databricks, open Serving, the endpoint, then Permissions, and give the user or service principal "
            "Can Query.",
            "If the endpoint is one of Databricks' own, ask the workspace administrator whether it is enabled.",
        ),
    ),
    "watsonx_project": Text(
        "The account is not a member of the watsonx project",
        "IBM Cloud knows the key. The project or space in the request does not exist, the owner of the key is no "
        "collaborator there, or no Runtime service is associated with it.",
        (
            "In the watsonx project, open Manage > Access control and add the owner of the API key as Editor.",
            "Check project_id (or space_id) in the app's settings: the project's Manage > General page shows it.",
            "Under Manage > Services and integrations, associate a watsonx.ai Runtime instance.",
        ),
    ),
    "gateway_route": Text(
        "The key may not use this path of the gateway {path|}",
        "The gateway knows the key. It allows it certain paths only, and the path of this request belongs to "
        "administration or to another kind of request.",
        (
            "Set the base URL so that the app requests the gateway's chat path (/v1/chat/completions), not another "
            "path.",
            "Or ask the operator of the gateway to allow this path for the key.",
        ),
    ),
    "endpoint_off": Text(
        "The relay has turned off the endpoint {endpoint|in the request}",
        "The key is accepted. The operator decides for each channel which endpoints it offers, and this one is off.",
        (
            "Ask the operator of the relay to enable {endpoint|this endpoint} in the settings of the channel. If the "
            "relay is yours, enable it there.",
            "If only counting of tokens is off, you can go on: the app then estimates.",
        ),
    ),
    "gated_model": Text(
        "The terms of {model|this model} have not been accepted yet",
        "The vendor gives this model only to accounts that have accepted its terms or requested access.",
        (
            "Accept the terms or request access: open {page|the model's page} and sign in with the account of the key.",
            "Use a key of the account or organization that has access.",
        ),
    ),
    "afford": Text(
        "Insufficient balance: the credit does not cover the longest allowed answer",
        "Before it answers, the provider reserves credit for as many tokens as max_tokens allows, and the balance or "
        "the limit of the key is lower than that.",
        (
            "Set max_tokens in the app to less than {have}, or add credit.",
            "Set max_tokens in the app to a lower value, or add credit.",
            "If the key has a limit of its own, raise it.",
        ),
    ),
    "safe_experience": Text(
        "Volcano Engine Ark has paused the model {model|} at the limit of its Safe Experience Mode",
        "With Safe Experience Mode (安心体验模式), Ark stops a model when its free quota is used up, so that nothing "
        "is charged. Address and key are correct.",
        (
            "In the Ark console, open Model Activation (开通管理) and turn off Safe Experience Mode for this model, or "
            "raise its limit. Requests are charged from then on.",
            "Or choose another model, which has a free quota of its own.",
        ),
    ),
    "paid_plan": Text(
        "The account's plan does not include {model|this}",
        "The key is accepted, but what was asked for belongs to a paid or higher plan.",
        (
            Step("said:page", "Upgrade the plan, or add credit, on the page that the server names: {page}"),
            Step("!said:page", "Upgrade the plan, or add credit, in the account: {console}"),
            "Choose a model that the present plan includes.",
            "If you have such a plan, check that the key belongs to that account and organization.",
        ),
    ),
    # -- what the request contains -------------------------------------------------------------------------------------
    "content_filter": Text(
        "The provider's content filter refused the request",
        "The provider checks what a request and its answer say, and found something there that it does not allow. "
        "Address, key and model are correct.",
        (
            "Change the wording of the prompt. Long histories, files and web pages can contain what was found, so also "
            "try a new conversation with a short text.",
            "If a plain question is refused too, look at the system prompt that the app sends.",
            "Choose a model or provider with another filter, or change the filter's level where the provider allows it "
            "(Azure: content filters of the deployment).",
        ),
    ),
    "tools_rejected": Text(
        "The API rejects the tools that the app sends",
        "Each tool has a name and a schema of its parameters, and APIs differ in what they accept there and in how "
        "many tools they accept. Address, key and model are correct.",
        (
            "In the app, turn off the tools, MCP servers and extensions one after the other: a single bad tool makes "
            "every request fail. With too many tools, keep fewer.",
            "Update the app and the MCP server: newer versions adapt the schemas to this API.",
            "In your own code, give every tool a schema of type object, and keep to names of letters, digits, _ and -.",
        ),
    ),
    "cache_control": Text(
        "The API does not take the marks for prompt caching (cache_control) that the app sends",
        "The app marks parts of the conversation for Anthropic's prompt cache. This API, or the gateway in front of "
        "it, does not know such a mark or one of its fields: {parameter|cache_control}.",
        (
            Step(
                "app:claude-code",
                "Set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1 in the environment of Claude Code. If that is not "
                "enough, turn off prompt caching with DISABLE_PROMPT_CACHING=1.",
            ),
            "In the app, turn off prompt caching, or choose its own type of provider for this API.",
            "Update the app and the gateway: newer versions send what each API takes.",
        ),
    ),
    "tool_name": Text(
        "The API rejects the name of a tool in the conversation",
        "A tool call in the history has a name that this API does not allow: most take letters, digits, _ and -, at "
        "most 64 of them. Often a model has made the name up.",
        (
            "Start a new conversation: the tool's name stays in the history. If it happens again, turn off or rename "
            "tools whose names have other signs.",
            "Update the app or the MCP server whose tool it is.",
            "In your own code, use names of letters, digits, _ and - only.",
        ),
    ),
    "file_rejected": Text(
        "The API rejects an image or file in the conversation ({parameter|an attachment})",
        "Its type, size or encoding is not what the API takes. It stays in the history, so every further request fails "
        "too.",
        (
            "Remove the image or file, or start a new conversation. Attach it again as a smaller PNG or JPEG.",
            "In your own code, send the media type that the data has, in the form that the API expects: an object with "
            "a url, or Base64.",
            "Choose a model that takes images and files.",
        ),
    ),
    "tool_parser": Text(
        "The model server was started without support for tools",
        "The app sends tools (function calling). vLLM and llama.cpp accept them only if they are started with the "
        "matching options. The address, the key and the model are correct.",
        (
            "Restart vLLM with --enable-auto-tool-choice and --tool-call-parser NAME. Its manual lists the parser for "
            "each model (hermes for Qwen, llama3_json for Llama 3, mistral for Mistral).",
            "Restart llama.cpp's server with --jinja.",
            "If the server belongs to someone else, send them this message. Until then, turn off tools in the app.",
        ),
    ),
    "history": Text(
        "The API rejects the history of this conversation",
        "Each request carries the whole conversation. Here a tool call has no result, a result has no call, or a "
        "message or thinking block is missing or in the wrong place. The address, the key and the model are correct.",
        (
            "Start a new conversation: the same history fails every time.",
            "Update the app. If it happens again, report it to the app's authors with this message.",
            "In your own code, keep each tool call and its result together when you shorten the history, and pass "
            "thinking blocks back unchanged.",
            "If you changed the model or provider in the middle, go back to the first one.",
        ),
    ),
    "token_rate": Text(
        "Rate limit: one request needs more tokens than a minute allows",
        "The prompt and the longest allowed answer count together. They exceed the account's limit per minute, so "
        "waiting does not help.",
        (
            "Send less: a shorter conversation, fewer files and tools, and a smaller max_tokens.",
            "Choose a model with a higher limit, or raise the limit of the account: {page|see its rate limits}.",
        ),
    ),
    "parameter_limit": Text(
        "The value of {parameter|a parameter} is larger than the model allows",
        "The address, the key and the model are correct. The app asks for more than the model can give.",
        (
            "In the app, set {parameter} to at most {limit}.",
            "In the app, reset {parameter} to its default.",
            "Update the app: newer versions know the limits of the newer models.",
        ),
    ),
    "too_long": Text(
        "Context length exceeded: too long for {model|the model}",
        "A model reads a limited number of tokens. The question, the history, files, tools and the longest allowed "
        "answer all count. The address, the key and the model name are correct.",
        (
            "Start a new conversation, or send less: fewer files, fewer tools, a shorter history.",
            "If the app reserves much for the answer, lower max_tokens.",
            "Choose a model with a larger context.",
            Step(
                "owner",
                "If the server is yours, raise its limit: num_ctx in Ollama, --max-model-len in vLLM, -c in llama.cpp.",
            ),
        ),
    ),
    "no_provider_takes": Text(
        "No provider of {model|this model} accepts all parameters of the request",
        "The gateway sends a request only to providers that support every parameter in it, and none does. The address, "
        "the key and the model name are correct.",
        (
            "In the app, turn off tools, response_format, reasoning and similar parameters one after the other.",
            "Choose a model whose page lists these parameters as supported: https://openrouter.ai/models",
            "If the app sets require_parameters or limits the providers, turn that off.",
        ),
    ),
    "tools_unsupported": Text(
        "The model {model|in the request} does not support tools",
        "The app sends tools (function calling) with its request. The model, or every provider that serves it here, "
        "refuses them. The address and the key are correct.",
        (
            Step(
                "door:openrouter",
                "Choose a model that supports tools: https://openrouter.ai/models?supported_parameters=tools",
            ),
            Step(
                "protocol:ollama",
                "Choose a model that Ollama's library marks with “tools”: https://ollama.com/search?c=tools",
            ),
            Step("!door:openrouter !protocol:ollama", "Choose a model that supports tools (function calling)."),
            "Or turn off tools, agents and MCP servers in the app for this model.",
        ),
    ),
    "no_streaming": Text(
        "The model {model|in the request} does not support streaming",
        "The app asks for a streamed answer, and this model gives only whole ones. Address and key are correct.",
        (
            "In the app, turn off streaming for this model.",
            "Or choose a model that supports streaming.",
        ),
    ),
    "content_text": Text(
        "The server takes only plain text as the content of a message",
        "The app sends the content as a list of parts, as it is needed for images and files. This server or model "
        "expects a string. Address and key are correct.",
        (
            "In the app, send text only: turn off images, files and prompt caching for this model, or choose the "
            "format “string” for the content.",
            "Update the server, or the app: newer versions know both forms.",
            "Choose a model that takes images.",
        ),
    ),
    "file_format": Text(
        "The API does not take this kind of file",
        "The request contains or names a file whose format the model does not read. Address, key and model name are "
        "correct.",
        (
            "Convert the file to a format that the API's documentation lists, such as PDF or plain text.",
            "For an image or a scan, choose a model that reads images.",
        ),
    ),
    "images_unsupported": Text(
        "The model {model|in the request} does not read images",
        "The app sends an image with its request, and the model takes only text. The address and the key are correct.",
        (
            "Choose a model that reads images (vision).",
            "Or remove the image, and start a new conversation if the history contains one.",
            Step("owner", "If the server is yours, load the model's vision part too (mmproj in llama.cpp)."),
        ),
    ),
    "answer_format": Text(
        "The model does not support this response_format (JSON)",
        "The app asks for JSON with response_format, and the model or the server refuses that. The address, the "
        "key and the model name are correct.",
        (
            "In the app, turn off structured output (response_format, JSON mode), or choose another kind of it: "
            "json_schema and json_object are not supported everywhere.",
            "If the server requires the word JSON in the prompt, add it.",
            "Choose a model that supports structured output.",
        ),
    ),
    "message_role": Text(
        "The model rejects the role of a message (system, developer)",
        "The app sends a system or developer message, or sends it in a place where this model does not take one. The "
        "address, the key and the model name are correct.",
        (
            "In the app, turn off the system prompt for this model, or switch its role from developer to system.",
            "Put the system message first, and send only one.",
            "Choose another model, or update the app.",
        ),
    ),
    "message_field": Text(
        "The API does not take {parameter|a field} in a message",
        "Each request carries the whole conversation. A message in it has a field that this API or model does not "
        "know, or in another form than it expects; often the answer of another model put it there. The address and the "
        "key are correct.",
        (
            "Start a new conversation with this model: the field {parameter|in question} is in the history.",
            "Update the app. In your own code, leave {parameter|the field} out of the messages that you send back.",
            "Do not change the model or provider within a conversation.",
        ),
    ),
    "prompt_template": Text(
        "The model's prompt template fails on this request",
        "A local server turns messages and tools into one text by the model's template (Jinja). The template has a "
        "fault, or does not allow what the conversation contains. The address is correct.",
        (
            "Update the server program and fetch the model again: newer copies often have a repaired template "
            "(in LM Studio, look under lmstudio-community).",
            "Start a new conversation, or turn off tools: many templates fail on these.",
            "Choose another template in the server's settings for this model.",
        ),
    ),
    "no_messages": Text(
        "The API finds no messages in the request",
        "The request contains no text where this API looks for it. Most often it has the form of another API. Address "
        "and key are known to the server.",
        (
            "Check the kind of API in the app: the base URL must belong to the same protocol. For OpenAI's form, Model "
            "Studio (DashScope) has the address https://dashscope.aliyuncs.com/compatible-mode/v1",
            "In your own code, put the messages where this API expects them (in DashScope's own form under input).",
            "Update the app.",
        ),
    ),
    "empty_message": Text(
        "The app sends an empty message",
        "The API refuses a request with an empty text or without any message. The address, the key and the model are "
        "correct.",
        (
            "Start a new conversation: an empty answer in the history is sent again with every request.",
            "Update the app. In your own code, leave out messages without text.",
        ),
    ),
    "embedding_dimensions": Text(
        "The embedding model does not take the parameter dimensions",
        "The app asks for embeddings of a certain size. Only some embedding models can change it; the others refuse "
        "the request. Address and key are correct.",
        (
            "In the app's settings of the embedding model, leave the dimensions empty.",
            "If the app always sends them, choose an embedding model whose size can be set, or update the app.",
        ),
    ),
    "litellm_drop": Text(
        "LiteLLM: the provider does not support {parameter|a parameter that the app sends}",
        "LiteLLM compared the request with what this provider supports, and sent nothing. Key and address are not the "
        "cause.",
        (
            "Have LiteLLM leave {parameter|such parameters} out: `drop_params: true` under litellm_settings in its "
            "configuration, or `litellm.drop_params = True` in code.",
            "Or turn off {parameter|the parameter} in the app.",
            "Update LiteLLM: newer versions know more parameters of each provider.",
        ),
    ),
    "body_lost": Text(
        "The server got the request without its body",
        "The request arrived with headers alone, so the server misses every field. Some clients lose the body: when "
        "they ask for HTTP/2 on a plain connection (Java's HttpClient), behind a redirect, or through a proxy.",
        (
            "Make the client use HTTP/1.1: in Java, set the version of HttpClient to HTTP_1_1, or use another HTTP "
            "client in Spring (such as RestClient on Apache HttpClient).",
            "Check that the base URL is not redirected: use https and the exact host and path.",
            "Update the app or its SDK.",
        ),
    ),
    "body_no_json": Text(
        "The body of the request is not valid JSON",
        "The server got a body that is not JSON: often a quotation mark or line break in a text is not escaped, or the "
        "client sends a form or a text in place of JSON. Address and key are not the cause.",
        (
            "Send the body as JSON with the header `Content-Type: application/json`. In a workflow or in code, write "
            "it with a JSON function (JSON.stringify, json.dumps) instead of putting texts between quotation marks.",
            "Try a short text without quotation marks and line breaks: if it works, these are the cause.",
            "In an app or plug-in, update it.",
        ),
    ),
    "ollama_old": Text(
        "Ollama serves nothing at this path, and the base URL is right",
        "The base URL ends in /v1, as Ollama's API in OpenAI's form needs it. This Ollama does not have the endpoint "
        "that the app asks for: old versions lack some (/v1/completions, /v1/embeddings, /v1/responses), or another "
        "program answers on this port.",
        (
            "Update Ollama: newer versions have the endpoint.",
            "Choose chat in the app in place of text completion: in LangChain, ChatOpenAI in place of OpenAI.",
            "Check that Ollama and no other program answers: `curl -s http://localhost:11434/v1/models`.",
        ),
    ),
    "body_unreadable": Text(
        "The server cannot read the body of the request as JSON",
        "The request arrived, but its body is empty, cut, compressed or damaged: by the app, or by a proxy on the way. "
        "Key and model were not looked at.",
        (
            "Update the app and the library with which it sends requests (in a plug-in, also the program around it).",
            "Try without proxy and VPN, and turn off an option that compresses requests.",
            "In your own code, send the body as JSON with the header `Content-Type: application/json`.",
        ),
    ),
    "request_said": Text(
        "The API rejects the request: {said|a part of it is not accepted}",
        "Address and key are right. The API does not accept a part of the request as the app sends it.",
        (
            "In the app, change or turn off what this message names: {named}.",
            "Change in the app what this message names. If that is not clear, turn off tools, images, thinking and "
            "JSON output one after the other.",
            "Update the app: newer versions know what newer models need.",
            "Choose another model.",
        ),
    ),
    "parameter_missing": Text(
        "The request lacks {parameter|a part that the API requires}",
        "The address and the key are correct. The API requires a field that the app did not send. Often the request "
        "has the form of another API or of an older version.",
        (
            "Set {parameter} in the app, if it has such a setting.",
            "Check that the kind of API in the app fits the address, and update the app.",
        ),
    ),
    "parameter_renamed": Text(
        "The model does not accept {parameter|this parameter}; use {replacement|another one}",
        "The address, the key and the model are correct. Newer models take this setting under another name, and the "
        "app still uses the old one.",
        (
            "Set the app to send {replacement} instead of {parameter}.",
            "Update the app: newer versions know the names that newer models use.",
            "If the app cannot change it, choose an older model.",
        ),
    ),
    "parameter": Text(
        "The model does not accept {parameter|a parameter} as the app sends it",
        "The address, the key and the model are correct. One part of the request is not known to the model or the "
        "server, or has a value that they do not take.",
        (
            "In the app, turn off or reset {parameter}.",
            "Update the app: newer versions know what newer models accept.",
            "Choose another model.",
        ),
    ),
    "invalid_argument": Text(
        "The API rejects an argument of the request and does not say which",
        "Address and key are right. Something in the request is not what the model takes: a tool, an image, a setting "
        "or a message in the history.",
        (
            Step(
                "text|call",
                "Start a new conversation with one short message. If that works, the history is at fault; if not, turn "
                "off tools, images, thinking and JSON output one after the other.",
            ),
            Step(
                "!text !call",
                "Choose another model: the check sent one short message without any settings, and this model refuses "
                "even that. Others on the list may work.",
            ),
            Step("!text !call relay", "Ask the operator of {host} to test {model|this model}."),
            Step("text|call", "Update the app: newer versions know what newer models need."),
            Step("text|call", "Try another model: the newest ones take fewer settings."),
        ),
    ),
    "aws_clock": Text(
        "The clock of this machine is wrong, so AWS refuses the signature",
        "Each signature carries the time at which it was made, and AWS accepts it for five minutes. The credentials "
        "may well be right.",
        (
            "Turn on automatic time on this machine (in a virtual machine or WSL: synchronize its clock with the "
            "host).",
            "Compare the clock with `curl -sI https://sts.amazonaws.com`, which prints AWS's own time.",
        ),
    ),
    "aws_scope_region": Text(
        "The request was signed for another AWS region than the host's",
        "A signature names its region, and a host of AWS accepts that of its own region alone.",
        (
            "Set AWS_REGION (for boto3 AWS_DEFAULT_REGION, or `region` of the profile) to the region in the host's "
            "name.",
            "Or remove the base URL and set only the region: the SDK then makes the address itself.",
        ),
    ),
    "aws_service": Text(
        "The request was signed for another AWS service",
        "A signature names its service. Bedrock's runtime wants `bedrock`; Mantle's addresses want `bedrock-mantle`.",
        (
            "Use the client that is made for this address, and no base URL of another service.",
            "With a signing proxy, correct the name of the service in its settings.",
        ),
    ),
    "aws_signature": Text(
        "The signature does not fit: the secret key is wrong, or the request was changed",
        "AWS knows the access key ID, and computed another signature with the secret that belongs to it.",
        (
            "Ask AWS's own program the same question: `aws sts get-caller-identity`.",
            "Copy the secret access key again: a missing `/` or `+`, or a character of another key, changes every "
            "signature.",
            "If that works, a proxy or gateway between changes the path or a signed header.",
        ),
    ),
    "aws_session": Text(
        "The temporary AWS credentials have expired",
        "Credentials of a role or a login last for hours, and the app does not renew what was copied into variables.",
        (
            "Sign in again: `aws sso login`. Then use the profile (AWS_PROFILE) instead of copied credentials.",
            "If AWS_SESSION_TOKEN is set in the environment, remove it together with the two keys, or renew all three.",
        ),
    ),
    "aws_access_key": Text(
        "AWS does not know this access key",
        "The access key ID was deleted or deactivated, is of another partition (China, GovCloud), or lacks the session "
        "token that belongs to it.",
        (
            "Ask AWS's own program the same question: `aws sts get-caller-identity`.",
            "If the ID begins with ASIA, set AWS_SESSION_TOKEN too: it comes with the two keys.",
            "Otherwise create a new access key in the IAM console, or sign in with `aws sso login`.",
        ),
    ),
    "aws_incomplete": Text(
        "The request carries no complete AWS signature",
        "AWS found an Authorization header that is no signature. Either the access key ID contains a space or line "
        "break, or the header was replaced on the way, or the app sent an empty Bedrock key instead of a signature.",
        (
            "See which access key AWS's own program reads, and from where: `aws configure list`.",
            "If AWS_BEARER_TOKEN_BEDROCK is set but empty where the app runs, remove it: an empty one (Docker Compose "
            "passes unset variables on like this) still comes before the access key.",
            "Copy the access key ID and the secret again, without spaces or line breaks around them.",
            "If a proxy or gateway is in between, have it leave the Authorization header unchanged.",
        ),
    ),
    "bedrock_key": Text(
        "Amazon Bedrock does not accept this as an API key",
        "What was sent does not look like a Bedrock API key, or is only a part of one.",
        (
            "Create a key in the Bedrock console and set AWS_BEARER_TOKEN_BEDROCK: it begins with ABSK (long-term) or "
            "bedrock-api-key- (short-term).",
            "Check that the app does not send a key or login of another provider.",
            "An access key (AKIA…, ASIA…) is not a Bedrock API key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
            "instead.",
        ),
    ),
    "key_pair": Text(
        "The provider rejects the access key or its signature",
        "This API takes a pair of keys, an access key and a secret key, by which the client signs the request. One of "
        "them is unknown, they do not belong together, or they are of another kind.",
        (
            "Copy both again, the access key (ID) and its secret, from the provider's page for access keys of the "
            "account. The keys of a single application there are others.",
            "Check that each is in its own setting, without spaces, and that the clock of this machine is right: "
            "signatures contain the time.",
            "If the provider also issues API keys, create one and use it instead: it needs no signature.",
        ),
    ),
    "access_token": Text(
        "The access token is expired or not valid",
        "The API takes an access token that is made from an API key and a secret, or by a login, and that ends after "
        "some time. The one in the request is not accepted any more.",
        (
            "Get a new access token, or enter the API key and the secret again so that the app makes one.",
            "Update the app: older versions keep a token for too long or build it wrongly.",
            "If the provider also issues API keys, create one and use it instead: it needs no token.",
        ),
    ),
    "relay_upstream": Text(
        "Gateway error: the relay cannot call the provider behind it",
        "The relay at {host} got the request and took the key, but its own request to the provider failed: the channel "
        "has a wrong address or key, or the provider did not answer.",
        (
            "Ask the operator of {host} to test the channel of {model|this model}, or choose another model.",
            "Try again later: the provider may have failed.",
            Step(
                "owner",
                "If the relay is yours, open the channel, test it, and enter its address, key and type again.",
            ),
        ),
    ),
    "context_loaded": Text(
        "The model is loaded with a context that is too short for this app",
        "A local server loads a model with a context of its own choice, often far shorter than the model allows. An "
        "agent's instructions alone can be longer than that. Address and key are not the cause.",
        (
            "Load the model with a longer context: in LM Studio in the settings of the model, in Ollama with num_ctx, "
            "in llama.cpp with -c. Agents need 32768 tokens or more.",
            "Look into the log of the server: it says what it refused, or that it got no request at all.",
            "Turn off tools, or use the app's compact instructions.",
        ),
    ),
    "gateway_credentials": Text(
        "The gateway has no credentials for the provider {provider|of this model}",
        "The gateway at {host} got the request and chose a provider by the model's name, and it holds no key or login "
        "for that provider. Your own key is not the cause.",
        (
            "Choose a model of a provider for which the gateway has an account. Many gateways take the provider from "
            "the head of the name, as in {provider|provider}/model.",
            Step("relay", "Ask the operator of {host} which models it can serve."),
            Step("owner", "If the gateway is yours, add an account or key for {provider|this provider} in it."),
        ),
    ),
    "no_json": Text(
        "The answer is not JSON, so the app cannot read it",
        "The app got an empty answer, a web page or an answer that was cut off. The address may lead to a page, or the "
        "server failed or gave up without an error of its own.",
        (
            "Look at the raw answer with `curl -i` at the same URL: a page means a wrong address, an empty body a "
            "server or proxy that failed.",
            "Check the base URL against the documentation of {host}: it usually ends in /v1.",
            "If it happens only now and then, try again later: an overloaded server often sends an empty answer.",
            Step("owner", "If the server is yours, check its log at that time."),
        ),
    ),
    "server_gone": Text(
        "The server at {host} closed the connection without an answer",
        "The server on your machine took the request and then broke off. Most often it crashed, for example for lack "
        "of memory, or another program holds its port.",
        (
            "Check the log of the server at that time, and whether it restarted: a crash while the model loads is "
            "usual when memory is short.",
            "Try a smaller model or context, and update the server.",
            "Check that no other program or port forwarding uses that port.",
        ),
    ),
    "auth_method": Text(
        "{app|The app} does not know the way to sign in that its settings name",
        "The app ends before it sends anything: the way to sign in in its settings is not one that it has, or none is "
        "chosen. Address and key are not the cause.",
        (
            "For Gemini CLI and a key, write into ~/.gemini/settings.json: "
            '`"security": {"auth": {"selectedType": "gemini-api-key"}}`',
            "Or start the app, enter /auth, and choose how to sign in.",
            "If a base URL is set in the environment, choose the way to sign in explicitly: the app does not choose "
            "one by itself then.",
        ),
    ),
    "app_provider": Text(
        "The app's settings name no kind of API that it knows",
        "The app failed before it sent a request: the entry of this provider or model in its settings lacks the kind "
        "of API, or has a name that the app does not know. Address and key are not the cause.",
        (
            "In the app's settings, set the kind of API of this provider: openai-completions, openai or the like, as "
            "in the app's documentation.",
            "Check that the name of the provider or endpoint ({provider|with its capitals}) is spelled as in the "
            "settings, and that the app has read its settings file: restart it, and look for a warning at its start.",
            "Update the app.",
        ),
    ),
    "container_service": Text(
        "Connection refused: nothing listens at the container {service|of the server} on that port",
        "Within a network of containers, the name of a service leads to its container. That container is not running, "
        "still starting, in another network, or its server listens on another port or on 127.0.0.1 alone.",
        (
            "Check that the container {service|of the server} runs and is in the same network as the app: "
            "`docker compose ps`, `docker network inspect NAME`.",
            "Use the port inside the container, not the published one. The server must listen on 0.0.0.0.",
            "Test it from the app's container: `docker exec APP curl -s http://{service}:PORT`",
        ),
    ),
    "lan_server": Text(
        "Connection refused by {host}: nothing listens there for other machines",
        "The address belongs to another machine of the network, and the port is that of a model server. These servers "
        "listen only on 127.0.0.1 by default, or a firewall of that machine blocks the port.",
        (
            Step("protocol:ollama", "On that machine, set OLLAMA_HOST=0.0.0.0 and restart Ollama."),
            "On that machine, make the server listen on 0.0.0.0: in Ollama with OLLAMA_HOST=0.0.0.0, in LM Studio with "
            "Serve on Local Network, in llama.cpp and vLLM with --host 0.0.0.0.",
            "Allow the port in the firewall of that machine.",
            "Check the address, which may have changed, and that the server runs.",
        ),
    ),
    "litellm_master_key": Text(
        "The LiteLLM proxy knows only its master key, and the app sends another one",
        "Without a database, a LiteLLM proxy accepts one key: its master key. For every other key it looks into the "
        "database that it lacks, so it speaks of the database and not of the key.",
        (
            "Set the app's key to the proxy's master key: `master_key` in its config file, or LITELLM_MASTER_KEY where "
            "the proxy runs.",
            "To use virtual keys, connect a database to the proxy (DATABASE_URL), and restart it.",
        ),
    ),
    "litellm_key": Text(
        "The LiteLLM proxy takes only its own keys, which begin with sk-",
        "The address belongs to a LiteLLM proxy. It knows virtual keys that it has made itself, and its master key. A "
        "key of the provider behind it, or a placeholder, is refused.",
        (
            "Set a virtual key of the LiteLLM proxy (sk-…): make one in its web page under Virtual Keys, or ask its "
            "operator.",
            "Check that the app reads this key and not a placeholder of an example file.",
            "To call the provider directly, set the provider's own base URL.",
        ),
    ),
    "google_credentials": Text(
        "No Google Cloud credentials: the app found no Application Default Credentials",
        "The app calls Vertex AI, which takes no API key here, but the login of a Google account or of a service "
        "account. It found none, so it sent nothing.",
        (
            "Sign in once on this machine: `gcloud auth application-default login`",
            "On a server or in a container, set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's JSON "
            "file.",
            "If you have an API key of Google AI Studio instead, choose Gemini and not Vertex AI as the provider (in "
            "LiteLLM: gemini/NAME).",
        ),
    ),
    "google_login": Text(
        "The login for Google's libraries has expired or was revoked",
        "`gcloud auth application-default login` stores a login for programs. It ends when the password changes, when "
        "somebody revokes it, when it is not used for months, or as often as the organization asks for a new one.",
        (
            "Sign in again: `gcloud auth application-default login`.",
            "If the organization asks again every few hours, use a service account for what runs unattended.",
            "If GOOGLE_APPLICATION_CREDENTIALS is set, the file that it names comes first: renew or remove that one.",
        ),
    ),
    "google_account_key": Text(
        "Google does not accept the key of the service account: it was deleted, or the account was",
        "The file is complete, and what it signs was refused. Google deletes keys that it finds in public places, and "
        "organizations have keys expire.",
        (
            "List the account's keys: `gcloud iam service-accounts keys list --iam-account=ACCOUNT`, and compare them "
            "with `private_key_id` in the file.",
            "Create a new key, or use a login or workload identity federation instead of a key.",
            "Check that the file is the one you mean, and that nobody edited it.",
        ),
    ),
    "google_impersonation": Text(
        "The account may not act as the service account",
        "The credentials are those of one account that takes the place of another, which needs the permission "
        "`iam.serviceAccounts.getAccessToken` on the other one.",
        (
            "Grant the role: `gcloud iam service-accounts add-iam-policy-binding TARGET --member=user:YOU "
            "--role=roles/iam.serviceAccountTokenCreator`.",
            "Enable the API that does it: `gcloud services enable iamcredentials.googleapis.com`.",
            "Check the target account's address in the file.",
        ),
    ),
    "google_federation": Text(
        "Google's token service does not take the token of the other identity provider",
        "Workload identity federation exchanges a token of another provider for Google's. The pool or its provider "
        "does not exist under this name, is disabled, or does not admit this token.",
        (
            "Show the provider with its state, condition and allowed audiences: `gcloud iam "
            "workload-identity-pools providers describe PROVIDER --workload-identity-pool=POOL --location=global`.",
            "Compare `audience` in the credentials' file with the provider's full name with the project's number: "
            "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER",
            "Create the file again: `gcloud iam workload-identity-pools create-cred-config`.",
        ),
    ),
    "google_metadata": Text(
        "Google Cloud's metadata server gives no token",
        "On Google Cloud, a machine or container gets its tokens from a metadata server. It answered with an error, or "
        "the machine has no service account.",
        (
            "Ask it yourself: `curl -H 'Metadata-Flavor: Google' "
            "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/`.",
            "Attach a service account to the machine, with the access scope `cloud-platform`.",
            "On GKE, check that Workload Identity binds the pod's account to a service account.",
            "Elsewhere, sign in with `gcloud auth application-default login`.",
        ),
    ),
    "google_client": Text(
        "Google does not know the OAuth client of the login",
        "The login was renewed with a client ID that Google does not know. That happens if an app reads a file of "
        "another kind as a login, such as that of an impersonated service account.",
        (
            "Sign in again: `gcloud auth application-default login`.",
            "Check `type` in the file: if it is impersonated_service_account or external_account, the app needs a "
            "version of its library that knows this kind.",
        ),
    ),
    "vertex_api_key": Text(
        "Vertex AI takes no API key at this address",
        "An address with a project and a location takes access tokens. An API key (express mode) is for the address "
        "without them, and for Gemini models alone.",
        (
            "To use the login, remove the key (GOOGLE_API_KEY, GEMINI_API_KEY), and run `gcloud auth "
            "application-default login`. Where an app has a field for a key alone, give it an access token: "
            "`gcloud auth print-access-token`, valid for an hour.",
            "To use the key, remove GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION, and project and location from the "
            "code.",
            "The key must be one for Vertex AI in express mode: https://console.cloud.google.com/vertex-ai/studio/settings/api-keys",
        ),
    ),
    "aws_region_unset": Text(
        "No AWS region is set",
        "AWS has a host of its own in every region, and the app's library found no region in the variables, nor in the "
        "profile.",
        (
            "Set AWS_DEFAULT_REGION (boto3) or AWS_REGION (Anthropic's SDK) where the app runs, for example us-east-1.",
            "Or add `region = us-east-1` to the profile in ~/.aws/config.",
        ),
    ),
    "aws_profile": Text(
        "The AWS profile does not exist where the app runs",
        "A variable or another profile names it, and ~/.aws/config and ~/.aws/credentials have no such section.",
        (
            "List the profiles that exist: `aws configure list-profiles`.",
            "In ~/.aws/config, the head of a section needs the word profile: [profile work]. In ~/.aws/credentials it "
            "does not: [work].",
            "In a container or as another user, mount or copy these files, or remove AWS_PROFILE there.",
        ),
    ),
    "aws_assume_role": Text(
        "AWS does not allow the app to assume the role",
        "The app's own credentials work, and AWS's token service (STS) refuses to exchange them for those of the role.",
        (
            "Name your user, role or token issuer in the role's trust policy.",
            "Allow `sts:AssumeRole` for this role in the policy of the user or role that asks.",
            "Check the account number and the name in `role_arn`, and `external_id` if the role wants one.",
        ),
    ),
    "aws_sso_expired": Text(
        "The AWS login (SSO) has expired",
        "A login of IAM Identity Center ends after hours or days, and only a person can renew it.",
        (
            "Sign in again: `aws sso login`, with `--profile` and its name if it is not the default one.",
            "If the app runs unattended, use a role or an access key for programs instead of a person's login.",
        ),
    ),
    "aws_sso_absent": Text(
        "Nobody has signed in to AWS with this profile",
        "The profile uses IAM Identity Center (SSO), and no login of it is stored for the user who runs the app.",
        (
            "Sign in: `aws sso login`, with `--profile` and its name if it is not the default one.",
            "If the app runs as another user or in a container, that one has to sign in, or use a role.",
        ),
    ),
    "aws_credentials": Text(
        "No AWS credentials: the app found none",
        "The app calls Amazon Bedrock with an AWS login and looked for it in the environment, in ~/.aws and in the "
        "machine's role. It found none that is valid, so it sent nothing.",
        (
            "Sign in with `aws configure` or `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where "
            "the app runs. Set AWS_REGION too.",
            "With an API key of Bedrock, set AWS_BEARER_TOKEN_BEDROCK instead.",
            "In a container, pass the variables or mount ~/.aws.",
        ),
    ),
    "azure_credentials": Text(
        "No Azure login: the app could not get a token of Entra ID",
        "The app uses DefaultAzureCredential and tried every login that it knows. None of them works here.",
        (
            "Sign in on this machine with `az login`, in the tenant of the resource.",
            "On a server, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or give it a managed identity.",
            "Or use an API key of the resource: AZURE_OPENAI_API_KEY.",
        ),
    ),
    # -- permissions ---------------------------------------------------------------------------------------------------
    "foundry_role": Text(
        "The identity lacks the role for this Foundry resource",
        "The token is right, but its identity may not ask for this: it lacks {permission|the data action}. Owner, "
        "Contributor and Cognitive Services OpenAI User do not contain it.",
        (
            'Give it the role: `az role assignment create --assignee CLIENT_OR_USER --role "Cognitive Services User" '
            "--scope RESOURCE_ID`. For agents and projects the role is Azure AI User (Foundry User in newer portals).",
            "Wait five minutes, and get a new token: a role counts only some time after it was given.",
            "Check that it is the identity that you mean: `llmdoctor check -v` shows which step of the chain gives it.",
        ),
    ),
    "azure_role": Text(
        "The identity lacks the role for this Azure resource",
        "The token is right, but its identity may not ask for this: it lacks {permission|the data action}. Owner and "
        "Contributor do not contain it.",
        (
            'Give it the role: `az role assignment create --assignee CLIENT_OR_USER --role "Cognitive Services OpenAI '
            'User" --scope RESOURCE_ID`.',
            "Wait five minutes, and get a new token: a role counts only some time after it was given.",
            "Check that it is the identity that you mean: `llmdoctor check -v` shows which step of the chain gives it.",
        ),
    ),
    "entra_tenant": Text(
        "The token is of another tenant than the Azure resource",
        "A token is valid only in the tenant that issued it. This one comes from a tenant that does not have the "
        "resource.",
        (
            "Get a token of the resource's tenant: `az login --tenant TENANT`, or AZURE_TENANT_ID for an app.",
            "Ask which tenant is active: `az account show --query tenantId`.",
        ),
    ),
    "entra_secret": Text(
        "Entra refuses the app's secret or certificate",
        "The token service knows the app, and its secret or certificate is wrong or has expired. The model API was not "
        "asked.",
        (
            "Make a new secret: `az ad app credential reset --id CLIENT_ID`, and set it as AZURE_CLIENT_SECRET.",
            "Use the secret's value, not its ID: the portal shows the value once.",
            "Without a secret nothing expires: use a managed identity or workload identity.",
        ),
    ),
    "entra_federated": Text(
        "Entra does not accept the identity token of this workload",
        "The token that the cluster or job has is exchanged for one of Entra. The app has no federated credential for "
        "its issuer, subject and audience, or the identity token has expired. The model API was not asked.",
        (
            "Compare issuer, subject and audience with the app's: `az ad app federated-credential list --id "
            "CLIENT_ID`; `llmdoctor whose` reads issuer, audience and expiry of the token.",
            "The audience has to be api://AzureADTokenExchange.",
            "If the token has expired, have the app read the file of AZURE_FEDERATED_TOKEN_FILE anew each time: the "
            "cluster renews it there.",
        ),
    ),
    "entra_app": Text(
        "Entra does not find the app, the tenant or the resource of this token",
        "The token service was asked for an app, a tenant or an audience that does not exist there. The model API was "
        "not asked.",
        (
            "Compare AZURE_CLIENT_ID and AZURE_TENANT_ID with the app's page: `az ad app show --id CLIENT_ID`.",
            "Check the scope: https://cognitiveservices.azure.com/.default or https://ai.azure.com/.default.",
        ),
    ),
    "entra_account": Text(
        "The account does not exist in this Entra tenant",
        "Somebody signed in with an account that belongs to another tenant, or no tenant was named. The model API was "
        "not asked.",
        (
            "Sign in to the tenant of the resource: `az login --tenant TENANT`.",
            "See which tenants the account has: `az account tenant list`.",
            "If it should be a guest there, ask the tenant's administrator for an invitation.",
        ),
    ),
    "entra_policy": Text(
        "A rule of the Entra tenant does not allow this sign-in",
        "Conditional Access, a required consent or a required assignment refused it: for example a device that is not "
        "managed, or a place that is not allowed. A new login changes nothing. The model API was not asked.",
        (
            "Ask the tenant's administrator; the sign-in log at https://entra.microsoft.com names the rule.",
            "Sign in from a managed device or the allowed network, with `az login --tenant TENANT`.",
            "For an app that runs unattended, use a service principal or a managed identity instead of a login.",
        ),
    ),
    "entra_person": Text(
        "Entra wants a person to sign in again",
        "The login has ended, or a rule of the tenant wants another factor or a consent. A program cannot give that. "
        "The model API was not asked.",
        (
            "Sign in again: `az login --tenant TENANT --scope https://cognitiveservices.azure.com/.default`.",
            "For an app that runs unattended, use a service principal or a managed identity instead of a login.",
            "If a rule of Conditional Access refuses it, ask the tenant's administrator.",
        ),
    ),
    "entra_code": Text(
        "Entra gives no token",
        "The token service of Microsoft Entra ID refused with a code of its own. The model API was not asked.",
        (
            "Look up the code: https://login.microsoftonline.com/error?code={detail}",
            "See who is signed in, and in which tenant: `az account show`.",
        ),
    ),
    "entra_identity": Text(
        "This machine has no managed identity, or not the one that was asked for",
        "The app asked the machine that it runs on for a token of its managed identity, and got none.",
        (
            "Turn it on: `az webapp identity assign`, or `az vm identity assign` for a virtual machine.",
            "For an identity that you have made yourself, set AZURE_CLIENT_ID to its client ID.",
            "On your own machine there is none: sign in with `az login`.",
        ),
    ),
    "federation": Text(
        "The identity token of this workload was not exchanged for one of the provider",
        "Workload identity: the app sends an identity token of its machine or job, and the provider refused to "
        "give an access token for it. The model API was not asked.",
        (
            "Compare the token's issuer and audience with the rule in the provider's console: `llmdoctor whose` reads "
            "them, and the expiry.",
            "Use each identity token once, and get a fresh one for each process: the exchange may take a token only "
            "once (jti_reused).",
            "Check the ids of the rule, the organization and the service account.",
            "For Anthropic, the Workload identity page of the Console lists each attempt with its reason.",
        ),
    ),
    "refresh_used": Text(
        "The stored login can no longer be renewed",
        "The app renews its login with a token that works once. Another session, another copy of the file or a "
        "sign-out has used or revoked it.",
        (
            "Close all sessions of the app, sign out and sign in again.",
            "Do not copy the login's file to another machine or container: sign in there.",
            "For programs that run unattended, use an API key.",
        ),
    ),
    "copilot_login": Text(
        "Nobody is signed in to GitHub Copilot CLI",
        "It found no token in its variables, in the system's keychain, in its own file or of the GitHub CLI.",
        (
            "Sign in: `copilot login`.",
            "Where nobody can sign in (a pipeline, a container), set COPILOT_GITHUB_TOKEN to a fine-grained personal "
            "access token with the permission for Copilot requests; a classic one (ghp_) is refused.",
            "With a model provider of your own, set COPILOT_PROVIDER_BASE_URL: then no login is needed.",
        ),
    ),
    "login_token": Text(
        "The login's token has expired",
        "The app sent the token of a login, not an API key. Such a token is valid for minutes or hours; the app "
        "renews it by itself, and that did not happen or did not work.",
        (
            "Sign in again in the app that made this token: it is the token of a login, and it has expired.",
            "If it expires again at once, check the clock of this machine, and whether there is an old token in a "
            "variable or in a copied file.",
            "For programs of your own, use an API key.",
        ),
    ),
    "azure_key": Text(
        "Azure refuses the key: it is wrong, or it is a key of another resource",
        "Azure says the same for both: each resource has its own endpoint and two keys, and they work only together.",
        (
            "Compare the key with those of this resource: `az cognitiveservices account keys list --name NAME "
            "--resource-group GROUP`, where NAME is the first part of the endpoint's host.",
            "If it is not among them, it is of another resource: `az cognitiveservices account list --query "
            '"[].[name, properties.endpoint]" -o tsv` shows the endpoints. Use key and endpoint of the same one.',
            "If it is, something was lost on the way: compare its first and last characters with {key_hint|those "
            "that the app has}.",
        ),
    ),
    "azure_subdomain": Text(
        "This Azure address takes an API key, not a token of Entra ID",
        "A token is accepted only at the resource's own host, which has the name of the resource. At the host of a "
        "region only an API key works.",
        (
            "Set the endpoint to the resource's own: https://NAME.openai.azure.com or "
            "https://NAME.services.ai.azure.com (see the resource's page in the Azure portal).",
            "If the resource has no name of its own yet, give it a custom subdomain in the Azure portal.",
            "Or use one of the resource's API keys.",
        ),
    ),
    "entra_token": Text(
        "Azure refuses the access token: missing, expired, or for another audience",
        "Azure gives the same answer for all of these. A token of Entra ID is made for one audience and expires after "
        "about an hour.",
        (
            "Get a token for the audience that the message names: `az account get-access-token --resource {audience}`",
            "Check which scope the app asks for: it is the audience with /.default at its end.",
            "Check that the app sends the token as Authorization: Bearer, and no API key in its place.",
        ),
    ),
    "audience_expected": Text(
        "The token was issued for another service: the server expects the audience {audience|that it names}",
        "A token names the service it was issued for (aud). The server accepts only tokens for its own audience, even "
        "if the token has not expired.",
        (
            Step(
                "door:databricks",
                "Get a token for Azure Databricks: `az account get-access-token --resource {audience}`. Or use a "
                "personal access token of the workspace (Settings, Developer).",
            ),
            Step("!door:databricks", "Get a new token for the audience {audience} and set it as the key."),
            "Check which audience, resource or scope the app asks for when it gets the token.",
        ),
    ),
    "azure_network": Text(
        "The Azure resource accepts requests from its own network only",
        "Public access to the resource is switched off or limited to certain networks. The request came from another "
        "place, so the key was not checked.",
        (
            "Connect to the network of the resource's private endpoint (VPN). There, DNS must give a private address "
            "for {host}: `nslookup {host}`.",
            "Or, in the Azure portal, open Networking of the resource and allow this machine's IP address or network.",
        ),
    ),
    "hf_permission": Text(
        "The Hugging Face token lacks the permission to call Inference Providers",
        "Hugging Face knows the token. A token needs a permission of its own for model requests.",
        (
            "At https://huggingface.co/settings/tokens give the token the permission “Make calls to Inference "
            "Providers”, or create a token that has it.",
            "Put the new token into the app, and restart the app.",
        ),
    ),
    "gcp_scope": Text(
        "The access token lacks the scope for Vertex AI",
        "A token allows what its scopes name. Vertex AI wants `https://www.googleapis.com/auth/cloud-platform`, and "
        "this token was made without it.",
        (
            "Sign in again with the scope: `gcloud auth application-default login "
            "--scopes=https://www.googleapis.com/auth/cloud-platform`.",
            "On a virtual machine, give it the access scope `cloud-platform`: `gcloud compute instances "
            "set-service-account VM --scopes=cloud-platform` (the machine must be stopped).",
            "Where your code makes the credentials, pass this scope.",
        ),
    ),
    "gcp_quota_project": Text(
        "The account may not use the quota project",
        "Besides the project of the model, a request can name one that counts and pays for it. The account lacks "
        "`serviceusage.services.use` on it, or a person's login names none.",
        (
            "Choose a project that the account may use: `gcloud auth application-default set-quota-project PROJECT`.",
            "Or give the account the role Service Usage Consumer (roles/serviceusage.serviceUsageConsumer) on it.",
            "Check the variable GOOGLE_CLOUD_QUOTA_PROJECT: it comes before `quota_project_id` of the credentials' "
            "file.",
        ),
    ),
    "gcp_base_model_quota": Text(
        "The project's quota for {model|this model} on Vertex AI is used up, or zero",
        "Google counts requests and tokens of each model, project and location. For models of other publishers, the "
        "quota of a new project is often zero: then the first request already fails.",
        (
            "Look at the quota, and ask for more: "
            "https://console.cloud.google.com/iam-admin/quotas?service=aiplatform.googleapis.com",
            "If it is not zero, wait a minute, then send fewer requests at the same time.",
            "Try another location (global has a quota of its own), or another model.",
        ),
    ),
    "gcp_billing": Text(
        "Billing is off in the Google Cloud project",
        "Google knows the account and the project. Vertex AI answers only for a project with a billing account.",
        (
            "Link a billing account: `gcloud billing projects link PROJECT --billing-account=ACCOUNT`.",
            "Or enable it on the page https://console.cloud.google.com/billing, and wait a few minutes.",
            "Check that the app uses the project that you mean.",
        ),
    ),
    "gcp_token_expired": Text(
        "The Google access token has expired",
        "An access token is valid for one hour. Google's libraries renew it by themselves; a token that was copied "
        "into a setting is not renewed.",
        (
            "Get a new one: `gcloud auth print-access-token`.",
            "For an app that runs for longer, use credentials that the library renews: `gcloud auth "
            "application-default login`, or a service account.",
            "If the token is new, check the clock of this machine.",
        ),
    ),
    "gcp_api_off": Text(
        "The API is not enabled in the Google Cloud project",
        "Google knows the key or account. Each API has to be enabled once in the project to which the key belongs.",
        (
            "Open {page|the API's page in Google Cloud}, choose the project of the key, and enable the API.",
            Step("chain:google", "Or enable it in a terminal: `gcloud services enable aiplatform.googleapis.com`."),
            "Wait a few minutes, then try again.",
            "Check that the app uses the project that you mean.",
        ),
    ),
    "gcp_project": Text(
        "Google Cloud does not know the project, or the account may not use it",
        "The request names a Google Cloud project. It does not exist under that name, or the account that made the "
        "request has no access to it.",
        (
            "Use the project ID, not the display name of the project: `gcloud projects list` shows both.",
            "Check that the account or service account has access to this project.",
            "After a change of project, renew the local credentials: `gcloud auth application-default login`",
        ),
    ),
    "gcp_permission": Text(
        "The Google account lacks the permission {permission|for this model}",
        "Google knows the account. The permission is missing in this project, or the project, location or model does "
        "not exist: Google gives the same answer for both.",
        (
            "Give the account the role Vertex AI User: `gcloud projects add-iam-policy-binding PROJECT "
            "--member=user:YOU --role=roles/aiplatform.user` (serviceAccount:ADDRESS for a service account).",
            "Or give it on the page https://console.cloud.google.com/iam-admin/iam",
            "Check project ID, location and model name in the request.",
            "Check which account the app uses: `gcloud auth list`",
        ),
    ),
    "aws_denied": Text(
        "An AWS policy explicitly denies {permission|this request}",
        "A deny in a policy beats every permission; the message names the kind of policy. Organizations deny regions "
        "in this way, and an inference profile (us., eu., global.) may send the request to a denied region.",
        (
            "Check that the account and role are the ones that you mean: `aws sts get-caller-identity`.",
            "Use a model ID or inference profile that stays in an allowed region: `aws bedrock "
            "list-inference-profiles`.",
            "Or ask the administrator of the AWS organization to allow {permission|the action} in every region of the "
            "profile.",
        ),
    ),
    "aws_bearer": Text(
        "The AWS identity behind the Bedrock key lacks the permission bedrock:CallWithBearerToken",
        "A Bedrock API key belongs to a user or role of AWS. To call with a key, it needs this permission besides "
        "those for the model.",
        (
            "Add it to the user that the message names: `aws iam attach-user-policy --user-name USER --policy-arn "
            "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess`.",
            "For a short-term key, add bedrock:CallWithBearerToken to the role that made the key.",
            "Or use access keys or a profile instead of the key: they do not need it.",
        ),
    ),
    "aws_permission": Text(
        "The AWS user or role lacks the permission {permission|for this request}",
        "AWS knows the credentials, and no policy of the user or role allows this action on this model.",
        (
            "Check that the account and role are the ones that you mean: `aws sts get-caller-identity`.",
            "Allow {permission|the action} for the model in the IAM policy of the user or role that the message names. "
            "`aws iam simulate-principal-policy --policy-source-arn ARN --action-names {permission|ACTION}` shows "
            "whether it is allowed.",
            "For an inference profile (us., eu., apac., global.), allow the action on the profile and on the model in "
            "every region of the profile.",
            "Streams need bedrock:InvokeModelWithResponseStream, everything else bedrock:InvokeModel, with Converse "
            "too.",
        ),
    ),
    "iam_action": Text(
        "The cloud account lacks the permission {permission|for this request}",
        "The cloud knows the account. The policy of the user or role does not allow this action on this model.",
        (
            "Add {permission} to the policy of the user or role that the message names.",
            "Check that the policy covers this model and region, and that no other policy forbids it.",
        ),
    ),
    "ram_permission": Text(
        "The Alibaba Cloud user lacks a RAM permission",
        "Alibaba Cloud knows the user. Its RAM policy does not allow this request.",
        (
            "In the RAM console, give the user the permission for Model Studio (百炼), or use an API key of the main "
            "account.",
            "Check that the workspace and the app in the request belong to this account.",
        ),
    ),
    # -- limits, places, servers ---------------------------------------------------------------------------------------
    "no_free_quota": Text(
        "The account's tier has no quota for {model|this model}",
        "The limit is zero: the free tier does not include this model. Waiting does not help.",
        (
            "Choose a model that the tier includes.",
            "Set up billing for the project or account: {console}",
        ),
    ),
    "aws_daily_limit": Text(
        "The AWS account has used its tokens for the day",
        "Amazon Bedrock limits tokens by model, region and day. New accounts start with low limits.",
        (
            "See the limits: `aws service-quotas list-service-quotas --service-code bedrock`. Raise them here: "
            "https://console.aws.amazon.com/servicequotas/home/services/bedrock/quotas",
            "Use another model or region: each has a limit of its own.",
            "Or wait until the next day.",
        ),
    ),
    "aws_throttled": Text(
        "Amazon Bedrock limits the rate of this AWS account",
        "The limits are by model, region and minute, for requests and for tokens. New accounts start with low limits.",
        (
            "Wait a minute. Have the app send fewer requests at once, and retry with growing pauses.",
            "See the limits: `aws service-quotas list-service-quotas --service-code bedrock`. Raise them here: "
            "https://console.aws.amazon.com/servicequotas/home/services/bedrock/quotas",
            "An inference profile (us., eu., apac., global.) spreads requests over several regions and has higher "
            "limits.",
        ),
    ),
    "daily_limit": Text(
        "Daily limit reached",
        "The account, or its tier, may send only a limited number of requests or tokens per day. Address and key "
        "are correct.",
        (
            "Wait until the limit is reset: in {retry_after} seconds, as the server says.",
            "Try again tomorrow, or choose another model: each often has its own limit.",
            "Raise the limit, or add credit, in the account: {console}",
        ),
    ),
    "region_billing": Text(
        "In your country, this API requires a billing account",
        "The provider offers its free tier only in some countries. Elsewhere the project needs billing.",
        (
            "Set up billing for the project of the key: {console}",
            "Link a billing account to the project, or use a key of a project that has billing.",
            "Check in which country your connection reaches the internet: a VPN or proxy changes it.",
        ),
    ),
    "model_loading": Text(
        "The model is still loading on the server",
        "The server loads a model into memory when it is first asked for, which can take minutes for a large one. The "
        "address, the key and the model name are correct.",
        (
            "Wait a minute and try again, with a longer timeout in the app.",
            Step("owner", "If the server is yours, load the model before the first request and keep it loaded."),
        ),
    ),
    "model_memory": Text(
        "The server has too little memory for the model {model|in the request}",
        "The server runs, but the memory of the machine or of its graphics card is not enough to load the model. "
        "Address and key are correct.",
        (
            "Choose a smaller or more strongly quantized model: this one needs {need} of memory, and {have} is free.",
            "Choose a smaller or more strongly quantized model, which needs less memory.",
            Step(
                "owner",
                "If the server is yours, close other programs, unload other models (`ollama ps`), or set a smaller "
                "context for the model.",
            ),
        ),
    ),
    "group_saturated": Text(
        "All channels of the relay are saturated for {model|this model}",
        "The relay has channels for the model in this group, and all of them were refused upstream, most often by the "
        "rate limit of the key behind the channel. Your key and the address are correct.",
        (
            "Try again in {retry_after} seconds.",
            "Try again in a minute. If it stays so, choose another model or another group of the relay.",
            "Tell the operator of {host|the relay}: only the relay's log shows what its upstream refused.",
            Step("owner", "If the relay is yours, look at the channel's log, and add channels or keys to the group."),
        ),
    ),
    "model_crashed": Text(
        "The model crashed on the server",
        "The server runs, but the process that computes the model ended. Most often the memory of the graphics card or "
        "the machine was not enough. The address is correct.",
        (
            "Load the model again with less memory: a smaller context, fewer layers on the graphics card, a smaller or "
            "more strongly quantized model.",
            "Read the server's log just before the crash.",
            "Update the server program and the driver of the graphics card.",
        ),
    ),
    "answer_fields": Text(
        "The app cannot read a field of the server's answer",
        "The app checks the answer against a fixed list of fields and values, and the server sends another one. "
        "Key and address are right.",
        (
            "Update the app: newer versions know the new fields and values.",
            "If it reads a list of models, enter the model by hand instead of loading the list.",
            "If the server is no official API, check that the type of provider in the app fits it.",
        ),
    ),
    "old_sdk_code": Text(
        "The program is written for another version of the OpenAI SDK",
        "Version 1.0 of the openai package changed all names, and the installed version does not fit the program. "
        "Nothing was sent.",
        (
            "Update the program to its newest version. Your own code: `openai migrate`, or follow the migration guide.",
            "If the program cannot be changed, install the old package for it: `pip install openai==0.28`",
        ),
    ),
    "gateway_provider": Text(
        "The gateway does not know the provider that the request names",
        "A gateway for several providers reads from a header or its own settings where to send a request. The name "
        "there is not one of its names.",
        (
            "Set the provider to a name from the gateway's list. Portkey reads the header x-portkey-provider and "
            "writes vertex-ai, azure-openai and the like with a hyphen.",
            "If the request names a stored configuration or virtual key, check its provider there.",
        ),
    ),
    "wanted_header": Text(
        "The server requires the header {wanted_header|that it names}",
        "The server refuses the request because this header is missing or has another value than it expects.",
        (
            "Add the header {wanted_header} to the requests of the app. The server's documentation shows its value.",
            "Update the app: newer versions may send the header themselves.",
        ),
    ),
    "dns_server": Text(
        "DNS lookup failed: the name server {address|of this machine} does not answer",
        "The system asks the name server {address|in its settings} for the host, and gets no answer from it. The key "
        "and the API were not reached.",
        (
            "Set another name server, such as 1.1.1.1 or 8.8.8.8: in the network settings of the system, in "
            "/etc/resolv.conf, or with `--dns` and `dns:` for containers.",
            "If the address is this machine's own (127.0.0.1 or ::1), start the DNS program that should answer there.",
            "Check VPN and proxy programs: some replace the name server and leave it behind when they end.",
        ),
    ),
    "aws_region_host": Text(
        "Bedrock has no host in the region {region|of this address}, or it cannot be looked up",
        "The region is part of the host's name, and Bedrock exists in some regions only.",
        (
            "Set AWS_REGION (for boto3 AWS_DEFAULT_REGION) to a region with Bedrock: `aws ssm "
            "get-parameters-by-path --path /aws/service/global-infrastructure/services/bedrock/regions` lists them.",
            "In a private network (VPC) without internet access, create an endpoint for bedrock-runtime and use the "
            "name servers of the VPC.",
            "If other hosts cannot be found either, the name server is the cause.",
        ),
    ),
    "dns_known_host": Text(
        "DNS lookup failed for {host}",
        "The name is right: it is the provider's own. The machine has no network, its DNS server does not answer "
        "or filters names, or a proxy should resolve the name.",
        (
            Step(
                "container",
                "In a container, check its network and DNS server: `docker run --dns 1.1.1.1`, or dns: in Compose.",
            ),
            "Check that the machine is online, and ask another DNS server: `nslookup {host} 1.1.1.1`",
            "If you reach the internet through a proxy or VPN, turn it on, and set HTTPS_PROXY for the app.",
            "On a company network, ask whether the name is blocked.",
        ),
    ),
    # -- the network and the app ---------------------------------------------------------------------------------------
    "host_of_containers": Text(
        "Connection refused: nothing on the machine outside listens for containers",
        "The container reached the machine that runs it, and no program listens there on this port. Servers such as "
        "Ollama and LM Studio listen only on 127.0.0.1 by default, and a container comes from another address.",
        (
            Step(
                "door:ollama|protocol:ollama",
                "Make Ollama listen on 0.0.0.0: set OLLAMA_HOST=0.0.0.0 where it runs, then restart it.",
            ),
            Step(
                "!door:ollama !protocol:ollama",
                "Make the server listen on 0.0.0.0 instead of 127.0.0.1 (in LM Studio: Serve on Local Network), then "
                "restart it.",
            ),
            "On Linux, start the container with --add-host=host.docker.internal:host-gateway.",
            "Allow the port in the firewall of the machine, for addresses of containers (172.16.0.0/12).",
        ),
    ),
    "all_addresses": Text(
        "Connection refused: 0.0.0.0 is no address to connect to",
        "A server listens on 0.0.0.0 to be reached at every address of its machine. A client needs one of these "
        "addresses; inside a container, 0.0.0.0 leads to the container itself.",
        (
            "In a container, replace 0.0.0.0 with host.docker.internal in the base URL. Outside, use 127.0.0.1.",
            "For a server on another machine, use the address of that machine in your network.",
            "Check that the server runs, and compare the port that it prints with the one in the base URL.",
        ),
    ),
    "dns_forged": Text(
        "DNS returns an address for {host|the host} that belongs to somebody else",
        "The address in the message is not the provider's. Some networks answer questions for blocked names with "
        "the address of another company, so the connection cannot succeed. The app sends its requests directly, not "
        "through your proxy.",
        (
            "Have the app use your proxy: set HTTPS_PROXY for its process, or turn on TUN mode in the proxy program.",
            "Have the proxy resolve names (socks5h:// instead of socks5://), or use encrypted DNS.",
            "In a container or on a server, set the proxy there: the one on your computer does not reach it.",
        ),
    ),
    "stream_proxied": Text(
        "The stream is cut off on the way, by a proxy in front of the app or the API",
        "The answer began with success, and the connection ended in the middle. Between the two ends is a "
        "reverse proxy that "
        "buffers streams or ends them after a time.",
        (
            "If a reverse proxy (nginx, Apache, Cloudflare) is in front of the app or the model server, turn off its "
            "buffering and raise its timeout: in nginx, `proxy_buffering off;` and `proxy_read_timeout 600s;`.",
            "Open the app directly, by address and port. If it works, the proxy is the cause.",
            "Try without VPN and antivirus program.",
        ),
    ),
    "cors_header": Text(
        "CORS: the server does not allow the header {header|of the app}",
        "The app runs in a browser and sends a header of its own. Before the request, the browser asks the server "
        "whether it allows this header, and the server does not. The same request works outside a browser.",
        (
            "Update the app and the server: newer versions leave {header|the header} out, or allow it.",
            "Use the desktop version of the app, or have the app's own server make the request.",
            Step(
                "owner", "If the server is yours, add {header|the header} to Access-Control-Allow-Headers in a proxy."
            ),
        ),
    ),
    "cors_ollama": Text(
        "CORS: Ollama does not allow requests from this app",
        "The app runs in a browser or as a plugin. Ollama answers only pages of its own machine, and other origins "
        "only if its settings name them. The address and the model are correct.",
        (
            "Set OLLAMA_ORIGINS={origin|*} where Ollama runs, then quit Ollama and start it again.",
            'For the service on Linux: `systemctl edit ollama`, then Environment="OLLAMA_ORIGINS=*". On macOS: '
            '`launchctl setenv OLLAMA_ORIGINS "*"`. On Windows: `setx OLLAMA_ORIGINS "*"`.',
            "Or turn off streaming or turn on the CORS option in the app, if it has one.",
        ),
    ),
    "cors_lm_studio": Text(
        "CORS: LM Studio does not allow requests from this app",
        "The app runs in a browser or as a plugin, so the browser first asks the server with an OPTIONS request. LM "
        "Studio answers it only if CORS is turned on.",
        (
            "In LM Studio, turn on Enable CORS in the settings of the local server, then restart the server.",
            "Use the desktop version of the app, or have the app's own server make the request.",
        ),
    ),
    "too_many_files": Text(
        "Too many open files: the app cannot open another connection",
        "The process has as many files and connections open as the system allows. Usually the code makes a new "
        "client for every request and never closes it, or starts too many requests at once. Address and key are not "
        "the cause.",
        (
            "Create one client, use it for all requests, and close it at the end (with `async with` or close()).",
            "Limit how many requests run at the same time, for example with a semaphore.",
            "Raise the limit of the process: `ulimit -n 4096`, or LimitNOFILE in a systemd unit.",
        ),
    ),
    "provider_init": Text(
        "The app could not start its provider {provider|for this API}",
        "The app failed before it sent a request: the provider's package did not load, or its settings do not fit. "
        "The status comes from the app's own local server, not from the API.",
        (
            "Update the app, delete its cache of packages, and start it again (for OpenCode: ~/.cache/opencode).",
            "Check the provider's entry in the app's configuration, and whether a key is set for it.",
            "Try without your own configuration. If that works, add its entries one by one.",
        ),
    ),
    "revocation": Text(
        "Windows cannot check whether the certificate of {host|the server} was revoked",
        "Schannel, the TLS library of Windows, asks the certificate's authority whether it was revoked, and got no "
        "answer: a private or self-signed certificate names no such place, or a proxy blocks it.",
        (
            "As a test, run curl with --ssl-no-revoke. If it works, the lookup of revoked certificates is the cause.",
            "Behind a company proxy, ask the IT staff to allow the OCSP and CRL addresses of the certificate.",
            "For a certificate of your own, set it in the app (SSL_CERT_FILE, NODE_EXTRA_CA_CERTS), or use http.",
        ),
    ),
    "ollama_path": Text(
        "Wrong path: Ollama serves nothing at this URL",
        "Ollama has two APIs: its own under /api, with a base URL without a path, and OpenAI's under /v1. The app "
        "uses one of them with the base URL of the other.",
        (
            "Set the base URL to {better_url}",
            "For an app that speaks OpenAI's protocol, end the base URL in /v1: http://localhost:11434/v1",
            "For an app with a provider type of its own for Ollama, leave out the path: http://localhost:11434",
            "Update Ollama: old versions do not serve /v1.",
        ),
    ),
    "responses_body": Text(
        "A chat request was sent to the Responses endpoint",
        "OpenAI has two endpoints with different bodies: /v1/chat/completions takes messages, /v1/responses takes "
        "input. The app wrote a body for the first and sent it to the second.",
        (
            "Set the endpoint back to /v1/chat/completions, or make the base URL end in /v1.",
            "If the model needs the Responses API, choose it as the type of API in the app, or update the app.",
        ),
    ),
    "tool_schema": Text(
        "The API rejects the schema of the tool {tool|in the request}",
        "The app sends tools with a description of their parameters (JSON Schema). The API does not accept one of "
        "them, so it refuses the whole request. The address, the key and the model are correct.",
        (
            "Turn off the tool or MCP server with {tool|the schema that the message names}, or update it.",
            'In your own code, make the schema an object: type "object", with properties.',
            "Update the SDK: older versions write wrong schemas from Zod 4 and Pydantic.",
        ),
    ),
    "field_type": Text(
        "The server expects another type in {parameter|a field of the request}",
        "The server could not read the request: the app sends {sent|another type} where the server's version of the "
        "API has something else, often content in parts (text and images) instead of a plain text.",
        (
            "Update the server program: newer versions read content in parts. Then update the app.",
            "If the app has a compatibility option for plain text messages, turn it on, and send no images.",
            "Choose the provider type in the app that fits the server, such as Ollama's own instead of OpenAI's.",
        ),
    ),
    "offline": Text(
        "No network: the app says that this machine is offline",
        "The system reports no network, or the app takes every failed connection for that. Address and key were not "
        "tested.",
        (
            "Check whether a web page opens on this machine. If not, fix the network connection first.",
            "If pages open, restart the app, and the VPN or proxy program: the app may still hold the old connection.",
            "Check that the firewall lets the app out to {host|the server}.",
        ),
    ),
    "codex_wire_api": Text(
        "Codex no longer speaks chat completions",
        'Codex removed `wire_api = "chat"` in February 2026. It speaks the Responses API alone and refuses the '
        "setting.",
        (
            'Set wire_api = "responses" in config.toml, or remove the line.',
            "Use an address that serves /responses. If the provider has none, Codex needs a gateway that translates.",
        ),
    ),
    "tools_with_effort": Text(
        "Chat completions take no tools together with reasoning_effort for {model|this model}",
        "For this model, /chat/completions refuses tools unless reasoning_effort is none. It refuses them too where "
        "the app sends no reasoning_effort, because the model's own default counts.",
        (
            "In the app, choose the Responses API (OpenAI Responses) as the type of provider: it takes both.",
            "Or set reasoning_effort to none.",
            "If the app has neither choice, update it or choose another model.",
        ),
    ),
    "sampling_removed": Text(
        "The SDK no longer takes {parameter|this argument}",
        "Version 1 of Anthropic's Python SDK removed temperature, top_p and top_k. Nothing was sent.",
        (
            "Remove {parameter|the argument} from the call.",
            'To keep it for models that take it: `pip install "anthropic<1"`.',
        ),
    ),
    "httpx2": Text(
        "The SDK is built on httpx2, and this code uses httpx",
        "Since openai 3.0 and anthropic 1.0, the SDKs use httpx2 and no longer install httpx. Nothing was sent.",
        (
            "Import httpx2 instead, and pass the SDK a client of httpx2.",
            'Or keep the older SDK: `pip install "openai<3" "anthropic<1"`.',
        ),
    ),
}
