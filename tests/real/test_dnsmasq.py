"""dnsmasq as the machine's only name server, and as an additional one that is asked directly.

The first needs a separate network and resolv.conf (Linux namespaces, which need root); those tests are skipped if the
machine does not allow them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor

pytestmark = pytest.mark.real
Run = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
RULES = (
    *("--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces", "--user=", "--group="),
    *("--listen-address=127.0.0.1", "--address=/relay.example/127.0.0.1", "--address=/api.openai.com/127.0.0.1"),
    *("--address=/gone.example/", "--txt-record=bare.example,text", "--local=/bare.example/", "--no-negcache"),
)
# Started before the check, in the same namespace: dnsmasq with these options, or nothing.
_INSIDE = """
ip link set lo up
mount --bind "$1" /etc/resolv.conf
shift
if [ "$1" != none ]; then
  "$@" & one=$!
  "$1" --no-daemon --no-resolv --no-hosts --conf-file=/dev/null --user= --group= --port=5301 --address=/#/127.0.0.1 &
  trap "kill $one $!" EXIT
fi
[ "$1" = none ] || for port in 0035 14B5; do  # 53 and 5301
  i=0; while [ $i -lt 50 ] && ! grep -q ":$port " /proc/net/udp; do i=$((i+1)); sleep 0.05; done
done
"""


@pytest.fixture(scope="module")
def dnsmasq(installed: Callable[[str, str], str]) -> str:
    return installed("dnsmasq", "dnsmasq-base")


@pytest.fixture
def additional_server(
    dnsmasq: str,
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    tmp_path: Path,
) -> Iterator[str]:
    """Yield the address of an additional name server on its own port."""
    port = free_port()
    with serving([dnsmasq, *RULES, f"--port={port}"], port, tmp_path):  # dnsmasq also listens on TCP
        yield f"127.0.0.1:{port}"


@pytest.fixture
def unsigned() -> tuple[str, ...]:
    """Yield options that make dnsmasq answer SERVFAIL: it must validate DNSSEC, but its upstream (itself on another
    port) sends no signatures.
    """
    root = "20326,8,2,E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"  # IANA's root key of 2017
    return "--server=127.0.0.1#5301", "--dnssec", "--dnssec-check-unsigned", f"--trust-anchor=.,{root}"


@pytest.fixture
def run_isolated(dnsmasq: str, tmp_path: Path) -> Run:
    """Return a function that runs the program in a separate network whose name server has the given options."""
    if subprocess.run(["unshare", "-nm", "true"], capture_output=True).returncode:
        pytest.skip("no namespaces here: unshare -nm is not allowed")
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")

    def run(host: str, *rules: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
        server = [dnsmasq, *RULES, *rules] if rules != ("none",) else ["none"]
        check = [sys.executable, "-m", "diagnose", "check", f"https://{host}/v1", "--key-env", "THE_KEY", "--json"]
        inside = f"{_INSIDE}\nexec_check() {{ {' '.join([*check, '--model', MODEL, *options])}; }}; exec_check\n"
        done = subprocess.run(
            ["unshare", "-nm", "sh", "-c", inside, "sh", str(resolv), *server],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "THE_KEY": "sk-made-up-for-this-test-alone"},
            timeout=60,
        )
        assert done.stdout.startswith("{"), done.stderr[-800:]
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return run


def evidence(report: dict[str, Any]) -> str:
    return "\n".join(report["findings"][0]["evidence"])


def test_no_such_name(run_isolated: Run) -> None:
    report = run_isolated("gone.example")
    assert (report["root_cause"], report["side"]) == ("dns.not_found", "settings")


def test_servfail(run_isolated: Run, unsigned: tuple[str, ...]) -> None:
    report = run_isolated("elsewhere.org", *unsigned)
    assert report["root_cause"] == "dns.failed"
    assert "DNS server 127.0.0.1: it failed (SERVFAIL)" in evidence(report)
    assert report["findings"][0]["title"] == "DNS error: the DNS server could not look up elsewhere.org"


def test_a_server_that_is_far_away(run_isolated: Run) -> None:
    report = run_isolated("elsewhere.org", "--server=127.0.0.99#5353")  # nobody listens there, so dnsmasq waits
    assert report["root_cause"] == "dns.failed"
    assert report["findings"][0]["title"] == "No DNS server answers this machine"


def test_refused(run_isolated: Run) -> None:
    report = run_isolated("elsewhere.org")  # dnsmasq knows no such name and has no upstream
    assert report["root_cause"] == "dns.failed"
    assert "DNS server 127.0.0.1: refused (REFUSED)" in evidence(report)
    assert report["findings"][0]["title"] == "The DNS server refuses to look up elsewhere.org"


def test_nobody_answers(run_isolated: Run) -> None:
    report = run_isolated("relay.example", "none")
    assert report["root_cause"] == "dns.failed"
    assert "DNS server 127.0.0.1: nothing listens there" in evidence(report)


def test_a_false_address(run_isolated: Run) -> None:
    report = run_isolated("api.openai.com")
    assert report["root_cause"] == "dns.bogus_answer"
    assert "127.0.0.1" in evidence(report)


def test_docker_host(run_isolated: Run) -> None:
    report = run_isolated("host.docker.internal", "--local=/internal/")
    assert (report["root_cause"], report["side"]) == ("dns.not_found", "machine")
    assert report["findings"][0]["title"] == "The host host.docker.internal does not exist here"


def test_another_server_knows_the_name(additional_server: str, diagnose: Run) -> None:
    report = diagnose("https://relay.example/v1", "sk-made-up", MODEL, "--dns-server", additional_server)
    assert report["root_cause"] == "dns.not_found"
    assert f"DNS server {additional_server}: 127.0.0.1" in evidence(report)


def test_another_server_says_otherwise(additional_server: str, key: str, diagnose: Run) -> None:
    with PracticeDoor(b.openai(key)) as door:
        report = diagnose(f"http://localhost:{door.port}/v1", key, MODEL, "--dns-server", additional_server)
    assert report["verdict"] == "healthy"
    (dns,) = [probe for probe in report["probes"] if probe["name"] == "dns"]
    (other,) = dns["observed"]["servers"]
    assert (other["server"], other["said"]) == (additional_server, "refused")
