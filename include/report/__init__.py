"""The completion report of a run."""
