"""The tools that send nothing: explain, whose, doors, apps."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from diagnose.agents import arguments
from diagnose.agents.call_settings import settings_of
from diagnose.agents.check_tool import call_of
from diagnose.agents.lent_keys import refuse_lent
from diagnose.agents.permissions import PermissionRequest
from diagnose.agents.prepared import Prepared, Progress
from diagnose.agents.tool_result import ToolResult
from diagnose.answers.explain import Candidate, explanation
from diagnose.cli.key_report import KeyReport
from diagnose.cli.key_report import document as key_document
from diagnose.words import part, put, say
from probes.catalog.doors import informed, load
from probes.keys.flaws import examine_key
from probes.keys.owner import fit, identify
from probes.model.secret import hint
from probes.model.settings import BadInput
from probes.pasted.pasted_text import read
from probes.protocols.names import DEFAULT_PROTOCOL

if TYPE_CHECKING:
    from diagnose.agents.server_options import AgentServerOptions

CAUSES, STEPS = 3, 4  # in a short result
DOORS = 5  # candidates of a key, or rows in full, in a short result
MOST_ROWS = 30  # in a complete one
_CODE = r"[a-z]{2,10}\.[a-z0-9_]{3,30}"


def _prepared(work: Callable[[], ToolResult]) -> Prepared:
    """Return a call that needs no permission; its work runs in a thread, so that a long text keeps nobody waiting."""

    async def carry_out(refused: Sequence[PermissionRequest], progress: Progress) -> ToolResult:
        return await asyncio.to_thread(work)

    return Prepared((), carry_out)


def prepare_explain(given: Mapping[str, str], options: AgentServerOptions) -> Prepared:
    """Explain a text or a code."""
    return _prepared(partial(_explained, given["text"], options.lang, given["detail"] == "full"))


def _explained(text: str, lang: str, full: bool) -> ToolResult:
    words: Mapping[str, str] = part(lang, "agents").SAY
    code = text.strip().lower()
    if re.fullmatch(_CODE, code) and code in part("en", "findings").TEXTS:
        said = say(code, lang, {})
        found, ask = [Candidate(code, 1.0, said.title, "", said)], ""
    else:
        seen = read(text)
        door = load().of_host(seen.host) if seen.host else None
        every = explanation(seen, lang, door.id if door is not None else None)
        found, ask = list(every.candidates), every.ask
    shown = found if full else found[:CAUSES]
    rows: list[dict[str, Any]] = [
        {
            "code": one.code,
            "confidence": one.confidence,
            "title": one.why,
            "explanation": one.text.explanation,
            "steps": list(one.text.steps if full else one.text.steps[:STEPS]),
            "evidence": one.evidence,
        }
        for one in shown
    ]
    ask = ask or ("" if rows else words["nothing"])
    lines = list[str]()
    for one, row in zip(shown, rows, strict=True):
        lines.append(f"{row['title']} [{row['code']}, {words['likely' if one.likely else 'possible']}]")
        lines += [f"  {words['why']} {row['explanation']}"] if row is rows[0] or full else []
        lines += [f"  {words['fix']} {step}" for step in row["steps"]]
    quotes = dict.fromkeys(row["evidence"] for row in rows if row["evidence"])
    lines += [words["quoted"], *(f"  | {one}" for one in quotes)] if quotes else []
    lines += [f"{words['tell']} {ask}" if rows else ask] if ask else []
    return ToolResult("\n".join(lines), {"candidates": rows, "ask": ask})


def prepare_whose(given: Mapping[str, str], options: AgentServerOptions) -> Prepared:
    """Find the key that the arguments name, and say whose it may be. Raises BadInput if there is none."""
    call = call_of(given, options)
    if sum(map(bool, (call.key_env, call.key_file, call.app))) > 1:
        raise BadInput("Name the key once: with key_env, key_file or app.")
    folder = arguments.folder(given["folder"], options.folders)
    found = settings_of(call, options.environ, folder, options.check_options("offline")).settings
    if found.key is None:
        place = call.key_env or call.key_file or call.app or ", ".join(found.searched[:DOORS])
        raise BadInput("There is no key in {place}.", place=place)
    refuse_lent(found, options)
    return _prepared(partial(_whose, found.key.value.reveal(), options.lang, given["detail"] == "full"))


def _whose(raw: str, lang: str, full: bool) -> ToolResult:
    words: Mapping[str, str] = part(lang, "agents").SAY
    doors = informed()
    exam = examine_key(raw, DEFAULT_PROTOCOL)
    bare = exam.cleaned or raw
    matches = identify(bare)
    home = doors.get(matches[0].door) if matches else None
    now = time.time()
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    belongs = fit(bare, home, local=False, day=day)
    look = KeyReport(hint(bare), len(raw), matches, exam.flaws, belongs, exam.cleaned is not None, now, day)
    every = key_document(look, doors)
    candidates: list[dict[str, Any]] = every["candidates"]
    kept = candidates if full else candidates[:DOORS]
    problems = list(every["flaws"])
    lines = [put(words["key"], every["key"] | {"count": every["key"]["length"]})]
    lines += [f"{say(code, lang, {}).title} [{code}]" for code in problems]
    for one in kept:
        door = doors.get(one["door"])
        urls = ", ".join(dict.fromkeys(one["base_urls"].values())) or "-"
        values = {"name": door.name if door else one["door"], "sure": one["confidence"], "base_urls": urls}
        lines.append(put(words["fits"], values))
    lines += [] if kept else [words["no_door"]]
    more = len(candidates) - len(kept)
    lines += [put(words["more"], {"count": more})] if more else []
    key = every["key"] | {"doors": every["key"]["doors"][: len(kept)]}
    return ToolResult("\n".join(lines), {"key": key, "candidates": kept, "problems": problems, "more": more})


def prepare_doors(given: Mapping[str, str], options: AgentServerOptions) -> Prepared:
    """Look up providers."""
    names = ("id", "name", "region", "endpoints", "key_env", "console", "twins", "end", "successor")
    return _prepared(partial(_rows, "doors", options.lookups.doors, given, names))


def prepare_apps(given: Mapping[str, str], options: AgentServerOptions) -> Prepared:
    """Look up client apps."""
    names = ("id", "name", "kind", "protocols", "wires", "places", "home")
    return _prepared(partial(_rows, "apps", options.lookups.apps, given, names))


def _rows(
    kind: str, find: Callable[[str], list[dict[str, Any]]], given: Mapping[str, str], names: tuple[str, ...]
) -> ToolResult:
    """Return the rows that fit: a few in full, of many only id and name."""
    found, full = find(given["name"]), given["detail"] == "full"
    few = len(found) <= (MOST_ROWS if full else DOORS)
    if few:
        rows = found if full else [{name: one[name] for name in names if one.get(name)} for one in found]
    else:
        rows = [{"id": one["id"], "name": one["name"]} for one in found]
    lines = [_told(row) for row in rows] if few else [", ".join(f"{row['id']}" for row in rows)]
    return ToolResult("\n".join([f"{kind}: {len(found)}", *lines]), {"count": len(found), kind: rows})


def _told(row: Mapping[str, Any]) -> str:
    """Return a row as one line: what is text, and of endpoints and wires the protocol with its base URL."""
    said = [f"{row['name']} [{row['id']}]"]
    for one in row.get("endpoints", ()):
        said.append(f"{one['protocol']} {one['base_url']}")
    for one in row.get("wires", ()):
        said.append(f"{one['protocol']} {', '.join(one['base_url'])} {', '.join(one['key'])}".strip())
    if row.get("key_env"):
        said.append(", ".join(row["key_env"]))
    for one in row.get("places", ()):
        said.append(", ".join(dict.fromkeys(one["path"].values())))
    return "; ".join(dict.fromkeys(filter(None, said)))
