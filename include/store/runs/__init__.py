"""What is kept about runs: completion markers, progress, reports."""
