"""What checks accept of nonsense, and the gates that it makes impossible."""

from fractions import Fraction

import pytest
from scipy.stats import beta

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.model import CheckSpec, Gate, GateVerdict, Scenario, TargetSpec, Trials
from ninemarch.suite import make
from ninemarch.workflow.nulls import quick_ceilings

GATE = Gate("overall", Fraction(9, 10))
CITIES = [Scenario(f"s{i}", f"capital {i}?", expect=f"Town{i:03}") for i in range(60)]
SUMS = [Scenario(f"s{i}", f"{i} + 1 =", expect=i + 1) for i in range(60)]


def _suite(*checks, scenarios=SUMS, **keys):
    return make("s", scenarios, checks=list(checks), gates=[GATE], trials=Trials(60, stop="fixed"), **keys)


def _passed(suite):
    return {each.name: (each.passed, each.tried) for each in workflow.audit_checks(suite).accepted}


def test_exact_answers_are_no_noise():
    audit = workflow.audit_checks(_suite(CheckSpec("exact")))
    assert {(each.passed, each.tried) for each in audit.accepted} == {(0, 60)}
    assert (audit.ceiling, audit.above) == (None, ())
    assert {round(each.upper, 9) for each in audit.accepted} == {round(1 - 0.025 ** (1 / 60), 9)}


def test_a_substring_is_found_in_enough_noise():
    found = _passed(_suite(CheckSpec("contains")))
    shares = [found[f"noise-{length}"][0] for length in (16, 64, 256, 1024)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 60
    assert found["dump"] == (60, 60)
    assert found["empty"] == found["loop"] == (0, 60)


def test_the_ceiling_is_what_was_shown_of_the_worst():
    suite = _suite(CheckSpec("contains"))
    audit = workflow.audit_checks(suite)
    limiting = sum(each.limits for each in audit.accepted)
    shown = beta.ppf(0.05 / limiting, 60, 1)  # 60 of 60, one-sided, for all of them together
    assert audit.ceiling.success == pytest.approx(1 - shown, rel=1e-9)
    assert "every answer that scenarios expect on 60 of 60 scenarios" in audit.ceiling.why
    assert audit.above == (GATE,)


def test_a_check_that_accepts_anything_certifies_next_to_nothing():
    audit = workflow.audit_checks(_suite(lambda scenario, output: True))
    assert audit.ceiling.success < 0.1


def test_one_accident_limits_no_gate_that_it_does_not_disprove():
    rare = [Scenario(f"s{i}", 1, expect="ab") for i in range(59)] + [Scenario("odd", 1, expect="")]
    audit = workflow.audit_checks(_suite(lambda s, o: o == s.expect or (s.id == "s0" and o == []), scenarios=rare))
    assert 0.99 < audit.ceiling.success < 1
    assert audit.above == ()


def test_where_nothing_is_the_right_answer_nothing_is_not_counted():
    quiet = [Scenario(f"s{i}", i, expect="" if i % 2 else "word") for i in range(10)]
    assert _passed(_suite(CheckSpec("exact"), scenarios=quiet))["empty"] == (0, 5)


def test_a_refusal_or_the_input_itself_may_be_right_and_does_not_limit():
    audit = workflow.audit_checks(_suite(lambda s, o: "sorry" in str(o) or o == s.input))
    assert {each.name for each in audit.accepted if each.passed} == {"refusal", "echo"}
    assert audit.ceiling is None


def test_limits_on_what_is_spent_are_not_left_undecided():
    few = _suite(CheckSpec("contains"), CheckSpec("spent", {"tokens": 100, "steps": 0, "cost_usd": 0.0}))
    found = _passed(few)
    assert found["noise-16"] == _passed(_suite(CheckSpec("contains")))["noise-16"]
    assert found["noise-1024"] == (0, 60)


def test_a_gate_above_the_ceiling_is_not_proven_however_many_trials_pass(tmp_path):
    suite = _suite(CheckSpec("contains"), scenarios=[Scenario(f"s{i}", i, expect=str(i)) for i in range(60)])
    selection = Selection(target=TargetSpec("control", "oracle"))
    decision = workflow.run(suite, selection, root=tmp_path, ledger=False).decision
    assert (decision.counts.passed, decision.verdict) == (60, GateVerdict.NOT_PROVEN)
    assert decision.gates[0].reason.startswith("check-limited at ")
    assert decision.notes[0].startswith("check-limited at ")
    assert decision.action == "Mend what judges: the check, not the target, is the limit"
    assert workflow.decide_run(tmp_path / ".ninemarch" / "runs" / decision.plan.run).decision == decision


def test_a_run_that_stopped_because_its_trials_prove_says_that_only_they_do(tmp_path):
    digits = lambda levels, rng: {"input": 1, "expect": str(rng.randrange(10))}  # noqa: E731
    suite = make("s", digits, checks=[CheckSpec("contains")], gates=[GATE])
    decision = workflow.run(suite, Selection(target=TargetSpec("control", "oracle")), root=tmp_path).decision
    assert decision.verdict is GateVerdict.NOT_PROVEN
    assert decision.notes[1] == "decided after 36 trials: every gate is proven by the trials alone"


def test_the_same_suite_that_can_tell_is_proven(tmp_path):
    suite = _suite(CheckSpec("contains"), CheckSpec("not_regex", {"pattern": (r"(?s)^.{12}",)}), scenarios=CITIES)
    selection = Selection(target=TargetSpec("control", "oracle"))
    decision = workflow.run(suite, selection, root=tmp_path, ledger=False).decision
    assert decision.verdict is GateVerdict.PASS
    assert not decision.plan.ceilings


@pytest.mark.parametrize(
    ("checks", "tried"),
    [
        ([CheckSpec("contains")], True),
        ([CheckSpec("any", parts=(CheckSpec("exact"), CheckSpec("contains")))], True),
        ([CheckSpec("contains"), CheckSpec("exact")], False),
        ([CheckSpec("contains"), lambda scenario, output: True], False),
        ([CheckSpec("any", parts=(CheckSpec("contains"), CheckSpec("judge")))], False),
    ],
)
def test_only_what_is_cheap_and_may_accept_noise_is_tried_before_every_run(checks, tried):
    assert bool(quick_ceilings(_suite(*checks))) is tried
