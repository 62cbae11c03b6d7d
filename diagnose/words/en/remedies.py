"""What a server's own answer asks for, as steps in English. ``ask_…``: what many servers ask for, in our words."""

from __future__ import annotations

STEPS: dict[str, str] = {
    "url": "Set the base URL to {value}: the server's answer names it.",
    "url_foreign": (
        "The server names another address for these requests: {value}. Only the server says so: ask whoever gave "
        "you the key before you send it there."
    ),
    "page": "Open the page that the server names: {value}",
    "page_foreign": (
        "The server names this page: {value}. Only the server says so: check whose page it is before you sign in there."
    ),
    "header": (
        "Add the header {value} to the requests of the app: the server asks for it. The documentation shows its value."
    ),
    "path": "The server names the endpoint {value}: choose that type of API in the app.",
    "model": "Use the model {value}: the server names it instead of this one.",
    "parameter": "Set the app to send {value} instead of what was refused, as the server asks.",
    "region": "Use the region {value}, which the server names.",
    "variable": "Set {value}, which the server names.",
    "scope": "Give the key the permission {value}: the server says that it is missing.",
    "request": "The server asks for this: {value}",
    "ask_bind": "Link the account that the server names to yours, as it asks: {said}",
    "ask_verify": "Verify the organisation or account, as the server asks. It can take a few minutes to take effect.",
    "ask_terms": "As the owner of the account, accept the terms that the server names.",
    "ask_enable": "In the project of the key, enable the service or model that the server names.",
    "ask_workspace": (
        "Give the workspace of this key access to the model, or use a key of a workspace that has access: the "
        "server says that this one has none."
    ),
    "ask_pull": "Download the model on that server first, as its answer says: `ollama pull NAME`.",
    "ask_policy": "Change the privacy or data settings of the account: no provider that they allow has this model.",
    # The same, if the answer names the provider's page for it.
    "ask_bind_page": "Open {value} and link the account that the server names to yours.",
    "ask_verify_page": (
        "Verify the organisation or account, as the server asks: {value}. It can take a few minutes to take effect."
    ),
    "ask_terms_page": "As the owner of the account, open {value} and accept the terms that the server names.",
    "ask_enable_page": "Open {value} and enable the service or model that the server names for the project of the key.",
    "ask_workspace_page": (
        "Open {value} and give the workspace of this key access to the model, or use a key of a workspace that has "
        "access."
    ),
    "ask_policy_page": (
        "Open {value} and change the privacy or data settings of the account: no provider that they allow has this "
        "model."
    ),
}
