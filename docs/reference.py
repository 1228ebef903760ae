"""Writes docs/cli.md from the command line itself: `python docs/reference.py`.

The test in tests/docs fails when the file does not say what the commands say.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from ninemarch.cli.app import app

PAGE = Path(__file__).with_name("cli.md")


def page() -> str:
    """The whole page as Markdown."""
    root = typer.main.get_command(app)
    lines = [
        "# Command line",
        "",
        "Written by `python docs/reference.py` from the commands themselves; do not edit.",
        "",
    ]
    lines += [str(root.epilog), ""]
    for name, command in _commands(root, "ninemarch"):
        lines += [f"## {name}", "", inspect.cleandoc(command.help or "").replace("\x08", ""), ""]
        rows = [row for parameter in command.params if (row := _row(parameter))]
        if rows:
            lines += ["| argument or option | what it does |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    for child_name, child in children.items():
        yield from _commands(child, f"{name} {child_name}")
    if not children:
        yield name, command


def _row(parameter: Any) -> str:
    if parameter.name == "help":
        return ""
    names = ", ".join(f"`{opt}`" for opt in [*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        names = f"`{(parameter.metavar or parameter.name).upper()}`"
    text = str(getattr(parameter, "help", "") or "").replace("|", "\\|")
    return f"| {names} | {text} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
