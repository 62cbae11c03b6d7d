"""Fixtures and ordering that every test shares."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from checkout import DAY
from probes.catalog.doors import adopt
from probes.model.known_secrets import KNOWN

# A property test fails for what it finds, never because the machine is slow. In CI it tries the same inputs every time,
# so that a change is blamed only for its own faults; elsewhere new ones are searched.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("any-machine")

# The tests and tables are a million objects, which live as long as the process: the collector looks at none of them, or
# it would take a good part of the time.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


# Isolate each test from this machine's own settings, proxies and trust store.
_TESTS = count()
_NOT_OURS = ("_API_KEY", "_AUTH_TOKEN", "_BASE_URL", "_API_BASE", "_PROXY", "_proxy", "_MODEL")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests of real programs where all of them would be deselected: importing them takes seconds."""
    return True if collection_path.name == "real" and config.option.markexpr == "not slow" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "real":  # these run other people's programs; other slow files mark themselves
            item.add_marker(pytest.mark.slow)
    # A file runs as a whole in one process: start the long ones first, or the other processes wait for the last of
    # them.
    items.sort(key=lambda item: item.path.parent.name != "real")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # A folder for each test, which exists only if the test agrees to something: nobody's agreements count here.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / f"state-{next(_TESTS)}"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "no-data"))  # and no bundle of facts
    monkeypatch.delenv("CI", raising=False)  # a question waits for its answer
    for name in list(os.environ):
        if name.endswith(_NOT_OURS) or name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("probes.network.name_servers.configured", tuple)  # and from its name servers
    # and from the calendar: a model that a practice door serves may be retired one day
    monkeypatch.setattr("probes.run.local_run.day_of", lambda began: DAY)
    yield
    KNOWN.stop()  # the secrets of one test must not be cut out of the texts of the next
    adopt(())  # nor its doors be known there
