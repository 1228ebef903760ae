"""One execution of one scenario and its verdict.

Covers the record that is journalled and the order of verdicts. Does not cover how checks reach a verdict.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ninemarch.model.outcome import Ended, Traffic
from ninemarch.model.scenario import Severity


class Verdict(enum.StrEnum):
    """What a trial is worth; an enum, so that no float, None or NaN can slip into a rate."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    ASSISTED = "assisted"
    UNSCORED = "unscored"
    ERROR = "error"
    FAIL = "fail"
    VOID = "void"

    @staticmethod
    def worst(verdicts: Iterable[Verdict]) -> Verdict:
        """The worst of several verdicts in the order pass < assisted < unscored < error < fail.

        Examples:
            >>> Verdict.worst([Verdict.PASS, Verdict.FAIL, Verdict.ERROR])
            <Verdict.FAIL: 'fail'>
            >>> Verdict.worst([])
            <Verdict.PASS: 'pass'>
        """
        return max(verdicts, key=_MERGE_ORDER.index, default=Verdict.PASS)

    @staticmethod
    def best(verdicts: Iterable[Verdict]) -> Verdict:
        """The best of several verdicts in the same order; a failure where there is none.

        Examples:
            >>> Verdict.best([Verdict.FAIL, Verdict.UNSCORED])
            <Verdict.UNSCORED: 'unscored'>
            >>> Verdict.best([])
            <Verdict.FAIL: 'fail'>
        """
        return min(verdicts, key=_MERGE_ORDER.index, default=Verdict.FAIL)


# TTCN-3 merges by the worst as well, but lets error beat fail; here a proven failure stays one.
_MERGE_ORDER = [Verdict.PASS, Verdict.ASSISTED, Verdict.UNSCORED, Verdict.ERROR, Verdict.FAIL]


class JudgeUse(msgspec.Struct, frozen=True):
    """What judging a trial took, where a check asked a model; the target's own cost is kept apart.

    Args:
        calls: questions asked; 0 where the answer was not worth one, or was known already.
        cost_usd: what they cost, in US dollars; None if unknown.
        tokens: tokens they used; None if unknown.
    """

    calls: int = 0
    cost_usd: float | None = None
    tokens: int | None = None

    def __add__(self, other: JudgeUse) -> JudgeUse:
        """Both together."""
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        tokens = [many for many in (self.tokens, other.tokens) if many is not None]
        return JudgeUse(self.calls + other.calls, sum(costs) if costs else None, sum(tokens) if tokens else None)


# A msgspec Struct, like Outcome: one is made for every trial, in a tenth of a frozen dataclass's time.
class Trial(msgspec.Struct, frozen=True):
    """The record of one trial, as it stands in the journal.

    Args:
        number: place in the plan, 0-based; unique in its run.
        scenario: id of the scenario.
        repeat: which repeat of that scenario, 0-based.
        group: unit of independence, see ``Scenario.group_key``.
        attributes: levels of the scenario.
        severity: severity of the scenario, or of the worst check that failed.
        verdict: what the trial is worth.
        ended: how the execution ended.
        silent: for a failure: it answered, and the answer was wrong.
        seconds: the target's own time.
        weight: the scenario's weight inside its profile cell.
        reason: what the failing check or the exception said, in a line or two.
        detail: traceback or reason of a hand-off.
        input: input, kept for every trial that is not a pass.
        expect: expectation, kept likewise.
        output: output, kept likewise.
        check: ids of the checks that failed it, worst first, with ", " between; empty where no check decided.
        cost_usd: what it cost, in US dollars; None if unknown.
        tokens: tokens used; None if unknown.
        steps: what the target did on the way, kept likewise.
        judge: what its verdict took of a judge; None where no judge had a say. Its texts are kept, pass or not:
            people check a judge's passes too.
        traffic: what its calls over a network took; None where there were none.
    """

    number: int
    scenario: str
    repeat: int
    group: str
    attributes: Mapping[str, str]
    severity: Severity
    verdict: Verdict
    ended: Ended
    silent: bool = False
    seconds: float = 0.0
    weight: float = 1.0
    reason: str = ""
    detail: str = ""
    input: Any = None
    expect: Any = None
    output: Any = None
    check: str = ""
    cost_usd: float | None = None
    tokens: int | None = None
    steps: Any = None
    judge: JudgeUse | None = None
    traffic: Traffic | None = None
