"""docs/reference/features.md: all 384 features."""

from include.stages import SPEC_VERSION
from include.stages.catalogue import FEATURES
from tools.markdown import page, table


def features_page() -> str:
    """Make the page."""
    rows = (
        [str(number), f"`{f.name}`", f.type, f.unit or "-", f.formula]
        for number, f in enumerate(FEATURES, start=1)
    )
    return page(
        "# Features",
        f"Specification {SPEC_VERSION}. A value is NULL where a term that its formula names is missing.",
        table(["#", "column", "type", "unit", "formula"], rows),
    )
