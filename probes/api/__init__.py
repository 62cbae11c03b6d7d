"""The attempt loop: which requests are sent to the API, and what their answers say."""
