"""A copy of the project for Airflow to work on, which tests edit as people edit theirs."""

import compileall
import json
import shutil
from pathlib import Path
from py_compile import PycInvalidationMode

from embedded.home import REPOSITORY

PARTS = ("dags", "plugins", "include", "embedded")
DAG_FILE, GUARD_FILE = "dags/tier1.py", "dags/tier1_guard.py"
EVERY_TEN_MINUTES = 'schedule="*/10 * * * *"'
SETTINGS_FILE = "tier1.toml"


class Project:
    """Its files; every task reads them anew.

    Attributes:
        defaults: the settings of all tests.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        for part in PARTS:
            shutil.copytree(REPOSITORY / part, path / part)
        shutil.copy(Path(__file__).with_name("preload.py"), path / "plugins")
        self.defaults: dict[str, str | float] = {}
        self._originals: dict[str, str] = {}
        # a test says when the guard looks; one of them lets it look by itself
        self.edit(GUARD_FILE, EVERY_TEN_MINUTES, "schedule=None")
        self.edit(DAG_FILE, '"retry_delay": timedelta(seconds=15)', '"retry_delay": timedelta(seconds=2)')
        self.edit(
            DAG_FILE, '"max_retry_delay": timedelta(minutes=5)', '"max_retry_delay": timedelta(seconds=15)'
        )
        self.edit(GUARD_FILE, '"retry_delay": timedelta(seconds=30)', '"retry_delay": timedelta(seconds=2)')
        self._originals.clear()
        # once, as some environments forbid Python to write bytecode, and then every task would compile anew;
        # by hash, as Python takes an edit within the same second that keeps the size for no edit (PEP 552)
        compileall.compile_dir(path, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        path = self.path / file
        text = path.read_text()
        if text.count(old) != 1:  # nothing that a mutant could be noticed by
            raise ValueError(f"{old!r} is {text.count(old)} times in {file}")
        self._originals.setdefault(file, text)
        path.write_text(text.replace(old, new))

    def set(self, **settings: str | float) -> None:
        """Change settings, for the tasks that begin from now on."""
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in (self.defaults | settings).items()]
        (self.path / SETTINGS_FILE).write_text("".join(lines))

    def restore(self) -> None:
        """Undo edits and settings."""
        for file, text in self._originals.items():
            (self.path / file).write_text(text)
        self._originals.clear()
        self.set()
