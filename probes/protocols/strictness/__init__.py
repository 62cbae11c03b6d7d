"""How strict the official SDKs are: what each client reads of an answer or a stream, and where it fails.

One file a protocol. Measured with the versions in ``clients.py``, against mutants of sound responses
(`tests/mutants`, `facts/strictness-2026-11.md`).
"""
