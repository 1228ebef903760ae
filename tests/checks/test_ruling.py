"""The judge: from an outcome to a verdict, and whose fault it is when a check itself breaks."""

# ruff: noqa: E501 - one case a line

import itertools

import pytest

from ninemarch.checks import compile_checks
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Ended, NoVerdict, Outcome, Scenario, Severity, Suite, Verdict
from ninemarch.suite import load

SCENARIO = Scenario("a", 1, expect="right")


def _judge(*checks):
    specs = tuple(c if isinstance(c, CheckSpec) else CheckSpec("python", function=c) for c in checks)
    return compile_checks(Suite("s", (), specs))


def _rule(*checks, output="right", scenario=SCENARIO):
    return _judge(*checks)(scenario, Outcome(Ended.ANSWERED, output))


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [
        (Ended.ABSTAINED, Verdict.FAIL),
        (Ended.EXCEPTION, Verdict.FAIL),
        (Ended.TIMEOUT, Verdict.FAIL),
        (Ended.HANDED_OFF, Verdict.ASSISTED),
    ],
)
def test_without_an_answer_no_check_is_asked(ended, verdict):
    ruling = _judge(lambda scenario, output: True)(SCENARIO, Outcome(ended, detail="because"))
    assert ruling.verdict is verdict
    assert "because" in ruling.reason


def test_the_reason_of_an_exception_is_its_last_line():
    detail = "Traceback (most recent call last):\n  File x\nValueError: no \x1b[31m luck\n"
    assert (
        _judge()(SCENARIO, Outcome(Ended.EXCEPTION, detail=detail)).reason
        == "exception: ValueError: no \\x1b[31m luck"
    )


def _raises(error):
    def check(scenario, output):
        raise error

    return check


class Mute(Exception):
    def __str__(self):
        raise OSError


class NeverTrue:
    def __bool__(self):
        raise OSError


RETURNS = [
    (True, Verdict.PASS, ""),
    (False, Verdict.FAIL, "expected right, got right"),
    ((True, "fine"), Verdict.PASS, ""),
    ((False, "too \x1b[31m late"), Verdict.FAIL, "too \\x1b[31m late"),
    (Verdict.PASS, Verdict.PASS, ""),
    (Verdict.UNSCORED, Verdict.UNSCORED, ""),
    ((Verdict.ERROR, "the oracle is down"), Verdict.ERROR, "the oracle is down"),
    ((Verdict.ASSISTED, "a person helped"), Verdict.ASSISTED, "a person helped"),
    (None, Verdict.ERROR, "the check returned null; allowed: bool, Verdict, or (either, reason)"),
    (1, Verdict.ERROR, "the check returned 1; allowed"),
    (0.99, Verdict.ERROR, "the check returned 0.99"),
    ("pass", Verdict.ERROR, "the check returned pass"),
    ((True, 3), Verdict.ERROR, "the check returned [true, 3]"),
    ((True,), Verdict.ERROR, "the check returned [true]"),
    (Verdict.VOID, Verdict.ERROR, "the check returned void"),
    (NeverTrue(), Verdict.ERROR, "NeverTrue"),
]


@pytest.mark.parametrize(("returned", "verdict", "words"), RETURNS)
def test_what_a_check_may_return(returned, verdict, words):
    ruling = _rule(lambda scenario, output: returned)
    assert ruling.verdict is verdict
    assert words in ruling.reason


@pytest.mark.parametrize(
    ("error", "verdict", "reason"),
    [
        (NoVerdict("cannot \x1b[31m tell"), Verdict.UNSCORED, "no verdict: cannot \\x1b[31m tell"),
        (ValueError("broken"), Verdict.ERROR, "the check failed: ValueError: broken"),
        (SystemExit(0), Verdict.ERROR, "the check failed: SystemExit: 0"),
        (RecursionError(), Verdict.ERROR, "the check failed: RecursionError"),
        (Mute(), Verdict.ERROR, "the check failed: Mute"),
    ],
)
def test_a_check_that_breaks_is_our_error_never_a_pass_or_a_failure(error, verdict, reason):
    ruling = _rule(_raises(error))
    assert (ruling.verdict, ruling.reason) == (verdict, reason)


def test_a_user_who_interrupts_a_check_is_heard():
    with pytest.raises(KeyboardInterrupt):
        _rule(_raises(KeyboardInterrupt()))


CHECKS = {
    Verdict.PASS: lambda scenario, output: True,
    Verdict.ASSISTED: lambda scenario, output: Verdict.ASSISTED,
    Verdict.UNSCORED: lambda scenario, output: Verdict.UNSCORED,
    Verdict.ERROR: lambda scenario, output: None,
    Verdict.FAIL: lambda scenario, output: False,
}


@pytest.mark.parametrize("verdicts", list(itertools.permutations(CHECKS, 2)))
def test_all_checks_must_hold_whatever_their_order(verdicts):
    assert _rule(*(CHECKS[v] for v in verdicts)).verdict is Verdict.worst(verdicts)


def test_reasons_of_all_checks_are_kept():
    ruling = _rule(lambda s, o: (False, "one"), lambda s, o: True, lambda s, o: (False, "two"))
    assert ruling.reason == "one; two"


def test_a_minor_check_is_reported_and_never_counted():
    ruling = _rule(CheckSpec("python", severity=Severity.MINOR, function=lambda s, o: (False, "untidy")))
    assert (ruling.verdict, ruling.reason) == (Verdict.PASS, "minor: untidy")


@pytest.mark.parametrize(
    ("check", "scenario", "severity"),
    [
        (Severity.MAJOR, Severity.MAJOR, Severity.MAJOR),
        (Severity.CRITICAL, Severity.MINOR, Severity.CRITICAL),
        (Severity.MAJOR, Severity.CRITICAL, Severity.CRITICAL),
    ],
)
def test_a_failure_is_as_bad_as_the_worse_of_check_and_scenario(check, scenario, severity):
    spec = CheckSpec("python", severity=check, function=lambda s, o: False)
    assert _rule(spec, scenario=Scenario("a", 1, severity=scenario)).severity is severity


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        (CheckSpec("exact"), "right", "Right"),
        (CheckSpec("exact", {"fold": ("case",)}), "RIGHT", "wrong"),
        (CheckSpec("json_schema", {"schema": {"type": "string"}}), "any", 3),
        (CheckSpec("python", function=lambda scenario, output: output == scenario.expect), "right", "left"),
    ],
)
def test_every_kind_of_check_passes_and_fails(spec, good, bad):
    assert _rule(spec, output=good).verdict is Verdict.PASS
    assert _rule(spec, output=bad).verdict is Verdict.FAIL


def test_a_number_is_compared_with_its_tolerance():
    scenario = Scenario("a", 1, expect=10)
    spec = CheckSpec("number", {"rel": 0.1})
    assert _rule(spec, output=10.9, scenario=scenario).verdict is Verdict.PASS
    assert _rule(spec, output=11.1, scenario=scenario).verdict is Verdict.FAIL


def test_an_expectation_that_does_not_fit_the_check_is_an_error():
    ruling = _rule(CheckSpec("number"), output=3)
    assert ruling.verdict is Verdict.ERROR
    assert "expects right, which is not a number" in ruling.reason


class HostileList(list):
    def __len__(self):
        raise SystemExit(0)


def test_an_answer_that_breaks_when_it_is_compared_is_contained():
    ruling = _rule(CheckSpec("exact"), output=HostileList(), scenario=Scenario("a", 1, expect=[1]))
    assert ruling.verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (CheckSpec("exakt"), "check kind 'exakt' is not known; did you mean 'exact'?; allowed: exact, number, json_schema, contains,"),
        (CheckSpec("python", {"python": "nosuch_x:f"}), "no module 'nosuch_x'"),
        (CheckSpec("python", {"python": "json:__doc__"}), "json:__doc__ is not callable; give a function of (scenario, output)"),
        (CheckSpec("json_schema", {"schema": {"type": "x"}}), "the schema is not valid"),
    ],
)  # fmt: skip
def test_a_check_that_cannot_be_had_is_refused(spec, words):
    with pytest.raises(SuiteError) as caught:
        _judge(spec)
    assert words in str(caught.value)


def test_a_check_is_found_beside_the_suite(write_suite, tmp_path):
    code = "def check(scenario, output):\n    return output == scenario.expect\n"
    judge = compile_checks(load(write_suite(tmp_path, files={"judge.py": code}, checks=[{"python": "judge:check"}])))
    assert judge(SCENARIO, Outcome(Ended.ANSWERED, "right")).verdict is Verdict.PASS
    assert judge(SCENARIO, Outcome(Ended.ANSWERED, "wrong")).verdict is Verdict.FAIL


def test_the_checks_that_failed_a_trial_are_named_worst_first():
    no, yes = (lambda scenario, output: False), (lambda scenario, output: True)
    broken = CheckSpec("python", function=lambda scenario, output: 1 / 0, id="broken")
    minor = CheckSpec("python", function=no, severity=Severity.MINOR, id="style")
    harm = CheckSpec("python", function=no, severity=Severity.CRITICAL, id="no-harm")
    plain = CheckSpec("python", function=no)
    assert _rule(yes, minor).check == ""
    assert _rule(broken, yes).check == "broken"
    assert _rule(broken, plain, minor, harm).check == "no-harm, python"


def test_no_check_is_named_where_none_was_asked():
    assert _judge(lambda scenario, output: False)(SCENARIO, Outcome(Ended.TIMEOUT)).check == ""
