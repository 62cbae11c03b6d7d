"""Start `llmdoctor`, also as `python -m diagnose`: Ctrl-C is handled before the program is imported."""

import gc

from diagnose import interruption


def main() -> None:
    """Run the command line."""
    interruption.install()
    # A command creates little garbage, and the collector takes a tenth of its time. A check keeps some 60,000 objects,
    # most of them made by the imports that follow.
    gc.set_threshold(100_000)
    from diagnose import cli  # takes most of the start, and may be interrupted

    cli.main()


if __name__ == "__main__":
    main()
