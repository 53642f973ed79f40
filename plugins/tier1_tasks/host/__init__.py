"""The host that tasks run on: which one, and whether it is what the stages need."""
