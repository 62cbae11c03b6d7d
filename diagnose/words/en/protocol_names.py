"""The names of the protocols as people know them, in English, by the ids of ``probes/protocols``."""

from __future__ import annotations

PROTOCOLS: dict[str, str] = {
    "openai": "OpenAI's chat completions",
    "responses": "OpenAI's Responses API",
    "anthropic": "Anthropic's Messages API",
    "gemini": "Gemini's API",
    "azure": "Azure OpenAI's API",
    "ollama": "Ollama's API",
    "bedrock": "Amazon Bedrock's Converse API",
    "bedrock_invoke": "Claude on Amazon Bedrock (InvokeModel)",
    "vertex": "Gemini on Vertex AI",
    "vertex_anthropic": "Claude on Vertex AI",
}
