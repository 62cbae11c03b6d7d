"""What is wrong with a login that an app has stored, and what a run cannot tell since it never uses one."""

from __future__ import annotations

from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.findings.moments import moment, run_time
from diagnose.report import Seen, Severity, seen
from probes.model.login import StoredLogin
from probes.model.source import Source

DAY = 24 * 3600.0


def used(view: View) -> StoredLogin | None:
    """Return the login on which the app's requests depend; None if there is none, or a key takes its place."""
    return view.login if view.login is not None and not view.settings.key_given else None


def expired(view: View) -> Claim | None:
    """Report a login that has expired, or expires within a day, and that the app cannot renew by itself."""
    login, now = used(view), run_time(view)
    if login is None or login.overridden is not None or login.renews or not now or not login.expires:
        return None
    if login.expires < now:
        return Claim(_lines(view, login), values=_values(login))
    if login.expires - now < DAY:
        return Claim(_lines(view, login), severity=Severity.WARNING, values=_values(login), case="soon")
    return None


def unsent(view: View) -> Claim | None:
    """Say that the app uses a login, which a run never sends, so that it is open whether it is accepted."""
    login, now = used(view), run_time(view)
    if login is None or view.works:
        return None
    if login.overridden is None and not login.renews and 0 < login.expires < now:
        return None  # that it has expired says more
    return Claim(_lines(view, login), severity=Severity.WARNING, values=_values(login), case=f"login_{login.kind}")


def _lines(view: View, login: StoredLogin) -> tuple[Seen, ...]:
    host = login.host or "?"
    if login.kind == "keychain":
        lines = [seen("login_keychain", source=login.source, host=host)]
    elif login.kind == "workload":
        lines = [seen("login_token", source=login.source, host=host)]
    else:
        lines = [seen("stored_login", source=login.source, host=host)]
    if view.door is not None and login.host and view.door.host.name != login.host:
        lines.append(seen("login_goes", host=view.door.host.name))
    if login.plan:
        lines.append(seen("login_plan", name=login.plan))
    if login.expires:
        lines.append(seen("login_renews" if login.renews else "token_expires", not_after=moment(login.expires)))
    if login.overridden is not None:
        lines.append(seen("wins", source=login.overridden, other_source=login.source))
    return tuple(lines)


def _values(login: StoredLogin) -> dict[str, str | Source]:
    values: dict[str, str | Source] = {
        "place": login.overridden or login.source,
        "expires": moment(login.expires) if login.expires else "",
        "address": login.host,
        "command": login.sign_in,
    }
    return {name: value for name, value in values.items() if value}
