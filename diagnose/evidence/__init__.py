"""The view of the evidence that the rules read, and the types of a rule and a claim."""
