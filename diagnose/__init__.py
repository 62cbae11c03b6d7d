"""Judge what was measured, and say it in plain words. Only ``diagnose.cli`` joins this package to ``probes``' network."""

__version__ = "0.1.0"
