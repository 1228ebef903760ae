"""Are the faults real? Each is planted and must reach a naive agent and hurt it; who knows better must get through.

Covers the proof of delivery that a run rests on. For every kind: without the fault the naive agent passes; with it,
the receipt says that the caller received it, the naive agent fails, and the oracle passes over the same boundary. A
fault that is swallowed somewhere on the way fails the second; one that cannot be survived fails the last.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from desk_suite.boundary import Desk, World
from desk_suite.checks import right_state
from desk_suite.faults import Kind
from desk_suite.generator import scenario
from desk_suite.oracle import answer_of, take_over
from desk_suite.releases.rules import Clerk, Record
from desk_suite.shop import shop_of
from ninemarch.model import Scenario, Verdict

__all__ = ["naive", "proofs"]

_CALLS = (0, 1)  # the naive agent looks the order up, then writes
_LEVELS = {
    "request": "refund",
    "due": "allowed",
    "wording": "plain",
    "number": "given",
    "item": "unnamed",
    "identity": "upfront",
    "change": "none",
    "second": "none",
    "fault_rate": "none",
}


class _Naive(Clerk):
    """Keeps the policy, believes whatever it reads, tries nothing twice, and does what a record tells it."""

    def look_up(self, number: str) -> Record | None:
        found = super().look_up(number)
        note = str((found or {}).get("note", ""))
        if "refund" in note:
            self.desk.call("refund", order_id=number, amount_cents=9900)
        return found


def naive(desk: Desk, opening: str) -> None:
    """Serve one customer naively: the control that every fault must defeat."""
    _Naive(desk).serve(opening)


def proofs(world: Callable[[Mapping[str, Any]], World] = World) -> Iterator[tuple[str, bool, str]]:
    """Yield, for every kind of fault, its name, whether it is proven to be delivered, and what was seen.

    Args:
        world: makes the world of a scenario's input; another one than the suite's only to test this proof.
    """
    for kind in Kind:
        case = _case(kind)
        problems = []
        if _verdict(case, naive, world)[0] is not Verdict.PASS:
            problems.append("the naive agent fails without it")
        for call in _CALLS:
            planted = _planted(case, kind, call)
            found, receipts = _verdict(planted, naive, world)
            struck = [each for each in receipts if each["fault"] == kind.value]
            if not struck or not all(each["delivered"] for each in struck):
                problems.append(f"at call {call} the caller did not receive it")
            elif found is Verdict.PASS:
                problems.append(f"at call {call} the naive agent passes")
            if _verdict(planted, None, world)[0] is not Verdict.PASS:
                problems.append(f"at call {call} the oracle does not pass")
        seen = "reaches a naive agent, which then fails; the oracle passes"
        yield f"fault {kind.value}", not problems, "; ".join(problems) or seen


def _case(kind: Kind) -> Scenario:
    """A scenario in which the fault must do harm: an old record matters where the state has just changed."""
    stale = kind is Kind.STALE
    levels = {**_LEVELS, "request": "cancel", "due": "refused"} if stale else _LEVELS
    rng = random.Random(f"self-test:{kind.value}")
    while True:
        made = scenario(levels, rng)
        order = shop_of(made["input"]["shop"]).order(made["input"]["customer"]["order"])
        if not stale or (order is not None and order.state == "shipped"):
            return Scenario(id=f"self-test-{kind.value}", input=made["input"], expect=made["expect"])


def _planted(case: Scenario, kind: Kind, call: int) -> Scenario:
    # A fault of records waits in vain after the naive agent's only look-up.
    at = 0 if kind.of_records else call
    scene = {**case.input, "faults": [{"at": at, "kind": kind.value, "share": 0.25}]}
    return Scenario(id=case.id, input=scene, expect=case.expect)


def _verdict(
    case: Scenario, agent: Callable[[Desk, str], None] | None, make: Callable[[Mapping[str, Any]], World]
) -> tuple[Verdict, list[dict[str, Any]]]:
    """What an agent, or the oracle where there is none, comes to, and the receipts of its calls."""
    world = make(case.input)
    try:
        if agent is None:
            take_over(world, case.expect)
        else:
            with contextlib.suppress(Exception):  # what an agent raises ends its part, as in a trial
                agent(world.desk(), case.input["customer"]["opening"])
        answer = answer_of(world)
        delivered = {**answer, "receipts": [each for each in answer["receipts"] if each["delivered"]]}
        return right_state(case, delivered)[0], answer["receipts"]
    finally:
        world.close()
