"""Data that are not part of this repository. Where they are not, their tests are skipped."""

import os
from pathlib import Path

PRICES = Path(
    os.environ.get(
        "TIER1_TEST_DATA",
        Path(__file__).parents[1] / "../shared/data/m15_2025-02_2026-02_28pairs.parquet",
    )
)
"""A year of real 15-minute prices of the 28 pairs."""
CASES = PRICES.parents[1] / "cases"
"""Files that people have had trouble with."""
