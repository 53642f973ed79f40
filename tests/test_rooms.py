"""The import rules know every room, and none that is gone."""

import tomllib

from include.settings import ROOT

RULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
NOT_IMPORTED = {"deploy", "docs", "plugins", "tests"}


def test_every_folder_with_code_is_under_the_import_rules():
    folders = {path.parent for path in [*ROOT.glob("*/*.py"), *ROOT.glob("plugins/*/*.py")]}
    rooms = {folder.name for folder in folders if not folder.name.startswith(".")}
    assert set(RULES["root_packages"]) == rooms - NOT_IMPORTED
