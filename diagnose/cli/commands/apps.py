"""`llmdoctor apps`: the known client programs, or one of them in full, offline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from diagnose.cli import console
from diagnose.cli.completion import among
from diagnose.cli.completion import apps as names
from diagnose.cli.key_report import columns
from diagnose.words import LANGS
from probes.catalog.app import App, AppWire, SettingsFile
from probes.catalog.apps import Apps, load
from probes.catalog.url_joining import join
from probes.protocols.protocol import wire as protocol_of

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "head": ("app", "name", "kind", "protocols", "sends", "base URL is taken from"),
        "count": "{count} apps. `llmdoctor apps NAME` shows one in full, `llmdoctor check --app NAME` asks as it does.",
        "kind": "kind",
        "versions": "seen in",
        "speaks": "speaks",
        "asks": "asks",
        "of": "{base_url} leads to {address}",
        "nothing": "{base_url} leads nowhere: it fails before it sends",
        "sends": "sends the key as",
        "by": "with {variable}: {auth}",
        "default": "without a setting",
        "base_url": "base URL from",
        "key": "key from",
        "model": "model from",
        "ignores": "does not read",
        "proxies": "proxies",
        "roots": "trusts",
        "page": "calls from the web page",
        "refuses_private": "private addresses",
        "refused": "are refused",
        "errors.connection": "no connection",
        "errors.key": "key refused (401)",
        "errors.path": "path wrong (404)",
        "place": "settings in",
        "home": "manual",
        "sources": "known from",
        "unconfirmed": "a part of this is not confirmed by any source",
        "own": "kept in its own settings",
        "sdk": "official SDK",
        "library": "library",
        "cli": "command line",
        "ide": "editor",
        "desktop": "desktop program",
        "server": "server or web app",
        "proxies.environment": "HTTPS_PROXY and its kin",
        "proxies.ignored": "ignores the variables",
        "proxies.own": "a setting of its own",
        "proxies.system": "the system's or the browser's",
        "proxies.unknown": "not known",
        "roots.system": "the system's roots",
        "roots.certifi": "certifi's list of roots",
        "roots.node": "Node's list of roots, and NODE_EXTRA_CA_CERTS",
        "roots.browser": "the browser's or the system's roots",
        "roots.unknown": "not known",
        "scope.user": "the user's",
        "scope.project": "the project's",
        "scope.system": "the machine's",
        "storage.keychain": "in the keychain: out of reach",
        "storage.database": "in a database",
    },
    "zh": {
        "head": ("代号", "名称", "类别", "协议", "密钥发送方式", "地址取自"),
        "count": "共 {count} 个。`llmdoctor apps 代号` 查看全部资料，`llmdoctor check --app 代号` 按它的方式检查。",
        "kind": "类别",
        "versions": "所见版本",
        "speaks": "协议",
        "asks": "实际请求",
        "of": "{base_url} 会请求 {address}",
        "nothing": "{base_url} 发不出请求，在本地就会报错",
        "sends": "密钥发送方式",
        "by": "密钥在 {variable} 里时：{auth}",
        "default": "不设置时",
        "base_url": "地址取自",
        "key": "密钥取自",
        "model": "模型取自",
        "ignores": "不读取",
        "proxies": "代理",
        "roots": "信任",
        "page": "从网页发出请求",
        "refuses_private": "私有地址",
        "refused": "会被拒绝",
        "errors.connection": "连不上时",
        "errors.key": "密钥被拒（401）",
        "errors.path": "路径不对（404）",
        "place": "设置存放在",
        "home": "手册",
        "sources": "资料来源",
        "unconfirmed": "部分内容尚无来源证实",
        "own": "保存在它自己的设置里",
        "sdk": "官方 SDK",
        "library": "程序库",
        "cli": "命令行",
        "ide": "编辑器",
        "desktop": "桌面程序",
        "server": "服务端或网页应用",
        "proxies.environment": "读取 HTTPS_PROXY 等变量",
        "proxies.ignored": "不理会代理变量",
        "proxies.own": "在自己的设置里填写",
        "proxies.system": "跟随系统或浏览器",
        "proxies.unknown": "不清楚",
        "roots.system": "系统根证书",
        "roots.certifi": "certifi 的根证书列表",
        "roots.node": "Node 自带的根证书，以及 NODE_EXTRA_CA_CERTS",
        "roots.browser": "浏览器或系统的根证书",
        "roots.unknown": "不清楚",
        "scope.user": "用户",
        "scope.project": "项目",
        "scope.system": "本机",
        "storage.keychain": "在钥匙串里，无法读取",
        "storage.database": "在数据库里",
    },
}
# Two base URLs that show how a client joins them.
EXAMPLES = ("https://api.example.com", "https://api.example.com/v1")


@click.command("apps")
@click.argument("name", nargs=-1, shell_complete=among(names))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(name: tuple[str, ...], as_json: bool, lang: str | None) -> None:
    """List the known client programs, those that hold every word of NAME, or show one in full."""
    apps = load()
    found = chosen(apps, name)
    if not found:
        raise click.UsageError(_unknown(apps, " ".join(name)))
    one = found[0] if name and len(found) == 1 else None
    spoken = console.language(lang)
    if as_json:
        shown: Any = document(one) if one else {"apps": [document(app) for app in found]}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_full(one, WORDS[spoken]) if one else _table(found, WORDS[spoken])))


def chosen(apps: Apps, words: tuple[str, ...]) -> tuple[App, ...]:
    """The app of that id or name, else every app that holds all the words."""
    asked = " ".join(words).strip().lower()
    if asked and (exact := next((app for app in apps if asked in (app.id, app.name.lower())), None)):
        return (exact,)
    haystacks = ((app, " ".join((app.id, app.name, app.kind, *app.protocols)).lower()) for app in apps)
    return tuple(app for app, text in haystacks if all(word in text for word in asked.split()))


def _unknown(apps: Apps, asked: str) -> str:
    from probes.model.secret import public_prefix

    told = repr(asked) if len(asked) < 24 and not public_prefix(asked) else "like that"  # a longer one may be a key
    near = apps.near(asked)
    hint = f"Did you mean {', '.join(near)}?" if near else "`llmdoctor apps` lists them all."
    return f"there is no app named {told}. {hint}"


def document(app: App) -> dict[str, Any]:
    """One app for programs, with what it asks for two base URLs."""
    wires = [{**_plain(wire), "asks": {base: join(app, wire, base) for base in EXAMPLES}} for wire in app.wires]
    return {**_plain(app), "wires": wires, "places": [_plain(place) for place in app.places]}


def _plain(row: App | AppWire | SettingsFile) -> dict[str, Any]:
    values = row._asdict()
    return {
        name: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
        for name, value in values.items()
        if name not in ("wires", "places")
    }


# -- for people --------------------------------------------------------------------------------------------------------


def _table(apps: tuple[App, ...], words: dict[str, Any]) -> Iterator[str]:
    rows = [words["head"], *(row(app, words) for app in apps)]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        padded = (cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True))
        yield "  ".join(padded).rstrip()
    yield ""
    yield str(words["count"]).format(count=len(apps))


def row(app: App, words: dict[str, Any]) -> tuple[str, str, str, str, str, str]:
    """What tells an app from the next: id, name, kind, protocols, header, the variable of its base URL."""
    wire = app.wires[0]
    return (
        app.id,
        app.name,
        words[app.kind],
        ", ".join(app.protocols),
        wire.auth[0],
        wire.base_url[0] if wire.base_url else words["own"],
    )


def _full(app: App, words: dict[str, Any]) -> Iterator[str]:
    yield f"{app.name} [{app.id}]"
    lines = list(_facts(app, words))
    width = max(columns(label) for label, _ in lines)
    last = ""
    for label, value in lines:
        shown = "" if label == last else label
        yield f"  {shown}{' ' * (width - columns(shown))}  {value}"
        last = label


def _facts(app: App, words: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield words["kind"], words[app.kind]
    if app.versions:
        yield words["versions"], ", ".join(app.versions)
    for wire in app.wires:
        yield from _wire(app, wire, words)
    for label, value in (
        ("ignores", ", ".join(app.ignores)),
        ("proxies", words[f"proxies.{app.proxies}"]),
        ("roots", words[f"roots.{app.roots}"]),
        ("page", app.page),
        ("refuses_private", words["refused"] if app.refuses_private else ""),
    ):
        if value:
            yield words[label], value
    for name, text in app.errors.items():
        yield words[f"errors.{name}"], text
    for place in dict.fromkeys(_place(place, words) for place in app.places):
        yield words["place"], place
    yield words["home"], app.home
    yield words["sources"], "; ".join(app.sources)
    if not app.confirmed:
        yield words["sources"], words["unconfirmed"]


def _wire(app: App, wire: AppWire, words: dict[str, Any]) -> Iterator[tuple[str, str]]:
    header = protocol_of(wire.protocol).version_header
    version = f" ({header}: {wire.version})" if header else ""
    yield words["speaks"], wire.protocol + version
    for base_url in EXAMPLES:
        address = join(app, wire, base_url)
        shown = words["of" if address else "nothing"].format(base_url=base_url, address=address)
        yield words["asks"], shown.replace("%7B", "{").replace("%7D", "}")
    yield words["sends"], ", ".join(wire.auth)
    for variable, auth in wire.auth_by.items():
        yield words["sends"], words["by"].format(variable=variable, auth=auth)
    for label, value in (
        ("default", wire.default),
        ("base_url", ", ".join(wire.base_url)),
        ("key", ", ".join(wire.key)),
        ("model", ", ".join(wire.model)),
    ):
        if value:
            yield words[label], value


def _place(place: SettingsFile, words: dict[str, Any]) -> str:
    paths = list(dict.fromkeys(place.path.values()))
    told = [words[f"scope.{place.scope}"]]
    if place.storage != "plain":
        told.append(words[f"storage.{place.storage}"])
    return f"{', '.join(paths)}  ({', '.join(told)})"
