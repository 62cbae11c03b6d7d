"""Measure an LLM API: send requests and record the responses. It judges nothing and has no user-facing text."""
