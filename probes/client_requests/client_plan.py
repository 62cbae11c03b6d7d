"""Describe the request of a real client before it is sent. Pure."""

from __future__ import annotations

import json

from probes.api.round_plan import planned
from probes.catalog.apps import load
from probes.client_requests.client_check import merged, plain_request
from probes.client_requests.recordings import LIMITED, filled, recording_for
from probes.model.attempt import Attempt
from probes.model.planned_request import MODEL, PlannedRequest
from probes.model.record import replace
from probes.model.settings import Settings

PURPOSE = "as_client"
_CHARACTERS = 2  # of a request for each token, at least: real ones have three to four


def foreseen(settings: Settings, attempt: Attempt) -> tuple[str, PlannedRequest | None]:
    """Return the client's name with its version, and its request after ``attempt`` has worked; None if it sends none.

    Only the check itself finds out whether more of them are needed.
    """
    model = settings.model.value if settings.model is not None else MODEL
    recording = recording_for(settings.app, attempt.protocol, model)
    app = load().get(settings.app)
    if recording is None or app is None or settings.no_spend:
        return "", None
    at = replace(attempt, model=model)
    plain = plain_request(at, recording)
    shape = filled(recording, model, plain.body or {})
    ask = replace(plain, headers=merged(plain.headers, shape), body=shape.body)
    tokens = len(json.dumps(shape.body)) // _CHARACTERS + LIMITED
    return f"{app.name} {recording.version}", planned(PURPOSE, at, ask, tokens)
