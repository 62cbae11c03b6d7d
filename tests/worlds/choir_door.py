"""The practice door of the made-up protocol, and a program that knows both.

Run as a script, it is ``llmdoctor`` with one more file in ``probes/protocols`` and one more function in
``probes/demo_server/practice_doors.py``: it takes commands as JSON, and prints the output of each.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from probes.demo_server.answers import as_events, as_json, keys_in
from probes.demo_server.server import Answer, Handler, Request, ScriptEnd

VOICES = ("alto-1", "tenor-2")


def note(song: str) -> bytes:
    """Return a piece of a streamed song."""
    return f'event: note\ndata: {{"song": "{song}"}}\n\n'.encode()


APPLAUSE = b"event: applause\ndata: {}\n\n"
SONG = [note("one "), note("two "), note("three")]


def wrong(status: int, name: str, verse: str) -> Answer:
    """Return an error in the protocol's own shape."""
    return as_json({"wrong": {"note": name, "verse": verse}}, status)


def choir(*keys: str, prefix: str = "/v3", models: Sequence[str] = VOICES, cut: bool = False) -> Handler:
    """Make a working door that accepts ``keys``; with ``cut`` its streams break off."""

    def handler(request: Request) -> Answer:
        where = f"{request.method} {request.path.removeprefix(prefix)}"
        if not request.path.startswith(prefix) or where not in ("GET /voices", "POST /sing"):
            return wrong(404, "no_such_stage", f"There is nothing at {request.path}")
        if keys and not set(keys_in(request, ("x-api-key",))) & set(keys):
            return wrong(401, "unauthorized", "Invalid API key")
        if where == "GET /voices":
            return as_json({"voices": list(models)})
        asked = request.json()
        if asked.get("voice") not in models:
            return wrong(404, "no_such_voice", f"The model {asked.get('voice')} does not exist")
        if asked.get("live"):
            return as_events([*SONG, ScriptEnd.CLOSE] if cut else [*SONG, APPLAUSE])
        return as_json({"song": "OK.", "voice": asked["voice"], "ended": "applause"})

    return handler


def main(asked: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Return exit status and output of each command, run in one process that knows the protocol."""
    import probes.protocols
    from probes.demo_server import practice_doors

    probes.protocols.__path__.append(str(Path(__file__).with_name("made_up")))
    practice_doors.choir = choir  # type: ignore[attr-defined]
    from click.testing import CliRunner

    from diagnose.cli import program

    here, done = Path.cwd(), []
    for one in asked:
        os.chdir(one["environ"].get("PWD", here))
        result = CliRunner().invoke(program, one["arguments"], env=one["environ"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        done.append((result.exit_code, result.output))
    return done


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
