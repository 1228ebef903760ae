"""The ledger: which looks at which release there have been, so that re-running until green cannot work.

Covers reading and appending. One line of JSON an entry, in ``.ninemarch/ledger.jsonl`` on this machine and, where
that file exists, in ``reports/<suite>/ledger.jsonl`` under git. A later line of a run replaces an earlier one; a line
cut off by a crash is dropped, any other damaged line is an error: a ledger that forgets says too much.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from ninemarch.errors import UsageError
from ninemarch.model import Earlier
from ninemarch.text import slug

__all__ = ["Entry", "append_entry", "ledger_paths", "read_ledger"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run of one release, as far as it is known.

    Args:
        run: id of the run; ``created`` is when it was planned.
        suite: name of the suite; with the two hashes, the profile and ``release`` it says what a look was at.
        release: the release's id, or its target, and a fingerprint of the target's code.
        where: the filter of the run.
        seed: of the draw.
        first: index of the first scenario drawn; ``next`` is the one after the last, 0 where nothing is drawn.
        complete: whether the run ended as planned; an entry that is not is what was written before its first trial.
        looks: what it showed, gate by gate; empty before its end.
    """

    ninemarch: int = 1
    run: str
    created: str
    suite: str
    scenarios_hash: str
    checks_hash: str
    profile: str
    release: str
    where: Mapping[str, str] = {}
    seed: int = 0
    first: int = 0
    next: int = 0
    complete: bool = False
    looks: tuple[Earlier, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What the run was a look at."""
        return self.suite, self.scenarios_hash, self.checks_hash, self.profile, self.release


def ledger_paths(suite: str, state: Path, root: Path | None = None) -> tuple[Path, Path]:
    """Return the ledger of this machine and the one under git; either may be missing."""
    return state / "ledger.jsonl", (root or Path()) / "reports" / slug(suite) / "ledger.jsonl"


def read_ledger(suite: str, state: Path, root: Path | None = None) -> tuple[Entry, ...]:
    """Return the last entry of every run of a suite, in the order in which the runs were planned.

    Args:
        suite: name of the suite.
        state: folder of what this machine remembers, ``.ninemarch``.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: a line is damaged; with the file and its number.
    """
    found: dict[str, Entry] = {}
    for path in ledger_paths(suite, state, root):
        for entry in _entries(path):
            known = found.get(entry.run)
            if entry.suite == suite and not (known and known.complete and not entry.complete):
                found[entry.run] = entry
    return tuple(sorted(found.values(), key=lambda entry: (entry.created, entry.run)))


def _entries(path: Path) -> Iterable[Entry]:
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; without it earlier looks at a release would be forgotten"
        raise UsageError(msg) from error
    *lines, torn = data.split(b"\n")
    del torn  # a line without its end was never acknowledged
    for number, line in enumerate(lines, 1):
        try:
            yield _DECODER.decode(line)
        except msgspec.MsgspecError as error:
            msg = (
                f"{path}, line {number}: not an entry of the ledger ({error}); mend or remove the line: what it said "
                "of earlier looks is lost"
            )
            raise UsageError(msg) from error


_DECODER = msgspec.json.Decoder(Entry)


def append_entry(entry: Entry, state: Path, root: Path | None = None, *, record: bool = False) -> None:
    """Append an entry durably, to the ledger under git too where that exists or ``record`` asks for it.

    Args:
        entry: the entry.
        state: folder of what this machine remembers.
        root: folder that holds ``reports``; here by default.
        record: make the ledger under git.

    Raises:
        UsageError: a ledger cannot be written.
    """
    here, kept = ledger_paths(entry.suite, state, root)
    line = msgspec.json.encode(entry) + b"\n"
    for path in (here, kept) if record or kept.exists() else (here,):
        try:
            _append(path, line)
        except OSError as error:
            msg = f"cannot write {path}: {error.strerror}; a look that is not remembered cannot be trusted"
            raise UsageError(msg) from error


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)  # two runs may end at once
        _cut_torn_line(fd)
        os.write(fd, line)
        os.fsync(fd)
    finally:
        os.close(fd)


def _cut_torn_line(fd: int) -> None:
    """Drop a last line without its end: a crash tore it before it was acknowledged."""
    end = size = os.fstat(fd).st_size
    while end:
        start = max(0, end - 65_536)
        found = os.pread(fd, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        os.ftruncate(fd, end)
