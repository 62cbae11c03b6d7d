"""Run every command, format and page in one language, and print their outputs as JSON: ``every_command.py LANG
FOLDER``.

This is a separate program, so that a test can run it against a copy of the package that has another language.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from diagnose.cli import program
from diagnose.formats import FORMATS
from diagnose.tables.comparison import FORMATS as COMPARISONS
from probes.demo_server import capable_doors
from probes.demo_server import practice_doors as b
from probes.demo_server.capable_doors import FeatureBehaviour
from probes.demo_server.scenarios import FAULTS
from probes.demo_server.server import PracticeDoor

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
OTHER = "sk-ant-api03-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
TRUST = ([], ["--list"], [], ["--revoke"], ["--revoke"], ["--list"])
SLOW = ("timeout", "stream-stalled", "stream-buffered")
ODD_KEYS = (
    *("", "https://api.openai.com/v1", "$OPENAI_API_KEY", "ollama", "sk-your-key-here", "sk-ab•••••yz", "sk-a…9fQ2"),
    *("Bearer " + KEY, "OPENAI_API_KEY=" + KEY, KEY + "," + KEY, KEY + "，", KEY + "\x1b", "sk-abcxxxxxxxxxxyz"),
    *("sk-ant-admin01-Qm7xT2bW9zLk4RvY", "org-Qm7xT2bW9zLk4RvYQm7xT2bW", "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18"),
    *("sk-ant-api03-Qm7x", "0123456789abcdef0123456789abcdef", "sk-0123456789abcdef0123456789abcdef", "hello there"),
)
ODD_URLS = (
    *("api.openai.com/v1", "htps://api.openai.com/v1", "https://https://api.openai.com/v1", "https://{host}/v1"),
    *("https://api.openai.com/v1/chat/completions", "https://api.openai.com//v1", "https://api.openai.com/v1#x"),
    *("https://api.openai.com/v1?a=b", "https://u:p@api.openai.com/v1", "https://api.openai.com:99999/v1", "http:///"),
    *("https://api.openai.com/v1/v1", "https://-/v1", "https://api.openai.com/v1，", "https://api.opnai.com/v1"),
)


def called(words: list[str], lang: str, stdin: str = "", **environ: str) -> dict[str, object]:
    """Return the output of a command; for a crash, the type of its exception."""
    env = {"LC_ALL": f"{lang}_XX.UTF-8", "COLUMNS": "400", "DOOR_KEY": KEY, "WRONG_KEY": OTHER, **environ}
    done = CliRunner().invoke(program, words, input=stdin, env=env, prog_name="llmdoctor")
    crash = done.exception if done.exception is not None and not isinstance(done.exception, SystemExit) else None
    return {"status": done.exit_code, "out": done.stdout, "err": done.stderr, "crash": repr(crash) if crash else ""}


def commands(folder: Path, url: str) -> Iterator[tuple[str, list[str], str]]:
    """Yield the name, the arguments and the standard input of each call."""
    yield from (
        (f"check {fmt}", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--format", fmt], "") for fmt in FORMATS
    )
    yield from ((f"demo {name}", ["demo", name], "") for name in FAULTS if name not in SLOW)
    yield from ((f"broken {fmt}", ["demo", "wrong-door", "--format", fmt], "") for fmt in FORMATS)
    yield "demo --list", ["demo", "--list"], ""
    for fmt in ("text", "json", "html", "markdown"):
        yield f"deep {fmt}", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--deep", "--format", fmt], ""
    for name, more in {"plan": [], "deep plan": ["--deep"], "offline plan": ["--offline"]}.items():
        yield name, ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--plan", *more], ""
    yield "withheld plan", ["check", "https://api.openai.com/v1", "--key-env", "WRONG_KEY", "--plan"], ""
    yield "plain plan", ["check", "http://relay.example/v1", "--key-env", "DOOR_KEY", "--plan"], ""
    yield "offline", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--offline"], ""
    yield "no spend", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--no-spend"], ""
    yield "slo", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--slo", "ttft=1ms,cert=9d"], ""
    yield "retries", ["check", "http://127.0.0.1:1/v1", "--key-env", "DOOR_KEY", "--retries", "1"], ""
    yield "curl", ["check", "--curl", f"curl -k {url}/v1/chat/completions -H 'Authorization: Bearer {KEY}' -F a=b"], ""
    yield "key option", ["check", f"{url}/v1", "--key", KEY, "--offline"], ""
    yield "fix", ["check", f"{url}", "--key-env", "DOOR_KEY", "--fix", "--yes"], ""
    for number, key in enumerate(ODD_KEYS):
        yield f"odd key {number}", ["check", "https://api.openai.com/v1", "--offline", "--key-stdin"], key
        yield f"whose {number}", ["whose"], key or OTHER
    for number, odd in enumerate(ODD_URLS):
        yield f"odd url {number}", ["check", odd, "--offline", "--key-env", "DOOR_KEY"], ""
    for number, proxy in enumerate(
        ("http://p :1", "http://p:x", "http://p:99999", "http://:1", "http://[p:1", "ftp://p:1")
    ):
        yield f"odd proxy {number}", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--offline", "--proxy", proxy], ""
    for protocol in ("anthropic", "gemini", "azure"):
        odd = ["check", f"{url}/v1/v1beta/openai", "--protocol", protocol, "--key-env", "DOOR_KEY", "--offline"]
        yield f"added {protocol}", odd, ""
    yield "whose json", ["whose", "--json"], OTHER
    yield "doors", ["doors"], ""
    yield from (
        (f"doors {name}", ["doors", name], "") for name in ("openai", "ollama", "litellm-proxy", "minimax-intl")
    )
    yield "apps", ["apps"], ""
    yield from ((f"apps {name}", ["apps", name], "") for name in ("openai-sdk", "cursor", "claude-code", "open-webui"))
    yield "explain code", ["explain", "key.wrong_door"], ""
    yield "explain json", ["explain", "key.wrong_door", "--json"], ""
    yield "explain near", ["explain", "key.wrong_dor"], ""
    yield "explain text", ["explain", "-"], "HTTP 401 invalid_api_key model_not_found"
    yield "explain nothing", ["explain", "XYZZY PLUGH"], ""
    yield "snippet", ["snippet", f"{url}/v1", "--key-env", "DOOR_KEY", "--app", "curl"], ""
    yield "snippet all", ["snippet", f"{url}/v1", "--key-env", "DOOR_KEY", "--model", "gpt-5-nano"], ""
    yield "snippet offline", ["snippet", f"{url}/v1", "--key-env", "DOOR_KEY", "--offline"], ""
    yield "snippet nothing", ["snippet", "http://127.0.0.1:1/v1", "--key-env", "DOOR_KEY"], ""
    yield "saving", ["check", f"{url}/v1", "--key-env", "DOOR_KEY", "--save", str(folder / "good.json")], ""
    yield "saving bad", ["check", f"{url}/v1", "--key-env", "WRONG_KEY", "--save", str(folder / "bad.json")], ""
    yield "judge", ["judge", str(folder / "bad.json")], ""
    support = ["bundle", f"{url}/v1", "--key-env", "DOOR_KEY", "--yes", "-o", str(folder / "support.json")]
    yield "bundle", support, ""
    yield "bundle without hosts", [*support, "--force", "--redact-hosts", "-v"], ""
    yield "judge a bundle", ["judge", str(folder / "support.json")], ""
    for fmt in COMPARISONS:
        yield f"compare {fmt}", ["compare", str(folder / "good.json"), str(folder / "bad.json"), "--format", fmt], ""
    yield "compare same", ["compare", str(folder / "bad.json"), str(folder / "bad.json")], ""
    yield from ((f"scan {option}", ["scan", option], "") for option in ("--list", "--json", "--strict"))
    for fmt in FORMATS:
        limits = ["--slo", "working=90%", "--retries", "1"]
        yield f"fleet {fmt}", ["fleet", str(folder / "fleet.csv"), "--format", fmt, *limits], ""
    yield from ((f"trust {number}", ["trust", *words], "") for number, words in enumerate(TRUST))
    yield "hook", ["hook", str(folder / "wrong.env")], ""
    yield "init", ["init", "--env-file", str(folder / "wrong.env"), "-o", str(folder / "made.toml")], ""
    yield "docs", ["docs", "--write", str(folder / "docs")], ""


def pages(lang: str, url: str) -> Iterator[tuple[str, str]]:
    """Yield the served pages."""
    from starlette.testclient import TestClient

    from diagnose.serve.web_app import ServeOptions, ServerState

    server = ServerState(ServeOptions(token="a-token"))
    with TestClient(server.app, base_url="http://127.0.0.1:9115", headers={"Authorization": "Bearer a-token"}) as page:
        form = {"base_url": f"{url}/v1", "key": KEY, "lang": lang}
        yield "page /", page.get(f"/?lang={lang}").text
        yield "page /explain", page.get(f"/explain?lang={lang}").text
        yield "page /login", page.get("/login", headers={"Accept-Language": lang}).text
        yield "page bad login", page.post("/login", data={"token": "x", "lang": lang}).text
        yield "page check", page.post("/check", data=form).text
        yield "page live", page.post("/check", data=form, headers={"Accept": "text/event-stream"}).text
        yield "page no address", page.post("/check", data={"key": KEY, "lang": lang}).text
        yield "page explained", page.post("/explain", data={"text": "HTTP 401 invalid_api_key", "lang": lang}).text
        yield "page nothing", page.post("/explain", data={"text": "XYZZY", "lang": lang}).text


def main(lang: str, folder: Path) -> dict[str, dict[str, object]]:
    """Return every output by its name."""
    (folder / "docs").mkdir()
    (folder / "wrong.env").write_text(f"OPENAI_BASE_URL=https://api.openai.com/v1\nOPENAI_API_KEY={OTHER}\n", "utf-8")
    os.chdir(folder)
    found: dict[str, dict[str, object]] = {}
    manners = FeatureBehaviour(tools="text")
    with PracticeDoor(b.openai(KEY)) as door, PracticeDoor(capable_doors.openai(KEY, manners=manners)) as deep:
        rows = f"name,base_url,key_env\ngood,{door.url}/v1,DOOR_KEY\nbad,{door.url}/v1,WRONG_KEY\n"
        (folder / "fleet.csv").write_text(rows, "utf-8")
        (folder / ".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\nOPENAI_API_KEY={OTHER}\n", "utf-8")
        for name, words, stdin in commands(folder, door.url):
            if name.startswith("deep") and "--plan" not in words:
                words = [deep.url + "/v1" if one.startswith(door.url) else one for one in words]
            found[name] = called(words, lang, stdin, HOME=str(folder), USERPROFILE=str(folder))
        for name, text in pages(lang, door.url):
            found[name] = {"status": 0, "out": text, "err": "", "crash": ""}
    for page in sorted((folder / "docs").glob(f"findings.{lang}.md")):
        found[f"docs {page.name}"] = {"status": 0, "out": page.read_text("utf-8"), "err": "", "crash": ""}
    return found


if __name__ == "__main__":
    json.dump(main(sys.argv[1], Path(sys.argv[2])), sys.stdout)
