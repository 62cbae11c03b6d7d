"""The requests of real clients, as ``tests/real/record_clients.py`` recorded them on loopback.

There is one file for each client in ``probes/facts/clients/``. A recording has the form of a request and none of its
texts. In its body, ``{model}``, ``{prompt}``, ``{limit}``, ``{budget}``, ``{text}``, ``{id}`` and ``{number}`` stand
for what each request fills in: the model, a short prompt, the smallest limit of output tokens, the smallest budget for
thinking, another text, an identifier (``msg_{id}`` is one of a kind), a grammar, a number that differs from run to run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from probes.catalog.apps import load as load_apps
from probes.catalog.fact_files import HEADER, FactsError, read_facts
from probes.catalog.provenance import Provenance, provenance_of
from probes.client_requests.bisection import is_named, mention
from probes.client_requests.parts import Headers, Shape, names_of
from probes.model.named_tuple import NamedTuple
from probes.model.settings import BadInput
from probes.protocols.protocol import ALLOWANCE, KEY_HEADERS, PROMPT

PLACE = "clients"  # the folder of the recordings among the facts
BUDGET = 1024  # tokens: the smallest budget for thinking that Anthropic accepts, and it must be below the limit
LIMITED = ALLOWANCE + BUDGET  # output tokens of one request at most
TEXT = "Answer in one word."
IDENTIFIER = "llmdoctor"  # numbered: no two items of a request have the same
GRAMMAR = 'start: "OK"'  # in the syntax of Lark, in which OpenAI's custom tools have theirs
NUMBER = 0
# Where the protocols have the limit of output tokens: a field of the body, or of an object in it.
LIMITS = (
    ("max_tokens",),
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("generationConfig", "maxOutputTokens"),
    ("options", "num_predict"),
)
_ALIKE = 4  # characters that the names of two models of one family begin with: ``gpt-``, ``claude-``


class Switch(NamedTuple):
    """A setting of a client, and the parts that its request lacks with it."""

    setting: str
    drops: tuple[str, ...]


class Recording(NamedTuple):
    """One request of a client. ``model`` is the one that it was recorded with, on which its form may depend.

    ``size`` is that of the recorded body in bytes, ``limit`` the recorded limit of output tokens (0: none was sent).
    ``identity`` are the names of headers that only say which client it is: a check never sends them.
    """

    app: str
    version: str
    protocol: str
    model: str
    query: str
    size: int
    limit: int
    headers: Headers
    identity: tuple[str, ...]
    body: Mapping[str, Any]
    switches: tuple[Switch, ...]
    mends: tuple[str, ...]  # parts that it leaves out by itself once a server has refused them
    provenance: Provenance

    @property
    def shape(self) -> Shape:
        """The headers and the body, not filled in."""
        return Shape(self.headers, self.body)

    @property
    def streams(self) -> bool:
        """Whether the client asks for a stream. Gemini's clients ask for it in the path, and all of them do."""
        return bool(self.body.get("stream", "contents" in self.body))

    def switch_for(self, part: str) -> str:
        """Return the setting with which the client leaves out a part and least besides; empty if none was seen."""
        found = [one for one in self.switches if part in one.drops]
        return min(found, key=_cost).setting if found else ""


def setting_for(app: str, field: str) -> str:
    """Return the setting with which a client leaves out a field that a server has named; empty if none was seen.

    >>> setting_for("claude-code", "tools.0.custom.defer_loading")
    'ENABLE_TOOL_SEARCH=false'
    """
    found = [one for recording in recordings_of(app) for one in recording.switches]
    named = [(mention(part, field), one) for one in found for part in one.drops if is_named(part, field)]
    return max(named, key=lambda pair: (pair[0], *(-cost for cost in _cost(pair[1]))))[1].setting if named else ""


def _cost(switch: Switch) -> tuple[int, int]:
    """Return what a user loses by a setting: whole fields, which stand for features, count most."""
    return sum(1 for one in switch.drops if not set(".[:-") & set(one)), len(switch.drops)


@cache
def recorded_apps() -> tuple[str, ...]:
    """Return the ids of the clients that were recorded, in alphabetical order."""
    from importlib.resources import files  # works in an archive too

    found = files("probes").joinpath("facts", PLACE).iterdir()
    names = {name.rpartition(".")[0] for one in found if (name := one.name).endswith((".toml", ".json"))}
    return tuple(sorted(names))


def demand_recorded(app: str | None) -> None:
    """Check that a client was named whose request was recorded. Raises BadInput otherwise."""
    if app is None:
        raise BadInput("--as-client needs --app NAME: the app whose request it sends", follow=("apps",))
    if app not in recorded_apps():
        names = ", ".join(recorded_apps())
        raise BadInput("The request of {app} was not recorded. These were: {names}", app=app, names=names)


@cache
def recordings_of(app: str) -> tuple[Recording, ...]:
    """Return the recordings of a client, that of its default protocol first; none if it was not recorded."""
    if app not in recorded_apps():
        return ()
    document = read_facts(f"{PLACE}/{app}")
    seen = document[HEADER]["seen"]
    found = [recording_of(row, seen) for row in document["request"]]
    firsts = {one.protocol: one for one in reversed(found)}
    # What settings leave out was recorded with the first model of each protocol.
    return tuple(
        one._replace(switches=firsts[one.protocol].switches, mends=firsts[one.protocol].mends) for one in found
    )


def recording_of(row: Mapping[str, Any], seen: str) -> Recording:
    """Return the recording of one row of a file. Raises ValueError if its body is not a JSON object."""
    body = json.loads(row["body"])
    if not isinstance(body, dict):
        raise ValueError("body is not a JSON object")
    return Recording(
        app=row["app"],
        version=row["version"],
        protocol=row["protocol"],
        model=row["model"],
        query=row.get("query", ""),
        size=row["size"],
        limit=row.get("limit", 0),
        headers=tuple(row.get("headers", {}).items()),
        identity=tuple(row.get("identity", ())),
        body=body,
        mends=tuple(row.get("mends", ())),
        switches=tuple(Switch(one["setting"], tuple(one["drops"])) for one in row.get("switches", ())),
        provenance=provenance_of(row, seen),
    )


def check_recordings(path: Path, document: Mapping[str, Any]) -> None:
    """Check a file of recordings. Raises FactsError that names the file and the row."""
    app = load_apps().get(path.stem)
    for number, row in enumerate(document.get("request", ()), 1):
        problem = ""
        try:
            found = recording_of(row, "")
            if app is None or row["app"] != app.id:
                problem = "app is not the app of the file's name"
            elif app.wire(found.protocol) is None:
                problem = f"{app.id} does not speak {found.protocol}"
            elif {name.lower() for name, _ in found.headers} & (KEY_HEADERS | {"user-agent"}):
                problem = "headers hold a key, or say which client it is"
            elif unknown := {one for switch in found.switches for one in switch.drops} - set(names_of(found.shape)):
                problem = f"switches: {min(unknown)} is no part of the request"
        except (KeyError, ValueError) as error:
            problem = str(error)
        if problem:
            raise FactsError(f"{path}: [request] row {number}: {problem}")


def recording_for(app: str | None, protocol: str, model: str) -> Recording | None:
    """Return the recording of a client in a protocol with the most similar model; None if there is none.

    The first recording of a protocol is the client's usual one. It is taken for models of other families.
    """
    found = [one for one in recordings_of(app or "") if one.protocol == protocol]
    if not found:
        return None
    best = max(found, key=lambda one: _common(one.model, model))
    return best if _common(best.model, model) >= _ALIKE else found[0]


def _common(one: str, other: str) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def filled(recording: Recording, model: str, plain: Mapping[str, Any]) -> Shape:
    """Return the request to send: with the model, a short prompt and the smallest limit of output tokens.

    ``plain`` is the body of the plain request that works. A client that sends no limit gets that request's limit.
    """
    text = json.dumps(recording.body)
    limit = ALLOWANCE + (BUDGET if '"{budget}"' in text else 0)
    values = {
        "{model}": model,
        "{prompt}": PROMPT,
        "{limit}": limit,
        "{budget}": BUDGET,
        "{text}": TEXT,
        "{grammar}": GRAMMAR,
        "{number}": NUMBER,
    }
    body = _filled(recording.body, values, count(1))
    if '"{limit}"' not in text:
        for path in LIMITS:
            value = _at(plain, path)
            if value is not None:
                body = _with(body, path, value)
    return Shape(recording.headers, body)


def _filled(value: Any, values: Mapping[str, Any], numbers: Iterator[int]) -> Any:
    if isinstance(value, str):
        if value.endswith("{id}"):
            return value.replace("{id}", f"{IDENTIFIER}{next(numbers)}")
        return values.get(value, value)
    if isinstance(value, dict):
        return {key: _filled(one, values, numbers) for key, one in value.items()}
    return [_filled(one, values, numbers) for one in value] if isinstance(value, list) else value


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _with(value: Any, path: tuple[str, ...], wanted: Any) -> Any:
    inner = value if isinstance(value, dict) else {}
    name, *rest = path
    return {**inner, name: _with(inner.get(name), tuple(rest), wanted) if rest else wanted}
