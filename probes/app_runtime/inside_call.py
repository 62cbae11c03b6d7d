"""What the script inside the runtime is handed, and what it reports, read as the words of a foreign program."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probes.model.record import Record, fields_of, replace
from probes.model.runtime_facts import (
    NODE,
    CallError,
    RootVariable,
    RuntimeCall,
    RuntimeFacts,
    RuntimePackage,
    RuntimeTarget,
)
from probes.processes.child_process import ChildResult, run

START = 20.0  # seconds for the start of the interpreter and the import of an SDK, on a slow disk
MOST = 256 * 1024  # bytes of output
_TEXT, _NAME, _LONGEST = 600, 120, 40  # characters of a text and of a name, items of a list
_SCRIPTS = {"python": "inside_python.py", NODE: "inside_node.cjs"}
# Reads one line of JSON from standard input, with the script in it. The flag -I keeps Python from importing anything
# from the working folder or from PYTHONPATH.
_PYTHON = (
    "import sys,json;w=json.loads(sys.stdin.readline());n={'__name__':'llmdoctor'};"
    "exec(compile(w.pop('script'),'llmdoctor','exec'),n);n['main'](w)"
)
_NODE = (
    "const w=JSON.parse(require('fs').readFileSync(0,'utf8'));const s=w.script;delete w.script;"
    "new Function('wish','load','require',s)(w,require('module').createRequire(w.folder+'/app.js'),require)"
)


class InsideWish(Record):
    """The one call: the request that this program would send, for an SDK and for a plain HTTP client.

    It holds the key, so it is never recorded and never printed. Unless it is to be sent, only the client is made.
    """

    send: bool
    protocol: str
    base_url: str
    url: str
    key: str
    auth: str
    body: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...]  # the extra headers of the settings
    request_headers: tuple[tuple[str, str], ...]  # all headers, for a plain HTTP client

    def __repr__(self) -> str:
        return "InsideWish()"


async def look_inside(target: RuntimeTarget, host: str, wish: InsideWish, seconds: float) -> RuntimeFacts:
    """Run the script inside the runtime. ``seconds`` is the limit of the call."""
    mark = f"llmdoctor-{secrets.token_hex(8)}:"
    text = (Path(__file__).parent / _SCRIPTS[target.kind]).read_text("utf-8")
    asked = {
        "script": text,
        "mark": mark,
        "host": host,
        "folder": target.folder,
        "timeout": seconds,
        **{name: getattr(wish, name) for name in fields_of(InsideWish)},
    }
    start = ["-e", _NODE] if target.kind == NODE else ["-I", "-c", _PYTHON]
    ended = await run(
        [target.program, *start],
        env=dict(target.environ),
        seconds=START + (seconds if wish.send else 0.0),
        most=MOST,
        stdin=json.dumps(asked).encode() + b"\n",
    )
    return read_report(target, ended, mark)


def read_report(target: RuntimeTarget, ended: ChildResult, mark: str) -> RuntimeFacts:
    """Return what the runtime reported, or why it did not."""
    # The folder of Node's packages is part of a command; that of a virtual environment is not needed.
    folder = target.folder if target.kind == NODE else ""
    facts = RuntimeFacts(target.kind, target.shown or target.program, target.source, target.tool, folder)
    if ended.problem:
        return replace(facts, problem="start", said=ended.problem[:_TEXT])
    if ended.timed_out:
        return replace(facts, problem="timeout")
    lines = ended.out.decode("utf-8", "replace").splitlines()
    line = next((one for one in reversed(lines) if one.startswith(mark)), "")
    try:
        found = json.loads(line[len(mark) :]) if line else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        said = ended.err.decode("utf-8", "replace").strip().splitlines()
        why = "output" if ended.overflowed or ended.status == 0 else "status"
        return replace(facts, problem=why, said=(said[-1] if said else f"exit status {ended.status}")[:_TEXT])
    return _read(facts, found)


def _read(facts: RuntimeFacts, found: Mapping[str, Any]) -> RuntimeFacts:
    needs = _table(found, "engines")
    call = found.get("call")
    return replace(
        facts,
        version=_text(found.get("version"), _NAME),
        openssl=_text(found.get("openssl"), _NAME),
        packages=tuple(
            RuntimePackage(name, version, needs.get(name, "")) for name, version in _table(found, "packages").items()
        ),
        roots=tuple(
            RootVariable(_text(one.get("name"), _NAME), _text(one.get("value")), _text(one.get("state"), _NAME))
            for one in _rows(found.get("roots"))
        ),
        proxies=tuple(_table(found, "proxies").items()),
        around=found.get("around") is True,
        options=tuple(
            (_text(one[0], _NAME), _text(one[1]))
            for one in _list(found.get("options"))
            if isinstance(one, list) and len(one) == 2
        ),
        attempt_ms=_number(found.get("attempt_ms")),
        strict=found.get("strict") is True,
        faults=(*_errors(found.get("ssl_errors")), *_errors(found.get("help_errors"))),
        call=_call(call) if isinstance(call, dict) else None,
    )


def _call(found: Mapping[str, Any]) -> RuntimeCall:
    seconds = found.get("seconds")
    return RuntimeCall(
        sdk=_text(found.get("sdk"), _NAME),
        stage=_text(found.get("stage"), _NAME),
        ok=found.get("ok") is True,
        status=_number(found.get("status")),
        tokens=(_number(found.get("prompt")), _number(found.get("completion"))),
        errors=_errors(found.get("errors")),
        seconds=float(seconds) if isinstance(seconds, (int, float)) and 0 <= seconds < 1e6 else 0.0,
    )


def _errors(value: object) -> tuple[CallError, ...]:
    return tuple(
        CallError(
            _text(one.get("type"), _NAME),
            _text(one.get("text")),
            _text(one.get("code"), _NAME),
            _number(one.get("status")),
        )
        for one in _rows(value)
    )


def _text(value: object, most: int = _TEXT) -> str:
    return value[:most] if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else 0


def _list(value: object) -> list[Any]:
    return value[:_LONGEST] if isinstance(value, list) else []


def _rows(value: object) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _table(found: Mapping[str, Any], name: str) -> dict[str, str]:
    value = found.get(name)
    items = list(value.items())[: 2 * _LONGEST] if isinstance(value, dict) else []
    return {key[:_NAME]: _text(text) for key, text in items if isinstance(key, str)}
