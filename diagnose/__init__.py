"""Judge measurements and report them in plain words. Only ``cli``, ``serve`` and ``docs`` import network code."""

__version__ = "0.1.0"
