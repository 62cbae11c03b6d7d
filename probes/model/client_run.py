"""What `check --run-client` runs, and what it saw: one start of the installed app itself."""

from __future__ import annotations

from enum import StrEnum

from probes.model.record import Record
from probes.model.source import Source


class NotRun(StrEnum):
    """The reason why the app was not run although the user asked for it."""

    OFFLINE = "offline"
    NO_SPEND = "no_spend"
    SETTINGS = "settings"  # the checked settings are not those that the app reads
    CONSENT = "consent"  # a file of the folder names the place, and the user has not agreed
    FOLDER = "folder"  # the app needs values of the folder's files, and it is not started in the folder
    KEY = "key"  # the key may not be sent to this place, or by this way
    NO_KEY = "no_key"  # no key was found, and what the app would send to a place of the folder is not known
    RECORDER = "recorder"  # its own account tells nothing, and it cannot be led through the recorder
    NO_ADDRESS = "no_address"
    DEADLINE = "deadline"
    INTERRUPTED = "interrupted"


class ClientEnd(StrEnum):
    """The way in which the program ended."""

    EXITED = "exited"
    LIMIT = "limit"  # our time limit ended it
    OUTPUT = "output"  # it printed more than we read
    REQUESTS = "requests"  # it asked more often than the recorder lets it
    NOT_STARTED = "not_started"  # the system could not start it


class ClientStart(Record):
    """The user's wish to run the app, with the program that was found and what is known before the network.

    ``path`` is the program's absolute path, ``provider`` the name of the provider in the app's files, ``model`` a model
    that the user has named on the command line. ``of_folder``: a file of the folder names the place. The app is then
    led there through the recorder, since it is never started in the folder, where it would read all of its files.
    """

    path: str
    provider: str = ""
    model: str = ""
    refused: NotRun | None = None
    because: Source | None = None  # of `refused`: the setting that is the reason
    of_folder: bool = False


class ClientRequest(Record):
    """A request of the app as the recorder saw it; of header values it keeps none.

    ``path`` is without the values of the query, ``model`` that of a JSON body. ``auth`` are the headers (and ``query``)
    that carry a credential. ``status`` is 0 if the server did not answer; ``failure`` says how that came.
    """

    method: str
    path: str
    auth: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    model: str = ""
    size: int = 0  # bytes of the body
    status: int = 0
    content_type: str = ""
    failure: str = ""
    upgrade: str = ""  # what it wanted to upgrade to: websocket
    seconds: float = 0.0  # until the head of the response


class ClientRun(Record):
    """One run of the app: how it ended, what it said, and what the recorder saw if it was run through that.

    ``app`` is its id, ``command`` are the arguments, without the prompt. ``said`` are the app's own words: its
    messages, scrubbed. ``again`` is a second run through the recorder, made if the first one disagrees with the check.
    """

    app: str
    name: str = ""  # of the app, for people
    program: str = ""
    command: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()  # the variables that were set besides the user's own, `NAME=value`
    proxies: tuple[str, ...] = ()  # the proxy variables that it got
    not_run: NotRun | None = None
    because: Source | None = None  # of `not_run`
    end: ClientEnd | None = None
    status: int | None = None  # the exit status
    seconds: float = 0.0
    answered: bool = False
    said: str = ""
    meaning: str = ""  # of the exit status, by the facts
    through_recorder: bool = False
    requests: tuple[ClientRequest, ...] = ()
    again: ClientRun | None = None
