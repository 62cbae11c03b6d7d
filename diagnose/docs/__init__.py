"""Generators of the reference pages, the manual page, the examples and the JSON Schema."""
