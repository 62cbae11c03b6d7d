"""A report, written out: one module a format, each with ``render(report, lang) -> str``.

What several formats share stands here: the words of the interface, foreign text made harmless, times, and what the exit
status says. Nothing is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnose.report import Finding, Report

FORMATS = ("text", "json", "junit", "markdown", "html", "github", "nagios")
_STRICT = ("junit", "github")  # tell a warning as a failure where warnings fail

# The variables that the official SDKs read (openai, anthropic, google-genai, ollama), for settings to copy.
BASE_URL_VARIABLES = {
    "openai": "OPENAI_BASE_URL",
    "responses": "OPENAI_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "gemini": "GOOGLE_GEMINI_BASE_URL",
    "azure": "AZURE_OPENAI_ENDPOINT",
    "ollama": "OLLAMA_HOST",
}

VERSION_VARIABLES = {"gemini": "GOOGLE_GENAI_API_VERSION", "azure": "OPENAI_API_VERSION"}

# Words that only the formats need, beside those of ``diagnose.words``.
EXTRA = {
    "en": {
        "comma": ", ",
        "pause": ", ",
        "colon": ": ",
        "target.name": "Name",
        "target.base_url": "Address",
        "target.key": "Key",
        "target.key_hint": "{hint}, {length} characters",
        "target.model": "Model",
        "target.protocol": "Protocol",
        "target.as": "{protocol}, as {app} sends it",
        "table.probe": "Probe",
        "table.result": "Result",
        "table.time": "Time",
        "seen_from": "Seen from",
        "vantage": "proxy {proxy}, trust {trust}, addresses {families}",
        "container": "inside a container",
        "elsewhere": "Other clients",
        "elsewhere.other": "{clients}: {base_url}",
        "elsewhere.impossible": "{clients}: no base URL leads there",
        "none": "none",
        "table.healthy": "sound",
        "table.degraded": "with warnings",
        "table.broken": "broken",
        "table.inconclusive": "left open",
        "table.was": " (was: {verdict})",
        "table.all": "{count} checked",
        "found.all": "{count} found in {apps} app(s)",
        "found.unchecked": "{count} not checked",
        "found.nothing": "No LLM settings were found.",
        "found.command": "not checked: a command gives the key, and none is run here",
        "found.keychain": "not checked: the key is in the system's keychain, out of reach",
        "found.outside": "not checked: the project refers to a file that is not its own",
        "found.container": "not checked: the address means something inside of the container alone",
        "found.interrupted": "not checked: interrupted",
        "found.store.keychain": "the rest is in the system's keychain, out of reach",
        "found.store.database": "the settings are in a database, out of reach",
        "found.malformed": "skipped: it is not {form}",
        "found.encoding": "skipped: it is not UTF-8 text",
        "found.too_large": "skipped: it is larger than 1 MiB",
        "found.unreadable": "skipped: it may not be read",
        "found.no_file": "skipped: it is no file",
        "found.leads_out": "skipped: the link leads out of the project",
        "fact.reachable": "server",
        "fact.path": "path",
        "fact.key": "key",
        "fact.model": "model",
        "fact.answer": "answer",
        "fact.stream": "streaming",
        "source.environment": "environment",
        "source.default": "default",
        "source.list": "first small one in the model list",
        "source.option": "option",
        "source.form": "typed here",
        "root": "Follows from",
        "limits": "Limits",
        "unmeasured": "not measured",
        "tries": "Tries",
        "tried_often": "{count}, of which {failed} failed",
        "timeline": "What was checked, and when",
        "ran": "from {begin}, for {took}",
        "status.ok": "fine",
        "status.warn": "warning",
        "status.fail": "failed",
        "status.skipped": "not asked",
    },
    "zh": {
        "comma": "、",
        "pause": "，",
        "colon": "：",
        "target.name": "名称",
        "target.base_url": "地址",
        "target.key": "密钥",
        "target.key_hint": "{hint}，{length} 个字符",
        "target.model": "模型",
        "target.protocol": "协议",
        "target.as": "{protocol}，按 {app} 的方式发送",
        "table.probe": "检查项",
        "table.result": "结果",
        "table.time": "用时",
        "seen_from": "检测位置",
        "vantage": "代理 {proxy}，信任 {trust}，地址族 {families}",
        "container": "在容器内",
        "elsewhere": "其他客户端",
        "elsewhere.other": "{clients}：{base_url}",
        "elsewhere.impossible": "{clients}：填什么地址都到不了",
        "none": "无",
        "table.healthy": "正常",
        "table.degraded": "有警告",
        "table.broken": "有故障",
        "table.inconclusive": "未能判定",
        "table.was": "（原为：{verdict}）",
        "table.all": "共检查 {count} 个",
        "found.all": "{apps} 个应用的 {count} 组设置",
        "found.unchecked": "{count} 未检查",
        "found.nothing": "没有找到任何大模型设置。",
        "found.command": "未检查：密钥由一条命令给出，这里不执行命令",
        "found.keychain": "未检查：密钥在系统钥匙串里，无法读取",
        "found.outside": "未检查：项目引用了不属于它的文件",
        "found.container": "未检查：这个地址只在容器里有意义",
        "found.interrupted": "未检查：已中断",
        "found.store.keychain": "其余设置在系统钥匙串里，无法读取",
        "found.store.database": "设置保存在数据库里，无法读取",
        "found.malformed": "已跳过：内容不是 {form}",
        "found.encoding": "已跳过：不是 UTF-8 文本",
        "found.too_large": "已跳过：超过 1 MiB",
        "found.unreadable": "已跳过：没有读取权限",
        "found.no_file": "已跳过：不是文件",
        "found.leads_out": "已跳过：链接指向项目之外",
        "fact.reachable": "服务器",
        "fact.path": "路径",
        "fact.key": "密钥",
        "fact.model": "模型",
        "fact.answer": "回答",
        "fact.stream": "流式输出",
        "source.environment": "环境变量",
        "source.default": "默认值",
        "source.list": "取自模型列表",
        "source.option": "选项",
        "source.form": "在此填写",
        "root": "起因",
        "limits": "限度",
        "unmeasured": "未测得",
        "tries": "尝试次数",
        "tried_often": "{count} 次，其中 {failed} 次失败",
        "timeline": "检查过程",
        "ran": "第 {begin} 开始，历时 {took}",
        "status.ok": "正常",
        "status.warn": "警告",
        "status.fail": "失败",
        "status.skipped": "未检查",
    },
}


def render(
    report: Report,
    fmt: str,
    lang: str,
    *,
    width: int = 80,
    colour: bool = False,
    unicode: bool = True,
    probes: bool = True,
    strict: bool = False,
) -> str:
    """The report in one of :data:`FORMATS`, ending in a line end.

    ``strict`` says that warnings fail too, to the formats that tell a failure; the other keywords concern ``text``.

    Raises ValueError for a format that is not known.
    """
    if fmt == "text":
        from diagnose.formats import text

        return text.render(report, lang, width=width, colour=colour, unicode=unicode, probes=probes)
    if fmt not in FORMATS:
        raise ValueError(f"unknown format: {fmt}")
    from importlib import import_module

    more = {"strict": strict} if fmt in _STRICT else {}
    written: str = import_module(f"{__name__}.{fmt}").render(report, lang, **more)
    return written


def exit_status(report: Report, strict: bool = False) -> int:
    """0 nothing wrong (warnings allowed unless ``strict``), 1 something is wrong, 3 could not tell, 130 interrupted."""
    if report.interrupted:
        return 130
    return {"healthy": 0, "degraded": 1 if strict else 0, "broken": 1, "inconclusive": 3}[report.verdict]


def verdict(report: Report) -> str:
    """The key of the report's first sentence: a target that only is slower than wanted does work."""
    return "verdict.slo" if report.root_cause == "slo.exceeded" else f"verdict.{report.verdict}"


def word(lang: str, key: str, **values: object) -> str:
    """The interface's word for ``key``, filled in; for a key without words (a probe of tomorrow) its own last part."""
    from diagnose import words

    lang = "zh" if lang.startswith("zh") else "en"
    shown = {name: plain(value) or "?" for name, value in values.items()}
    if key in EXTRA[lang]:
        return words.fill(EXTRA[lang][key], shown) or ""
    try:
        return words.phrase(key, lang, shown)
    except KeyError:
        return key.rpartition(".")[2].replace("_", " ")


def plain(text: object) -> str:
    """Text from anywhere as one line that no terminal acts upon.

    Escape sequences, control characters, lone surrogates and invisible signs (zero-width, direction marks) are gone;
    every run of white space is one space.
    """
    import re

    whole = re.sub(
        r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, moves
        r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS: titles, links
        r"|\x1b[ -/]*[0-~]?",  # the short ones
        "",
        str(text),
    )
    return " ".join("".join(c for c in whole if c.isprintable() or c.isspace()).split())


def clip(text: str, limit: int) -> str:
    """``text``, or its first ``limit`` characters with an ellipsis for the rest."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def duration(milliseconds: float) -> str:
    """A time for people: ``<1 ms``, ``37 ms``, ``1.42 s``, ``61 s``."""
    if milliseconds < 1:
        return "<1 ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.0f} s"


def settings_lines(settings: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Names and values of settings that were seen to work, in reading order; never a key."""
    for name in ("protocol", "base_url", "api_version", "model", "auth", "stream", "key", "key_source"):
        if (value := settings.get(name)) is not None:
            yield name, str(value).lower() if isinstance(value, bool) else plain(value)


def variable_lines(settings: Mapping[str, object]) -> list[str]:
    """``OPENAI_BASE_URL=https://…`` and so on: the variables that the protocol's SDK reads."""
    protocol = str(settings.get("protocol"))
    pairs = (
        (BASE_URL_VARIABLES.get(protocol), settings.get("base_url")),
        (VERSION_VARIABLES.get(protocol), settings.get("api_version")),
    )
    return [f"{name}={plain(value)}" for name, value in pairs if name and value]


def folded(report: Report) -> list[tuple[Finding, list[Finding]]]:
    """The findings that nothing else explains, each with all that follows from it, directly or further on.

    The root cause comes first; what blames each other in a circle is told by the first of the circle.
    """
    by_code = {finding.code: finding for finding in reversed(report.findings)}
    groups: dict[str, tuple[Finding, list[Finding]]] = {}
    for finding in report.findings:
        top, seen = finding, {finding.code}
        while top.caused_by in by_code and top.caused_by not in seen:
            seen.add(top.caused_by)
            top = by_code[top.caused_by]
        if top.caused_by in seen:
            top = next(found for found in report.findings if found.code in seen)
        group = groups.setdefault(top.code, (top, []))
        if finding is not group[0]:
            group[1].append(finding)
    return sorted(groups.values(), key=lambda group: group[0].code != report.root_cause)


def way_out(finding: Finding) -> tuple[str, ...]:
    """What to do, in order and without repetition: the fixes' summaries first, then the steps."""
    return tuple(dict.fromkeys([*(fix.summary for fix in finding.fixes), *finding.steps]))


def spent(report: Report, lang: str) -> str:
    """What the run cost, in one line: requests, billed ones, tokens, time."""
    cost = report.cost
    text = word(
        lang,
        "cost",
        requests=cost.get("requests", 0),
        billed=cost.get("billed_requests", 0),
        tokens=tokens(report),
    )
    return text + word(lang, "pause") + duration(report.duration_ms)


def tokens(report: Report) -> int:
    """Those of the prompts and of the answers together."""
    return report.cost.get("prompt_tokens", 0) + report.cost.get("completion_tokens", 0)


def proven(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    """What is ``proven``, ``not_proven`` and ``not_asked``: the label's key and its names, where there are any."""
    facts = {name: getattr(report.proven, name) for name in ("reachable", "path", "key", "model", "answer", "stream")}
    for label, value in (("proven", True), ("not_proven", False), ("not_asked", None)):
        if names := [word(lang, f"fact.{name}") for name, shown in facts.items() if shown is value]:
            yield label, word(lang, "comma").join(names)


def elsewhere(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    """``elsewhere`` and which clients want which other base URL, a line for each."""
    groups: dict[str | None, list[str]] = {}
    for client in report.clients:
        if client.told:
            groups.setdefault(client.base_url, []).append(client.name)
    for base_url, names in groups.items():
        clients = word(lang, "comma").join(names)
        key = "elsewhere.impossible" if base_url is None else "elsewhere.other"
        yield "elsewhere", word(lang, key, clients=clients, base_url=base_url or "")


def asked_for(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    """What `--slo` and `--retries` asked for, and what came of it: a label and its words."""
    if report.slos:
        pairs = []
        for one in report.slos:
            measured = word(lang, "unmeasured") if one.measured is None else amount(one.measured)
            pairs.append(f"{one.name} {measured} ({'≥' if one.name == 'cert' else '≤'} {amount(one.limit)})")
        yield word(lang, "limits"), word(lang, "comma").join(pairs)
    if report.tries:
        failed = sum(1 for one in report.tries if one.verdict == "broken")
        yield word(lang, "tries"), word(lang, "tried_often", count=len(report.tries), failed=failed)


def amount(seconds: float) -> str:
    """A limit or what was measured beside it: ``340 ms``, ``2.1 s``, ``20.5 d``."""
    return f"{seconds / 86400:.4g} d" if abs(seconds) >= 86400 else duration(seconds * 1000)


def vantage(report: Report, lang: str) -> str:
    """Where this was seen from, in one line."""
    seen, none = report.vantage, word(lang, "none")
    families = seen.get("families")
    text = word(
        lang,
        "vantage",
        proxy=seen.get("proxy") or none,
        trust=seen.get("trust") or "system",
        families=word(lang, "comma").join(map(str, families))
        if isinstance(families, list | tuple) and families
        else none,
    )
    return text + (word(lang, "pause") + word(lang, "container") if seen.get("container") else "")
