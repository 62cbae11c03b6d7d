"""Choose the model to request, and check whether the door lists it."""

from __future__ import annotations

import re

from probes.api.model_names import small_of, without_note
from probes.catalog.door import Door
from probes.model.exchange import Exchange
from probes.model.facts import ModelFacts
from probes.model.settings import Settings
from probes.model.source import Source, SourceKind
from probes.protocols.protocol import wire

_NEAR = 3  # names that are proposed for a model that is not there

# At these doors a model is requested by the name of the user's deployment. Their lists show what can be deployed.
_DEPLOYED = ("azure-openai", "azure-foundry")


def near(wanted: str, models: tuple[str, ...], count: int = _NEAR) -> tuple[str, ...]:
    """Return up to ``count`` listed names close to ``wanted``: first another case or prefix, then by similarity.

    Names with characters that are not printed are left out, as in :func:`small_of`.
    """
    import difflib  # only for a model that is not there

    models = tuple(filter(str.isprintable, models))
    low = wanted.lower()
    tail = low.rpartition("/")[2]
    same = [name for name in models if name.lower() == low or name.lower().rpartition("/")[2] == tail]
    by_low = {name.lower(): name for name in models}
    alike = [by_low[name] for name in difflib.get_close_matches(low, list(by_low), n=count, cutoff=0.5)]
    begin = [
        name for name in models if name.lower().startswith(tail) or (len(name) > 3 and tail.startswith(name.lower()))
    ]
    return tuple(dict.fromkeys(same + alike + begin))[:count]


def _house_head(name: str) -> str:
    """Return the part with which every model of a house begins, told by one of them; empty if they have none.

    >>> _house_head("@cf/meta/llama-3.1-8b-instruct"), _house_head("openai/gpt-5")
    ('@cf/', '')
    """
    found = re.match(r"@[\w-]+/|accounts/[\w-]+/models/", name)
    return found[0] if found else ""


def _missing_head(door: Door, wanted: str) -> str:
    """Return what the name lacks at its beginning; empty if it has it, or if the door's models have none in common.

    Cloudflare's gateway wants the provider in front of Cloudflare's own names
    (https://developers.cloudflare.com/ai-gateway/usage/chat-completion/, November 2026).
    """
    if door.id == "cloudflare-ai-gateway":
        return "workers-ai/" if wanted.startswith("@cf/") else ""
    head = _house_head(door.small_model)
    return "" if wanted.startswith(head) else head


def early(settings: Settings) -> str | None:
    """Return the model that the settings name, before any request is sent; None if they name none.

    Spaces around it stay: apps send them, and most servers then know no such model.
    """
    given = settings.model.value if settings.model else ""
    return (given if given.isprintable() else given.strip()) if given.strip() else None


def measure(settings: Settings, door: Door | None, listing: Exchange | None, day: str = "") -> ModelFacts:
    """Choose the model to request: the given one, else a small one from the list, else the door's small one.

    ``day`` is that of the run, ISO 8601. Of a model that has ended by then, the successors are the nearest names.
    """
    models = listing.reading.models if listing is not None else None
    wanted = early(settings)
    if wanted is not None:
        # Ollama lists the name that it means by `llama3.2` as `llama3.2:latest`.
        names = (wanted.removeprefix("models/"), f"{wanted}:latest")
        listed = any(name in models for name in names) if models else None
        found = near(wanted.strip(), models) if models and not listed else ()
        if not models and door is not None and (head := _missing_head(door, wanted)):
            found = (head + wanted.strip().lstrip("/"),)
        if not listed and day and (door is None or door.kind != "local"):
            from probes.catalog.model_ends import successors  # read only for a model that the list lacks

            found = (*successors(wanted, door.id if door else None, day, models), *found)
            found = tuple(dict.fromkeys(found))[:_NEAR]
        if (bare := without_note(wanted)) != wanted:
            found = tuple(dict.fromkeys((bare, *found)))
        assert settings.model is not None
        return ModelFacts(wanted, settings.model.source, listed, len(models or ()), found)
    small = door.small_model if door else ""
    deployed = models and listing and wire(listing.attempt.protocol).lists_deployed
    if door is not None and door.id in _DEPLOYED and not deployed:
        return ModelFacts(small or None, Source(SourceKind.GUESS), None, len(models or ()))
    if models and (chosen := small if small in models else small_of(models)):
        return ModelFacts(chosen, Source(SourceKind.MODEL_LIST), True, len(models))
    if small:
        return ModelFacts(small, Source(SourceKind.DOOR), None)
    return ModelFacts(None, Source(SourceKind.NONE), None)
