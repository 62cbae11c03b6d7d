"""Start `llmdoctor`, also as `python -m diagnose`: Ctrl-C is handled before the program is imported."""

from diagnose import interruption


def main() -> None:
    """Run the command line."""
    interruption.install()
    from diagnose import cli  # takes most of the start, and may be interrupted

    cli.main()


if __name__ == "__main__":
    main()
