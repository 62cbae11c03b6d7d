"""The evidence as the rules read it."""
