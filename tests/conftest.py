"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

# A test must not see this machine's own settings, proxies or roots.
_NOT_OURS = ("_API_KEY", "_AUTH_TOKEN", "_BASE_URL", "_API_BASE", "_PROXY", "_proxy", "_MODEL")


# Real servers, real SDKs, doors that hang and made-up worlds by the hundred: what the quick tests leave out.
_SLOW = (
    *("real", "test_sdk_agreement", "test_properties", "test_hostile", "test_dialect_worlds", "test_fuzz_doors"),
    *("test_explain", "test_key_samples", "test_cli", "test_protocols_cli", "test_deep", "test_deep_sdk"),
    *("test_safety", "test_redirects", "test_load", "test_program"),
    *("test_curl", "test_mend", "test_mend_apps", "test_snippets"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in _SLOW or item.path.parent.name in _SLOW:
            item.add_marker(pytest.mark.slow)
    # A file goes to one process as a whole: the long ones first, or the others wait for the last of them.
    items.sort(key=lambda item: item.path.parent.name != "real")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.endswith(_NOT_OURS) or name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("probes.network.name_servers.configured", tuple)  # nor ask its name servers
    yield
