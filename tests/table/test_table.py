"""The table: derived, rebuilt when stale or damaged, equal to the journal, and never a wrong number."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from synthetic import A, E, F, P, V, evidence_of, gate, plan_of, trial, trials_of, write_run

from ninemarch import table
from ninemarch.errors import RunInvalid
from ninemarch.evidence import gather, read_failures
from ninemarch.journal import Journal
from ninemarch.model import Ended, Verdict
from ninemarch.table.build import CHECKSUM_FILE
from ninemarch.workflow import decide_run

WORDS = ["trial", "scenario", "repeat", "group", "verdict", "ended", "silent", "severity", "seconds", "weight"]
TEXTS = ["reason", "detail", "input", "expect", "output"]


def mixed(many: int = 60) -> list:  # type: ignore[type-arg]
    rng = random.Random(1)
    kinds = [P, P, P, F, A, E, V]
    return [
        trial(
            number,
            rng.choice(kinds),
            {"language": rng.choice(["de", "ar"]), **({"rare": "yes"} if rng.random() < 0.1 else {})},
            seconds=rng.random(),
            input={"n": number},
            reason=f"because {number}",
        )
        for number in range(many)
    ]


def test_the_table_says_what_the_journal_says(tmp_path: Path) -> None:
    trials = mixed()
    path = table.ensure(write_run(tmp_path, plan_of(60), trials))
    rows = table.read(path, [*WORDS, *TEXTS, "a.language", "a.rare"]).to_pylist()
    for row, given in zip(rows, trials, strict=True):
        assert (row["trial"], row["scenario"]) == (given.number, given.scenario)
        assert (row["verdict"], row["ended"]) == (given.verdict.value, Ended.ANSWERED.value)
        assert row["silent"] == (given.verdict is F)
        assert row["seconds"] == pytest.approx(given.seconds, abs=1e-6)
        assert row["a.language"] == given.attributes["language"]
        assert row["a.rare"] == given.attributes.get("rare")
        assert row["reason"] == (None if given.verdict is P else given.reason)
        assert (row["input"] is None) == (given.verdict is P)


def test_the_head_holds_the_whole_plan(tmp_path: Path) -> None:
    plan = plan_of(60, gates=(gate("0.9", each=("language",)),), where={"language": "de"}, ids=("a",))
    head = table.head(table.ensure(write_run(tmp_path, plan, mixed(), stop="enough")))
    assert head.plan == plan
    assert (head.rows, head.stop, head.sealed) == (60, "enough", True)
    assert set(head.attributes) == {"language", "rare"}


def test_a_rebuilt_table_is_the_same(tmp_path: Path) -> None:
    run = write_run(tmp_path, plan_of(60), mixed())
    path = table.ensure(run)
    before = path.read_bytes()
    assert table.build(run).read_bytes() == before
    path.unlink()
    assert table.ensure(run).read_bytes() == before
    assert sorted(p.name for p in run.iterdir()) == ["journal.nmj", CHECKSUM_FILE, table.TABLE_FILE]


def test_an_up_to_date_table_is_left_alone(tmp_path: Path) -> None:
    run = write_run(tmp_path, plan_of(60), mixed())
    path = table.ensure(run)
    os.utime(path, (1, 1))
    assert table.ensure(run).stat().st_mtime == 1


def test_a_stale_table_is_built_anew(tmp_path: Path) -> None:
    run = write_run(tmp_path, plan_of(60), mixed()[:20], seal=False)
    assert table.head(table.ensure(run)).rows == 20
    journal, _ = Journal.resume(run)
    with journal:
        for each in mixed()[20:]:
            journal.append(each)
    head = table.head(table.ensure(run))
    assert (head.rows, head.sealed) == (60, False)
    journal, _ = Journal.resume(run)
    with journal:
        journal.seal()
    assert table.head(table.ensure(run)).sealed


@pytest.mark.parametrize("damage", ["empty", "cut", "garbage", "no checksum", "wrong checksum", "another run's"])
def test_a_damaged_table_is_built_anew(tmp_path: Path, damage: str) -> None:
    run = write_run(tmp_path / "run", plan_of(60), mixed())
    path = table.ensure(run)
    good = path.read_bytes()
    checksum = path.with_name(CHECKSUM_FILE)
    if damage == "another run's":
        other = table.ensure(write_run(tmp_path / "other", plan_of(2), trials_of((P, 2))))
        path.write_bytes(other.read_bytes())
        checksum.write_bytes(other.with_name(CHECKSUM_FILE).read_bytes())
    elif damage == "no checksum":
        checksum.unlink()
    elif damage == "wrong checksum":
        checksum.write_text("0\n")
    else:
        path.write_bytes({"empty": b"", "cut": good[: len(good) // 2], "garbage": bytes(1000)}[damage])
    assert table.ensure(run).read_bytes() == good


def test_a_flipped_bit_is_an_error_and_never_a_wrong_number(tmp_path: Path) -> None:
    """In the file itself it is refused; through the run it is repaired."""
    plan = plan_of(60, gates=(gate("0.9", each=("language",)),))
    run = write_run(tmp_path, plan, mixed())
    path = table.ensure(run)
    good = path.read_bytes()
    decided = decide_run(run).decision
    rng = random.Random(5)
    footer = range(8 * (len(good) - 5000), 8 * len(good))
    for turn, bit in enumerate([*rng.sample(range(8 * len(good)), 200), *rng.sample(footer, 200)]):
        damaged = bytearray(good)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        for reader in (gather, table.head, read_failures):
            with pytest.raises(RunInvalid, match="damaged"):
                reader(path)
        if turn % 40 == 0:
            assert decide_run(run).decision == decided


def test_pages_have_checksums_of_their_own(tmp_path: Path) -> None:
    """A reader of the file alone (any Parquet reader) notices damage to the data too."""
    path = table.ensure(write_run(tmp_path, plan_of(60), mixed()))
    raw = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    raw[(column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size - 3] ^= 1
    path.write_bytes(raw)
    with pytest.raises(RunInvalid, match="damaged"):
        table.read(path, ["trial"])
    with pytest.raises(RunInvalid, match="damaged"):
        list(table.stream(path, ["trial"]))


def test_another_file_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / table.TABLE_FILE
    with pytest.raises(RunInvalid, match="not a table"):
        table.head(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(RunInvalid, match="damaged"):
        table.head(path)


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write_run(tmp_path, plan_of(60), mixed())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_batch", full)
    with pytest.raises(RunInvalid, match=r"No space left.*the record is safe"):
        table.ensure(run)
    monkeypatch.undo()
    assert [p.name for p in run.iterdir()] == ["journal.nmj"]
    assert table.head(table.ensure(run)).rows == 60


def test_an_empty_run_has_an_empty_table(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, plan_of(5), [], seal=False)
    assert evidence.overall.counts.missing == 5
    assert evidence.seconds is None


def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    many = 100_000
    trials = (trial(n, F if n % 1000 == 7 else P, {"size": "big" if n % 3 else "small"}) for n in range(many))
    start = time.process_time()
    evidence = evidence_of(tmp_path, plan_of(many, gates=(gate("0.99", each=("size",)),)), trials)
    assert time.process_time() - start < 20
    assert (evidence.overall.counts.passed, evidence.overall.counts.silent) == (many - 100, 100)
    assert [part.counts.recorded for part in evidence.levels["size"]] == [66_666, 33_334]
    assert len(evidence.failures) == 100
    assert {failure.verdict for failure in evidence.failures} == {Verdict.FAIL.value}
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) < 600 * many / 6
