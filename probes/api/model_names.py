"""Compare names of models (whether a listed one is the wanted one, or a similar one), and choose by name. Pure."""

from __future__ import annotations

import re

from probes.model.run_memory import remembered

# Names that vendors give to their small, cheap models, cheapest first.
_SMALL = (
    "nano",
    "tiny",
    "flash-lite",
    "mini",
    "haiku",
    "flash",
    "lite",
    "small",
    "8b",
    "7b",
    "4b",
    "3b",
    "1b",
    "air",
    "turbo",
)
# Kinds of models that do not chat.
_NOT_CHAT = (
    r"(?i)embed|whisper|tts|dall-e|image|audio|realtime|transcri|moderation|rerank|bge-|sora|video|speech|ocr|search|instruct-gpt"
    r"|davinci|babbage|computer-use|deep-research|codex|guard|safety|vision-only|stable-diffusion|flux|wan-|veo|imagen|lyria|aqa"
)

_DEFAULT_TAG = ":latest"
_JOINTS = ".:/@,|-_"
_TAIL = r"(?:latest|preview|free|instruct|20\d{6}|v\d){1,6}$"


def is_slip(wanted: str, name: str) -> bool:
    """Check whether a listed name is the wanted one with a slip: case, separators, a prefix, a date or two letters.

    Another version, size or family is another model, however alike its name: it answers, but is no fix.

    >>> is_slip("qwen2.5vl-7b", "qwen/qwen2.5-vl-7b"), is_slip("openai.gpt-5.6-terra", "openai.gpt-oss-120b")
    (True, False)
    """
    if name == without_note(wanted) != wanted:
        return True
    one, other = (_core(text) for text in (wanted, name))
    if not one or not other:
        return False
    if one == other or re.sub(_TAIL, "", one) == re.sub(_TAIL, "", other):
        return True
    if _DEFAULT_TAG in name.lower() and wanted.lower().partition(":")[0] == name.lower().removesuffix(_DEFAULT_TAG):
        return True  # what Ollama installs if no size is named
    if any(
        longer.endswith(shorter) and len(shorter) > 5 and longer[-len(shorter) - 1] in _JOINTS
        for longer, shorter in ((wanted.lower(), name.lower()), (name.lower(), wanted.lower()))
        if len(longer) > len(shorter)
    ):
        return True
    return re.findall(r"\d+", one) == re.findall(r"\d+", other) and _misspelt(one, other)


def is_same(wanted: str, name: str) -> bool:
    """Check whether two names differ only in case and separators.

    >>> is_same("MLX-Python", "mlx_python"), is_same("kimi-k2", "kimi-k2:free")
    (True, False)
    """
    return re.sub(r"[^a-z0-9]", "", wanted.lower()) == re.sub(r"[^a-z0-9]", "", name.lower()) != ""


def without_note(name: str) -> str:
    """Return a name without the spaces around it and without the note that a web page shows behind it.

    >>> without_note("gpt-4o (version:2024-11-20) ")
    'gpt-4o'
    """
    head, note, _ = name.strip().partition(" (")
    return head.strip() if note and head.strip() else name.strip()


def _core(name: str) -> str:
    """Return the letters and digits of a name without the house before it: ``granite4hsmall``."""
    house, _, tail = name.lower().rpartition("/")
    head = re.match(r"[a-z]+", house.rpartition("/")[2])
    tail = tail.removeprefix(f"{head[0]}-") if head else tail
    return re.sub(r"[^a-z0-9]", "", re.sub(r"(?<=\d)\.0(?!\d)", "", tail))


def _misspelt(one: str, other: str) -> bool:
    """Check whether two names differ in two letters at most, and in few for their length."""
    import difflib

    changed = [op for op in difflib.SequenceMatcher(None, one, other, False).get_opcodes() if op[0] != "equal"]
    letters = sum(max(end - start, stop - begin) for _, start, end, begin, stop in changed)
    return letters <= 2 and min(len(one), len(other)) >= 4 * letters


@remembered(16)  # many targets of a fleet have the same list
def small_of(models: tuple[str, ...]) -> str | None:
    """Return a small chat model from a list of model ids, such as ``gpt-4o-mini``; None for an empty list.

    Ids with characters that are not printed are left out: they are neither requested nor proposed as a setting.
    """
    models = tuple(filter(str.isprintable, models))
    chat = [name for name in models if not re.search(_NOT_CHAT, name)] or list(models)
    for word in _SMALL:
        fitting = [name for name in chat if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", name.lower())]
        if fitting:
            return min(fitting, key=len)
    return chat[0] if chat else None


def others(models: tuple[str, ...], but: tuple[str, ...]) -> str | None:
    """Return a small chat model of the list that is not in ``but``; None if none is left."""
    return small_of(tuple(name for name in models if name not in but and not re.search(_NOT_CHAT, name)))
