"""Advice that fits the case: which steps apply to it, and what the server's own answer asks for."""
