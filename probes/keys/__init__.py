"""Analyse API keys by their shape: flaws, kinds, owners and checksums."""
