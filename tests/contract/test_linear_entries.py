"""Each place where text enters takes linear time for hostile repetition: keys, URLs, pasted texts, files, responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from linear import grows_faster
from probes.config_formats.files import SkippedFile
from probes.config_formats.tree import Malformed
from probes.model.exchange import Purpose
from probes.model.secret import Secret
from probes.model.settings import BadInput
from probes.pasted.shell_words import ShellError
from worlds.made_exchanges import ANSWERED, altered

UNITS = (
    *(
        "[",
        "#",
        "{",
        '"',
        "'",
        "\\",
        " ",
        "-",
        "a",
        "0",
        "%",
        "<",
        "&",
        "\n",
        "/",
        "é",
        "`",
        "*",
        ".",
        "\x1b",
        "\u200b",
    ),
    *(
        "sk-",
        "Bearer ",
        "://",
        "${A",
        "$(",
        "x=",
        "a.",
        "[[",
        '{"a":',
        "data: ",
        "/v1",
        "a,",
        "|a ",
        "A=b\n",
        "/*",
        "'\\",
    ),
    *(
        "a: ",
        "- ",
        "<<A\n",
        "https://a ",
        "eyJ-",
        "%A%",
        "](",
        "&#",
        "401 ",
        "!b ",
        "a\r",
        "$$",
        "-H a:b ",
        "*a ",
        "&a ",
    ),
)
NOTICED = 0.1  # seconds: linear work on these sizes takes less, so that only what is slow is measured again
KEY = "sk-proj-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
Take = Callable[[str], object]


def _key(text: str) -> object:
    from probes.keys.flaws import examine_key
    from probes.keys.owner import fit, identify
    from probes.keys.plain_key import is_plain

    return (is_plain(text), examine_key(text, "openai"), examine_key(f"sk-{text}", "gemini"), identify(text)), fit(
        text, None, local=False
    )


def _url(text: str) -> object:
    from probes.urls.url_flaws import examine_url

    return [examine_url(f"{head}{text}", protocol) for head in ("", "https://h/") for protocol in ("auto", "gemini")]


def _url_of_apps(text: str) -> object:
    from probes.catalog import url_joining
    from probes.pasted.endpoint_urls import parse_endpoint_url

    joined = [getattr(url_joining, name) for name in vars(url_joining) if name in JOINERS]
    base = f"https://h/{text}"
    found = [join(base, "/chat/completions") for join in joined]
    return (
        found,
        [read(base) for read in (url_joining.httpx, url_joining.whatwg, url_joining.go)],
        parse_endpoint_url(base),
    )


JOINERS = frozenset(
    (
        *("append", "append_bare", "append_trimmed", "openai_python", "python", "openai_node", "node", "genai"),
        *("litellm_anthropic", "relative", "versioned", "unversioned", "nextchat", "chatbox", "chatbox_claude"),
        *("cherry", "cherry_elder", "vscode", "whole", "ollama"),
    )
)


def _pasted(text: str) -> object:
    from diagnose.answers.explain import explain
    from probes.pasted.pasted_text import read

    return explain(read(f"error: {text}"))


def _log(text: str) -> object:
    from probes.pasted.keys_in_text import find_keys, mask_keys

    return find_keys(text), mask_keys(text)


def _curl(head: str, text: str) -> object:
    from probes.pasted.curl_command import parse

    return parse(head + text, {"A": "b"})


def _curl_argument(text: str) -> object:
    from probes.pasted.curl_command import parse

    quoted = text.replace("'", "").replace("\\", "")
    return [
        parse(f"curl 'https://h/{quoted}'", {}),
        *(parse(f"curl https://h/v1 {name} '{quoted}'", {}) for name in ("-H", "-d", "-x", "-u", "--connect-to")),
    ]


def _file(read: Callable[[str], object], text: str) -> object:
    found = read(text)
    return list(found) if isinstance(found, Iterator) else found


def _readers() -> dict[str, Take]:
    from probes.config_formats import crushrc, dotenv, json, toml, yaml

    return {
        "env": lambda text: list(dotenv.dotenv(text)),
        "env value": lambda text: list(dotenv.dotenv(f"A={text}\nB=${{A}}")),
        "env quoted": lambda text: list(dotenv.dotenv(f'A="{text}')),
        "shell profile": lambda text: list(dotenv.posix(f"export A={text}")),
        "PowerShell profile": lambda text: list(dotenv.powershell(f"$env:A = {text}")),
        "json": json.read,
        "json text": lambda text: json.read(f'{{"a": "{text}"}}'),
        "json with comments": lambda text: json.read(text, "jsonc"),
        "json5": lambda text: json.read(text, "json5"),
        "toml": toml.read,
        "toml value": lambda text: toml.read(f"a = '''{text}'''"),
        "toml tables": lambda text: toml.read("".join(f"[a.b{n}]\n" for n in range(len(text) // 8))),
        "toml dots": lambda text: toml.read(f"a{'.a' * min(200, len(text) // 2)} = 1\n" * (len(text) // 400)),
        "yaml": yaml.read,
        "yaml value": lambda text: yaml.read(f"a: {text}"),
        "crushrc": crushrc.read,
        "crushrc line": lambda text: crushrc.read(f"provider add {text}"),
    }


def _edited(form: str, text: str) -> object:
    from probes.config_formats.edit import changed

    return changed(f"A={text}\n", form, 1, "b", "c")


def _reference(text: str) -> object:
    from probes.app_settings.references import STYLES, resolve

    return [resolve(text, (style,), lambda name: None, lambda path: None) for style in STYLES]


def _settings(folder: Path, text: str) -> object:
    from probes.settings import config_file

    path = folder / "llmdoctor.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    return config_file.read(path)


def _network_settings(text: str) -> object:
    from probes.settings.network_settings import connections
    from probes.settings.slo import parse
    from probes.urls.addresses import name_server
    from probes.urls.no_proxy import breaks, bypass
    from probes.urls.url import parse_url

    found: list[object] = [bypass(text, parse_url("https://h/v1")), breaks(text)]
    for take in (lambda: connections((text,)), lambda: parse(text), lambda: name_server(text)):
        with suppress(BadInput, ValueError):
            found.append(take())
    return found


def _scrubbed(text: str) -> object:
    from diagnose.rendering.report_parts import plain
    from probes.model.scrubber import Scrubber

    return plain(Scrubber([KEY])(text))


def _shown(text: str) -> object:
    from diagnose.formats import github, markdown
    from diagnose.rendering.line_breaks import atoms
    from diagnose.snippets import quoting

    shells = [quote(text) for quote in (quoting.fish, quoting.powershell, quoting.cmd, quoting.dotenv)]
    return (
        markdown.escape(text),
        markdown.prose(text),
        markdown.fence(text),
        github.data(text),
        shells,
        atoms(text),
    )


def _response(body: str, headers: tuple[tuple[str, str], ...] = ()) -> object:
    from diagnose.answers import dialects, products
    from probes.api import response_checks
    from probes.api.response_reader import read_response, read_stream
    from probes.model.scrubber import Scrubber
    from probes.network.http1 import RawAnswer
    from probes.protocols.protocol import wire

    scrub, found = Scrubber([Secret(KEY)]), []
    data = body.encode("utf-8", "replace")
    for status, purpose in ((401, Purpose.CHAT), (200, Purpose.CHAT), (200, Purpose.MODELS), (302, Purpose.PATH)):
        raw = RawAnswer(status, body[:100], [*headers, ("location", body)], first_byte=0.1, seconds=0.2)
        read = read_response(altered(ANSWERED, purpose=purpose), raw, data, scrub)
        found += [read, dialects.classify(read), products.between(read), products.maker(read)]
        found += [check(read) for check in (response_checks.no_route, response_checks.fenced, response_checks.vacant)]
        found += [response_checks.about_model(read), response_checks.asks_login(read), response_checks.misses_key(read)]
    for name in ("openai", "gemini", "ollama", "anthropic"):
        events, reader = wire(name).splitter(), wire(name).stream_reader()
        for event in (*events.feed(data), *events.close()):
            reader.feed(event, 0.1)
        found.append(read_stream(reader.reading(), data, wire(name), scrub))
    return found


def _error_text(text: str) -> object:
    return _response(json.dumps({"error": {"message": text, "type": text, "code": text[:100], "param": text}}))


def _models(text: str) -> object:
    from probes.api.model_choice import near
    from probes.api.model_names import others, small_of

    names = tuple(f"{text[:20]}{n}" for n in range(len(text) // 20))
    _response(json.dumps({"object": "list", "data": [{"id": name} for name in (*names, text)]}))
    return small_of((*names, text)), near(text[:200], names[:5000]), others(names, names[:1])


def _run(text: str) -> object:
    from diagnose.judging.compared_report import place
    from probes.model.archive import SCHEMA, ArchiveError, load

    with suppress(ArchiveError):
        load(text)
    with suppress(ArchiveError):
        load(json.dumps({"schema": SCHEMA, "evidence": text}))
    with suppress(ValueError):
        place({"schema": text, "findings": text})
    return None


def _certificate(text: str) -> object:
    from diagnose.answers.products import inspector

    return inspector(text)


def _entries(folder: Path) -> dict[str, tuple[Take, int]]:
    """Return by name what takes a text, and the number of characters of the smallest text."""
    bounded = {
        "key": _key,
        "base URL": _url,
        "base URL of an app": _url_of_apps,
        "network settings": _network_settings,
        "reference": _reference,
        "certificate": _certificate,
    }
    thorough = {
        "pasted text": _pasted,
        "body": _response,
        "error text": _error_text,
        "HTML": lambda text: _response(f"<html><title>{text}"),
        "header": lambda text: _response("{}", (("server", text), *((f"x-{text[:20]}", text) for _ in range(50)))),
        "model list": _models,
    }
    long = {
        "log": _log,
        "curl": partial(_curl, "curl https://h/v1 "),
        "curl for cmd": partial(_curl, "curl https://h/v1 ^\n -d "),
        "curl for PowerShell": partial(_curl, "curl https://h/v1 `\n -d "),
        "curl argument": _curl_argument,
        "llmdoctor.toml": partial(_settings, folder),
        "scrubbed": _scrubbed,
        "shown": _shown,
        "saved run": _run,
        **{f"{name} file": partial(_file, read) for name, read in _readers().items()},
        **{f"edited {form}": partial(_edited, form) for form in ("env", "toml", "json", "yaml")},
    }
    sizes = ((bounded, 1000), (thorough, 200), (long, 4000))
    return {name: (take, size) for takers, size in sizes for name, take in takers.items()}


def _quiet(take: Take, text: str) -> object:
    try:
        return take(text)
    except (
        BadInput,
        Malformed,
        ShellError,
        SkippedFile,
    ):  # a sentence for the user, and for the test as good as a result
        return None


def slow_units(take: Take, size: int) -> list[str]:
    """Return how the time grows for each unit with which it is more than linear."""

    def prepared(unit: str, many: int) -> Callable[[], object]:
        from probes.urls import url_flaws

        text = unit * (many // len(unit))

        def work() -> object:
            url_flaws._ascii_host.cache_clear()
            return _quiet(take, text)

        return work

    _quiet(take, "a")  # loads what it needs
    units = UNITS[:: {1000: 1, 4000: 2}.get(size, 5)]  # every second or fifth one where a call costs more
    return [f"{unit!r}: {found}" for unit in units if (found := grows_faster(partial(prepared, unit), size, NOTICED))]


@cache
def _names() -> tuple[str, ...]:
    return tuple(_entries(Path()))


@pytest.mark.slow
@pytest.mark.parametrize("name", _names())
def test_hostile_repetition_takes_linear_time(name: str, tmp_path: Path) -> None:
    take, size = _entries(tmp_path)[name]
    assert not slow_units(take, size)


@pytest.mark.slow
def test_quadratic_work_is_noticed() -> None:
    def take(text: str) -> Any:
        return sum(1 for at in range(len(text)) for _ in text[at::20])

    def prepared(many: int) -> Callable[[], object]:
        return partial(_quiet, take, "a" * many)

    # On a busy machine one comparison may come out too even.
    assert any(grows_faster(prepared, 4000, NOTICED) for _ in range(5))
