"""Gemini models on Vertex AI: ``POST {base}/models/{model}:generateContent``, with an access token or, express, a key.

``{base}`` has the project: ``https://HOST/v1/projects/P/locations/L/publishers/google``. With an API key (express mode)
it is ``https://aiplatform.googleapis.com/v1/publishers/google``. google-genai makes both from project and location; a
base URL without them is completed in the same way (``probes/credential_chains/google.py``). Nothing lists the models.
Source: google-genai 3.6.1, ``_api_client.py``; https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt, Auth
from probes.protocols.gemini import GenerateContent
from probes.protocols.protocol import JSON_HEADERS, ApiRequest

SWITCHES = ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")


class _Vertex(GenerateContent):
    name = "vertex"
    endpoint = "/models/{model}:generateContent"
    credential = "google"
    switches = SWITCHES
    styles = (Auth.BEARER, Auth.X_GOOG_API_KEY)
    versions = ()
    added = ""
    endings = ("models/[^/]+:(?:generateContent|streamGenerateContent)",)
    spoken_at = r"/publishers/google(?:/models(?:/.{1,200})?)?$"
    segments = ("publishers/google",)
    address = r"(?<=/publishers/google)/models/(?P<model>[^/:]+):(?:generateContent|streamGenerateContent)"
    listing = ""
    precedence = 12
    bases = ("",)
    looks = 0
    strictness = "gemini"
    words = (("ending", "/models/NAME:generateContent"),)
    provider_names = ("vertex", "vertexai", "vertex-ai", "google-vertex")
    ai_sdk_package = "@ai-sdk/google-vertex"
    litellm_provider = "vertex_ai"
    sdk_arguments = MappingProxyType(
        {"python": {"": "api_key={key}"}, "node": {"": "apiKey: {key}"}},
    )

    def models(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("GET", "/models", JSON_HEADERS[:1], None)

    def _path(self, attempt: Attempt, model: str, verb: str) -> str:
        return f"/models/{quote(model.rpartition('/')[2], safe=':@{}')}:{verb}"

    def neighbour(self, base_url: str, protocol: str, model: str) -> tuple[str, str]:
        """Return the address of the OpenAI-compatible API, which names models with their publisher."""
        place, mark, _ = base_url.partition("/publishers/")
        if protocol != "openai" or not mark or "/projects/" not in place:
            return "", ""
        return f"{place}/endpoints/openapi", f"google/{model.rpartition('/')[2]}"

    def owns(self, value: Mapping[str, Any]) -> bool:
        return False  # its answers have the form of the Gemini API's

    def other_version_helps(self, status: int, text: str) -> bool:
        return False


WIRE = _Vertex()
