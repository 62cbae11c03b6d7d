"""Features of Anthropic's models on Vertex AI: those of the Messages API. Nothing describes a model there."""

from __future__ import annotations

from probes.model.attempt import Attempt
from probes.protocols.features.anthropic import MessagesFeatures
from probes.protocols.protocol import ApiRequest


class _VertexAnthropicFeatures(MessagesFeatures):
    protocol = "vertex_anthropic"

    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None


FEATURES = _VertexAnthropicFeatures()
