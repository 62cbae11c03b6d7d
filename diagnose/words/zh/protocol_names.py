"""协议的通用名称（中文），键为 ``probes/protocols`` 中的标识。"""

from __future__ import annotations

PROTOCOLS: dict[str, str] = {
    "openai": "OpenAI Chat Completions 接口",
    "responses": "OpenAI Responses 接口",
    "anthropic": "Anthropic Messages 接口",
    "gemini": "Gemini 接口",
    "azure": "Azure OpenAI 接口",
    "ollama": "Ollama 接口",
    "bedrock": "Amazon Bedrock 的 Converse API",
    "bedrock_invoke": "Amazon Bedrock 上的 Claude（InvokeModel）",
    "vertex": "Vertex AI 上的 Gemini",
    "vertex_anthropic": "Vertex AI 上的 Claude",
}
