"""Lists fit the terminal, and a pipe gets whole lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.rendering.line_breaks import cells, wrapped
from diagnose.rendering.lists import columns, hung, labelled

URL = "https://api.example.com/v1/chat/completions"


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert (cells("abc"), cells("密钥"), cells("e\u0301"), cells("✓ …"), cells("（a）")) == (3, 4, 1, 3, 5)


def test_lines_break_between_words_and_never_inside_a_url() -> None:
    assert wrapped(f"asks {URL} for an answer", 20) == ["asks", URL, "for an answer"]
    assert wrapped(f"asks {URL} for an answer", None) == [f"asks {URL} for an answer"]


def test_chinese_breaks_anywhere_but_at_its_signs() -> None:
    lines = wrapped("没有名为“深度”的服务商，是不是想用：deepseek（深度求索）？请查看。", 16)
    assert all(cells(line) <= 16 for line in lines)
    assert not any(line[0] in "，。：？）”" or line[-1] in "（“" for line in lines)
    assert "".join(lines) == "没有名为“深度”的服务商，是不是想用：deepseek（深度求索）？请查看。"


@given(st.text("ab 密，（） ", max_size=60), st.integers(4, 30))
def test_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cells(line) <= width or " " not in line for line in lines)


def test_columns_that_do_not_fit_go_below() -> None:
    rows = [("id", "name", "url"), ("a", "Alpha", URL), ("bb", "密钥", "-")]
    assert list(columns(rows, None)) == ["id  name   url", f"a   Alpha  {URL}", "bb  密钥   -"]
    assert list(columns(rows, 20, head=True)) == ["id  name", "a   Alpha", f"    {URL}", "bb  密钥", "    -"]
    assert list(columns([], 20)) == []


def test_values_hang_beside_their_labels() -> None:
    rows = [("kind", "one two three four"), ("", "five"), ("requests", URL)]
    assert list(labelled(rows, 24)) == [
        "  kind      one two",
        "            three four",
        "            five",
        "  requests",
        f"      {URL}",
    ]
    assert next(iter(labelled(rows, None))) == "  kind      one two three four"


@pytest.mark.parametrize(
    ("line", "lines"), [("  a b", ["  a b"]), ("  one two three four", ["  one two", "      three", "      four"])]
)
def test_an_indented_line_hangs(line: str, lines: list[str]) -> None:
    assert list(hung(line, 11)) == lines
    assert list(hung(line, None)) == [line]
