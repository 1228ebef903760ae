"""Records: what goes in comes out; a journal cut anywhere loads; damage is never another record."""

from __future__ import annotations

import random
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import A, F, P, gate, plan_of, trial, write_run

from ninemarch.errors import RunInvalid
from ninemarch.journal import ENDINGS, SEVERITIES, VERDICTS, list_runs, read_journal, read_plan, summarize
from ninemarch.journal.record import JOURNAL_FILE, MAX_TEXT, stored
from ninemarch.model import Ended, JudgeUse, Look, RunPlan, Severity, TargetSpec, Trial, Verdict
from ninemarch.text import scrub

TEXT = st.text(st.characters() | st.sampled_from("\ud83d\udc80\x00ëNMF\u202e"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)

COST = st.none() | st.floats(0, 1e6)


@st.composite
def any_trial(draw: st.DrawFn, number: int) -> Trial:
    return Trial(
        number=number,
        scenario=draw(TEXT),
        repeat=draw(st.integers(0, 2**31)),
        group=draw(TEXT),
        attributes=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
        severity=draw(st.sampled_from(Severity)),
        verdict=draw(st.sampled_from(Verdict)),
        ended=draw(st.sampled_from(Ended)),
        silent=draw(st.booleans()),
        seconds=draw(st.floats(0, 1e6)),
        weight=draw(st.floats(0, 1e6)),
        reason=draw(TEXT),
        detail=draw(TEXT),
        input=draw(JSON),
        expect=draw(JSON),
        output=draw(JSON),
        check=draw(st.sampled_from(["", "exact", "exact, no-harm"])),
        cost_usd=draw(COST),
        tokens=draw(st.none() | st.integers(0, 2**53)),
        steps=draw(st.none() | st.lists(st.dictionaries(TEXT, JSON, max_size=2), max_size=3)),
        judge=draw(st.none() | st.builds(JudgeUse, st.integers(0, 9), COST, st.none() | st.integers(0, 2**53))),
    )


@given(st.data(), st.integers(0, 6))
def test_any_trial_comes_back(data: st.DataObject, many: int) -> None:
    trials = [data.draw(any_trial(number)) for number in range(many)]
    with tempfile.TemporaryDirectory() as folder:
        run = write_run(Path(folder, "run"), plan_of(max(many, 1)), trials)
        found = [(row, body.names) for body, _ in read_journal(run) for row in body.rows]
    assert len(found) == many
    for wanted, (row, names) in zip(trials, found, strict=True):
        assert (row.number, row.scenario, row.group) == (wanted.number, scrub(wanted.scenario), scrub(wanted.group))
        assert (VERDICTS[row.verdict], ENDINGS[row.ended]) == (wanted.verdict, wanted.ended)
        assert (SEVERITIES[row.severity], row.silent, row.repeat) == (wanted.severity, wanted.silent, wanted.repeat)
        assert row.weight == wanted.weight
        assert (row.spent or (None, None)) == (wanted.cost_usd, wanted.tokens)
        assert abs(row.micros / 1e6 - wanted.seconds) <= 1e-6 + 1e-9 * wanted.seconds
        levels = {name: level for name, level in zip(names, row.values, strict=True) if level is not None}
        assert levels == {scrub(name): scrub(level) for name, level in wanted.attributes.items()}
        assert (JudgeUse(*row.judged) if row.judged else None) == wanted.judge
        if wanted.verdict is P and wanted.judge is None:
            assert row.texts is None
        else:
            assert row.texts is not None
            assert row.texts[:2] == (scrub(wanted.reason), scrub(wanted.detail))
            assert row.texts[2:5] == tuple(map(stored, (wanted.input, wanted.expect, wanted.output)))
            assert row.texts[5:] == ("" if wanted.steps is None else stored(wanted.steps), wanted.check)


def test_a_plan_comes_back_whole(tmp_path: Path) -> None:
    plan = plan_of(
        7,
        target=TargetSpec("python", "bots:answer", {"temperature": 0.5, "tags": ["a", None]}, factory=True, batch=3),
        gates=(gate("0.999", where={"language": "ar"}), gate("0.9", each=("length",), blocking=False)),
        weights={"language": {"de": 0.25, "ar": 0.75}},
        look=Look(at=5, stop_at=2),
        ids=("a", "b"),
        where={"language": "ar"},
        drawn=False,
        effort=None,
        argv=("run", "caf\u00e9"),
    )
    run = write_run(tmp_path / "run", plan, [])
    assert read_plan(run) == plan
    assert read_plan(run).gates[0].success == Fraction(999, 1000)


def test_a_command_line_that_is_not_utf8_can_be_stored(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", plan_of(1, argv=("run", "caf\udce9.yaml")), [])
    assert read_plan(run).argv == ("run", "caf\\udce9.yaml")


def small_run(folder: Path) -> tuple[Path, RunPlan, list[Trial]]:
    plan = plan_of(6, look=Look(at=4, stop_at=3))
    trials = [
        trial(number, verdict, {"size": "big"} if number % 2 else {}, reason="because", output=[1, "x"])
        for number, verdict in enumerate([P, P, P, F, F, A])
    ]
    folder.mkdir()
    from ninemarch.journal import Journal

    with Journal.create(folder, plan) as journal:
        for each in trials:
            journal.append(each)
            journal.commit()
        journal.seal()
    return folder, plan, trials


def test_every_prefix_of_a_journal_loads_and_loses_only_its_tail(tmp_path: Path) -> None:
    run, plan, _ = small_run(tmp_path / "run")
    path = run / JOURNAL_FILE
    raw = path.read_bytes()
    ends = [end for _, end in read_journal(run)]
    for length in range(len(raw)):
        path.write_bytes(raw[:length])
        if length < ends[0]:
            with pytest.raises(RunInvalid, match="before its plan was durable"):
                summarize(run)
            continue
        summary = summarize(run)
        assert summary.plan == plan
        assert summary.recorded == sum(end <= length for end in ends[1:])
        assert summary.good_bytes == max(end for end in ends if end <= length)
        assert not summary.sealed


def test_a_flipped_bit_never_gives_another_record(tmp_path: Path) -> None:
    run, _, _ = small_run(tmp_path / "run")
    path = run / JOURNAL_FILE
    raw = path.read_bytes()
    good = [body for body, _ in read_journal(run)]
    rng = random.Random(3)
    refused = torn = 0
    for bit in rng.sample(range(8 * len(raw)), 3000):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            found = [body for body, _ in read_journal(run)]
        except RunInvalid:
            refused += 1
        else:
            assert found == good[:-1]
            torn += 1
    assert refused > 2000
    assert torn > 10


def test_a_long_text_is_cut_and_says_so() -> None:
    text = stored("x" * (MAX_TEXT + 10))
    assert len(text) < MAX_TEXT + 60
    assert text.endswith("more characters cut)")
    assert stored("x" * 100) == '"' + "x" * 100 + '"'


class Hostile(dict):  # type: ignore[type-arg]
    def items(self) -> None:  # type: ignore[override]
        raise RuntimeError

    def __repr__(self) -> str:
        raise SystemExit


def test_anything_a_target_returns_can_be_stored(tmp_path: Path) -> None:
    values = [object(), {1, 2}, b"\xff", 10**5000, Hostile(a=1), float("nan"), {(1,): 2}]
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    trials = [trial(number, F, output=value) for number, value in enumerate([*values, deep])]
    run = write_run(tmp_path / "run", plan_of(len(trials)), trials)
    assert summarize(run).recorded == len(trials)


def test_what_a_target_changes_later_is_stored_as_it_was(tmp_path: Path) -> None:
    answer = ["first"]
    trials = []
    from ninemarch.journal import Journal

    (tmp_path / "run").mkdir()
    with Journal.create(tmp_path / "run", plan_of(2)) as journal:
        for number, word in enumerate(["first", "second"]):
            answer[0] = word
            trials.append(trial(number, F, output=answer))
            journal.append(trials[-1])
    texts = [row.texts[4] for body, _ in read_journal(tmp_path / "run") for row in body.rows if row.texts]
    assert texts == ['["first"]', '["second"]']


def test_many_long_texts_never_make_a_frame_too_large_to_read(tmp_path: Path) -> None:
    from ninemarch.journal import read_frames

    flood = "\U0001f600" * MAX_TEXT  # 4 bytes a character
    trials = [trial(number, F, reason=flood, detail=flood) for number in range(80)]
    run = write_run(tmp_path / "run", plan_of(80), trials)
    assert summarize(run).recorded == 80
    assert max(len(frame.payload) for frame in read_frames(run / JOURNAL_FILE)) < 64_000_000


def test_a_record_of_another_version_is_refused(tmp_path: Path) -> None:
    from ninemarch.journal.frames import HEADER, encode

    path = tmp_path / JOURNAL_FILE
    for payload in (b"\x91\xa4plan", b"\xc1", b"\x91\xa5other", b"\x90"):
        path.write_bytes(HEADER + encode(payload))
        with pytest.raises(RunInvalid):
            read_plan(tmp_path)


def test_runs_are_listed_by_time_and_broken_folders_left_out(tmp_path: Path) -> None:
    runs = tmp_path / ".ninemarch" / "runs"
    for name, day in (("0b", "02"), ("0a", "03"), ("0c", "01")):
        write_run(runs / name, plan_of(1, run=name, created=f"2026-01-{day}"), [])
    (runs / "empty").mkdir()
    (runs / "torn").mkdir()
    (runs / "torn" / JOURNAL_FILE).write_bytes(b"ninem")
    assert [plan.run for _, plan in list_runs(tmp_path)] == ["0c", "0b", "0a"]
