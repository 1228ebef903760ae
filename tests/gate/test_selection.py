"""What a selected, invalid or unfinished run may claim."""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import E, F, P, decision_of, evidence_of, gate, plan_of, trial, trials_of

from ninemarch.evidence import estimate
from ninemarch.model import GateVerdict

WEIGHTS = {"kind": {"add": 0.9, "mul": 0.1}}


def listed(where: dict[str, str] | None = None):
    """60 additions of which one fails and 54 multiplications of which 12 fail; all of them, or one kind."""
    made = [trial(n, F if n < 1 else P, {"kind": "add"}) for n in range(60)]
    made += [trial(n, F if n < 72 else P, {"kind": "mul"}) for n in range(60, 114)]
    kept = [t for t in made if not where or t.attributes["kind"] == where["kind"]]
    return [trial(n, t.verdict, t.attributes) for n, t in enumerate(kept)]


def test_a_filtered_weighted_run_is_about_its_slice_only(tmp_path: Path):
    where = {"kind": "mul"}
    trials = listed(where)
    plan = plan_of(len(trials), drawn=False, weights=WEIGHTS, where=where)
    filtered = estimate(evidence_of(tmp_path / "some", plan, trials).overall.scored, 0.95)
    asked = gate("0.9", each=("kind",))
    whole = decision_of(tmp_path / "all", plan_of(114, drawn=False, weights=WEIGHTS, gates=(asked,)), listed())
    same = next(result.rate for result in whole.gates if result.where == where)
    assert filtered is not None
    assert same is not None
    assert filtered.uncovered == 0
    assert (filtered.lower, filtered.upper) == pytest.approx((same.lower, same.upper))


def test_a_gate_for_each_level_judges_the_level_that_a_filter_keeps(tmp_path: Path):
    trials = [trial(n, P, {"kind": "add"}) for n in range(60)]
    gates = (gate("0.9", each=("kind",)), gate("0.8", each=("other",)))
    decision = decision_of(tmp_path / "run", plan_of(60, where={"kind": "add"}, gates=gates), trials)
    assert [(result.where, result.verdict) for result in decision.gates] == [({"kind": "add"}, GateVerdict.PASS)]


def test_an_invalid_run_claims_nothing(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(3100, gates=(gate(),)), trials_of((P, 3000), (E, 100)))
    assert decision.verdict is GateVerdict.INVALID
    assert decision.rate is None
    assert decision.next_nine is None
    assert [(result.rate, result.verdict) for result in decision.gates] == [(None, GateVerdict.INVALID)]


def test_an_unfinished_run_names_no_price_of_the_next_nine(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(600, gates=(gate(),)), trials_of((P, 162)), seal=False)
    assert decision.next_nine is None
    assert "resume" in decision.command


@pytest.mark.parametrize(
    ("passed", "failed", "target", "allowed"),
    [
        (298, 5, 2, 0),  # 303 trials prove 99% with no failure (299 do), not with one (473)
        (480, 9, 2, 1),
        (2990, 9, 3, 0),  # 2,999 trials prove 99.9% with no failure, not with one (4,742)
        (2000, 1, 3, -1),
    ],
)
def test_a_nine_allows_what_the_exact_limit_allows(tmp_path: Path, passed, failed, target, allowed):
    trials = trials_of((P, passed), (F, failed))
    nine = decision_of(tmp_path / "run", plan_of(len(trials)), trials).next_nine
    assert nine is not None
    assert (nine.target, nine.allowed) == (target, allowed)


def test_a_seed_outside_both_ranges_is_said(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(10, seed=7, seed_range="undeclared"), trials_of((P, 10)))
    assert any("neither seed range" in note for note in decision.notes)
