"""Read the settings from a pasted curl command."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from probes.model.attempt import Auth
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import ExtraHeader, Limits, Settings, Sourced
from probes.model.source import Source, environment_variable
from probes.pasted.curl_command import shown
from probes.pasted.endpoint_urls import parse_endpoint_url
from probes.pasted.shell_words import Word
from probes.settings.extra_headers import header, merged

if TYPE_CHECKING:
    from pathlib import Path

    from probes.settings.gather import Options
from probes.pasted.curl_command import CREDENTIALS, PLAIN, SOURCE, Command, CurlNote, parse, proxies_of


def read(
    text: str, options: Options, environ: Mapping[str, str], cwd: Path, *, files: bool = True
) -> tuple[Settings, tuple[CurlNote, ...]]:
    """Return the settings of the command, completed by ``options``, with notes on what is read differently or ignored.

    Without ``files``, files that the command names are ignored, because they are on another machine. Raises BadInput as
    :func:`parse` does.
    """
    from probes.settings.consent import Destination
    from probes.settings.gather import gather, with_consent
    from probes.settings.network_settings import surroundings

    command = parse(text, environ)
    if command.ca_bundle and not files:
        command.note("file", "--cacert")
        command.ca_bundle = ""
    lent = _lent(text, environ)
    own_bundle = options.ca_bundle is not None or not command.ca_bundle
    options = replace(options, ca_bundle=options.ca_bundle or command.ca_bundle or None)
    given = gather(replace(options, no_env=True, base_url="http://localhost"), environ, cwd)
    proxies, bundle = surroundings(options, environ, cwd)
    url, queried = _without_key(command)
    where = parse_endpoint_url(url, {name for name, _ in command.headers})
    key, auth, searched = _credential(command, queried, lent)
    model = given.model or _sourced(where.model or _model(command), lent)
    version = where.version or next((word.text for name, word in command.headers if name == "anthropic-version"), "")
    headers = merged(given.headers, _extra_headers(command, lent))
    if unsent := sorted({shown(one.name) for one in headers if one.flaw}):
        command.note("headers", ", ".join(unsent))
    if options.proxy is None and not options.no_proxy and (command.proxy is not None or command.no_proxy is not None):
        proxies = proxies_of(command, proxies, _borrowed(command.proxy or "", lent))
    limits = given.limits
    if command.seconds and options.timeout is None:
        limits = replace(limits, probe=min(command.seconds, Limits().run))
    settings = replace(
        given,
        base_url=Sourced(where.base_url, SOURCE, _borrowed(where.base_url, lent)),
        key=key,
        auth=auth,
        headers=tuple(one for one in headers if not one.flaw),
        searched=searched,
        conflicts=(),
        model=model,
        protocol=given.protocol if given.protocol.value != "auto" else Sourced(where.protocol, SOURCE),
        api_version=_sourced(version, lent),
        secrets=tuple(map(Secret, lent.values())),
        proxies=proxies,
        ca_bundle=bundle if own_bundle or bundle is None else replace(bundle, source=SOURCE),
        connect_to=(*given.connect_to, *command.connect_to),
        limits=limits,
    )
    return with_consent(settings, Destination(), options.send_anyway, cwd), tuple(command.notes)


def _lent(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the pasted text names, with their values; a paste may come from anybody."""
    from probes.settings.consent import plain

    return {name: value for name, value in environ.items() if name in text and not plain(value)}


def _extra_headers(command: Command, lent: Mapping[str, str]) -> Iterator[ExtraHeader]:
    """Yield the headers of the command that neither carry its key nor depend on the client."""
    for name, word in command.headers:
        if name in PLAIN or name in CREDENTIALS or name == "anthropic-version":
            continue
        whole = next((variable for variable in word.variables if lent.get(variable) == word.text), None)
        source = environment_variable(whole) if whole else SOURCE
        borrowed = () if whole else _borrowed(word.text, lent)
        yield header(name, Sourced(word.text, source, borrowed, SOURCE if whole else None))


def _borrowed(value: str, lent: Mapping[str, str]) -> tuple[Source, ...]:
    return tuple(environment_variable(name) for name, text in lent.items() if text in value)


def _sourced(value: str, lent: Mapping[str, str]) -> Sourced[str] | None:
    return Sourced(value, SOURCE, _borrowed(value, lent)) if value else None


def _without_key(command: Command) -> tuple[str, Word | None]:
    """Return the URL without the key in its query (``?key=``), and that key."""
    url = command.url
    found = re.search(r"([?&])key=([^&#]*)", url.text)
    if found is None:
        return url.text, None
    rest = url.text[: found.start()] + url.text[found.end() :]
    if found[1] == "?":
        rest = re.sub(r"^([^?&]*)&", r"\1?", rest)
    return rest, Word(unquote(found[2]), url.variables, url.unset)


def _credential(
    command: Command, queried: Word | None, lent: Mapping[str, str]
) -> tuple[Sourced[Secret] | None, Sourced[Auth] | None, tuple[str, ...]]:
    """Return the key, how it is sent, and the sources in which a key was looked for."""
    found: list[tuple[Word, Auth]] = []
    for name, word in command.headers:
        if name not in CREDENTIALS:
            continue
        auth, text = CREDENTIALS[name], word.text
        if name == "authorization":
            scheme = re.match(r"(?i)(bearer|basic)(?: |$)", text)
            if scheme and scheme[1].lower() == "basic":
                command.note("basic")
                if (login := _login(_decoded(text[6:]))) is not None:
                    found.append((Word(login, word.variables, word.unset), auth))
                continue
            if scheme is None:
                command.note("no_bearer")
            text = text[scheme.end() :] if scheme else text
        found.append((Word(text, word.variables, word.unset), auth))
    if command.token is not None:
        found.append((command.token, Auth.BEARER))
    if queried is not None:
        found.append((queried, Auth.QUERY))
    if command.user is not None:
        command.note("basic")
        if (login := _login(command.user.text)) is not None:
            found.append((Word(login, command.user.variables, command.user.unset), Auth.BEARER))
    if not found:
        return None, None, (str(SOURCE),)
    if len({word.text for word, _ in found}) > 1:
        command.note("credentials", str(len(found)))
    word, auth = found[0]
    if not word.text:
        return (
            None,
            Sourced(auth, SOURCE),
            tuple(f"environment {name}" for name in word.unset) or (f"{SOURCE} (empty)",),
        )
    whole = next((name for name in word.variables if lent.get(name) == word.text), None)
    source = environment_variable(whole) if whole else SOURCE
    borrowed = () if whole else _borrowed(word.text, lent)
    key = Sourced(Secret(word.text), source, borrowed, SOURCE if whole else None)
    return key, Sourced(auth, SOURCE), (str(source),)


def _login(text: str) -> str | None:
    """Return the half of ``user:password`` that is a key because the other half is empty; None for a real pair."""
    user, _, password = text.partition(":")
    return None if user and password else user or password


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.strip(), validate=True).decode()
    except ValueError:
        return ":"


def _model(command: Command) -> str:
    """Return the model that the body names, or an empty string. Add a note for a body that is not JSON."""
    if not command.body.strip():
        return ""
    body = _json(command.body)
    if not isinstance(body, dict):
        command.note("body")
        return ""
    model = body.get("model")
    return model if isinstance(model, str) else ""


def _json(text: str) -> Any:
    """Parse the body, even if its quotes are escaped once too often (Windows); None if it is not JSON."""
    for one in (text, text.replace('\\"', '"')):
        try:
            return json.loads(one, strict=False)
        except (ValueError, RecursionError):
            continue
    return None
