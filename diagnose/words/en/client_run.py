"""The words of `check --run-client`, in English."""

from __future__ import annotations

# These phrases have only plain ``{name}`` slots.
CLIENT: dict[str, str] = {
    "announce": "--run-client starts {name} once, with your settings, in an empty folder: {path}",
    "command": "  {command}",
    "switches": "  with {switches}",
    "cost": (
        "  It asks {host} for one word: about {tokens} tokens, {requests} request(s), {seconds} s, at most {limit} s."
    ),
    "again": "  If it fails where the check works, it is started once more, through a recorder on 127.0.0.1.",
    "recorded": "  It runs through a recorder on 127.0.0.1, which passes its requests on to {host}.",
    "leaves": "  It leaves behind: {leaves}.",
    "ask": "Start it?",
    "declined": "{name} is not started.",
    "not_run": "{name} would not be started: {why}",
    # The line of the report.
    "label": "{name} itself",
    "answered": "answered in {seconds} s",
    "answered_recorded": "answered in {seconds} s, through a recorder (its own TLS and proxy were not used)",
    "failed": "failed after {seconds} s (exit status {status})",
    "limit": "did not end within {seconds} s, and was ended",
    "requests": "sent {count} requests in {seconds} s, and was ended",
    "output": "printed without end, and was ended after {seconds} s",
    "not_started": "could not be started: {said}",
    "said": "{result}: {said}",
    "unrun": "not run: {why}",
    "unfinished": "no result: {why}",
    # Why it was not run.
    "why.offline": "--offline",
    "why.no_spend": "--no-spend, and it would cost tokens",
    "why.settings": "{source} is no setting of the app, so it would go elsewhere than the check",
    "why.consent": "a file in this folder decides where the key goes, and you have not agreed",
    "why.folder": (
        "it needs {source} from this folder, and it is not started here, where it would read all files of the folder"
    ),
    "why.key": "the check may not send this key there, and the app would",
    "why.no_key": "no key of yours was found, and what the app would send to the place that {source} names is unknown",
    "why.recorder": "its own account tells nothing, and these settings cannot lead it through a recorder",
    "why.no_address": "there is no address to go to",
    "why.deadline": "the time limit of the check is used up (--deadline)",
    "why.interrupted": "the check was interrupted",
}
