"""curl itself: what it sends for a command line, and what llmdoctor reads from the same line."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from probes.demo_server import practice_doors
from probes.demo_server.server import PracticeDoor
from probes.model.attempt import Auth
from probes.model.record import replace
from probes.pasted.curl_command import parse
from probes.pasted.curl_settings import read
from probes.pasted.endpoint_urls import parse_endpoint_url
from probes.pasted.shell_words import split
from probes.protocols.protocol import auth_headers, wire
from probes.settings.gather import Options

pytestmark = pytest.mark.real
KEY = "sk-proj-Zq7Xw2Lm9Rt4Bn6Vc8Kd1Hf3Gs5Jp0Yy"
BODY = '{"model": "gpt-5-nano", "messages": [{"role": "user", "content": "Say \\"OK\\", it\'s $5 & `fine` ^ %PATH%"}]}'
LINES = [
    """curl {url}/v1/chat/completions -H "Authorization: Bearer $K" -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -H "Authorization: Bearer ${K}" -d "{\\"model\\":\\"m\\"}" """,
    """curl {url}/v1/chat/completions \\\n  -H 'Content-Type: application/json' \\\n  -H "Authorization: Bearer $K" \\\n  --json '{"model":"m"}'""",
    """curl -sSXPOST {url}/v1/chat/completions -H"Authorization: Bearer $K" --data-raw $'{"model":"m","a":"it\\'s \\u0021\\x41\\n"}' --compressed""",
    """curl --url {url}/v1/chat/completions --header "authorization:Bearer $K" --data-binary @- <<'EOF'\n{"model": "m", "a": "don't"}\nEOF""",
    """curl {url}/v1/chat/completions -H "Authorization: Bearer $K" -d @- <<EOF\n{"model": "m"}\nEOF""",
    """curl {url}/v1/models -H "Authorization: Bearer $K" # a comment with 'one quote""",
    """curl -G {url}/v1/models -H "Authorization: Bearer $K" """,
    """curl -I {url}/v1/models -H "Authorization: Bearer $K" """,
    """curl {url}/v1/messages -H "x-api-key: $K" -H 'anthropic-version: 2023-06-01' -d '{"model":"m"}'""",
    """curl {url}/anthropic/v1/messages -H "x-api-key:   $K  " -H 'anthropic-version: 2023-06-01' --json '{"model":"m"}'""",
    """curl {url}/v1/models -H 'anthropic-version: 2023-06-01' -H "x-api-key: $K" """,
    """curl "{url}/v1beta/models/m:generateContent?key=$K" -d '{}'""",
    """curl "{url}/v1beta/models/m:generateContent" -H "x-goog-api-key: $K" -d '{}'""",
    """curl "{url}/openai/deployments/m/chat/completions?api-version=2024-10-21" -H "api-key: $K" -d '{"messages":[]}'""",
    """curl {url}/v1/responses --oauth2-bearer $K --json '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -u "$K:" -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -H "Authorization: Bearer $NOT_SET" -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -H 'Authorization: Bearer $K' -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -H "Authorization: Bearer  $K" -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -H "Authorization: Bearer \\"$K\\"" -d '{"model":"m"}'""",
    """curl {url}/api/chat -d '{"model":"m"}'""",
    """curl http://relay.example/v1/chat/completions --connect-to relay.example:80:127.0.0.1:{port} -H "Authorization: Bearer $K" -d '{"model":"m"}'""",
    """curl http://relay.example:{port}/v1/chat/completions --resolve 'relay.example:{port}:127.0.0.1' -H "Authorization: Bearer $K" -d '{"model":"m"}'""",
    """curl http://relay.example/v1/chat/completions -x 127.0.0.1:{port} -H "Authorization: Bearer $K" -d '{"model":"m"}'""",
    """X=1 curl -s -- {url}/v1/chat/completions; curl {url}/second""",
    """export W=$K; curl {url}/v1/chat/completions -H "Authorization: Bearer $W" -d '{"model":"m"}' 2>/dev/null | cat""",
    """curl {url}/v1/chat/completions -H 'Authorization:' -H 'X-Empty;' -H "api-key: $K" -d '{"model":"m"}'""",
    """curl {url}/v1/chat/completions -d a=1 -d b=2 -H "Authorization: Bearer $K" """,
    """curl -X PUT {url}/v1/chat/completions -d '' -H "Authorization: Bearer $K" """,
]


@pytest.fixture(scope="module")
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(practice_doors.openai()) as found:
        yield found


def _header(name: str, headers: object) -> str | None:
    assert isinstance(headers, list | tuple)
    return next((value for one, value in headers if one.lower() == name), None)


@pytest.mark.parametrize("line", LINES)
def test_what_curl_sends(line: str, door: PracticeDoor, installed: Callable[[str, str], str], tmp_path: Path) -> None:
    installed("curl", "curl")
    environ = {"K": KEY, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    line = line.replace("{url}", door.url).replace("{port}", str(door.port))
    seen = len(door.requests)
    subprocess.run(["bash", "-c", line], env=environ, cwd=tmp_path, capture_output=True, timeout=30, check=False)
    sent = door.requests[seen]
    path = sent.target.partition("://")[2].partition("/")[2].join(("/", "")) if "://" in sent.target else sent.target

    command = parse(line, environ)
    assert command.method == sent.method
    ours = command.url.text.partition("://")[2]
    assert ours[ours.index("/") :] == path
    if sent.method != "HEAD":
        assert command.body.strip("\n ") == sent.body.decode().strip("\n ") or "@-" in line

    settings, notes = read(line, Options(), environ, tmp_path)
    key = settings.key.value.reveal() if settings.key else ""
    auth = settings.auth.value if settings.auth else Auth.NONE
    if auth is Auth.QUERY:
        assert parse_qs(sent.target.partition("?")[2])["key"] == [key]
    elif "basic" in {note.kind for note in notes}:
        said = _header("authorization", sent.headers) or ""
        assert base64.b64decode(said.removeprefix("Basic ")).decode().strip(":") == key
    elif key:
        ((name, value),) = auth_headers(auth, key)
        assert _header(name.lower(), sent.headers) == value
    else:
        assert (_header("authorization", sent.headers) or "Bearer") == "Bearer"

    where = parse_endpoint_url(command.url.text, {name for name, _ in command.headers})
    if sent.method == "POST":  # the check sends its request to the same path
        protocol = wire(where.protocol)
        attempt = protocol.attempt(where.base_url)
        attempt = replace(attempt, version=where.version or attempt.version)
        model = settings.model.value if settings.model else "m"
        ask = protocol.generation(attempt, model, stream=False, adapted=())
        assert (where.base_url + ask.path).partition("?")[0] == command.url.text.partition("?")[0]


@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_other_shells_words_mean_the_same_to_curl(
    shell: str, door: PracticeDoor, installed: Callable[[str, str], str]
) -> None:
    """The arguments that llmdoctor splits, passed to curl unchanged: the body arrives as the author meant it."""
    curl = installed("curl", "curl")
    carets = "".join(f"^{sign}" if sign in '^"&|<>()%' else sign for sign in subprocess.list2cmdline([BODY]))
    quoted = {"cmd": carets, "powershell": "'" + BODY.replace("'", "''") + "'"}[shell]
    mark = {"cmd": "^", "powershell": "`"}[shell]
    line = f'curl "{door.url}/v1/chat/completions" {mark}\n  -H "Authorization: Bearer {KEY}" {mark}\n  -d {quoted}'
    (statement,) = split(line, {})
    seen = len(door.requests)
    subprocess.run([curl, *(word.text for word in statement.words[1:])], capture_output=True, timeout=30, check=True)
    sent = door.requests[seen]
    assert sent.body.decode() == BODY
    assert _header("authorization", sent.headers) == f"Bearer {KEY}"
