"""How people write a month; free of numpy, so that a DAG file can import it."""

from typing import Final

MONTH_PATTERN: Final = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"
"""A regular expression for YYYY-MM, such as 2024-03."""
