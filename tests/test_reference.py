"""The reference pages say what the code says."""

import pytest

from include.settings import ROOT
from tools.pages import PAGES


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_reference_page_is_up_to_date(path):
    assert (ROOT / path).read_text() == PAGES[path](), f"{path} is outdated: run `make docs`"
