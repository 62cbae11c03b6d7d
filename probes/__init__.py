"""Measure an LLM API: what is asked, what answers. This package never judges and has no words for people."""
