"""Consoles and progress of the command line: data on stdout, everything else on stderr.

Covers where text goes and how a run is watched. Progress is drawn on a terminal; elsewhere (a CI log) it is a
plain line every 30 seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from ninemarch.engine import Progress

_EVERY = 0.25
_EVERY_PLAIN = 30.0


def stdout() -> Console:
    """The console of results; 80 columns where there is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 80
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def say(text: str) -> None:
    """Print a message to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def watching(*, quiet: bool = False) -> Iterator[Callable[[str, Progress], None]]:
    """Yield a function of (what runs, running counts) that shows progress on stderr.

    Args:
        quiet: show nothing.
    """
    if quiet:
        yield lambda title, progress: None  # noqa: ARG005
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _Lines()


@contextmanager
def _bar() -> Iterator[Callable[[str, Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}", markup=False),
        TextColumn("{task.fields[rate]}", markup=False),
    )
    # Its own handle on stderr: what a target prints while it runs is redirected elsewhere.
    console = Console(file=sys.stderr, highlight=False)
    with Bar(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("", total=1, rate="")
        last = [0.0]

        def show(title: str, progress: Progress) -> None:
            now = time.monotonic()
            if now - last[0] < _EVERY and progress.done < progress.planned:
                return
            last[0] = now
            bar.update(task, description=title, completed=progress.done, total=progress.planned, rate=_rate(progress))

        yield show


class _Lines:
    """A plain line now and then, for logs."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, title: str, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _EVERY_PLAIN:
            self._last = now
            say(f"{title}  {progress.done:,}/{progress.planned:,}  {_rate(progress)}")


def _rate(progress: Progress) -> str:
    """The running rate with its 90% interval; it is informative only and decides nothing."""
    from ninemarch import stats
    from ninemarch.numbers import percent

    failures, trials = progress.failed + progress.assisted, progress.passed + progress.failed + progress.assisted
    if not trials:
        return ""
    interval = stats.clopper_pearson(failures, trials, confidence=0.9)
    lower = percent(1 - Fraction(interval.upper), "floor")
    if not failures:
        return f"{trials:,} of {trials:,}, so far ≥ {lower}"
    upper = percent(1 - Fraction(interval.lower), "ceil")
    return f"{percent(1 - Fraction(failures, trials), 'nearest')}, so far {lower} to {upper}"
