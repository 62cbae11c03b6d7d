"""Select the key: from the option or target, else from variables of the selected SDK and of the provider."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from probes.catalog.sdk_variables import own_keys
from probes.config_formats.files import SkippedFile, bytes_of
from probes.model.attempt import Auth
from probes.model.secret import Secret
from probes.model.settings import BadInput, Conflict, ConflictReason, ConflictRole, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.settings import config_file
from probes.settings.config_file import ConfigTable, KeyReference
from probes.settings.conflicts import conflict, key_conflicts
from probes.settings.environment import Variables
from probes.settings.options import Options, shown_word
from probes.settings.sdk_selection import SdkChoice
from probes.settings.variable_typos import near_names

# AzureOpenAI takes this token before a key.
ENTRA_TOKEN = "AZURE_OPENAI_AD_TOKEN"  # noqa: S105 (the name of a variable)
# Variables whose client sends the key otherwise than its SDK does elsewhere: openai 3.57 (AzureOpenAI), anthropic 2.14
# (AnthropicFoundry, which sends it as api-key too).
STYLES = {ENTRA_TOKEN: Auth.BEARER, "ANTHROPIC_FOUNDRY_API_KEY": Auth.X_API_KEY}
# The key, the variable that it came from, the places searched, and the conflicting values.
Taken = tuple[Sourced[Secret] | None, str, list[str], list[Conflict]]


def key_of(
    options: Options,
    target: ConfigTable | None,
    check: ConfigTable,
    choice: SdkChoice,
    variables: Variables,
    environ: Mapping[str, str],
) -> Taken:
    """Select the key from the options or the ``target``, else from the variables, else from ``[check]``.

    Raises BadInput if the key is given twice or its file cannot be read.
    """
    given_options = [
        name
        for name, given in (
            ("--key", options.key is not None),
            ("--key-env", options.key_env),
            ("--key-file", options.key_file),
            ("--key-stdin", options.key_stdin),
        )
        if given
    ]
    if len(given_options) > 1:
        raise BadInput("The key is given twice, with {names}.", names=" and ".join(given_options[:2]))
    if options.key is not None:
        return _taken(Sourced(options.key, option("--key")))
    if options.key_stdin:
        return _taken(Sourced(_without_line_end(options.stdin_text or ""), Source(SourceKind.STDIN)))
    if options.key_file:
        path = Path(options.key_file).expanduser()
        place = Source(SourceKind.KEY_FILE, Owner.USER, "--key-file", options.key_file)
        shown = f"the file {shown_word(options.key_file)}"
        return _taken(Sourced(_key_text(path, shown, named=True, patience=options.deadline), place))
    if options.key_env:
        if not config_file.is_variable_name(options.key_env):
            raise BadInput("--key-env takes the name of a variable, not a key.")
        return _from_variable(options.key_env, variables, environ)
    if target and target.key:
        return _from_reference(target.key, variables, environ)

    door_names, sdk_names = (own_keys(choice.door, choice.family) if choice.door else []), list(choice.family.keys)
    if choice.door is not None and choice.named_door:
        from probes.settings.door_target import keys_for  # only for `check NAME`

        sdk_names = keys_for(choice.door, choice.family, variables)
    names = list(dict.fromkeys(sdk_names + door_names if choice.by_variable else door_names + sdk_names))
    searched = _places(names, variables)
    if ENTRA_TOKEN in sdk_names and variables.filled(ENTRA_TOKEN):
        names = [ENTRA_TOKEN, *(name for name in names if name != ENTRA_TOKEN)]
    found = next(((name, value) for name in names if (value := variables.filled(name))), None)
    conflicts = key_conflicts(names, found, choice, variables)
    if found is None and check.key:
        key, variable, places, _ = _from_reference(check.key, variables, environ)
        return key, variable, searched + places, conflicts
    if found is None:
        return None, "", searched, conflicts
    name, value = found
    # A variable that only a door of the folder's file names is the choice of that file.
    by_door = choice.door.source if choice.door is not None and name not in sdk_names else None
    key = Sourced(Secret(value.value), value.source, value.borrowed, by_door, variables.known_to_folder(value.value))
    return key, name, searched, conflicts


def _taken(value: Sourced[str], variable: str = "", chosen_by: Source | None = None, known: bool = False) -> Taken:
    if not value.value:
        return None, variable, [f"{value.source} (empty)"], []
    key = Sourced(Secret(value.value), value.source, value.borrowed, chosen_by, known)
    return key, variable, [str(value.source)], []


def _from_variable(
    name: str, variables: Variables, environ: Mapping[str, str], chosen_by: Source | None = None
) -> Taken:
    """Take the key from a variable that is named, even with ``--no-env``, which only stops automatic reading."""
    if value := variables.first(name):
        return _taken(value, name, chosen_by, variables.known_to_folder(value.value))
    if name in environ:
        return _taken(Sourced(environ[name], environment_variable(name)), name, chosen_by)
    typos = [each for each, _ in near_names(variables, (name,))]
    conflicts = [
        conflict(ConflictRole.KEY, each, value, ConflictReason.NEAR_NAME, None)
        for each in typos
        for value in variables.all(each)
        if value.value
    ]
    return None, name, _places([name], variables) or [f"environment {name}"], conflicts


def _from_reference(given: Sourced[KeyReference], variables: Variables, environ: Mapping[str, str]) -> Taken:
    reference = given.value
    if reference.env:
        return _from_variable(reference.env, variables, environ, given.source)
    assert reference.file is not None
    place = Source(SourceKind.KEY_FILE, reference.owner, "", str(reference.file))
    text = _key_text(reference.file, f"the file {reference.file}", reference.found_in)
    return _taken(Sourced(text, place), chosen_by=given.source)


def _key_text(
    path: Path, shown: str, found_in: Path | None = None, named: bool = False, patience: float | None = None
) -> str:
    try:
        content = bytes_of(path, found_in, named=named, patience=patience)
    except SkippedFile as error:
        raise BadInput("The key cannot be read from {shown}: {why}.", shown=shown, why=error.why) from None
    if content is None:
        raise BadInput("The key cannot be read from {shown}: {why}.", shown=shown, why=os.strerror(errno.ENOENT))
    return _without_line_end(content.decode("utf-8", "surrogateescape"))


def _without_line_end(text: str) -> str:
    return re.sub(r"(?:\r\n|\n|\r)\Z", "", text, count=1)


def _places(names: Iterable[str], variables: Variables) -> list[str]:
    """Return the places searched, as ``environment NAME`` or ``.env NAME (empty)``."""
    names = list(names)
    return [
        f"{place} {name}" + (" (empty)" if name in values and not values[name].value else "")
        for place, values in variables.layers
        for name in names
    ]
