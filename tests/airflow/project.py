"""A copy of the project for Airflow to work on, which tests change as people change theirs."""

import ast
import compileall
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

from embedded.home import REPOSITORY
from tests.ec2.simulator import BASE

PARTS = ("dags", "plugins", "include", "cli", "embedded", "deploy", "docs/how-to")
DAG_FILE, GUARD_FILE = "dags/tier1.py", "dags/tier1_guard.py"
SETTINGS_FILE = "tier1.toml"
# a test says when the guard looks; one of them lets it look by itself
GUARD_AT_WILL = "SCHEDULE = None"
# what a patch defines for itself
HELPERS = ("_original", "_mutated")
# The small instance's worker takes part in no run, and would take a quarter of what a run costs to boot.
NO_WORKER_AT_REST = f"""
_original = worker_command
def worker_command(home, env):
    return ["sleep", "infinity"] if env["INSTANCE_TYPE"] == "{BASE}" else _original(home, env)
"""
# the tasks for the instance run where Airflow does, as with the LocalExecutor alone
WITH_AIRFLOW = "ON_THE_INSTANCE = {}"
IMPATIENT = """
RUN["retry_delay"] = GUARD["retry_delay"] = timedelta(seconds=2)
for _tries in (KEEP_TRYING, VERDICT, TRY_TWICE_MORE):
    _tries["retry_delay"] = timedelta(seconds=2)
for _tries in (KEEP_TRYING, VERDICT):
    _tries["max_retry_delay"] = timedelta(seconds=15)
"""


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
        self._originals: dict[Path, str] = {}
        self.patch("tier1_tasks.guard", GUARD_AT_WILL)
        self.patch("tier1_tasks.defaults", IMPATIENT)
        self.patch("embedded.machine.unit", NO_WORKER_AT_REST)
        self._originals.clear()
        # once, as some environments forbid Python to write bytecode, and then every task would compile anew;
        # by hash, as Python takes an edit within the same second that keeps the size for no edit (PEP 552)
        compileall.compile_dir(path, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)

    def patch(self, module: str, lines: str) -> None:
        """Replace what a module has defined: by lines behind its own, before anybody can import anything.

        The DAG files are read anew by then, as what they say of a task is kept in Airflow's database.
        """
        path = file_of(self.path, module)
        text = path.read_text()
        require_names(module, text, lines)
        self._write(path, f"{text}\n\n{lines.strip()}\n")
        for file in (DAG_FILE, GUARD_FILE):
            (self.path / file).touch()

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        path = self.path / file
        text = path.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{old!r} is {text.count(old)} times in {file}")
        self._write(path, text.replace(old, new))

    def _write(self, path: Path, text: str) -> None:
        self._originals.setdefault(path, path.read_text())
        path.write_text(text)

    def set(self, **settings: str | float) -> None:
        """Change settings, for the tasks that begin from now on."""
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in (self.defaults | settings).items()]
        (self.path / SETTINGS_FILE).write_text("".join(lines))

    def restore(self) -> None:
        """Undo patches, edits and settings."""
        for path, text in self._originals.items():
            path.write_text(text)
        if self._originals:
            for file in (DAG_FILE, GUARD_FILE):
                (self.path / file).touch()
        self._originals.clear()
        self.set()


def file_of(root: Path, module: str) -> Path:
    """Where a module of the project is: in plugins, in dags, or at the root."""
    paths = [root / top / f"{module.replace('.', '/')}.py" for top in ("", "plugins", "dags")]
    [found] = [path for path in paths if path.exists()]
    return found


def require_names(module: str, text: str, lines: str) -> None:
    """A patch replaces what the module defines or imports; a name that is gone would take out nothing."""
    defined, replaced = set(_bound(ast.parse(text))), set(_replaced(ast.parse(lines)))
    if unknown := sorted(name for name in replaced - defined if not name.startswith(HELPERS)):
        raise ValueError(f"{module} has no {', '.join(unknown)}")


def _bound(module: ast.Module) -> Iterator[str]:
    """The names that a module defines or imports."""
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                yield node.name
            case ast.alias():
                yield node.asname or node.name
            case ast.Name(ctx=ast.Store()):
                yield node.id


def _replaced(patch: ast.Module) -> Iterator[str]:
    """The names at which a patch puts something else."""
    for statement in patch.body:
        match statement:
            case ast.FunctionDef():
                yield statement.name
            case ast.Assign():
                yield from map(_owner, statement.targets)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                yield _owner(method)


def _owner(node: ast.expr) -> str:
    """The name that an attribute or an item hangs on; its own for a name."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
