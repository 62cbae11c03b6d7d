"""A server that refuses every path alike, in words that are no API's, is another program than an LLM API."""

from __future__ import annotations

import pytest

from probes.api.uniform_refusals import alike, refuses_everything, wordless
from probes.model.exchange import ApiError, Body, Exchange
from probes.model.failure import Failure, Kind
from probes.model.record import replace
from worlds.made_exchanges import ANSWERED, altered

PATHS = ("/v1/chat/completions", "/v1/models", "/v1/messages", "/chat/completions")


def refused(path: str = PATHS[0], status: int = 400, text: str = "Bad Request", **more: object) -> Exchange:
    given = {
        "status": status,
        "text": text,
        "body": Body.TEXT,
        "error": None,
        "answer": None,
        "title": "",
        "path": path,
    }
    return altered(ANSWERED, **(given | more))


def test_every_path_refused_alike_is_another_program() -> None:
    first, *others = (refused(path, text=f"cannot serve {path}, request 4{len(path)}") for path in PATHS)
    assert refuses_everything(first, others)


def test_a_connection_that_ends_after_the_refusal_changes_nothing() -> None:
    cut = Failure(Kind.CUT)
    assert refuses_everything(replace(refused(), failure=cut), [refused(path) for path in PATHS[1:]])
    assert not wordless(replace(refused(), failure=Failure(Kind.TIMEOUT)))


@pytest.mark.parametrize(
    "other",
    [
        refused(PATHS[2], 404),
        refused(PATHS[2], 401),
        refused(PATHS[2], text="something else"),
        refused(PATHS[2], body=Body.HTML),
        refused(PATHS[2], body=Body.JSON, error=ApiError(message="bad", shape="openai")),
    ],
    ids=["not found", "key wanted", "other words", "a page", "an API's error"],
)
def test_one_other_answer_shows_that_paths_differ(other: Exchange) -> None:
    assert not refuses_everything(refused(), [refused(PATHS[1]), refused(PATHS[3]), other])


def test_two_paths_prove_nothing() -> None:
    assert not refuses_everything(refused(), [refused(PATHS[1])])


@pytest.mark.parametrize("status", [200, 401, 403, 404, 405, 407, 413, 429, 500, 502])
def test_a_status_that_tells_more_is_no_wordless_refusal(status: int) -> None:
    assert not wordless(refused(status=status))


def test_pages_are_compared_by_their_titles() -> None:
    one, other = (refused(path, body=Body.HTML, title="ERROR", text=f"<p>{path * 9}") for path in PATHS[:2])
    assert alike(one, other) and not alike(one, replace(refused(), response=replace(one.response, title="Other")))
