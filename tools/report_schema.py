"""docs/reference/report.schema.json: what the JSON of a report holds."""

import json
import re
from collections.abc import Iterator
from typing import Any

from include.report import model
from include.report.model import REPORT, SCHEMA
from include.report.worth import Worth

ABOUT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "Made by `make docs` from the code; a test compares.",
}
CLASSES = {**vars(model), "Worth": Worth}


def report_schema() -> str:
    """Make the schema of what is stored in tier1.run_report and written by ./tier1 report --format json."""
    schema = REPORT.json_schema(mode="serialization")
    for name, described in [("Report", schema), *schema["$defs"].items()]:
        _describe(described, CLASSES[name])
    schema["title"] = f"Report of a TIER 1 run, version {SCHEMA}"
    return json.dumps(ABOUT | schema, indent=2) + "\n"


def _describe(described: dict[str, Any], kind: type) -> None:
    """Write what the docstring says of the class and of each attribute, in place of the docstring itself."""
    described["description"] = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    of_properties = described.get("properties", {})
    for base in kind.__mro__:
        for name, meaning in _attributes(base.__doc__ or ""):
            if name in of_properties:
                of_properties[name]["description"] = meaning


def _attributes(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield what a docstring in Google's style says of each attribute."""
    section = docstring.partition("Attributes:\n")[2]
    for name, text in re.findall(r"^        (\w+): (.*(?:\n            .*)*)", section, re.MULTILINE):
        yield name, " ".join(text.split())
