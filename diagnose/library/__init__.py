"""The checks and explanations as functions for other programs, published by ``diagnose`` (docs/library.md)."""
