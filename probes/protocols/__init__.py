"""Wire protocols, one per file: requests, authentication, responses and streams."""
