"""The claims of the validation: one per SQL file of this folder, each a query that is true where it holds.

The queries look at the one-row relation `months`, which gives the range and the spec version, so that the
same files serve Airflow's SQL check operator and `./tier1 validate`.
"""

from pathlib import Path
from typing import LiteralString

MONTHS: LiteralString = (
    "(select {start}::timestamptz as range_start, {end}::timestamptz as range_end,"
    " {spec_version} as spec_version) as months"
)
"""The relation `months`; start, end and spec version are SQL literals."""


def claims() -> dict[str, str]:
    """Return the query of each claim, in a fixed order."""
    files = sorted(Path(__file__).parent.glob("*.sql"))
    return {file.stem: file.read_text() for file in files}
