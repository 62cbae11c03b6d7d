"""Features of Azure's older API: those of chat completions, with the path of the deployment."""

from __future__ import annotations

from urllib.parse import quote

from probes.model.attempt import Attempt
from probes.model.record import replace
from probes.protocols.features.openai import ChatFeatures
from probes.protocols.protocol import ApiRequest


class _AzureFeatures(ChatFeatures):
    protocol = "azure"

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        plain = super().embedding(attempt, model)
        deployment, version = quote(model, safe="@{}"), quote(attempt.version, safe="")
        path = f"/openai/deployments/{deployment}/embeddings?api-version={version}"
        return replace(plain, path=path) if plain is not None else None


FEATURES = _AzureFeatures()
