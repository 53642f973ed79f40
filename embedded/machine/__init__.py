"""What runs on a simulated instance: its metadata service, and the worker as its unit starts it."""
