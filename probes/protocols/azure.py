"""Azure OpenAI's older form: ``POST {endpoint}/openai/deployments/{deployment}/chat/completions?api-version=…``.

The key travels as ``api-key``; the model is the name of a deployment. The newer ``{endpoint}/openai/v1`` is plain
openai. Source: openai-python 3.54, ``AzureOpenAI``.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from probes.model.attempt import Attempt, Auth, KeyForm
from probes.protocols.openai import ChatCompletions
from probes.protocols.protocol import ApiRequest

# The last version that Azure's own manual names as stable for these paths.
STABLE = "2024-10-21"
# Only the oldest versions list the deployments; later ones list all models of the region, deployed or not.
_LISTING = "2022-12-01"


class _Azure(ChatCompletions):
    name = "azure"
    endpoint = "/openai/deployments/{model}/chat/completions"
    styles = (Auth.API_KEY, Auth.BEARER)
    version_segment = ""
    versions = (STABLE,)

    def attempt(self, base_url: str, auth: Auth | None = None) -> Attempt:
        return Attempt("azure", base_url, auth or Auth.API_KEY, KeyForm.GIVEN, STABLE)

    def models(self, attempt: Attempt) -> ApiRequest:
        listing = super().models(attempt)
        return replace(listing, path=f"/openai/deployments?api-version={_LISTING}")

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        ask = super().generation(attempt, model, stream=stream, adapted=adapted)
        return replace(ask, path=self._path(attempt, model))

    def path_check(self, attempt: Attempt) -> ApiRequest:
        return replace(super().path_check(attempt), path=self._path(attempt, self.guess))

    def _path(self, attempt: Attempt, model: str) -> str:
        deployment, version = quote(model, safe="@{}"), quote(attempt.version, safe="")
        return f"/openai/deployments/{deployment}/chat/completions?api-version={version}"


WIRE = _Azure()
