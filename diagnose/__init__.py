"""Judge what was measured, and say it in plain words. ``diagnose.cli`` alone joins this package to the network."""

__version__ = "0.1.0"
