"""Features of Gemini models on Vertex AI: those of the Gemini API, without a description of the model or embeddings.

Nothing lists the models of a project, so no model says what it accepts, and no embedding model is known.
"""

from __future__ import annotations

from probes.model.attempt import Attempt
from probes.protocols.features.gemini import GenerateContentFeatures
from probes.protocols.protocol import ApiRequest


class _VertexFeatures(GenerateContentFeatures):
    protocol = "vertex"

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None

    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None


FEATURES = _VertexFeatures()
