"""One EC2 instance: clients, errors, its state, its lease, its dead-man switch, alerts."""
