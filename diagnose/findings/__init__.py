"""The catalogue: every finding is one rule value, in the file of its layer. Words stand in ``diagnose/words``."""

from __future__ import annotations

from dataclasses import replace

from diagnose.answers.causes import BECAUSE
from diagnose.evidence.rule import Rule
from diagnose.findings import api, app, auth, key, model, network, proxy, redirect, run, settings, slo, stream, tls, url

# From the ground up: among equals the deeper layer is the root cause.
_ALL: tuple[Rule, ...] = (
    *settings.RULES,
    *url.RULES,
    *key.RULES,
    *proxy.RULES,
    *network.RULES,
    *tls.RULES,
    *redirect.RULES,
    *api.RULES,
    *auth.RULES,
    *model.RULES,
    *stream.RULES,
    *app.RULES,
    *slo.RULES,
    *run.RULES,
)
RULES = tuple(replace(rule, because=BECAUSE.get(rule.code, ())) for rule in _ALL)


def is_retryable(code: str | None) -> bool:
    """Whether the fault behind a root cause may be gone a moment later; False for None."""
    return any(rule.code == code and rule.retryable for rule in RULES)
