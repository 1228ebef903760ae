"""What a CI system gets: a JUnit file and GitHub's annotations of ``run`` and ``gate``; ``ninemarch schema``."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.settings import Settings

if TYPE_CHECKING:
    from ninemarch.model import Decision

Junit = Annotated[str, typer.Option("--junit", metavar="FILE", help="Write JUnit XML: a testcase a gate and slice.")]
JunitSkip = Annotated[
    bool | None, typer.Option("--junit-skip/--no-junit-skip", help="In JUnit, NOT PROVEN is skipped, not a failure.")
]
Github = Annotated[
    bool | None,
    typer.Option("--github/--no-github", help="Annotations, step summary and outputs for GitHub Actions."),
]


class Outputs:
    """What is asked for beside the command's own output.

    Raises:
        UsageError: the JUnit file could not be written. An older one is removed: what breaks must not leave it green.
    """

    def __init__(self, settings: Settings, *, junit: str, junit_skip: bool | None, github: bool | None) -> None:
        self._junit = str(settings.find("junit", junit).value)
        self._skip = bool(settings.find("junit_skip", junit_skip).value)
        self._github = bool(settings.find("github", github).value)
        if self._junit:
            from ninemarch.durable import check_file

            check_file(Path(self._junit))
            Path(self._junit).unlink(missing_ok=True)

    @contextmanager
    def commands_stopped(self) -> Iterator[None]:
        """Keep GitHub's runner from obeying what a suite or a target prints inside the block."""
        if not self._github:
            yield
            return
        token = secrets.token_hex(16)
        _print(f"::stop-commands::{token}")
        try:
            yield
        finally:
            _print(f"\n::{token}::")  # on a line of its own, whatever was printed last

    def deliver(self, decision: Decision) -> None:
        """Write what was asked for; annotations go to stderr, where the runner reads them too."""
        from ninemarch import interop

        if self._junit:
            from ninemarch.durable import write_whole

            write_whole(Path(self._junit), interop.junit_xml([decision], skip_not_proven=self._skip))
        if self._github:
            for line in interop.publish(decision, os.environ):
                _print(line)


def _print(line: str) -> None:
    """Print to stderr as it is: the line is printable, and a command must begin it."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - stderr is where messages belong


def schema() -> None:
    """Print the JSON schema of what --json prints."""
    from ninemarch.cli import console
    from ninemarch.report.document import documents_schema

    console.print_json(documents_schema())
