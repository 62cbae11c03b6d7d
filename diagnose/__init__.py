"""Judge measurements of an LLM API and report them in plain words; the library of llmdoctor (docs/library.md).

The names of :data:`__all__` are public. Importing this package loads nothing else: each name is imported from
``diagnose/library`` when it is first used. Only ``cli``, ``serve``, ``docs`` and ``library`` import network code.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # as type checkers read it; importing `typing` for it would take time of every start
if TYPE_CHECKING:
    from diagnose.library.check_result import CheckResult
    from diagnose.library.checking import acheck, check
    from diagnose.library.error_explanation import ErrorExplanation, LikelyCause
    from diagnose.library.explaining import explain
    from diagnose.library.given_settings import InvalidSettings, SecretLike
    from diagnose.library.watched_clients import async_event_hooks, event_hooks, explain_errors, explaining_errors
    from diagnose.report import Finding, Fix, Severity, Verdict

__all__ = [
    "CheckResult",
    "ErrorExplanation",
    "Finding",
    "Fix",
    "InvalidSettings",
    "LikelyCause",
    "SecretLike",
    "Severity",
    "Verdict",
    "acheck",
    "async_event_hooks",
    "check",
    "event_hooks",
    "explain",
    "explain_errors",
    "explaining_errors",
]

_MODULES = {
    "CheckResult": "diagnose.library.check_result",
    "ErrorExplanation": "diagnose.library.error_explanation",
    "Finding": "diagnose.report",
    "Fix": "diagnose.report",
    "InvalidSettings": "diagnose.library.given_settings",
    "LikelyCause": "diagnose.library.error_explanation",
    "SecretLike": "diagnose.library.given_settings",
    "Severity": "diagnose.report",
    "Verdict": "diagnose.report",
    "acheck": "diagnose.library.checking",
    "check": "diagnose.library.checking",
    "explain": "diagnose.library.explaining",
    **dict.fromkeys(
        ("async_event_hooks", "event_hooks", "explain_errors", "explaining_errors"), "diagnose.library.watched_clients"
    ),
}

if not TYPE_CHECKING:  # a type checker shall report a misspelt name

    def __getattr__(name):
        """Import a public name when it is first used."""
        if name not in _MODULES:
            raise AttributeError(f"module 'diagnose' has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(_MODULES[name]), name)
        return value

    def __dir__():
        return [*__all__, "__version__"]
