"""Debian's Chromium uses the served page, driven by Playwright: as support staff do, and as an attacker's page does.

Every page is watched for console errors, for requests to other hosts and for the key; axe-core judges whether it can be
used without a mouse, with poor sight, or with a screen reader.
"""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diagnose.fleet_formats import render as render_fleet
from probes.demo_server import answers, handlers
from probes.demo_server import scenarios as faults
from probes.demo_server.scenarios import RunningScenario
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW
from worlds.made_reports import fleet_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.real

# The served page with a network in which every name resolves to this machine, and port 443 is the practice door's.
SERVED = """
import json, socket, sys
from diagnose.cli.commands.serve import names
from diagnose.serve.web_app import ServeOptions
from diagnose.serve.http_server import serve
from pathlib import Path
from probes.model.facts import Address
from probes.network.network import Network

port, roads, file = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]

class Roads(Network):
    async def resolve(self, host, port):
        return (Address("ipv4", "127.0.0.1"),)

    async def dial(self, address, port):
        return await super().dial(address, roads.get(str(port), port))

listening = socket.create_server(("127.0.0.1", port))
token = sys.argv[4] or None
serve(ServeOptions(hosts=names(port), token=token, network=Roads, file=Path(file) if file else None), listening)
"""


@dataclass
class Desk:
    """The served page with one world behind it, in a browser that is watched."""

    url: str
    world: RunningScenario | None
    browser: Browser
    log: Path
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str = "/", **context: Any) -> Page:
        """Open one of its pages in a new window."""
        window = self.browser.new_context(reduced_motion="reduce", **context)  # fading elements have no contrast yet
        window.set_default_timeout(20_000)
        self.contexts.append(window)
        page = window.new_page()
        page.on("console", lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._request(request.url))
        page.goto(self.url + path)
        return page

    def check(self, page: Page) -> None:
        """Fill in the form with the world's settings as a person does, and wait for the report."""
        assert self.world is not None
        page.fill("#base_url", self.world.base_url)
        page.fill("#key", self.world.key.reveal())
        page.press("#key", "Enter")
        page.wait_for_selector("#result .verdict")

    def metrics(self) -> str:
        with urllib.request.urlopen(f"{self.url}/metrics") as answer:
            return str(answer.read().decode())

    def until_nothing_runs(self) -> None:
        end = time.monotonic() + 10
        while "llmdoctor_serve_running 0.0" not in self.metrics():
            assert time.monotonic() < end, "a check goes on without anybody"
            time.sleep(0.05)

    def _request(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")) or self._shows_key(url):
            self.faults.append(f"a request to {url}")

    def _shows_key(self, text: str) -> bool:
        key = self.world.key.reveal().removeprefix("sk-") if self.world is not None else ""
        return any(key[at : at + WINDOW] in text for at in range(len(key) - WINDOW + 1))

    def holds_no_key(self, page: Page, typed_into: str = "#key") -> None:
        """Assert that the key is nowhere but in the field into which it was typed."""
        kept = page.evaluate(
            """(typed) => [document.documentElement.outerHTML, location.href, document.cookie,
            JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state),
            ...[...document.querySelectorAll(`input:not(${typed}), textarea:not(${typed}), select`)].map(
              (field) => field.value)]""",
            typed_into,
        )
        assert not [text for text in kept if self._shows_key(str(text))]


Opened = Callable[..., AbstractContextManager[Desk]]


@pytest.fixture(scope="module")
def browser(installed: Callable[[str, str], str]) -> Iterator[Browser]:
    if find_spec("playwright") is None:
        pytest.skip("the package playwright is not installed (pip install playwright; .ci/run does it)")
    from playwright.sync_api import sync_playwright

    chromium = installed("chromium", "chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"], headless=True)
        yield started
        started.close()


@pytest.fixture
def desk(browser: Browser, serving: Any, free_port: Callable[[], int], tmp_path: Path) -> Opened:
    """Yield ``desk(fault)``, the page with a fault of the practice door behind it: ``with desk("stream-cut") as one``.
    Asserts afterwards that nothing went wrong.
    """

    @contextmanager
    def opened(fault: str = "", file: str = "", token: str = "") -> Iterator[Desk]:
        port = free_port()
        with faults.open(fault) if fault else nullcontext() as world:
            roads = {"443": world.connect_to[0].to_port} if world is not None and world.connect_to else {}
            environ = {"SSL_CERT_FILE": world.ca_bundle} if world is not None and world.ca_bundle else {}
            argv = [sys.executable, "-c", SERVED, str(port), json.dumps(roads), file, token]
            with serving(argv, port, tmp_path, environ) as log:
                one = Desk(f"http://127.0.0.1:{port}", world, browser, log)
                try:
                    yield one
                finally:
                    for window in one.contexts:
                        window.close()
                said = log.read_text("utf-8")
                assert said == "" and not one._shows_key(said)
                assert one.faults == []

    return opened


@pytest.fixture(scope="module")
def axe(fetched: Callable[[str, str, str], Path]) -> Callable[[Page], None]:
    """Return a function that asserts that axe-core finds nothing serious on a page."""
    source = fetched(
        "LLMDOCTOR_AXE", "node/node_modules/axe-core/axe.min.js", "npm install --prefix .cache/node axe-core"
    ).read_text("utf-8")

    def judge(page: Page) -> None:
        page.evaluate(f"() => {{ {source} }}")
        found = page.evaluate("() => axe.run().then((said) => said.violations)")
        grave = [
            (one["id"], one["help"], [node["html"][:120] for node in one["nodes"]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == []

    return judge


# -- the work of support staff -----------------------------------------------------------------------------------------


def test_a_sound_check(desk: Opened, axe: Callable[[Page], None], tmp_path: Path) -> None:
    with desk("sound") as one:
        page = one.open(permissions=["clipboard-read", "clipboard-write"])
        axe(page)
        one.check(page)
        assert page.inner_text("#result h1").startswith("Works: http")
        assert page.locator("#result .timeline li").count() == 11
        assert page.locator("#result .timeline li.ok").count() >= 9
        assert page.url == f"{one.url}/"
        one.holds_no_key(page)
        axe(page)
        page.click("button[data-from]")
        page.wait_for_selector(".copied:text-is('Copied.')")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("## ✅ Works: http") and not one._shows_key(copied)
        with page.expect_download() as download:
            page.click("a[download]")
        assert re.fullmatch(r"llmdoctor-\d{14}\.html", download.value.suggested_filename)
        download.value.save_as(tmp_path / "report.html")
        file = (tmp_path / "report.html").read_text("utf-8")
        assert file.startswith("<!DOCTYPE html>") and not one._shows_key(file)


def test_the_setting_that_fixes_it_is_copied_and_checked_again(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk("no-v1") as one:
        page = one.open(permissions=["clipboard-read", "clipboard-write"])
        one.check(page)
        assert page.inner_text("#result h1") == "The base URL is missing /v1" and page.title().startswith(
            "The base URL"
        )
        axe(page)
        page.click("#result .finding .copyable button >> nth=0")
        page.wait_for_selector(".copied:text-is('Copied.')")
        assert one.world is not None
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{one.world.base_url}/v1"
        page.fill("#base_url", copied)
        page.click("button[type=submit]")  # the key is still there
        page.wait_for_selector("#result h1:has-text('Works: ')")
        one.holds_no_key(page)


def test_a_page_that_was_left_holds_no_key(desk: Opened) -> None:
    with desk("sound") as one:
        page = one.open()
        one.check(page)
        assert one.world is not None and page.input_value("#key") == one.world.key.reveal()
        for leave in (lambda: page.click("text=Explain an error"), lambda: page.goto("about:blank")):
            leave()
            page.go_back()
            assert page.input_value("#key") == ""
            page.fill("#key", one.world.key.reveal())
        page.reload()
        assert page.input_value("#key") == ""


def test_on_a_phone_the_result_is_above_the_form(desk: Opened) -> None:
    with desk("rejected") as one:
        page = one.open(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
        one.check(page)
        page.wait_for_function("window.scrollY > 0")
        top = page.locator("#result h1").bounding_box()
        form, button = page.locator("#check").bounding_box(), page.locator("a[download]").bounding_box()
        assert top and form and button and 0 <= top["y"] < 200 and top["y"] < button["y"] < form["y"]
        page.click("text=Change and try again")
        form = page.locator("#check").bounding_box()
        assert form and 0 <= form["y"] < 844


def test_the_probes_come_in_live(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk("stream-buffered") as one:
        page = one.open()
        assert one.world is not None
        page.fill("#base_url", one.world.base_url)
        page.fill("#key", one.world.key.reveal())
        page.click("button[type=submit]")
        page.wait_for_selector(".live li.ok >> text=Encryption")
        assert page.locator(".live li.running").count() == 1
        assert page.locator("#cancel").is_visible()
        one.holds_no_key(page)
        axe(page)
        page.wait_for_selector("#result .verdict")
        assert "stream.buffered" in page.inner_text("#result")
        assert page.locator("#cancel").is_hidden()


def test_the_wrong_door(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk("wrong-door") as one:
        page = one.open(color_scheme="dark")
        one.check(page)
        assert "key" in page.inner_text("#result h1")
        assert page.inner_text("#result .verdict .code") == "key.wrong_door"
        one.holds_no_key(page)
        axe(page)


def test_a_cut_stream_in_chinese_on_a_narrow_screen(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk("stream-cut") as one:
        page = one.open(locale="zh-CN", viewport={"width": 340, "height": 700}, is_mobile=True, has_touch=True)
        assert page.get_attribute("html", "lang") == "zh-Hans"
        one.check(page)
        assert "流" in page.inner_text("#result h1")
        assert page.inner_text("#result .verdict .code") == "stream.cut"
        for folded in page.locator("#result details").all():
            folded.evaluate("(it) => { it.open = true; }")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
        one.holds_no_key(page)
        axe(page)
        page.click("text=English")
        assert page.get_attribute("html", "lang") == "en"


def test_a_check_can_be_stopped_and_done_again(desk: Opened) -> None:
    with desk("timeout") as one:
        page = one.open()
        assert one.world is not None
        page.fill("#base_url", one.world.base_url)
        page.fill("#key", one.world.key.reveal())
        page.click("button[type=submit]")
        page.wait_for_selector(".live li.ok")
        page.click("#cancel")
        page.wait_for_selector("#state:text-is('Stopped.')")
        one.until_nothing_runs()
        page.fill("#base_url", "")
        page.click("button[type=submit]")
        page.wait_for_selector("#problem:not([hidden])")
        assert page.inner_text("#problem").startswith("Enter a base URL")
        one.faults[:] = [fault for fault in one.faults if "400" not in fault]  # Chromium logs every 400


def test_a_closed_tab_ends_its_check(desk: Opened) -> None:
    with desk("timeout") as one:
        page = one.open()
        assert one.world is not None
        page.fill("#base_url", one.world.base_url)
        page.fill("#key", one.world.key.reveal())
        page.click("button[type=submit]")
        page.wait_for_selector(".live li.ok")
        assert "llmdoctor_serve_running 1.0" in one.metrics()
        page.close()
        one.until_nothing_runs()


def test_without_a_script_the_form_is_enough(desk: Opened) -> None:
    with desk("sound") as one:
        page = one.open(java_script_enabled=False)
        one.check(page)
        assert page.inner_text("#result h1").startswith("Works: http")
        assert page.input_value("#key") == "" and one.world is not None
        assert page.input_value("#base_url") == one.world.base_url
        assert not one._shows_key(page.content())
        assert page.locator("button[data-from]").is_hidden()


def test_an_error_text_is_explained(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk() as one:
        page = one.open("/explain")
        axe(page)
        page.fill("#text", "openai.AuthenticationError: Error code: 401 - Incorrect API key provided: sk-abcd***wxyz.")
        page.click("button[type=submit]")
        page.wait_for_selector("#result .finding")
        assert page.inner_text("#result .finding .code").startswith("auth.rejected")
        assert "likely" in page.inner_text("#result") and "%" not in page.inner_text("#result")
        axe(page)


def test_a_saved_run_is_opened(desk: Opened, axe: Callable[[Page], None], tmp_path: Path) -> None:
    from probes.model.archive import dump
    from worlds.demos import demos

    (tmp_path / "run.json").write_text(dump(demos()["no-v1"]), "utf-8")
    with desk() as one:
        page = one.open("/open")
        axe(page)
        page.set_input_files("#file", tmp_path / "run.json")
        page.wait_for_selector("#result article")
        assert "url.version_missing" in page.inner_text("#result")
        axe(page)


def test_a_curl_command_is_checked(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk("sound") as one:
        page = one.open()
        page.click("text=Or paste a curl command")
        axe(page)
        assert one.world is not None
        key = one.world.key.reveal()
        page.fill("#curl", f"curl -k {one.world.base_url}/chat/completions -H 'Authorization: Bearer {key}'")
        page.click("button[type=submit]")
        page.wait_for_selector("#result .verdict")
        assert page.input_value("#curl").startswith("curl -k") and page.input_value("#base_url") == ""
        assert "does not verify the certificate" in page.inner_text("#result .notice")
        one.holds_no_key(page, "#curl")


def test_it_is_used_with_the_keyboard_alone(desk: Opened) -> None:
    with desk("sound") as one:
        page = one.open()
        assert one.world is not None
        assert page.evaluate("document.activeElement.id") == "base_url"
        page.keyboard.type(one.world.base_url)
        page.keyboard.press("Tab")
        page.keyboard.type(one.world.key.reveal())
        page.keyboard.press("Enter")
        page.wait_for_selector("#result .verdict")
        assert page.evaluate("document.activeElement.id") == "result"


def test_a_browser_signs_in(desk: Opened, axe: Callable[[Page], None]) -> None:
    with desk("sound", token="a-token-that-was-drawn-by-lot") as one:
        page = one.open("/?lang=zh")
        assert page.url == f"{one.url}/login?lang=zh"
        axe(page)
        page.fill("#token", "a-token-that-was-made-up")
        page.press("#token", "Enter")
        page.wait_for_selector(".problem:not([hidden])")
        page.fill("#token", "a-token-that-was-drawn-by-lot")
        page.press("#token", "Enter")
        page.wait_for_url(f"{one.url}/?lang=zh")
        one.check(page)
        assert page.evaluate("document.cookie") == "", "no script sees the session"
        one.faults[:] = [fault for fault in one.faults if "403" not in fault]  # Chromium logs it


# -- a page of another origin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1200, 380])
def test_the_page_of_a_fleet(browser: Browser, axe: Callable[[Page], None], width: int, tmp_path: Path) -> None:
    (tmp_path / "fleet.html").write_text(render_fleet(fleet_of(share=0.5), "html"), "utf-8")
    with browser.new_context(viewport={"width": width, "height": 800}) as window:
        page = window.new_page()
        page.goto((tmp_path / "fleet.html").as_uri())
        axe(page)
        for folded in page.query_selector_all("li > details:not([open]) > summary"):
            folded.click()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


STOLEN = """<!doctype html><title>prizes</title>
<iframe name="hole"></iframe><img src="{url}/probe?target=mine">
<form id="form" method="post" action="{url}/check" target="hole"><input name="base_url" value="http://127.0.0.1:{port}/v1">
<input name="key" value="sk-thief"></form>
<script>
document.getElementById("form").submit();
const body = "base_url=http%3A%2F%2F127.0.0.1%3A{port}%2Fv1&key=sk-thief";
const type = {{ "Content-Type": "application/x-www-form-urlencoded" }};
Promise.allSettled([
  fetch("{url}/check", {{ method: "POST", body, mode: "no-cors", headers: type, credentials: "include" }}),
  fetch("{url}/check", {{ method: "POST", body, headers: {{ ...type, Accept: "text/event-stream" }} }}),
  fetch("{url}/probe?target=mine", {{ mode: "no-cors" }}),
  fetch("{url}/metrics").then((it) => it.text()).then((it) => {{ document.title = "read"; }}),
  fetch("{url}/").then((it) => it.text()).then((it) => {{ document.title = "read"; }}),
]).then(() => setTimeout(() => {{ document.body.dataset.done = "1"; }}, 500));
navigator.sendBeacon("{url}/check", new URLSearchParams(body));
window.open("{url}/probe?target=mine");
</script>"""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_starts_nothing(desk: Opened, browser: Browser, tmp_path: Path, name: str) -> None:
    with PracticeDoor(handlers.always("openai-429")) as bait:
        file = tmp_path / "llmdoctor.toml"
        file.write_text(f'[targets.mine]\nbase_url = "{bait.url}/v1"\n', "utf-8")
        with desk(file=str(file)) as one:
            with urllib.request.urlopen(f"{one.url}/probe?target=mine") as answer:
                assert b"llmdoctor_up" in answer.read(), "the bait can be taken"
            taken = len(bait.requests)
            stolen = answers.as_html(STOLEN.format(url=one.url, port=bait.port))
            with PracticeDoor(handlers.always(lambda request: stolen)) as thief:
                window = browser.new_context()
                page = window.new_page()
                page.goto(f"http://{name}:{thief.port}/")
                page.wait_for_selector("body[data-done]", timeout=20_000)
                assert page.title() == "prizes", "it has read an answer"
                window.close()
            assert len(bait.requests) == taken
            refused = re.search(r'llmdoctor_serve_refused_total\{reason="origin"\} (\d+)', one.metrics())
            assert refused and int(refused[1]) >= 5
