"""Validation: claims about the features, and the relations in SQL that they look at."""
