"""The writer: one at a time, each trial once, and whatever the disk does, what was acknowledged stays."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from synthetic import F, P, plan_of, trial, trials_of, write_run

from ninemarch.errors import RunInvalid, UsageError
from ninemarch.journal import Journal, read_journal, summarize, writer
from ninemarch.journal.frames import encode
from ninemarch.journal.record import JOURNAL_FILE, encode_trials

PLANNED = 12
BATCH = 3


def numbers(folder: Path) -> list[int]:
    return [row.number for body, _ in read_journal(folder) for row in body.rows]


class Disk:
    """Calls of the operating system that fail at the n-th call, once or from then on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.calls = 0

    def fail(self, name: str, at: int, *, code: int = errno.ENOSPC, partly: bool = False, stay: bool = False) -> None:
        real: Callable[..., int] = getattr(os, name)

        def call(fd: int, *rest: object) -> int:
            self.calls += 1
            if self.calls == at or (stay and self.calls > at):
                if partly:
                    real(fd, bytes(rest[0])[: max(1, len(bytes(rest[0])) // 2)])  # type: ignore[call-overload]
                raise OSError(code, os.strerror(code))
            return real(fd, *rest)

        self._patch.setattr(writer.os, name, call)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def fill(folder: Path) -> int:
    """Run the plan in ``folder``, resuming what is there; return the trials acknowledged when the disk refused."""
    journal = None
    try:
        if (folder / JOURNAL_FILE).exists():
            journal, _ = Journal.resume(folder)
        else:
            journal = Journal.create(folder, plan_of(PLANNED))
        for number in range(PLANNED):
            if not journal.done[number]:
                journal.append(trial(number, F if number % 4 else P))
            if number % BATCH == BATCH - 1:
                journal.commit()
        journal.seal()
    except RunInvalid:
        return journal.acknowledged if journal else 0
    finally:
        if journal:
            journal.close()
    return PLANNED


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize(
    ("name", "code", "partly"),
    [
        ("write", errno.ENOSPC, False),
        ("write", errno.ENOSPC, True),
        ("write", errno.EIO, True),
        ("fdatasync", errno.EIO, False),
        ("fdatasync", errno.ENOSPC, False),
    ],
)
def test_the_disk_refuses_once(tmp_path: Path, disk: Disk, name: str, code: int, partly: bool, at: int) -> None:
    """At the n-th write or sync: nothing acknowledged is lost, and a resume completes the plan exactly."""
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch).fail(name, at, code=code, partly=partly)
        safe = fill(tmp_path)
    if safe < PLANNED and (tmp_path / JOURNAL_FILE).exists():
        assert numbers(tmp_path) == list(range(safe))
    if not (tmp_path / JOURNAL_FILE).exists() or not summarize(tmp_path).sealed:
        assert fill(tmp_path) == PLANNED
    assert numbers(tmp_path) == list(range(PLANNED))
    assert summarize(tmp_path).sealed


@pytest.mark.parametrize("at", range(2, 7))
def test_nor_can_the_torn_part_be_cut_off(tmp_path: Path, at: int) -> None:
    """The write fails half way and so does ftruncate: a torn tail stays, and the next resume cuts it off."""
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch).fail("write", at, partly=True, stay=True)
        Disk(patch).fail("ftruncate", 1, code=errno.EIO, stay=True)
        safe = fill(tmp_path)
    assert not summarize(tmp_path).sealed
    assert numbers(tmp_path) == list(range(safe))
    assert fill(tmp_path) == PLANNED
    assert numbers(tmp_path) == list(range(PLANNED))


def test_a_resume_that_cannot_cut_the_tail_says_so_and_loses_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, plan_of(4), trials_of((P, 2)), seal=False)
    with (tmp_path / JOURNAL_FILE).open("ab") as file:
        file.write(b"torn")
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch).fail("ftruncate", 1, code=errno.EIO)
        with pytest.raises(RunInvalid, match="torn tail"):
            Journal.resume(tmp_path)
    journal, summary = Journal.resume(tmp_path)
    journal.close()
    assert summary.recorded == 2


def test_after_a_refusal_nothing_more_is_written(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        journal = Journal.create(tmp_path, plan_of(4))
        Disk(patch).fail("write", 1)
        journal.append(trial(0))
        with pytest.raises(RunInvalid, match="0 trials are safe; free the disk"):
            journal.commit()
    for refused in (lambda: journal.append(trial(1)), journal.seal, lambda: journal.stop("why")):
        with pytest.raises(RunInvalid, match="0 trials are safe; free the disk"):
            refused()
    journal.close()
    assert numbers(tmp_path) == []


def test_short_writes_are_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(writer.os, "write", lambda fd, data: real(fd, data[:7]))
    assert fill(tmp_path) == PLANNED
    assert numbers(tmp_path) == list(range(PLANNED))


def test_an_exception_in_the_middle_of_a_write_leaves_no_torn_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    journal = Journal.create(tmp_path, plan_of(2))
    journal.append(trial(0))

    def interrupted(fd: int, data: memoryview) -> int:
        real(fd, data[:9])
        raise KeyboardInterrupt

    monkeypatch.setattr(writer.os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.commit()
    monkeypatch.setattr(writer.os, "write", real)
    journal.close()
    assert numbers(tmp_path) == [0]


def test_a_journal_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, disk: Disk) -> None:
    disk.fail("write", 1)
    with pytest.raises(RunInvalid, match="No space left"):
        Journal.create(tmp_path, plan_of(1))
    assert list(tmp_path.iterdir()) == []


def test_a_journal_is_made_once(tmp_path: Path) -> None:
    write_run(tmp_path, plan_of(1), [trial(0)])
    before = (tmp_path / JOURNAL_FILE).read_bytes()
    with pytest.raises(RunInvalid, match="cannot make"):
        Journal.create(tmp_path, plan_of(1))
    assert (tmp_path / JOURNAL_FILE).read_bytes() == before


def test_a_second_record_of_a_trial_is_refused(tmp_path: Path) -> None:
    with Journal.create(tmp_path, plan_of(3)) as journal:
        journal.append(trial(1))
        with pytest.raises(RunInvalid, match="recorded already"):
            journal.append(trial(1, F))
    journal, _ = Journal.resume(tmp_path)
    with journal, pytest.raises(RunInvalid, match="recorded already"):
        journal.append(trial(1))
    assert numbers(tmp_path) == [1]


@pytest.mark.parametrize("number", [0, 9])
def test_a_journal_with_two_records_of_a_trial_is_not_resumed(tmp_path: Path, number: int) -> None:
    write_run(tmp_path, plan_of(3), [trial(0)], seal=False)
    with (tmp_path / JOURNAL_FILE).open("ab") as file:
        file.write(encode(encode_trials([(trial(number), None)])))
    with pytest.raises(RunInvalid, match="twice or outside the plan"):
        Journal.resume(tmp_path)


def test_a_sealed_run_is_not_resumed(tmp_path: Path) -> None:
    write_run(tmp_path, plan_of(1), [trial(0)])
    with pytest.raises(UsageError, match="complete"):
        Journal.resume(tmp_path)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ninemarch.journal import Journal\n"
        "try: Journal.resume(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "else: print('opened')"
    )
    second = [sys.executable, "-c", code, str(tmp_path)]
    with Journal.create(tmp_path, plan_of(2)) as journal:
        journal.append(trial(0))
        with pytest.raises(UsageError, match="another process"):
            Journal.resume(tmp_path)
        said = subprocess.run(second, capture_output=True, text=True, check=True).stdout
        assert said.startswith("UsageError")
        assert "being written by another process" in said
        journal.append(trial(1))
    # The kernel drops the lock with the writer, however it ends.
    assert subprocess.run(second, capture_output=True, text=True, check=True).stdout == "opened\n"
    assert numbers(tmp_path) == [0, 1]


def test_trials_are_durable_in_groups_bounded_in_number_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(writer.time, "monotonic", lambda: clock[0])
    journal = Journal.create(tmp_path, plan_of(3000))
    for number in range(writer.COMMIT_TRIALS):
        assert journal.acknowledged == 0
        journal.append(trial(number))
    assert journal.acknowledged == writer.COMMIT_TRIALS == len(numbers(tmp_path))
    journal.append(trial(1000))
    assert journal.acknowledged == 1000
    clock[0] += writer.COMMIT_SECONDS
    journal.append(trial(1001))
    assert journal.acknowledged == 1002
    journal.append(trial(1002, F, detail="x" * 60_000))
    for number in range(1003, 1003 + writer.COMMIT_CHARACTERS // 60_000 + 1):
        journal.append(trial(number, F, detail="x" * 60_000))
    assert journal.acknowledged > 1002
    journal.close()


def test_no_rights_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, plan_of(1), [], seal=False)

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(writer.os, "open", refuse)
    with pytest.raises(RunInvalid, match="Permission denied"):
        Journal.resume(tmp_path)


def test_the_lock_is_on_the_file_itself(tmp_path: Path) -> None:
    write_run(tmp_path, plan_of(1), [], seal=False)
    with (tmp_path / JOURNAL_FILE).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another process"):
            Journal.resume(tmp_path)
    journal, _ = Journal.resume(tmp_path)
    journal.close()
