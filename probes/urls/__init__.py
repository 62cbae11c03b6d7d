"""URLs: parsing, flaws, addresses, and how a base URL differs between an app and an SDK."""
