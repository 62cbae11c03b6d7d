"""What `llmdoctor whose` says: the doors that a key fits, what is wrong with it, and the settings that go with it.

Pure, and it never sees the key. It imports next to nothing: the command is to answer at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from probes.catalog.doors import Door, Doors
    from probes.keys.owner import Fit
    from probes.model.settings import Flaw, KeyMatch

SHOWN = 8  # candidates that the text tells in full; a shape without a prefix fits two dozen doors

# What the report calls each kind of flaw (probes/urls/url_flaws.py) and each way of not fitting (probes/keys/owner.py).
CODES = {
    "empty": "settings.missing_key",
    "looks_like_url": "settings.swapped",
    "unexpanded": "key.unexpanded",
    "placeholder": "key.placeholder",
    "dummy": "key.placeholder",
    "masked": "key.masked",
    "bearer_prefix": "key.bearer_prefix",
    "several": "key.several",
    "stray": "key.stray_characters",
    "control": "key.stray_characters",
    "truncated": "key.truncated",
    "wrong_kind": "key.wrong_kind",
}

KINDS = {
    "admin": ("an admin key, which calls no model", "管理密钥，不能调用模型"),
    "oauth": ("a login token (OAuth), not an API key", "登录令牌（OAuth），不是 API 密钥"),
    "session": ("a browser's session token, not an API key", "浏览器会话令牌，不是 API 密钥"),
    "key_id": ("the id of an access key, not the key itself", "访问密钥的 ID，不是密钥本身"),
    "organization_id": ("an organisation's id, not a key", "组织 ID，不是密钥"),
    "project_id": ("a project's id, not a key", "项目 ID，不是密钥"),
    "workspace_id": ("a workspace's id, not a key", "工作区 ID，不是密钥"),
    "webhook_secret": ("a secret for webhooks, not a key", "Webhook 签名密钥，不是 API 密钥"),
    "client_secret": ("an OAuth client's secret, not a key", "OAuth 客户端密钥，不是 API 密钥"),
    "service_account": ("a service account's file, not a key", "服务账号文件，不是密钥"),
    "account_token": ("a token for the account, which calls no model", "账号令牌，不能调用模型"),
    "account_key": ("a key for the whole account, which calls no model", "整个账号的密钥，不能调用模型"),
    "other_product": ("a key of a product that serves no models", "其他产品的密钥，不提供模型服务"),
}

# The notes of doors.toml that hold words, for people who read Chinese.
NOTES_ZH = {
    "the mark T3BlbkFJ inside": "中间有 OpenAI 的标记 T3BlbkFJ",
    "sk- and the kind of an OpenAI key": "sk- 加 OpenAI 的密钥类别",
    "sk- and 48 letters or digits, without the mark of OpenAI": "sk- 加 48 位字母或数字，没有 OpenAI 的标记",
    "sk- and 32 hex digits": "sk- 加 32 位十六进制",
    "32 hex digits": "32 位十六进制",
    "32 hex digits, a dot, 16 letters or digits": "32 位十六进制、一个点、16 位字母或数字",
    "32 hex digits, a dot, 24 characters": "32 位十六进制、一个点、24 个字符",
    "sk-sp-, the Coding and Token Plans of Alibaba Cloud": "sk-sp-，阿里云的 Coding Plan 与 Token Plan",
    "32 letters or digits": "32 位字母或数字",
    "tp-, the Token Plan of Xiaomi MiMo": "tp-，小米 MiMo 的 Token Plan",
    "84 letters or digits": "84 位字母或数字",
    "ABSK, a long-term Bedrock key": "ABSK，Bedrock 的长期密钥",
    "bedrock-api-key-, a Bedrock key of at most 12 hours": "bedrock-api-key-，最多 12 小时有效的 Bedrock 密钥",
    "a UUID": "UUID",
    "cfut_ or cfat_, a Cloudflare token": "cfut_ 或 cfat_，Cloudflare 令牌",
    "sk- and 64 letters or digits": "sk- 加 64 位字母或数字",
    "sk- and 48 characters": "sk- 加 48 个字符",
    "sk-api-, pay as you go at MiniMax": "sk-api-，MiniMax 按量付费",
    "sk-cp-, the Token Plan of MiniMax": "sk-cp-，MiniMax 的 Token Plan",
    "a JWT, as older MiniMax keys are": "JWT，MiniMax 的旧式密钥",
    "sk- and 48 small letters": "sk- 加 48 个小写字母",
    "a UUID, as older Ark keys are": "UUID，方舟的旧式密钥",
    "AIza, as every Google API key": "AIza，Google 的 API 密钥都这样开头",
    "AQ., a new key of AI Studio": "AQ.，AI Studio 的新式密钥",
    "AQ., as new keys of AI Studio": "AQ.，与 AI Studio 的新式密钥相同",
    "ya29., an OAuth access token of Google": "ya29.，Google 的 OAuth 访问令牌",
    "AIza, for express mode alone": "AIza，仅限快速模式",
    "AQ., for express mode alone": "AQ.，仅限快速模式",
    "40 letters or digits": "40 位字母或数字",
    "64 hex digits, as older Together keys are": "64 位十六进制，Together 的旧式密钥",
    "a JWT": "JWT",
    "40 hex digits, as older W&B keys are": "40 位十六进制，W&B 的旧式密钥",
    "84 letters or digits, as older NGC keys are": "84 位字母或数字，NGC 的旧式密钥",
    "api_org_, an older organisation token": "api_org_，旧式的组织令牌",
    "dapi and hex digits": "dapi 加十六进制",
    "sk-do-, doo_v1_ or dop_v1_": "sk-do-、doo_v1_ 或 dop_v1_",
    "pa- or al- and 43 characters": "pa- 或 al- 加 43 个字符",
    "40 characters, as classic Cloudflare tokens are": "40 个字符，Cloudflare 的旧式令牌",
    "43 characters": "43 个字符",
    "gh?_, a GitHub token": "gh?_，GitHub 令牌",
    "tid=…;exp=, a Copilot token of some minutes": "tid=…;exp=，几分钟内有效的 Copilot 令牌",
    "gho_ or ghu_, from which a Copilot token is made": "gho_ 或 ghu_，用来换取 Copilot 令牌",
    "ms- and a UUID": "ms- 加 UUID",
    "sk-kimi-, the plan Kimi Code": "sk-kimi-，Kimi Code 套餐",
    "20 letters, a colon, 20 letters": "20 个字母、一个冒号、20 个字母",
    "sk-, with which every LiteLLM key begins": "sk-，LiteLLM 的密钥都这样开头",
    "its check digits do not fit": "校验位对不上，可能抄错了",
}

WORDS = {
    "en": {
        "key": "{hint}, {length} characters",
        "candidates": "Looks like a key of",
        "nothing": "No known door has keys that look like this.",
        "certain": "certain",
        "likely": "likely",
        "possible": "possible",
        "because": "{confidence} ({why})",
        "variable": "variable",
        "more": "and {count} more: {doors}",
        "twins": "These sites give out keys that look the same, and each takes its own alone: only the site can tell.",
        "flaws": "Wrong with it",
        "cleaned": "Without that a usable key is left.",
        "next": "Told by its look alone, nothing was sent. Whether it works: llmdoctor check",
        "colon": ": ",
        "comma": ", ",
    },
    "zh": {
        "key": "{hint}，{length} 个字符",
        "candidates": "看起来是这些服务商的密钥",
        "nothing": "已知的服务商里，没有哪家的密钥是这个样子。",
        "certain": "确定",
        "likely": "很可能",
        "possible": "可能",
        "because": "{confidence}（{why}）",
        "variable": "变量",
        "more": "另有 {count} 家：{doors}",
        "twins": "这些站点的密钥样子相同，但各认各的：只有问站点才知道。",
        "flaws": "密钥本身的问题",
        "cleaned": "去掉之后就是可用的密钥。",
        "next": "只看样子判断，什么都没有发出。能不能用，请运行：llmdoctor check",
        "colon": "：",
        "comma": "、",
    },
}


class Look(NamedTuple):
    """A key as far as it may be told: its hint, its length in characters, whose it looks like, what is wrong with it.

    ``usable``: something is left when the flaws are taken away.
    """

    hint: str
    length: int
    matches: tuple[KeyMatch, ...]
    flaws: tuple[Flaw, ...]
    fit: Fit
    usable: bool

    @property
    def problems(self) -> dict[str, str]:
        """Codes of the contract, each with its note (``U+000A LINE FEED at position 52 of 52``)."""
        found = {CODES[flaw.kind]: flaw.note for flaw in self.flaws if flaw.kind in CODES}
        proven = self.fit.certain or bool(self.matches and self.matches[0].confidence == "certain")
        if self.fit.fit in ("truncated", "wrong_kind") and proven:
            found[CODES[self.fit.fit]] = self.fit.note
        return found


def document(look: Look, doors: Doors) -> dict[str, Any]:
    """The contract's JSON for ``whose``."""
    known = [(match, door) for match in look.matches if (door := doors.get(match.door))]
    candidates = [
        {
            "door": door.id,
            "confidence": match.confidence,
            "why": _why(match.why, "en"),
            "base_urls": base_urls(door),
        }
        for match, door in known
    ]
    return {
        "key": {"hint": look.hint, "length": look.length, "doors": [door.id for _, door in known]},
        "candidates": candidates,
        "flaws": list(look.problems),
        "settings": _settings(look, known[0]) if known else {},
    }


def base_urls(door: Door) -> dict[str, str]:
    """The first base URL by protocol; where a door has a protocol of this program, those alone."""
    known = [protocol for protocol in door.protocols if protocol != "other"]
    return {protocol: door.base_urls(protocol)[0] for protocol in known or door.protocols}


def _settings(look: Look, best: tuple[KeyMatch, Door]) -> dict[str, str]:
    """What goes with the key: of the first endpoint that needs nothing filled in."""
    match, door = best
    if match.confidence == "possible" or not look.usable or "key.wrong_kind" in look.problems:
        return {}
    ready = (endpoint for endpoint in door.endpoints if "{" not in endpoint.base_url and endpoint.protocol != "other")
    endpoint = next(ready, None)
    if endpoint is None:
        return {}
    return {"base_url": endpoint.sdk_url, "protocol": endpoint.protocol, "auth": endpoint.auth[0]}


def text(look: Look, doors: Doors, lang: str) -> str:
    """The same for people, in lines."""
    return "\n".join(_lines(look, doors, lang)) + "\n"


def _lines(look: Look, doors: Doors, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    yield words["key"].format(hint=look.hint, length=look.length)
    if look.problems:
        from diagnose.words import say

        yield ""
        yield words["flaws"] + words["colon"].rstrip()
        for code, note in look.problems.items():
            yield f"  {say(code, lang, {}).title} [{code}]"
            yield from (f"    {_kind(note, lang)}" for note in [note] if note)
        if look.usable and look.flaws:
            yield f"  {words['cleaned']}"
    yield ""
    known = [(match, door) for match in look.matches if (door := doors.get(match.door))]
    if not known:
        yield words["nothing"]
        return
    yield words["candidates"] + words["colon"].rstrip()
    for match, door in known[:SHOWN]:
        why = words["because"].format(confidence=words[match.confidence], why=_why(match.why, lang))
        yield f"  {door.name} [{door.id}]{words['colon']}{why}"
        yield from (f"    {protocol:9}  {url}" for protocol, url in base_urls(door).items())
        if door.key_env:
            yield f"    {words['variable']}{' ' * (11 - columns(words['variable']))}{door.key_env[0]}"
    if rest := [door.id for _, door in known[SHOWN:]]:
        yield "  " + words["more"].format(count=len(rest), doors=words["comma"].join(rest))
    yield ""
    sure = [door for match, door in known if match.confidence == "certain"]
    if len(sure) > 1:
        yield words["twins"]
    yield words["next"]


def _why(note: str, lang: str) -> str:
    """A door's note in a language, piece by piece; a kind of credential in words."""
    if lang == "zh" and note in NOTES_ZH:
        return NOTES_ZH[note]
    separator = "；" if lang == "zh" else "; "
    return separator.join(_kind(part if lang == "en" else NOTES_ZH.get(part, part), lang) for part in note.split("; "))


def _kind(note: str, lang: str) -> str:
    return KINDS[note][lang == "zh"] if note in KINDS else note


def columns(text: Iterable[str]) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if character > "\u2e7f" else 1 for character in text)
