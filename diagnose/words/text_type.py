"""The types of a finding's words; the languages import them without the code that loads the languages."""

from __future__ import annotations

from collections.abc import Container

from probes.model.named_tuple import NamedTuple


class Step(str):
    """A step that is shown only in some cases; ``when`` has its conditions, all of which must hold.

    A condition is a fact of :mod:`diagnose.advice.case_facts`, several facts with ``|``, of which one must hold, or
    ``!`` and a fact that must not hold. A plain text is a step for every case.

    >>> Step("relay !container", "Ask the operator.").suits({"relay"})
    True
    """

    when: str
    __slots__ = ("when",)

    def __new__(cls, when: str, text: str) -> Step:
        step = super().__new__(cls, text)
        step.when = when
        return step

    def suits(self, facts: Container[str]) -> bool:
        """Check whether every condition holds, given the facts of a case."""
        return all(
            any((fact[1:] not in facts) if fact.startswith("!") else fact in facts for fact in condition.split("|"))
            for condition in self.when.split()
        )


class ListStep(str):
    """A filled-in step that ends with a list, as one line of text; ``head`` is the text before it, ``items`` the list.

    ``is_code`` says that the items are lines of a file.
    """

    head: str
    items: tuple[str, ...]
    is_code: bool
    __slots__ = ("head", "is_code", "items")

    def __new__(cls, text: str, head: str, items: tuple[str, ...], is_code: bool) -> ListStep:
        step = super().__new__(cls, text)
        step.head, step.items, step.is_code = head, items, is_code
        return step


class Text(NamedTuple):
    """The words of a finding in one language: the most specific steps first, those for the server's owner last."""

    title: str
    explanation: str
    steps: tuple[str, ...]
