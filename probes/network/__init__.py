"""Network access: dialing, TLS, proxies, HTTP/1.1 and connection pools."""
