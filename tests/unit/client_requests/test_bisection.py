"""The search for refused parts, against every recorded request and a server that refuses one of its parts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from probes.client_requests.bisection import MOST, Bisection, FoundParts, groups, mention
from probes.client_requests.parts import Part, parts_of
from probes.client_requests.recordings import Recording, recorded_apps, recordings_of

RECORDINGS = [one for app in recorded_apps() for one in recordings_of(app)]


def searched(
    parts: tuple[Part, ...], culprits: set[str], words: Callable[[frozenset[str]], str]
) -> tuple[FoundParts, list[frozenset[str]]]:
    search, asked = Bisection(parts, words(frozenset())), []
    while (left_out := search.next()) is not None:
        asked.append(left_out)
        search.learn(left_out, culprits <= left_out, words(left_out))
    assert search.result is not None
    return search.result, asked


def silent(_: frozenset[str]) -> str:
    return "Bad Request"


@pytest.mark.parametrize("one", RECORDINGS, ids=lambda one: f"{one.app} {one.protocol} {one.model}")
def test_every_part_is_found_whether_or_not_the_server_names_it(one: Recording) -> None:
    parts = parts_of(one.shape)
    for part in parts:
        result, asked = searched(parts, {part.name}, silent)
        assert result == FoundParts((part.name,), True)
        assert len(asked) <= MOST
        result, asked = searched(
            parts, {part.name}, lambda _, name=part.name: f"{name}: Extra inputs are not permitted"
        )
        assert result == FoundParts((part.name,), True)
        assert len(asked) <= 4


def test_several_refused_parts_are_found_one_after_another() -> None:
    parts = parts_of(recordings_of("codex")[0].shape)

    def words(left_out: frozenset[str]) -> str:
        left = [name for name in ("store", "include", "client_metadata") if name not in left_out]
        return f"Unknown parameter: '{left[0]}'" if left else ""

    result, asked = searched(parts, {"store", "include", "client_metadata"}, words)
    assert (set(result.names), result.sure) == ({"store", "include", "client_metadata"}, True)
    assert len(asked) <= MOST


def test_a_search_that_runs_out_names_what_it_left_out() -> None:
    parts = parts_of(recordings_of("claude-code")[0].shape)
    culprits = {parts[0].name, parts[len(parts) // 2].name, parts[-1].name}
    result, asked = searched(parts, culprits, silent)
    assert len(asked) == MOST
    assert not result.sure
    assert culprits <= set(result.names)


def test_a_server_that_refuses_everything_names_nothing() -> None:
    parts = parts_of(recordings_of("codex")[0].shape)
    result, asked = searched(parts, {"something that no part is"}, silent)
    assert result == FoundParts((), False)
    assert len(asked) <= MOST


def test_words_that_mislead_cost_one_request() -> None:
    parts = parts_of(recordings_of("codex")[0].shape)
    result, asked = searched(parts, {"include"}, lambda _: "store is not supported")
    assert result == FoundParts(("include",), True)
    assert asked[0] == {"store"}


@pytest.mark.parametrize(
    ("name", "words", "stronger_than"),
    [
        ("thinking.display", "thinking.adaptive.display: Extra inputs are not permitted", "thinking"),
        ("tools", "this model does not support tools", "tool_choice"),
        ("tools[].defer_loading", "tools.3.custom.defer_loading: Extra inputs", "tools"),
        ("messages[].role=system", "messages: Unexpected role 'system'", "system"),
        ("anthropic-beta: effort-2025-11-24", "invalid beta flag", "cache_control"),
        ("stream_options", "Unrecognized request argument supplied: stream_options", "stream"),
    ],
)
def test_what_the_words_of_a_server_point_to(name: str, words: str, stronger_than: str) -> None:
    assert mention(name, words) > mention(stronger_than, words)


def test_the_groups_of_parts() -> None:
    names = ("tools[].strict", "tools", "anthropic-beta: a", "thinking.display")
    assert groups(names) == ("tools", "anthropic-beta", "thinking")
