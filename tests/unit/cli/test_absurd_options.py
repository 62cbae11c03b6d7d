"""Every numeric option of every command with numbers that nobody means: an error message or a run, never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from diagnose.cli import COMMANDS, HIDDEN, program
from diagnose.cli.number_types import FiniteRange
from probes.model.settings import LONGEST_WAIT
from probes.settings.slo import SloError, parse

ABSURD = (
    *("1e308", "1e400", "-1e400", "nan", "-nan", "inf", "-inf", "-0", "0", "1e-320", "-1", "9" * 400, "9" * 5000),
    *("0x10", "1e999999999", "", " ", str(2**31), str(2**63), str(2**64), "1e15", "99999999999", "1,5", "1 000"),
)
NUMBERS = (click.types.IntParamType, click.types.FloatParamType, click.IntRange, click.FloatRange)
# With these arguments a command ends soon, whatever the number is.
ARGUMENTS = {
    "check": ("http://127.0.0.1:1/v1", "--offline"),
    "fleet": ("fleet.csv", "--offline", "--watch", "1", "--count", "1"),
    "scan": ("--list",),
    "serve": ("--listen", "nowhere"),
}
# How often to repeat: a large number is a matter of patience.
ENDLESS = (("fleet", "--count"),)


def numeric() -> Iterator[tuple[str, str]]:
    for name in (*COMMANDS, *HIDDEN):
        command = program.get_command(click.Context(program), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option) and isinstance(option.type, NUMBERS):
                yield name, option.opts[0]


def test_the_options_are_found() -> None:
    assert {("check", "--timeout"), ("check", "--retries"), ("serve", "--rate"), ("fleet", "--jobs")} <= set(numeric())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "fleet.csv").write_text("name,base_url\na,http://127.0.0.1:1/v1\n", "utf-8")
    return tmp_path


def ends(arguments: tuple[str, ...]) -> str:
    """Run a command; return what it printed. Assert that it neither crashed nor accepted nonsense silently."""
    done = CliRunner().invoke(program, [*arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), (arguments, done.exception)
    assert done.exit_code in (0, 1, 2, 3)
    assert "Traceback" not in done.output
    return done.output


@pytest.mark.parametrize(("name", "option"), list(numeric()))
def test_an_absurd_number(name: str, option: str, folder: Path) -> None:
    for text in ABSURD:
        if (name, option) not in ENDLESS or not text.isdecimal():
            ends((name, *ARGUMENTS.get(name, ()), option, text))


@pytest.mark.parametrize("option", ["--timeout", "--deadline"])
@pytest.mark.parametrize("text", ["nan", "inf", "-0", "1e400", "-1", "1e308", str(LONGEST_WAIT + 1)])
def test_a_time_limit_is_between_nothing_and_a_month(option: str, text: str, folder: Path) -> None:
    for name in ("check", "serve"):
        said = ends((name, *ARGUMENTS[name], option, text))
        assert option in said
        assert "Error" in said


def test_a_number_that_is_none_is_not_in_a_range() -> None:
    for text in ("nan", "inf", "1e400"):
        with pytest.raises(click.BadParameter):
            FiniteRange(1).convert(text, None, None)
    assert FiniteRange(1, 3).convert("2.5", None, None) == 2.5


SPOTS = (
    *(("serve", "--listen", f"127.0.0.1:{port}") for port in ("-1", "65536", "99999999999", "9" * 5000, "²")),
    *(("check", "http://127.0.0.1:1", "--offline", "--slo", f"ttft={time}") for time in ("1e999s", "-1s", "nan", "0s")),
    *(("check", "http://127.0.0.1:1", "--offline", "--slo", f"ttft={'9' * digits}s") for digits in (7, 400, 5000)),
    *(
        ("check", f"http://127.0.0.1:{port}/v1", "--offline")
        for port in ("0", "65536", "99999999999", "-1", "9" * 5000)
    ),
    *(("check", "http://a.example", "--offline", "--connect-to", f"a.example:{'9' * n}::{'9' * n}") for n in (5, 400)),
    *(("check", "http://a.example", "--offline", "--dns-server", f"127.0.0.1:{port}") for port in ("0", "9" * 5000)),
    *(("check", "http://a.example", "--offline", "--proxy", f"http://127.0.0.1:{port}") for port in ("0", "9" * 5000)),
    *(("check", "--offline", "--curl", f"curl -m {'9' * n} https://a.example:{'9' * n}/v1") for n in (6, 400, 5000)),
    *(("explain", f"error {'9' * n}: status {'9' * n}, retry after {'9' * n} s at :{'9' * n}") for n in (400, 5000)),
)


@pytest.mark.parametrize("arguments", SPOTS, ids=lambda words: " ".join(words)[:60])
def test_an_absurd_number_inside_a_value(arguments: tuple[str, ...], folder: Path) -> None:
    ends(arguments)


@pytest.mark.parametrize(
    "text", ["ttft=1e999s", "ttft=-1s", "ttft=nans", "ttft=infs", f"ttft={'9' * 7}s", "ttft=0s", "ttft=٣s"]
)
def test_a_limit_that_is_no_time(text: str) -> None:
    with pytest.raises(SloError):
        parse(text)


FILES = (
    *(f"[check]\ntimeout = {number}\n" for number in ("1e400", "nan", "inf", "-0.0", "9" * 400, "9" * 5000, "true")),
    f"[check]\nslo = {{ ttft = {'9' * 5000} }}\n",
    "[check]\nmodel = 9999-99-99\n",
    f"x = {'[' * 100_000}",
    f"x = {'{a=' * 100_000}",
    f"[check]\nslo = {'[' * 100_000}{']' * 100_000}\n",
)


@pytest.mark.parametrize("text", FILES, ids=lambda text: text[:30])
def test_an_absurd_number_in_the_file(text: str, folder: Path) -> None:
    (folder / "llmdoctor.toml").write_text(text, "utf-8")
    said = ends(("check", "http://127.0.0.1:1/v1", "--offline"))
    assert "llmdoctor.toml" in said


@pytest.mark.parametrize("cell", ["1e400", "nan", "-0", "9" * 400, "9" * 5000, "1e308"])
def test_an_absurd_number_in_a_table(cell: str, folder: Path) -> None:
    (folder / "fleet.csv").write_text(f"base_url,timeout\nhttp://127.0.0.1:1/v1,{cell}\n", "utf-8")
    assert "fleet.csv:2 timeout" in ends(("fleet", "fleet.csv", "--offline"))


def test_an_address_that_is_none_in_a_table(folder: Path) -> None:
    (folder / "fleet.csv").write_text("base_url\nhttp://[::1\nhttp://127.0.0.1:99999999/v1\n", "utf-8")
    ends(("fleet", "fleet.csv", "--offline"))
