"""Tables of wrong values, and properties that hold for every text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probes.catalog.door import sdk_base
from probes.keys.flaws import examine_key, key_is_url, url_is_key
from probes.model.note import note
from probes.urls.url_flaws import examine_url

GOOD = "https://relay.example/v1"
KEY = "sk-aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z"
OTHER = "sk-zY0xW7vU4tS1rQ8pN5mK2jH9gE6dB3a"
PAIRED = "0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp"  # Zhipu's shape
LOCAL = "sk-lm-AbCd1234:aBcDeFgHiJkLmNoPqRsT"  # LM Studio's shape

URLS: list[tuple[str, str, str | None, str | None]] = [
    # given, kinds, corrected, what the SDK sends to
    (GOOD, "", GOOD, GOOD),
    (GOOD + "/", "", GOOD, GOOD),
    ("HTTPS://Relay.Example/v1", "", GOOD, GOOD),
    ("http://[::1]:8080/v1", "", "http://[::1]:8080/v1", "http://[::1]:8080/v1"),
    ("http://ollama:11434/v1", "", "http://ollama:11434/v1", "http://ollama:11434/v1"),
    ("https://a.example/%e4%b8%ad/v1", "", "https://a.example/%e4%b8%ad/v1", "https://a.example/%e4%b8%ad/v1"),
    ("https://x.services.ai.azure.com/models", "", "https://x.services.ai.azure.com/models", "https://x.services.ai.azure.com/models"),
    ("", "empty", None, None),
    (" \t", "empty", None, None),
    ('""', "empty", None, None),
    (KEY, "looks_like_key", None, None),
    ("relay.example/v1", "scheme_missing", GOOD, None),
    ("//relay.example/v1", "scheme_missing", GOOD, None),
    ("172.21.69.91:11434", "scheme_missing", "http://172.21.69.91:11434", None),
    ("localhost:1234/v1", "scheme_missing", "http://localhost:1234/v1", None),
    ("[::1]:1234/v1", "scheme_missing", "http://[::1]:1234/v1", None),
    ("htp://relay.example/v1", "scheme_wrong", GOOD, None),
    ("hhtps://relay.example/v1", "scheme_wrong", GOOD, None),
    ("https//relay.example/v1", "scheme_wrong", GOOD, None),
    ("https:/relay.example/v1", "scheme_wrong", GOOD, None),
    ("https:relay.example/v1", "scheme_wrong", GOOD, None),
    ("ttps://relay.example/v1", "scheme_wrong", GOOD, None),
    ("ftp://relay.example/v1", "scheme_unusable", GOOD, None),
    ("grpc://relay.example/v1", "scheme_unusable", GOOD, None),
    ("http+unix://relay.example/v1", "scheme_unusable", GOOD, None),
    ("h2c://10.0.0.5:8000/v1", "scheme_unusable", "http://10.0.0.5:8000/v1", None),
    ("wss://relay.example/v1", "scheme_unusable", GOOD, GOOD),
    ("ws://localhost:1234/v1", "scheme_unusable", "http://localhost:1234/v1", "http://localhost:1234/v1"),
    ("https://https://relay.example/v1", "scheme_wrong", GOOD, None),
    ("https：//relay.example/v1", "stray", GOOD, None),
    (" " + GOOD, "stray", GOOD, None),
    (GOOD + " ", "stray", GOOD, GOOD + "%20"),
    (GOOD + "\n", "stray", GOOD, None),
    (GOOD + "\u00a0", "stray", GOOD, GOOD + "%C2%A0"),
    (GOOD + "\u200b", "stray", GOOD, GOOD + "%E2%80%8B"),
    ("\ufeff" + GOOD, "stray", GOOD, None),
    (f'"{GOOD}"', "stray", GOOD, None),
    (f"<{GOOD}>", "stray", GOOD, None),
    (f"[relay]({GOOD})", "stray", GOOD, None),
    (GOOD + ",", "stray", GOOD, GOOD + ","),
    (GOOD + "，", "stray", GOOD, GOOD + "%EF%BC%8C"),
    (GOOD + "/#", "stray", GOOD, GOOD),
    (GOOD + " # the relay", "stray", GOOD, GOOD + "%20"),
    ("https://relay。example/v1", "stray", GOOD, GOOD),
    ("https:\\\\relay.example\\v1", "stray", GOOD, None),
    (f"OPENAI_BASE_URL={GOOD}", "stray", GOOD, None),
    (GOOD + "/chat/completions", "endpoint_included", GOOD, GOOD + "/chat/completions"),
    (GOOD + "/chat/completions/", "endpoint_included", GOOD, GOOD + "/chat/completions"),
    (GOOD + "/messages", "endpoint_included", GOOD, GOOD + "/messages"),
    (GOOD + "/responses", "endpoint_included", GOOD, GOOD + "/responses"),
    (GOOD + "/completions", "endpoint_included", GOOD, GOOD + "/completions"),
    (GOOD + "/embeddings", "endpoint_included", GOOD, GOOD + "/embeddings"),
    (GOOD + "/models", "endpoint_included", GOOD, GOOD + "/models"),
    (GOOD + "/v1", "version_doubled", GOOD, GOOD + "/v1"),
    ("https://relay.example//v1", "double_slash", GOOD, "https://relay.example//v1"),
    (GOOD + "//", "double_slash", GOOD, GOOD + "/"),
    ("https://user:secret@relay.example/v1", "credentials", GOOD, GOOD),
    (GOOD + "?x=1", "query", GOOD, GOOD + "?x=1"),
    (GOOD + "#part", "fragment", GOOD, GOOD),
    ("https://relay.example:99999/v1", "bad_port", GOOD, None),
    ("http://127.0.0.1:port/v1", "bad_port", None, None),
    ("http://{host}/v1", "invalid", None, None),
    ("https://a.example/{account}/v1", "invalid", None, "https://a.example/%7Baccount%7D/v1"),
    ("http:///v1", "invalid", None, None),
    ("https://", "invalid", None, None),
    ("not a url", "invalid", None, None),
    ("${BASE_URL}", "invalid", None, None),
    ("https://300.1.1.1/v1", "invalid", None, None),
    ("https://a..example/v1", "invalid", None, None),
    ("relay.example/v1/chat/completions ", "stray scheme_missing endpoint_included", GOOD, None),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "kinds", "mended", "literal"), URLS)
def test_urls(raw: str, kinds: str, mended: str | None, literal: str | None) -> None:
    exam = examine_url(raw, "openai")
    assert ([flaw.kind for flaw in exam.flaws], exam.mended, exam.literal) == (kinds.split(), mended, literal)
    # An SDK cannot send a value if and only if the value has a fatal flaw.
    if mended is None or kinds != "":
        assert any(flaw.fatal for flaw in exam.flaws) == (literal is None)


@pytest.mark.parametrize(
    ("raw", "kinds", "mended"),
    [
        ("https://relay.example", "", "https://relay.example"),
        (GOOD, "version_doubled", "https://relay.example"),
        (GOOD + "/messages", "endpoint_included", "https://relay.example"),
        (GOOD + "/messages/count_tokens", "endpoint_included", "https://relay.example"),
        (GOOD + "/v1", "version_doubled", "https://relay.example"),
        ("https://relay.example/anthropic/v1", "version_doubled", "https://relay.example/anthropic"),
        ("https://relay.example/api/v4", "", "https://relay.example/api/v4"),
    ],
)
def test_urls_of_anthropic(raw: str, kinds: str, mended: str) -> None:
    exam = examine_url(raw, "anthropic")
    assert ([flaw.kind for flaw in exam.flaws], exam.mended) == (kinds.split(), mended)


def test_auto_is_resolved_from_the_path() -> None:
    assert examine_url(GOOD, "auto").mended == GOOD
    assert examine_url(GOOD + "/messages", "auto").mended == "https://relay.example"
    assert examine_url("https://relay.example/anthropic/v1", "auto").mended == "https://relay.example/anthropic"


def test_documented_base_urls_have_no_flaw() -> None:
    doors = pytest.importorskip("probes.catalog.doors")
    for door in doors.load():
        for endpoint in door.endpoints:
            # A provider's documented URL may contain what its SDK itself adds: google-genai adds the version (T1 of the
            # facts).
            url = sdk_base(endpoint.protocol, re.sub(r"\{\w+\}", "x", endpoint.base_url))
            assert examine_url(url, endpoint.protocol).flaws == (), url


@pytest.mark.parametrize(
    ("protocol", "url", "mended"),
    [
        ("gemini", "https://generativelanguage.googleapis.com/v1beta", "https://generativelanguage.googleapis.com"),
        ("gemini", "https://generativelanguage.googleapis.com/v1/", "https://generativelanguage.googleapis.com"),
        ("azure", "https://res.openai.azure.com/openai", "https://res.openai.azure.com"),
        ("azure", "https://res.openai.azure.com/openai/v1/", "https://res.openai.azure.com"),
    ],
)
def test_what_the_sdk_adds_would_appear_twice(protocol: str, url: str, mended: str) -> None:
    exam = examine_url(url, protocol)
    assert [flaw.kind for flaw in exam.flaws] == ["version_doubled"]
    assert exam.mended == mended


@pytest.mark.parametrize("raw", [raw for raw, *_ in URLS if raw.strip() and "99999" not in raw])
def test_literal_is_what_httpx_makes_of_it(raw: str) -> None:
    httpx2 = pytest.importorskip("httpx2")
    try:
        url = httpx2.URL(raw)
        theirs = str(url) if url.scheme in ("http", "https", "ws", "wss") and url.host else None
    except httpx2.InvalidURL:
        theirs = None
    ours = examine_url(raw, "openai").literal
    if theirs is None or ours is None:
        # httpx accepts a host that cannot be resolved; nothing is sent there either.
        assert ours is None
    else:
        theirs = re.sub(r"^ws", "http", theirs).partition("#")[0].replace("user:secret@", "").removesuffix("/")
        assert ours == theirs


KEYS: list[tuple[str, str, str | None, str | None]] = [
    # given, kinds, cleaned, what the OpenAI SDK sends
    (KEY, "", KEY, KEY),
    (PAIRED, "", PAIRED, PAIRED),
    (LOCAL, "", LOCAL, LOCAL),
    ("sk-test123", "", "sk-test123", "sk-test123"),
    ("", "empty", None, None),
    ("  ", "empty", None, None),
    ('""', "empty", None, '""'),
    ("sk-...", "placeholder", None, "sk-..."),
    ("sk-…", "placeholder", None, None),
    ("sk-ant-...", "placeholder", None, "sk-ant-..."),
    ("sk-xxxxxxxx", "placeholder", None, "sk-xxxxxxxx"),
    ("xxxx", "placeholder", None, "xxxx"),
    ("aaaaaaaa", "placeholder", None, "aaaaaaaa"),
    ("your-api-key", "placeholder", None, "your-api-key"),
    ("YOUR_API_KEY", "placeholder", None, "YOUR_API_KEY"),
    ("your_openai_key", "placeholder", None, "your_openai_key"),
    ("sk-your-key-here", "placeholder", None, "sk-your-key-here"),
    ("<key>", "placeholder", None, "<key>"),
    ("<YOUR KEY>", "placeholder", None, "<YOUR KEY>"),
    ("changeme", "placeholder", None, "changeme"),
    ("你的密钥", "placeholder", None, None),
    ("Bearer sk-...", "placeholder", None, "Bearer sk-..."),
    ("ollama", "dummy", "ollama", "ollama"),
    ("EMPTY", "dummy", "EMPTY", "EMPTY"),
    ("lm-studio", "dummy", "lm-studio", "lm-studio"),
    ("none", "dummy", "none", "none"),
    ("not-needed", "dummy", "not-needed", "not-needed"),
    ("ollama ", "stray", "ollama", None),
    ("${OPENAI_API_KEY}", "unexpanded", None, "${OPENAI_API_KEY}"),
    ("$KEY", "unexpanded", None, "$KEY"),
    ("$env:KEY", "unexpanded", None, "$env:KEY"),
    ("%KEY%", "unexpanded", None, "%KEY%"),
    ("{{KEY}}", "unexpanded", None, "{{KEY}}"),
    ("{env:KEY}", "unexpanded", None, "{env:KEY}"),
    ("Bearer ${KEY}", "unexpanded", None, "Bearer ${KEY}"),
    ("OPENAI_API_KEY", "unexpanded", None, "OPENAI_API_KEY"),
    (KEY + " ", "stray", KEY, None),
    (KEY + "\t", "stray", KEY, None),
    (KEY + "\n", "stray", KEY, None),
    (KEY + "\r\n", "stray", KEY, None),
    (" " + KEY, "stray", KEY, " " + KEY),
    ("\n" + KEY, "stray", KEY, None),
    (KEY[:9] + " " + KEY[9:], "stray", KEY, KEY[:9] + " " + KEY[9:]),
    (KEY[:9] + "\n" + KEY[9:], "stray", KEY, None),
    (KEY + "\u200b", "stray", KEY, None),
    ("\ufeff" + KEY, "stray", KEY, None),
    (KEY.replace("-", "—"), "stray", KEY, None),
    (KEY.replace("-", "－"), "stray", KEY, None),
    (KEY + "，", "stray", KEY, None),
    (KEY + ",", "stray", KEY, KEY + ","),
    (KEY + "\\n", "stray", KEY, KEY + "\\n"),
    (KEY.replace("a", "\u0430", 1), "stray", None, None),
    (f'"{KEY}"', "stray", KEY, f'"{KEY}"'),
    (f"“{KEY}”", "stray", KEY, None),
    (f"<{KEY}>", "stray", KEY, f"<{KEY}>"),
    (f"Bearer {KEY}", "bearer_prefix", KEY, f"Bearer {KEY}"),
    (f"bearer {KEY}", "bearer_prefix", KEY, f"bearer {KEY}"),
    (f"Bearer {KEY}\n", "bearer_prefix stray", KEY, None),
    (f"Authorization: Bearer {KEY}", "bearer_prefix", KEY, f"Authorization: Bearer {KEY}"),
    (f"x-api-key: {KEY}", "bearer_prefix", KEY, f"x-api-key: {KEY}"),
    (f"OPENAI_API_KEY={KEY}", "bearer_prefix", KEY, f"OPENAI_API_KEY={KEY}"),
    (f"api_key: {KEY}", "bearer_prefix", KEY, f"api_key: {KEY}"),
    ("Bearer ", "bearer_prefix", None, None),
    (f"{KEY},{OTHER}", "several", KEY, f"{KEY},{OTHER}"),
    (f"{KEY};{OTHER}", "several", KEY, f"{KEY};{OTHER}"),
    (f"{KEY}，{OTHER}", "several", KEY, None),
    (f"{KEY}\n{OTHER}", "several", KEY, None),
    (f"{KEY}\r\n{OTHER}\r\n", "several", KEY, None),
    (f"{KEY} {OTHER}", "several", KEY, f"{KEY} {OTHER}"),
    ("sk-ab…yz", "masked", None, None),
    ("sk-abc...xyz", "masked", None, "sk-abc...xyz"),
    ("sk-****", "masked", None, "sk-****"),
    ("sk-••••1234", "masked", None, None),
    ("********", "masked", None, "********"),
    (GOOD, "looks_like_url", None, GOOD),
    ("api.openai.com/v1", "looks_like_url", None, "api.openai.com/v1"),
    (KEY[:5] + "\x01" + KEY[5:], "control", KEY, KEY[:5] + "\x01" + KEY[5:]),
    (KEY[:5] + "\x00" + KEY[5:], "control", KEY, None),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "kinds", "cleaned", "literal"), KEYS)
def test_keys(raw: str, kinds: str, cleaned: str | None, literal: str | None) -> None:
    exam = examine_key(raw, "openai")
    assert ([flaw.kind for flaw in exam.flaws], exam.cleaned, exam.literal) == (kinds.split(), cleaned, literal)
    assert all(flaw.mended == (cleaned is not None) for flaw in exam.flaws)
    if kinds:
        assert any(flaw.fatal for flaw in exam.flaws) == (literal is None)


def test_a_note_names_character_and_place() -> None:
    (flaw,) = examine_key(KEY + "，", "openai").flaws
    assert flaw.notes == (note("position", name="U+FF0C FULLWIDTH COMMA", position=len(KEY) + 1, length=len(KEY) + 1),)
    (flaw,) = examine_url(GOOD + "\n", "openai").flaws
    assert flaw.notes == (note("position", name="U+000A LINE FEED", position=len(GOOD) + 1, length=len(GOOD) + 1),)


@pytest.mark.parametrize(
    ("raw", "protocol", "literal"),
    [
        (KEY + "，", "anthropic", KEY + "，"),  # sent as UTF-8
        (KEY + "\n", "anthropic", None),
        ("\udc80", "anthropic", None),
        (f" {KEY}\n", "gemini", KEY),
        (" " + KEY, "azure", None),
    ],
)
def test_what_other_sdks_send(raw: str, protocol: str, literal: str | None) -> None:
    assert examine_key(raw, protocol).literal == literal


@pytest.mark.parametrize(
    ("text", "as_key", "as_url"),
    [
        (GOOD, True, False),
        (f'"{GOOD}"', True, False),
        ("localhost:11434", True, False),
        ("api.deepseek.com", True, False),
        (KEY, False, True),
        (f"Bearer {KEY}", False, True),
        ("gsk_" + "a1B2" * 13, False, True),
        ("0123456789abcdef0123456789abcdef", False, True),
        ("0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp", False, True),
        ("eyJhbGciOi.eyJzdWIi.c2ln", False, True),
        ("relay", False, False),
        ("", False, False),
    ],
)
def test_a_key_and_a_url_in_each_others_place(text: str, as_key: bool, as_url: bool) -> None:
    assert (key_is_url(text), url_is_key(text)) == (as_key, as_url)


# -- for every text ----------------------------------------------------------------------------------------------------

ODD = st.sampled_from(list(" \t\n\r\0\x7f\u00a0\u200b\ufeff，。：／“”‘’—…•*\"'<>[](){},;.:/?#@%$\\|=&-é中\ud800"))
PIECES = st.sampled_from(
    [
        *(
            "http",
            "https://",
            "http://",
            ":/",
            "//",
            "/v1",
            "/v1/",
            "/chat/completions",
            "/messages",
            "/models",
            "..",
            "#",
        ),
        *(
            "relay.example",
            "localhost",
            "127.0.0.1",
            "[::1]",
            ":8080",
            "user:pw@",
            "?a=b",
            "xn--",
            "/v1,",
            "%41",
            "%zz",
        ),
        *("Bearer ", "sk-", "sk-proj-", "${X}", "OPENAI_API_KEY=", "https：//"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(PIECES, ODD, st.text(max_size=3))).map("".join))
PROTOCOLS = st.sampled_from(["auto", "openai", "anthropic", "gemini", "azure", "ollama"])


@settings(max_examples=300, deadline=None)
@given(TEXTS, PROTOCOLS)
@example("https://relay.example/v1,/models", "openai")
@example("http://[", "openai")
def test_a_corrected_url_has_no_flaws(raw: str, protocol: str) -> None:
    exam = examine_url(raw, protocol)
    if exam.mended is None:
        assert exam.flaws
    else:
        assert examine_url(exam.mended, protocol) == type(exam)((), exam.mended, exam.mended)
        assert len({flaw.kind for flaw in exam.flaws}) == len(exam.flaws)


@settings(max_examples=300, deadline=None)
@given(TEXTS, PROTOCOLS)
def test_a_cleaned_key_can_be_sent(raw: str, protocol: str) -> None:
    exam = examine_key(raw, protocol)
    if exam.cleaned is not None:
        assert examine_key(exam.cleaned, protocol).literal == exam.cleaned
        assert exam.cleaned.isascii() and exam.cleaned == exam.cleaned.strip()
    else:
        assert exam.flaws
    key_is_url(raw)
    url_is_key(raw)


@settings(max_examples=300, deadline=None)
@given(
    st.text("abcdefghijkmnopqrstuvwyzABCDEFGHIJKLMNPQRSTUVWXYZ0123456789", min_size=12),
    st.lists(st.tuples(st.integers(0, 60), ODD), max_size=6),
    PROTOCOLS,
)
@example("000000000000", [(9, "."), (3, "$")], "auto")  # a variable of that name in a base URL
def test_no_note_holds_six_characters_of_the_key(body: str, odd: list[tuple[int, str]], protocol: str) -> None:
    raw = "sk-" + body
    for place, char in odd:
        raw = raw[:place] + char + raw[place:]
    flaws = (*examine_key(raw, protocol).flaws, *examine_url(raw, protocol).flaws)
    for noted in (value for flaw in flaws for one in flaw.notes for _, value in one.values):
        for run in re.findall(r"[A-Za-z0-9]{6,}", body):
            assert not any(run[i : i + 6] in noted for i in range(len(run) - 5))
