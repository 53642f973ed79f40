"""Make the archive that a worker is installed from: this checkout as it is now, committed or not.

What is the same makes the same bytes, on whatever day and by whomever it is packed.
"""

import gzip
import hashlib
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT / "build/tier1-worker.tar.gz"
# What tasks run, what they stand on, and what installs them.
RUNBOOK = "docs/how-to/runbook.md"  # a task that fails quotes it
PARTS = (
    "dags",
    "plugins",
    "include",
    "deploy/worker",
    RUNBOOK,
    "requirements.txt",
    "requirements-uv.txt",
)
SITE_SETTINGS = "tier1.toml"  # is of this installation, so git may not know it


def names() -> list[str]:
    """Return the files that belong in it: all of its parts that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PARTS],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = {*listed.stdout.split("\0"), SITE_SETTINGS}
    return sorted(name for name in found if (ROOT / name).is_file())


def members() -> Iterator[tarfile.TarInfo]:
    """Yield each file's entry, without a time, an owner or the packer's umask."""
    for name in names():
        path = ROOT / name
        entry = tarfile.TarInfo(name)
        entry.size = path.stat().st_size
        entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
        yield entry


def main() -> None:
    """Write the archive, and say which it is."""
    ARCHIVE.parent.mkdir(exist_ok=True)
    with (
        ARCHIVE.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for entry in members():
            with (ROOT / entry.name).open("rb") as content:
                archive.addfile(entry, content)
    release = hashlib.sha256(ARCHIVE.read_bytes()).hexdigest()[:12]
    sys.stdout.write(f"{ARCHIVE.relative_to(ROOT)}: release {release}\n")


if __name__ == "__main__":
    main()
