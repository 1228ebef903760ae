"""Folders of runs: ``.ninemarch/runs/<id>/``; and of hunts, which lie apart: ``.ninemarch/hunts/<id>/``.

Covers making a new one and finding one by its id, a unique prefix of it, ``latest``, or a path.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from ninemarch.errors import RunInvalid, UsageError
from ninemarch.journal.record import JOURNAL_FILE, read_plan
from ninemarch.journal.writer import sync_folder
from ninemarch.model import RunPlan
from ninemarch.text import excerpt

RUNS, HUNTS = "runs", "hunts"


def runs_folder(root: Path | None = None, kind: str = RUNS) -> Path:
    """The folder of all runs: ``NINEMARCH_HOME``/runs, else ``.ninemarch/runs`` here (or in ``root``)."""
    home = os.environ.get("NINEMARCH_HOME")
    return Path(home) / kind if home and root is None else (root or Path.cwd()) / ".ninemarch" / kind


def new_run_folder(root: Path | None = None, kind: str = RUNS) -> Path:
    """Make a folder for a new run or hunt; its name is the run's id (8 hexadecimal digits).

    Raises:
        RunInvalid: the folder cannot be made.
    """
    parent = runs_folder(root, kind)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        ignore = parent.parent / ".gitignore"
        if parent.parent.name == ".ninemarch" and not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        while True:
            folder = parent / secrets.token_hex(4)
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            sync_folder(parent)
            return folder
    except OSError as error:
        msg = (
            f"cannot make a folder for the run in {parent}: {error.strerror}; check the rights, or set NINEMARCH_HOME"
        )
        raise RunInvalid(msg) from error


def list_runs(root: Path | None = None) -> list[tuple[Path, RunPlan]]:
    """Every run here, oldest first; folders without a durable plan are left out."""
    found = []
    parent = runs_folder(root)
    for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
        if (folder / JOURNAL_FILE).is_file():
            try:
                found.append((folder, read_plan(folder)))
            except RunInvalid:
                continue
    return sorted(found, key=lambda item: (item[1].created, item[1].run))


def find_run(name: str = "latest", root: Path | None = None) -> Path:
    """Return the folder of a run.

    Args:
        name: id, unique prefix of an id, ``latest``, or path of a run's folder.
        root: where to look; here by default.

    Raises:
        UsageError: none or several match, or it is a hunt.
    """
    if name == "latest":
        runs = list_runs(root)
        if not runs:
            msg = f"no run in {runs_folder(root)}; make one with 'ninemarch run SUITE' or 'ninemarch demo'"
            raise UsageError(msg)
        return runs[-1][0]
    if name and not _matches(name, runs_folder(root)) and len(_matches(name, runs_folder(root, HUNTS))) == 1:
        what = excerpt(name, 60)
        msg = f"'{what}' is a hunt, which makes no rate; give a run, or see the hunt with 'ninemarch show {what}'"
        raise UsageError(msg)
    return _named(name, [runs_folder(root)])


def find_record(name: str = "latest", root: Path | None = None) -> Path:
    """Return the folder of a run or of a hunt: for looking at it, not for a rate.

    Args, Raises: as for ``find_run``.
    """
    return find_run(name, root) if name == "latest" else _named(name, [runs_folder(root), runs_folder(root, HUNTS)])


def _named(name: str, parents: Sequence[Path]) -> Path:
    if "/" in name and (Path(name) / JOURNAL_FILE).is_file():
        return Path(name)
    matches = [path for parent in parents for path in _matches(name, parent)]
    if len(matches) == 1:
        return matches[0]
    what = f"{len(matches)} runs begin with" if matches else "no run begins with"
    msg = f"{what} '{excerpt(name, 60)}' in {parents[0]}; give more of its id (ninemarch show --list)"
    raise UsageError(msg)


def _matches(name: str, parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.name.startswith(name)] if name and parent.is_dir() else []
