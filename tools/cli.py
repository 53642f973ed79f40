"""docs/reference/cli.md: the commands of ./tier1, from what --help says."""

from typing import Any

import typer

from cli.app import app
from tools.markdown import page, table


def cli_page() -> str:
    """Make the page."""
    group: Any = typer.main.get_command(app)
    return page(
        "# Command line",
        "Everything that the DAG does, without Airflow. Exit codes: 0 when all is well, 1 when `validate`\n"
        "finds a claim that does not hold, 2 with a sentence when a command cannot do its work.",
        *(_section(name, command) for name, command in group.commands.items()),
    )


def _section(name: str, command: Any) -> str:
    """Describe one command: how it is called, what it does, its arguments and options."""
    usage = " ".join(["./tier1", name, *map(_usage, command.params)])
    rows = ([f"`{_name(param)}`", _default(param), param.help or ""] for param in command.params)
    parts = [f"## {name}", f"```\n{usage}\n```", command.help, table(["name", "default", "meaning"], rows)]
    return "\n\n".join(parts)


def _usage(param: Any) -> str:
    """Return the parameter as it stands on the command line, in brackets where it may be left out."""
    repeated = " ..." if param.nargs == -1 else ""
    text = _name(param) + repeated
    return text if param.required else f"[{text}]"


def _name(param: Any) -> str:
    """Return the parameter's name and, for an option that takes a value, a word for that value."""
    if param.param_type_name == "argument":
        return param.name.upper()
    return param.opts[0] if param.is_flag else f"{param.opts[0]} {param.name.upper()}"


def _default(param: Any) -> str:
    """Return the default; `-` where there is none, or where the meaning says it."""
    return "-" if param.required or param.default is None or param.is_flag else f"`{param.default}`"
