"""What is read from a response: every answer of the table has its code, and what is no error has none."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import CODES
from diagnose.answers.dialects import classify, classify_error, match_text, rows
from diagnose.answers.explain import rows as phrases
from diagnose.answers.products import products
from probes.catalog.literal_filter import may_match, needles
from probes.model.exchange import Answer, ApiError, Body, StreamReading
from worlds.made_exchanges import ANSWERED, altered
from worlds.one_in import one_in
from worlds.refusals import REFUSALS, Refusal, read

READ = CODES | {"path", "proxy_page"}  # these two are judged further, together with other observations


@pytest.mark.parametrize("case", one_in(4, zip(REFUSALS), lambda case: case.name))
def test_says_what_it_means(case: Refusal) -> None:
    found = read(case)
    assert found, "nothing was read"
    first = found[0]
    assert first.code == case.code, [(m.code, m.confidence, m.dialect) for m in found]
    assert case.key_good == "any" or first.key_good is case.key_good, first
    assert dict(case.values).items() <= dict(first.values).items(), first
    assert 0 < len(first.why) <= 160
    assert [m.confidence for m in found] == sorted((m.confidence for m in found), reverse=True)
    assert len({m.code for m in found}) == len(found)


def test_no_two_bodies_have_one_name() -> None:
    assert len({case.name for case in REFUSALS}) == len(REFUSALS)


def test_rows_are_sound() -> None:
    ids = [row.id for row in rows()]
    assert len(set(ids)) == len(ids)
    for row in rows():
        assert row.code in READ, row.id
        assert 0 < row.confidence <= 1
        assert row.pattern or row.mark or row.mark_heads or row.header or row.status, row.id
        for pattern in (row.pattern, *(p for p in row.header.values())):
            re.compile(pattern)
            # Nested repeats make matching time explode; an inner `?` is not a repeat.
            assert not re.search(r"\([^()]*(?<!\\)[*+][^()]*\)[*+{]", pattern), row.id
            assert not re.search(r"(?<!\\)\.[*+]", pattern), row.id


def test_every_code_that_a_test_expects_is_in_the_contract() -> None:
    assert {case.code for case in REFUSALS} <= READ


def test_says_nothing_of_what_it_does_not_know() -> None:
    assert classify_error(400, ApiError(message="hm"), '{"error":"hm"}') == ()
    assert classify_error(200, ApiError(), "") == ()
    assert match_text("the weather is fine today") == ()
    assert match_text("""Unexpected token '<', "<!DOCTYPE "... is not valid JSON""") == ()


def test_an_error_inside_a_success_may_name_its_status() -> None:
    body = '{"error":{"message":"oops","code":402}}'
    assert classify_error(200, ApiError(message="oops", code="402"), body)[0].code == "quota.exhausted"


def test_reads_an_error_in_a_stream() -> None:
    reading = StreamReading("sse", error=ApiError("overloaded_error", "", "Overloaded", "", "anthropic"))
    assert classify(altered(ANSWERED, body=Body.SSE, stream=reading))[0].code == "quota.overloaded"


def test_reads_an_error_that_poses_as_an_answer() -> None:
    posing = Answer(text="[Router] Error: insufficient_quota, you exceeded your current quota.")
    first = classify(altered(ANSWERED, answer=posing))[0]
    assert first.code == "quota.exhausted"
    assert first.confidence < 0.7


def test_a_real_answer_is_no_error() -> None:
    assert (
        classify(altered(ANSWERED, answer=Answer(text="Your API key is invalid? Rate limits …", completion_tokens=9)))
        == ()
    )
    assert classify(altered(ANSWERED, answer=Answer(text="Hello! How can I help you today?"))) == ()


def test_reads_the_reason_phrase_the_title_and_the_location() -> None:
    assert (
        classify(altered(ANSWERED, status=500, reason="Internal Privoxy Error", body=Body.EMPTY))[0].code
        == "proxy_page"
    )
    late = altered(
        ANSWERED, status=403, body=Body.HTML, text="<!doctype html><script>1</script>", title="Just a moment..."
    )
    assert classify(late)[0].code == "http.blocked"
    away = altered(ANSWERED, status=302, body=Body.EMPTY, location="https://login.microsoftonline.com/x/oauth2")
    assert classify(away)[0].code == "http.front_auth"


def test_a_page_that_comes_with_success_says_who_made_it_and_no_more() -> None:
    site = altered(
        ANSWERED,
        body=Body.HTML,
        text="<html><title>Docs</title>unsupported_value, rate limit, overloaded, API key expired",
    )
    assert classify(site) == ()
    walled = altered(ANSWERED, body=Body.HTML, text="<html><title>Zscaler</title> login.zscloud.net")
    assert [match.code for match in classify(walled)] == ["http.blocked"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "20"}, "20"),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "1.5"),
        ({"date": "Sun, 22 Nov 2026 08:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 08:01:30 GMT"}, "90"),
        ({"date": "Sun, 22 Nov 2026 08:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 07:00:00 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 08:01:30 GMT"}, None),
        ({"date": "yesterday", "retry-after": "tomorrow"}, None),
    ],
)
def test_when_to_ask_again(headers: dict[str, str], seconds: str | None) -> None:
    first = classify_error(429, ApiError(), "", headers)[0]
    assert first.values.get("retry_after") == seconds


def test_no_answer_says_nothing() -> None:
    assert classify(altered(ANSWERED, status=0)) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("openai.AuthenticationError: Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-ab***yz.', 'code': 'invalid_api_key'}}", "auth.rejected"),
        ("Error code: 429 - {'error': {'message': '余额不足或无可用资源包,请充值。', 'code': '1113'}}", "quota.exhausted"),
        ("openai.NotFoundError: Error code: 404 - {'detail': 'Not Found'}", "path"),
        ("APIStatusError: Error code: 402 - Insufficient Balance", "quota.exhausted"),
        ("litellm.AuthenticationError: MoonshotException - Invalid Authentication", "auth.rejected"),
        ("llm request failed: insufficient_quota", "quota.exhausted"),
        ("ERROR stream: overloaded_error", "quota.overloaded"),
        ("当前分组 default 下对于模型 claude-x 无可用渠道", "model.no_channel"),
        ("blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present", "app.cors"),
        ("HTTP 429", "quota.rate_limited"),
        ('{"error":{"code":"404","message": "Resource not found"}}', "path"),
        ("HTTP 429 + error 1113 shown as a rate limit", "quota.exhausted"),
        ("401 Unauthorized from api.example.com", "auth.rejected"),
        ("403 <!DOCTYPE html><title>Attention Required! | Cloudflare</title>", "http.blocked"),
        ("404 page not found", "path"),
        ("User location is not supported for the API use.", "access.region_blocked"),
        ("Missing scopes: api.responses.write", "auth.not_permitted"),
        ("Kimi For Coding is currently only available for Coding Agents such as Kimi CLI", "access.client_refused"),
        ("400 Unsupported parameter: 'max_tokens' is not supported with this model.", "model.parameter_rejected"),
        ("model 'mistral' not found, try pulling it first", "model.not_found"),
        ("API密钥错误或失效，请检查API密钥！", "auth.rejected"),
    ],
)  # fmt: skip
def test_reads_pasted_text(text: str, code: str) -> None:
    found = match_text(text)
    assert found
    assert found[0].code == code, found


anything = st.text(max_size=300)
wordy = st.lists(
    st.sampled_from(["model", "key", "api", "invalid", "not found", "令牌", '{"', ":", "}", "\\ud800", "\\u4ee4", "<title>", "429", "\x1b", "\u202e"]),
    max_size=60,
).map(" ".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.integers(-1, 1200),
    anything | wordy,
    anything | wordy,
    anything,
    st.sampled_from(["zai", "openai", "nope", None]),
)
def test_never_raises(status: int, message: str, text: str, code: str, door: str | None) -> None:
    error = ApiError(type=code, code=message, message=message, param=code)
    for match in (*classify_error(status, error, text, {text: message, "Retry-After": text}, door), *match_text(text)):
        assert match.code in READ
        assert len(match.why) <= 160
        assert match.why.isprintable()
        match.why.encode()


@pytest.mark.parametrize(
    "piece",
    ["model ", "key not ", "<title>", "a", "令牌", "request ", "\\u4ee4", '"type":', "no valid api key ", "token is "],
)
def test_no_text_takes_long(piece: str) -> None:
    began = time.perf_counter()
    match_text(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 3


def test_needles_occur_in_everything_that_their_pattern_matches() -> None:
    patterns = {row.pattern: needles(row.pattern) for row in (*rows(), *phrases()) if row.pattern}
    assert sum(map(bool, patterns.values())) > 0.95 * len(patterns)
    tried = [(re.compile(pattern, re.IGNORECASE), found) for pattern, found in patterns.items()]
    texts = [" ".join(f"{one.status} {one.body}".split()) for one in REFUSALS]
    hits = 0
    for text in texts:
        for pattern, found in tried:
            if pattern.search(text):
                hits += 1
                assert may_match(found, text.lower()), (pattern.pattern, text)
    assert hits > len(texts)
    assert sum(may_match(found, text.lower()) for text in texts for _, found in tried) < 12 * len(texts)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_needles_hold_for_any_match(data: st.DataObject) -> None:
    patterns = [row.pattern for row in rows() if row.pattern] + [row.header for row in products() if row.header]
    pattern = data.draw(st.sampled_from(patterns))
    text = data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE), fullmatch=False))
    assert may_match(needles(pattern), text.lower())
