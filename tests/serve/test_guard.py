"""Who may send which request: host names, origins, tokens, sizes, rates, and the headers of every response."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from diagnose.serve.guard import BODY, CLIENTS, FAILURES, HEADERS, OPENED, SESSION, PageToken, RateLimit, RequestGuard

TOKEN = "a-token-that-was-drawn-by-lot"
OURS = "http://127.0.0.1:9115"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"
FORM = {"base_url": "not an address", "key": "x"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9115", 200),
        ("localhost:9115", 200),
        ("LOCALHOST:9115", 200),
        ("[::1]:9115", 200),
        ("localhost", 421),
        ("127.0.0.1", 421),
        ("127.0.0.1:9116", 421),
        ("localhost.evil.example:9115", 421),
        ("evil.example:9115", 421),  # an attacker's name that resolves to 127.0.0.1
        ("", 421),
    ],
)
def test_on_loopback_it_answers_to_its_own_names(page: TestClient, host: str, status: int) -> None:
    for path in ("/", "/healthz", "/metrics"):
        assert page.get(path, headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OURS, "Sec-Fetch-Site": "same-origin", "User-Agent": BROWSER}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin", "User-Agent": BROWSER}, 400),
        ({"Origin": OURS, "User-Agent": BROWSER}, 400),  # a browser that sends no Sec-Fetch-Site
        ({"User-Agent": "curl/8.0"}, 400),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "User-Agent": BROWSER}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site", "User-Agent": BROWSER}, 403),
        ({"Origin": "http://localhost:9115", "Sec-Fetch-Site": "same-site"}, 403),  # a browser at another of our names
        ({"Origin": "null", "User-Agent": BROWSER}, 403),  # a sandboxed frame, a file
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"User-Agent": BROWSER}, 403),  # a browser too old to send its origin
    ],
)
def test_a_page_of_another_origin_starts_nothing(page: TestClient, headers: dict[str, str], status: int) -> None:
    for path in ("/check", "/explain", "/login"):
        answer = page.post(path, data=FORM | {"base_url": "", "text": ""}, headers=headers)
        assert (answer.status_code == 403) is (status == 403)
    assert page.get("/probe?target=x", headers=headers).status_code == (403 if status == 403 else 404)


def test_any_page_may_lead_here(page: TestClient) -> None:
    """Following a link from a ticket starts nothing."""
    assert page.get("/", headers={"Sec-Fetch-Site": "cross-site", "User-Agent": BROWSER}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/explain", "/healthz", "/metrics", "/static/page.js", "/nothing", "/probe"])
def test_every_answer_has_the_headers(page: TestClient, path: str) -> None:
    for answer in (page.get(path), page.get(path, headers={"Host": "evil"}), page.put(path)):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers


def test_no_page_needs_more_than_the_policy_allows(page: TestClient) -> None:
    for path in ("/", "/explain", "/?lang=zh"):
        text = page.get(path).text
        assert "style=" not in text and "<style" not in text
        assert text.count("<script") == text.count('<script src="/static/page.js"') == 1
        assert " on" not in {part[:3] for part in text.split('"')}, "a handler in an attribute"
        assert "//" not in text.replace("http://www.w3.org/2000/svg", "").replace("https://api.example.com", "")


# -- the token ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(served: object) -> TestClient:
    return served(token=TOKEN, hosts=frozenset())  # type: ignore[operator]


def test_without_the_token_nothing_is_revealed(locked: TestClient) -> None:
    for path in ("/metrics", "/probe?target=x", "/explain"):
        answer = locked.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert locked.post("/check", data=FORM).status_code == 401
    assert locked.get("/healthz").status_code == 200


@pytest.mark.parametrize("given", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ä" * 20])
def test_a_wrong_token_is_refused(locked: TestClient, given: str) -> None:
    assert locked.get("/metrics", headers={"Authorization": f"Bearer {given}".encode()}).status_code == 401
    assert locked.get("/metrics", headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
    assert locked.post("/login", data={"token": given}).status_code == 403


def test_the_token_opens(locked: TestClient) -> None:
    assert locked.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert locked.get("/metrics", headers={"Authorization": f"bearer  {TOKEN} "}).status_code == 200


def test_a_browser_signs_in_once(locked: TestClient) -> None:
    sent_away = locked.get("/", headers={"Accept": "text/html"})
    assert (sent_away.status_code, sent_away.headers["location"]) == (303, "/login")
    assert 'type="password"' in locked.get("/login").text
    answer = locked.post("/login", data={"token": TOKEN, "lang": "zh"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=zh")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={SESSION}"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert locked.get("/").status_code == 200
    session = cookie.partition(";")[0]
    locked.cookies.clear()
    for others, status in (
        (session, 200),
        (f'odd[1]={{"a"}}; {session}; x', 200),
        ("llmdoctor=1.2", 401),
        ("=;;", 401),
    ):
        assert locked.get("/metrics", headers={"Cookie": others}).status_code == status


def test_a_session_ends_and_cannot_be_made_up() -> None:
    now = 1000.0
    token, other = PageToken(TOKEN, lambda: now), PageToken(TOKEN + "x", lambda: now)
    session = token.session()
    assert token.holds(session) and not other.holds(session)
    end, _, sign = session.partition(".")
    for made_up in ("", ".", "1", f"{int(end) + 1}.{sign}", f"{end}.{sign[:-1]}", f"{end}.", f"x.{sign}", "ä.ö"):
        assert not token.holds(made_up)
    now += SESSION + 1
    assert not token.holds(session)


def test_guesses_are_slowed_down_and_the_right_token_is_not(locked: TestClient) -> None:
    guesses = [
        locked.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code for _ in range(FAILURES + 5)
    ]
    assert guesses == [401] * FAILURES + [429] * 5
    assert locked.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert locked.post("/login", data={"token": "wrong"}).status_code == 429


# -- sizes and rates ---------------------------------------------------------------------------------------------------


def test_a_long_body_is_not_read(page: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"text=" + b"x" * 4096

    assert page.post("/explain", content=b"text=" + b"x" * BODY).status_code == 413
    assert page.post("/explain", content=endless()).status_code == 413
    assert page.post("/explain", content=b"text=" + b"x" * (BODY - 5)).status_code == 200
    assert page.post("/open", content=b"text=" + b"x" * BODY).status_code == 400  # no bundle, but not too long
    assert page.post("/open", content=b"text=" + b"x" * OPENED).status_code == 413


def test_each_client_has_a_rate_limit(served: object) -> None:
    page: TestClient = served(rate=3)  # type: ignore[operator]
    answers = [page.post("/explain", data={"text": "401"}) for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 3 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 21
    assert page.get("/").status_code == page.get("/healthz").status_code == 200, "what starts nothing is not counted"


def test_a_rate_comes_back_with_time() -> None:
    now = 0.0
    rate = RateLimit(60, lambda: now)
    assert [rate.take("a") for _ in range(60)] == [0.0] * 60
    assert 0 < rate.take("a") <= 1
    assert rate.take("b") == 0
    now += 1
    assert rate.take("a") == 0
    assert rate.take("a") > 0


def test_many_clients_take_no_memory() -> None:
    rate = RateLimit(1)
    for number in range(CLIENTS * 2):
        rate.take(str(number))
    assert len(rate._left) == CLIENTS


def test_our_own_crash_is_a_response_without_details(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise ValueError("Illegal header value b'Bearer sk-secret'")

    with caplog.at_level(logging.DEBUG):
        client = TestClient(RequestGuard(broken, frozenset(), None, RateLimit(10)))  # type: ignore[arg-type]
        answer = client.get("/")
    assert answer.status_code == 500
    assert "sk-secret" not in answer.text + caplog.text
    assert "ValueError in " in caplog.text and "test_guard.py" in caplog.text


def test_a_started_response_is_not_started_again() -> None:
    async def half(scope: object, receive: object, send: object) -> None:
        await PlainTextResponse("half")(scope, receive, send)  # type: ignore[arg-type]
        raise ValueError

    assert TestClient(RequestGuard(half, frozenset(), None, RateLimit(10))).get("/").text == "half"  # type: ignore[arg-type]
