"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

# A test must not see this machine's own settings, proxies or roots.
_NOT_OURS = ("_API_KEY", "_AUTH_TOKEN", "_BASE_URL", "_API_BASE", "_PROXY", "_proxy", "_MODEL")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.endswith(_NOT_OURS) or name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name)
    yield
