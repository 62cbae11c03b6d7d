"""The pages: templates filled with words of a language. Foreign text is escaped by the templates, never by hand."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from diagnose import words
from diagnose.formats import html, markdown
from diagnose.rendering.report_parts import word
from diagnose.words import LANGS, name_of, part, phrase, tag_of
from probes.catalog.apps import load as load_apps
from probes.model.evidence import PROBES
from probes.settings.config_file import PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diagnose.answers.explain import Candidate
    from diagnose.report import ProbeLine, Report
    from diagnose.serve.forms import CheckForm
    from probes.pasted.curl_command import CurlNote

TYPES = {"page.css": "text/css", "page.js": "text/javascript", "report.css": "text/css"}
_PATHS = {"check": "/", "explain": "/explain", "login": "/login"}


def language(asked: str, accept: str = "") -> str:
    """As asked for, else the first of :data:`LANGS` that the browser's ``Accept-Language`` names, else English."""
    if asked in LANGS:
        return asked
    for one in accept.split(","):
        if lang := words.language_of(one.strip()):
            return lang
    return "en"


@cache
def static(name: str) -> tuple[bytes, str]:
    """A file that the pages load, and its content type. Raises KeyError for any other name."""
    content_type = TYPES[name]
    if name == "report.css":
        return html.style().encode(), content_type
    return (files("diagnose.serve") / "static" / name).read_bytes(), content_type


def texts(lang: str) -> dict[str, str]:
    """The words of the pages themselves."""
    found: dict[str, str] = part(lang, "served_page").TEXTS
    return found


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("diagnose.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _fill(name: str, lang: str, **values: object) -> Markup:
    template = _templates().get_template(f"{name}.html")
    others = [(one, tag_of(one), name_of(one)) for one in LANGS if one != lang]
    here = {"here": name, "path": _PATHS.get(name, "/"), "lang": lang, "tag": tag_of(lang), "others": others}
    return Markup(template.render(say=texts(lang), **here, **values))  # noqa: S704  # the template's own


def check(
    lang: str,
    form: CheckForm | None = None,
    *,
    base_url: str = "",
    model: str = "",
    result: str = "",
    problem: str = "",
) -> str:
    """The form of settings, with a result below. ``base_url`` and ``model`` are scrubbed: a key may stand in them."""
    chosen = {
        "base_url": base_url,
        "protocol": form.protocol if form else "auto",
        "app": form.app if form else "",
        "model": model,
        "no_spend": form is not None and form.no_spend,
    }
    return _fill(
        "check",
        lang,
        **chosen,
        opened=bool(chosen["app"] or chosen["model"] or chosen["no_spend"] or chosen["protocol"] != "auto"),
        protocols=PROTOCOLS,
        apps=load_apps(),
        timeline=word(lang, "timeline"),
        waiting=[phrase(f"probe.{name}", lang) for name in PROBES],
        result=result,
        problem=problem,
    )


def explain(lang: str, *, result: str = "", problem: str = "") -> str:
    """The form of an error text, with a result below."""
    return _fill("explain", lang, result=result, problem=problem)


def login(lang: str, problem: str = "") -> str:
    """Where a browser gives the token."""
    return _fill("login", lang, problem=problem)


def report(found: Report, lang: str, *, private: bool = False, notes: Sequence[CurlNote] = ()) -> Markup:
    """A report as a part of the page: to read, to copy, to take along.

    ``private``: an address was not dialled. ``notes`` tell what of a curl command the check did otherwise.
    """
    notices = [phrase(f"curl.{note.kind}", lang, {"names": note.names}) for note in notes]
    return _fill(
        "report",
        lang,
        notices=[*([texts(lang)["private"]] if private else []), *(one[:1].upper() + one[1:] for one in notices)],
        body=Markup(html.body(found, lang)),  # noqa: S704  # built of escaped parts
        file=b64encode(html.render(found, lang).encode()).decode(),
        markdown=markdown.render(found, lang),
        stamp="".join(sign for sign in found.started_at if sign.isdigit()),
    )


def row(line: ProbeLine, lang: str) -> str:
    """One probe of the timeline."""
    return html.probe(line, line.began_ms + line.duration_ms, lang)


def candidates(found: Sequence[Candidate], lang: str) -> Markup:
    """What a text is likely to be about."""
    rows = [
        {
            "code": one.code,
            "sure": texts(lang)["sure"].format(percent=round(one.confidence * 100)),
            "why": one.why,
            "evidence": one.evidence,
            "text": words.say(one.code, lang, {}),
        }
        for one in found
    ]
    return _fill("candidates", lang, found=rows)
