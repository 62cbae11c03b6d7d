"""Every world measured again: the run matches the archive and the plan, and the key was sent nowhere else.

The reports on the worlds are tested on the archive (`test_scenarios.py`); here is what needs their servers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from diagnose.judging.judge import judge
from probes.model import archive
from probes.model.planned_request import Plan
from worlds.first_round import exchanges, plan_is_what_was_sent, turned
from worlds.leaks import leaked
from worlds.one_in import one_in
from worlds.recorded import Row, current, evidence_in, measure, normal, read, row_of
from worlds.stage import Scenario, Seen
from worlds.table import SCENARIOS, TABLES

QUICKLY = 48  # the quick tests run one world in so many

each = pytest.mark.parametrize(
    ("table", "scenario"),
    [
        row
        for table, scenarios in TABLES.items()
        for row in one_in(QUICKLY, ((table, scenario) for scenario in scenarios), lambda _, scenario: scenario.name)
    ],
)


ATTEMPTS = 4  # measurements of a world until one is what the archive holds

# These worlds are measured differently from run to run, and only the judgement is compared: the next request depends on
# which of several responses arrives first, a compressed body holds the time, a key is made when its table is imported.
VARYING = frozenset(
    [
        "http-1010",
        "tcp-silent-public",
        "auth-rejected-empty",
        "http-gate-entra-easy-auth",
        "http-gate-google-iap-for-programs",
        "http-gate-negotiate",
        "http-gateway-address-1003",
        "http-packed-unsaid",
        "http-packed-x-gzip",
        "http-tunnel-403",
        "http-tunnel-403-cloudflared",
        "key-in-misspelt-variable",
        "shape-bomb",
        "sound-429-once",
        "sound-503-once",
        "sound-one-at-a-time",
        "stale-key-wins",
        # In TLS 1.3 the refusal of a client without a certificate comes after the handshake, beside the first request.
        "way-client-certificate-tls-1.3",
        # What comes in the same piece as the last event belongs to the response.
        *("stream-s_done_appended", "stream-s_extra_after_done", "anthropic-stream-s_done_appended"),
        "responses-stream-s_done_appended",
        "stream-s_gzip_nohdr",
        "anthropic-stream-s_gzip_nohdr",
        "two-credentials-differ",
        "two-keys-differ",
    ]
)


def judged(row: Row) -> Any:
    """Return the judgement of a row, without times."""
    report = judge(evidence_in(row))
    return report.verdict, report.root_cause, {one.code for one in report.findings}, report.proven


@each
def test_the_archive_is_what_is_measured(table: str, scenario: Scenario) -> None:
    """Measure the world and compare; requests that run at the same time may end in another order under load.

    The key was sent to the host of the settings only, and is neither in the archive nor in the log.
    """
    kept = current(read(table)[scenario.name])
    how = judged if scenario.name in VARYING else normal
    wanted = how(kept)
    for attempt in range(ATTEMPTS):
        seen = measure(scenario, again=attempt > 0)
        row = row_of(scenario, seen)
        measured = how(row)
        no_key_leaked(scenario, seen)
        if measured == wanted or (same_but_for_one_request(row, kept) and judged(row) == judged(kept)):
            return
    pytest.fail(f"python tests/record.py {scenario.name}\n" + "\n".join(differences(measured, wanted)))


def same_but_for_one_request(measured: Row, kept: Row) -> bool:
    """Check whether two rows differ only in the requests of one attempt, which one run finished and the other dropped.

    Requests run in parallel, and what is still on its way is dropped once an answer decides. So one of the rows holds
    more of that attempt, or all that there is of it.
    """
    one, other = ([json.dumps(seen) for seen in normal(row)["evidence"]["observations"]] for row in (measured, kept))
    more, less = (one, other) if len(one) > len(other) else (other, one)
    extra = [json.loads(seen) for seen in (Counter(more) - Counter(less)).elements()]
    return not Counter(less) - Counter(more) and len({seen["attempt"] for seen in extra}) == 1


def differences(measured: Any, wanted: Any, at: str = "") -> Iterator[str]:
    """Yield one line for each value that differs, with its path."""
    if isinstance(measured, dict) and isinstance(wanted, dict):
        for name in dict.fromkeys([*measured, *wanted]):
            yield from differences(measured.get(name), wanted.get(name), f"{at}.{name}")
    elif isinstance(measured, list) and isinstance(wanted, list) and len(measured) == len(wanted):
        for number, (one, other) in enumerate(zip(measured, wanted, strict=True)):
            yield from differences(one, other, f"{at}[{number}]")
    elif measured != wanted:
        yield f"{at}: measured {str(measured)[:200]}, archived {str(wanted)[:200]}"


def no_key_leaked(scenario: Scenario, seen: Seen) -> None:
    """Assert that the key was sent to the host of the settings only, and is not in the archive and the log."""
    if scenario.root == "key.unexpanded":
        return  # the value is the name of a variable, which may be shown
    for text in (archive.dump(seen.evidence), seen.log):
        assert not leaked(seen.keys, text)
    sent = [*seen.at_foreign, *seen.at_proxy, *(seen.at_door if scenario.unsent else [])]
    assert not any(leaked(seen.keys, request.decode("latin-1")) for request in sent)


@each
def test_the_plan_is_what_is_sent(table: str, scenario: Scenario) -> None:
    plan_is_what_was_sent(scenario, measure(scenario))


def test_the_worlds_are_reached() -> None:
    """The test above compares requests, not one empty list with another."""
    some = SCENARIOS[::QUICKLY]
    reached = [one for one in some if exchanges(measure(one).first)]
    ordinary = [one for one in reached if not turned(measure(one), measure(one).plan or Plan("", 0, None, (), 0))]
    assert len(ordinary) > 0.8 * len(some)


def test_a_proxy_that_is_down_is_not_sent_the_key() -> None:
    """The check reaches the host around the proxy; attempts that still name the proxy must not carry the key."""
    scenario = next(one for one in SCENARIOS if one.name == "proxy-takes-local-dead")
    seen = measure(scenario)
    through = [one for one in exchanges(seen.evidence.observations) if one.request.via_proxy]
    assert through and not any(one.request.with_key for one in through)
    assert any(one.request.with_key for one in exchanges(seen.evidence.observations))
