"""What the recorded clients print about a refused key, a wrong path and a closed port is explained as that.

Printed on loopback on 2026-11-30 by Copilot CLI 1.0.102, Claude Code 2.1.332, Codex 0.171.0 and Gemini CLI 0.61.0.
"""

from __future__ import annotations

import pytest

from diagnose.answers.explain import explanation
from probes.catalog.apps import load
from probes.pasted.pasted_text import read

PRINTED = [
    (
        "copilot-cli",
        "key",
        "Authentication failed with provider at http://127.0.0.1:8080/v1 (HTTP 401).\n"
        "  Check your COPILOT_PROVIDER_API_KEY, COPILOT_PROVIDER_API_KEY_COMMAND, or COPILOT_PROVIDER_BEARER_TOKEN.",
        ("auth.rejected",),
    ),
    (
        "copilot-cli",
        "path",
        "Model 'm' not found on provider at http://127.0.0.1:8080 (HTTP 404).\n"
        "  Check that the model is available on your provider.",
        ("model.not_found", "url.path_wrong"),
    ),
    ("claude-code", "", "Failed to authenticate. API Error: 401 Incorrect API key provided", ("auth.rejected",)),
    ("claude-code", "key", "Invalid API key · Fix external API key", ("auth.rejected",)),
    (
        "claude-code",
        "connection",
        "API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)",
        ("tcp.refused",),
    ),
    ("codex", "connection", "ERROR: Reconnecting... waiting for network", ("tcp.refused", "tls.untrusted_issuer")),
    ("gemini-cli", "path", "ModelNotFoundError: models/m is not found for API version v1beta", ("model.not_found",)),
]


@pytest.mark.parametrize(("app", "about", "text", "codes"), PRINTED)
def test_a_text_of_a_client_is_explained(app: str, about: str, text: str, codes: tuple[str, ...]) -> None:
    known = load().get(app)
    assert known is not None
    assert not about or known.errors[about] in text
    candidates = [one.code for one in explanation(read(text)).candidates]
    assert set(codes) <= set(candidates)
    assert candidates[0] == codes[0]
