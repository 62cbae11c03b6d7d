"""Catalog of providers (doors) and client programs (apps), with URL joining rules and SDK variables."""
