"""`llmdoctor facts`: how old the facts are, renew them from a bundle, make a bundle, compare them with other lists."""

from __future__ import annotations

from pathlib import Path

import click

from diagnose import __version__
from diagnose.cli import console, output_files, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongFile, WrongUse
from diagnose.words import LANGS, part, put

ACTIONS = ("update", "export", "reset", "compare")  # `compare` is for those who keep the facts
_SHOWN = ACTIONS[:3]


@click.command("facts", cls=GroupedCommand)
@click.argument("action", required=False, metavar=f"[{'|'.join(_SHOWN)}]")
@click.argument("source", required=False, metavar="[FILE|URL]")
@click.option("--sha256", metavar="HEX", default="", help="The checksum that the bundle must have; needed for a URL.")
@click.option("-o", "out", metavar="FILE", help="With export: write the bundle to this file.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(
    action: str | None, source: str | None, sha256: str, out: str | None, as_json: bool, lang: str | None
) -> None:
    """Show version, date and origin of the facts by which everything is judged, or renew them without a release.

    `update` takes a newer bundle from a file, or by https with --sha256, and keeps it for this user; `reset` goes back
    to the built-in facts; `export` makes a bundle from a checkout. A bundle explains: it changes no address, no header
    and no variable by which something is sent. Providers of your own in doors.d stay, and win.
    """
    spoken = console.language(lang)
    if action is not None and action not in ACTIONS:
        raise WrongUse("{name} is none of: {names}.", name=action[:20], names=", ".join(_SHOWN))
    if action in ("update", "compare") and source is None:
        raise WrongUse("Name the file after `{name}`.", name=f"facts {action}")
    if action in (None, "reset") and source is not None:
        raise WrongUse("This takes no file: {name}.", name=f"facts {action or ''}".strip())
    if sha256 and action != "update":
        raise WrongUse("--sha256 belongs to `facts update`.")
    if out is not None and action != "export":
        raise WrongUse("-o belongs to `facts export`.")
    if action == "export":
        _export(source, out)
    elif action == "compare":
        _compare(str(source), as_json, spoken)
    else:
        if action == "update":
            _update(str(source), sha256)
        elif action == "reset":
            _reset()
        _show(as_json, spoken)


def _update(source: str, sha256: str) -> None:
    """Take a bundle. Raises click.ClickException, with what is wrong, if it is refused; the old facts stay then."""
    from probes.catalog import bundle_store
    from probes.catalog.bundle import BundleError
    from probes.catalog.doors import facts_date

    try:
        if "://" in source:
            from probes.catalog.bundle_download import checked_url, from_url

            url = checked_url(source)
            if not sha256:
                raise BundleError("a bundle from the network needs --sha256, its checksum from a place you trust")
            bundle_store.checked_sum(sha256)
            raw = from_url(url)
        else:
            raw = bundle_store.from_file(Path(source))
        bundle_store.accepted(raw, sha256, facts_date())
        bundle_store.keep(raw)
    except BundleError as error:
        raise WrongFile("The bundle {path} is refused: {why}.", path=source, why=error.sentence) from None
    bundle_store.look_again()


def _reset() -> None:
    from probes.catalog import bundle_store
    from probes.catalog.bundle import BundleError

    try:
        bundle_store.remove()
    except BundleError as error:
        raise WrongFile("{detail}.", detail=error.sentence) from None
    bundle_store.look_again()


def _show(as_json: bool, lang: str) -> None:
    """Print version, date and origin of the facts in use, and why an installed bundle is not used."""
    from diagnose.rendering.lists import labelled
    from probes.catalog.bundle_place import exists, place
    from probes.catalog.doors import built_in_date, builtin, facts_date, informed

    bundle, problem = None, ""
    if exists():
        from probes.catalog.bundle import installed

        bundle, problem = installed()
    doors = informed()
    path = str(place() or "")
    if as_json:
        printer.echo_json(
            {
                "date": facts_date(),
                "origin": "bundle" if bundle is not None else "built-in",
                "version": bundle.version if bundle is not None else __version__,
                "built_in": {"date": built_in_date(), "version": __version__, "doors": len(builtin())},
                "doors": len(doors),
                "bundle": path if exists() else None,
                "problem": problem or None,
            }
        )
        return
    words: dict[str, str] = part(lang, "tables").FACTS
    origin = "origin.bundle" if bundle is not None else "origin.built_in"
    rows = [
        (words["date"], facts_date()),
        (words["origin"], put(words[origin], {"path": path, "version": __version__})),
        (words["version"], (bundle.version or "-") if bundle is not None else __version__),
        (words["doors"], str(len(doors))),
    ]
    if bundle is not None:
        rows.append((words["built_in"], f"{built_in_date()} (llmdoctor {__version__})"))
    if problem:
        why = words["problem.old"] if problem == "old" else put(words["problem"], {"why": problem})
        rows.append((words["unused"], f"{path}: {why}"))
    printer.echo("\n".join(labelled(rows, list_width())))


def _export(source: str | None, out: str | None) -> None:
    from probes.catalog.bundle import BundleError
    from probes.catalog.bundle_store import exported
    from probes.catalog.fact_files import FactsError

    try:
        text = exported(Path(source) if source is not None else None, __version__)
    except (BundleError, FactsError) as error:
        raise WrongFile("{detail}.", detail=error) from None
    if out is None:
        printer.echo(text, nl=False)
    else:
        from diagnose.rendering.outlet import Grammar, passed

        output_files.save(out, passed(text, Grammar.JSON))


def _compare(source: str, as_json: bool, lang: str) -> None:
    from diagnose.cli.named_files import text
    from probes.catalog.foreign_lists import ForeignListError, compared

    try:
        found = compared(text(source))
    except ForeignListError as error:
        raise WrongFile("{path} cannot be used: {why}.", path=source, why=error) from None
    if as_json:
        printer.echo_json({"list": found.name, "rows": [dict(row) for row in found.rows]})
        return
    printer.echo(found.toml(put(part(lang, "tables").FACTS["compared"], {"name": found.name})), nl=False)
