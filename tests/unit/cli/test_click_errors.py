"""The sentences of click's errors and of the program's own ones."""

from __future__ import annotations

import click
import pytest

from diagnose.cli.click_errors import near_options, sentence_of
from diagnose.cli.usage_errors import WrongFile, WrongUse, meant
from diagnose.words import sentence
from probes.model.sentence import Sentence, filled
from probes.model.settings import BadInput


def test_a_sentence_is_found_in_the_error_or_in_its_cause() -> None:
    own = WrongUse("{name} is missing.", name="FILE", follow=("judge run.json",))
    assert str(sentence_of(own)) == str(own.message) == "FILE is missing." and own.follow == ("judge run.json",)
    cause = BadInput("{path} cannot be read: {why}.", path="a", why="it is too large")
    error = click.ClickException(str(cause))
    error.__cause__ = cause
    assert sentence(sentence_of(error), "zh") == "无法读取 a：文件太大。"
    assert sentence_of(click.ClickException("Something else")) == "Something else"


def test_a_sentence_within_a_sentence_is_translated_and_braces_of_values_are_text() -> None:
    error = WrongFile("There is no app named {name}. {hint}", name="{hint}", hint=meant(["a", "b"]))
    assert str(error.sentence) == "There is no app named {hint}. Did you mean a, b?"
    assert sentence(error, "zh") == "没有名为 {hint} 的应用。是不是想用：a, b？"
    assert sentence("There is no standard input.", "zh") == "没有标准输入。"
    assert sentence(Sentence("Not known: {name}.", name="x"), "zh") == "Not known: x."
    assert filled('{ env = "NAME" } {other} {name}', {"name": "x"}) == '{ env = "NAME" } {other} x'


@pytest.mark.parametrize(
    ("typed", "near"),
    [("--modle", ["--model"]), ("--base", ["--base-url"]), ("--Base_URL", ["--base-url"]), ("--xyz", []), ("-x", [])],
)
def test_options_that_may_be_meant(typed: str, near: list[str]) -> None:
    command = click.Command("c", params=[click.Option(["--model"]), click.Option(["--base-url"]), click.Option(["-o"])])
    assert near_options(click.NoSuchOption(typed, ctx=click.Context(command))) == near
    assert near_options(click.NoSuchOption(typed)) == []
