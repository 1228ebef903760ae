"""Effort from git: commits, or days, between two tags.

Covers asking git, in the folder given; nothing is changed there. What a commit is worth is for people to say: it is a
rough measure of work, and the unit says that it is one.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ninemarch.errors import UsageError
from ninemarch.model import Effort
from ninemarch.text import excerpt

__all__ = ["effort_from"]

_SECONDS = 60  # git may take on a very large history
_DAY = 86_400


def effort_from(source: str, *, folder: Path | None = None) -> Effort:
    """Return the work between two commits: ``git:TAG1..TAG2`` in commits, ``git-days:TAG1..TAG2`` in days.

    Commits are those reachable from the second and not from the first; days pass between the dates of the two.

    Args:
        source: where from; tags, branches or hashes.
        folder: inside the repository; here by default.

    Raises:
        UsageError: not of that form, no repository, no such commit, or the second is the older one.
    """
    kind, _, span = source.partition(":")
    first, dots, last = span.partition("..")
    if kind not in {"git", "git-days"} or not (first and dots and last) or last.startswith("."):
        msg = f"--effort-from '{excerpt(source, 80)}' is unknown; allowed: git:TAG1..TAG2, git-days:TAG1..TAG2"
        raise UsageError(msg)
    where = folder or Path()
    old, new = (_commit(name, where) for name in (first, last))
    if kind == "git":
        return Effort(float(_git(["rev-list", "--count", f"{old}..{new}"], where)), "commits")
    days = (_date(new, where) - _date(old, where)) / _DAY
    if days < 0:
        msg = f"--effort-from {excerpt(source, 80)}: {excerpt(last, 40)} is older; give the earlier tag first"
        raise UsageError(msg)
    return Effort(round(days, 2), "days")


def _commit(name: str, folder: Path) -> str:
    # A name that begins with a dash is no option: git is told where its options end.
    return _git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"], folder, name)


def _date(commit: str, folder: Path) -> int:
    return int(_git(["show", "--no-patch", "--format=%ct", commit], folder))


def _git(words: list[str], folder: Path, name: str = "") -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the words are ours but for a name that cannot be an option
            ["git", *words],  # noqa: S607 - git is where the user's PATH says
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        msg = f"git cannot be asked: {excerpt(str(error), 200)}; install git, or give the amount with --effort"
        raise UsageError(msg) from error
    if done.returncode:
        what = f"no commit '{excerpt(name, 60)}' here" if name else "git failed"
        said = excerpt(done.stderr.strip(), 200)
        msg = f"{what}{f' ({said})' if said else ''}; give tags of this repository (git tag), or use --effort"
        raise UsageError(msg)
    return done.stdout.strip()
