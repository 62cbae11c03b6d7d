"""Mutants of sound answers and streams, read by the real SDKs (the oracle) and by this program; see ``__main__.py``."""
