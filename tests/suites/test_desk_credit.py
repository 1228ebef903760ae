"""Step credit on the desk: what is known to be to blame gets the blame, on the terminal and in JSON too."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import SUITE, made, ruled

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import UsageError
from ninemarch.mining.blame import Blame, Mend, first_flip
from ninemarch.mining.steps import read_steps
from ninemarch.model import Scenario, Verdict

# isort: split
from desk_suite.credit import mends
from desk_suite.releases import fresh, keywords, retries
from desk_suite.serve import play

Cli = Callable[..., Any]


def blame(case: Scenario, agent: Any) -> Blame:
    steps = play(case.input, agent.serve).steps

    def passes(mend: Mend) -> bool:
        return ruled(Scenario(id="m", input=mend.input, expect=case.expect), agent.serve)[0] is Verdict.PASS

    return first_flip(read_steps(steps), [Mend(*each) for each in mends(case, steps)], passes)


FATAL = ("timeout_after_commit", "truncated", "empty", "malformed", "duplicate_delivery")
DECOYS = ("http_500", "timeout_before_commit", "disconnect", "empty")


@pytest.mark.parametrize("kind", FATAL)
def test_a_planted_fault_that_does_the_harm_is_blamed_among_faults_that_do_none(kind):
    """Truth by construction: with the decoys alone the agent passes, with the fatal one alone it fails."""
    for index in range(5):
        rng = random.Random(f"{kind}:{index}")
        # Each decoy spoils one reading, which is repeated; the fatal one meets the refund after them.
        decoys = tuple((place, rng.choice(DECOYS), 0.9) for place in range(rng.randrange(3)))
        fatal = (len(decoys) + 1, kind, 0.1)
        case = made(f"case-{index}", faults=(*decoys, fatal))
        assert ruled(made(f"case-{index}", faults=decoys), retries.serve)[0] is Verdict.PASS
        assert ruled(made(f"case-{index}", faults=((1, kind, 0.1),)), retries.serve)[0] is Verdict.FAIL
        steps = [step["name"] for step in play(case.input, retries.serve).steps]
        found = blame(case, retries)
        assert (found.what, found.step, found.by) == (f"fault {kind}", steps.index("refund"), "replay")


def test_an_agents_own_mistake_is_blamed_at_the_step_that_nobody_could_make_good():
    paid = blame(made(due="refused"), keywords)
    assert (paid.name, paid.what, paid.by) == ("refund", "its own doing", "replay")
    closed = blame(made(request="address", due="refused", change="none"), keywords)
    assert closed.name == "change_address"


def test_an_agent_that_stops_is_blamed_for_ending_too_early():
    class Silent:
        @staticmethod
        def serve(desk: Any, opening: str) -> None:
            desk.say("One moment, please.")

    assert blame(made(), Silent).what == "it ended too early"


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    root = tmp_path_factory.mktemp("third")
    done = workflow.run(SUITE, Selection(release="3", trials=400, look=False), root=root)
    return root, done.folder.name


def test_every_failure_of_a_run_is_blamed_by_a_replay_and_shown(cli: Cli, third: tuple[Path, str]) -> None:
    root, run = third
    found = workflow.step_credit(run, root=root)
    assert found.trials == 400
    assert found.failures == found.replayed > 5
    done = cli("mine", run, "--credit", "100", cwd=root).must(
        0, "Step credit", "kind of step", "look_up_order", "end to end in", "would come to 90.44%"
    )
    assert max(map(len, done.out.splitlines())) <= 80
    document = cli("mine", run, "--credit", "100", "--json", cwd=root).json["credit"]
    assert sum(cause["failures"] for cause in document["causes"]) == document["failures"] == found.failures
    assert document["chain"]["flow_of_ten_at_99"] == pytest.approx(0.99**10)


def test_one_failed_trial_shows_its_blame(cli: Cli, third: tuple[Path, str]) -> None:
    root, run = third
    failed = cli("show", run, "--failures", "--json", cwd=root).json["failures"][0]["trial"]
    cli("show", run, str(failed), "--credit", cwd=root).must(0, "blame", "with that mended it passes")
    assert cli("show", run, str(failed), "--credit", "--json", cwd=root).json["blame"]["by"] == "replay"
    assert "blame" not in cli("show", run, str(failed), "--json", cwd=root).json


def test_a_trial_that_passed_has_no_blame_and_few_failures_stand_for_the_first_trials(
    third: tuple[Path, str],
) -> None:
    root, run = third
    with pytest.raises(UsageError, match="only a failed trial has a blame"):
        workflow.blame_trial(
            run, "0" if workflow.replay(run, "0", root=root).recorded.verdict == "pass" else "1", root=root
        )
    few = workflow.step_credit(run, most=2, root=root)
    assert few.failures == 2
    assert few.trials < 400


def test_a_record_read_again_because_it_was_old_leaves_later_faults_at_their_calls():
    """The old record makes release 5 read twice; without it the outage must still meet the refund, not nothing."""
    case = made(faults=((0, "stale_read", 0.1), (2, "outage", 0.1)))
    found = blame(case, fresh)
    assert (found.what, found.name) == ("fault outage", "refund")
