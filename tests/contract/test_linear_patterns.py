"""No regular expression takes more than linear time: each is tried on hostile texts made from its own parse tree."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import diagnose
import probes
from linear import Pattern
from probes.catalog.text_pattern import text_patterns
from probes.settings import consent, node_version

ROOMS = (Path(probes.__file__).parent, Path(diagnose.__file__).parent)
METHODS = ("match", "search", "fullmatch", "sub", "subn", "findall", "finditer", "split")
# Modules that read nothing but the repository's own files, when its authors run them.
OURS = ("diagnose/docs/",)


# How the patterns are applied that a function compiles, if not by `search`: its callers cannot be seen.
APPLIED = {
    "probes/catalog/fact_files.py": "match",
    "probes/keys/credential_kinds.py": "fullmatch",
    "probes/keys/flaws.py": "match",
    "probes/pasted/shell_words.py": "match",
}


class Use(NamedTuple):
    """A pattern and one way in which the program applies it."""

    where: str
    pattern: str
    flags: int
    method: str


def _rows() -> Iterator[Any]:
    from diagnose.answers.dialects import rows

    return iter(rows())


def _dialects() -> Iterable[str]:
    return [text for row in _rows() for text in (row.pattern, *row.header.values()) if text]


def _fields() -> Iterable[str]:
    from diagnose.answers import rejected_fields

    return (*rejected_fields._PLACES, *(words for words, _ in rejected_fields._FEATURES))


def _kinds() -> Iterable[str]:
    from diagnose.answers.kinds import rows

    return [row.pattern for row in rows() if row.pattern]


def _parts() -> Iterable[str]:
    from diagnose.answers import located_faults

    return (words for _, words in located_faults._PARTS)


def _plain_words() -> Iterable[str]:
    from diagnose.answers import plain_refusals

    return (pattern for _, pattern in (*plain_refusals._subjects(), *plain_refusals._faults()))


def _phrases() -> Iterable[str]:
    from diagnose.answers.explain import rows

    return [row.pattern for row in rows() if row.pattern]


def _groups() -> Iterable[str]:
    from diagnose.answers.ambiguous import groups

    return [f"(?a){group.pattern}" for group in groups()]


def _products() -> Iterable[str]:
    from diagnose.answers.products import products

    rows = products()
    return [f"^(?:{row.header})" for row in rows if row.header] + [f"(?:{row.page})" for row in rows if row.page]


def _shapes() -> Iterable[str]:
    from probes.catalog.doors import load

    return sorted({shape.pattern for door in load() for shape in door.keys})


def _key_patterns() -> Iterable[str]:
    from probes.keys import checksums
    from probes.keys.credential_kinds import JWT, credentials

    return [*(one.shape for one in credentials()), JWT, checksums._GITHUB, *_shapes()]


def _of_wires(*names: str, ending: str = "", path: bool = False) -> Callable[[], Iterable[str]]:
    def patterns() -> Iterable[str]:
        from probes.protocols.protocol import wires

        return [f"{text}{ending}" for one in wires() for name in names if (text := getattr(one, name))]

    return patterns


def _segments() -> Iterable[str]:
    from probes.protocols.protocol import wires

    ends = {one.name: rf"|/(?:{'|'.join(one.endings)})/?$" if one.endings else "" for one in wires()}
    return [f"/{name}(?:/|$){ends[one.name]}" for one in wires() for name in one.segments]


def _sdk_endpoints() -> Iterable[str]:
    from probes.protocols.protocol import wires
    from probes.urls.app_base_urls import _sdk_endpoint_pattern

    return [_sdk_endpoint_pattern(one.name).pattern for one in wires()]


def _versioned() -> Iterable[str]:
    from diagnose.answers.explain import _VERSIONED
    from probes.protocols.protocol import wires

    return ["|".join((_VERSIONED, *(one.inner_path for one in wires() if one.inner_path)))]


def _tags() -> Iterable[str]:
    from probes.pasted import notes, urls_in_text

    return [notes.LOCAL, notes.LOOPBACK, urls_in_text._PROXY_PORT, urls_in_text._MODEL_PORT]


def _endpoint() -> Iterable[str]:
    from probes.urls.url_flaws import _endpoint_pattern

    return [_endpoint_pattern().pattern]


def _quotes() -> Iterable[str]:
    from probes.api.upstream_errors import QUOTES

    return QUOTES


def _atoms() -> Iterable[str]:
    from diagnose.rendering.line_breaks import _ATOM, _NARROW_ATOM

    return [_ATOM, _NARROW_ATOM]


def _examples(*texts: str) -> Callable[[], Iterable[str]]:
    return lambda: texts


# Patterns that are made while the program runs, by module and expression: all of them, or examples of each form.
MADE: dict[tuple[str, str], Callable[[], Iterable[str]]] = {
    ("probes/settings/consent.py", "house[0]"): lambda: [hosts for hosts, _ in consent._HOUSES.values()],
    ("probes/settings/consent.py", "house[1]"): lambda: [paths for _, paths in consent._HOUSES.values()],
    ("probes/pasted/companion_hosts.py", "*"): _examples(r"(?<![\w.-])platform\.claude\.com(?!\.?[\w-])"),
    ("diagnose/answers/dialects.py", "pattern"): _dialects,
    ("diagnose/answers/ambiguous.py", "f'(?a){group.pattern}'"): _groups,
    ("diagnose/answers/kinds.py", "pattern"): _kinds,
    ("diagnose/answers/located_faults.py", "words"): _parts,
    ("diagnose/answers/phrases.py", "pattern"): _phrases,
    ("diagnose/answers/plain_refusals.py", "pattern"): _plain_words,
    ("diagnose/answers/rejected_fields.py", "place"): _fields,
    ("diagnose/answers/rejected_fields.py", "words"): _fields,
    ("diagnose/answers/explain.py", "versioned"): _versioned,
    ("diagnose/answers/products.py", "f'{start}(?:{pattern})'"): _products,
    ("diagnose/cli/fixing/shell_lines.py", "f'[^{kept}]'"): _examples("[^A-Za-z0-9._-]"),
    ("diagnose/evidence/client_urls.py", r"re.escape(base) + '/v\\d++[a-z]*+\\d*+'"): _examples(
        r"https://host/v\d++[a-z]*+\d*+"
    ),
    ("diagnose/judging/support_bundle.py", "*"): _examples(
        r"(?i)(?<![\w.~/\\-])(?:/home/anna)(?![\w.-])", r"(?i)([/\\](?:home|users)[/\\])anna(?![\w.-])"
    ),
    ("diagnose/rendering/line_breaks.py", "_NARROW_ATOM if narrow else _ATOM"): _atoms,
    ("diagnose/words/__init__.py", "f'{lang.lower()}(?![a-z0-9])'"): _examples("en(?![a-z0-9])"),
    ("probes/api/model_names.py", "f'(?<![a-z]){re.escape(word)}(?![a-z])'"): _examples("(?<![a-z])mini(?![a-z])"),
    ("probes/api/response_checks.py", "spoken.error_words"): _of_wires("error_words"),
    ("probes/api/upstream_errors.py", "pattern"): _quotes,
    ("probes/catalog/door.py", "added"): _of_wires("added"),
    ("probes/catalog/door_files.py", "*"): _examples(r"\s*\[\s*doors\s*\.[^.\]]+\]", r"\s*\[\[\s*doors?\s*\]\]"),
    ("probes/catalog/door_files.py", r"f'\\s*{name}\\s*='"): _examples(r"\s*hosts\s*="),
    ("probes/catalog/fact_files.py", "*"): _examples(r"\s*\[\[?\s*models\s*\]\]?", r"\s*base_url\s*="),
    ("probes/catalog/fact_schema.py", "value"): _examples(),  # compiled only, to see whether it is valid
    ("probes/catalog/door_files.py", "shape.pattern"): _examples(),  # compiled only, to see whether it is valid
    ("probes/demo_server/practice_doors.py", "*"): _examples(r"/v1/(?:v1|v1beta)/models(?:/([^/:]+):(\w+))?"),
    ("probes/keys/credential_kinds.py", "pattern"): _key_patterns,
    ("probes/pasted/keys_in_text.py", "one.pattern"): _shapes,
    ("probes/settings/node_version.py", "pattern"): lambda: [words.decode() for _, words in node_version._FILES],
    ("probes/keys/made_up.py", "shape.pattern"): _examples(),  # applied to a text of the program's own
    ("probes/keys/made_up.py", "piece"): _examples(r"[A-Za-z0-9]", r"\w", "a"),
    ("probes/model/scrubber.py", "*"): _examples(r"(?<![A-Za-z0-9])short\-key(?![A-Za-z0-9])"),
    ("probes/pasted/curl_command.py", "pattern"): _examples(
        r"(\[[^\]]*\]|[^:]*):(\d{0,5}):(\[[^\]]*\]|[^:]*):(\d{0,5})",
        r"[+-]?(\[[^\]]*\]|[^:]*):(\d{1,5}):(\[[^\]]*\]|[^,]*)(?:,.*)?()",
    ),
    ("probes/pasted/endpoint_urls.py", "f'{pattern}$'"): _of_wires("listing", "address", ending="$"),
    ("probes/pasted/shell_words.py", r"f'{mark}[ \\t]*\\r?\\n'"): _examples(r"\\[ \t]*\r?\n", r"`[ \t]*\r?\n"),
    ("probes/pasted/shell_words.py", "pattern"): _examples(),  # of `match`, whose calls are collected
    ("probes/pasted/shell_words.py", r"f'(.*?)^\\t*+{re.escape(self.waiting)}[ \\t]*$'"): _examples(
        r"(?sm)(.*?)^\t*+EOF[ \t]*$"
    ),
    ("probes/pasted/urls_in_text.py", "pattern"): _tags,
    ("probes/protocols/protocol.py", r"f'[?&]{name}=([\\w.-]+)'"): _examples(r"[?&]api-version=([\w.-]+)"),
    ("probes/protocols/protocol.py", "pattern"): _of_wires("model_path"),
    ("probes/protocols/protocol.py", "f'/{name}(?:/|$){ends}'"): _segments,
    ("probes/steps/door.py", "known.spoken_at"): _of_wires("spoken_at"),
    ("probes/urls/app_base_urls.py", "*"): _sdk_endpoints,
    ("probes/urls/url_flaws.py", "added"): _of_wires("added"),
    ("probes/urls/url_flaws.py", "f'(?i){named_wire.inner_path}/*$'"): _of_wires("inner_path", ending="/*$"),
    ("probes/urls/url_flaws.py", "*"): _endpoint,
}


@cache
def _modules() -> dict[Path, ast.Module]:
    files = [file for room in ROOMS for file in sorted(room.rglob("*.py"))]
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


@cache
def _methods_of_names() -> dict[str, set[str]]:
    """Return by name which methods are called on the objects of this name anywhere."""
    found: dict[str, set[str]] = {}
    for tree in _modules().values():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
                value = call.func.value
                name = value.id if isinstance(value, ast.Name) else getattr(value, "attr", "")
                found.setdefault(name, set()).add(call.func.attr)
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, set[str]]]:
    """Yield each call with a pattern, and the methods by which the pattern is applied."""
    targets = {
        id(node.value): [target.id for target in node.targets if isinstance(target, ast.Name)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
    }
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
            continue
        name, value = call.func.attr, call.func.value
        if isinstance(value, ast.Name) and value.id == "re":
            if name == "compile":
                used = [_methods_of_names().get(target, set()) for target in targets.get(id(call), [])]
                yield call, set().union(*used)
            elif name in METHODS:
                yield call, {name}
        elif name in ("match", "fullmatch") and isinstance(call.args[0], ast.Constant | ast.JoinedStr):
            yield call, {name}  # a helper such as that of the shell reader


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    return eval(ast.unparse(node), dict(names))


def _short(file: Path) -> str:
    """Return the path of a module from the folder of its package: ``probes/api/remedies.py``."""
    room = next(room for room in ROOMS if room in file.parents)
    return file.relative_to(room.parent).as_posix()


def _name_of(file: Path) -> str:
    return _short(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _uses(file: Path, tree: ast.Module) -> Iterator[Use]:
    short = _short(file)
    calls = list(_calls(tree))
    if not calls or short.startswith(OURS) or short == "probes/catalog/text_pattern.py":  # see _text_patterns
        return
    module = importlib.import_module(_name_of(file))
    for call, methods in calls:
        at = {"compile": 1, "match": 2, "search": 2, "fullmatch": 2, "findall": 2, "finditer": 2}
        given = [word.value for word in call.keywords if word.arg == "flags"]
        assert isinstance(call.func, ast.Attribute)
        place = at.get(call.func.attr, len(call.args))
        flags = int(_value((given or call.args[place:] or [ast.Constant(0)])[0], vars(module)))
        expression = ast.unparse(call.args[0])
        patterns: Iterable[Any]
        try:
            patterns = [_value(call.args[0], vars(module))]
        except (NameError, AttributeError):
            made = MADE.get((short, expression)) or MADE.get((short, "*"))
            assert made, f"{short}:{call.lineno}: add the patterns that {expression} makes to MADE"
            patterns = made()
        applied = methods or {APPLIED.get(short, "search")}
        for pattern in patterns:
            text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
            for method in sorted(applied):
                yield Use(f"{short}:{call.lineno}", text, flags, method)


# `sub` and `findall` try every start, as `search` does until it finds something: one of them stands for all.
_KINDS = {"match": "match", "fullmatch": "fullmatch"}


def _text_patterns() -> Iterator[Use]:
    """Return the patterns that are compiled only for a text that contains their words."""
    for file, tree in _modules().items():
        if any(isinstance(one, ast.Name) and one.id == "TextPattern" for one in ast.walk(tree)):
            importlib.import_module(_name_of(file))
    return (Use("TextPattern", one.pattern, one.flags, "finditer") for one in text_patterns())


@cache
def _all_uses() -> tuple[Use, ...]:
    found: dict[tuple[str, int, str], Use] = {}
    called = (use for file, tree in _modules().items() for use in _uses(file, tree))
    for use in (*called, *_text_patterns()):
        kind = _KINDS.get(use.method, "finditer")
        found.setdefault((use.pattern, use.flags, kind), use._replace(method=kind))
    return tuple(found.values())


@pytest.mark.slow
def test_every_pattern_of_the_program_is_found() -> None:
    assert len(_all_uses()) > 600
    assert {"match", "fullmatch", "finditer"} == {use.method for use in _all_uses()}


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [r"(a+)+$", r"\s*\s*x", r"x.*y.*z", r"(?:a|a)*b"])
def test_a_pattern_that_backtracks_is_noticed(pattern: str) -> None:
    assert Pattern(pattern, 0, "finditer").slow()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_each_pattern_takes_linear_time(part: int) -> None:
    found = []
    for use in _all_uses()[part::8]:
        text = Pattern(use.pattern, use.flags, use.method).slow()
        if text:
            found.append(f"{use.where} {use.method} {use.pattern[:100]!r}: {text}")
    assert not found, "\n".join(found)
