"""The pages: templates filled with the words of a language. The templates escape all foreign text."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from diagnose import words
from diagnose.formats import html, markdown
from diagnose.rendering.html_builder import prose
from diagnose.rendering.report_parts import word
from diagnose.rendering.report_view import Action
from diagnose.tables import bundle_table
from diagnose.words import LANGS, name_of, part, phrase, tag_of
from probes.catalog.apps import load as load_apps
from probes.model.evidence import OPTIONAL, PROBES
from probes.settings.config_file import PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diagnose.answers.explain import Explanation
    from diagnose.judging.support_bundle import OpenedBundle
    from diagnose.report import ProbeLine, Report
    from diagnose.serve.forms import CheckForm
    from probes.pasted.curl_command import CurlNote

TYPES = {"page.css": "text/css", "page.js": "text/javascript", "report.css": "text/css"}
_PATHS = {"check": "/", "explain": "/explain", "open": "/open", "login": "/login"}


def language(asked: str, accept: str = "") -> str:
    """Return the requested language, else the first known one in the ``Accept-Language`` header, else English."""
    if asked in LANGS:
        return asked
    for one in accept.split(","):
        if lang := words.language_of(one.strip()):
            return lang
    return "en"


@cache
def static(name: str) -> tuple[bytes, str]:
    """Return a file that the pages load, and its content type. Raises KeyError for any other name."""
    content_type = TYPES[name]
    if name == "report.css":
        return html.style().encode(), content_type
    return (files("diagnose.serve") / "static" / name).read_bytes(), content_type


def texts(lang: str) -> dict[str, str]:
    """Return the texts of the pages in a language."""
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
    return Markup(template.render(say=texts(lang), **here, **values))  # noqa: S704  # the template escapes its values


def check(
    lang: str,
    form: CheckForm | None = None,
    *,
    base_url: str = "",
    model: str = "",
    result: str = "",
    problem: str = "",
) -> str:
    """Return the page with the form of settings, and a result below it.

    ``base_url`` and ``model`` must be scrubbed, because a visitor may have typed a key into these fields.
    """
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
        waiting=[phrase(f"probe.{name}", lang) for name in PROBES if name not in OPTIONAL],
        result=result,
        problem=problem,
    )


def explain(lang: str, *, result: str = "", problem: str = "") -> str:
    """Return the page with the form for an error text, and a result below it."""
    return _fill("explain", lang, result=result, problem=problem)


def open_file(lang: str, *, result: str = "", problem: str = "") -> str:
    """Return the page that opens a bundle or a saved run, and a result below it."""
    return _fill("open", lang, result=result, problem=problem)


def opened(bundle: OpenedBundle, found: Report, lang: str) -> Markup:
    """Return the report on an opened bundle, and what else is in it, as a part of the page."""
    parts = list(bundle_table.sections(bundle, lang))
    return _fill("bundle", lang, report=report(found, lang), heading=bundle_table.heading(bundle, lang), sections=parts)


def login(lang: str, problem: str = "") -> str:
    """Return the page on which a visitor enters the token."""
    return _fill("login", lang, problem=problem)


def report(
    found: Report, lang: str, *, private: bool = False, early: bool = False, notes: Sequence[CurlNote] = ()
) -> Markup:
    """Return a report as a part of the page, with buttons to copy and download it.

    ``private`` says that a private address was not dialled, ``early`` that the server ended the check before it was
    done; ``notes`` list what the check did differently from a curl command.
    """
    own = {"private": private, "early": early}
    notices = [phrase(f"curl.{note.kind}", lang, {"names": note.names}) for note in notes]
    return _fill(
        "report",
        lang,
        notices=[
            Markup(prose(one[:1].upper() + one[1:]))  # noqa: S704  # `prose` escapes it
            for one in (*(texts(lang)[name] for name, holds in own.items() if holds), *notices)
        ],
        body=Markup(html.body(found, lang)),  # noqa: S704  # built from escaped parts
        file=b64encode(html.render(found, lang).encode()).decode(),
        markdown=markdown.render(found, lang),
        stamp="".join(sign for sign in found.started_at if sign.isdigit()),
    )


def row(line: ProbeLine, lang: str) -> str:
    """Return the row of one probe in the timeline, as HTML."""
    return html.probe(line, line.began_ms + line.duration_ms, lang)


def _step(step: Action) -> Markup:
    return Markup(prose(step.head)) + Markup(html.step_items(step) or "")  # noqa: S704


def explanation(found: Explanation, lang: str) -> Markup:
    """Return the likely findings for an error text, and what else would tell, as a part of the page."""
    quoted: set[str] = set()
    rows: list[dict[str, object]] = []
    for one in found.candidates:
        steps = one.text.steps[:1] if found.ask else one.text.steps
        rows.append(
            {
                "code": one.code,
                "sure": texts(lang)["likely" if one.likely else "possible"],
                "evidence": "" if one.evidence in quoted else one.evidence,
                "title": Markup(prose(one.text.title)),  # noqa: S704  # `prose` escapes it
                "explanation": Markup(prose(one.text.explanation)),  # noqa: S704
                "steps": [_step(Action(step, tested=False)) for step in steps],
            }
        )
        quoted.add(one.evidence)
    ask = Markup(prose(found.ask))  # noqa: S704
    return _fill("candidates", lang, found=rows, ask=ask, guessed=found.guessed, why=word(lang, "why"))
