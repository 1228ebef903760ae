"""Which steps take the blame, on a terminal of 80 columns, and the same as JSON values.

Covers layout and wording; foreign text passes ``clean`` or ``scrub``. Computes only what ten steps of 99% come to.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch import stats
from ninemarch.mining.blame import Blame, Chain, StepCredit, StepKind
from ninemarch.mining.steps import read_steps
from ninemarch.model import Failure
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say
from ninemarch.text import scrub

__all__ = ["blame_document", "blame_sentence", "credit_document", "print_blame", "print_credit"]

_HEAD = ("taken", "to blame", "success, 90% interval")
FLOW_STEPS, FLOW_FAILURE = 10, 0.01


def print_credit(console: Console, found: StepCredit, *, top: int = 10) -> None:
    """Print who takes the blame, the success of each kind of step, and what the end-to-end rate says of a step."""
    say(console, Text())
    say(console, Text(_sentence(found), style="bold"), hang=2)
    for each in found.culprits[:top]:
        line = Text(f"{each.failures:>6,}  ").append(
            f"{clean(each.name, 40)}: {clean(each.what, 80)}", style="bold red"
        )
        how = "" if each.by == "replay" else "by rule, "
        say(console, line.append(f"  {how}e.g. trial {each.example}", style="not bold dim"), hang=8)
    if len(found.culprits) > top:
        say(console, Text(f"{len(found.culprits) - top:,} more causes are in the JSON"), indent=2)
    _kinds(console, found.kinds[:top])
    for note in _notes(found):
        say(console, Text(note), indent=2, hang=2)


def _sentence(found: StepCredit) -> str:
    if not found.failures:
        return "Step credit: no failure to look at"
    what = f"Step credit: {n.count_text(found.failures, 'failure')} of the first {found.trials:,} trials run again"
    parts = [f"{found.replayed:,} pass with one thing mended"]
    by_rules = found.failures - found.replayed - found.unknown - found.gone
    parts += [f"{by_rules:,} told by rules alone"] if by_rules else []
    parts += [f"{found.unknown:,} unexplained"] if found.unknown else []
    parts += [f"{found.gone:,} did not fail again"] if found.gone else []
    return f"{what}: {', '.join(parts)}"


def _kinds(console: Console, kinds: tuple[StepKind, ...]) -> None:
    rows = [_HEAD, *((f"{each.taken:,}", f"{each.wrong:,}", _success(each)) for each in kinds)]
    wide = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEAD))]
    names = ["kind of step", *(clean(each.name, 30) for each in kinds)]
    room = max(cell_len(name) for name in names)
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        cells = "  ".join(cell.rjust(width) for cell, width in zip(row, wide, strict=True))
        padded = name + " " * (room - cell_len(name))
        say(console, Text(f"  {padded}  {cells}", style="dim" if at == 0 else ""))


def _success(kind: StepKind) -> str:
    low = n.success_text(kind.interval.upper, "floor")
    return f"{low.removesuffix('%')}–{n.success_text(kind.interval.lower, 'ceil')}" if kind.wrong else f"≥ {low}"


def _notes(found: StepCredit) -> Iterator[str]:
    if found.sampled:
        yield (
            f"taken: counted in {n.count_text(found.failures - found.gone, 'failure')} and in "
            f"{n.count_text(found.sampled, 'passing trial')} run again, for all that passed"
        )
    if found.chain:
        yield _chain(found.chain)


def _chain(chain: Chain) -> str:
    rate = n.estimate_text(chain.rate)
    low = n.success_text(chain.upper, "floor")
    each = n.success_text(chain.failure) if chain.failure > 0 else f"{low} or more"
    ends = f" ({low} to {n.success_text(chain.lower, 'ceil')})" if chain.lower > 0 and chain.failure > 0 else ""
    ten = n.success_text(float(stats.end_to_end(FLOW_FAILURE, FLOW_STEPS)))
    steps = n.count_text(chain.steps, "step")
    return (
        f"{rate} end to end in {steps} a trial is what independent steps of {each}{ends} come to; "
        f"ten steps of {n.threshold_text(1 - Fraction(str(FLOW_FAILURE)))} each would come to {ten}"
    )


def blame_sentence(blame: Blame | None, steps: int) -> str:
    """Return where one failed trial went wrong, in a sentence; foreign words are cleaned.

    Args:
        blame: the blame; None where the trial did not fail again.
        steps: steps of the trial.

    Examples:
        >>> blame_sentence(Blame(4, "refund", "fault timeout", "replay", 2), 6)
        'step 5 of 6, refund: fault timeout; with that mended it passes (2 replays)'
        >>> blame_sentence(None, 6)
        'it did not fail again'
    """
    if blame is None:
        return "it did not fail again"
    tried = n.count_text(blame.tried, "replay")
    if blame.step is None:
        return f"nothing says which step went wrong ({tried})"
    at = f"step {blame.step + 1:,} of {steps:,}, {clean(blame.name, 60)}: {clean(blame.what, 120)}"
    how = f"with that mended it passes ({tried})" if blame.by == "replay" else f"by rule alone ({tried}, none passed)"
    return f"{at}; {how}"


def print_blame(console: Console, failure: Failure, blame: Blame | None) -> None:
    """Print where one failed trial went wrong."""
    sentence = blame_sentence(blame, len(read_steps(failure.steps)))
    say(console, Text("  blame     ").append(sentence, style="bold red"), hang=12)


def blame_document(blame: Blame | None) -> dict[str, Any] | None:
    """Return the blame of one trial as JSON values; steps are counted from 1; None where it did not fail again."""
    if blame is None:
        return None
    return {
        "step": None if blame.step is None else blame.step + 1,
        "name": scrub(blame.name),
        "what": scrub(blame.what),
        "by": blame.by,
        "replays": blame.tried,
    }


def credit_document(found: StepCredit) -> dict[str, Any]:
    """Return step credit as JSON values."""
    return {
        "trials": found.trials,
        "failures": found.failures,
        "replayed": found.replayed,
        "unexplained": found.unknown,
        "did_not_fail_again": found.gone,
        "passing_trials_sampled": found.sampled,
        "causes": [
            {
                "step": scrub(each.name),
                "what": scrub(each.what),
                "by": each.by,
                "failures": each.failures,
                "example": each.example,
            }
            for each in found.culprits
        ],
        "steps": [
            {
                "step": scrub(each.name),
                "taken": each.taken,
                "to_blame": each.wrong,
                "failure_lower": each.interval.lower,
                "failure_upper": each.interval.upper,
                "confidence": each.interval.confidence,
                "method": each.interval.method,
            }
            for each in found.kinds
        ],
        "chain": _chain_document(found.chain) if found.chain else None,
    }


def _chain_document(chain: Chain) -> dict[str, Any]:
    return {
        "success": chain.rate.estimate,
        "steps": chain.steps,
        "step_failure": chain.failure,
        "step_failure_lower": chain.lower,
        "step_failure_upper": chain.upper,
        "flow_of_ten_at_99": 1 - float(stats.end_to_end(FLOW_FAILURE, FLOW_STEPS)),
    }
