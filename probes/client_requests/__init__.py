"""The requests of real clients: their recorded form, sending it, and finding what a server refuses of it.

It is imported only if the user asks for it (``--as-client``). docs/design/021-the-clients-own-request.md explains it.
"""
