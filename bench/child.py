"""Measures in a process of its own: nothing is warm, cached or resident from what was measured before.

`python -m bench.child MODULE:FUNCTION JSON` calls the function with the object's members and writes its
answer, a JSON value, on the last line.
"""

import json
import subprocess
import sys
from importlib import import_module
from typing import Any


def in_child(function: str, **arguments: Any) -> Any:
    """Return what `module:function` answers to these arguments, called in a new process.

    Raises:
        subprocess.CalledProcessError: it failed; its own words are on stderr.
    """
    command = [sys.executable, "-m", "bench.child", function, json.dumps(arguments)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(answer.stdout.splitlines()[-1])


def main() -> None:
    """Serve one call."""
    module, function = sys.argv[1].split(":")
    answer = getattr(import_module(module), function)(**json.loads(sys.argv[2]))
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
