"""A fleet of twenty targets on loopback, of which some are broken in different ways: for the tests of pipelines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.handlers import turns
from probes.demo_server.server import Handler, PracticeDoor, closed_port

BODY = "Fw7kT2bV9zQn4YcM1hJd6XgLs8PfAe3URk5wT8bV2zQn7YcM"
KEY = f"sk-{BODY}"
WRONG = "sk-" + BODY[::-1]
ENVIRON = {"FLEET_KEY": KEY, "FLEET_OLD_KEY": WRONG}
# The name of each target with the code of its cause; empty: it works. In the order of the file.
TARGETS = {
    "chat-eu": "",
    "chat-us": "",
    "chat-asia": "",
    "search": "",
    "summary": "",
    "mail": "",
    "tickets": "",
    "code-review": "",
    "translate": "",
    "batch": "",
    "nightly": "run.flaky",  # with a retry; quota.overloaded without
    "staging": "",
    "support": "url.version_missing",
    "sales": "url.version_missing",
    "wiki": "auth.rejected",
    "docs-bot": "auth.rejected",
    "finance": "quota.exhausted",
    "legal": "tcp.refused",
    "lab": "settings.missing_key",
    "portal": "model.not_found",
}
FLAKY = "nightly"


@contextmanager
def made_fleet() -> Iterator[dict[str, dict[str, str]]]:
    """Serve the fleet; yield the fields of each target as a row of CSV has them, in the order of :data:`TARGETS`."""
    with ExitStack() as stack:
        good = stack.enter_context(PracticeDoor(b.openai(KEY))).url
        spent = stack.enter_context(PracticeDoor(b.openai(KEY, chat="openai-quota", stream="openai-quota"))).url
        flaky = stack.enter_context(PracticeDoor(failing_first(b.openai(KEY)))).url
        refused = f"http://127.0.0.1:{stack.enter_context(closed_port())}"
        fields: dict[str, dict[str, str]] = {}
        for at, name in enumerate(TARGETS):
            group = "office" if at % 2 else "product"
            fields[name] = {
                "group": group,
                "base_url": f"{good}/v1",
                "key_env": "FLEET_KEY",
                "model": answers.MODELS[0],
            }
        for name in ("support", "sales"):
            fields[name]["base_url"] = good
        for name in ("wiki", "docs-bot"):
            fields[name]["key_env"] = "FLEET_OLD_KEY"
        fields["finance"]["base_url"] = f"{spent}/v1"
        fields["legal"]["base_url"] = f"{refused}/v1"
        fields["lab"]["key_env"] = "FLEET_LAB_KEY"
        fields["portal"]["model"] = "gpt-6-portal"
        fields[FLAKY]["base_url"] = f"{flaky}/v1"
        yield fields


def failing_first(handler: Handler) -> Handler:
    """Return a handler that refuses the requests of a first run, which are five, and serves later ones."""
    return turns(*["gemini-503"] * 5, handler)


def as_csv(fields: dict[str, dict[str, str]]) -> str:
    """Return the fleet as CSV; the target in row N of :data:`TARGETS`, from 1, is on line N + 1."""
    head = ("group", "base_url", "key_env", "model")
    rows = [",".join(("name", *head)), *(",".join((name, *map(one.get, head))) for name, one in fields.items())]
    return "\n".join(rows) + "\n"


def as_toml(fields: dict[str, dict[str, str]]) -> str:
    """Return the fleet as ``llmdoctor.toml``, with six lines for each target; the first names it."""
    tables = (
        f'[targets.{name}]\ngroup = "{one["group"]}"\nbase_url = "{one["base_url"]}"\n'
        f'key = {{ env = "{one["key_env"]}" }}\nmodel = "{one["model"]}"\n'
        for name, one in fields.items()
    )
    return "\n".join(tables)
