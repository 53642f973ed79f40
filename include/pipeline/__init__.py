"""From a request to published months: plan a run, run a stage, or compute from a file."""
