"""One EC2 instance: its clients, errors, readings, its lease, its dead-man switch and its alerts."""
