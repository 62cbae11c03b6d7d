"""`llmdoctor doors`: list the known doors or show one in full, offline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import click

from diagnose.cli import console, printer
from diagnose.cli.completion import among, doors
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.known_doors import known_doors
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongUse, meant
from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.lists import columns, labelled
from diagnose.words import LANGS, look, part, provider_name, put
from probes.catalog.door import Door, Endpoint, KeyShape
from probes.catalog.doors import Doors
from probes.catalog.model_ends import ends_at
from probes.catalog.provenance import Provenance


@click.command("doors", cls=GroupedCommand)
@click.argument("name", nargs=-1, shell_complete=among(doors))
@click.option("--age", is_flag=True, help="List the facts that are due for another look, of all tables.")
@click.option("--day", metavar="DAY", help="With --age: by this day instead of today, such as 2026-12-31.")
@click.option("--strict", is_flag=True, help="With --age: exit with 1 if a fact is due.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(name: tuple[str, ...], age: bool, day: str | None, strict: bool, as_json: bool, lang: str | None) -> None:
    """List the known providers, those that match every word of NAME, or show one in full."""
    if age:
        from diagnose.cli.fact_age import show

        if name:
            raise WrongUse("--age takes no name.")
        show(known_doors(), day, strict, as_json, console.language(lang))
        return
    if strict or day is not None:
        raise WrongUse("--strict and --day belong to --age.")
    doors = known_doors()
    found = chosen(doors, name)
    if not found:
        raise _unknown(doors, " ".join(name))
    one = found[0] if name and len(found) == 1 else None
    spoken = console.language(lang)
    if as_json:
        shown: Any = document(one, doors) if one else {"doors": [document(door, doors) for door in found]}
        printer.echo_json(shown)
    else:
        day = time.strftime("%Y-%m-%d", time.gmtime())
        width = list_width()
        printer.echo("\n".join(_full(one, doors, spoken, width, day) if one else _table(found, spoken, width, day)))


def chosen(doors: Doors, words: tuple[str, ...]) -> tuple[Door, ...]:
    """Return the door with that id or name, the doors at that host, or every door that contains all the words."""
    asked = " ".join(words).strip().lower()
    for door in doors:
        if asked and asked in (door.id, *map(str.lower, _names(door))):
            return (door,)
    host = asked.partition("://")[2].partition("/")[0] or asked
    if "." in host and (at_host := doors.of_host(host)):
        return tuple(door for door in doors if set(door.hosts) & set(at_host.hosts))
    return tuple(door for door in doors if all(word in _haystack(door) for word in asked.split()))


def _haystack(door: Door) -> str:
    urls = (endpoint.base_url for endpoint in door.endpoints)
    names = (door.id, *_names(door), door.company, door.kind, door.region)
    return " ".join((*names, *door.hosts, *urls, *door.key_env)).lower()


def _names(door: Door) -> set[str]:
    """Return the names of a provider in all languages."""
    return {door.name, *(provider_name(door.name, lang) for lang in LANGS)}


def _unknown(doors: Doors, asked: str) -> WrongUse:
    from difflib import get_close_matches

    from probes.model.secret import public_prefix

    shown = asked if len(asked) < 24 and not public_prefix(asked) else "…"  # a longer text may be a key
    names = {name.lower(): door.id for door in doors for name in (door.id, door.company, door.name)}
    near = [*dict.fromkeys(names[name] for name in get_close_matches(asked.lower(), names, n=4, cutoff=0.5))]
    follow = (*(f"doors {one}" for one in near[:1]), "doors")
    return WrongUse("There is no provider named {name}. {hint}", follow=follow, name=shown, hint=meant(near))


def document(door: Door, doors: Doors) -> dict[str, Any]:
    """Return one door as a JSON document."""
    return {
        "id": door.id,
        "name": door.name,
        "company": door.company,
        "kind": door.kind,
        "region": door.region,
        "plan_only": door.kind == "subscription",
        "hosts": list(door.hosts),
        **origin(door.provenance),
        "endpoints": [_endpoint(endpoint) for endpoint in door.endpoints],
        "former_endpoints": [_endpoint(endpoint) for endpoint in door.former],
        "key_env": list(door.key_env),
        "base_url_env": list(door.base_url_env),
        "keys": [_key(shape) for shape in door.keys],
        "keys_complete": door.keys_complete,
        "models": {"url": door.models_url, "auth": door.models_auth} if door.models_url else None,
        "small_model": door.small_model or None,
        "console": door.console_url or None,
        "balance": door.balance.url if door.balance else None,
        "twins": [
            {"door": sister_site.id, "base_url": _first_url(sister_site)} for sister_site in doors.sister_sites(door)
        ],
        "model_ends": [
            {"names": list(one.names), "routed": one.routed, **origin(one.provenance)} for one in ends_at(door.id)
        ],
        "websites": list(door.websites),
        "typos": list(door.slips),
    }


def origin(provenance: Provenance) -> dict[str, Any]:
    """Return the origin and the lifetime of a fact, without what is not known."""
    fields = {
        "source": list(provenance.source),
        "seen": provenance.seen,
        "since": provenance.since,
        "end": provenance.end,
        "successor": list(provenance.successor),
        "shows": provenance.shows,
    }
    return {name: value for name, value in fields.items() if value}


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    fields = endpoint._asdict()
    return {**fields, **origin(fields.pop("provenance"))}


def _key(shape: KeyShape) -> dict[str, Any]:
    fields = shape._asdict()
    return {**fields, "note": look(shape.note, "en"), **origin(fields.pop("provenance"))}


# -- for people --------------------------------------------------------------------------------------------------------


def _table(doors: tuple[Door, ...], lang: str, width: int | None, day: str) -> Iterator[str]:
    words = part(lang, "tables")
    over = [f"{door.id} ({door.provenance.end})" for door in doors if door.provenance.ended(day)]
    doors = tuple(door for door in doors if not door.provenance.ended(day))
    rows: list[tuple[str, ...]] = [words.DOORS_HEAD, *(row(door, lang) for door in doors)]
    yield from columns(rows, width, head=True)
    yield ""
    yield from wrapped(put(words.DOORS["count"], {"count": len(doors)}), width)
    if over:
        yield from wrapped(put(words.DOORS["over"], {"names": ", ".join(over)}), width)


def row(door: Door, lang: str) -> tuple[str, str, str, str, str]:
    """Return the table row of a door: id, name, region, first base URL, and the variable of its key."""
    key_env = door.key_env[0] if door.key_env else "-"
    return door.id, provider_name(door.name, lang), door.region, _first_url(door) or "-", key_env


def _first_url(door: Door) -> str:
    """Return the first base URL of a door; empty if none is known."""
    return door.endpoints[0].base_url if door.endpoints else ""


def _full(door: Door, doors: Doors, lang: str, width: int | None, day: str) -> Iterator[str]:
    words: dict[str, str] = part(lang, "tables").DOORS
    yield f"{provider_name(door.name, lang)} [{door.id}]"
    last = ""
    rows = []
    for label, value in (*_end(door, doors, words, day), *_facts(door, doors, words, day)):
        rows.append(("" if label == last else label, value))
        last = label
    yield from labelled(rows, width)


def _end(door: Door, doors: Doors, words: dict[str, str], day: str) -> Iterator[tuple[str, str]]:
    """Yield what is known about the end of a door, past or announced."""
    end = door.provenance
    if not end.end:
        return
    yield words["ended" if end.ended(day) else "ends"], end.end
    for one in end.successor:
        other = doors.get(one)
        yield words["successor"], f"{one}  {_first_url(other)}".rstrip() if other is not None else one
    if end.shows:
        yield words["shows"], end.shows


def _models(door: Door, words: dict[str, str], day: str) -> Iterator[tuple[str, str]]:
    """Yield the models that the door has retired or will retire, with what takes their place; the latest day first."""
    for one in sorted(ends_at(door.id), key=lambda one: one.provenance.end, reverse=True):
        end = one.provenance
        label = "model_routed" if one.routed else "model_ended" if end.ended(day) else "model_ends"
        names = f"{end.end}  {', '.join(one.names)}"
        yield words[label], f"{names}  →  {', '.join(end.successor)}" if end.successor else names


def _facts(door: Door, doors: Doors, words: dict[str, str], day: str) -> Iterator[tuple[str, str]]:
    over = door.provenance.ended(day)
    yield words["kind"], words[door.kind]
    yield words["region"], door.region
    yield words["hosts"], ", ".join(door.hosts)
    for endpoint in door.endpoints:
        unsure = "" if endpoint.confirmed else words["unconfirmed"]
        yield words["speaks"], f"{endpoint.protocol}  {endpoint.base_url}  ({', '.join(endpoint.auth)}){unsure}"
    for endpoint in door.former:
        yield words["former"], put(words["former_url"], {"url": endpoint.base_url, "ended": endpoint.provenance.end})
    for shape in door.keys:
        sizes = {shape.shortest, shape.longest} - {0}
        length = put(words["length"], {"length": "–".join(map(str, sorted(sizes)))}) if sizes else ""
        refused = put(words["refused"], {"ended": shape.provenance.end}) if shape.provenance.ended(day) else ""
        yield words["keys"], "  ".join(filter(None, (shape.pattern, f"({shape.confidence})", length, refused)))
    if door.keys_complete:
        yield words["keys"], words["complete"]
    if door.models_url:
        yield words["models"], f"{door.models_url}  ({words[f'auth.{door.models_auth}']})"
    for sister_site in doors.sister_sites(door):
        yield words["twins"], f"{sister_site.id}  {_first_url(sister_site)}"
    for label, value in (
        ("key_env", ", ".join(door.key_env)),
        ("base_url_env", ", ".join(door.base_url_env)),
        ("small_model", "" if over else door.small_model),
        ("console", "" if over else door.console_url),
        ("balance", _balance(door, words, day)),
        ("not_api", ", ".join(door.websites)),
        ("slips", ", ".join(door.slips)),
        ("source", "; ".join(door.provenance.source)),
        ("seen", door.provenance.seen),
    ):
        if value:
            yield words[label], value
    yield from _models(door, words, day)


def _balance(door: Door, words: dict[str, str], day: str) -> str:
    if door.balance is None:
        return ""
    end = door.balance.provenance
    return put(words["former_url"], {"url": door.balance.url, "ended": end.end}) if end.ended(day) else door.balance.url
