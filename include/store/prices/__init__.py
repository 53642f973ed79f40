"""The 28 price tables: reading, checking, watching and loading them."""
