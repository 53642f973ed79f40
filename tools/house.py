"""The picture of who may import whom, made from the import rules in pyproject.toml."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

from include.settings import ROOT

PAGE = Path("docs/explanation/architecture.md")
BEGIN = "<!-- Made by `make docs` from pyproject.toml; a test compares. -->\n"
END = "<!-- End of what is made. -->\n"


def architecture_page() -> str:
    """Make the page about the architecture, with the picture as it is now."""
    return with_picture((ROOT / PAGE).read_text(), picture())


def picture() -> str:
    """Draw all layers as one Mermaid diagram, then list the rules that are no layers, by name."""
    contracts = contracts_of(ROOT / "pyproject.toml")
    layered = [contract for contract in contracts if contract["type"] == "layers"]
    others = [contract for contract in contracts if contract["type"] != "layers"]
    lines = ["```mermaid", "flowchart TD"]
    for number, contract in enumerate(layered, start=1):
        lines += _subgraph(f"g{number}", contract)
    lines.append("```")
    if others:
        lines += ["", "Beside the layers:", "", *(f"* {contract['name']}" for contract in others)]
    return "\n".join(lines) + "\n"


def contracts_of(pyproject: Path) -> list[dict[str, Any]]:
    """Read the import rules."""
    return tomllib.loads(pyproject.read_text())["tool"]["importlinter"]["contracts"]


def siblings_of(layer: str) -> list[str]:
    """Return the modules of one layer, which is written as `a`, `a | b`, `a : b` or `(a)`."""
    return [name.strip(" ()") for name in re.split(r"[|:]", layer)]


def with_picture(page: str, picture: str) -> str:
    """Return the page with the made part replaced."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + picture + END + rest.partition(END)[2]


def _subgraph(group: str, contract: dict[str, Any]) -> list[str]:
    """Draw one contract: each layer's modules, with arrows to those of the layer below."""
    containers = contract.get("containers", [])
    title = contract["name"] + (f" ({', '.join(containers)})" if containers else "")
    rows = [siblings_of(layer) for layer in contract["layers"]]
    node = {name: f"{group}_{name.replace('.', '_')}" for row in rows for name in row}
    lines = [f'    subgraph {group}["{title}"]']
    lines += [f'        {node[name]}["{name}"]' for row in rows for name in row]
    joined = [" & ".join(node[name] for name in row) for row in rows]
    lines += [f"        {upper} --> {lower}" for upper, lower in itertools.pairwise(joined)]
    return [*lines, "    end"]
