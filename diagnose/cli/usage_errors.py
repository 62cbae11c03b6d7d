"""Errors of the command line and of files that are written in the reader's language, with the commands that help."""

from __future__ import annotations

import click

from probes.model.sentence import Sentence


class WrongUse(click.UsageError):
    """The command line is wrong. The sentence is that of a :class:`probes.model.sentence.Sentence`.

    ``follow`` are command lines that the user can run next, without ``llmdoctor``: ``demo --list``. They come before
    the examples of the command.
    """

    def __init__(
        self, template: str, *, follow: tuple[str, ...] = (), ctx: click.Context | None = None, **values: object
    ) -> None:
        self.sentence = Sentence(template, **values)
        self.follow = follow
        super().__init__(str(self.sentence), ctx)


class WrongFile(click.ClickException):
    """A file, or something else that the command needs, cannot be used; otherwise as :class:`WrongUse`."""

    def __init__(self, template: str, *, follow: tuple[str, ...] = (), **values: object) -> None:
        self.sentence = Sentence(template, **values)
        self.follow = follow
        super().__init__(str(self.sentence))


def meant(near: list[str] | tuple[str, ...], otherwise: str = "") -> Sentence | str:
    """Return the question whether one of the near names was meant; without any, the text ``otherwise``."""
    return Sentence("Did you mean {names}?", names=", ".join(near)) if near else otherwise
