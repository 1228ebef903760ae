"""A hunt as recorded: what it set out to do, what it proposed, what became of it; and one of its scenarios again.

Covers reading. A hunt's journal is a run's journal with notes beside the trials; its table is a run's table.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import msgspec

from ninemarch import table
from ninemarch.errors import RunInvalid, UsageError
from ninemarch.evidence import read_failures
from ninemarch.journal import read_notes
from ninemarch.journal.record import stored
from ninemarch.mining.hunting import Hunted, HuntPlan, Seen, count_hunt
from ninemarch.mining.policies import Proposal
from ninemarch.model import Ended, Failure, Scenario, Severity, Suite, Trial, Verdict
from ninemarch.suite import Drawn, GeneratorFault, Maker
from ninemarch.text import scrub
from ninemarch.workflow.offers import stream_of

__all__ = [
    "PROPOSED",
    "SETTINGS",
    "SUBSET",
    "Proposals",
    "drawn_again",
    "failure_of",
    "is_hunt",
    "read_hunt",
    "scenario_again",
]

T = TypeVar("T")

SETTINGS, PROPOSED = "hunt", "proposed"
# How a hunt's plan names its scenarios: hand-picked, so that no rate counts them.
SUBSET = "hunt"


class Proposals(msgspec.Struct, frozen=True, array_like=True):
    """The proposals of one batch, written before its trials; ``first`` is the number of the first."""

    first: int
    proposals: tuple[Proposal, ...]


def is_hunt(folder: Path) -> bool:
    """Whether the record in ``folder`` is a hunt's."""
    return next(read_notes(folder, SETTINGS), None) is not None


def read_hunt(folder: Path) -> Hunted:
    """Return the hunt recorded in ``folder``, counted anew.

    Raises:
        UsageError: it is a run, not a hunt.
        RunInvalid: the record is damaged.
    """
    plan = _plan(folder)
    path = table.ensure(folder)
    head = table.head(path)
    proposals = _proposals(folder)
    seen = []
    for batch in table.stream(path, ["trial", "verdict", "ended"]):
        columns = (batch[name].to_pylist() for name in ("trial", "verdict", "ended"))
        for number, verdict, ended in zip(*columns, strict=True):
            if number not in proposals:
                msg = f"{folder}: trial {number} has no proposal; the record is damaged"
                raise RunInvalid(msg)
            seen.append(Seen(number, proposals[number], verdict, ended != Ended.NOT_RUN.value))
    seen.sort(key=lambda each: each.number)
    failures = [f for f in read_failures(path, limit=max(1, head.rows)) if f.verdict == Verdict.FAIL.value]
    found = count_hunt(plan, seen, sorted(failures, key=lambda f: f.number), planned=head.plan.planned)
    return Hunted(head.plan, plan, found, head.stop, head.sealed)


def _plan(folder: Path) -> HuntPlan:
    text = next(read_notes(folder, SETTINGS), None)
    if text is None:
        msg = f"{folder} is a run, not a hunt; hunts are made by 'ninemarch hunt SUITE'"
        raise UsageError(msg)
    return _decoded(text, HuntPlan, folder)


def _proposals(folder: Path) -> dict[int, Proposal]:
    batches = [_decoded(text, Proposals, folder) for text in read_notes(folder, PROPOSED)]
    return {batch.first + place: each for batch in batches for place, each in enumerate(batch.proposals)}


def _decoded(text: str, kind: type[T], folder: Path) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        msg = f"{folder}: a note has an unknown form ({error}); it was written by another version of ninemarch"
        raise RunInvalid(msg) from error


def scenario_again(folder: Path, suite: Suite, failure: Failure) -> Scenario:
    """Return the scenario of a hunt's recorded trial: made again at its levels, or read back from the record.

    Raises:
        UsageError: it was not run, was cut in the record, or the suite no longer makes it.
    """
    if failure.ended == Ended.NOT_RUN.value:
        msg = f"trial {failure.number} was not run: {failure.reason}"
        raise UsageError(msg)
    drawn = drawn_again(folder, suite, failure)
    if drawn is not None:
        try:
            return drawn.at(drawn.levels)
        except GeneratorFault as broken:
            msg = f"trial {failure.number}: {broken}"
            raise UsageError(msg) from broken
    try:
        given, right = json.loads(failure.input), json.loads(failure.expect)
    except ValueError as error:
        msg = f"trial {failure.number}: its input was too long for the record, or it passed; it cannot be replayed"
        raise UsageError(msg) from error
    return Scenario(
        id=failure.scenario,
        input=given,
        expect=right,
        attributes=failure.attributes,
        group=failure.group,
        severity=Severity(failure.severity),
    )


def drawn_again(folder: Path, suite: Suite, failure: Failure) -> Drawn | None:
    """Return how the scenario of a hunt's recorded trial was made; None where no generator made it.

    Raises:
        UsageError: the suite has no generator any more.
    """
    plan, proposals = _plan(folder), _proposals(folder)
    proposal = proposals[failure.number]
    if not proposal.row or plan.domain is None:
        return None
    reuse = {number: p.reuse for number, p in proposals.items() if p.reuse is not None}
    stream = stream_of(plan.seed, failure.number, reuse)
    maker = Maker(suite)
    words = plan.domain.words(proposal.row)
    return Drawn(words, lambda levels: maker.scenario(failure.scenario, levels, stream=stream))


def failure_of(trial: Trial) -> Failure:
    """Return a trial just made as it will be read from the record."""
    return Failure(
        number=trial.number,
        scenario=scrub(trial.scenario),
        verdict=trial.verdict.value,
        silent=trial.silent,
        severity=trial.severity.value,
        attributes=dict(trial.attributes),
        reason=scrub(trial.reason),
        input=stored(trial.input),
        expect=stored(trial.expect),
        output=stored(trial.output),
        detail=scrub(trial.detail),
        group=scrub(trial.group),
        ended=trial.ended.value,
        seconds=trial.seconds,
        check=trial.check,
    )
