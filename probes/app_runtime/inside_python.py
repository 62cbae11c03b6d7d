"""The script that runs inside the app's own Python. It is handed over as text and imports the standard library alone.

It must run on every Python 3.6 and newer, so it uses no newer syntax. It gets ``wish``, a dictionary, and writes one
line to standard output: ``wish["mark"]`` and a JSON document in ASCII. The key is in ``wish``, which came by standard
input; neither the arguments nor the environment hold it.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict, List  # noqa: UP035  Python 3.6 has no other names for them

PACKAGES = (
    *("openai", "anthropic", "google-genai", "mistralai", "groq", "litellm", "llm", "aider-chat", "shell-gpt"),
    *("langchain-openai", "langchain-anthropic", "langchain-core", "llama-index-llms-openai", "pydantic-ai-slim"),
    *("httpx", "httpx2", "httpcore", "httpcore2", "h11", "anyio", "certifi", "truststore", "socksio"),
    *("pydantic", "pydantic-core", "typing-extensions", "jiter", "requests", "urllib3", "aiohttp", "typer", "click"),
    "pip",
)
ROOTS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
TEXT = 600  # characters of an exception's text
CHAIN = 6  # exceptions, each the cause of the one before
STRICT = 0x20  # ssl.VERIFY_X509_STRICT, which Python 3.13 and newer set for every context


def packages() -> Dict[str, str]:  # noqa: UP006
    """Return the versions of the installed packages that matter here, by name."""
    found = {}  # type: Dict[str, str]
    try:
        from importlib.metadata import version  # Python 3.8
    except ImportError:
        return found
    for name in PACKAGES:
        try:
            found[name] = str(version(name))
        except Exception:  # noqa: S112  not installed, or its description is damaged
            continue
    return found


def roots() -> List[Dict[str, str]]:  # noqa: UP006
    """Return the variables that name root certificates, and what is at each place."""
    found = []
    for name in ROOTS:
        place = os.environ.get(name, "")
        if place:
            kind = "file" if Path(place).is_file() else "folder" if Path(place).is_dir() else "missing"
            found.append({"name": name, "value": place, "state": kind})
    return found


def proxies(host: str) -> Dict[str, Any]:  # noqa: UP006
    """Return the proxies as this Python reads them, without their passwords, and whether the host goes around them."""
    from urllib.request import getproxies, proxy_bypass

    found = {}
    for scheme, url in getproxies().items():
        if scheme != "no":
            way, mark, rest = str(url).rpartition("://")
            found[str(scheme)] = way + mark + rest.rpartition("@")[2]
    try:
        around = bool(host and proxy_bypass(host))
    except Exception:
        around = False
    return {"proxies": found, "around": around}


def chain(error: Any) -> List[Dict[str, Any]]:  # noqa: UP006
    """Return an exception and its causes, outermost first."""
    found = []  # type: List[Dict[str, Any]]
    seen = set()
    while error is not None and len(found) < CHAIN and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        status = getattr(error, "status_code", None)
        found.append(
            {
                "type": kind.__module__ + "." + kind.__qualname__,
                "text": str(error)[:TEXT],
                "code": str(getattr(error, "verify_message", "") or "")[:100],
                "status": status if isinstance(status, int) else 0,
            }
        )
        error = error.__cause__ or error.__context__
    return found


def client_of(wish: Dict[str, Any], call: Dict[str, Any]) -> Any:  # noqa: UP006
    """Import the SDK of the protocol and make its client. Return a function that makes the one call."""
    common = {"base_url": wish["base_url"], "max_retries": 0, "timeout": wish["timeout"]}
    if wish["headers"]:
        common["default_headers"] = dict(wish["headers"])
    call["stage"] = "import"
    body = dict(wish["body"])
    if call["sdk"] == "anthropic":
        library = importlib.import_module("anthropic")
        call["stage"] = "create"
        name = "auth_token" if wish["auth"] == "bearer" else "api_key"
        client = library.Anthropic(**{name: wish["key"]}, **common)
        create = client.messages.create
        known = ["model", "max_tokens", "messages"]
    else:
        library = importlib.import_module("openai")
        call["stage"] = "create"
        client = library.OpenAI(api_key=wish["key"] or "none", **common)
        create = client.responses.create if wish["protocol"] == "responses" else client.chat.completions.create
        known = ["model", "input" if wish["protocol"] == "responses" else "messages"]
    stay_at_home(getattr(client, "_client", None))
    named = {name: body.pop(name) for name in known if name in body}
    body.pop("stream", None)
    return lambda: usage(create(extra_body=body, **named), call)


def stay_at_home(client: Any) -> None:
    """Let an httpx client follow no redirect to another origin: the key is for the host of the settings alone."""

    def check(answer: Any) -> None:
        if answer.has_redirect_location:
            here = answer.request.url
            there = here.join(answer.headers["location"])
            if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
                raise RuntimeError("redirected to another host, where the key does not go: " + there.host)

    hooks = getattr(client, "event_hooks", None)
    if hooks is not None:
        client.event_hooks = dict(hooks, response=[*hooks.get("response", []), check])


def usage(answer: Any, call: Dict[str, Any]) -> None:  # noqa: UP006
    """Note the tokens that the answer reports."""
    found = getattr(answer, "usage", None)
    for name, names in (
        ("prompt", ("prompt_tokens", "input_tokens")),
        ("completion", ("completion_tokens", "output_tokens")),
    ):
        call[name] = next(
            (value for value in (getattr(found, one, None) for one in names) if isinstance(value, int)), 0
        )


def with_httpx(wish: Dict[str, Any], call: Dict[str, Any]) -> Any:  # noqa: UP006
    """Make an httpx client as the SDKs do. Return a function that makes the one call."""
    call["stage"] = "import"
    library = importlib.import_module(call["sdk"])
    call["stage"] = "create"
    client = library.Client(timeout=wish["timeout"], follow_redirects=True)
    stay_at_home(client)

    def send() -> None:
        answer = client.post(wish["url"], headers=dict(wish["request_headers"]), json=wish["body"])
        call["status"] = answer.status_code
        answer.raise_for_status()

    return send


def sdk_of(wish: Dict[str, Any], installed: Dict[str, str]) -> str:  # noqa: UP006
    """Choose what makes the call: the protocol's SDK, else an httpx that is there; empty if there is neither."""
    wanted = {"openai": "openai", "responses": "openai", "anthropic": "anthropic"}.get(wish["protocol"], "")
    if wanted in installed:
        return wanted
    return next((one for one in ("httpx2", "httpx") if one in installed), "")


def make_call(wish: Dict[str, Any], sdk: str) -> Dict[str, Any]:  # noqa: UP006
    """Make the client and, if it is wished, the one call. Return what became of it."""
    call = {"sdk": sdk, "stage": "", "ok": False, "status": 0, "errors": []}  # type: Dict[str, Any]
    began = time.time()
    try:
        send = with_httpx(wish, call) if sdk in ("httpx", "httpx2") else client_of(wish, call)
        if wish["send"]:
            call["stage"] = "call"
            send()
        call["ok"] = True
    except BaseException as error:
        call["errors"] = chain(error)
        call["status"] = call["status"] or next((one["status"] for one in call["errors"] if one["status"]), 0)
    call["seconds"] = round(time.time() - began, 3)
    return call


def builds_help() -> List[Dict[str, Any]]:  # noqa: UP006
    """Let Typer print the help of a command with an option, and return the exceptions of that."""
    try:
        typer = importlib.import_module("typer")
        app = typer.Typer(add_completion=False)

        def command(word: str = typer.Option("a")) -> None:
            """Do nothing."""

        app.command()(command)
        made = typer.main.get_command(app)
        made.get_help(made.make_context("app", [], resilient_parsing=True))
    except Exception as error:
        return chain(error)
    return []


def report(wish: Dict[str, Any]) -> Dict[str, Any]:  # noqa: UP006
    """Return everything about this Python, with the call if one is wished."""
    import site

    if sys.prefix == sys.base_prefix:
        own = site.getusersitepackages()  # -I leaves it out, but an app without a virtual environment uses it
        if Path(own).is_dir() and own not in sys.path:
            sys.path.append(own)
    found = {"version": sys.version.split()[0], "prefix": sys.prefix}  # type: Dict[str, Any]
    installed = found["packages"] = packages()
    found["roots"] = roots()
    found.update(proxies(wish.get("host", "")))
    try:
        import ssl

        found["openssl"] = ssl.OPENSSL_VERSION
        found["strict"] = bool(ssl.create_default_context().verify_flags & STRICT)
    except Exception as error:  # no ssl module, or roots that cannot be read
        found["ssl_errors"] = chain(error)
    if "typer" in installed:
        found["help_errors"] = builds_help()
    sdk = sdk_of(wish, installed)
    if sdk:
        found["call"] = make_call(wish, sdk)
    return found


def main(wish: Dict[str, Any]) -> None:  # noqa: UP006
    """Write the report. What an SDK prints goes to standard error."""
    out = sys.stdout
    sys.stdout = sys.stderr
    out.write("\n" + wish["mark"] + json.dumps(report(wish)) + "\n")
    out.flush()
