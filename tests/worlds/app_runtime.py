"""Worlds of an app whose own Python differs from this program's. What that Python reports is made up."""

from __future__ import annotations

from typing import Any

from worlds.stage import Scenario

_PYTHON = {
    "version": "3.12.1",
    "openssl": "OpenSSL 3.0.13 30 Jan 2024",
    "packages": {"openai": "2.54.0", "httpx": "0.28.1", "pip": "25.0"},
    "strict": False,
}


def _failed(stage: str, kind: str, text: str, **versions: str) -> dict[str, Any]:
    errors = [{"type": kind, "text": text, "code": "", "status": 0}]
    call = {"sdk": "openai", "stage": stage, "ok": False, "status": 0, "errors": errors, "seconds": 0.2}
    return {**_PYTHON, "packages": {**_PYTHON["packages"], **versions}, "call": call}


SCENARIOS = (
    Scenario(
        "runtime-sound",
        None,
        runtime={**_PYTHON, "call": {"sdk": "openai", "stage": "create", "ok": True, "errors": []}},
    ),
    Scenario(
        "runtime-proxies-argument",
        "app.runtime",
        runtime=_failed(
            "create",
            "builtins.TypeError",
            "Client.__init__() got an unexpected keyword argument 'proxies'",
            openai="1.54.3",
        ),
        says=("openai 1.54.3", "httpx 0.28.1"),
        first=(".venv/bin/python -m pip install 'openai>=1.55.3'",),
        sdk="the app's own SDK is an older one",
    ),
    Scenario(
        "runtime-sdk-fails-by-itself",
        "app.sdk_mismatch",
        runtime=_failed(
            "create", "builtins.TypeError", "OpenAI.__init__() got an unexpected keyword argument 'organisation'"
        ),
        sdk="the app's own SDK is another one",
    ),
    Scenario(
        "runtime-trusts-other-roots",
        "tls.untrusted_issuer",
        runtime=_failed(
            "call",
            "httpx.ConnectError",
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate",
        ),
        first=("export SSL_CERT_FILE=",),
        sdk="the app's own SDK has other CA certificates",
    ),
)
