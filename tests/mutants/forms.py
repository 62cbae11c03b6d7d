"""Mutants of form: events dropped, doubled, moved; foreign events; lines; what follows the end; types; bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mutants import sound
from mutants.mutant import Mutant, dumped, framed


def _stream(protocol: str, kind: str, change: str, body: str | bytes, **more: Any) -> Mutant:
    return Mutant(protocol, "stream", kind, change, body.encode() if isinstance(body, str) else body, **more)


def of_order(protocol: str) -> Iterator[Mutant]:
    """Yield streams in which events are missing, doubled or in another order."""
    rows = sound.stream(protocol)
    kinds: dict[str, list[int]] = {}
    for index, (name, value) in enumerate(rows):
        label = name or ("text" if any(piece in dumped(value) for piece in sound.PIECES) else f"event {index}")
        kinds.setdefault(label, []).append(index)
        changed = {
            "dropped": rows[:index] + rows[index + 1 :],
            "doubled": [*rows[: index + 1], *rows[index:]],
            "swapped": [*rows[:index], *rows[index + 1 : index + 2], rows[index], *rows[index + 2 :]],
            "first": [rows[index], *rows[:index], *rows[index + 1 :]],
            "last": [*rows[:index], *rows[index + 1 :], rows[index]],
            "end behind": rows[: index + 1],
        }
        for how, copy in changed.items():
            if copy != rows and copy:
                yield _stream(protocol, "order", f"event {index} {how}", framed(protocol, copy))
    for label, places in kinds.items():
        if len(places) > 1:
            copy = [row for index, row in enumerate(rows) if index not in places]
            yield _stream(protocol, "order", f"every {label} dropped", framed(protocol, copy))


# fmt: off
_FOREIGN = (
    "data: null\n\n", "data: []\n\n", "data: 1\n\n", 'data: "x"\n\n', "data: {}\n\n", 'data: {"type":"ping"}\n\n',
    "event: ping\ndata: {}\n\n", "event: keepalive\ndata: {}\n\n", 'event: zz\ndata: {"type":"zz"}\n\n',
    'data: {"error":null}\n\n', 'data: {"error":{}}\n\n', 'data: {"error":"boom"}\n\n', 'data: {"type":"zz"}\n\n',
    'data: {"error":{"message":"boom","type":"server_error"}}\n\n', 'data: {"code":0,"msg":"ok"}\n\n',
    'data: {"code":500,"msg":"boom"}\n\n', "event: zz\ndata: hello\n\n", "event: zz\n\n", "event: ping\n\n",
    "data: hello\n\n", "data:\n\n", "data:  \n\n", "data\n\n", 'event: error\ndata: {"error":{"message":"boom"}}\n\n',
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"boom"}}\n\n',
    "event: error\ndata: boom\n\n", "event: error\n\n", 'data: {"x":NaN}\n\n', 'event: zz\ndata: {"x":Infinity}\n\n',
    'data: {"choices":null}\n\n', 'data: {"choices":[]}\n\n', 'data: {"choices":[null]}\n\n', 'data: {"choices":[{}]}\n\n',
    'data: {"choices":["x"]}\n\n', 'data: {"type":"response.zz"}\n\n', 'data: {"type":"error","message":"boom"}\n\n',
    'data: {"candidates":[]}\n\n', 'data: {"candidates":null}\n\n', 'data: {"message":{"role":"assistant","content":"x"}}\n\n',
    ": ping\n\n", ": ping\n", "id: 7\n\n", "retry: 3000\n\n", "id: 7\n", "retry: 3000\n", "zz: 1\n\n", "zz\n\n", "\n", "\n\n",
    "id:\n\n", "retry: x\n\n", "id: 7\nevent: zz\n\n", "event: message\ndata: {}\n\n", "event:\ndata: {}\n\n",
    'data: {"usage":{"total_tokens":3}}\n\n', 'data: {"id":"x","object":"","choices":[],"model":"","created":0}\n\n',
)
_FOREIGN_LINES = (
    "{}\n", "null\n", "[]\n", "1\n", '"x"\n', "\n", "hello\n", '{"error":"boom"}\n', '{"error":null}\n', '{"error":""}\n',
    '{"error":{"message":"boom"}}\n', '{"message":{"role":"assistant","content":""}}\n', '{"message":null}\n',
    '{"x":NaN,"message":{"role":"assistant"}}\n', "data: {}\n", ": ping\n", " \n", "[DONE]\n", '{"status":"ok"}\n', "\r\n",
)
# fmt: on


def of_foreign(protocol: str) -> Iterator[Mutant]:
    """Yield streams with an event that does not belong there: in front, in the middle, before and behind the end."""
    rows = sound.stream(protocol)
    places = {"in front": 0, "in the middle": len(rows) // 2, "before the end": len(rows) - 1, "behind": len(rows)}
    for event in _FOREIGN_LINES if protocol == "ollama" else _FOREIGN:
        for where, index in places.items():
            body = framed(protocol, rows[:index]) + event + framed(protocol, rows[index:])
            yield _stream(protocol, "foreign" if where != "behind" else "behind the end", f"{event!r} {where}", body)
    for index in range(len(rows)):
        for event in ("retry: 3000\n\n", ": ping\n\n") if protocol != "ollama" else ():
            numbered = "".join(f"id: {n}\n" + framed(protocol, [row]) for n, row in enumerate(rows[: index + 1]))
            change = f"numbered events, {event!r} behind event {index}"
            yield _stream(protocol, "foreign", change, numbered + event + framed(protocol, rows[index + 1 :]))


def _lines(protocol: str) -> Iterator[tuple[str, str]]:
    rows = sound.stream(protocol)
    text = framed(protocol, rows)
    yield "CRLF", text.replace("\n", "\r\n")
    yield "CR", text.replace("\n", "\r")
    yield "mixed line ends", text.replace("\n\n", "\r\n\n")
    yield "no last line end", text[:-1]
    yield "no blank line at the end", text.rstrip("\n") + "\n"
    yield "no line end at the end", text.rstrip("\n")
    yield "a blank line more at the end", text + "\n"
    yield "blank lines in front", "\n\n" + text
    yield "BOM", "\ufeff" + text
    yield "comment in front", ": hi\n\n" + text
    yield "comments between", text.replace("\n\n", "\n\n: ping\n\n")
    yield "comments inside", text.replace("data: ", ": ping\ndata: ")
    if protocol == "ollama":
        yield "SSE instead of lines", "".join(f"data: {dumped(value)}\n\n" for _, value in rows)
        yield "a blank line between", text.replace("\n", "\n\n")
        yield "spaces in front", text.replace("{", "  {", 1)
        yield "one list", "[" + ",".join(dumped(value) for _, value in rows) + "]"
        yield "raw line separators", text.replace("beta ", "beta \u2028\u2029\x85")
        for mark in ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"):
            yield f"raw {mark!r}", text.replace("beta ", f"beta {mark}")
        return
    yield "no space behind the colon", text.replace("data: ", "data:").replace("event: ", "event:")
    yield "two spaces behind the colon", text.replace("data: ", "data:  ")
    yield "tab behind the colon", text.replace("data: ", "data:\t")
    yield "space in front of the colon", text.replace("data: ", "data : ")
    yield "space in front of the line", text.replace("data: ", " data: ")
    yield "DATA", text.replace("data: ", "DATA: ")
    yield "one line end between events", text.replace("\n\n", "\n")
    yield "three line ends between events", text.replace("\n\n", "\n\n\n")
    yield "data split", text.replace(',"', ',\ndata: "')
    yield "JSON lines", "".join(dumped(value) + "\n" for _, value in rows)
    yield "JSON lines, blank lines", "".join(dumped(value) + "\n\n" for _, value in rows)
    yield "one list", "[" + ",".join(dumped(value) for _, value in rows if not isinstance(value, str)) + "]"
    yield "indented list", "[" + "\n,\n".join(dumped(value) for _, value in rows if not isinstance(value, str)) + "\n]"
    yield "raw U+2028", text.replace("beta ", "beta \u2028")
    yield "ids in the blocks", "".join(f"id: {n}\n" + framed(protocol, [row]) for n, row in enumerate(rows))
    yield "retry in the blocks", text.replace("data: ", "retry: 3000\ndata: ")
    yield "one id in front", "id: 1\n" + text
    yield "ids and pings", "".join(f"id: {n}\n" + framed(protocol, [row]) + ": ping\n\n" for n, row in enumerate(rows))
    for name in ("message", "zz", " message_start", "\tmessage_start", "message_start ", "", "ping", "thread.x"):
        yield (
            f"event {name!r} on every event",
            framed(protocol, [(name, value) for _, value in rows]).replace(
                "data:", "event:\ndata:" if not name else "data:"
            ),
        )
    yield "no event lines", framed(protocol, [("", value) for _, value in rows])
    yield (
        "names by type",
        framed(protocol, [(v["type"] if isinstance(v, dict) and "type" in v else "x", v) for _, v in rows]),
    )
    yield "event line behind data", "".join(f"data: {dumped(v)}\nevent: {name}\n\n" for name, v in rows if name)
    for index, (name, value) in enumerate(rows):
        if name:
            copy = [*rows[:index], ("", value), *rows[index + 1 :]]
            yield f"event {index} without its event line", framed(protocol, copy)
            copy[index] = ("zz", value)
            yield f"event {index} with another event line", framed(protocol, copy)


def of_lines(protocol: str) -> Iterator[Mutant]:
    """Yield streams whose lines have another form."""
    for change, body in _lines(protocol):
        if body.strip():
            yield _stream(protocol, "lines", change, body)


def of_endings(protocol: str) -> Iterator[Mutant]:
    """Yield other end markers, bodies that are cut after everything has come, and what follows the end."""
    text = framed(protocol, sound.stream(protocol))
    for framing in ("cut", "long", "close", "length"):
        yield _stream(protocol, "end of the body", framing, text, framing=framing)
        yield replace(sound_plain(protocol), kind="end of the body", change=framing, framing=framing)
    half = text[: len(text) // 2]
    yield _stream(protocol, "end of the body", "cut in the middle", half, framing="cut")
    yield _stream(protocol, "end of the body", "closed in the middle", half)
    marker = "[DONE]"
    if protocol == "openai":
        for form in ("[DONE] ", "[DONE]x", '"[DONE]"', "[done]", "DONE", " [DONE]", "[DONE]\ndata: "):
            body = text.replace(f"data: {marker}", f"data: {form}")
            yield _stream(protocol, "[DONE]", f"{form!r} for [DONE]", body)
        body = text.replace(f"data: {marker}", f"event: done\ndata: {marker}")
        yield _stream(protocol, "[DONE]", "with an event line", body)
        for more in ("data: {}\n\n", "hello\n\n", 'data: {"error":"boom"}\n\n'):
            yield _stream(protocol, "[DONE]", f"{more!r} and cut", text + more, framing="cut")
    elif protocol != "ollama":
        for form in (marker, "[DONE] ", "[DONE]x"):
            yield _stream(protocol, "[DONE]", f"{form!r} behind", text + f"data: {form}\n\n")
            yield _stream(protocol, "[DONE]", f"{form!r} behind, cut", text + f"data: {form}\n\n", framing="cut")
            yield _stream(protocol, "[DONE]", f"{form!r} with an event line", text + f"event: done\ndata: {form}\n\n")


_TYPES = (
    "-", "text/plain", "text/html", "text/html; charset=utf-8", "application/octet-stream", "text/json", "*/*", "json",
    "Application/JSON", "application/json; charset=utf-8", "application/json;charset=gbk", "application/json; charset=x",
    "application/problem+json", "application/x-ndjson", "text/event-stream", "text/event-stream; charset=utf-8",
    "application/json, application/json", "application/JSON; charset=utf-8", "text/plain; charset=iso-8859-1",
    "application/stream+json", "text/event-stream;charset=gbk",
)  # fmt: skip
_STATUSES = (201, 202, 203, 206, 299)


def of_heads(protocol: str) -> Iterator[Mutant]:
    """Yield other content types, statuses and encodings."""
    for one in (sound_plain(protocol), sound_stream(protocol)):
        for name in _TYPES:
            yield replace(one, kind="content type", change=name, content_type=name)
        for status in _STATUSES:
            yield replace(one, kind="status", change=str(status), status=status)
        for packed in ("br", "zstd", "identity", "gzip", "zz", "utf-8"):
            head = (("Content-Encoding", packed),)
            yield replace(one, kind="content encoding", change=f"{packed}, not packed", headers=head)


def of_bytes(protocol: str) -> Iterator[Mutant]:
    """Yield bodies in other encodings, with wrong bytes, and JSON that only some parsers take."""
    for one in (sound_plain(protocol), sound_stream(protocol)):
        body = one.body.decode()
        chinese = body.replace("beta ", "你好 ")
        wanted = tuple(piece.replace("beta ", "你好 ") for piece in one.wanted)
        for code in ("utf-8", "gbk", "utf-16", "utf-8-sig", "utf-16-le"):
            yield replace(one, kind="bytes", change=code, body=chinese.encode(code), pieces=wanted)
        lossy = body.encode().replace(b"gamma", b"gam\xffma")
        yield replace(one, kind="bytes", change="wrong byte in the text", body=lossy, pieces=())
        for value in ("NaN", "Infinity", "-Infinity", "1e999"):
            worn = body.replace("{", '{"x":' + value + ",", 1)
            yield replace(one, kind="JSON", change=value, body=worn.encode())
        for change, worn in (
            ("raw tab in the text", body.replace("beta ", "beta\t ")),
            ("comma too many", body.replace("}", ",}", 1)),
            ("single quotes", body.replace('"', "'")),
            ("doubled key", body.replace("{", '{"model":"a",', 1)),
            ("white space in front", " \n" + body if one.half == "plain" else body.replace("{", " {", 1)),
            ("rest behind", body + "x" if one.half == "plain" else body.replace("}\n", "}x\n", 1)),
            ("lone surrogate", body.replace("beta ", "beta \\ud800 ")),
            ("null byte", body.replace("beta ", "beta \\u0000 ")),
            ("long number", body.replace("{", '{"x":' + "9" * 400 + ",", 1)),
            ("deep nesting", body.replace("{", '{"x":' + "[" * 300 + "]" * 300 + ",", 1)),
        ):
            yield replace(one, kind="JSON", change=change, body=worn.encode(), pieces=() if "beta" in change else None)
    if protocol != "ollama":
        text = framed(protocol, sound.stream(protocol)).encode()
        for change, bad in (("comment", b": \xff\n\n"), ("field", b"zz\xff: 1\n\n"), ("event line", b"event: \xff\n")):
            yield _stream(protocol, "bytes", f"wrong byte in a {change}", bad + text)


def sound_plain(protocol: str) -> Mutant:
    """Return the sound answer."""
    return Mutant(protocol, "plain", "sound", "", dumped(sound.plain(protocol)).encode())


def sound_stream(protocol: str) -> Mutant:
    """Return the sound stream."""
    return _stream(protocol, "sound", "", framed(protocol, sound.stream(protocol)))
