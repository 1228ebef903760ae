"""The only writer of a journal: append, group commit, seal; and taking up a run that was cut off.

Covers durability: a trial is acknowledged by ``commit`` (write, fdatasync), and the folder is synced when the
file is made. One writer at a time, by a lock on the file that the kernel drops when the process dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ninemarch.errors import RunInvalid, UsageError
from ninemarch.journal.frames import HEADER, encode
from ninemarch.journal.record import (
    JOURNAL_FILE,
    JournalSummary,
    Texts,
    encode_note,
    encode_plan,
    encode_trials,
    read_journal,
    summarize,
    texts_of,
)
from ninemarch.model import RunPlan, Trial

# A group commit bounds both what a crash can lose (unacknowledged trials) and what a sync costs a trial.
COMMIT_TRIALS = 1000
COMMIT_SECONDS = 0.1
# Characters of texts that wait for a commit: far below what one frame may hold, whatever a target returns.
COMMIT_CHARACTERS = 8_000_000


class Journal:
    """An open journal. Use ``create`` or ``resume``; close it, or use it in a ``with`` block."""

    def __init__(self, folder: Path, plan: RunPlan, fd: int, done: bytearray) -> None:
        self.folder = folder
        self.plan = plan
        self.done = done
        self.acknowledged = sum(done)
        self._fd = fd
        self._pending: list[tuple[Trial, Texts | None]] = []
        self._characters = 0
        self._broken = ""
        self._last = time.monotonic()

    @classmethod
    def create(cls, folder: Path, plan: RunPlan) -> Journal:
        """Make a new journal in an existing, empty folder and make its plan durable.

        Raises:
            RunInvalid: the folder already holds a journal, or the disk refuses; then no journal is left behind.
        """
        path = folder / JOURNAL_FILE
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        except OSError as error:
            msg = f"cannot make {path}: {error.strerror}; choose another folder or free the disk"
            raise RunInvalid(msg) from error
        journal = cls(folder, plan, fd, bytearray(plan.planned))
        try:
            _lock(fd, path)
            journal._write(HEADER + encode(encode_plan(plan)))
            sync_folder(folder)
        except BaseException as error:
            os.close(fd)
            path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                msg = f"cannot make {path} durable: {error.strerror}; choose another folder"
                raise RunInvalid(msg) from error
            raise
        return journal

    @classmethod
    def resume(cls, folder: Path) -> tuple[Journal, JournalSummary]:
        """Open the journal of a run that was cut off; a torn tail is dropped.

        Raises:
            UsageError: the run is already sealed, or another process writes to it.
            RunInvalid: the journal is damaged, or may not be written.
        """
        path = folder / JOURNAL_FILE
        if not path.is_file():
            msg = f"{folder} holds no {JOURNAL_FILE}; give the id of a run"
            raise UsageError(msg)
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            msg = f"cannot write {path}: {error.strerror}; check the rights"
            raise RunInvalid(msg) from error
        try:
            _lock(fd, path)
            summary = _unsealed(folder)
            done = _done(folder, summary)
            os.ftruncate(fd, summary.good_bytes)
            os.fsync(fd)
        except OSError as error:
            os.close(fd)
            msg = f"cannot cut the torn tail of {path}: {error.strerror}; free the disk, then resume again"
            raise RunInvalid(msg) from error
        except BaseException:
            os.close(fd)
            raise
        return cls(folder, summary.plan, fd, done), summary

    def append(self, trial: Trial, texts: Texts | None = None) -> None:
        """Add one trial; it is acknowledged at the next commit, at most ``COMMIT_SECONDS`` of appends later.

        Args:
            trial: the trial.
            texts: its texts, where they were taken elsewhere; by default taken from it now.

        Raises:
            RunInvalid: a second record of the same trial (it would count twice), or the disk has refused before.
        """
        if self._broken:
            raise RunInvalid(self._broken)
        if self.done[trial.number]:
            msg = f"trial {trial.number} of run {self.plan.run} is recorded already; a trial counts once"
            raise RunInvalid(msg)
        texts = texts or texts_of(trial)
        self.done[trial.number] = 1
        self._pending.append((trial, texts))
        self._characters += sum(map(len, texts)) if texts else 0
        full = len(self._pending) >= COMMIT_TRIALS or self._characters >= COMMIT_CHARACTERS
        if full or time.monotonic() - self._last >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make every appended trial durable.

        Raises:
            RunInvalid: the disk refuses; what was acknowledged before stays.
        """
        if self._pending:
            self._write(encode(encode_trials(self._pending)))
            self.acknowledged += len(self._pending)
            self._forget()
        self._last = time.monotonic()

    def stop(self, why: str) -> None:
        """Record that the plan's own stop rule ended the run before its planned trials."""
        self.commit()
        self._write(encode(encode_note("stop", why)))

    def note(self, kind: str, text: str) -> None:
        """Record something beside the trials, such as what a hunt proposed; ``read_notes`` gives it back."""
        self.commit()
        self._write(encode(encode_note(kind, text)))

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
        """Append and sync. After an error the file is cut back to its good part, and nothing more is written."""
        if self._broken:
            raise RunInvalid(self._broken)
        before = os.fstat(self._fd).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]
            os.fdatasync(self._fd)
        except BaseException as error:
            with suppress(OSError):  # what cannot be cut off now is a torn tail, cut off by a resume
                os.ftruncate(self._fd, before)
            if not isinstance(error, OSError):
                raise
            self._broken = (
                f"cannot write {self.folder / JOURNAL_FILE}: {error.strerror}; {self.acknowledged:,} trials are "
                f"safe; free the disk, then: ninemarch run --resume {self.plan.run}"
            )
            self._forget()
            raise RunInvalid(self._broken) from error

    def _forget(self) -> None:
        self._pending.clear()
        self._characters = 0


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


def _done(folder: Path, summary: JournalSummary) -> bytearray:
    """Which planned trials have a record.

    Raises:
        RunInvalid: a trial has two records, or one outside the plan.
    """
    done = bytearray(summary.plan.planned)
    for body, _ in read_journal(folder):
        for row in body.rows:
            if not 0 <= row.number < len(done) or done[row.number]:
                msg = f"{folder}: trial {row.number} is recorded twice or outside the plan; start a new run"
                raise RunInvalid(msg)
            done[row.number] = 1
    return done


def _lock(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        msg = f"{path} is being written by another process; wait for it, or stop it"
        raise UsageError(msg) from error
