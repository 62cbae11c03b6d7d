"""Words that people read are plain: a list of turns that no text may use, in each language.

The lists began with the table of the report's words and grow with each text that readers found odd. A pattern names the
turn, not a topic, so that a sound sentence with the same word passes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "diagnose/words"

# The turn, and what a support engineer writes instead.
ENGLISH = {
    # -- the table --
    r"shown (?:not )?to work": "works / does not work",
    r"tried in this run|seen to work in this run": "tested just now",
    r"also noticed|follows from (?:it|\{)": "other problems / caused by this",
    r"an answer came after": "answered in",
    r"nothing shown about": "not checked",
    r"is no known provider": "not a provider we know",
    r"key = (?:as given|cleaned)": "key unchanged / key without the line break",
    r"\bclings?\b": "the key ends with a line break",
    r"too many requests for now": "rate limit reached",
    r"\bno \w+ by (?:the|this|that) name": "no model named X",
    r"certificate ends\b|\bends in (?:\{days|five days)": "the certificate expires in",
    r"something on the way\b": "something on your network",
    r"is not known here": "this machine does not trust",
    r"place from which this request": "not available in your country",
    r"made for people": "the website, not the API",
    r"in each other's place": "are swapped",
    r"goes? out twice": "contains /v1 twice",
    r"(?<!there )\bis no (?:JSON|TOML|YAML|list|table|number|text|key|web server|whole|credit)\b": "is not",
    r"\b(?:is|are) meant\?": "did you mean",
    r"\b(?:is|are) to be\b": "must be",
    r"start (?:again|the app again)": "restart your app",
    r"\bpass(?:es|ed)? (?:over|by)\b(?! itself)|without a word": "silently ignores",
    r"\b(?:live|lives) (?:on|under|below|at)\b": "old tutorials still show / is at",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"(?:^|[.;:,] )else\b": "otherwise",
    r"\blet\b(?!'s Encrypt)": "make, allow, have",
    # -- found while rewriting --
    r"\bheed\b": "ignores",
    r"\bknock(?:s|ed)?\b": "a request without a key",
    r"\b(?:is|are|was|were) told\b": "(say who says it)",
    r"\bbears?\b(?!er)": "has",
    r"\blies (?:in|on|with)\b": "is in",
    r"\bstands? (?:in|at|on|there|before|between|below|behind|beside|for|twice|the|apart)\b|as it stands": "is",
    r"plays? no part": "is not the cause",
    r"\bare in order\b": "are right",
    r"\b(?:is|are) content\b": "accepts",
    r"no pattern\b": "it may have been a one-off",
    r"neighbour|identity card|lost its way": "(no metaphors)",
    r"h[au]ngs? up\b": "closes the connection",
    r"\bswallow": "drops",
    r"turn(?:s|ed)? (?:\w+ ){1,4}away": "refuses, blocks",
    r"\bbarred\b|\bbars (?:this|the|\{)": "blocks",
    r"\bvouche?s?\b": "has signed",
    r"\bin force\b": "has expired or was disabled",
    r"\bone's own\b": "your own",
    r"\bfor a try\b": "as a test",
    r"\bbeside\b": "next to, in addition to",
    r"\bpuzzling\b|\briddle": "(say what is wrong)",
    r"\bhand(?:s|ed)? (?:its|them|the key|over|on)\b": "give, set, send",
    r"\bhas a slip\b|\bslips?\b": "typo",
    r"before your eyes": "gradually",
    r"\bhowever good\b|\bquite good\b": "even a valid one",
}
FILES = {lang: sorted((WORDS / lang).glob("*.py")) for lang in ("en", "zh")}
# In the words of reports, a provider or a server is named so; "door" is a word of the code.
DOOR = r"(?<![\w{:`.|/-])doors?\b(?! ?NAME)"

CHINESE = {
    r"接口地址|(?<![A-Za-z_])base URL|Base url": "Base URL",
    r"[\u4e00-\u9fff]\((?!s\))|\)[\u4e00-\u9fff]": "（）",
    r"key = (?:as given|cleaned)|\bas given\b": "密钥未改动",
    r"\benvironment [A-Z]|\bbad json\b": "环境变量 X",
    r"拆开": "解密",
    r"攒着|攒起来": "缓冲",
    r"身份证|邻居|谈不拢|商量": "（不用比喻）",
    r"(?<![A-Za-z.])(?<!API )Key(?![A-Za-z=_ ]?[A-Za-z=_])": "密钥",
    r"途中有东西": "中间有东西",
    r"提供商": "服务商",
}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file of words with their lines: no docstrings, no keys, no conditions, no code spans."""
    tree = ast.parse(path.read_text("utf-8"))
    apart: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            apart.add(id(node.value))
        elif isinstance(node, ast.Dict):
            apart.update(id(key) for key in node.keys)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step":
            apart.add(id(node.args[0]))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, re.sub(r"`[^`]*`", "``", node.value)


def said(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a Python file of the program says to users: the texts of errors, and the help of options."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        spoken: list[ast.expr] = []
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            spoken = node.exc.args
        elif isinstance(node, ast.Call):
            fails = isinstance(node.func, ast.Attribute) and node.func.attr == "fail"
            spoken = [
                *(node.args if fails else ()),
                *(one.value for one in node.keywords if one.arg in ("help", "epilog", "short_help")),
            ]
        for expression in spoken:
            for part in ast.walk(expression):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                    yield part.lineno, part.value


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page, without its code blocks and code spans."""
    fenced = False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "``", line)


def odd(found: Iterator[tuple[int, str]], turns: dict[str, str]) -> list[str]:
    """Return each odd turn with its line, its text and what to write instead."""
    patterns = {
        re.compile(turn, re.IGNORECASE if turns is not CHINESE else 0): better for turn, better in turns.items()
    }
    return [
        f"{number}: {match[0]!r} → {better}: {text.strip()[:160]}"
        for number, text in found
        for pattern, better in patterns.items()
        if (match := pattern.search(text))
    ]


@pytest.mark.parametrize("path", FILES["en"], ids=lambda path: path.stem)
def test_english_words_are_plain(path: Path) -> None:
    assert not odd(strings(path), ENGLISH if path.stem == "tables" else {**ENGLISH, DOOR: "provider, server"})


@pytest.mark.parametrize("path", FILES["zh"], ids=lambda path: path.stem)
def test_chinese_words_are_plain(path: Path) -> None:
    assert not odd(strings(path), CHINESE)


PAGES = sorted({*(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").glob("*.md"), *ROOT.glob("*.md")})


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_are_plain(path: Path) -> None:
    assert not odd(prose(path), CHINESE if path.name.endswith(".zh.md") else ENGLISH)


PROGRAM = sorted(
    path for room in ("diagnose", "probes") for path in (ROOT / room).rglob("*.py") if WORDS not in path.parents
)


def test_what_the_program_says_is_plain() -> None:
    assert not [f"{path.relative_to(ROOT)}:{one}" for path in PROGRAM for one in odd(said(path), ENGLISH)]
