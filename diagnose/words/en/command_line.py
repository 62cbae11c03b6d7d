"""The words around the command line, in English: help pages, examples, and what `check` says with nothing set."""

from __future__ import annotations

# Titles on help pages. `target`, `how`, `fix` and `report` are groups of options.
GROUPS: dict[str, str] = {
    "target": "What to check",
    "how": "How to check",
    "fix": "Fix",
    "report": "Report",
    "options": "Options",
    "examples": "Examples",
    "diagnose": "Diagnose",
    "understand": "Understand",
    "set_up": "Set up",
    "serve": "Serve",
    "others": "Other commands",
}

# Command lines without `llmdoctor`, and what they do. The commands are the same in every language.
EXAMPLES: dict[str, str] = {
    "check": "the settings that an SDK uses in this folder",
    "check https://api.openai.com/v1": "this address",
    "check deepseek": "a known provider: see `llmdoctor doors`",
    "check --fix": "check, then write the tested fix into the file",
    "demo": "a working server on this machine; no key needed",
    "demo no-v1": "one of the faults of `demo --list`",
    "demo --list": "all faults",
    "scan": "the settings of all apps on this machine",
    "scan --list": "only show what there is, check nothing",
    "fleet llmdoctor.toml": "every target of this file",
    "init": "write llmdoctor.toml from the settings found here",
    "init --apps": "with a target for each app",
    "snippet --list": "the apps and languages that it knows",
    "snippet --app python": "Python code with the settings that work",
    "judge run.json": "a run saved by `check --save run.json`",
    "judge llmdoctor-bundle.json": "a bundle: its report, and what else is in it",
    "bundle": "a bundle for support, shown before it is written",
    "bundle --yes -o ticket.json": "the same from a script",
    "compare laptop.json server.json": "two reports of `check --json -o FILE`",
    "explain key.wrong_door": "what a finding means",
    'explain "Error code: 404 - Not Found"': "what an error text is about",
    "explain --file app.log": "what a log is about",
    "whose --key-env OPENAI_API_KEY": "which providers this key fits",
    "doors": "all known providers",
    "doors deepseek": "one of them in full",
    "apps": "all known apps",
    "apps cursor": "one of them in full",
    "facts": "how old the facts are",
    "facts update facts.json": "take a newer bundle of facts",
    "doors --age": "facts that are due for another look",
    "trust --list": "what you have agreed to",
    "serve": "a web page at http://127.0.0.1:9115",
    "mcp": "for an agent's app: docs/agents.md has the entry for each",
    "mcp --allow send,spend": "the same for an app that cannot ask you",
}

SAY: dict[str, str] = {
    "error": "Error: ",
    "init_comment": "Targets for `llmdoctor fleet` and `llmdoctor check NAME`. Keys are named here, never written.",
    "init_fleet": "checks every target of the file",
    "init_check": "checks this one",
    "all_options": "all options",
}

# What `check` says with nothing set.
GUIDE: dict[str, str] = {
    "title": "Nothing to check: no API key and no base URL is set here.",
    "looked": "Looked in the environment, `.env` and `llmdoctor.toml` for OPENAI_API_KEY, ANTHROPIC_API_KEY and the "
    "variables of {count} providers.",
    "key": "Set the key (the line waits for it and does not show it):",
    "address": "and the base URL, which you got with the key (not for a key of OpenAI itself):",
    "door": "check a known provider, with the key in its own variable",
    "scan": "look into the settings of the apps on this machine",
    "demo": "see a report without any key",
}
