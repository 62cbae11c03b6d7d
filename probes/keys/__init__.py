"""API keys by their shape: flaws, kinds, owners, checksums."""
