"""The three stages: a panel in, columns out. Pure: no clock, no database, no configuration."""
