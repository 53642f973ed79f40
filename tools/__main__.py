"""Write all generated pages: python -m tools."""

from include.settings import ROOT
from tools.pages import PAGES

if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page())
