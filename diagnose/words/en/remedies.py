"""What a server's own answer asks for, as steps in English. ``ask_…``: what many servers ask for, in our words."""

from __future__ import annotations

STEPS: dict[str, str] = {
    "url": "Set the base URL to {value}: the server's answer names it.",
    "url_foreign": (
        "The server names another address for these requests: {value}. That is its own claim: ask whoever gave you "
        "the key before you send it there."
    ),
    "page": "Open the page that the server names: {value}",
    "page_foreign": (
        "The server names this page: {value}. That is its own claim: see whose page it is before you sign in there."
    ),
    "header": (
        "Add the header {value} to those that the app sends: the server asks for it. Its manual says which value it "
        "takes."
    ),
    "path": "The server names the endpoint {value}: choose that kind of API in the app.",
    "model": "Use the model {value}: the server names it in place of this one.",
    "parameter": "Let the app send {value} in place of what was refused, as the server asks.",
    "region": "Use the region {value}, which the server names.",
    "variable": "Set {value}, which the server names.",
    "scope": "Give the key the permission {value}: the server says that it is missing.",
    "request": "The server asks for this: {value}",
    "ask_bind": "Bind the account that the server names to yours, as it asks: {said}",
    "ask_verify": "Have the organisation or account verified, as the server asks. It can take some minutes to count.",
    "ask_terms": "Accept the terms that the server names, as the owner of the account.",
    "ask_enable": "Switch on the service or model that the server names, in the project of the key.",
    "ask_workspace": (
        "Give the workspace of this key access to the model, or use a key of a workspace that has it: the server says "
        "that this one has not."
    ),
    "ask_pull": "Fetch the model on that server first, as its answer says: `ollama pull NAME`.",
    "ask_policy": "Change the privacy or data settings of the account: no provider that they allow has this model.",
}
