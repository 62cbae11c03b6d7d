"""The host that belongs to a location."""

from __future__ import annotations

import pytest

from probes.catalog.doors import load
from probes.catalog.locations import host_of_location

IN = "/v1/projects/mine/locations/"


@pytest.mark.parametrize(
    ("door", "host", "path", "found"),
    [
        ("vertex", "global-aiplatform.googleapis.com", "", ("global", "aiplatform.googleapis.com")),
        ("vertex", "global-aiplatform.googleapis.com", f"{IN}global", ("global", "aiplatform.googleapis.com")),
        ("vertex", "eu-aiplatform.googleapis.com", f"{IN}eu", ("eu", "aiplatform.eu.rep.googleapis.com")),
        (
            "vertex",
            "europe-west1-aiplatform.googleapis.com",
            f"{IN}us-central1/publishers/google",
            ("us-central1", "us-central1-aiplatform.googleapis.com"),
        ),
        ("vertex", "us-central1-aiplatform.googleapis.com", f"{IN}us-central1", None),
        ("vertex", "aiplatform.googleapis.com", f"{IN}global", None),
        ("vertex", "moon-aiplatform.googleapis.com", "", None),
        ("bedrock-mantle", "bedrock-mantle.us-east-1.api.aws", "/v1", None),
        ("bedrock-mantle", "bedrock-mantle.global.api.aws", "/v1", None),
        ("openai", "api.openai.com", f"{IN}global", None),
    ],
)
def test_the_host_of_a_location(door: str, host: str, path: str, found: tuple[str, str] | None) -> None:
    known = load().get(door)
    assert known is not None
    assert host_of_location(known, host, path) == found
