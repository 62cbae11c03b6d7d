"""Credentials that are not a pasted key: where a vendor's library looks for them, and how a request is signed.

One file per vendor (``aws``, ``google``, ``entra``), with a ``CHAIN`` (:class:`~probes.credential_chains.chain.Chain`).
docs/design/025-doors-without-a-plain-key.md says how it fits together.
"""
