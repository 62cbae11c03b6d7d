"""Bedrock's models: the inference profile that a model wants is tried, and named if it works."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from diagnose.judging.judge import judge
from probes.demo_server import bedrock_doors
from probes.demo_server.server import Answer, PracticeDoor, Request
from probes.protocols.bedrock import profiles
from probes.protocols.protocol import wire
from probes.run.engine import run
from probes.settings.gather import Options, gather

WANTS = "Invocation of model ID x with on-demand throughput isn\u2019t supported. Retry with an inference profile."
MODEL = "anthropic.claude-made-up-v1:0"
KEY = "ABSK" + "mAdEuPk3y" * 12


@pytest.mark.parametrize(
    ("host", "model", "found"),
    [
        ("https://bedrock-runtime.us-west-2.amazonaws.com", MODEL, (f"us.{MODEL}", f"global.{MODEL}")),
        ("https://bedrock-runtime.eu-central-1.amazonaws.com", MODEL, (f"eu.{MODEL}", f"global.{MODEL}")),
        ("https://bedrock-runtime.eu-central-1.amazonaws.com", f"us.{MODEL}", (f"eu.{MODEL}", f"global.{MODEL}")),
        (
            "https://bedrock-runtime.ap-northeast-1.amazonaws.com",
            MODEL,
            (f"jp.{MODEL}", f"apac.{MODEL}", f"global.{MODEL}"),
        ),
        ("https://bedrock-runtime.us-gov-west-1.amazonaws.com", MODEL, (f"us-gov.{MODEL}",)),
        ("http://127.0.0.1:9", MODEL, (f"us.{MODEL}",)),
        ("http://127.0.0.1:9", f"us.{MODEL}", ()),
        ("http://127.0.0.1:9", "arn:aws:bedrock:us-east-1::foundation-model/x.y", ()),
    ],
)
def test_the_profile_fits_the_region_of_the_host(host: str, model: str, found: tuple[str, ...]) -> None:
    attempt = wire("bedrock").attempt(host)
    assert profiles(WANTS, attempt, model) == found
    assert profiles("Too many requests", attempt, model) == ()


def test_the_model_that_is_guessed_fits_the_region() -> None:
    at = "https://bedrock-runtime.{}.amazonaws.com"
    found = [wire("bedrock_invoke").guessed_model(at.format(one)) for one in ("us-east-1", "eu-west-1", "ap-south-1")]
    assert [name.partition(".")[0] for name in (*found, wire("bedrock").guessed_model("http://127.0.0.1"))] == [
        "us",
        "eu",
        "global",
        "us",
    ]


@pytest.mark.parametrize("protocol", ["bedrock", "bedrock_invoke"])
def test_the_profile_that_works_is_the_fix(protocol: str) -> None:
    def door(request: Request) -> Answer:
        if request.path.startswith("/model/anthropic."):
            return bedrock_doors.refused(400, "ValidationException", WANTS)
        return bedrock_doors.door(KEY, models=(f"us.{MODEL}",))(request)

    with PracticeDoor(door) as place:
        options = Options(base_url=place.url, protocol=protocol, model=MODEL, key_env="K")
        report = judge(asyncio.run(run(gather(options, {"K": KEY}, Path("/")))))
    assert report.root_cause == "model.not_found"
    (fix,) = report.findings[0].fixes
    assert (fix.verified, fix.settings["model"]) == (True, f"us.{MODEL}")
    assert "inference profile" in report.findings[0].title
