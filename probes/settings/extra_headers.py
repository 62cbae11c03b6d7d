"""Read the headers that a client sends besides those of its protocol, and check that they can be sent. Pure.

A client takes them from variables (``OPENAI_ORG_ID``, ``ANTHROPIC_CUSTOM_HEADERS``; ``apps.toml`` lists them) or from
its files. Here, ``--header`` and ``headers`` in ``llmdoctor.toml`` add to them. Each value is a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import BadInput, ExtraHeader, Sourced
from probes.model.source import option
from probes.settings.header_syntax import MOST, flaw_of

if TYPE_CHECKING:
    from probes.catalog.app import App
    from probes.catalog.sdk_variables import SdkVariables
    from probes.settings.config_file import ConfigTable
    from probes.settings.environment import Variables

_SCHEME = r"(?i)(?:bearer|basic|token|key)\s"


def header(name: str, value: Sourced[str], protocols: tuple[str, ...] = ()) -> ExtraHeader:
    """Return the header with its flaw, if it has one."""
    secret = Sourced(Secret(value.value), value.source, value.borrowed, value.chosen_by, value.known_to_folder)
    return ExtraHeader(name, secret, protocols, flaw_of(name, value.value))


def merged(*layers: Iterable[ExtraHeader]) -> tuple[ExtraHeader, ...]:
    """Return the headers of all layers; of those with the same name, whatever its case, that of the last layer."""
    found = {one.name.lower(): one for layer in layers for one in layer}
    return tuple(found.values())


# -- the command line and llmdoctor.toml -------------------------------------------------------------------------------

_WHY = {
    "name": "Its name must be letters, digits and dashes",
    "forbidden": "HTTP itself sets this header",
    "value": "Its value has a control character, or a character that is not ASCII",
    "long": "Its value is too long",
}


def of_options(given: Iterable[str]) -> tuple[ExtraHeader, ...]:
    """Read the values of ``--header``, ``NAME: VALUE``. Raises BadInput, without the value, for one that is invalid."""
    found = []
    for text in given:
        name, colon, value = text.partition(":")
        if not colon:
            raise BadInput("--header must be 'NAME: VALUE', with a colon after the name.")
        name = name.strip(" ")
        if flaw := flaw_of(name, value.strip(" \t")):
            shown = f" {name}" if flaw not in ("name",) else ""
            raise BadInput("--header{shown} cannot be sent. {why}.", shown=shown, why=_WHY[flaw])
        found.append(header(name, Sourced(value.strip(" \t"), option("--header"))))
    if len(found) > MOST:
        raise BadInput("--header is given {count} times; at most {most} are allowed.", count=len(found), most=MOST)
    return merged(found)


def of_tables(tables: Iterable[ConfigTable], variables: Variables, environ: Mapping[str, str]) -> Iterator[ExtraHeader]:
    """Yield the headers of tables in ``llmdoctor.toml``, those with precedence last.

    A reference to a variable that is not set gives no header, as an app leaves it out.
    """
    from probes.model.source import environment_variable

    for table in tables:
        for given in table.headers:
            if given.env is None:
                yield header(given.name, Sourced(given.text, given.source))
                continue
            value = variables.filled(given.env)
            if value is None and environ.get(given.env):
                value = Sourced(environ[given.env], environment_variable(given.env))
            if value is not None:
                yield header(given.name, replace(value, chosen_by=given.source))


# -- variables ---------------------------------------------------------------------------------------------------------


def of_variables(variables: Variables, family: SdkVariables, key_variable: str = "") -> Iterator[ExtraHeader]:
    """Yield the headers that the client of these variables sends, those with precedence last.

    ``key_variable`` is the variable that holds the key; a header that is made from it is the key's own.
    """
    for variable in (*family.headers, *family.header_lists):
        value = variables.first(variable)
        if value is None or variable == key_variable:
            continue
        value = replace(value, known_to_folder=variables.known_to_folder(value.value))
        yield from of_variable(family.headers, family.header_lists, variable, value, family.trims, family.protocols)


def key_sent_twice(
    app: App | None, protocol: str, key: Sourced[Secret] | None, variable: Callable[[str], Sourced[str] | None]
) -> Iterator[ExtraHeader]:
    """Yield the headers in which a client sends the key a second time because a variable says so (Gemini CLI).

    ``variable`` looks up a variable of the client.
    """
    wire = app.wire(protocol) if app is not None else None
    for name, style in wire.auth_also.items() if wire is not None and key is not None else ():
        found = variable(name)
        if found is None or found.value.strip() != style:
            continue
        from probes.model.attempt import Auth
        from probes.protocols.protocol import auth_headers

        assert key is not None
        for sent, value in auth_headers(Auth(style), key.value.reveal()):
            text = Sourced(value, key.source, key.borrowed, key.chosen_by, key.known_to_folder)
            yield header(sent, text, (protocol,))


def of_variable(
    names: Mapping[str, str],
    lists: Mapping[str, str],
    variable: str,
    value: Sourced[str],
    trims: bool,
    protocols: tuple[str, ...] = (),
) -> Iterator[ExtraHeader]:
    """Yield the headers that one variable sets. ``names`` and ``lists`` are those of :class:`AppWire`.

    With ``trims``, the client strips white space and takes an empty variable as unset; otherwise (Python) it sends both
    as they are.
    """
    text = value.value.strip() if trims else value.value
    if not text and (trims or variable in lists):
        return
    if variable in lists:
        # The client's user has chosen these for the server, so another protocol's client needs them there as well.
        for name, part in LISTS[lists[variable]](text):
            yield header(name, replace(value, value=part))
        return
    name, _, scheme = names[variable].partition(": ")
    yield header(name, replace(value, value=f"{scheme} {text}" if scheme else text), protocols)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Read ``NAME: VALUE`` lines, as OpenAI's and Anthropic's SDKs and Claude Code do: others are ignored."""
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon and name.strip():
            yield name.strip(), value.strip()


def _commas(text: str) -> Iterator[tuple[str, str]]:
    """Read ``NAME: VALUE, NAME: VALUE``; a comma before a part without a colon belongs to the value (Gemini CLI)."""
    entries: list[str] = []
    for part in text.split(","):
        if not entries or part.find(":") > 0:
            entries.append(part)
        else:
            entries[-1] += f",{part}"
    yield from _lines("\n".join(entry.replace("\n", " ") for entry in entries))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Read ``NAME=VALUE,NAME=VALUE`` (goose)."""
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if sign and name.strip():
            yield name.strip(), value.strip()


LISTS: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = {"lines": _lines, "commas": _commas, "pairs": _pairs}


# -- secrets -----------------------------------------------------------------------------------------------------------


def secret_part(value: str) -> str:
    """Return the part of a header's value that must not be printed; empty for one that is no secret.

    ``Bearer …`` loses its scheme. An address and a plain word (``true``, ``openai``, ``2``) are no secrets: without
    them, a report could not name the server or the provider.
    """
    bare = re.sub(_SCHEME, "", value.strip(), count=1).strip()
    if re.fullmatch(r"[a-z]{0,11}|[0-9]{1,5}", bare) or re.match(r"https?://[^/?#@\s]+(?:/[^?#\s]*)?$", bare):
        return ""
    return bare
