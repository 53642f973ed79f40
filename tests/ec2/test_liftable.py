"""The packages that know EC2 do not know the product, so that another project can take them as they are."""

import re
from pathlib import Path

import pytest

from tests.ec2.simulator import ROOT

PRODUCT = re.compile(r"tier[ _-]?1", re.IGNORECASE)


def files() -> list[Path]:
    """Every file that would be taken along."""
    found = (path for package in ROOT.glob("plugins/ec2_*") for path in package.rglob("*"))
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT / "plugins")))
def test_a_file_does_not_name_the_product(path: Path) -> None:
    lines = path.read_text().splitlines()
    named = [f"{number}: {line.strip()}" for number, line in enumerate(lines, 1) if PRODUCT.search(line)]
    assert named == []


def test_both_packages_are_looked_at() -> None:
    assert {"ec2_instance", "ec2_resize"} <= {path.relative_to(ROOT / "plugins").parts[0] for path in files()}
