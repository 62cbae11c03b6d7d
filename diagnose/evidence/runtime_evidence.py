"""What a report says about the app's own runtime: its known faults, and the commands that mend them."""

from __future__ import annotations

import re
import shlex

from diagnose.report import Seen
from probes.catalog.runtime_faults import ANY, RuntimeFault, numbers, runtime_faults, satisfies
from probes.model.runtime_facts import NODE, CallError, RuntimeFacts

_UNVERIFIED = ("certificate verify failed", "certificate_verify_failed")
# Codes of Node's errors about a chain that leads to no root that it trusts.
_NODE_UNVERIFIED = frozenset(
    (
        *("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "SELF_SIGNED_CERT_IN_CHAIN"),
        *("DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT"),
    )
)
_SHOWN = (
    "openai",
    "@anthropic-ai/sdk",
    "anthropic",
    "httpx",
    "httpx2",
    "pydantic",
    "pydantic-ai-slim",
    "certifi",
    "undici",
    "typer",
    "click",
)
# What the SDKs need, each in the package of the same name.
_MODULES = frozenset(
    (
        *("annotated_types", "anyio", "certifi", "distro", "docstring_parser", "h11", "httpcore", "httpcore2", "httpx"),
        *("httpx2", "idna", "jiter", "pydantic", "pydantic_core", "sniffio", "socksio", "tqdm", "truststore"),
        *("typing_extensions", "typing_inspection"),
    )
)
_NEEDED = re.compile(r">=? ?v?([0-9.]{1,20})")


def errors_of(facts: RuntimeFacts) -> tuple[CallError, ...]:
    """Return the exceptions that were seen in the runtime itself; those of a call from here are none of its own."""
    call = facts.call
    return (*facts.faults, *(call.errors if call is not None and not call.ok and not call.own else ()))


def known_fault(facts: RuntimeFacts) -> tuple[RuntimeFault, CallError | None] | None:
    """Return the row that an exception shows, with that exception; None if there is no exception or it is unknown."""
    found = errors_of(facts)
    for row in runtime_faults():
        if row.runtime != facts.kind or not _holds(row, facts):
            continue
        for error in found:
            said = f"{error.text} {error.code}".lower()
            if any(one in said for one in row.error) and not (row.id == "node_old" and not outgrown(facts)):
                return row, error
    return None


def foreseen_fault(facts: RuntimeFacts) -> RuntimeFault | None:
    """Return a row whose versions alone are worth a warning."""
    for row in runtime_faults():
        if row.foreseen and row.runtime == facts.kind and _holds(row, facts):
            if row.id == "node_old" and not outgrown(facts):
                continue
            return row
    return None


def _holds(row: RuntimeFault, facts: RuntimeFacts) -> bool:
    installed = {one.name: one.version for one in facts.packages}
    if row.variable and not any(one.name == row.variable and one.state == "missing" for one in facts.roots):
        return False
    if row.strict and not facts.strict:
        return False
    return all(name in installed and satisfies(installed[name], wish) for name, wish in row.packages.items())


def outgrown(facts: RuntimeFacts) -> tuple[str, str] | None:
    """Return a package that asks for a newer Node, and the version that it asks for; None if there is none."""
    for one in facts.packages:
        found = _NEEDED.match(one.needs)
        if facts.kind == NODE and found is not None and numbers(facts.version) < numbers(found[1]):
            return f"{one.name} {one.version}", found[1]
    return None


def unverified(facts: RuntimeFacts) -> CallError | None:
    """Return the exception that says that the runtime does not trust the server's certificate."""
    for error in errors_of(facts):
        if error.code in _NODE_UNVERIFIED or any(one in error.text.lower() for one in _UNVERIFIED):
            return error
    return None


def name_of(facts: RuntimeFacts) -> str:
    """Return what the runtime is: ``Python 3.13.0 (.venv/bin/python)``."""
    kind = "Node" if facts.kind == NODE else "Python"
    return f"{kind} {facts.version} ({facts.shown})" if facts.version else f"{kind} ({facts.shown})"


def lines_of(facts: RuntimeFacts, error: CallError | None = None) -> tuple[str | Seen, ...]:
    """Return the lines of evidence: the runtime with its versions, and what it said."""
    versions = [f"{one.name} {one.version}" for one in facts.packages if one.name in _SHOWN]
    lines: list[str | Seen] = [", ".join((name_of(facts), *versions))]
    if error is not None:
        lines.append(f"{error.type.rpartition('.')[2]}: {error.text}"[:300])
    return tuple(lines)


def install_command(facts: RuntimeFacts, requirement: str) -> str:
    """Return the command that installs a requirement into the runtime, as its own tool takes it."""
    wanted, program = shlex.quote(requirement), shlex.quote(facts.shown)
    if facts.kind == NODE:
        return f"npm install --prefix {shlex.quote(facts.folder)} {wanted}"
    upgrade = "" if re.search(r"[<>=\[]", requirement) else "-U "
    if facts.tool == "uv":
        return f"uv pip install --python {program} {upgrade}{wanted}"
    if facts.has("pip") is None:
        return f"python3 -m pip --python {program} install {upgrade}{wanted}"
    return f"{program} -m pip install {upgrade}{wanted}"


def fix_command(row: RuntimeFault, facts: RuntimeFacts, error: CallError | None) -> str:
    """Return the command that mends a known fault; empty if none can."""
    if row.variable:
        return f"unset {row.variable}"
    if row.id == "node_addresses":
        return "export NODE_OPTIONS=--network-family-autoselection-attempt-timeout=2000"
    if row.id == "node_old":
        old = outgrown(facts)
        return install_command(facts, f"node@>={old[1]}") if old is not None else ""
    sdk = facts.call.sdk if facts.call is not None else ""
    if row.id == "module_missing":
        found = re.search(r"No module named '([a-z0-9_]{1,40})['.]", error.text) if error is not None else None
        # Of another module the package may have any name, and be anybody's; the SDK brings what it needs.
        wanted = found[1] if found is not None and found[1] in _MODULES else sdk
        return install_command(facts, wanted.replace("_", "-")) if wanted else ""
    for name in (sdk, *(one for one in ("httpx2", "httpx") if facts.has(one) is not None), ANY):
        if name in row.install:
            return install_command(facts, row.install[name])
    return ""
