"""Read from a refusal the place in the request that it rejects, and what part of the request that is. Pure.

Validators name a place in one of a few notations, whoever wrote them: ``messages.1.content.0.tool_use.name: reason``
(Pydantic, Anthropic), ``Invalid 'messages[2].tool_calls[0].id': reason`` (OpenAI), ``* GenerateContentRequest
.contents[3].parts[0].data: reason`` (Google), ``["body", "messages", 3, "content"]`` (FastAPI), ``Message index[2]
content …``. The part tells what to do, even if nobody has listed the server or the field.
"""

from __future__ import annotations

import re

from probes.model.named_tuple import NamedTuple

READ = 4096  # characters that are searched
LONGEST = 60  # characters of a place
_ROOT = r"messages?|contents?|inputs?|prompt|tools?|functions?|system(?:_?instruction)?|tool_?config"
_STEP = r"\.?\[\d{1,4}\]|\.\d{1,4}(?!\d)|\.[A-Za-z_]\w{0,39}"
_DOTTED = rf"(?<![\w./-])(?:GenerateContentRequest\.|body\.|request\.|params\.)?(?P<path>(?:{_ROOT})(?:{_STEP}){{1,9}})"
_LISTED = (
    r"[\[(]\s?[\"']body[\"'],\s?(?P<list>(?:[\"'][\w-]{1,40}[\"']|\d{1,4})"
    r"(?:,\s?(?:[\"'][\w-]{1,40}[\"']|\d{1,4})){1,9})\s?[\])]"
)
_WORDED = r"(?i)\bmessages? (?:at )?index ?\[?\d{1,4}\]? (?P<word>[a-z_]{2,40})\b"
# The path is that of a fault only if a reason stands by it.
_REASON = (
    r"[\"'`]?\s?(?:[:：]\s?|\(|,\s?(?:expected|got|must|because)\b| (?:must|should|is|are|cannot|can't|has|was|not)\b)"
)
_BEFORE = (
    r"(?i)(?:invalid|missing|unsupported|unknown|unexpected|unrecognized|illegal|wrong|bad|empty|error|fail\w{0,3}"
    r"|required|param(?:eter)?)[^.;{}]{0,40}$|(?:field|location|path)\W{1,4}$"
)
_FILE = r"(?i)\.(?:json|jsonl|py|md|[cm]?[jt]sx?|txt|ya?ml|toml|html?|go|rs|java|php|lua|log)$"
# The part of the request, by the names of the path; the first that fits.
_PARTS = (
    ("cache", r"cache_?(?:control|point)"),
    ("thinking", r"thinking|reasoning|signature|encrypted_content|redacted_thinking|thought"),
    ("tool_name", r"(?:tool_use|tool_calls?|function_?call|tool_result|function_?response)\b.*\bname$"),
    ("tool_call", r"tool_use|tool_calls?|tool_result|tool_call_id|function_?call|function_?response|tool_use_id"),
    ("tools", r"^(?:tools?|functions?|tool_?config)\b|function_?declarations"),
    ("file", r"image|source|inline_?data|file|document|audio|video|media"),
    ("format", r"response_format|json_schema|output_config|response_?schema|response_?mime"),
    ("role", r"\brole$|^system"),
    ("text", r"\b(?:text|content|parts|data)$"),
)


class LocatedFault(NamedTuple):
    """A place in the request that a refusal rejects.

    ``place`` is the path without its numbers, at most 60 characters; ``part`` is ``cache``,
    ``thinking``, ``tool_name``, ``tool_call``, ``tools``, ``file``, ``format``, ``role``, ``text`` or ``field``;
    ``field`` is the last name of the path. ``start`` and ``end`` are its position in the text.
    """

    place: str
    part: str
    field: str
    start: int
    end: int


def located_fault(text: str) -> LocatedFault | None:
    """Return the first place that a refusal rejects, or None if it names none.

    >>> located_fault("messages.1.content.1.tool_use.name: String should match pattern")[:3]
    ('messages.content.tool_use.name', 'tool_name', 'name')
    >>> located_fault("Message index[2] content should be string")[:3]
    ('messages.content', 'text', 'content')
    >>> located_fault("print(response.choices[0].message.content)") is None
    True
    """
    text = text[:READ]
    for hit in re.finditer(_DOTTED, text):
        if re.search(_FILE, hit["path"]):
            continue
        before = text[max(0, hit.start() - 60) : hit.start()]
        numbered = re.search(r"\d", hit["path"]) is not None
        if re.match(_REASON, text[hit.end() : hit.end() + 40]) and (numbered or re.search(_BEFORE, before)):
            return _fault(hit["path"], hit)
        if numbered and re.search(_BEFORE, before):
            return _fault(hit["path"], hit)
    if (listed := re.search(_LISTED, text)) is not None:
        path = ".".join(re.findall(r"[\w-]+", listed["list"]))
        return _fault(path, listed) if re.match(rf"(?:{_ROOT})\b", path) else None
    if (worded := re.search(_WORDED, text)) is not None:
        return _fault(f"messages.{worded['word'].lower()}", worded)
    return None


def _fault(path: str, hit: re.Match[str]) -> LocatedFault:
    names = re.sub(r"\.?\[\d+\]|\.\d+(?=\.|$)", "", path)
    lower = re.sub(r"([a-z])([A-Z])", r"\1_\2", names).lower()
    part = next((part for part, words in _PARTS if re.search(words, lower)), "field")
    return LocatedFault(names[:LONGEST], part, names.rpartition(".")[2][:LONGEST], hit.start(), hit.end())
