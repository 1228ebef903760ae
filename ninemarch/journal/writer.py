"""The only writer of a journal: append, group commit, seal; and taking up a run that was cut off.

Covers durability: a trial is acknowledged by ``commit`` (write, fdatasync), and the folder is synced when the
file is made. One writer at a time, by a lock on the file that the kernel drops when the process dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from ninemarch.errors import RunInvalid, UsageError
from ninemarch.journal.frames import HEADER, encode
from ninemarch.journal.record import (
    JOURNAL_FILE,
    JournalSummary,
    encode_note,
    encode_plan,
    encode_trials,
    read_journal,
    summarize,
)
from ninemarch.model import RunPlan, Trial

# A group commit bounds both what a crash can lose (unacknowledged trials) and what a sync costs a trial.
COMMIT_TRIALS = 1000
COMMIT_SECONDS = 0.1


class Journal:
    """An open journal. Use ``create`` or ``resume``; close it, or use it in a ``with`` block."""

    def __init__(self, folder: Path, plan: RunPlan, fd: int, done: bytearray) -> None:
        self.folder = folder
        self.plan = plan
        self.done = done
        self.acknowledged = sum(done)
        self._fd = fd
        self._pending: list[Trial] = []
        self._last = time.monotonic()

    @classmethod
    def create(cls, folder: Path, plan: RunPlan) -> Journal:
        """Make a new journal in an existing, empty folder and make its plan durable.

        Raises:
            RunInvalid: the folder already holds a journal, or the disk refuses.
        """
        path = folder / JOURNAL_FILE
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        except OSError as error:
            msg = f"cannot make {path}: {error.strerror}; choose another folder or free the disk"
            raise RunInvalid(msg) from error
        _lock(fd, path)
        journal = cls(folder, plan, fd, bytearray(plan.planned))
        journal._write(HEADER + encode(encode_plan(plan)))
        sync_folder(folder)
        return journal

    @classmethod
    def resume(cls, folder: Path) -> tuple[Journal, JournalSummary]:
        """Open the journal of a run that was cut off; a torn tail is dropped.

        Raises:
            UsageError: the run is already sealed.
            RunInvalid: the journal is damaged, or another process writes to it.
        """
        path = folder / JOURNAL_FILE
        if not path.is_file():
            msg = f"{folder} holds no {JOURNAL_FILE}; give the id of a run"
            raise UsageError(msg)
        fd = os.open(path, os.O_RDWR | os.O_APPEND)
        try:
            _lock(fd, path)
            summary = _unsealed(folder)
            done = bytearray(summary.plan.planned)
            for body, _ in read_journal(folder):
                for row in body.rows:
                    done[row.number] = 1
            os.ftruncate(fd, summary.good_bytes)
            os.fsync(fd)
        except BaseException:
            os.close(fd)
            raise
        return cls(folder, summary.plan, fd, done), summary

    def append(self, trial: Trial) -> None:
        """Add one trial; it is acknowledged at the next commit, at most ``COMMIT_SECONDS`` of appends later.

        Raises:
            RunInvalid: a second record of the same trial: it would count twice.
        """
        if self.done[trial.number]:
            msg = f"trial {trial.number} of run {self.plan.run} is recorded already; a trial counts once"
            raise RunInvalid(msg)
        self.done[trial.number] = 1
        self._pending.append(trial)
        if len(self._pending) >= COMMIT_TRIALS or time.monotonic() - self._last >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make every appended trial durable.

        Raises:
            RunInvalid: the disk refuses; what was acknowledged before stays.
        """
        if self._pending:
            self._write(encode(encode_trials(self._pending)))
            self.acknowledged += len(self._pending)
            self._pending.clear()
        self._last = time.monotonic()

    def stop(self, why: str) -> None:
        """Record that the plan's own stop rule ended the run before its planned trials."""
        self.commit()
        self._write(encode(encode_note("stop", why)))

    def seal(self) -> None:
        """Record that the run is complete."""
        self.commit()
        self._write(encode(encode_note("seal")))

    def close(self) -> None:
        """Commit and close; a second call does nothing."""
        if self._fd >= 0:
            try:
                self.commit()
            finally:
                os.close(self._fd)
                self._fd = -1

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        """Append and sync. After a short write or an error the file is cut back to its good part."""
        before = os.fstat(self._fd).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]
            os.fdatasync(self._fd)
        except OSError as error:
            os.ftruncate(self._fd, before)
            msg = (
                f"cannot write {self.folder / JOURNAL_FILE}: {error.strerror}; {self.acknowledged:,} trials are "
                f"safe; free the disk, then: ninemarch run --resume {self.plan.run}"
            )
            self._pending.clear()
            raise RunInvalid(msg) from error


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _unsealed(folder: Path) -> JournalSummary:
    summary = summarize(folder)
    if summary.sealed:
        run = summary.plan.run
        msg = f"run {run} is complete; nothing to resume (see 'ninemarch show {run}')"
        raise UsageError(msg)
    return summary


def _lock(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        msg = f"{path} is being written by another process; wait for it, or stop it"
        raise UsageError(msg) from error
