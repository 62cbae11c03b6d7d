"""Find the parts of a pasted text that contradict each other: an address of one vendor beside the words of another,
the refusal of a key that cannot be the vendor's, a page over https that calls an address over http.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from probes.catalog.text_pattern import TextPattern
from probes.model.key_shape import Confidence
from probes.model.secret import public_prefix
from probes.pasted.notes import LOCAL, LOOPBACK, TRIED, ScannedText, TextNote, UrlInText, literal
from probes.pasted.urls_in_text import base_url_of
from probes.pasted.vendors import CARRIERS

if TYPE_CHECKING:
    from probes.catalog.door import Door

_REFUSED = r"(?i)(?:incorrect|invalid|wrong) api[- ]?key(?: provided)?[:：] ?"
_ECHO = TextPattern(rf"{_REFUSED}['\"`]?(?P<head>[A-Za-z0-9][\w.-]{{0,12}}?)(?:\*{{2,}}|\.{{3}}|…)", 0)
_EMPTY_ECHO = TextPattern(rf"{_REFUSED}(?:['\"`]{{2}}|\(empty\)|(?:none|null|undefined)\b|\.(?= |['\"]|$)|$)", 0)
_WHOLE_ECHO = TextPattern(rf"{_REFUSED}['\"`]?(?P<value>[\w.-]{{1,24}}?)['\"`]?(?=\.? |\.?['\"`]|\.?$|,)", 0)
# The name of a variable in place of its value: "OPENAI_A**_KEY".
_NAME_ECHO = TextPattern(
    r"(?i:api[- ]?key(?: provided)?[:：] ?['\"`]?)[A-Z][A-Z0-9]{1,14}_[A-Z0-9_]{0,14}(?:\*{2,}|\.{3}|…)"
    r"[A-Z_]{0,10}_?(?:KEY|TOKEN)\b",
    0,
)
# What people write where a server of their own needs no key. A real key is longer, and never one of these words.
_DUMMY = (
    r"(?i)(?:no[-_]?(?:api[-_]?)?key(?:[-_](?:needed|required))?|not[-_]?(?:needed|required)|empty|ollama|lm[-_]?studio"
    r"|local(?:host)?|dummy|fake|test|any(?:thing)?|unused|placeholder|string|token|key|api[-_]?key|my[-_]?key|none|x{1,12}"
    r"|sk-(?:no[-_]?key[\w-]{0,14}|dummy|fake|test|local|x{1,12}|1{2,}|123\w{0,8})|1{2,}|123\w{0,8}|abc\w{0,4})"
)
# The end of a masked key, where it is not that of a real one: "****eek}", "****here".
_TAIL = TextPattern(r"(?i)api[- ]?key(?: provided)?[:：] ?['\"`]?[\w-]{0,12}(?:\*{3,}|…)(?P<tail>[\w%})\]>-]{1,12})", 0)
_REFERENCE_END = r".{0,10}[})%]"
_EMPTY_END = r"(?i).{0,8}(?:null|none|ined)"  # "undefined" is cut to its last four characters
_EXAMPLE_END = r"(?i).{0,8}(?:here|_?key|[-_]token|name|xxx+|\]|>)"
_NO_HEAD = r"(?i)bearer|your|http|open|api|my|none|null|undefined|test|key|dummy|example|sk-your|sk-x+$|export|auth"
# The sentences with which a vendor's own site refuses a key or a model: its door, and the words.
_OFFICIAL = (
    ("openai", ("platform.openai.com/account/api-keys", "find your api key at https://platform.openai.com")),
    ("google", ("api key not valid. please pass a valid api key",)),
)  # fmt: skip
_OPENAI_NO_MODEL = (
    r"(?i)the (?:requested )?model [`'\"]?(?:models/)?(?P<model>[\w./:-]{2,60})[`'\"]? does not exist"
    r"(?: or you do not have access)?(?=.{0,80}(?:do not have access to it|model_not_found))"
)
# Models that their vendor alone serves under this name. Groq and others use OpenAI's sentence about open models.
_OTHERS_MODEL = (
    r"(?i)(?:[\w-]{1,20}/)?(?:deepseek-(?:chat|reasoner|coder)|glm-\d|moonshot-v|claude-|gemini-\d|grok-\d|codestral"
    r"|doubao|ep-\d|ernie|hunyuan|minimax-|abab|step-\d|sonar)[\w.:-]{0,50}"
)
_OWN_URL = (
    r"(?i)\b(?:custom|own|my|third[- ]party|relay'?s?|proxy|new) (?:api |base )?(?:url|endpoint|host|domain)\b"
    r"|中转(?:地址|站)|自定义.{0,6}(?:地址|url|域名)"
)
# "my deepseek api key": who issued the key, in the words of the user.
_KEY_OF = (
    r"(?i)(?<![\w/.-])(?P<house>[a-z][a-z0-9]{3,20})(?:'s|(?: ?的))? ?(?:paid |platform |official )?"
    r"(?:api[ _-]?keys?\b|api ?密钥|密钥)"
)
# "the DeepSeek node", "provider: deepseek": whose API the user has chosen in the app.
_CHOSEN = (
    r"(?i)(?<![\w/.-])(?P<house>[a-z][a-z0-9]{3,20}) (?:chat )?(?:model )?(?:node|provider|credentials?|integration)\b"
    r"|\b(?:rather than|instead of) (?P<house2>[a-z][a-z0-9]{3,20})\b"
    r"|\bprovider[\"'`]?\s{0,2}[:=]\s{0,2}[\"'`]?(?P<house3>[a-z][a-z0-9]{3,20})\b"
)
# A program on the user's own machine that the app was to ask.
_OWN_SERVER = (
    r"(?i)\b(?:lm ?studio|ollama|llama\.cpp|vllm|localai|koboldcpp|jan|gpt4all|local (?:llm|model|server))"
    r"\b[^.;]{0,24}\b(?:configured|selected|set(?: up)?|chosen|running|enabled)\b"
    r"|\b(?:us(?:e|ing)|configured|set(?: up)?|selected|chose) (?:for |with |to (?:use )?)?(?:my |a |the )?"
    r"(?:lm ?studio|ollama|llama\.cpp|vllm|localai|koboldcpp|local (?:llm|model|server))\b"
)
# Cloudflare's own answer, which no server on the user's machine gives; a tunnel leads there from outside.
_EDGE = TextPattern(r"(?i)\berror code:? 1\d{3}\b|direct ip access not allowed", 0)
_TUNNEL = r"(?i)tunnel|cloudflared|ngrok|内网穿透"
_HTTPS_PAGE = (
    r"(?i)https[- ](?:page|site|web ?site|web ?app|frontend|domain|origin)|(?:over|via|through|behind) https\b"
    r"|https ?(?:的)?(?:页面|网站|站点|域名)|通过 ?https ?(?:访问|打开)"
)
_BROWSER_FAILS = (
    r"(?i)fail\w{0,3} to fetch|networkerror|network error|load failed|blocked|fetch|browser|console|mixed"
    r"|控制台|浏览器|拦截"
)


def contradictions(seen: ScannedText) -> Iterator[TextNote]:
    """Yield notes about parts of the text that contradict each other."""
    yield from _refused_keys(seen)
    yield from _official_site(seen)
    yield from _edge_for_local(seen)
    yield from _mixed_content(seen)


def _refused_keys(seen: ScannedText) -> Iterator[TextNote]:
    """Yield notes about the key that a refusal quotes: none, a stand-in, or one that the vendor does not issue."""
    if "key" not in seen.lower:
        return
    empty = _EMPTY_ECHO.search(seen.plain)
    if empty is not None:
        yield TextNote("echo_empty", _around(seen.plain, empty))
        return
    name = _NAME_ECHO.search(seen.plain)
    if name is not None:
        yield TextNote("echo_reference", _around(seen.plain, name))
        return
    tail = _TAIL.search(seen.plain)
    if tail is not None and re.fullmatch(_REFERENCE_END, tail["tail"]):
        yield TextNote("echo_reference", _around(seen.plain, tail))
    elif tail is not None and re.fullmatch(_EMPTY_END, tail["tail"]):
        yield TextNote("echo_empty", _around(seen.plain, tail))
    elif tail is not None and re.fullmatch(_EXAMPLE_END, tail["tail"]):
        yield TextNote("echo_example", _around(seen.plain, tail))
    whole = _WHOLE_ECHO.search(seen.plain)
    if whole is not None and re.fullmatch(_DUMMY, whole["value"]):
        official = any(word in seen.lower for _, words in _OFFICIAL for word in words)
        yield TextNote("echo_dummy", _around(seen.plain, whole), sure=official)
    echo = _ECHO.search(seen.plain)
    door = speaker(seen) if echo else None
    if echo is None or door is None or re.match(_NO_HEAD, echo["head"]):
        return
    owner = {} if _begins_like(echo["head"], door) else owner_of_head(echo["head"], door)
    if owner or not could_be(echo["head"], door):
        yield TextNote("echo_elsewhere", _around(seen.plain, echo), values=owner)


def _around(plain: str, found: re.Match[str]) -> str:
    return plain[found.start() : found.end() + 80]


def _official_site(seen: ScannedText) -> Iterator[TextNote]:
    """Yield a note if a vendor's own site answers although the text names another base URL."""
    named = next((u for u in seen.urls if u.asked and not _openai(u)), None)
    speaks = next((id for id, words in _OFFICIAL if any(word in seen.lower for word in words)), None)
    if speaks == "openai":
        if named is not None and (named.base or _openai_asked(seen)):
            yield TextNote("official_words", named.value)
        elif named is not None:
            yield TextNote("relayed_words", named.value, values={"host": named.host})
        elif found := re.search(_OWN_URL, seen.plain):
            yield TextNote("official_words", _around(seen.plain, found), sure=False)
        elif (own := re.search(_OWN_SERVER, seen.plain)) is not None:
            yield TextNote("official_request", _around(seen.plain, own), sure=False)
        else:
            yield from _named_elsewhere(seen)
    elif named is not None and named.base and _openai_asked(seen):
        yield TextNote("official_request", named.value)
    elif named is None and _openai_asked(seen) and (own := re.search(_OWN_SERVER, seen.plain)) is not None:
        yield TextNote("official_request", _around(seen.plain, own), sure=False)
    model = re.search(_OPENAI_NO_MODEL, seen.plain) if "does not exist" in seen.lower else None
    if model is not None and re.fullmatch(_OTHERS_MODEL, model["model"]) and (named is None or named.base):
        local = named is not None and re.search(LOCAL, named.host) is not None
        if not local:  # vLLM and others use the same sentence about their own models
            yield TextNote("foreign_model", _around(seen.plain, model), values={"model": model["model"]})


def _named_elsewhere(seen: ScannedText) -> Iterator[TextNote]:
    """Yield a note if OpenAI refuses a key that the text calls one other vendor's, or whose API the app was to call."""
    said = {
        house.lower(): found
        for found in (*re.finditer(_CHOSEN, seen.plain), *re.finditer(_KEY_OF, seen.plain))
        for house in found.groups()
        if house
    }
    if not said or "openai" in said:
        return
    from probes.catalog.doors import load

    owners = [door for door in load() if door.id.partition("-")[0] in said and door.kind not in CARRIERS]
    if len({door.company for door in owners}) != 1:
        return
    found = said[owners[0].id.partition("-")[0]]
    one = len(owners) == 1
    values = {"key_door": owners[0].name, "better_url": base_url_of(owners[0])} if one else {}
    yield TextNote("named_elsewhere", _around(seen.plain, found), values=values)


def _edge_for_local(seen: ScannedText) -> Iterator[TextNote]:
    """Yield a note if a public network answers a request to this machine: the app runs somewhere else."""
    found = _EDGE.search(seen.plain)
    if found is None or re.search(_TUNNEL, seen.plain):
        return
    local = next((u for u in seen.urls if u.asked and re.search(LOOPBACK, u.host)), None)
    if local is not None and not any(u.asked and not re.search(LOCAL, u.host) for u in seen.urls):
        yield TextNote("edge_for_local", _around(seen.plain, found), values={"host": local.host})


def _openai(url: UrlInText) -> bool:
    return url.host.endswith("openai.com") or "azure" in url.host


def _openai_asked(seen: ScannedText) -> bool:
    return any(url.asked and not url.base and url.host == "api.openai.com" for url in seen.urls)


def _mixed_content(seen: ScannedText) -> Iterator[TextNote]:
    """Yield a note if a page over https calls an address over http, which browsers allow for loopback alone."""
    plain_url = next(
        (u for u in seen.urls if u.asked and u.value.lower().startswith("http:") and not re.search(LOOPBACK, u.host)),
        None,
    )
    if plain_url is None or not re.search(_BROWSER_FAILS, seen.plain):
        return
    page = next((u for u in seen.urls if u.page and u.value.lower().startswith("https:")), None)
    if page is not None or re.search(_HTTPS_PAGE, seen.plain):
        yield TextNote("mixed_content", plain_url.value, sure=page is not None)


# -- whose key, whose words --------------------------------------------------------------------------------------------


def speaker(seen: ScannedText) -> Door | None:
    """Return the door whose console or API host a refusal names."""
    if not seen.urls and not seen.hosts:
        return None
    from probes.catalog.doors import load

    doors = load()
    for url in seen.urls:
        door = doors.of_host(url.host, url.port, url.path) or doors.website_of(url.host, url.path)
        if door is not None:
            return door
    for host in seen.hosts:
        door = doors.of_host(host)
        if door is not None:
            return door
    return None


def could_be(head: str, door: Door) -> bool:
    """Check whether a key of this door can begin with ``head``. Any head fits keys without a prefix."""
    heads = [literal(shape.pattern) for shape in door.keys if shape.confidence is not Confidence.POSSIBLE]
    if not heads or "" in heads:
        return True
    prefix = public_prefix(head)
    if prefix and len(prefix) > 3 and not any(known.startswith(prefix) or prefix.startswith(known) for known in heads):
        return False
    return any(head.startswith(known) or known.startswith(head) for known in heads)


def _begins_like(head: str, door: Door) -> bool:
    """Check whether a prefix of this door's own fits ``head``; ``sk-`` alone is nobody's."""
    heads = (literal(shape.pattern) for shape in door.keys)
    return any(len(known) > 3 and (known.startswith(head) or head.startswith(known)) for known in heads)


def owner_of_head(head: str, refusing: Door) -> dict[str, str]:
    """Return the name (``key_door``) and base URL (``better_url``) of the one door whose keys begin like this.

    Empty if none is known, or more than one company's keys begin so.
    """
    from probes.catalog.doors import load

    if len(head) < 4:
        return {}
    owners: list[Door] = []
    for door in load():
        heads = (literal(shape.pattern) for shape in door.keys if shape.confidence is Confidence.CERTAIN)
        fits = any(len(one) > 3 and (one.startswith(head) or head.startswith(one)) for one in heads)
        if door.id != refusing.id and fits:
            owners.append(door)
        if len(owners) > TRIED:
            break
    if len({door.company for door in owners}) != 1:
        return {}
    return {"key_door": owners[0].name, "better_url": base_url_of(owners[0]), "door": refusing.name}
