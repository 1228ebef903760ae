"""Readings: a verdict holds however open trials end, at exact boundaries, and for what the run was drawn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import P, decided, decision_of, gate, plan_of, slice_of, trial

from ninemarch.errors import ExitCode, UsageError
from ninemarch.model import GateVerdict, Look

NINE3, NINE1 = gate("0.999"), gate("0.9")
ORDER = [GateVerdict.FAIL, GateVerdict.INVALID, GateVerdict.NOT_PROVEN, GateVerdict.NO_GATE, GateVerdict.PASS]


def verdict(*args: Any, **how: Any) -> str:
    return decided(*args, **how).verdict.value


@pytest.mark.parametrize(
    ("trials", "success", "confidence"),
    [(1, "0.05", 0.95), (2, "0.5", 0.75), (1, "0.5", 0.5), (3, "0.5", 0.875), (2, "0.9", 0.19), (2, "0.8", 0.36)],
)
def test_a_limit_that_equals_the_requirement_proves_it(trials: int, success: str, confidence: float) -> None:
    """success ** trials == 1 - confidence exactly: the boundary itself passes."""
    assert verdict(slice_of(trials), gate(success, confidence=confidence)) == "PASS"


@settings(max_examples=30)
@given(st.integers(0, 12), st.integers(100, 800), st.integers(1, 90))
def test_nor_with_a_declared_look(failed: int, trials: int, at: int) -> None:
    look = Look(at=at, stop_at=3)
    most = trials - at + 2
    if failed + 1 > most:
        return
    one, two = (decided(slice_of(trials - k, k, look=look), NINE1) for k in (failed, failed + 1))
    assert ORDER.index(two.verdict) <= ORDER.index(one.verdict)
    assert one.rate is not None
    assert two.rate is not None
    assert two.rate.lower <= one.rate.lower
    assert two.rate.upper <= one.rate.upper


@given(
    st.integers(0, 60),
    st.integers(0, 6),
    st.integers(0, 6),
    st.fixed_dictionaries({k: st.integers(0, 4) for k in ("errors", "unscored", "missing")}),
)
def test_a_verdict_holds_whatever_the_open_trials_are(
    passed: int, silent: int, assisted: int, open_: dict[str, int]
) -> None:
    """PASS and FAIL stand for every way in which trials without a verdict could have ended."""
    gates = (gate("0.9"),)
    with_open = decided(slice_of(passed, silent, assisted=assisted, **open_), *gates, errors_max=1.0)
    many = sum(open_.values())
    closed = {
        decided(slice_of(passed + many - k, silent + k, assisted=assisted), *gates).verdict for k in range(many + 1)
    }
    if with_open.verdict in {GateVerdict.PASS, GateVerdict.FAIL}:
        assert closed == {with_open.verdict}


def test_open_trials_that_could_turn_the_verdict_leave_it_open() -> None:
    proven = decided(slice_of(2995, errors=1), NINE3)
    assert proven.verdict is GateVerdict.NOT_PROVEN
    assert proven.gates[0].reason == "1 errors could hide failures"
    assert verdict(slice_of(4742, errors=1), NINE3) == "PASS"
    missing = decided(slice_of(2995, missing=5, unscored=2), NINE3)
    assert missing.gates[0].reason == "2 unscored trials and 5 missing trials could hide failures"
    assert (missing.action, missing.command) == ("Finish the plan", "ninemarch run --resume cafe0001")
    missed = decided(slice_of(980, 20, missing=60_000), gate("0.99"))
    assert missed.verdict is GateVerdict.NOT_PROVEN
    assert missed.gates[0].reason == "60,000 missing trials could be passes"


def test_too_many_errors_make_a_run_invalid() -> None:
    assert verdict(slice_of(4950, errors=50), NINE1) == "PASS"
    broken = decided(slice_of(4949, errors=51), NINE1)
    assert broken.verdict is GateVerdict.INVALID
    assert broken.exit_code is ExitCode.INVALID
    assert "51 of 5,000 trials are errors" in broken.sentence
    assert verdict(slice_of(4949, errors=51), NINE1, errors_max=0.02) == "PASS"
    assert verdict(slice_of(4999, errors=1), NINE1, errors_max=0.0) == "INVALID"
    assert verdict(slice_of(4949, errors=51)) == "INVALID"


def test_too_many_void_scenarios_make_a_run_invalid() -> None:
    assert verdict(slice_of(980, void=20), NINE1) == "PASS"
    assert verdict(slice_of(979, void=21), NINE1) == "INVALID"


def test_void_scenarios_are_outside_the_rate() -> None:
    decision = decided(slice_of(2995, void=10), NINE3)
    assert decision.verdict is GateVerdict.PASS
    assert decision.rate is not None
    assert decision.rate.trials == 2995
    assert any("10 void scenarios" in note for note in decision.notes)


def test_fail_beats_invalid() -> None:
    decision = decided(slice_of(500, 500, errors=50), NINE1)
    assert decision.verdict is GateVerdict.FAIL
    assert decision.exit_code is ExitCode.GATE_FAILED
    assert decision.action == "Look at the errors and void scenarios first"


@pytest.mark.parametrize(
    "part",
    [slice_of(0), slice_of(0, missing=100), slice_of(0, errors=9), slice_of(0, void=9), slice_of(0, unscored=9)],
)
@pytest.mark.parametrize(
    "asked", [gate("0.001"), gate("0.5", where={"size": "big"}), gate("0.5", each=("size",))], ids=str
)
def test_nothing_scored_never_passes(part: Any, asked: Any) -> None:
    decision = decided(part, asked)
    assert decision.verdict in {GateVerdict.NOT_PROVEN, GateVerdict.INVALID}
    assert decision.rate is None
    assert "chosen" not in decision.sentence
    assert decided(part).verdict is not GateVerdict.PASS


@pytest.mark.parametrize("asked", [{"where": {"size": "huge"}}, {"each": ("colour",)}])
def test_a_gate_that_nothing_falls_into_never_passes(tmp_path: Path, asked: dict[str, Any]) -> None:
    gates = (NINE1, gate("0.5", id="slice", **asked))
    trials = [trial(n, P, {"size": "big"}) for n in range(100)]
    decision = decision_of(tmp_path, plan_of(100, gates=gates), trials)
    assert [result.verdict.value for result in decision.gates] == ["PASS", "NOT PROVEN"]
    assert decision.verdict is GateVerdict.NOT_PROVEN
    assert decision.gates[1].reason == "no trial was scored"


def test_one_gate_for_every_level() -> None:
    levels = [slice_of(200, where={"size": "big"}), slice_of(80, 20, where={"size": "small"})]
    decision = decided(slice_of(280, 20), NINE1, gate("0.9", id="each", each=("size",)), levels=levels)
    assert [(r.label, r.verdict.value) for r in decision.gates] == [
        ("g0.9", "PASS"),
        ("each (size=big)", "PASS"),
        ("each (size=small)", "FAIL"),
    ]
    assert decision.verdict is GateVerdict.FAIL
    assert decision.gates[2].share == pytest.approx(1 / 3)
    assert any("2 slices were tested" in note for note in decision.notes)


def test_thin_levels_are_left_out_only_if_asked() -> None:
    levels = [slice_of(290, where={"size": "big"}), slice_of(10, where={"size": "rare"})]
    all_levels, thick = gate("0.9", each=("size",)), gate("0.9", each=("size",), min_share=0.05)
    assert verdict(slice_of(300), all_levels, levels=levels) == "NOT PROVEN"
    assert verdict(slice_of(300), thick, levels=levels) == "PASS"
    assert verdict(slice_of(300), gate("0.9", each=("size",), min_share=0.99), levels=levels) == "NOT PROVEN"


@pytest.mark.parametrize("changes", [{"where": {"size": "big"}}])
def test_a_filtered_run_decides_only_gates_inside_its_filter(changes: dict[str, Any]) -> None:
    inside = gate("0.9", id="inside", where={"size": "big"})
    deeper = gate("0.9", id="deeper", where={"size": "big", "hue": "red"})
    outside = gate("0.9", id="outside", where={"size": "small"})
    levels = [slice_of(300, where={"size": "big"}), slice_of(50, where={"size": "big", "hue": "red"})]
    decision = decided(slice_of(300), NINE1, inside, deeper, outside, levels=levels, **changes)
    assert [result.id for result in decision.gates] == ["inside", "deeper"]
    assert decision.verdict is GateVerdict.PASS
    assert any("only size=big" in note for note in decision.notes)
    alone = decided(slice_of(3000), NINE3, **changes)
    assert alone.gates == ()
    assert alone.verdict is GateVerdict.NO_GATE
    assert "no gate applies to this selection" in alone.notes


def test_what_is_missing_is_said() -> None:
    more = decided(slice_of(2200), NINE3)
    assert more.gates[0].more_clean == 795
    assert more.gates[0].reason == "about 795 more clean trials"
    at_the_gate = decided(slice_of(4995, 5), NINE3)
    assert at_the_gate.gates[0].more_clean == 10511 - 5000
    below = decided(slice_of(4992, 8), NINE3)
    assert below.verdict is GateVerdict.NOT_PROVEN
    assert below.gates[0].more_clean is None
    assert "below the gate" in below.gates[0].reason


def test_a_gate_out_of_range_is_refused() -> None:
    for wrong in (
        {"success": "1"},
        {"success": "0"},
        {"success": "95"},
        {"success": "0.9", "confidence": 95},
        {"success": "0.9", "confidence": 0.0},
        {"success": "0.9", "where": {"a": "b"}, "each": ("c",)},
    ):
        with pytest.raises(UsageError, match=r"^gate g"):
            gate(**wrong)
