"""The page: forms with and without a script, both languages, and a key that is never sent back."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import html5lib
import pytest
from starlette.testclient import TestClient

from diagnose.serve import forms, pages, web_app
from diagnose.serve.runs import RunQueue
from probes.demo_server import practice_doors as b
from probes.demo_server import wrong_streams
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import PROBES, Evidence
from probes.model.record import fields_of, replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import BadInput, Limits, ProxySettings
from probes.model.source import Source, SourceKind

LIVE = {"Accept": "text/event-stream"}


def fields(door: PracticeDoor, key: str, **more: str) -> dict[str, str]:
    return {"base_url": f"{door.url}/v1", "key": key, "lang": "en", **more}


def events(text: str) -> list[tuple[str, Any]]:
    """Return the server-sent events of a whole response."""
    return [(name, json.loads(data)) for name, data in re.findall(r"^event: (.*)\ndata: (.*)\n\n", text, re.MULTILINE)]


def holds_no(text: str, key: str) -> bool:
    """Assert that the text contains no piece of the key, not even inside the file offered for download."""
    files = [base64.b64decode(one).decode() for one in re.findall(r"base64,([\w+/=]+)", text)]
    body = key.removeprefix("sk-")
    parts = [body[i : i + WINDOW] for i in range(len(body) - WINDOW + 1)]
    return not [part for part in parts for one in (text, *files) if part in one]


# -- live check --------------------------------------------------------------------------------------------------------


def test_the_probes_come_in_one_by_one_and_then_the_report(page: TestClient, door: PracticeDoor, key: str) -> None:
    answer = page.post("/check", data=fields(door, key), headers=LIVE)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *probes, (last, report) = events(answer.text)
    assert {name for name, _ in probes} == {"probe"}
    seen = [PROBES[value["at"]] for _, value in probes]
    assert seen[:3] == ["settings", "door", "proxy"]
    assert {"tcp", "http", "model", "chat", "stream"} <= set(seen)
    assert all(value["html"].startswith("<li ") and 0 <= value["began"] <= value["ended"] for _, value in probes)
    assert (last, report["verdict"], report["base_url"]) == ("report", "healthy", f"{door.url}/v1")
    assert "Works: http" in report["html"]
    assert holds_no(answer.text, key)


def test_a_line_says_what_was_seen_so_far(page: TestClient, door: PracticeDoor, key: str) -> None:
    lines = {
        PROBES[value["at"]]: value["html"]
        for name, value in events(page.post("/check", data=fields(door, key), headers=LIVE).text)
        if name == "probe"
    }
    assert "gpt-5-nano, one of 2 in the list" in lines["model"]
    assert "5 events" in lines["stream"]
    assert 'class="skipped"' in lines["tls"]


def test_no_step_is_ticked_off_before_it_worked_as_given(page: TestClient, door: PracticeDoor, key: str) -> None:
    said = events(page.post("/check", data=fields(door, key, base_url=door.url), headers=LIVE).text)
    ticked = {PROBES[value["at"]] for name, value in said if name == "probe" and 'class="ok"' in value["html"]}
    assert {"settings", "tcp"} <= ticked and not ticked & {"http", "auth", "model", "chat", "stream"}
    assert "url.version_missing" in said[-1][1]["html"] and said[-1][1]["html"].count('class="fixed"') == 4


def test_a_fix_is_the_field_and_the_value_to_copy(page: TestClient, door: PracticeDoor, key: str) -> None:
    for lang in ("en", "zh"):
        text = page.post("/check", data=fields(door, key, base_url=door.url, lang=lang)).text
        place, value = re.search(
            r'<p class="place"><bdi>(.*?)</bdi></p><pre class="copy"><code>(.*?)</code>', text
        ).groups()  # type: ignore[union-attr]
        assert (place, value) == ("Base URL", f"{door.url}/v1")


def test_a_broken_door_is_reported_live(page: TestClient, key: str) -> None:
    with PracticeDoor(b.openai(key, stream=wrong_streams.STREAMS["s_cut_rst"])) as door:
        said = events(page.post("/check", data=fields(door, key, lang="zh"), headers=LIVE).text)
    assert said[-1][1]["verdict"] == "broken"
    assert "stream.cut" in said[-1][1]["html"]
    assert "<h1><bdi>" in said[-1][1]["html"] and "✓" not in said[-1][1]["html"]


def test_what_cannot_be_checked_is_said_in_a_sentence(page: TestClient) -> None:
    for lang in ("en", "zh"):
        answer = page.post("/check", data={"key": "x", "lang": lang}, headers=LIVE)
        assert (answer.status_code, answer.text) == (400, pages.texts(lang)["need_url"])


def test_a_check_that_ended_early_says_why(
    served: Callable[..., TestClient], door: PracticeDoor, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RunQueue.check

    async def early(*given: Any, **named: Any) -> Evidence:
        return replace(await real(*given, **named), interrupted=True)

    monkeypatch.setattr(RunQueue, "check", early)
    page = served()
    for lang in ("en", "zh"):
        for headers in ({}, LIVE):
            answer = page.post("/check", data=fields(door, key, lang=lang), headers=headers)
            whole = answer.text if not headers else events(answer.text)[-1][1]["html"]
            assert pages.texts(lang)["early"] in whole


# -- without a script --------------------------------------------------------------------------------------------------


def test_the_form_alone_gets_the_report(page: TestClient, door: PracticeDoor, key: str) -> None:
    answer = page.post("/check", data=fields(door, key, protocol="openai", no_spend="1"))
    assert answer.status_code == 200
    assert "Nothing wrong so far" in answer.text
    assert f'value="{door.url}/v1"' in answer.text
    assert '<option value="openai" selected>' in answer.text and 'value="1" checked' in answer.text
    key_field = re.search(r'<input id="key"[^>]*>', answer.text)
    assert key_field and "value=" not in key_field[0] and 'autocomplete="off"' in key_field[0]
    assert holds_no(answer.text, key)
    downloads = re.findall(r'download="llmdoctor-\d{14}\.html" href="data:text/html;charset=utf-8;base64,', answer.text)
    assert len(downloads) == 1
    markdown = re.search(r'<textarea id="markdown_text"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)
    assert markdown and html.unescape(markdown[1]).startswith("## ❔ Nothing wrong so far")


@pytest.mark.parametrize("name", ["base_url", "model"])
def test_a_key_in_the_wrong_field_does_not_come_back(page: TestClient, door: PracticeDoor, key: str, name: str) -> None:
    for headers in ({}, LIVE):
        answer = page.post("/check", data=fields(door, key, **{name: key}), headers=headers)
        assert answer.status_code == 200
        assert holds_no(answer.text, key)
        answer = page.post("/check", data={**fields(door, "", **{name: key})}, headers=headers)
        assert holds_no(answer.text, key)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "https://x.example/'onload='alert(1)",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "https://[::1",
    "file:///etc/passwd",
    "\u202ehttps://x.example",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_is_text(page: TestClient, text: str) -> None:
    for headers in ({}, LIVE):
        answer = page.post(
            "/check", data={"base_url": text, "key": text, "model": text, "protocol": "openai"}, headers=headers
        )
        assert answer.status_code == 200
        whole = answer.text if not headers else events(answer.text)[-1][1]["html"]
        assert "<script>alert" not in whole and "<img" not in whole and " onerror=" not in re.sub("&.*?;", "", whole)
        assert "49" not in re.findall(r'value="([^"]*)"', whole)
        assert "root:" not in whole
    assert "<script>" not in page.post("/explain", data={"text": f"Error code: 401 {text}"}).text


# -- a curl command ----------------------------------------------------------------------------------------------------


def command(door: PracticeDoor, key: str, *more: str) -> str:
    """Return a curl command as a manual shows it."""
    body = json.dumps({"model": "gpt-5-nano", "messages": []})
    return (
        f"""curl {door.url}/v1/chat/completions \\\n  -H "Authorization: Bearer {key}" -d '{body}' {" ".join(more)}"""
    )


def test_a_curl_command_replaces_address_and_key(page: TestClient, door: PracticeDoor, key: str) -> None:
    text = command(door, key, "-k", "--cacert /etc/hostname", "-H 'X-Other: 1'")
    for headers in ({}, LIVE):
        answer = page.post("/check", data={"curl": text, "lang": "en"}, headers=headers)
        whole = answer.text if not headers else events(answer.text)[-1][1]["html"]
        assert "Works: http" in whole
        assert "The command does not verify the certificate" in whole and "--cacert reads a file" in whole
        assert door.requests[-1].header("x-other") == "1"
        assert holds_no(answer.text, key)
    assert f'value="{door.url}/v1"' in page.post("/check", data={"curl": text}).text


@pytest.mark.parametrize(
    "text",
    [
        "echo hello",
        "curl",
        "curl 'https://x.example",
        "curl $HOME/v1",
        "curl -K /etc/passwd",
        "curl file:///etc/passwd",
    ],
)
def test_text_that_is_no_curl_command_is_refused(page: TestClient, text: str) -> None:
    answer = page.post("/check", data={"curl": text, "protocol": "openai"}, headers=LIVE)
    assert answer.status_code == 400 or events(answer.text)[-1][1]["verdict"] == "broken"
    assert "root:" not in answer.text


def test_a_curl_command_reads_nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("THE_OPERATORS", "sk-the-operators-own-key-0123456789")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    text = "curl https://api.example.com/v1/models -H 'Authorization: Bearer '$THE_OPERATORS"
    for proxies in (True, False):
        form = forms.CheckForm(curl=Secret(text))
        found, _ = forms.settings(form, Limits(run=7), own_proxies=proxies)
        assert found.key is None or found.key.value.reveal().strip() == ""
        assert (found.proxies.https is not None) is proxies
        assert found.ca_bundle is None and found.limits.run == 7
    form = forms.CheckForm(
        curl=Secret("curl -x http://10.0.0.1:3128 --cacert /etc/hostname https://api.example.com/v1")
    )
    found, notes = forms.settings(form, Limits(), own_proxies=False)
    assert found.proxies.https is None and found.ca_bundle is None
    assert [note.names for note in notes] == ["--cacert"]


SECRETS = {
    "OPENAI_API_KEY": "sk-operators-0123456789abcdefghijk",
    "AWS_SECRET_ACCESS_KEY": "operators/AbCdEfGhIjKlMnOpQrStUvWxYz01",
    "MY_OWN_THING": "operators-secret-of-no-known-kind",
    "NO_PROXY": "127.0.0.1,operators-internal.example",
    "HTTPS_PROXY": "http://operator:operators-password@127.0.0.1:9",
}


@pytest.mark.parametrize(
    "form",
    [
        {"base_url": "{url}/v1"},
        {"base_url": "{url}/${{{name}}}/v1", "key": "${name}"},
        {"base_url": "{url}/v1", "key": "${{{name}}}", "model": "${{{name}}}"},
        {"base_url": "{url}/v1", "key": "env:{name}"},
        {"base_url": "{url}/v1", "key": "@{file}", "model": "@{file}"},
        {"base_url": "{url}/v1", "key": "file:{file}"},
        {"base_url": "{url}/v1", "app": "aider"},
        {"base_url": "{url}/v1", "protocol": "anthropic"},
        {"curl": 'curl {url}/v1/models -H "Authorization: Bearer ${name}"'},
        {"curl": "curl {url}/${{{name}}}/v1/models -H 'Authorization: Bearer '${{{name}:-x}}"},
        {"curl": 'export KEY=${name}; curl {url}/v1/models -H "Authorization: Bearer $KEY"'},
        {"curl": 'curl {url}/v1/models -H "x-api-key: $(printenv {name})`cat {file}`"'},
        {"curl": "curl {url}/v1/chat/completions -H @{file} -d @{file} --data-urlencode x@{file}"},
        {"curl": "curl {url}/v1/models -K {file} --netrc-file {file} -b {file} --cert {file} --key {file}"},
        {"curl": "curl {url}/v1/models -u $OPENAI_API_KEY:$HTTPS_PROXY -d '{{\"model\": \"'${name}'\"}}'"},
    ],
    ids=lambda form: next(iter(form.values()))[:50] + form.get("key", "")[:12],
)
def test_a_visitors_form_takes_no_secret_of_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: dict[str, str]
) -> None:
    secret = planted(tmp_path, monkeypatch)
    for name, own_proxies in product(SECRETS, (False, True)):
        given = {one: text.format(url="https://x.example", name=name, file=secret) for one, text in form.items()}
        try:
            found, notes = forms.settings(forms.read(urlencode(given).encode()), Limits(), own_proxies=own_proxies)
        except BadInput as error:
            assert "operators" not in str(error)
            continue
        if own_proxies:  # which the operator's environment may name, and nothing else
            found = replace(found, proxies=ProxySettings())
        seen = [str(getattr(found, name)) for name in fields_of(type(found))]
        seen += [found.key.value.reveal() if found.key is not None else "", *map(str, notes)]
        assert "operators" not in "\n".join(seen)


def test_a_visitors_check_sends_no_secret_of_the_operator(
    page: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    secret = planted(tmp_path, monkeypatch)
    with PracticeDoor(b.openai(key)) as trap:
        command = (
            f"curl {trap.url}/$MY_OWN_THING/v1/models -x '' -H @{secret} -H \"Authorization: Bearer $HTTPS_PROXY\""
        )
        for form in ({"base_url": f"{trap.url}/v1"}, {"curl": command}):
            answer = page.post("/check", data=form, headers=LIVE)
            assert events(answer.text)[-1][0] == "report" and "operators" not in answer.text
        sent = "\n".join(map(repr, trap.requests))
    assert trap.requests and "operators" not in sent


def planted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Plant secrets in the environment, in the folder of the server and in a file; return that file."""
    (folder / "secret").write_text("Authorization: Bearer operators-file-0123456789abcdef\n", "utf-8")
    (folder / ".env").write_text("OPENAI_API_KEY=sk-operators-dotenv-0123456789abcdef\n", "utf-8")
    monkeypatch.chdir(folder)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return folder / "secret"


# -- explain -----------------------------------------------------------------------------------------------------------

REFUSED = "Error code: 401 - {'error': {'message': 'Incorrect API key provided', 'code': 'invalid_api_key'}}"


def test_an_error_text_is_explained(page: TestClient, key: str) -> None:
    text = f"{REFUSED} sent Authorization: Bearer {key}"
    part = page.post("/explain", data={"text": text, "lang": "en"})
    assert "auth.rejected" in part.text and "<html" not in part.text
    whole = page.post("/explain", data={"text": text, "lang": "zh"}, headers={"Accept": "text/html"})
    assert "auth.rejected" in whole.text and "<html" in whole.text and "解决办法" in whole.text
    for answer in (part, whole):
        assert holds_no(answer.text, key)
    assert pages.texts("en")["nothing"] in page.post("/explain", data={"text": "good morning"}).text


# -- a file ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "says"), [("en", "Settings found"), ("zh", "找到的设置")])
def test_a_bundle_is_opened(lang: str, says: str, page: TestClient) -> None:
    from diagnose.formats.json import document as report_document
    from diagnose.formats.json import dumps
    from diagnose.judging.judge import judge
    from diagnose.judging.support_bundle import BundleParts, document
    from worlds.demos import demos

    evidence = demos()["no-v1"]
    place = {"app": "x", "name": "<b>odd</b>", "sources": {"key": "~/.env:3 OPENAI_API_KEY"}}
    parts = BundleParts("0", "2026-11-30T12:00:00Z", report_document(judge(evidence)), evidence, (place,), (), {})
    whole = document(parts, str, ())
    for text in (dumps(whole), dumps(whole["run"])):
        answer = page.post("/open", data={"text": text, "lang": lang})
        assert answer.status_code == 200 and "url.version_missing" in answer.text and "<html" not in answer.text
        assert (says in answer.text and "OPENAI_API_KEY</dd>" in answer.text) == (text == dumps(whole))
        assert "<b>odd" not in answer.text
    assert "<html" in page.post("/open", data={"text": dumps(whole)}, headers={"Accept": "text/html"}).text
    for wrong in ("", "{", "[]", '{"schema": "llmdoctor.bundle/2"}', "[" * 100_000):
        answer = page.post("/open", data={"text": wrong, "lang": lang})
        assert (answer.status_code, answer.text) == (400, pages.texts(lang)["open.wrong"])
    assert page.get(f"/open?lang={lang}").text.count(pages.texts(lang)["open.hint"]) == 1


# -- languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "accept", "lang"),
    [
        ("", "", "en"),
        ("zh", "en", "zh"),
        ("en", "zh-CN,zh;q=0.9", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "de-DE,de;q=0.9,zh;q=0.8", "zh"),
        ("fr", "en-GB", "en"),
        ("../../etc", "", "en"),
    ],
)
def test_the_language_is_asked_for_or_the_browsers(asked: str, accept: str, lang: str) -> None:
    assert pages.language(asked, accept) == lang


def test_the_page_is_whole_in_both_languages(page: TestClient) -> None:
    for path in ("/", "/explain"):
        for lang, code in (("en", "en"), ("zh", "zh-Hans")):
            text = page.get(f"{path}?lang={lang}").text
            assert f'<html lang="{code}">' in text
            assert f'href="{path}?lang={"zh" if lang == "en" else "en"}"' in text


def test_only_our_files_are_served(page: TestClient) -> None:
    for name in pages.TYPES:
        assert page.get(f"/static/{name}").headers["content-type"].startswith(pages.TYPES[name])
    for name in ("app.py", "..%2fapp.py", "%2e%2e/app.py", "", "page.css/../page.js"):
        assert page.get(f"/static/{name}").status_code in (404, 200 if name.endswith("page.js") else 404)


def test_every_page_is_well_formed(served: Callable[..., TestClient], door: PracticeDoor, key: str) -> None:
    page = served()
    texts = [page.get(path).text for path in ("/", "/?lang=zh", "/explain")]
    texts += [page.post("/check", data=fields(door, key, lang=lang)).text for lang in ("en", "zh")]
    texts += [page.post("/check", data={"key": "x"}).text]
    texts += [page.post("/explain", data={"text": REFUSED * 2}, headers={"Accept": "text/html"}).text]
    texts += [served(token="a-token-that-was-drawn-by-lot").get("/login").text]
    for text in texts:
        html5lib.HTMLParser(strict=True).parse(text)
        names = re.findall(r' id="([^"]*)"', text)
        assert len(names) == len(set(names))


# -- forms -------------------------------------------------------------------------------------------------------------


def test_a_key_is_taken_unchanged() -> None:
    form = forms.read(b"base_url=https%3A%2F%2Fapi.example.com%2Fv1&key=+sk-x%0A&model=+m+")
    assert (form.key.reveal(), form.model) == (" sk-x\n", "m")
    assert "sk-x" not in repr(form)
    found, _ = forms.settings(form, Limits(run=5), own_proxies=False)
    assert found.key is not None and found.key.source == Source(SourceKind.FORM)
    assert found.base_url is not None and found.base_url.source == Source(SourceKind.FORM)
    assert found.limits.run == 5


def test_a_protocol_has_an_address_of_its_own() -> None:
    found, _ = forms.settings(forms.read(b"protocol=anthropic&key=x"), Limits(), own_proxies=False)
    assert found.base_url is not None and found.base_url.value == "https://api.anthropic.com"
    with pytest.raises(BadInput):
        forms.settings(forms.read(b"protocol=azure&key=x"), Limits(), own_proxies=False)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"key=%ff",
        b"&".join(b"a%d=1" % number for number in range(20)),
        b"base_url=" + b"x" * 5000,
        b"key=" + b"x" * 8193,
        b"model=" + b"x" * 513,
        b"curl=" + b"x" * 65537,
        b"token=" + b"x" * 1025,
        b"protocol=gopher",
        b"app=../../x",
    ],
)
def test_what_the_page_cannot_have_sent_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        forms.settings(forms.read(body), Limits(), own_proxies=False)
    assert "xxxx" not in str(refused.value)


@pytest.mark.parametrize(("name", "longest"), forms._LONGEST.items())
def test_a_field_that_is_too_long_is_refused_before_anything_reads_it(
    page: TestClient, monkeypatch: pytest.MonkeyPatch, name: str, longest: int
) -> None:
    monkeypatch.setattr(forms, "settings", lambda *_, **__: pytest.fail("a pattern may have seen it"))
    monkeypatch.setattr(web_app, "read_text", lambda _: pytest.fail("a pattern may have seen it"))
    for path in ("/check", "/explain"):
        answer = page.post(path, data={name: "[" * (longest + 1)}, headers=LIVE)
        assert (answer.status_code, answer.text) == (400, f"The field {name} is longer than {longest} characters.")


def test_a_visitors_check_reads_nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-the-operators-own")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://operators.example/v1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    found, _ = forms.settings(forms.read(b"protocol=openai"), Limits(), own_proxies=False)
    assert found.key is None and found.conflicts == () and found.proxies.https is None
    assert found.base_url is not None and found.base_url.value == "https://api.openai.com/v1"
    monkeypatch.setenv("SSL_CERT_FILE", "/the/operators/roots.pem")
    own, _ = forms.settings(forms.read(b"protocol=openai"), Limits(), own_proxies=True)
    assert own.ca_bundle is not None and own.ca_bundle.value == "/the/operators/roots.pem"
    assert own.proxies.https is not None and own.proxies.https.value == "http://proxy.example:3128"
