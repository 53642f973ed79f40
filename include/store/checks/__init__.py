"""Validation: SQL that is true where a claim holds."""
