"""The page before a run: what the next run would do, how long that takes, and what preflight last said."""
