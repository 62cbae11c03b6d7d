"""Kinds of texts that real reports showed to be misread (November 2026), each with siblings: the first candidate, what
contradicts what, and which texts are ambiguous.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from diagnose import words
from diagnose.answers.ambiguous import CLAIMED, generic_rows, groups
from diagnose.answers.dialects import rows as dialect_rows
from diagnose.answers.explain import Explanation
from diagnose.answers.hints import around, quote
from diagnose.answers.nearest import nearest_hints, terms
from diagnose.answers.phrases import phrase_hints
from diagnose.cli.commands.explain import command, explained
from diagnose.serve import pages
from diagnose.words.en import findings as en
from probes.pasted.clients_in_text import client_of
from probes.pasted.contradictions import contradictions
from probes.pasted.notes import PastedText, ScannedText
from probes.pasted.pasted_text import read
from probes.pasted.vendors import named_vendor, vendor_of
from worlds.one_in import one_in

RELAY_KEY = "sk-" + "Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT1"
OPENROUTER_KEY = "sk-or-v1-" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
OPENAI_REFUSES = "You can find your API key at https://platform.openai.com/account/api-keys."

# Kind -> texts with the codes that are right for the first candidate, separated by `|`.
KINDS: dict[str, list[tuple[str, str]]] = {
    "the server wants a client certificate": [
        ("tls.client_certificate", "httpx.ReadError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)"),
        ("tls.client_certificate", 'Post "https://llm.corp.example/v1/chat/completions": remote error: tls: certificate required'),
        ("tls.client_certificate", "net::ERR_BAD_SSL_CLIENT_AUTH_CERT while loading https://llm.corp.example/v1/models"),
        ("tls.client_certificate", "curl: (56) OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"),
    ],
    "an API that the server does not offer": [
        ("shape.wrong_protocol", "Error code: 400 - {'error': {'code': 'api_not_supported', 'message': 'Requested API is currently not supported'}}"),
        ("shape.wrong_protocol", "400 The Responses API is currently not supported for this resource"),
        ("shape.wrong_protocol|model.wrong_endpoint|url.path_wrong", '{"error":{"message":"This endpoint is not supported","type":"invalid_request_error","code":"unsupported_api"}}'),
    ],
    "a vendor's HTML page for a path that it does not know": [
        ("url.path_wrong", "NotFoundError: 404 <!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error 404 (Not Found)!!1</title><p><b>404.</b> <ins>That’s an error.</ins><p>The requested URL <code>/v1/chat/completions</code> was not found on this server. <ins>That’s all we know.</ins>"),
        ("url.path_wrong", "[GoogleGenerativeAI Error]: Error fetching from https://generativelanguage.googleapis.com/v1/openai/models: [404 Not Found] <!DOCTYPE html><title>Error 404 (Not Found)!!1</title>"),
        ("url.path_wrong", "global-aiplatform.googleapis.com answered: The requested URL /v1/projects/p/locations/global was not found on this server. That's all we know."),
    ],
    "an option that belongs to streaming": [
        ("model.parameter_rejected", "Error code: 400 - {'object': 'error', 'message': 'Stream options can only be defined when `stream=True`.', 'type': 'BadRequestError'}"),
        ("model.parameter_rejected", "422 stream_options is only allowed if stream is true"),
        ("model.parameter_rejected", "Value error, Stream options require stream to be enabled"),
    ],
    "two credentials in one request": [
        ("http.header_rejected", "400 Multiple authentication credentials received. Please pass only one."),
        ("http.header_rejected", '{"error":{"code":400,"message":"Multiple authentication credentials received","status":"INVALID_ARGUMENT"}}'),
        ("http.header_rejected", "401: more than one authentication header found in the request"),
    ],
    "a credential of several parts, or of another form": [
        ("key.wrong_kind", '{"error":{"message":"invalid tencent config","type":"one_api_error","param":"","code":"invalid_config"}}'),
        ("key.wrong_kind", "渠道测试失败：invalid xunfei key"),
        ("key.wrong_kind", "AK(bce-v3***) is not correct"),
        ("key.wrong_kind", '{"error_code":"14","error_msg":"IamSignatureInvalid"}'),
    ],
    "a request body that the relay cannot decompress": [
        ("http.body_encoding", "Invalid request: Invalid request: invalid character '(' looking for beginning of value (request id: 20260625055956157501348)"),
        ("http.body_encoding", "400: invalid character '\\x1f' looking for beginning of value"),
        ("http.body_encoding", "codex: Failed to parse the request body as JSON: expected value at line 1 column 1"),
        ("http.body_encoding", '{"error":{"message":"Unsupported content-encoding: zstd","type":"invalid_request_error"}}'),
        ("http.body_encoding", "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xb5 in position 1: invalid start byte, POST /v1/responses"),
    ],
    "keys are switched off, and no key is": [
        ("auth.not_permitted", "Error code: 403 - {'error': {'code': 'AuthenticationTypeDisabled', 'message': 'Key based authentication is disabled for this resource.'}}"),
        ("auth.not_permitted", "KeyBasedAuthenticationNotPermitted: Key based authentication is not permitted on this account."),
        ("auth.not_permitted", "Local authentication is disabled on this Azure AI resource"),
    ],
    "a variable in the server's own advice": [
        ("settings.missing_key|auth.header_lost", "An LM Studio API token is required to make requests to this server, but none was provided using the Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN')."),
        ("settings.missing_key|auth.header_lost", "401 Missing API key. Use the header, for example: Authorization: Bearer $MY_API_KEY"),
        ("settings.missing_key|auth.header_lost|auth.rejected", "Unauthorized. The header should be 'Authorization: Bearer {{ token }}'"),
    ],
    "a variable that went out as the key": [
        ("key.unexpanded", "Incorrect API key provided: ${OPENAI_API_KEY}. You can find your API key at https://platform.openai.com/account/api-keys."),
        ("key.unexpanded", "401 invalid token, received=Bearer $ANTHROPIC_AUTH_TOKEN"),
    ],
    "Squid's access log": [
        ("proxy.refused", "1732861234.123      0 10.0.0.5 TCP_DENIED/403 3920 CONNECT api.openai.com:443 - HIER_NONE/- text/html"),
        ("proxy.refused", "TCP_DENIED/403 4051 CONNECT api.anthropic.com:443 alice HIER_NONE/- text/html"),
        ("proxy.auth_required", "1732861300.001      3 10.0.0.9 TCP_DENIED/407 4100 CONNECT api.deepseek.com:443 - HIER_NONE/- text/html"),
    ],
    "a WebSocket that the server refuses": [
        ("stream.websocket_refused", "warning: Falling back from WebSockets to HTTPS transport. unexpected status 426 Upgrade Required: , url: wss://relay.example/v1/responses"),
        ("stream.websocket_refused", "warning: Falling back from WebSockets to HTTPS transport. unexpected status 404 Not Found: 404 page not found, url: wss://relay.example/v1/responses"),
        ("stream.websocket_refused", "failed to connect to Responses WebSocket stage=Unknown"),
        ("stream.websocket_refused", "tungstenite error: HTTP error: 403 Forbidden, url: wss://relay.example/v1/responses"),
        ("stream.websocket_refused", "websocket: bad handshake"),
    ],
    "a WebSocket that was closed": [
        ("stream.websocket_closed", "stream disconnected before completion: websocket closed by server before response.completed"),
        ("stream.websocket_closed", "Received close frame: Some(CloseFrame { code: Policy, reason: \"\" })"),
        ("stream.websocket_closed", "websockets.exceptions.ConnectionClosedError: received 1011 (internal error)"),
    ],
    "Node gives each address 250 ms": [
        ("tcp.timeout", "TypeError: fetch failed { [cause]: AggregateError [ETIMEDOUT]: at internalConnectMultiple (node:net:1122:18) at afterConnectMultiple (node:net:1689:7) }"),
        ("tcp.timeout", "AI_APICallError: Cannot connect to API: [cause]: AggregateError { code: 'ETIMEDOUT', [errors]: [Array] }, url https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions"),
        ("tcp.timeout", "Error: connect ETIMEDOUT 47.95.1.2:443 at Timeout.internalConnectMultipleTimeout (node:net:1736:38)"),
    ],
    "an empty key": [
        ("settings.missing_key", "Error code: 401 - {'error': {'message': 'Incorrect API key provided: . " + OPENAI_REFUSES + "', 'code': 'invalid_api_key'}}"),
        ("settings.missing_key", "401 Incorrect API key provided: ''. " + OPENAI_REFUSES),
        ("settings.missing_key", "Incorrect API key provided: undefined. " + OPENAI_REFUSES),
    ],
    "a stand-in for a key": [
        ("key.placeholder", "401 Incorrect API key provided: no_key. " + OPENAI_REFUSES),
        ("key.placeholder", "Incorrect API key provided: lm-studio. " + OPENAI_REFUSES),
        ("key.placeholder", "Incorrect API key provided: ollama. " + OPENAI_REFUSES),
    ],
    "the vendor's own site answers, and another base URL is set": [
        ("app.base_url_ignored", "base_url: https://relay.example/v1\nPOST https://api.openai.com/v1/responses 401 Incorrect API key provided: sk-Ab3d****T1. " + OPENAI_REFUSES),
        ("app.base_url_ignored", "OPENAI_BASE_URL=https://relay.example/v1, yet the log says: HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 401 Unauthorized\""),
        ("app.base_url_ignored", "API 地址: https://relay.example/v1 401 Incorrect API key provided: sk-Ab3d****T1. " + OPENAI_REFUSES),
        ("app.base_url_ignored|key.wrong_door", f"codex: unexpected status 401 Unauthorized, url: https://api.openai.com/v1/responses, key {RELAY_KEY}"),
        ("app.base_url_ignored|key.wrong_door", f"curl https://api.openai.com/v1/responses -H 'Authorization: Bearer {OPENROUTER_KEY}' 401 Unauthorized"),
    ],
    "a relay passes on the vendor's refusal": [
        ("auth.upstream", "HTTP Request: POST https://relay.example/v1/chat/completions \"HTTP/1.1 401 Unauthorized\" Incorrect API key provided: sk-proj-****Qx. " + OPENAI_REFUSES),
        ("auth.upstream", "Error for url https://gw.corp.example/openai/v1/responses: 401 Incorrect API key provided: sk-svcac****. " + OPENAI_REFUSES),
    ],
    "OpenAI's own sentence about the model of another vendor": [
        ("app.base_url_ignored|model.not_found", "Error code: 404 - {'error': {'message': 'The model `deepseek-chat` does not exist or you do not have access to it.', 'code': 'model_not_found'}}"),
        ("app.base_url_ignored|model.not_found", "404 The model `glm-4.6` does not exist or you do not have access to it."),
    ],
    "the version twice, and not missing": [
        ("url.version_doubled", "base_url=https://ark.cn-beijing.volces.com/api/plan/v3/v1 -> 404"),
        ("url.version_doubled", "POST https://open.bigmodel.cn/api/paas/v4/v1/chat/completions 404"),
        ("url.version_doubled", "请求地址为 https://ark.cn-beijing.volces.com/api/coding/v3/v1/models 404"),
    ],
    "a page over https and an address over http": [
        ("app.mixed_content", "My chat page at https://chat.example.com calls http://192.168.1.20:11434/v1/chat/completions and the browser says Failed to fetch"),
        ("app.mixed_content", "网页 https://next.example.com 打开后，接口地址 http://47.100.1.2:3000/v1，浏览器控制台: Failed to fetch"),
        ("app.mixed_content", "the frontend is served over HTTPS, API host: http://nas.example.net:8080/v1, NetworkError when attempting to fetch resource."),
    ],
    "what the clients print": [
        ("tcp.refused", "API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)"),
        ("shape.web_page", "API Error: API returned an empty or malformed response (HTTP 200) — check for a proxy or gateway intercepting the request, body is an HTML page"),
        ("app.sdk_mismatch", "Invalid auth method selected."),
        ("model.not_found", "There's an issue with the selected model (claude-sonnet-5). It may not exist or you may not have access to it."),
        ("proxy.refused", '[API Error: Value of "this" must be of DOMException]'),
        ("tcp.refused", "stream disconnected before completion: error sending request for url (http://127.0.0.1:15721/v1/responses)"),
    ],
}  # fmt: skip
TABLE = [(kind, wanted, text) for kind, entries in KINDS.items() for wanted, text in entries]


def codes(found: Explanation) -> list[str]:
    return [candidate.code for candidate in found.candidates]


@pytest.mark.parametrize(("kind", "wanted", "text"), TABLE)
def test_a_kind_has_its_code(kind: str, wanted: str, text: str) -> None:
    assert codes(explained(text, "en"))[0] in wanted.split("|"), kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_siblings(kind: str) -> None:
    assert len(KINDS[kind]) >= 2


# -- what contradicts what ---------------------------------------------------------------------------------------------


def notes(text: str) -> dict[str, str]:
    return {note.kind: note.where for note in read(text).notes}


def test_a_contradiction_is_a_fact_of_the_reader() -> None:
    named = "base_url: https://relay.example/v1"
    assert notes(f"{named} 401 Incorrect API key provided: sk-Ab3d****T1. {OPENAI_REFUSES}").keys() >= {
        "official_words"
    }
    assert notes(f"{named} POST https://api.openai.com/v1/responses 404").keys() >= {"official_request"}
    assert "relayed_words" in notes(f"POST https://relay.example/v1/responses 401. {OPENAI_REFUSES}")
    assert (
        notes("base_url: https://api.openai.com/v1 401 Incorrect API key provided: sk-proj-****. " + OPENAI_REFUSES)
        == {}
    )
    assert list(contradictions(ScannedText("", "", (), (), ()))) == []


@pytest.mark.parametrize(
    "text",
    [
        "the page at https://chat.example.com calls http://127.0.0.1:11434/v1/chat/completions: Failed to fetch",
        "the page at https://chat.example.com calls https://relay.example/v1/chat/completions: Failed to fetch",
        "POST http://192.168.1.20:11434/v1/chat/completions 404, see https://docs.example.com/help",
    ],
)
def test_no_mixed_content_where_browsers_allow_it(text: str) -> None:
    assert "mixed_content" not in notes(text)


def test_a_host_made_unreadable_is_no_flaw() -> None:
    assert notes("base_url: https://api.****.com/v1 401") == {}


@pytest.mark.parametrize(
    ("text", "app", "stack"),
    [
        ("⎿ API Error: 401 invalid x-api-key", "claude-code", "node"),
        ("stream disconnected before completion: error sending request for url", "codex", "rust"),
        ("Cherry Studio 报错 401", "cherry-studio", "browser"),
        ("litellm.AuthenticationError: OpenAIException", "litellm", "httpx"),
        ('File "x/openai/_base_client.py", line 1', "openai-sdk", "httpx"),
        ("curl: (7) Failed to connect", "", "curl"),
        ("dial tcp 1.2.3.4:443: i/o timeout", "", "go"),
        ("TypeError: fetch failed at node:internal", "", "node"),
    ],
)
def test_the_client_is_told_by_its_words(text: str, app: str, stack: str) -> None:
    client = client_of(text.lower())
    assert client is not None
    assert (client.app, client.stack) == (app, stack)


def test_a_text_without_a_client() -> None:
    assert client_of("the server said no") is None


# -- the words are filled with what the text names ---------------------------------------------------------------------


def first(text: str, lang: str = "en") -> str:
    found = explained(text, lang).candidates[0]
    return " ".join((found.text.title, found.text.explanation, *found.text.steps))


def test_the_fix_names_the_base_url() -> None:
    assert "https://relay.example/v1" in first("OPENAI_BASE_URL=https://relay.example/v1/chat/completions")
    assert "https://openrouter.ai/api/v1" in first("Incorrect API key provided: sk-or-v1****. " + OPENAI_REFUSES)
    assert "https://api.anthropic.com" in first("base_url=https://api.antropic.com")
    doubled = first("base_url: https://ark.cn-beijing.volces.com/api/plan/v3/v1 404")
    assert "https://ark.cn-beijing.volces.com/api/plan/v3 " in f"{doubled} "


def test_the_fix_names_vendor_app_and_sites() -> None:
    assert "https://openrouter.ai/keys" in first("OpenRouter: 401 User not found.")
    assert "Codex CLI" in first("codex: 401 Incorrect API key provided: . " + OPENAI_REFUSES)
    sites = first("Provider: moonshot 401 Invalid Authentication")
    assert "https://api.moonshot.cn/v1" in sites
    assert "https://api.moonshot.ai/v1" in sites


def test_a_step_of_the_app_is_not_one_for_the_base_url() -> None:
    """The base URL is right where the app adds a version of its own."""
    assert "/v3/v1" in first("POST https://ark.cn-beijing.volces.com/api/v3/v1/chat/completions 404")


def test_what_a_vendor_is_known_for() -> None:
    assert vendor_of("openrouter")["console"].startswith("https://openrouter.ai")
    assert named_vendor("openai and nobody else") == {}
    assert read("").vendor("nobody") == {}


# -- ambiguous texts ---------------------------------------------------------------------------------------------------

AMBIGUOUS = {
    "connection": ["Connection error.", "openai.APIConnectionError: Connection error.", "TypeError: fetch failed", "网络错误", "连接失败"],
    "401": ["401", "Error code: 401", "401 Unauthorized", "Client error '401 Unauthorized' for url 'https://relay.example/v1/responses'"],
    "403": ["403 Forbidden", "Request failed with status code 403"],
    "404": ["404", "404 Not Found", "Request failed with status code 404"],
    "405": ["405 Method Not Allowed"],
    "400": ["400 Bad Request", "400 status code (no body)"],
    "500": ["500 Internal Server Error", "AxiosError: Request failed with status code 500"],
    "browser": ["TypeError: Failed to fetch", "AxiosError: Network Error"],
    "tls": ["The SSL connection could not be established, see inner exception.", "SSL Error"],
    "network": ["ERROR: Reconnecting... waiting for network"],
    "upstream": ["Provider returned error"],
    "unknown": ["Something went wrong", "请求失败"],
}  # fmt: skip


@pytest.mark.parametrize(("group", "text"), [(group, text) for group, texts in AMBIGUOUS.items() for text in texts])
@pytest.mark.parametrize("lang", words.LANGS)
def test_an_ambiguous_text_gets_three_causes_and_a_question(group: str, text: str, lang: str) -> None:
    found = explained(text, lang)
    assert len(found.candidates) == 3
    assert all(candidate.confidence < CLAIMED and not candidate.likely for candidate in found.candidates)
    assert len(set(codes(found))) == 3
    assert found.ask == words.phrase(f"explain.ask.{group}", lang)


def test_where_the_text_was_written_counts() -> None:
    assert codes(explained("fetch failed http://192.168.1.7:9999/v1/models", "en"))[0] == "tcp.refused"
    assert codes(explained("Connection error. https://api.openai.com/v1/models", "en"))[:2] == ["tcp.timeout", "proxy.ignored"]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Error: connect ECONNREFUSED 127.0.0.1:8080\nConnection error.",
        "401 Unauthorized: token has expired",
        "POST https://relay.example/chat/completions 404 Not Found",
        "429 Too Many Requests",
        "502 Bad Gateway",
    ],
)
def test_a_text_that_tells_is_not_ambiguous(text: str) -> None:
    found = explained(text, "en")
    assert found.ask == ""
    assert found.candidates[0].likely


def test_the_groups_are_sound() -> None:
    assert {group.id for group in groups()} == set(AMBIGUOUS)
    for group in groups():
        re.compile(group.pattern)
        for shared in (group.codes, group.local, group.public):
            assert len(shared) in (0, 3)
            assert set(shared) <= set(en.TEXTS)
    assert generic_rows() <= {row.id for row in dialect_rows()}


# -- texts that no row knows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("quota.exhausted", "credit recharge your account"),
        ("tls.untrusted_issuer", "certificate chain verification trouble issuer"),
        ("stream.cut", "stream halts halfway without finish event"),
        ("http.front_auth", "the gateway wants its own credential besides the provider key"),
    ],
)
def test_the_nearest_known_texts_are_possible_and_no_more(wanted: str, text: str) -> None:
    found = nearest_hints(read(text))
    assert wanted in [hint.code for hint in found]
    assert all(0.3 <= hint.confidence < CLAIMED for hint in found)


@pytest.mark.parametrize(
    "text", ["", "hello there", "lorem ipsum dolor sit amet", "今天天气不错", "x" * 9000, "a " * 5000]
)
def test_nothing_is_near_to_noise(text: str) -> None:
    assert nearest_hints(read(text)) == []


def test_terms() -> None:
    assert list(terms("the model_list is empty: 余额不足")) == ["model", "list", "empty", "余额", "额不", "不足"]


def test_a_guess_says_that_it_is_one() -> None:
    found = explained("certificate chain verification trouble issuer", "en")
    assert found.guessed
    assert found.ask == words.phrase("explain.ask.nearest", "en")
    assert not any(candidate.likely for candidate in found.candidates)
    nothing = explained("lorem ipsum dolor sit amet", "en")
    assert nothing == Explanation(())


# -- what is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the request ID 7d3fa2c1-7a57-4817-92fc-4e18058311df failed with 500 Internal Server Error", "7d3fa2c1…"),
        ("503 无可用渠道 (request id: 2025121521151664761470129816750)", "20251215…"),
        ("500 error, request id: 202606250559561575013488268d9d6gs3TBuBk", "20260625…"),
        ('API Error: 500 {"request_id":"req_011CV9Ebv6mAPLM4YvfvaUcx"} internal server error', "req_011CV9Eb…"),
    ],
)
def test_a_request_id_is_no_key(text: str, shown: str) -> None:
    assert shown in explained(text, "en").candidates[0].evidence
    assert "[key]" not in explained(text, "en").candidates[0].evidence


def test_a_key_beside_a_label_of_an_id_is_masked() -> None:
    for text in (f"request id: {RELAY_KEY} 401 unauthorized", f"401 unauthorized session id {OPENROUTER_KEY}"):
        evidence = explained(text, "en").candidates[0].evidence
        assert "[key]" in evidence
        assert RELAY_KEY[8:20] not in evidence
        assert OPENROUTER_KEY[12:24] not in evidence


def test_evidence_is_one_line() -> None:
    assert quote("a\nb\t c") == "a b c"
    assert around("x" * 400, 100, 110).startswith("…")


def test_each_line_is_quoted_once() -> None:
    text = "Error code: 404 - Invalid URL (POST /v1/chat/completions/chat/completions)"
    printed = CliRunner().invoke(command, ["--lang", "en", text]).output
    assert " ".join(printed.split()).count(f"“{text}”") == 1
    assert "%" not in printed
    assert "likely" in printed


def test_the_json_has_the_steps_and_what_would_tell() -> None:
    printed = json.loads(CliRunner().invoke(command, ["--json", "Connection error."]).output)
    assert list(printed) == ["candidates", "ask"]
    keys = ["code", "confidence", "evidence", "explanation", "steps", "why"]
    assert [sorted(one) for one in printed["candidates"]] == [keys] * 3
    assert "ECONNREFUSED" in printed["ask"]


def test_the_page_asks_for_what_would_tell() -> None:
    page = pages.explanation(explained("fetch failed", "en"), "en")
    assert "ECONNREFUSED" in page
    assert "<code>llmdoctor check URL</code>" in page
    assert page.count("fetch failed") == 1
    one = pages.explanation(explained("Error: connect ECONNREFUSED 127.0.0.1:8080", "zh"), "zh")
    assert "tcp.refused" in one
    assert "很可能" in one


def test_every_phrase_row_is_found_by_some_reader() -> None:
    """A row without a hint for a text of its own words would be dead."""
    text = read("econnrefused")
    assert isinstance(text, PastedText)
    assert {hint.code for hint in phrase_hints(text)} >= {"tcp.refused"}


# -- texts from public threads -----------------------------------------------------------------------------------------

FIELD = [json.loads(line) for line in Path(__file__).with_name("field_texts.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", one_in(4, zip(FIELD), lambda case: str(case["source"])))
def test_a_text_from_a_public_thread(case: dict[str, object]) -> None:
    """``codes`` are those that a fair reader accepts for the text alone; ``first``: right at the first run.

    From lot F on, ``title`` and ``step`` are what the first candidate's title and first step must match.
    """
    found, wanted = explained(str(case["text"]), "en"), case["codes"]
    assert isinstance(wanted, list)
    if case.get("none"):  # no error of a model API: nothing is claimed
        assert not any(one.likely for one in found.candidates)
    elif case.get("ambiguous"):
        assert found.ask
        assert len(set(codes(found)[:3]) & set(wanted)) >= 2
    else:
        assert codes(found)[0] in wanted
        said = found.candidates[0].text
        assert re.search(str(case.get("title", "")), said.title, re.IGNORECASE), said.title
        assert re.search(str(case.get("step", "")), said.steps[0], re.IGNORECASE), said.steps


def test_the_texts_are_shortened_and_hold_no_key() -> None:
    assert len(FIELD) >= 40
    for case in FIELD:
        assert re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*(?:#[\w:.-]+)?", case["source"])
        assert len(case["text"]) < 900
        assert set(case["codes"]) <= set(en.TEXTS)
        assert read(case["text"]).plain.count("[key]") == 0


# -- the kinds behind lots D and E -------------------------------------------------------------------------------------

OPENAI_REFUSES = "Incorrect API key provided: sk-1a2b3***********9f0c. Find your API key at https://platform.openai.com"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("key.wrong_door", f"I pasted my Groq's API key into the plugin: 401 {OPENAI_REFUSES}"),
        ("key.wrong_door", f"填的是 deepseek 的 api key，报错 401 {OPENAI_REFUSES}"),
        ("auth.rejected", f"my openai api key worked yesterday: 401 {OPENAI_REFUSES}"),
        ("key.unexpanded", "401 Authentication Fails, Your api key: ****KEY} is invalid"),
        ("key.unexpanded", "Incorrect API key provided: ****KEY%."),
        ("key.placeholder", "401 Authentication Fails, Your api key: ****_key is invalid"),
        ("key.placeholder", "Incorrect API key provided: your-*****here."),
        ("app.private_refused", "base_url=http://127.0.0.1:1234/v1 deployed as a worker: 403 error code: 1003"),
        ("app.private_refused", "OLLAMA_BASE_URL: http://localhost:11434 on Netlify, HTTP 403 direct IP access not allowed"),
        ("app.cors", '[GIN] 2026/01/02 - 10:00:00 | 403 | 12us | 127.0.0.1 | OPTIONS "/v1/chat/completions"'),
        ("app.cors", 'INFO: 127.0.0.1:5312 - "OPTIONS /v1/chat/completions HTTP/1.1" 405 Method Not Allowed'),
        ("model.parameter_rejected", "400 Previous response with id 'resp_12' not found."),
        ("model.parameter_rejected", "Error 400: No tool output found for function call call_77."),
        ("auth.not_permitted", "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel"),
        ("auth.not_permitted", "403 The service account lacks the required permission for this endpoint"),
        ("url.path_wrong", "HTTP 400: the API URL is incorrect"),
        ("tls.untrusted_issuer", "FROM scratch image: Post https://api.openai.com: x509: certificate signed by unknown authority"),
        ("url.invalid", "POST wss://relay.example/v1/chat/completions failed"),
        ("auth.rejected", '{"error":"invalid_client","error_description":"Client authentication failed"}'),
        ("app.sdk_mismatch", "TypeError: client.chat.completions.parseStream is not a function"),
    ],
)  # fmt: skip
def test_what_a_text_shows_by_itself(code: str, text: str) -> None:
    assert codes(explained(text, "en"))[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "Failed to load model: out of memory. Try loading the model with fewer layers.",
        "TypeError: Cannot read properties of undefined (reading 'windowId') at renderer.js:12",
    ],
)
def test_nothing_is_claimed_that_the_text_leaves_open(text: str) -> None:
    assert not any(one.likely for one in explained(text, "en").candidates)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("403 Permission 'aiplatform.endpoints.predict' denied on resource (or it may not exist)", "GitHub"),
        ("403 this key does not have sufficient permissions to call inference providers", "Generative Language"),
        ("connect ECONNREFUSED 127.0.0.1:8080", "443"),
    ],
)
def test_no_step_is_about_something_that_the_text_does_not_name(text: str, foreign: str) -> None:
    first = explained(text, "en").candidates[0]
    assert first.text.steps
    assert not any(foreign in step for step in first.text.steps)
