"""Generators of the documentation's reference pages, one per page: python -m tools."""
