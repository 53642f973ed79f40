"""The page of a run: what is looked at, and what follows from it."""
