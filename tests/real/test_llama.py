"""llama.cpp's server with a tiny model of random weights: it checks keys of its own, or takes any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
MODEL = "practice-tiny"
PROGRAM = Path(__file__).with_name("llama_server.py")


@dataclass(frozen=True)
class Scene:
    """The address of a server that takes any key, and of one that wants a key."""

    open: str
    locked: str


@pytest.fixture(scope="module")
def llama(
    fetched: Callable[[str, str, str], Path],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    python = fetched(
        "LLMDOCTOR_LLAMA",
        "servers/llama/bin/python",
        "llama.cpp's server comes from PyPI (python3 -m venv .cache/servers/llama; "
        ".cache/servers/llama/bin/pip install xllamacpp gguf)",
    )
    with ExitStack() as stack:
        urls = []
        for wanted in ("", key):
            folder, port = tmp_path_factory.mktemp("llama"), free_port()
            stack.enter_context(serving([python, PROGRAM, str(port), folder / "tiny.gguf", wanted], port, folder))
            urls.append(f"http://localhost:{port}")
        yield Scene(*urls)


@pytest.mark.parametrize("path", ["/v1", "/v1/", ""])  # it serves its API at the root, too
def test_sound_settings(llama: Scene, key: str, diagnose: Diagnose, path: str) -> None:
    report = diagnose(llama.locked + path, key, MODEL)
    assert report["verdict"] == "healthy"
    assert report["proven"]["answer"] and report["proven"]["stream"]


@pytest.mark.parametrize("any_key", ["EMPTY", "none", "sk-no-key-required", "xxx"])
def test_a_key_that_means_none(llama: Scene, diagnose: Diagnose, any_key: str) -> None:
    assert diagnose(f"{llama.open}/v1", any_key, MODEL)["verdict"] == "healthy"


def test_sound_settings_for_anthropic(llama: Scene, key: str, diagnose: Diagnose) -> None:
    assert diagnose(llama.locked, key, MODEL, protocol="anthropic")["verdict"] == "healthy"


@pytest.mark.parametrize(("protocol", "path"), [("openai", "/v1"), ("anthropic", "")])
def test_a_key_that_it_does_not_know(
    llama: Scene, wrong_key: str, diagnose: Diagnose, protocol: str, path: str
) -> None:
    report = diagnose(llama.locked + path, wrong_key, MODEL, protocol=protocol)
    assert (report["root_cause"], report["proven"]["key"]) == ("auth.rejected", False)


def test_no_key(llama: Scene, diagnose: Diagnose) -> None:
    assert diagnose(f"{llama.locked}/v1", "", MODEL)["root_cause"] == "settings.missing_key"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/v1", "url.version_doubled"),
        ("/v1/chat/completions", "url.endpoint_included"),
        ("/chat/completions", "url.endpoint_included"),
        ("/completion", "url.endpoint_included"),  # its own endpoint
        ("/api/v1", "url.path_wrong"),
    ],
)
def test_a_path_that_it_does_not_serve(llama: Scene, key: str, diagnose: Diagnose, path: str, code: str) -> None:
    report = diagnose(llama.locked + path, key, MODEL)
    assert report["root_cause"] == code
    assert report["findings"][0]["fixes"][0]["verified"]


def test_a_gemini_client_at_it(llama: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(llama.locked, key, MODEL, protocol="gemini", differs="the SDKs here speak no Gemini")
    assert report["root_cause"] == "shape.wrong_protocol"


def test_https_to_its_plain_port(llama: Scene, key: str, diagnose: Diagnose) -> None:
    url = llama.locked.replace("http:", "https:")
    assert diagnose(f"{url}/v1", key, MODEL, "--timeout", "3")["root_cause"] == "tls.not_tls"  # it stays silent
