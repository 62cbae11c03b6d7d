"""The server of `llmdoctor serve`: a web page for support staff, and `/probe` for Prometheus.

It needs the extra `serve`: starlette, uvicorn, jinja2 and prometheus-client.
"""
