"""The plan of a check for people: each request with what it is for, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.rendering.line_breaks import cells
from diagnose.tables.plan_lines import document, text
from diagnose.words import LANGS, deep, part
from probes.model.exchange import Purpose
from probes.run.plan import plan
from probes.settings.gather import Options, gather

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"


def planned(folder: Path, url: str, **options: object):  # type: ignore[no-untyped-def]
    given = Options(target=url, key=KEY, **options)  # type: ignore[arg-type]
    found = plan(gather(given, {}, folder, home=folder))
    assert found is not None
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_a_request_says_what_it_is_for(lang: str, tmp_path: Path) -> None:
    found = planned(tmp_path, "https://relay.example/v1", deep=True, model="m", headers=("X-Some: value",))
    words = part(lang, "plan").PLAN
    wide = text(found, lang, None).splitlines()
    rows = [line for line in wide if line.startswith("  ")]
    assert len(rows) == len(found.requests) + len(found.deep) + len(found.on_success)
    for one, row in zip((*found.requests, *found.deep), rows, strict=False):
        name = words.get(f"purpose.{one.purpose}") or deep("NAMES", one.purpose, lang)
        assert row.startswith(f"  {one.method}") and one.url in row and name in row and "_" not in name
    assert "X-Some" in "\n".join(wide) and KEY not in "\n".join(wide)
    for width in (60, 80):
        assert max(map(cells, text(found, lang, width).splitlines())) <= width


def test_every_purpose_has_words() -> None:
    assert {f"purpose.{one}" for one in Purpose} <= set(part("en", "plan").PLAN)


def test_programs_get_all_of_it(tmp_path: Path) -> None:
    found = document(planned(tmp_path, "http://relay.example/v1"))
    assert found["withheld"] == "plaintext" and found["otherwise"] and found["host"] == "relay.example"
    assert all(set(one) >= {"purpose", "method", "url", "with_key", "tokens"} for one in found["requests"])
