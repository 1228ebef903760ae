"""``ninemarch config``."""

from __future__ import annotations

from typing import Annotated

import typer

from ninemarch.settings import KEYS, read_settings


def config(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the options that hold here without any on the command line, and where each comes from."""
    from ninemarch.cli import console
    from ninemarch.report.document import FORMAT

    settings = read_settings()
    found = {name: settings.find(name) for name in KEYS}
    if as_json:
        values = {name: {"value": setting.value, "origin": setting.origin} for name, setting in found.items()}
        console.print_json({"ninemarch": FORMAT, "kind": "config", "settings": values})
        return
    for name, setting in found.items():
        value = str(setting.value).lower() if isinstance(setting.value, bool) else str(setting.value) or "-"
        console.echo(f"{name:<11} {value:<30} {setting.origin}")
