"""What the tasks of a row have logged as errors: for a row that fails where nobody can look at the logs."""

import json
from collections.abc import Iterator
from pathlib import Path

ERRORS = {"error", "critical"}
LONGEST = 2000  # characters of an error; its end says the most


def errors_since(logs: Path, moment: float) -> str:
    """Return each error in a log that was written to since, with its task and attempt."""
    written = [it for it in logs.rglob("attempt=*.log*") if it.stat().st_mtime >= moment]
    return "\n".join(
        f"{log.relative_to(logs)}: {error}"
        for log in sorted(written, key=lambda it: it.stat().st_mtime)
        for error in _errors(log)
    )


def _errors(log: Path) -> Iterator[str]:
    for line in log.read_text(errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # a line that is being written
            continue
        if entry.get("level") in ERRORS:
            detail = json.dumps(entry.get("error_detail", ""))
            yield f"{entry.get('timestamp')} {entry.get('event')} {detail[-LONGEST:]}"
