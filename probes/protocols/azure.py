"""Azure OpenAI's older API: ``POST {endpoint}/openai/deployments/{deployment}/chat/completions?api-version=…``.

The key is sent as ``api-key``; the model is the name of a deployment. The newer ``{endpoint}/openai/v1`` is the openai
protocol. Source: openai-python 3.54, ``AzureOpenAI``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt, Auth
from probes.model.record import replace
from probes.protocols.openai import ChatCompletions
from probes.protocols.protocol import ApiRequest, prompt

# The last version that Azure's manual calls stable for these paths.
STABLE = "2024-10-21"
# Only the oldest versions list the deployments; later ones list all models of the region, deployed or not.
_LISTING = "2022-12-01"


class _Azure(ChatCompletions):
    name = "azure"
    endpoint = "/openai/deployments/{model}/chat/completions"
    styles = (Auth.API_KEY, Auth.BEARER)
    version_segment = ""
    versions = (STABLE,)
    version_query = "api-version"
    version_demanded = True
    key_begins_value = True
    added = r"/openai(?:/v1)?/?$"
    added_name = "/openai"
    endings = ()
    inner_path = "/openai/deployments(?:/[^/]+)?"
    inner_name = "openai/deployments/…"
    spoken_at = r"/openai/deployments(?:/|$)"
    address = r"/openai/deployments/(?P<model>[^/]+)/[\w/]{1,80}"
    model_path = r"/openai/deployments/([^/?#]+)"
    precedence = 10
    bases = ("",)
    looks = 0  # only Azure and gateways in front of it serve it
    newer_base = "/openai/v1"
    lists_deployed = True
    capability = ""
    error_words = "(?i)subscription key|deployment"
    words = (
        ("ending", "/openai/deployments/NAME/chat/completions"),
        ("doubled", "/openai"),
        ("added", "/openai"),
        ("twice", "/openai/openai"),
    )
    provider_names = ()
    strictness = "openai"
    sdk_arguments = MappingProxyType(
        {
            "python": {"bearer": "azure_ad_token={key}", "": "api_key={key}"},
            "node": {"bearer": "azureADTokenProvider: async () => {key}", "": "apiKey: {key}"},
        }
    )

    def models(self, attempt: Attempt) -> ApiRequest:
        listing = super().models(attempt)
        return replace(listing, path=f"/openai/deployments?api-version={_LISTING}")

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        request = super().generation(attempt, model, stream=stream, adapted=adapted)
        return replace(request, path=self._path(attempt, model))

    def path_check(self, attempt: Attempt) -> ApiRequest:
        return replace(super().path_check(attempt), path=self._path(attempt, self.guess))

    def owns(self, value: Mapping[str, Any]) -> bool:
        return False  # responses have the form of chat completions

    def other_version_helps(self, status: int, text: str) -> bool:
        return status == 400 and "version" in text.lower()  # Azure retires versions

    def example(self, model: str) -> Mapping[str, Any]:
        return {"messages": [{"role": "user", "content": prompt(False)}]}

    def _path(self, attempt: Attempt, model: str) -> str:
        deployment, version = quote(model, safe="@{}"), quote(attempt.version, safe="")
        return f"/openai/deployments/{deployment}/chat/completions?api-version={version}"


WIRE = _Azure()
