"""Read an address in every way in which a run may read it, so that consent is about the host that gets the request.

Pure. A client may read a flawed base URL in another way than it is meant: of ``https://one.example/](https://two.example``,
an SDK sends to the first host, and the second one is meant. An app that is named joins URLs by a rule of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import unquote

from probes.catalog.apps import load
from probes.model.run_memory import remembered
from probes.model.settings import Settings
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import wire
from probes.urls.app_base_urls import examine_for
from probes.urls.url import Url, parse_url
from probes.urls.url_flaws import UrlExam, examine_url


def readings(url: str, settings: Settings | None = None) -> list[Url]:
    """Return the URL as it is corrected, and as the client reads it: the app or SDK of ``settings``, else OpenAI's SDK.

    The first is the corrected URL. The list is empty if the URL cannot be corrected.

    >>> [one.origin for one in readings("https://one.example/](https://two.example")]
    ['https://two.example', 'https://one.example']
    """
    return list(_by_sdk(url) if settings is None else _all(_exams(url, settings)))


@remembered(64)
def _by_sdk(url: str) -> tuple[Url, ...]:
    return _all(_exams(url, None))


def _all(exams: Iterable[tuple[UrlExam, str]]) -> tuple[Url, ...]:
    found: dict[Url, None] = {}
    for exam, address in exams:
        for text in (exam.mended, exam.literal, address) if exam.mended else ():
            with suppress(ValueError):
                found |= {parse_url(text): None} if text else {}
    return tuple(found)


def one_host(read: list[Url]) -> Url | None:
    """Return the first reading if all lead to one host and port, else None."""
    return read[0] if len({(one.host, one.port) for one in read}) == 1 else None


def climbs(path: str) -> bool:
    """Check whether a path has a segment that leads out of its folder, written in any way that a server may resolve.

    >>> climbs("/mine/..%2fother/v1"), climbs("/mine/..;/other"), climbs("/mine/v1...")
    (True, True, False)
    """
    text = unquote(unquote(path))
    return any(part.partition(";")[0].strip() in (".", "..") for part in re.split(r"[/\\]", text))


def _exams(url: str, settings: Settings | None) -> Iterator[tuple[UrlExam, str]]:
    yield examine_url(url, DEFAULT_PROTOCOL), ""
    if settings is None:
        return
    protocol = settings.protocol.value
    if settings.app is not None and (app := load().get(settings.app)) is not None:
        for each in app.wires:
            if protocol in ("auto", each.protocol):
                sent = examine_for(app, each, url)
                yield sent.exam, sent.address
    # Protocols that read a bare host in their own way. An SDK that nobody named reads it so if its protocol is found.
    for name in NAMES:
        if wire(name).bare_port and protocol in (name, "auto") and "://" not in url:
            yield examine_url(url, name), ""
