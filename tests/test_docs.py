"""The documentation is true where a machine can tell: links, commands, names, the picture of the house."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from include.settings import ROOT, Settings
from include.stages import SPEC_VERSION, STAGES
from tools import house

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")])
ENTRANCES = [ROOT / "README.md", ROOT / "docs/README.md"]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# variables that are no settings: what they choose is settled before there are settings
OTHER_VARIABLES = {"TIER1_AWS", "TIER1_UI_PORT"}
SOURCES = (".py", ".sql", ".yaml", ".toml", ".j2")
ROOMS_WITHOUT_A_NAME = {"build"}  # what `make bench` writes


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_blocks(text: str) -> str:
    return BLOCK.sub("", text)


@cache
def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    found: set[str] = set()
    for title in re.findall(r"^#+ (.+)$", without_blocks(page.read_text()), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = next(n for n in range(1000) if (f"{slug}-{n}" if n else slug) not in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found


def links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """Each relative link: as it is written, the file, the anchor."""
    for target in LINK.findall(without_blocks(page.read_text())):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield target, (page.parent / path).resolve() if path else page, anchor


def shell_lines() -> Iterator[tuple[str, str]]:
    """Each line of a shell block, with its page; blocks that name no language hold commands, too."""
    for page in PAGES:
        for language, block in BLOCK.findall(page.read_text()):
            if language in {"", "sh", "bash"}:
                yield from ((named(page), line.strip()) for line in block.splitlines() if line.strip())


def used(pattern: str) -> list[str]:
    """What the pattern's group finds in shell blocks."""
    return sorted({name for _, line in shell_lines() for name in re.findall(pattern, line)})


def rooms() -> list[str]:
    """Every folder at the top, and every package of plugins/ and include/, as the page names them."""
    top = [it for it in ROOT.iterdir() if it.is_dir() and it.name not in ROOMS_WITHOUT_A_NAME]
    visible = [it for it in top if it.name[0] not in "._" and any(it.rglob("*.*"))]
    packages = [it.parent for room in ("plugins", "include") for it in (ROOT / room).rglob("__init__.py")]
    return sorted({f"{it.relative_to(ROOT)}/" for it in [*visible, *packages]} - {"plugins/"})


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [
        target
        for target, path, anchor in links(page)
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path))
    ]
    assert broken == []


def test_every_page_can_be_reached() -> None:
    reached: set[Path] = set()
    ahead = list(ENTRANCES)
    while ahead:
        page = ahead.pop()
        if page not in reached and page.exists():
            reached.add(page)
            ahead += [path for _, path, _ in links(page) if path.suffix == ".md"]
    assert [named(page) for page in PAGES if page not in reached] == []


def test_make_has_the_targets_that_are_used() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    words = [word for line in used(r"^(?:.*\s)?make ((?:[a-z-]+ ?)+)") for word in line.split()]
    assert words
    assert set(words) <= targets


@pytest.mark.parametrize("command", used(r"^\./tier1 ([a-z]+)"))
def test_the_command_line_has_the_commands_that_are_used(command: str) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    shown = subprocess.run(
        [sys.executable, "-m", "cli", command, "--help"], env=env, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize("module", used(r"python3? -m ([\w.]+)"))
def test_modules_that_are_run_can_be_imported(module: str) -> None:
    assert importlib.util.find_spec(module)


def test_what_is_run_in_a_container_is_there() -> None:
    copied = set(re.findall(r"^COPY (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
    runs = [
        match
        for _, line in shell_lines()
        if (match := re.match(r"docker compose exec (\S+) python -m (\w+)", line))
    ]
    assert runs
    assert [run[0] for run in runs if run[1] not in services or run[2] not in copied] == []


def test_python_blocks_compile() -> None:
    for page in PAGES:
        for language, block in BLOCK.findall(page.read_text()):
            if language == "python":
                compile(block, named(page), "exec")


def test_variables_that_are_named_exist() -> None:
    of_compose = set(re.findall(r"\$\{(TIER1_\w+)", (ROOT / "docker-compose.yaml").read_text()))
    known = {f"TIER1_{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES | of_compose
    for page in PAGES:
        for name, more in re.findall(r"\b(TIER1_[A-Z0-9_]*[A-Z0-9])(_\.\.\.)?", page.read_text()):
            fits = any(it.startswith(name) for it in known) if more else name in known
            assert fits, f"{named(page)}: {name}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 70


def test_decisions_are_short_and_listed_in_order() -> None:
    folder = ROOT / "docs/decisions"
    files = sorted(it.name for it in folder.glob("[0-9]*.md"))
    assert [path.name for _, path, _ in links(folder / "README.md")] == files
    for name in files:
        text = (folder / name).read_text()
        assert len(text.splitlines()) <= 30, name
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), name


def test_sections_of_the_contract_that_the_code_cites_exist() -> None:
    page = (ROOT / "docs/reference/contract.md").read_text()
    sections = set(re.findall(r"^## (\d+)\. ", page, re.MULTILINE))
    cited = {
        number
        for path in sources()
        for numbers in re.findall(r"contract, sections? ([\d, and]+)", path.read_text())
        for number in re.findall(r"\d+", numbers)
    }
    assert cited
    assert cited <= sections
    assert f"specification {SPEC_VERSION}\n" in page


def test_pages_that_the_code_names_exist() -> None:
    missing = {
        f"{named(path)}: {page}"
        for path in [*sources(), ROOT / "Makefile"]
        for page in re.findall(r"\b(?:docs|deploy)/[\w/.-]+\.(?:md|json|yaml)\b", path.read_text())
        if not (ROOT / page).exists()
    }
    assert sorted(missing) == []


def test_the_page_of_relations_is_that_of_the_schema() -> None:
    page = (ROOT / "docs/reference/relations.md").read_text()
    script = (ROOT / "include/store/schema.sql").read_text()
    described = {
        title: {
            column
            for cell in re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
            for column in re.findall(r"`(\w+)`", cell)
        }
        for title, section in re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
    }
    assert described == tables_of(script)
    for relation in (*(getattr(stage, "name", stage) for stage in STAGES), "features"):
        assert f"| `{relation}` |" in page
    for function in re.findall(r"function tier1\.(\w+\(\)) returns", script):
        assert f"`{function}`" in page


@pytest.mark.parametrize("room", rooms())
def test_a_room_is_named_on_the_page_of_the_architecture(room: str) -> None:
    assert f"`{room}`" in (ROOT / house.PAGE).read_text()


def test_what_the_page_of_the_architecture_names_exists() -> None:
    spans = re.findall(r"`([\w./-]+/[\w./-]*)`", (ROOT / house.PAGE).read_text())
    assert spans
    assert sorted({it for it in spans if not (ROOT / it).exists()}) == []


def tables_of(script: str) -> dict[str, set[str]]:
    """The columns of each table that the script creates or completes."""
    found: dict[str, set[str]] = {}
    for table, body in re.findall(
        r"create table if not exists tier1\.(\w+) \((.*?)^\);", script, re.M | re.S
    ):
        columns = re.findall(r"^ {4}(\w+) ", body, re.MULTILINE)
        found[table] = set(columns) - {"primary"}
    for table, body in re.findall(r"alter table tier1\.(\w+)\n(add column.*?);", script, re.DOTALL):
        found[table] |= set(re.findall(r"add column if not exists (\w+)", body))
    return found


def sources() -> list[Path]:
    """The project's own code and configuration."""
    top = [it for it in ROOT.iterdir() if it.is_file() and it.suffix in SOURCES]
    below = [
        it
        for room in ROOT.iterdir()
        if room.is_dir() and room.name[0] != "." and room.name not in ROOMS_WITHOUT_A_NAME
        for it in room.rglob("*")
        if it.suffix in SOURCES and it != Path(__file__)
    ]
    return sorted([*top, *below])
