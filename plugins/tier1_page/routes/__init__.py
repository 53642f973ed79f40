"""The pages, by resource."""
