"""The words of `--fix` and of the commands that apply a fix, in English."""

from __future__ import annotations

# These phrases have only plain ``{name}`` slots.
FIXING: dict[str, str] = {
    "nothing": "Nothing to change: these settings work.",
    "unproven": "Nothing was written: no settings worked in this run.",
    "together": "Nothing was written: these changes belong together, and not all of them can be written.",
    "ask": "Write this?",
    "written": "Wrote {path}. Restart your app: running programs keep the old value.",
    "kept": "Nothing was written.",
    "no_terminal": (
        "--fix asks before it writes, and there is no terminal to ask on. Add --yes to write without asking."
    ),
    "shell": "{variable} is set in your shell, which another program cannot change. Run: {command}",
    "shell_key": (
        "The key in {variable} contains characters that do not belong to it. Set the variable again without them, "
        "where you set it (keys are not printed here)."
    ),
    "shell_by_hand": "{variable} is set in your shell, which another program cannot change. Set it to {detail}",
    "option": "{source} is part of this command. Run: {command}",
    "option_key": "The key from {source} contains characters that do not belong to it. Pass it without them.",
    "option_by_hand": "{source} is part of this command. Use this instead: {detail}",
    "variable": "Set {variable} in your shell. Run: {command}",
    "pipeline": "In a pipeline, change it where the workflow or the project's variables set {variable}; a line in one "
    "step holds for that step alone.",
    "by_hand": "Change {source} by hand to {detail} ({reason})",
    "by_hand_key": "Remove the extra characters from the key at {source} by hand ({reason}).",
    "by_hand_name": "Rename the variable at {source} by hand to {detail} ({reason})",
    "remove": "Remove {source}: that key is used now and does not work, and another one does.",
    "unprintable": (
        "{source} was not changed: the value that worked contains invisible characters, and such a value is not "
        "proposed."
    ),
    "protocol": "The server speaks {detail}. Set the protocol in your app to that, and the base URL to {base_url}",
    "auth": "The key works in another header: {detail}. Change that in the settings of your app.",
    "proxy": "Set the proxy to {detail}",
    "unset": "The request works without the header: remove {detail}",
    "no_streaming": "Turn off streaming in your app: without it the answer arrives.",
    "no_websocket": "Turn off the WebSocket in the file of your app by hand.",
    "streaming": "Turn on streaming in your app: this program cannot change that setting.",
    "key_source": "The key in {source} works, the one that is used now does not. Remove the one that is used now.",
}
# Why a value is not changed in its file.
REASONS: dict[str, str] = {
    "composed": "its value is made of other variables",
    "shared": "other settings in the file use the same value",
    "changed": "the value was not found there; the file may have changed",
    "taken": "the file already sets a variable of that name",
    "entry_name": "it is the name of an entry there, which other settings may refer to",
    "unwritable": "this file format has no safe way to write the value",
    "malformed": "the file is not valid",
    "unreadable": "the file cannot be read",
    "read_only": "the file is read-only",
    "rewritten": "its app writes this file itself; use the settings of the app",
    "link": "it is a link to a file outside the project, which may belong to another project",
    "unknown_kind": "this program does not write such files",
    "together": "the changes belong together, and not all of them can be written",
}
