"""`python -m diagnose` is `llmdoctor`."""

from diagnose.cli import main

if __name__ == "__main__":
    main()
