"""Pasted curl commands: what they contain, what is reported about them, and that nothing in them crashes or leaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.words import LANGS, phrase
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.attempt import Auth
from probes.model.scrubber import WINDOW
from probes.model.settings import BadInput, ConnectTo, Settings
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.pasted.curl_command import SOURCE, CurlNote, parse
from probes.pasted.curl_settings import read
from probes.pasted.endpoint_urls import parse_endpoint_url
from probes.pasted.shell_words import ShellError, dialect, split
from probes.settings.gather import Options

pytestmark = pytest.mark.slow

KEY = "sk-proj-Zq7Xw2Lm9Rt4Bn6Vc8Kd1Hf3Gs5Jp0Yy"
ENVIRONMENT = {"OPENAI_API_KEY": KEY, "BASE": "https://relay.example/v1", "EMPTY": ""}
CHAT = "https://api.openai.com/v1/chat/completions"


def settings(text: str, **options: object) -> Settings:
    return read(text, Options(**options), ENVIRONMENT, Path.cwd())[0]  # type: ignore[arg-type]


def notes(text: str) -> set[str]:
    return {note.kind for note in read(text, Options(), ENVIRONMENT, Path.cwd())[1]}


def held(text: str) -> tuple[str, str, str, str, str | None]:
    """Return the base URL, the protocol, the key and its header, and the model."""
    found = settings(text)
    assert found.base_url is not None
    key = found.key.value.reveal() if found.key else ""
    return (
        found.base_url.value,
        found.protocol.value,
        found.auth.value.value if found.auth else "",
        key,
        found.model.value if found.model else None,
    )


# -- shells' syntax ----------------------------------------------------------------------------------------------------

SAME = ("https://api.openai.com/v1", "openai", "bearer", KEY, "gpt-5-nano")
WRITTEN = {
    "sh": f"""curl {CHAT} \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer {KEY}" \\
  -d '{{"model": "gpt-5-nano", "messages": [{{"role": "user", "content": "it'\\''s"}}]}}'""",
    "variable": f'curl {CHAT} -H "Authorization: Bearer $OPENAI_API_KEY" -d \'{{"model":"gpt-5-nano"}}\'',
    "braces": f'curl {CHAT} -H "Authorization: Bearer ${{OPENAI_API_KEY}}" -d "{{\\"model\\":\\"gpt-5-nano\\"}}"',
    "prompt": f"$ curl -sS --request POST --url {CHAT} --header 'authorization: bearer {KEY}' --json '{{\"model\":\"gpt-5-nano\"}}'",
    "short options in one": f"curl -sSLXPOST {CHAT} -H'Authorization: Bearer {KEY}' -d'{{\"model\":\"gpt-5-nano\"}}'",
    "oauth2": f'curl --oauth2-bearer {KEY} -d \'{{"model":"gpt-5-nano"}}\' {CHAT}',
    "export": f'export K="{KEY}"\ncurl "{CHAT}" -H "Authorization: Bearer $K" -d \'{{"model":"gpt-5-nano"}}\' | jq .',
    "here-document": f'curl {CHAT} -H \'Authorization: Bearer {KEY}\' -d @- <<\'EOF\'\n{{"model": "gpt-5-nano", "x": "don\'t"}}\nEOF\n',
    "browser (bash)": f"""curl '{CHAT}' \\
  -H 'accept: */*' \\
  -H 'authorization: Bearer {KEY}' \\
  -H 'user-agent: Mozilla/5.0' \\
  --data-raw $'{{"model":"gpt-5-nano","messages":[{{"content":"it\\'s \\u0021"}}]}}' \\
  --compressed""",
    "browser (cmd)": f"""curl ^"{CHAT}^" ^
  -H ^"accept: */*^" ^
  -H ^"authorization: Bearer {KEY}^" ^
  --data-raw ^"^{{^\\^"model^\\^":^\\^"gpt-5-nano^\\^",^\\^"a^\\^":^\\^"50^% ^^ ^& more^\\^"^}}^" ^
  --compressed""",
    "cmd": f'C:\\Users\\me>curl "{CHAT}" ^\n -H "Authorization: Bearer %OPENAI_API_KEY%" ^\n -d "{{""model"": ""gpt-5-nano""}}"',
    "cmd with backslashes": f'curl.exe {CHAT} -H "Authorization: Bearer {KEY}" -d "{{\\"model\\":\\"gpt-5-nano\\"}}"',
    "powershell": f"""PS C:\\> curl.exe {CHAT} `
  -H "Authorization: Bearer $env:OPENAI_API_KEY" `
  -d '{{\\"model\\": \\"gpt-5-nano\\", \\"x\\": \\"it''s\\"}}'""",
    "powershell quotes": f"""curl.exe "{CHAT}" `
  -H "Authorization: Bearer {KEY}" `
  -d "{{`"model`": ""gpt-5-nano""}}\"""",
    "powershell variable": f'$env:K = \'{KEY}\'\ncurl.exe {CHAT} -H "Authorization: Bearer ${{env:K}}" -d \'{{"model":"gpt-5-nano"}}\'',
    "windows line ends": f"curl {CHAT} \\\r\n -H 'Authorization: Bearer {KEY}' \\\r\n -d '{{\"model\":\"gpt-5-nano\"}}'\r\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_shell_says_the_same(name: str) -> None:
    assert held(WRITTEN[name]) == SAME


def test_the_place_of_the_key() -> None:
    found = settings(WRITTEN["variable"]).key
    assert found is not None and found.source == environment_variable("OPENAI_API_KEY")
    found = settings(WRITTEN["sh"]).key
    assert found is not None and found.source == Source(SourceKind.CURL, Owner.FOLDER)


def test_what_a_shell_would_not_look_up_stays() -> None:
    assert held(f"curl {CHAT} -H 'Authorization: Bearer $OPENAI_API_KEY'")[3] == "$OPENAI_API_KEY"
    assert held(f'curl {CHAT} -H "Authorization: Bearer $(cat key)"')[3] == "$(cat key)"
    assert held(f'curl {CHAT} -H "Authorization: Bearer ${{OPENAI_API_KEY:-x}}"')[3] == "${OPENAI_API_KEY:-x}"


def test_a_variable_that_is_not_set() -> None:
    found = settings(f'curl {CHAT} -H "Authorization: Bearer $NO_SUCH_KEY"')
    assert found.key is None and found.searched == ("environment NO_SUCH_KEY",)
    assert held('curl "$BASE/chat/completions"')[0] == "https://relay.example/v1"
    with pytest.raises(BadInput, match="NO_SUCH_URL, which is not set"):
        settings('curl "$NO_SUCH_URL"')


# -- what is extracted -------------------------------------------------------------------------------------------------

PLACES = {
    CHAT: ("https://api.openai.com/v1", "openai", "", ""),
    "https://api.openai.com/v1/models": ("https://api.openai.com/v1", "openai", "", ""),
    "https://api.openai.com/v1/responses": ("https://api.openai.com/v1", "responses", "", ""),
    "https://api.anthropic.com/v1/messages": ("https://api.anthropic.com", "anthropic", "", ""),
    "https://relay.example/anthropic/v1/messages?beta=true": ("https://relay.example/anthropic", "anthropic", "", ""),
    "https://open.bigmodel.cn/api/paas/v4/chat/completions": ("https://open.bigmodel.cn/api/paas/v4", "openai", "", ""),
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse": (
        *("https://generativelanguage.googleapis.com", "gemini", "gemini-2.5-flash", "v1beta"),
    ),
    "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions": (
        *("https://generativelanguage.googleapis.com/v1beta/openai", "openai", "", ""),
    ),
    "https://x.openai.azure.com/openai/deployments/my%20one/chat/completions?api-version=2024-10-21": (
        *("https://x.openai.azure.com", "azure", "my one", "2024-10-21"),
    ),
    "https://x.openai.azure.com/openai/v1/chat/completions": ("https://x.openai.azure.com/openai/v1", "openai", "", ""),
    "http://localhost:11434/api/chat": ("http://localhost:11434", "ollama", "", ""),
    "https://relay.example": ("https://relay.example", "auto", "", ""),
    "api.openai.com/v1/chat/completions": ("api.openai.com/v1", "openai", "", ""),
    "https://relay.example/v1/chat/completions/": ("https://relay.example/v1", "openai", "", ""),
}


@pytest.mark.parametrize("url", PLACES)
def test_the_address_is_taken_apart(url: str) -> None:
    found = parse_endpoint_url(url)
    assert (found.base_url, found.protocol, found.model, found.version) == PLACES[url]


def test_an_endpoint_is_no_flaw() -> None:
    from probes.urls.url_flaws import examine_url

    for url, (_, protocol, _, _) in PLACES.items():
        flaws = {flaw.kind for flaw in examine_url(parse_endpoint_url(url).base_url, protocol).flaws}
        assert not flaws - {"scheme_missing"}, url


HEADERS = {
    f"-H 'Authorization: Bearer {KEY}'": Auth.BEARER,
    f"-H 'x-api-key: {KEY}'": Auth.X_API_KEY,
    f"-H 'api-key:{KEY}'": Auth.API_KEY,
    f"-H 'X-Goog-Api-Key: {KEY}'": Auth.X_GOOG_API_KEY,
    f"-u :{KEY}": Auth.BEARER,
    f"--user {KEY}:": Auth.BEARER,
}


@pytest.mark.parametrize("option", HEADERS)
def test_how_the_key_travels(option: str) -> None:
    assert held(f"curl {CHAT} {option}")[2:4] == (HEADERS[option].value, KEY)


def test_a_key_in_the_query() -> None:
    base = "https://generativelanguage.googleapis.com"
    url = f"{base}/v1beta/models/gemini-2.5-flash:generateContent"
    for query in (f"?key={KEY}", f"?key={KEY}&alt=sse", f"?alt=sse&key={KEY}"):
        assert held(f"curl '{url}{query}'") == (base, "gemini", "query", KEY, "gemini-2.5-flash")
    assert held(f"curl '{base}/v1beta/models?key={KEY}'")[:4] == (base, "gemini", "query", KEY)


def test_a_list_of_models_is_its_protocols() -> None:
    text = f"curl https://relay.example/v1/models -H 'anthropic-version: 2023-06-01' -H 'x-api-key: {KEY}'"
    assert held(text)[:3] == ("https://relay.example", "anthropic", "x-api-key")
    version = settings(text).api_version
    assert version is not None and version.value == "2023-06-01"


def test_proxies_limits_and_addresses() -> None:
    text = f"curl -x proxy:8080 -U me:p@ss --noproxy '*.local' -m 2.5 --resolve '*:443:127.0.0.1' {CHAT}"
    found = settings(text + " --connect-to ::[::1]:8443")
    assert found.proxies.https is not None and found.proxies.https.value == "http://me:p%40ss@proxy:8080"
    assert found.proxies.no_proxy is not None and found.proxies.no_proxy.value == "*.local"
    assert found.limits.probe == 2.5
    assert found.connect_to == (
        ConnectTo("", 443, "127.0.0.1", 0, SOURCE),
        ConnectTo("", 0, "::1", 8443, SOURCE),
    )
    assert settings(f"curl --socks5-hostname 127.0.0.1 {CHAT}").proxies.http is not None
    assert settings(f"curl -x '' {CHAT}").proxies.http is None
    assert settings(text, timeout=4.0).limits.probe == 4.0
    assert settings(text, no_proxy=True).proxies.http is None
    model = settings(WRITTEN["sh"], model="other").model
    assert model is not None and model.value == "other"


NOTES = {
    f"curl -k {CHAT}": "insecure",
    f"curl {CHAT} -d @body.json": "file",
    f"curl {CHAT} -H @headers.txt": "file",
    f"curl {CHAT} -H 'Host: other.example'": "headers",
    f"curl {CHAT} --cert me.pem": "options",
    f"curl {CHAT} -H 'Authorization: {KEY}'": "no_bearer",
    f"curl {CHAT} -u me:secret": "basic",
    f"curl {CHAT} -H 'api-key: a' -H 'x-api-key: b'": "credentials",
    f"curl {CHAT} -d 'model=x'": "body",
    f"curl {CHAT}; curl https://b.example": "several",
    f"curl {CHAT} --resolve nonsense": "unreadable",
}


@pytest.mark.parametrize("text", NOTES)
def test_notes_are_given(text: str) -> None:
    assert NOTES[text] in notes(text)


def test_every_note_has_words() -> None:
    for kind in {*NOTES.values(), "note"}:
        for lang in LANGS:
            assert phrase(f"curl.{kind}", lang, {"names": "-d"})


def test_a_sound_command_needs_no_note() -> None:
    assert not {name for name, text in WRITTEN.items() if notes(text)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no curl command"),
        ("wget https://api.openai.com", "holds no curl command"),
        ("curl -sS -H 'a: b'", "names no address"),
        (f"curl {CHAT} -H 'Authorization: Bearer {KEY}", "never closed"),
        (f'curl {CHAT} -H "Authorization: Bearer {KEY}', "never closed"),
        (f"curl {CHAT} -H $'Authorization: Bearer {KEY}", "never closed"),
        ("Invoke-RestMethod -Uri https://api.openai.com/v1", "PowerShell's own"),
    ],
)
def test_bad_input_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        settings(text)
    assert KEY[8 : 8 + WINDOW] not in str(caught.value)


# -- any text ----------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *("curl", "curl.exe", " ", " ", " ", "\n", "\\\n", "^\n", "`\n", "'", '"', "$'", "\\", "^", "`", "$", "%"),
        *("-H", "-d", "-u", "-x", "-XPOST", "--json", "--resolve", "--next", "--", "-", "@", "@-", "<<EOF\n", "EOF"),
        *("Authorization: Bearer ", "api-key: ", KEY, "$OPENAI_API_KEY", "%OPENAI_API_KEY%", "$env:OPENAI_API_KEY"),
        *(CHAT, "?key=", "https://", "{", "}", '"model"', ":", ";", "|", "&", "#", "=", "\u2019", "\0", "\ud800"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=200).map("curl ".__add__))


@given(TEXTS)
def test_no_text_breaks_it_and_no_error_holds_the_key(text: str) -> None:
    try:
        found, given_notes = read(text, Options(), ENVIRONMENT, Path("/"))
    except BadInput as error:
        said = str(error)
        assert said.endswith(".") and "\n" not in said
    else:
        assert found.base_url is not None
        said = " ".join(note.names for note in given_notes)
    body = KEY[8:]
    assert not any(body[at : at + WINDOW] in said for at in range(len(body) - WINDOW + 1))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=1, max_size=6))
def test_quoting_comes_back(words: list[str]) -> None:
    """Our reader splits what shlex quotes into the same words."""
    import shlex

    line = "curl " + " ".join(shlex.quote(word) for word in words)
    if dialect(line) != "sh" or "\r\n" in line:
        return
    (statement,) = split(line, {})
    assert [word.text for word in statement.words[1:]] == words


@given(st.lists(st.text(st.characters(min_codepoint=32, codec="ascii")), min_size=1, max_size=5))
def test_windows_arguments_come_back(words: list[str]) -> None:
    """What Python quotes for Windows' own argument parsing, our reader splits correctly after a cmd line continuation."""
    from subprocess import list2cmdline

    line = list2cmdline(words)
    carets = "".join(f"^{sign}" if sign in '^"&|<>()!' else sign for sign in line)
    if "%" in line:
        return
    (statement,) = split(f"curl ^\n {carets}", {})
    assert [word.text for word in statement.words[1:]] == words


@given(TEXTS)
def test_splitting_ends(text: str) -> None:
    try:
        statements = split(text, ENVIRONMENT)
    except ShellError as error:
        assert error.quote in ("'", '"', "$'")
    else:
        assert all(statement.words for statement in statements)


def test_a_command_is_not_shown() -> None:
    assert KEY not in repr(parse(WRITTEN["sh"], ENVIRONMENT))
    assert CurlNote("file", "-d").names == "-d"


# -- with the real command ---------------------------------------------------------------------------------------------


def _check(text: str, key: str, *options: str) -> tuple[int, dict[str, Any], str]:
    ran = subprocess.run(
        [sys.executable, "-m", "diagnose", "check", "--lang", "en", "--json", *options, "--curl", text],
        input=text,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "RELAY_KEY": key, "PYTHONUTF8": "1"},
        timeout=60,
    )
    assert "Traceback" not in ran.stderr and key[3 : 3 + WINDOW] not in ran.stdout + ran.stderr
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else {}, ran.stderr


def test_the_style_of_the_command_is_the_given_one() -> None:
    key = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
    with PracticeDoor(b.openai(key, auth=("api-key",))) as door:
        command = f'curl {door.url}/v1/chat/completions -d \'{{"model":"gpt-5-nano"}}\' -H '
        status, report, _ = _check(f'{command}"api-key: $RELAY_KEY"', key)
        assert (status, report["root_cause"], report["proven"]["key"]) == (1, "settings.project_override", None)
        status, report, _ = _check(f'{command}"api-key: $RELAY_KEY"', key, "--send-anyway")
        assert (status, report["verdict"], report["settings"]["auth"]) == (0, "degraded", "api-key")
        assert report["target"]["sources"]["key"] == "environment RELAY_KEY"
        status, report, _ = _check(f'{command}"Authorization: Bearer $RELAY_KEY"', key, "--send-anyway")
        assert (status, report["root_cause"], report["settings"]["auth"]) == (1, "auth.header_style", "api-key")
    with PracticeDoor(b.anthropic(key, auth=("x-api-key",), versions=("2023-06-01",))) as door:
        command = f"curl {door.url}/v1/messages -H 'anthropic-version: 2023-06-01' -H 'x-api-key: {key}' -k"
        status, report, output = _check(command, key, "--no-spend")
        assert status in (0, 3) and not report["findings"] and report["target"]["protocol"] == "anthropic"
        assert "does not verify" in output


def test_the_command_from_standard_input_and_what_does_not_go_together() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", "check", "--curl", "-", "--offline", "--json"],
        input="curl https://relay.example/v1/models",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert json.loads(done.stdout)["target"]["base_url"] == "https://relay.example/v1"
    status, _, output = _check("curl https://relay.example/v1", KEY, "--base-url", "https://relay.example")
    assert status == 2 and "leave out" in output
    status, _, output = _check("curl 'https://relay.example/v1", KEY)
    assert status == 2 and "never closed" in output
