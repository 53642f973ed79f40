"""The page of all runs: the last ones side by side, on one scale."""
