"""The part of a run that needs no network, and the evidence of a run that ends with it.

It imports no asyncio, ssl or h11, so a fault in the settings is on the screen before those are loaded
(docs/design/019-start-up.md).
"""

from __future__ import annotations

from datetime import UTC, datetime

from probes.model.attempt import Attempt
from probes.model.capability import Capability, Cost
from probes.model.client_request import AsClientResult, OpenReason
from probes.model.client_run import ClientRun, NotRun
from probes.model.evidence import Evidence, HostEnvironment, Subject
from probes.model.facts import KeyPolicy
from probes.model.record import Record, replace
from probes.model.settings import Settings
from probes.run.host_environment import host_environment
from probes.run.key_policy import decide
from probes.run.offline_checks import OfflineChecks, scrubber, survey, target
from probes.steps.recorder import Recorder, Waits, Watch, record_policy, scrubbed


def day_of(began: str) -> str:
    """Return the day of a moment in ISO 8601."""
    return began[:10]


class NetworkResults(Record):
    """What the part of a run that needs the network has found besides its observations."""

    environment: HostEnvironment
    working: Attempt | None = None
    cost: Cost = Cost()
    policy: KeyPolicy | None = None  # None: it was not decided
    capabilities: tuple[Capability, ...] | None = None
    client_request: AsClientResult | None = None
    interrupted: bool = False
    ran_out: bool = False
    client: ClientRun | None = None


class LocalRun:
    """A run whose checks without network are made. ``offline`` is None if one of them crashed."""

    def __init__(
        self,
        given: Settings,
        *,
        watch: Watch | None = None,
        waits: Waits | None = None,
        version: str = "0",
        day: str = "",
    ) -> None:
        self.given = given
        self.version = version
        self.waits = waits
        self.scrub = scrubber(given)
        self.recorder = Recorder(given.limits, self.scrub, watch, waits)
        self.began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.day = day or day_of(self.began)
        self.offline: OfflineChecks | None = None
        try:
            self.offline = survey(given, self.recorder, self.scrub, self.day)
        except Exception as error:  # a bug in this program: a result, never a traceback
            self.recorder.crashed(Subject.SETTINGS, "", error, self.recorder.now())

    @property
    def ends(self) -> bool:
        """Whether the run ends here: without a usable address, with ``--offline``, without consent, or by a crash."""
        offline = self.offline
        return offline is None or offline.facts is None or self.given.offline or offline.keys.in_address

    def ended(self) -> Evidence:
        """Return the evidence of a run that ends here."""
        offline = self.offline
        if offline is None:
            return self.evidence(NetworkResults(HostEnvironment()))
        if offline.facts is None:
            self.recorder.close("settings")
        else:
            self.recorder.close("", "offline" if self.given.offline else "withheld")
        return self.evidence(NetworkResults(host_environment(offline.proxy, self.given.trust_name)))

    def _client_not_run(self, found: NetworkResults) -> ClientRun | None:
        """Return why the app was not run, if the user asked for it and the run ended before."""
        start = self.given.client
        if start is None:
            return None
        why = NotRun.CONSENT if self.offline is not None and self.offline.keys.project else NotRun.NO_ADDRESS
        why = NotRun.OFFLINE if self.given.offline else why
        why = NotRun.INTERRUPTED if found.interrupted else NotRun.DEADLINE if found.ran_out else why
        from probes.catalog.apps import load  # few checks are asked to run the app

        app = load().get(self.given.app or "")
        name = app.name if app is not None else ""
        return ClientRun(self.given.app or "", name, not_run=start.refused or why, because=start.because)

    def evidence(self, found: NetworkResults) -> Evidence:
        """Close the record of the run, and return its evidence."""
        given, recorder, offline = self.given, self.recorder, self.offline
        last = recorder.observations[-1].probe if recorder.observations else "settings"
        if offline is not None and offline.facts is not None and found.policy is None:
            record_policy(recorder, decide(offline.keys, None))
        recorder.close(last, "interrupted" if found.interrupted else "deadline" if found.ran_out else "")
        deep_results = (found.capabilities or ()) if given.deep else None
        seen = scrubbed(
            Evidence(
                target=target(given, offline),
                observations=(),
                working=found.working,
                cost=found.cost,
                vantage=found.environment,
                started_at=self.began,
                day=self.day,
                seconds=recorder.now(),
                interrupted=found.interrupted,
                ran_out=found.ran_out,
                no_spend=given.no_spend,
                offline=given.offline,
                version=self.version,
                capabilities=deep_results,
                client_request=found.client_request or _unsent(given),
                slos=given.slos,
                client=found.client or self._client_not_run(found),
            ),
            self.scrub,
            self.scrub.clean,
        )
        return replace(seen, observations=tuple(recorder.observations))  # each was scrubbed when it was recorded


def _unsent(given: Settings) -> AsClientResult | None:
    """Return why the client's own request was not sent although the user asked for it; None if nothing forbids it."""
    if not given.as_client or not (given.offline or given.no_spend):
        return None
    return AsClientResult(given.app or "", why=OpenReason.OFFLINE if given.offline else OpenReason.NO_SPEND)
