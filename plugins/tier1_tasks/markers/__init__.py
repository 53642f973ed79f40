"""The sensor on completion markers: a stage is complete when each of its months has its marker."""
