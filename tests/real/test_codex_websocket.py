"""The real Codex at a server that refuses or closes its WebSocket: it does what the report says, and the lines mend it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.demo_server.websockets import upgrading
from real.test_url_joining import environment

pytestmark = [pytest.mark.real, pytest.mark.slow]
CODEX = Path("programs/node_modules/.bin/codex")
MODEL = "gpt-5-nano"
QUIET = "[features]\nplugins = false\n[analytics]\nenabled = false\n"  # no other hosts
FLAG = (
    'model_provider = "mine"\n[model_providers.mine]\nname = "mine"\nbase_url = "{url}/v1"\nwire_api = "responses"\n'
    "requires_openai_auth = true\nsupports_websockets = true\n"
)
BUILT_IN = 'openai_base_url = "{url}/v1"\n'


class Home:
    """A home folder with Codex's files, and the two programs that read them."""

    def __init__(self, folder: Path, codex: Path, key: str) -> None:
        self.config = folder / ".codex" / "config.toml"
        self.config.parent.mkdir()
        (self.config.parent / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": key}))
        self._folder, self._codex = folder, codex
        (folder / "project").mkdir()

    def write(self, settings: str) -> None:
        self.config.write_text(f'model = "{MODEL}"\n{settings}{QUIET}')

    def _run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            cwd=self._folder / "project",
            env=environment(self._folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def codex(self) -> int:
        """Ask Codex one question and return its exit status."""
        return self._run(str(self._codex), "exec", "--skip-git-repo-check", "say pong").returncode

    def text(self) -> str:
        """Check the settings of this home and return the report for people, in one line."""
        return " ".join(
            self._run(sys.executable, "-m", "diagnose", "check", "--app", "codex", "--lang", "en").stdout.split()
        )

    def report(self) -> dict[str, Any]:
        """Check the settings of this home."""
        found: dict[str, Any] = json.loads(
            self._run(sys.executable, "-m", "diagnose", "check", "--app", "codex", "--json", "--lang", "en").stdout
        )
        return found

    def mend(self, report: dict[str, Any]) -> None:
        """Do what the fix of a report says."""
        summary = next(one for one in report["findings"] if one["probe"] == "websocket")["fixes"][0]["summary"]
        lines = self.config.read_text().splitlines()
        if summary.startswith("Delete "):
            number = int(summary.partition("config.toml:")[2].partition(" ")[0])
            assert lines.pop(number - 1) == "supports_websockets = true"
            self.config.write_text("\n".join(lines))
            return
        first, *others = summary.rpartition("at the end: ")[2].split(" | ")
        kept = [line for line in lines if not line.startswith("openai_base_url")]
        self.config.write_text("\n".join([first, *kept, *others]))


@pytest.fixture
def home(fetched: Callable[[str, str, str], Path], tmp_path: Path, key: str) -> Home:
    """Return a home folder of Codex."""
    codex = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders") / CODEX
    if not codex.exists():
        pytest.skip(f"no {codex}: .ci/run fetches it")
    return Home(tmp_path, codex, key)


# The answer to the upgrade, the settings, whether Codex answers with them, and the finding.
ROWS = {
    "refused-and-given-up": ("404-model", BUILT_IN, False, "stream.websocket_refused"),
    "refused-with-the-flag": ("400", FLAG, False, "stream.websocket_refused"),
    "closed-1008": ("closed-1008", BUILT_IN, True, "stream.websocket_closed"),
}


@pytest.mark.parametrize("name", ROWS)
def test_codex_does_what_the_report_says_and_the_lines_mend_it(home: Home, key: str, name: str) -> None:
    socket, settings, answers, code = ROWS[name]
    with PracticeDoor(upgrading(b.responses(key), socket)) as door:
        home.write(settings.replace("{url}", door.url))
        report = home.report()
        assert [one["code"] for one in report["findings"]] == [code]
        assert (report["verdict"], report["root_cause"]) == (("degraded", None) if answers else ("broken", code))
        assert (home.codex() == 0) is answers
        home.mend(report)
        before = len(door.requests)
        assert home.codex() == 0
        assert [one.method for one in door.requests[before:]] == ["POST"]
        assert home.report()["verdict"] == "healthy"


NGINX = """daemon off; master_process off; pid {folder}/pid; events {{}}
http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port};
location /v1/ {{ proxy_pass {door}/v1/; {more} }} }} }}
"""


def test_nginx_that_passes_no_upgrade_on(
    home: Home,
    key: str,
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    tmp_path: Path,
) -> None:
    """The API behind it speaks WebSocket. The step for nginx is what makes it work."""
    program, folder = installed("nginx", "nginx-light"), tmp_path / "nginx"
    folder.mkdir()
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    directives = ""
    with PracticeDoor(upgrading(b.responses(key), "sound")) as door:
        for passes in (False, True):
            port, config = free_port(), folder / f"nginx-{passes}.conf"
            places = {"folder": folder, "temporary": temporary, "port": port, "door": door.url, "more": directives}
            config.write_text(NGINX.format(**places))
            argv = [program, "-p", folder, "-c", config, "-e", folder / "error.log"]
            with serving(argv, port, folder):
                home.write(BUILT_IN.replace("{url}", f"http://127.0.0.1:{port}"))
                report, text = home.report(), home.text()
                before = len(door.requests)
                assert home.codex() == 0
                asked = [one.method for one in door.requests[before:]]
            if passes:
                assert report["verdict"] == "healthy" and asked == ["GET"]
                return
            (found,) = report["findings"]
            assert (report["verdict"], found["code"]) == ("degraded", "stream.websocket_refused")
            assert asked.count("GET") > 5 and asked[-1] == "POST"
            directives = text.partition("pass the upgrade on: ")[2].partition('"upgrade";')[0] + '"upgrade";'
