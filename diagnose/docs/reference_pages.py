"""Generator of the reference pages: findings, doors and apps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from diagnose.report import anchor
from diagnose.words import LANGS, look, name_of, part, say

if TYPE_CHECKING:
    import click

# The warnings among the codes that no rule raises, or that only `explain` reports; all others of these are errors.
WARNINGS = frozenset(("proxy.ignored",))
KINDS = {
    "vendor": "Makers of models",
    "cloud": "Clouds",
    "host": "Hosts of open models",
    "aggregator": "Aggregators",
    "subscription": "Plans with their own endpoint",
    "gateway": "Gateways that use keys of other providers",
    "relay": "Relay software",
    "local": "On your own machine",
}


def page_of(lang: str, name: str = "findings") -> str:
    """Return the file name of a page in a language, such as ``findings.zh.md``."""
    return f"{name}.md" if lang == "en" else f"{name}.{lang}.md"


def pages(folder: Path, program: click.Group) -> dict[str, str]:
    """Return every page by file name: the generated pages, and the pages of ``folder`` with their output updated.

    ``program`` is the command line, which the manual page describes and whose output the pages quote.
    """
    from functools import partial
    from json import dumps

    from diagnose.docs import examples, manual
    from diagnose.docs.json_schema import schema
    from probes.config_formats.files import MIB, text_of

    lines = {page_of(lang): findings(lang) for lang in LANGS}
    lines |= {page_of(lang, "apps"): apps(lang) for lang in LANGS}
    lines["doors.md"] = doors()
    lines["llmdoctor.1"] = manual.page(program)
    found = {name: "\n".join(page) + "\n" for name, page in lines.items()}
    output = partial(examples.command_output, program)
    found["report.schema.json"] = dumps(schema(), indent=2) + "\n"
    for path in sorted({*folder.glob("*.md")} - {folder / name for name in found}):
        found[path.name] = examples.filled(text_of(path, limit=4 * MIB) or "", folder / "runs", output)
    for name in examples.PICTURES if (folder / "runs").is_dir() else ():
        found[f"pictures/{name}.svg"] = examples.picture(name, folder / "runs")
    return found


def findings(lang: str) -> Iterator[str]:
    """Yield the lines of the findings page in a language."""
    from diagnose.findings import RULES

    page = part(lang, "reference_page")
    words, severities = page.WORDS, {rule.code: str(rule.severity) for rule in RULES}
    yield f"# {words['title']}"
    others = (f"[{name_of(one)}]({page_of(one)})" for one in LANGS if one != lang)
    yield f"\n{words['written']} {' '.join(others)}"
    yield f"\n{words['about']}"
    values = {name: f"_{value}_" for name, value in page.VALUES.items()}
    texts = part(lang, "findings").TEXTS
    yield f"\n| {words['code']} | {words['summary']} |"
    yield "| --- | --- |"
    yield from (f"| [`{code}`](#{anchor(code)}) | {say(code, lang, {}).title} |" for code in texts)
    for layer, codes in groupby(texts, lambda code: code.partition(".")[0]):
        yield f"\n## {layer}"
        for code in codes:
            text, steps = say(code, lang, {}), say(code, lang, values).steps
            severity = severities.get(code, "warning" if code in WARNINGS else "error")
            yield f'\n<a id="{anchor(code)}"></a>'
            yield f"\n### {code}"
            yield f"\n**{text.title}** · {words[severity]}"
            yield f"\n{text.explanation}"
            yield f"\n{words['steps']}\n"
            yield from (f"{number}. {step}" for number, step in enumerate(steps, 1))


def doors() -> Iterator[str]:
    """Yield the lines of the doors page, which lists only the built-in doors."""
    from probes.catalog.doors import Doors, builtin

    known = Doors(builtin())
    yield "# Doors"
    yield "\nWritten by `llmdoctor docs --write docs` from `probes/facts/doors.toml`; change it there."
    yield (
        f"\n{len(known)} providers and regions. `llmdoctor doors NAME` shows one in full. Add your own in "
        "`~/.config/llmdoctor/doors.d/*.toml`, in the format of that file, or in `[doors.NAME]` of `llmdoctor.toml`."
    )
    for kind, title in KINDS.items():
        yield f"\n## {title}\n"
        yield "| door | name | region | base URLs | key's variable | its keys | refused there |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for door in known:
            if door.kind == kind and not door.provenance.over:
                urls = (f"{endpoint.protocol}: `{endpoint.base_url}`" for endpoint in door.endpoints)
                cells = (
                    f"`{door.id}`",
                    f"[{door.name}]({door.console_url})" if door.console_url else door.name,
                    door.region,
                    "<br>".join(urls),
                    f"`{door.key_env[0]}`" if door.key_env else "",
                    "<br>".join(f"{look(shape.note, 'en')} ({shape.confidence})" for shape in door.keys),
                    ", ".join(f"`{sister_site.id}`" for sister_site in known.sister_sites(door)),
                )
                yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    yield "\n## Ended\n"
    yield "Kept because they explain errors. None of them is proposed."
    yield "\n| door | name | ended | took its place |"
    yield "| --- | --- | --- | --- |"
    for door in known:
        if door.provenance.over:
            yield f"| `{door.id}` | {door.name} | {door.provenance.end} | {', '.join(door.provenance.successor)} |"


APP_KINDS = ("sdk", "library", "cli", "ide", "desktop", "server")


def apps(lang: str) -> Iterator[str]:
    """Yield the lines of the apps page in a language."""
    from probes.catalog.apps import load
    from probes.protocols.protocol import wire as protocol_of
    from probes.urls.app_base_urls import takes

    known, words = load(), part(lang, "reference_page").APPS
    yield f"# {words['title']}"
    others = (f"[{name_of(one)}]({page_of(one, 'apps')})" for one in LANGS if one != lang)
    yield f"\n{words['written']} {' '.join(others)}"
    yield f"\n{words['about'].format(count=len(known))}"
    for kind in APP_KINDS:
        yield f"\n## {words[f'kind.{kind}']}\n"
        yield f"| {words['head']} |"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
        for app in known:
            for wire in app.wires if app.kind == kind else ():
                first = wire is app.wires[0]
                versioned = bool(protocol_of(wire.protocol).version_segment)
                base = takes(app, wire, "https://api.example.com" + "/v1" * versioned)
                added = wire.endpoint.replace("{version}", wire.version).replace("{model}", "MODEL")
                cells = (
                    f"`{app.id}`" if first else "",
                    f"[{app.name}]({app.home})" + words["unconfirmed"] * (not app.confirmed) if first else "",
                    wire.protocol,
                    f"`{base}`",
                    words["nothing"] if wire.join == "whole" else f"`{added}`",
                    ", ".join(wire.auth),
                    ", ".join(f"`{name}`" for name in wire.base_url) or words["its_settings"],
                    words[f"proxies.{app.proxies}"] if first else "",
                )
                yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield from _recorded(words)


def _recorded(words: dict[str, str]) -> Iterator[str]:
    """Yield the table of the requests that were recorded."""
    from probes.catalog.apps import load
    from probes.client_requests.bisection import groups
    from probes.client_requests.parts import names_of
    from probes.client_requests.recordings import recorded_apps, recordings_of

    known = load()
    apps = [app for app in known if app.id in recorded_apps()]
    yield f"\n## {words['recorded']}\n"
    yield f"{words['recorded_about'].format(count=len(apps))}\n"
    yield f"| {words['recorded_head']} |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for app in apps:
        for number, one in enumerate(recordings_of(app.id)):
            cells = (
                f"`{app.id}` {one.version}" if not number else "",
                one.protocol,
                f"`{one.model}`",
                f"{one.size:,}",
                ", ".join(f"`{name}`" for name in groups(names_of(one.shape))) or words["recorded_nothing"],
                ", ".join(f"`{switch.setting}`" for switch in one.switches) if not number else "",
            )
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
