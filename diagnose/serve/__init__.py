"""`llmdoctor serve`: the page for support staff, and Prometheus' `/probe`. As `diagnose/cli`, it joins both packages.

Needs the extra `serve`: starlette, uvicorn, jinja2, prometheus-client.
"""
