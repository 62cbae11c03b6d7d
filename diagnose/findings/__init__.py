"""The catalogue of rules. Each layer has a file with one rule per finding; the words are in ``diagnose/words``."""

from __future__ import annotations

from diagnose.answers.causes import BECAUSE
from diagnose.evidence.rule import Rule
from diagnose.findings import (
    api,
    app,
    auth,
    chains,
    ends,
    key,
    model,
    network,
    proxy,
    redirect,
    run,
    runtime,
    settings,
    slo,
    stream,
    tls,
    url,
    websocket,
)
from probes.model.record import replace

# The order of the layers, deepest first: of two errors that explain nothing, the deeper one is the root cause.
_ALL: tuple[Rule, ...] = (
    *settings.RULES,
    *url.RULES,
    *ends.RULES,
    *key.RULES,
    *proxy.RULES,
    *network.RULES,
    *tls.RULES,
    *redirect.RULES,
    *api.RULES,
    *auth.RULES,
    *chains.RULES,
    *model.RULES,
    *stream.RULES,
    *websocket.RULES,
    *app.RULES,
    *runtime.RULES,
    *slo.RULES,
    *run.RULES,
)
RULES = tuple(replace(rule, because=BECAUSE.get(rule.code, ())) for rule in _ALL)


def is_retryable(code: str | None) -> bool:
    """Check whether the fault behind a root cause may pass within seconds; False if there is no root cause."""
    return any(rule.code == code and rule.retryable for rule in RULES)
