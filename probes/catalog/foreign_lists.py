"""Compare published lists of providers with our facts, and write what differs as rows to review. Nothing is taken.

The formats that are read, each from a file:

- models.dev's ``api.json``: an object of providers by id, each with ``name``, ``env`` (variables of the key), ``api``
  (base URL, if its package has none of its own), ``npm`` (package of the AI SDK), ``doc`` and ``models``; a model may
  have ``status`` (``deprecated``).
  Source: https://github.com/anomalyco/models.dev@f3fc692, ``packages/core/src/generate.ts`` and its ``providers``.
- LiteLLM's ``model_prices_and_context_window.json``: an object of models by name, each with ``litellm_provider`` and
  perhaps ``deprecation_date``. Source: https://github.com/BerriAI/litellm (1.110.2)
- LiteLLM's ``litellm/llms/openai_like/providers.json``: an object of providers by name, each with ``base_url`` and
  ``api_key_env``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from probes.catalog.door import Door
from probes.catalog.doors import Doors, built_in_date, builtin
from probes.catalog.model_ends import end_of_model
from probes.model.named_tuple import NamedTuple

# A variable of a key, and not one of a cloud account, whose secret signs requests.
_KEY_VARIABLE = re.compile(r"(?<!ACCESS_)(?:KEY|TOKEN)$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PROTOCOLS = {"@ai-sdk/anthropic": "anthropic", "@ai-sdk/google": "gemini"}  # by the package; others speak openai's
# The lists' names of providers that are none of our ids, and those of houses whose hosts are the user's own.
_OTHER_NAMES = {
    "amazon-bedrock": "bedrock",
    "bedrock-converse": "bedrock",
    "sagemaker": "bedrock",
    "azure": "azure-openai",
    "azure-text": "azure-openai",
    "azure-ai": "azure-foundry",
    "azure-cognitive-services": "azure-foundry",
    "google": "gemini",
    "google-vertex": "vertex",
    "google-vertex-anthropic": "vertex",
    "vertex-ai": "vertex",
    "text-completion-openai": "openai",
    "text-completion-codestral": "codestral",
    "fireworks-ai": "fireworks",
    "together-ai": "together",
    "togetherai": "together",
    "dashscope": "dashscope-intl",
    "moonshot": "moonshot-intl",
    "vercel": "vercel-ai-gateway",
    "gitlab": "gitlab-duo",
    "neon": "neon-ai-gateway",
}
_ID = re.compile(r"[^a-z0-9.-]+")


class ForeignListError(ValueError):
    """The file is none of the known lists."""


class Compared(NamedTuple):
    """The rows that differ. ``name`` is that of the list; a row's ``table`` is ``door`` or ``model``.

    ``note`` says how it differs: ``new`` (nothing of ours), ``address``, ``variable``, ``end`` or ``other_end``.
    """

    name: str
    rows: tuple[Mapping[str, Any], ...]

    def toml(self, title: str) -> str:
        """Return the rows as TOML, each with a comment on how it differs."""
        return f"# {title}\n" + "".join(_row(row) for row in self.rows)


def compared(text: str) -> Compared:
    """Read a published list and return what differs from the built-in facts. Raises ForeignListError."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ForeignListError("it is not JSON") from None
    entries = (
        {str(id): row for id, row in document.items() if isinstance(row, dict)} if isinstance(document, dict) else {}
    )
    if any("litellm_provider" in row for row in entries.values()):
        return Compared("LiteLLM's prices", tuple(_ends(entries)))
    if any(isinstance(row.get("models"), dict) for row in entries.values()):
        return Compared("models.dev", (*_models_dev(entries),))
    if any("base_url" in row and "api_key_env" in row for row in entries.values()):
        rows = ((id, id, row.get("base_url"), [row.get("api_key_env")], "openai", "") for id, row in entries.items())
        return Compared("LiteLLM's providers", tuple(_providers(rows, "litellm/llms/openai_like/providers.json")))
    raise ForeignListError("it is neither models.dev's api.json nor one of LiteLLM's lists")


def _models_dev(entries: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    told = (
        (
            id,
            row.get("name"),
            row.get("api"),
            row.get("env"),
            _PROTOCOLS.get(str(row.get("npm")), "openai"),
            row.get("doc"),
        )
        for id, row in entries.items()
    )
    yield from _providers(told, "https://models.dev/api.json")
    doors = Doors(builtin())
    gone: dict[str, list[str]] = {}
    for id, row in entries.items():
        models = row.get("models")
        door = _ours(doors, id, row.get("api"))
        for name, model in models.items() if isinstance(models, dict) and door is not None else ():
            over = isinstance(model, dict) and model.get("status") == "deprecated"
            if over and door is not None and end_of_model(str(name), door.id) is None:
                gone.setdefault(door.id, []).append(str(name))
    for id, names in gone.items():
        # The list names no day, and a row of ours needs one: `ended` is for whoever reviews it.
        told_by = {"names": names, "source": "https://models.dev/api.json"}
        yield {"table": "model", "note": "end", "door": id, **told_by}


def _providers(told: Any, source: str) -> Iterator[dict[str, Any]]:
    """Yield a row for each provider that is new to us, or has an address or a variable that ours has not."""
    doors = Doors(builtin())
    seen: set[str] = set()
    for id, name, url, env, protocol, doc in told:
        url = url.rstrip("/") if isinstance(url, str) and url.startswith("https://") and "$" not in url else ""
        if protocol == "anthropic":  # the AI SDK's base URL has the version, that of the house's own SDK has not
            url = url.removesuffix("/v1")
        variables = [one for one in env if isinstance(one, str)] if isinstance(env, list) else []
        door = _ours(doors, id, url)
        row: dict[str, Any] = {"table": "door", "note": "new", "id": door.id if door else _ID.sub("-", id.lower())}
        if door is None:
            host = urlsplit(url).hostname or ""
            row |= {"name": str(name or id), "company": row["id"], "kind": "host", "hosts": [host] if host else []}
            row |= {"endpoints": [{"protocol": protocol, "base_url": url}] if url else [], "key_env": variables}
        else:
            bases = {one.base_url for one in (*door.endpoints, *door.former)}
            new_url = url and url not in bases and not any("{" in base for base in bases)
            new_env = [one for one in variables if one not in door.key_env and _KEY_VARIABLE.search(one)]
            if not new_url and not new_env:
                continue
            row["note"] = "address" if new_url else "variable"
            row |= {"endpoints": [{"protocol": protocol, "base_url": url}]} if new_url else {}
            row |= {"key_env": new_env} if new_env else {}
        if (told_already := _toml(row)) not in seen:  # two plans of one house have one address
            seen.add(told_already)
            yield {**row, "source": [source, *([doc] if isinstance(doc, str) and doc else [])]}


def _ends(entries: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row for the models of a door that end on one day by LiteLLM, and by our facts on another day or never."""
    doors = Doors(builtin())
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, row in entries.items():
        day, house = str(row.get("deprecation_date", "")), str(row.get("litellm_provider", ""))
        # `vertex_ai-language-models` and the like are Vertex.
        door = _ours(doors, "vertex" if house.startswith("vertex_ai") else house, None)
        if not _DAY.fullmatch(day) or door is None:
            continue
        model = name.removeprefix(f"{house.partition('-')[0]}/")
        end = end_of_model(model, door.id)
        ours = end.provenance.end if end is not None else ""
        if ours != day and model not in (names := found.setdefault((door.id, day, ours), [])):
            names.append(model)
    for (id, day, ours), names in sorted(found.items()):
        yield {
            "table": "model",
            "note": "other_end" if ours else "end",
            "door": id,
            "names": names,
            "ends" if day > built_in_date() else "ended": day,
            **({"ours": ours} if ours else {}),
            "source": "BerriAI/litellm: model_prices_and_context_window.json",
        }


def _ours(doors: Doors, id: str, url: object) -> Door | None:
    """Return our door for a provider of another list: that of its address, else the one with its id."""
    if isinstance(url, str) and url.startswith("https://"):
        parts = urlsplit(url.replace("${", "{"))
        if parts.hostname and (found := doors.of_host(parts.hostname, None, parts.path)) is not None:
            return found
    plain = _ID.sub("-", id.lower())
    return doors.get(_OTHER_NAMES.get(plain, plain))


def _row(row: Mapping[str, Any]) -> str:
    told = f" (ours: {row['ours']})" if "ours" in row else ""
    lines = [f"\n# {row['note']}{told}", f"[[{row['table']}]]"]
    lines += [f"{name} = {_toml(value)}" for name, value in row.items() if name not in ("table", "note", "ours")]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=True)  # TOML's basic strings have JSON's escapes
