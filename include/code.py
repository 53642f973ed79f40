"""Which code this is: a digest of the project's files, and the versions of what they stand on.

Two machines whose code differs compute different things without a word: each runs its own files.
"""

import hashlib
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from include.settings import ROOT

PARTS = ("dags", "plugins", "include")
LEFTOVERS = ("~", ".bak", ".orig", ".pyc", ".rej", ".swp", ".tmp")
PACKAGES = {
    "airflow": "apache-airflow",
    "edge3": "apache-airflow-providers-edge3",
    "numpy": "numpy",
    "pandas": "pandas",
    "numba": "numba",
    "pyarrow": "pyarrow",
    "psycopg": "psycopg",
}


@dataclass(frozen=True)
class Code:
    """The code of one machine.

    Attributes:
        digest: see `digest`.
        versions: see `versions`.
    """

    digest: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> "Code":
        """Return the code of this machine."""
        return cls(digest(), versions())


def digest(root: Path = ROOT) -> str:
    """Return the digest of the files that tasks run: of their names below `root`, and of their bytes.

    It is that of the lines that `sha256sum` writes about them, in the order of their names.
    """
    lines = (f"{hashlib.sha256((root / name).read_bytes()).hexdigest()}  {name}\n" for name in _names(root))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python, without its bug fixes, and of the packages that tasks stand on."""
    return {"python": f"{sys.version_info.major}.{sys.version_info.minor}"} | {
        name: _version(package) for name, package in PACKAGES.items()
    }


def _names(root: Path) -> list[str]:
    paths = (path for part in PARTS for path in (root / part).rglob("*") if path.is_file())
    return sorted(name for path in paths if not _is_left_over(name := path.relative_to(root).as_posix()))


def _is_left_over(name: str) -> bool:
    """Tell whether a program has left a file, not a person: bytecode, an editor's copy, a system's notes."""
    parts = name.split("/")
    return "__pycache__" in parts or any(p.startswith((".", "#")) for p in parts) or name.endswith(LEFTOVERS)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
