"""Start `llmdoctor`, also as `python -m diagnose`: Ctrl-C is handled before the program is imported."""

import gc
import os
import sys

from diagnose import interruption


def main() -> None:
    """Run the command line. Raises SystemExit with the exit status."""
    interruption.install()
    # A command creates little garbage, and the collector takes a tenth of its time. A check keeps some 60,000 objects,
    # most of them made by the imports that follow.
    gc.set_threshold(100_000)
    from diagnose import cli  # takes most of the start, and may be interrupted

    cli.main()


def program() -> None:
    """Run the command line and end the process.

    Python would take every module and object apart first, for 3 to 6 ms in which nothing is left to do. What libraries
    have registered for the end runs here too. While a thread is at work, the process ends in the ordinary way.
    """
    try:
        main()
    except SystemExit as end:
        import atexit
        import threading

        if threading.active_count() > 1 or not isinstance(end.code, int):
            raise
        try:
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(end.code)


if __name__ == "__main__":
    program()
