"""Every error that ninemarch raises on purpose, and the exit code each one means.

The tree::

    NinemarchError
    |-- UsageError        exit 2   a wrong argument, option or value
    |   `-- SuiteError    exit 2   a wrong suite file, scenario file or reference
    |-- RunInvalid        exit 4   a run that cannot be judged: nothing selected, too many errors, damaged record
    `-- Interrupted       exit 130 stopped by a signal; everything acknowledged is kept

Any other exception is a bug in ninemarch (exit 5). Failures of a target are never exceptions: they are verdicts.
A message reads ``what is wrong: name=value (where); what is allowed; what to do``.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable

__all__ = [
    "ExitCode",
    "Interrupted",
    "NinemarchError",
    "RunInvalid",
    "SuiteError",
    "UsageError",
    "nearest",
]


class ExitCode(enum.IntEnum):
    """What the process tells its caller. Where several hold: 2, 5, 1, 4, 3, 0."""

    OK = 0
    GATE_FAILED = 1
    USAGE = 2
    NOT_PROVEN = 3
    INVALID = 4
    BUG = 5
    INTERRUPTED = 130
    TERMINATED = 143


class NinemarchError(Exception):
    """Base of every error raised on purpose."""

    exit_code = ExitCode.BUG


class UsageError(NinemarchError):
    """An argument, option or value that cannot be used; said before any trial runs."""

    exit_code = ExitCode.USAGE


class SuiteError(UsageError):
    """A suite, scenario file or code reference that cannot be used."""


class RunInvalid(NinemarchError):
    """A run that nobody may judge: nothing selected, too many errors, or a damaged record."""

    exit_code = ExitCode.INVALID


class Interrupted(NinemarchError):
    """Stopped by SIGINT or SIGTERM after the journal was made durable.

    Args:
        message: what was kept and how to go on.
        exit_code: 130 for SIGINT, 143 for SIGTERM.
    """

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.INTERRUPTED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word nearest to ``word``, or an empty string.

    Examples:
        >>> nearest("confidense", ["confidence", "success"])
        "; did you mean 'confidence'?"
        >>> nearest("zzz", ["confidence"])
        ''
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
