"""The errors that click itself raises, as sentences that other languages can have.

Nothing that the user typed for a value is repeated: it may be a key in the wrong place.
"""

from __future__ import annotations

from difflib import get_close_matches

import click

from diagnose.cli.usage_errors import meant
from probes.model.sentence import Sentence
from probes.settings.options import shown_word

_NEAR = 0.5


def sentence_of(error: click.ClickException) -> Sentence | str:
    """Return the sentence of an error: its own, that of the error which led to it, or one about click's error."""
    for one in (error, error.__cause__):
        if isinstance(said := getattr(one, "sentence", None), Sentence):
            return said
    match error:
        case click.NoSuchOption():
            return Sentence(
                "There is no option {name}. {hint}", name=error.option_name, hint=meant(near_options(error))
            )
        case click.MissingParameter() if error.param is not None:
            return Sentence("{name} is missing.", name=_name(error.param))
        case click.BadOptionUsage():
            if "does not take a value" in error.message:
                return Sentence("{name} takes no value.", name=error.option_name)
            return Sentence("{name} needs a value.", name=error.option_name)
        case click.BadParameter() if error.param is not None:
            return _bad_value(error, error.param)
        case click.UsageError() if error.message.startswith("Got unexpected extra argument"):
            words = error.message.partition("(")[2].removesuffix(")").removesuffix(").")
            return Sentence("There is one argument too many: {names}.", names=words)
    return error.format_message()


def near_options(error: click.NoSuchOption) -> list[str]:
    """Return the options of the command that resemble the unknown one; those that begin like it come first."""
    if error.ctx is None:
        return []
    known = [name for one in error.ctx.command.get_params(error.ctx) for name in one.opts if name.startswith("-")]
    typed = error.option_name.lower().replace("_", "-")
    if typed in known:
        return [typed]
    begun = [name for name in known if len(typed) > 3 and name.startswith(typed)]
    return list(dict.fromkeys((*begun, *get_close_matches(typed, known, 3, 0.7))))[:3]


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.metavar or (parameter.name or "").upper()


def _bad_value(error: click.BadParameter, parameter: click.Parameter) -> Sentence | str:
    name, kind = _name(parameter), parameter.type
    if isinstance(kind, click.Choice):
        typed = error.message.partition("'")[2].partition("'")[0]
        known = [str(one) for one in kind.choices]
        near = get_close_matches(typed.lower(), known, 1, _NEAR)
        return Sentence("{name} must be one of {names}. {hint}", name=name, names=", ".join(known), hint=meant(near))
    if isinstance(kind, click.IntRange | click.FloatRange):
        if kind.max is None:
            return Sentence("{name} must be a number from {least} upwards.", name=name, least=kind.min)
        return Sentence("{name} must be a number from {least} to {most}.", name=name, least=kind.min, most=kind.max)
    if kind in (click.INT, click.FLOAT):
        return Sentence("{name} must be a number.", name=name)
    if isinstance(kind, click.Path):
        shown = shown_word(error.message.partition("'")[2].rpartition("'")[0])
        for end, template in _PATHS.items():
            if error.message.rstrip(".").endswith(end):
                return Sentence(template, path=shown)
    return error.format_message()


_PATHS = {
    "does not exist": "{path} does not exist.",
    "is a file": "{path} is a file, not a folder.",
    "is a directory": "{path} is a folder, not a file.",
    "is not readable": "{path} may not be read.",
}
