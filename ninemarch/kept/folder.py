"""Where a suite's kept files lie: ``reports/<suite>/``."""

from __future__ import annotations

import re
from pathlib import Path

from ninemarch.text import slug

__all__ = ["NAME", "suite_folder"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""A name that is safe as a file's."""


def suite_folder(suite: str, root: Path | None = None) -> Path:
    """Return the folder of a suite's kept files.

    Args:
        suite: name of the suite, anything.
        root: folder that holds ``reports``; here by default.

    Examples:
        >>> suite_folder("../x").as_posix()
        'reports/x'
    """
    return (root or Path()) / "reports" / (suite if NAME.fullmatch(suite) else slug(suite))
