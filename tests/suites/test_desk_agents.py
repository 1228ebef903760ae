"""The desk's verdicts and its six agents: harm is never hidden, who does nothing never passes, the ladder stands."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter

import pytest
from desks import FOLDER, RAW, SUITE, drawn, made, ruled

from ninemarch.engine import judge_scenarios
from ninemarch.model import Abstain, TargetSpec, Verdict
from ninemarch.targets import open_target

# isort: split
from desk_suite.boundary import Desk
from desk_suite.checks import right_state
from desk_suite.serve import play
from desk_suite.tools import REQUESTS

# --- verdicts


def test_handing_off_passes_where_nothing_else_is_left_is_assisted_without_need_and_hides_no_harm():
    def hands_off(desk: Desk, opening: str) -> None:
        desk.call("hand_off", reason="unsure")

    def pays_first(desk: Desk, opening: str) -> None:
        desk.call("refund", order_id=opening.split("order ")[1][:6], amount_cents=1)
        desk.call("hand_off", reason="unsure")

    def tries(desk: Desk, opening: str) -> None:
        desk.call("look_up_order", order_id=opening.split("order ")[1][:6])
        desk.call("hand_off", reason="the tools are down")

    assert ruled(made(), hands_off)[0] is Verdict.ASSISTED
    assert ruled(made(), pays_first)[:2] == (Verdict.FAIL, Verdict.FAIL)
    assert ruled(made(faults=((0, "outage", 0.1),)), tries)[0] is Verdict.PASS
    assert ruled(made(faults=((0, "http_500", 0.1),)), tries)[0] is Verdict.ASSISTED
    assert ruled(made(due="person"), hands_off)[0] is Verdict.PASS


def test_nothing_passes_that_does_nothing_only_talks_or_only_refuses():
    cases = drawn("everyday", 5, 200)

    def talks(desk: Desk, opening: str) -> None:
        desk.say("I have done all you asked for, it is all right now. Anything else?")

    def refuses(desk: Desk, opening: str) -> None:
        desk.call("close", request="cancel", result="refused")

    assert not any(ruled(case, lambda desk, opening: None)[0] is Verdict.PASS for case in cases)
    assert not any(ruled(case, talks)[0] is Verdict.PASS for case in cases)
    assert sum(ruled(case, refuses)[0] is Verdict.PASS for case in cases) < 20
    assert all(
        right_state(case, junk)[0] is Verdict.FAIL for case in cases[:5] for junk in ("", None, {}, [], {"state": 1})
    )


def test_an_agent_that_raises_is_loud_where_nothing_moved_and_judged_where_something_did():
    def breaks(desk: Desk, opening: str) -> None:
        raise KeyError("state")

    def pays_and_breaks(desk: Desk, opening: str) -> None:
        desk.call("refund", order_id=opening.split("order ")[1][:6], amount_cents=1)
        raise KeyError("state")

    assert play(made().input, breaks).output == Abstain("stopped: KeyError 'state'")
    assert ruled(made(), pays_and_breaks)[:2] == (Verdict.FAIL, Verdict.FAIL)

    def endless(desk: Desk, opening: str) -> None:
        while True:
            desk.wait(1.0)

    assert "80 steps" in play(made().input, endless).output.reason


# --- the ladder


@pytest.mark.parametrize("release", SUITE.releases, ids=lambda release: release.id)
def test_every_release_serves_the_canonical_customers(release):
    rows = next(source.scenarios for source in SUITE.sources if source.subset == "canonical")
    assert Counter(row.attributes["request"] for row in rows) == dict.fromkeys(REQUESTS, 4)
    with open_target(release.target, SUITE) as target:
        assert all(trial.verdict is Verdict.PASS for trial in judge_scenarios(SUITE, list(rows), target))


BANDS = [(34, 49), (87, 95), (92, 99), (94, 99.6), (96, 100), (99, 100)]


def test_the_ladder_climbs_on_held_out_customers():
    """Bands in percent, about three standard errors of 400 trials around the README's figures."""
    cases, rates, harm = drawn("everyday", 9000, 400), [], []
    for release, (low, high) in zip(SUITE.releases, BANDS, strict=True):
        with open_target(release.target, SUITE) as target:
            trials = list(judge_scenarios(SUITE, cases, target))
        assert not any(trial.verdict is Verdict.ERROR for trial in trials)
        rates.append(100 * sum(trial.verdict is Verdict.PASS for trial in trials) / len(trials))
        harm.append(sum("money" in trial.check for trial in trials))
        assert low <= rates[-1] <= high, (release.id, rates[-1])
    assert rates == sorted(rates)
    assert harm[0] > 10
    assert harm[5] == 0


def test_every_release_passes_the_demonstration():
    cases = drawn("demo", 9000, 60)
    for release in SUITE.releases:
        with open_target(release.target, SUITE) as target:
            assert all(trial.verdict is Verdict.PASS for trial in judge_scenarios(SUITE, cases, target))


def test_the_oracle_passes_under_stress():
    target = open_target(TargetSpec("control", "oracle"), SUITE)
    with target:
        found = [trial.verdict for trial in judge_scenarios(SUITE, drawn("stress", 9, 150), target)]
    assert set(found) == {Verdict.PASS}


def code_lines(path):
    """Lines with code: no blank lines, no comments, no docstrings."""
    text = path.read_text(encoding="utf-8")
    docs = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            docs.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    idle = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in idle:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docs)


@pytest.mark.parametrize("release", RAW["releases"], ids=lambda release: release["id"])
def test_the_effort_of_a_release_is_its_lines_of_code(release):
    agent = release["target"]["params"]["agent"]
    assert code_lines(FOLDER / "desk_suite" / "releases" / f"{agent}.py") == release["effort"]
