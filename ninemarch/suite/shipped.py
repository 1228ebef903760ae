"""Where the shipped suites lie: inside the installed package, or beside it in a checkout.

Covers names, folders, and which extra of this package brings what a suite needs.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_EXTRAS = {"adder": "adder"}  # the others need `demo`


def shipped_folder() -> Path:
    """The folder that holds one folder for each shipped suite."""
    installed = _PACKAGE / "_suites"
    return installed if installed.is_dir() else _PACKAGE.parent / "suites"


def shipped_names() -> tuple[str, ...]:
    """Names of the suites that ship with ninemarch, sorted."""
    folder = shipped_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(p.parent.name for p in folder.glob("*/suite.yaml")))


def install_command(folder: Path) -> str:
    """What installs the modules that the suite in ``folder`` needs; empty where it is none of the shipped ones."""
    if folder.parent != shipped_folder():
        return ""
    extra = _EXTRAS.get(folder.name, "demo")
    return f"python -m pip install 'ninemarch[{extra}]' (in a clone: '.[{extra}]')"
