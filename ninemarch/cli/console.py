"""Consoles and progress of the command line: data on stdout, everything else on stderr.

Covers where text goes and how a run is watched. Progress is drawn on a terminal; elsewhere (a CI log) it is a
plain line every 30 seconds.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TextIO, cast

from ninemarch.text import inert, plain, printable

if TYPE_CHECKING:
    from rich.console import Console

    from ninemarch.engine import Progress

# Why results could not be written to stdout; the exit code says so at the end, after the gate has had its say.
LOST: list[str] = []
_EVERY = 0.25
_EVERY_PLAIN = 30.0


def stdout() -> Console:
    """The console of results; 80 columns where there is no terminal."""
    from rich.console import Console

    class Results(Console):
        def on_broken_pipe(self) -> None:
            """Go on without the reader: rich would leave with 1, the exit code of a failed gate."""
            self.quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    width = None if sys.stdout.isatty() else 80
    file = cast("TextIO", _Inert(sys.stdout)) if in_a_log() else sys.stdout
    return Results(file=file, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def in_a_log() -> bool:
    """Whether a CI runner reads along that obeys commands in what is printed."""
    return any(map(os.environ.get, ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")))


def shown(text: str) -> str:
    """Return text for a stream that people read: as it is, or inert where a CI runner reads along."""
    return inert(text) if in_a_log() else text


class _Inert:
    """A stream on which nothing that is printed is a command to a CI runner; rich writes whole lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(inert(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document and nothing else; what could steer a terminal is escaped the way JSON escapes it."""
    narrow = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(plain(document), ensure_ascii=narrow, indent=2, allow_nan=False)
    if not text.isascii():
        text = "".join(c if c == "\n" or c == printable(c) else json.dumps(c)[1:-1] for c in text)
    # A runner would read ##[...] even inside a document; escaped, it is the same to JSON.
    _write(text.replace("##", "#\\u0023") + "\n")


def echo(text: str) -> None:
    """Print one line of results to stdout, whatever it holds and whatever stdout's encoding can say."""
    encoding = sys.stdout.encoding or "utf-8"
    _write(shown(printable(text)).encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _write(text: str) -> None:
    with printing():
        sys.stdout.write(text)


@contextmanager
def printing() -> Iterator[None]:
    """Print inside the block: the exit code does not depend on who reads along, nor on a full disk behind stdout."""
    try:
        yield
    except BrokenPipeError:
        pass  # the reader has gone (as with `| head`): what it wanted to see, it has seen
    except OSError as error:
        LOST.append(error.strerror or str(error))


def say(text: str) -> None:
    """Print a message to stderr."""
    sys.stderr.write(shown(printable(text, keep_newlines=True)) + "\n")
    sys.stderr.flush()


class _Aside(io.BufferedIOBase):
    """What foreign code prints, made printable, to stderr."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, data: Any) -> int:
        raw = bytes(data)
        self._stream.write(shown(printable(raw.decode(errors="backslashreplace"), keep_newlines=True)))
        self._stream.flush()
        return len(raw)


@contextmanager
def foreign() -> Iterator[None]:
    """Keep what a suite or a target prints off stdout: it comes out on stderr, printable, as a message.

    What is written past Python, by C code or a child process, is dropped from stdout; its stderr is not touched.
    """
    sys.stdout.flush()
    aside = io.TextIOWrapper(
        cast("io.BufferedWriter", _Aside(sys.stderr)), "utf-8", "backslashreplace", write_through=True
    )
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    try:
        with redirect_stdout(aside), redirect_stderr(aside):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


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
            bar.update(
                task,
                description=printable(title),
                completed=progress.done,
                total=progress.planned,
                rate=_rate(progress),
            )

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
