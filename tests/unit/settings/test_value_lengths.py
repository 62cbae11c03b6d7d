"""Values that are too long are reported, and no pattern is applied to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.keys.flaws import examine_key
from probes.keys.owner import identify
from probes.model import limits
from probes.model.settings import BadInput
from probes.settings import value_lengths
from probes.settings.gather import gather
from probes.settings.options import Options
from probes.urls.url_flaws import examine_url


@pytest.mark.parametrize(
    ("variable", "what"),
    [("OPENAI_MODEL", "model"), ("HTTPS_PROXY", "proxy"), ("HTTP_PROXY", "proxy"), ("NO_PROXY", "without a proxy")],
)
@pytest.mark.parametrize("sign", ["[", "#", "a", "é", " a"])
def test_a_value_that_is_too_long_is_refused(variable: str, what: str, sign: str, tmp_path: Path) -> None:
    def gathered(size: int) -> object:
        text = ("http://h/" if "HTTP" in variable else "") + sign * (size // len(sign))
        return value_lengths.check_lengths(gather(Options(), {variable: text}, tmp_path))

    gathered(limits.TEXT // 2)
    with pytest.raises(BadInput, match=what):
        gathered(2 * limits.TEXT)


def test_a_key_that_is_too_long_is_not_sent() -> None:
    exam = examine_key("sk-" + "a1B2" * limits.KEY, "openai")
    assert [flaw.kind for flaw in exam.flaws] == ["stray"]
    assert (exam.cleaned, exam.literal) == (None, None)
    assert identify("sk-" + "a1B2" * limits.KEY) == ()


def test_a_login_token_of_12_kib_is_a_key() -> None:
    assert examine_key("eyJ" + "a1B2" * 3000 + ".aB3." + "c4D" * 20, "openai").literal


def test_a_base_url_that_is_too_long_is_invalid() -> None:
    exam = examine_url("https://api.openai.com/" + "#" * 200_000, "openai")
    assert [flaw.kind for flaw in exam.flaws] == ["invalid"]
    assert (exam.mended, exam.literal) == (None, None)


@pytest.mark.parametrize("unit", ["/*", "'\\", "/models", "/v1", "/chat/completions"])
def test_a_base_url_with_endless_flaws_ends(unit: str) -> None:
    examine_url("https://h/" + unit * 500, "auto")
