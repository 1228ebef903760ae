"""The ``judge`` check: guards first, then votes by a model, then a strict count of them.

Covers one answer. A tie or a vote without a verdict is never a pass; a judge that cannot be reached is an error of
ours, never the target's failure.
"""

from __future__ import annotations

from ninemarch.checks.base import PASSED, Check, Finding, as_text
from ninemarch.checks.judging.memory import Memory, Remembered, key_of
from ninemarch.checks.judging.question import FORM, Exhibit, messages_for, new_nonce, verdict_in
from ninemarch.checks.judging.seat import Seat, seat_of
from ninemarch.checks.judging.worthless import worthless
from ninemarch.checks.meter import note_use
from ninemarch.model import CheckSpec, JudgeUse, Outcome, Scenario, Suite, Verdict
from ninemarch.text import excerpt

__all__ = ["UNSEEN", "compile_judge", "exhibit_of", "judge_check"]

UNSEEN = "; no judge was asked"
"""Ends the reason of what failed before a judge saw it."""
_MOST = 20_000  # characters of an answer that are shown to a judge; a longer one is cut, and the judge is told


def compile_judge(spec: CheckSpec, suite: Suite) -> Check:
    """Return the check of a ``judge`` spec.

    Raises:
        SuiteError: its code cannot be had, or its address is no server.
    """
    return judge_check(seat_of(spec, suite), Memory())


def judge_check(seat: Seat, memory: Memory | None = None, *, guards: bool = True) -> Check:
    """Return the check that asks ``seat``.

    Args:
        seat: who judges, by which rubric, with how many votes.
        memory: what it has said before; None to ask anew.
        guards: whether worthless answers fail unseen.
    """

    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        exhibit = exhibit_of(scenario, outcome)
        look = guards and isinstance(outcome.output, str)
        why = worthless(exhibit.answer, reference=exhibit.reference, rubric=seat.rubric) if look else ""
        if why:
            note_use(JudgeUse(0))
            return Verdict.FAIL, f"{why}{UNSEEN}"
        return _counted(seat, exhibit, memory)

    return check


def exhibit_of(scenario: Scenario, outcome: Outcome) -> Exhibit:
    """Return what a judge is shown of a trial."""
    reference = "" if scenario.expect is None else as_text(scenario.expect)
    answer = as_text(outcome.output)
    if len(answer) > _MOST:
        answer = f"{answer[:_MOST]}\n[{len(answer) - _MOST:,} more characters were cut here]"
    return Exhibit(as_text(scenario.input), reference, answer)


def _counted(seat: Seat, exhibit: Exhibit, memory: Memory | None) -> Finding:
    """Ask until more than half of all votes agree; a judge that could not be reached breaks the check."""
    said: list[Remembered] = []
    for vote in range(seat.votes):
        said.append(_vote(seat, exhibit, vote, memory))
        verdicts = [each.verdict for each in said]
        for verdict in (Verdict.FAIL, Verdict.PASS):
            if 2 * verdicts.count(verdict) > seat.votes:
                return PASSED if verdict is Verdict.PASS else (verdict, _reason(said, seat.votes))
    none = sum(each.verdict is None for each in said)
    passes = sum(each.verdict is Verdict.PASS for each in said)
    return Verdict.UNSCORED, (
        f"no verdict: of {seat.votes} {'vote' if seat.votes == 1 else 'votes'} {passes} pass, "
        f"{len(said) - passes - none} fail, {none} {'says' if none == 1 else 'say'} neither"
    )


def _reason(said: list[Remembered], votes: int) -> str:
    against = [each for each in said if each.verdict is Verdict.FAIL]
    why = next((each.why for each in against if each.why), "")
    tally = f" ({len(against)} of {len(said)} votes)" if votes > 1 else ""
    return f"the judge says no{tally}" + (f": {excerpt(why, 200)}" if why else "")


def _vote(seat: Seat, exhibit: Exhibit, vote: int, memory: Memory | None) -> Remembered:
    key = key_of(str(FORM), seat.digest, exhibit.task, exhibit.reference, exhibit.answer, str(vote))
    known = memory.recall(key) if memory else None
    if known is not None:
        note_use(JudgeUse(0))
        return known
    nonce = new_nonce()
    reply = seat.ask(messages_for(seat.rubric, exhibit, nonce))
    note_use(JudgeUse(1, reply.cost_usd, reply.tokens))
    lines = [line.strip() for line in reply.text.strip().splitlines() if line.strip()]
    verdict = verdict_in(reply.text, nonce)
    said = Remembered(verdict, excerpt(lines[-2], 300) if verdict and len(lines) > 1 else "")
    if memory:
        memory.keep(key, said)
    return said
