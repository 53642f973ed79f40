"""What the stages publish."""
