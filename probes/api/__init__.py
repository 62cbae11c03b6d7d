"""The attempt loop: choose the requests, send them to the API, and read the responses."""
