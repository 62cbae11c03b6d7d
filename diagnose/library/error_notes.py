"""Add the cause and the fix to an exception that passes by, and write them to the log.

Whatever goes wrong here is swallowed: an app's own error must arrive unchanged. What explains is imported when
something has failed, so that a client that is watched costs the app no start-up.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from probes.model.record import Record

if TYPE_CHECKING:
    from diagnose.library.error_explanation import ErrorExplanation
    from probes.run.seen_call import SeenCall

LOGGER = "llmdoctor"
_HEAD = "llmdoctor: "  # of a note; tells a noted exception
_STEPS = 2  # in a note
_SEVERAL = 3  # causes in a note where none is likely


class ErrorNotes(Record):
    """How errors are explained: in which language, and to which logger."""

    lang: str
    logger: logging.Logger

    def add(self, error: BaseException, request: object = None, *, certain: bool = False, logged: bool = False) -> None:
        """Add a note to an exception, once, and log the cause. ``request`` is the one that failed, if it is known.

        ``certain`` says that the exception is about a call of an LLM API, whatever its URL, or if it has none;
        ``logged`` that the cause has been logged.
        """
        try:
            from diagnose.library.explaining import explained_call, explained_text
            from diagnose.library.seen_objects import call_in, errors_in, own_call_in, words_of_errors

            if _note_of(error) is not None:
                return
            for inner in errors_in(error)[1:]:  # an inner exception has been explained and logged already
                if (known := _note_of(inner)) is not None:
                    error.add_note(known)
                    return
            call = call_in(error, request) if certain else own_call_in(error, request)
            if call is not None:
                found = explained_call(call, error, self.lang)
            elif certain:  # such as a key that cannot be put into a header
                found = explained_text(words_of_errors(error), self.lang)
            else:
                return
            if found.cause is None or (call is None and not found.likely):
                return
            error.add_note(note_text(found))
            if not logged:
                self._log(found, call)
        except Exception as problem:
            self._failed(problem)

    def answered(self, response: object) -> None:
        """Log the cause of a failed response, which no exception may follow. Its body counts if it has been read."""
        try:
            from diagnose.library.explaining import explained_call
            from diagnose.library.seen_objects import own_call_in

            call = own_call_in(response)
            if call is None:
                return
            found = explained_call(call, response, self.lang)
            if found.likely or (found.cause is not None and call.status >= 400):
                self._log(found, call)
        except Exception as problem:
            self._failed(problem)

    def _failed(self, problem: Exception) -> None:
        """Log where the explanation itself failed. Exceptions are not logged: the texts of both can hold a key."""
        trace = problem.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        code = trace.tb_frame.f_code if trace is not None else None
        place = f"{code.co_qualname}:{trace.tb_lineno}" if code is not None and trace is not None else "?"
        self.logger.debug("an error was not explained: %s in %s", type(problem).__name__, place)

    def _log(self, found: ErrorExplanation, call: SeenCall | None) -> None:
        from diagnose.rendering.outlet import passed, plain

        cause = found.cause
        assert cause is not None
        host, status = (urlsplit(call.url).hostname, call.status) if call is not None else (None, 0)
        fields = {
            "llmdoctor_code": cause.code,
            "llmdoctor_cause": plain(cause.title),
            "llmdoctor_likely": cause.likely,
            "llmdoctor_fix": [plain(step) for step in cause.steps],
            "llmdoctor_host": plain(host or ""),
            "llmdoctor_status": status or None,
        }
        self.logger.warning("%s (%s)", passed(plain(cause.title)), cause.code, extra=fields)


def notes(lang: str, logger: logging.Logger | None) -> ErrorNotes:
    """Return how errors are explained. Raises InvalidSettings for an unknown language.

    The own logger is silent until the app sets up logging, as is usual for libraries.
    """
    from diagnose.library.given_settings import language

    if logger is None:
        logger = logging.getLogger(LOGGER)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    return ErrorNotes(language(lang), logger)


def note_text(found: ErrorExplanation) -> str:
    """Return the note: the cause with its code, what to do, and the command that says more.

    Where no cause is likely, the note names the possible ones.
    """
    from diagnose import words
    from diagnose.rendering.line_breaks import cells
    from diagnose.rendering.outlet import passed, plain

    cause, lang = found.cause, found.lang
    if cause is None:
        return ""
    sure = words.phrase("explain.likely" if cause.likely else "explain.possible", lang)
    cause_line = words.phrase("note.cause", lang, {"title": plain(cause.title), "code": cause.code, "sure": sure})
    lines = [f"{_HEAD}{cause_line}"]
    label = f"  {words.phrase('explain.fix', lang)}{words.phrase('colon', lang)}"
    for step in cause.steps[:_STEPS]:
        lines.append(f"{label}{plain(step)}")
        label = " " * cells(label)
    if not cause.likely:
        for one in found.candidates[1:_SEVERAL]:
            values = {"title": plain(one.title), "code": one.code, "sure": sure}
            lines.append(f"  {words.phrase('note.candidate', lang, values)}")
    lines.append(f"  {words.phrase('explain.more', lang, {'code': cause.code})}")
    return passed("\n".join(lines))


def _note_of(error: BaseException) -> str | None:
    return next((one for one in getattr(error, "__notes__", ()) if one.startswith(_HEAD)), None)
