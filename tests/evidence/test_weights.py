"""Weights: a sample that does not follow the profile counts every cell at its share of real use, no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic import E, F, P, decision_of, evidence_of, gate, plan_of, trial

from ninemarch.evidence import estimate, extra_clean_trials
from ninemarch.model import Evidence, Rate, Slice, Tally, Verdict
from ninemarch.stats import weighted_gamma

PROFILE = {"size": {"big": 0.2, "small": 0.8}}
Cell = dict[str, str]


def sample(cells: list[tuple[Cell, int, int]]) -> list[Any]:
    """Trials of cells given as (levels, failures, trials)."""
    flat = [(levels, F if n < k else P) for levels, k, many in cells for n in range(many)]
    return [trial(number, verdict, levels) for number, (levels, verdict) in enumerate(flat)]


def listed(folder: Path, cells: list[tuple[Cell, int, int]], missing: int = 0, **changes: Any) -> Evidence:
    trials = sample(cells)
    plan = plan_of(len(trials) + missing, **{"weights": PROFILE, "drawn": False, **changes})
    return evidence_of(folder, plan, trials, seal=not missing)


def rate_of(part: Slice | Tally) -> Rate:
    rate = estimate(part if isinstance(part, Tally) else part.scored, 0.95)
    assert rate is not None
    return rate


def test_the_rate_is_the_hand_calculation(tmp_path: Path) -> None:
    """Half of the trials are big, but only a fifth of real use: 0.2 * 10/100 + 0.8 * 1/100."""
    rate = rate_of(listed(tmp_path, [({"size": "big"}, 10, 100), ({"size": "small"}, 1, 100)]).overall)
    assert 1 - rate.estimate == pytest.approx(0.2 * 0.1 + 0.8 * 0.01)
    exact = weighted_gamma([10, 1], [100, 100], [0.2, 0.8], confidence=0.9)
    assert (rate.failure_lower, rate.failure_upper) == pytest.approx((exact.lower, exact.upper))
    assert rate.method == "weighted gamma"
    assert (rate.failures, rate.trials, rate.uncovered) == (11, 200, 0)


def test_two_attributes_make_cells(tmp_path: Path) -> None:
    profile = {"size": {"big": 0.2, "small": 0.8}, "hue": {"red": 0.5, "blue": 0.5}}
    cells = [("big", "red", 2, 10), ("big", "blue", 0, 20), ("small", "red", 1, 40), ("small", "blue", 0, 5)]
    part = listed(tmp_path, [({"size": s, "hue": h}, k, n) for s, h, k, n in cells], weights=profile).overall
    shares = [profile["size"][s] * profile["hue"][h] for s, h, _, _ in cells]
    exact = weighted_gamma([c[2] for c in cells], [c[3] for c in cells], shares, confidence=0.9)
    rate = rate_of(part)
    assert 1 - rate.estimate == pytest.approx(sum(w * c[2] / c[3] for w, c in zip(shares, cells, strict=True)))
    assert (rate.failure_lower, rate.failure_upper) == pytest.approx((exact.lower, exact.upper))


def test_strata_without_failures_bound_by_their_heaviest_trial(tmp_path: Path) -> None:
    rate = rate_of(listed(tmp_path, [({"size": "big"}, 0, 100), ({"size": "small"}, 0, 100)]).overall)
    assert rate.estimate == 1
    assert rate.failure_upper == pytest.approx(-np.log(0.05) * 0.8 / 100)
    assert rate.upper == 1


def test_weight_without_a_trial_is_unknown_and_never_success(tmp_path: Path) -> None:
    rate = rate_of(listed(tmp_path, [({"size": "small"}, 0, 100_0)]).overall)
    assert rate.uncovered == pytest.approx(0.2)
    assert rate.lower < 1 - 0.2
    assert rate.upper == 1
    decision = decision_of(
        tmp_path / "decided",
        plan_of(1000, weights=PROFILE, drawn=False, gates=(gate("0.9"),)),
        sample([({"size": "small"}, 0, 1000)]),
    )
    assert decision.verdict.value == "NOT PROVEN"
    assert "20.0% of the profile has no trial" in decision.gates[0].reason


def test_nothing_of_the_profile_covered_proves_nothing(tmp_path: Path) -> None:
    rate = rate_of(listed(tmp_path, [({"size": "odd"}, 0, 50), ({}, 3, 50)]).overall)
    assert (rate.lower, rate.upper, rate.uncovered) == (0, 1, 1)


def test_trials_outside_the_profile_stand_for_no_real_use(tmp_path: Path) -> None:
    inside = [({"size": "big"}, 1, 100), ({"size": "small"}, 2, 100)]
    bare = rate_of(listed(tmp_path / "a", inside).overall)
    with_more = rate_of(listed(tmp_path / "b", [*inside, ({"size": "odd"}, 50, 50)]).overall)
    assert with_more.estimate == pytest.approx(bare.estimate)
    assert (with_more.lower, with_more.upper) == pytest.approx((bare.lower, bare.upper))


def test_a_slice_by_the_profile_is_scaled_to_itself(tmp_path: Path) -> None:
    cells: list[tuple[Cell, int, int]] = [({"size": "big"}, 5, 100), ({"size": "small"}, 0, 300)]
    evidence = listed(tmp_path, cells, gates=(gate("0.9", each=("size",)),))
    big, small = (rate_of(part) for part in evidence.levels["size"])
    assert 1 - big.estimate == pytest.approx(0.05)
    assert small.failure_upper == pytest.approx(-np.log(0.05) / 300)
    assert (big.uncovered, small.uncovered) == (0, 0)


def test_a_slice_by_another_attribute_is_scaled_to_what_it_has(tmp_path: Path) -> None:
    """Half of each size is red, so red is used as the whole is: its own share of real use need not be known."""
    cells: list[tuple[Cell, int, int]] = [
        ({"size": "big", "hue": "red"}, 2, 20),
        ({"size": "big", "hue": "blue"}, 0, 20),
        ({"size": "small", "hue": "red"}, 0, 30),
        ({"size": "small", "hue": "blue"}, 0, 30),
    ]
    evidence = listed(tmp_path, cells, gates=(gate("0.5", each=("hue",)),))
    blue, red = (rate_of(part) for part in evidence.levels["hue"])
    assert blue.uncovered == red.uncovered == 0
    assert 1 - red.estimate == pytest.approx(0.2 * 0.1)
    assert blue.estimate == 1


def test_weights_of_scenarios_share_out_their_cell(tmp_path: Path) -> None:
    trials = [
        trial(0, F, {"size": "big"}, weight=3.0),
        *(trial(n, P, {"size": "big"}, weight=1.0) for n in range(1, 8)),
        *(trial(n, P, {"size": "small"}, weight=0.5) for n in range(8, 100)),
    ]
    part = evidence_of(tmp_path, plan_of(100, weights=PROFILE, drawn=False), trials).overall
    assert 1 - rate_of(part).estimate == pytest.approx(0.2 * 3 / 10)
    assert part.scored.weighted is not None
    assert part.scored.weighted.m == pytest.approx(0.2 * 3 / 10)


def test_weights_of_drawn_scenarios_are_importance(tmp_path: Path) -> None:
    trials = [trial(0, F, weight=5.0), *(trial(n, P, weight=1.0) for n in range(1, 96))]
    assert 1 - rate_of(evidence_of(tmp_path, plan_of(96), trials).overall).estimate == pytest.approx(5 / 100)


@pytest.mark.parametrize("weights", [PROFILE, {}])
def test_weight_zero_stands_for_nothing(tmp_path: Path, weights: Any) -> None:
    kinds = [(F, 0.0), (P, 1.0), (P, 2.0)] * 20
    trials = [trial(n, v, {"size": "big" if n < 30 else "small"}, weight=w) for n, (v, w) in enumerate(kinds)]
    assert rate_of(evidence_of(tmp_path / "a", plan_of(60, weights=weights), trials).overall).estimate == 1
    nothing = [trial(n, P, {"size": "big"}, weight=0.0 if n else 1.0) for n in range(5)]
    part = evidence_of(tmp_path / "b", plan_of(5, weights=weights), [each for each in nothing if each.number]).overall
    assert part.scored.trials == 4


def test_a_group_fails_with_its_whole_weight(tmp_path: Path) -> None:
    trials = [trial(n, F if n < 10 else P, {"size": "small"}, group=f"g{n // 10}") for n in range(100)]
    trials += [trial(n, P, {"size": "big"}) for n in range(100, 200)]
    scored = evidence_of(tmp_path, plan_of(200, weights=PROFILE, drawn=False), trials).overall.scored
    assert scored.weighted is not None
    assert scored.weighted.y == pytest.approx(0.08)
    assert scored.weighted.v == pytest.approx(0.08**2)
    assert scored.weighted.m == pytest.approx(0.08)


def test_how_many_more_is_not_said_where_it_depends_on_which(tmp_path: Path) -> None:
    part = listed(tmp_path, [({"size": "big"}, 0, 10), ({"size": "small"}, 0, 10)]).overall
    assert extra_clean_trials(part.scored, 0.01, 0.95) is None
    assert extra_clean_trials(part.scored, 0.9, 0.95) == 0


MANY: list[tuple[Cell, int, int]] = [({"size": "big"}, 0, 5), ({"size": "small"}, 0, 990)]


def test_missing_trials_may_all_lie_in_the_thin_heavy_cell(tmp_path: Path) -> None:
    """Five of ten trials of a cell with half of real use are missing: they could be half of its failures."""
    half = {"size": {"big": 0.5, "small": 0.5}}
    part = listed(tmp_path, MANY, missing=5, weights=half).overall
    assert rate_of(part.worst).lower < 0.75
    decided = decision_of(tmp_path / "d", plan_of(1000, weights=half, gates=(gate("0.4"),)), sample(MANY), seal=False)
    assert decided.verdict.value == "NOT PROVEN"
    assert "5 missing trials could hide failures" in decided.gates[0].reason


def test_missing_trials_may_all_be_passes_where_the_failures_are(tmp_path: Path) -> None:
    """Ten of a hundred trials of a cell were made and failed: the ninety missing could make it 10%, not 100%."""
    half = {"size": {"big": 0.5, "small": 0.5}}
    cells: list[tuple[Cell, int, int]] = [({"size": "big"}, 10, 10), ({"size": "small"}, 0, 900)]
    plan = plan_of(1000, weights=half, gates=(gate("0.8"),))
    decided = decision_of(tmp_path / "open", plan, sample(cells), seal=False)
    assert decided.verdict.value == "NOT PROVEN"
    assert "90 missing trials could be passes" in decided.gates[0].reason
    assert decision_of(tmp_path / "all", plan_of(910, **_of(plan)), sample(cells)).verdict.value == "FAIL"


def _of(plan: Any) -> dict[str, Any]:
    return {"weights": plan.weights, "gates": plan.gates}


@pytest.mark.parametrize("verdict", [P, F])
def test_missing_scenarios_with_weights_of_their_own_may_weigh_anything(tmp_path: Path, verdict: Verdict) -> None:
    trials = [trial(n, verdict, {"size": "small"}, weight=1.0 + n % 2) for n in range(400)]
    trials += [trial(n, verdict, {"size": "big"}) for n in range(400, 800)]
    plan = plan_of(801, weights=PROFILE, gates=(gate("0.5"),))
    assert decision_of(tmp_path, plan, trials, seal=False).verdict.value == "NOT PROVEN"


def test_errors_count_in_their_own_cell(tmp_path: Path) -> None:
    trials = [trial(n, E if n < 2 else P, {"size": "big" if n < 20 else "small"}) for n in range(200)]
    part = evidence_of(tmp_path, plan_of(200, weights=PROFILE), trials).overall
    assert 1 - rate_of(part.worst).estimate == pytest.approx(0.2 * 2 / 20)
    assert rate_of(part.best).estimate == 1
    assert rate_of(part.scored).estimate == 1
