"""What a hunt tries next, as whole scenarios: made at proposed levels, drawn by a strategy, or told by an adversary.

Covers the way from a proposal to a scenario that can be judged. Right is only what the suite itself knows: its
generator's expectation, its oracle, or checks that need none; what an adversary says is right counts for nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from ninemarch.engine import judge_once
from ninemarch.mining.domain import Domain
from ninemarch.mining.policies import Policy, Proposal, Tried
from ninemarch.mining.strategies import draw_examples, schema_strategy
from ninemarch.model import Failure, HuntSource, Scenario, Severity, Suite, Verdict
from ninemarch.suite import GeneratorFault, Maker, resolve
from ninemarch.targets import Target
from ninemarch.text import excerpt, fault, plain

__all__ = ["Adversary", "Examples", "Levels", "Offer", "Offers", "Right", "stream_of"]

# Checks that ask nothing of the expectation. A Python check may: an adversary's scenario needs the oracle then.
_FREE = frozenset({"json_schema"})
_COMPARING = frozenset({"exact", "number"})
_FIELDS = frozenset({"input", "expect", "attributes", "group", "severity", "void"})
# Failures shown to an adversary at once, the newest first.
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """One proposal with its scenario; where there is none, why: the generator failed, or nobody knows what is right.

    Whoever records it gives the scenario its id.
    """

    proposal: Proposal
    made: Scenario | GeneratorFault | str


class Offers(Protocol):
    """Where a hunt's scenarios come from."""

    def offer(self, count: int) -> list[Offer]:
        """Return up to ``count`` offers; none when there is nothing left to try."""
        ...

    def learn(self, tried: Sequence[Tried], failures: Sequence[Failure]) -> None:
        """Hear what became of the last offers, and of the failures among them."""
        ...

    @property
    def ended(self) -> str:
        """Why there is nothing left, in words."""
        ...


def stream_of(seed: int, number: int, reuse: Mapping[int, int]) -> str:
    """Name the random numbers of trial ``number``: its own, or those of the trial whose it took over, and so on."""
    while number in reuse:
        number = reuse[number]
    return f"hunt:{seed}:{number}"


class Levels:
    """Scenarios made by the suite's generator at the levels that a policy proposes."""

    ended = "the policy proposed nothing more"

    def __init__(self, suite: Suite, domain: Domain, policy: Policy, *, seed: int) -> None:
        self._maker = Maker(suite)
        self._domain = domain
        self._policy = policy
        self._seed = seed
        self._reuse: dict[int, int] = {}
        self._next = 0

    def offer(self, count: int) -> list[Offer]:
        """See ``Offers.offer``."""
        return [self._made(proposal) for proposal in self._policy.propose(count)]

    def _made(self, proposal: Proposal) -> Offer:
        number, self._next = self._next, self._next + 1
        if proposal.reuse is not None:
            self._reuse[number] = proposal.reuse
        stream = stream_of(self._seed, number, self._reuse)
        try:
            levels = self._domain.words(proposal.row)
            return Offer(proposal, self._maker.scenario(str(number), levels, stream=stream))
        except GeneratorFault as broken:
            return Offer(proposal, broken)

    def learn(self, tried: Sequence[Tried], failures: Sequence[Failure]) -> None:  # noqa: ARG002
        """See ``Offers.learn``."""
        self._policy.observe(tried)


class Examples:
    """Scenarios that the suite's hunt sources draw, source by source.

    Raises:
        SuiteError: a strategy cannot be had or drawn from.
    """

    ended = "the suite's hunt sources have no more examples"

    def __init__(self, suite: Suite, *, seed: int, budget: int) -> None:
        self._right = Right(suite, own=True)
        self._left = [
            (f"strategy {number}", example)
            for number, source in enumerate(suite.hunts, start=1)
            for example in _drawn(suite, source, number, seed=seed + number, budget=budget)
        ][:budget]

    def offer(self, count: int) -> list[Offer]:
        """See ``Offers.offer``."""
        now, self._left = self._left[:count], self._left[count:]
        return [self._made(origin, example) for origin, example in now]

    def _made(self, origin: str, example: Any) -> Offer:
        whole = isinstance(example, Mapping) and "input" in example and example.keys() <= _FIELDS
        fields = example if whole else {"input": example}
        return Offer(Proposal((), origin), self._right.scenario(fields))

    def learn(self, tried: Sequence[Tried], failures: Sequence[Failure]) -> None:
        """See ``Offers.learn``: examples are drawn beforehand, for Hypothesis must not see a target."""


def _drawn(suite: Suite, source: HuntSource, number: int, *, seed: int, budget: int) -> list[Any]:
    name = f"hunt: python: {source.ref}" if source.ref else f"hunt source {number}"
    strategy = resolve(source.ref, suite.folder) if source.ref else schema_strategy(source.schema or {})
    return draw_examples(strategy, count=min(source.max_examples, budget), seed=seed, name=name)


class Adversary:
    """Scenarios that another target proposes, who is shown what failed so far: one plays against the other.

    It is called with ``{"suite", "domain", "failures", "tried", "wanted"}`` and answers with a list of
    ``{"levels": {attribute: level}}`` (made by the generator) or ``{"input": ...}`` (answered by the oracle).
    """

    def __init__(self, suite: Suite, domain: Domain | None, target: Target, *, seed: int) -> None:
        self.ended = "the adversary proposed nothing more"
        self._suite = dataclasses.replace(suite, checks=())  # its answers are proposals: nothing to check
        self._domain = domain
        self._target = target
        self._right = Right(suite, own=False)
        self._maker = Maker(suite) if domain is not None else None
        self._seed = seed
        self._next = 0
        self._failures: list[Failure] = []

    def offer(self, count: int) -> list[Offer]:
        """See ``Offers.offer``."""
        levels = {} if self._domain is None else dict(zip(self._domain.names, self._domain.levels, strict=True))
        request = {
            "suite": self._suite.name,
            "domain": {name: list(own) for name, own in levels.items()},
            "failures": [_shown(failure) for failure in self._failures[: -_SHOWN - 1 : -1]],
            "tried": self._next,
            "wanted": count,
        }
        answer = judge_once(self._suite, Scenario(id="adversary", input=request), self._target)
        if answer.verdict is not Verdict.PASS:
            self.ended = f"the adversary failed: {excerpt(answer.reason, 200)}"
            return []
        if not isinstance(answer.output, list | tuple):
            self.ended = f"the adversary answered {excerpt(answer.output, 80)}, which is no list of proposals"
            return []
        return [self._made(each) for each in answer.output[:count]]

    def _made(self, proposed: Any) -> Offer:
        number, self._next = self._next, self._next + 1
        if not isinstance(proposed, Mapping) or not {"levels", "input"} & set(proposed):
            why = f"proposed {excerpt(proposed, 120)}; allowed: an object with the key levels or input"
            return Offer(Proposal((), "adversary"), why)
        if "levels" not in proposed:
            return Offer(Proposal((), "adversary"), self._right.scenario({"input": plain(proposed["input"])}))
        words = proposed["levels"]
        row = self._domain.row(words) if self._domain is not None and isinstance(words, Mapping) else None
        if row is None or self._maker is None or self._domain is None:
            return Offer(Proposal((), "adversary"), f"proposed levels that do not exist: {excerpt(words, 120)}")
        try:
            made: Scenario | GeneratorFault = self._maker.scenario(
                str(number), self._domain.words(row), stream=stream_of(self._seed, number, {})
            )
        except GeneratorFault as broken:
            made = broken
        return Offer(Proposal(row, "adversary"), made)

    def learn(self, tried: Sequence[Tried], failures: Sequence[Failure]) -> None:  # noqa: ARG002
        """See ``Offers.learn``."""
        self._failures += failures


def _shown(failure: Failure) -> dict[str, Any]:
    """A failure as the adversary sees it."""
    names = ("input", "expect", "output", "reason")
    return {"levels": dict(failure.attributes), **{name: getattr(failure, name) for name in names}}


class Right:
    """Who knows what is right for a scenario that no generator made.

    Args:
        suite: the suite.
        own: the input is the suite's own, so that a Python check of the suite knows what to do with it.
    """

    def __init__(self, suite: Suite, *, own: bool) -> None:
        self._oracle: Callable[[Scenario], Any] | None = resolve(suite.oracle, suite.folder) if suite.oracle else None
        kinds = {check.kind for check in suite.checks}
        # The suite's own strategies feed the suite's own Python checks; a stranger's input must not meet a check
        # that compares with an expectation which is not there.
        self._without = not kinds & _COMPARING if own else kinds <= _FREE
        self._own = own

    def scenario(self, fields: Mapping[str, Any]) -> Scenario | str:
        """Return the scenario with what is right; else why nobody knows."""
        try:
            made = Scenario(
                id="hunted",
                input=fields["input"],
                expect=fields.get("expect"),
                attributes={str(a): str(level) for a, level in dict(fields.get("attributes") or {}).items()},
                group=str(fields.get("group", "")),
                severity=Severity(fields.get("severity", Severity.MAJOR)),
                void=str(fields.get("void", "")),
            )
        except (TypeError, ValueError) as error:
            return f"the example is no scenario: {fault(error)}"
        if "expect" in fields and self._own:
            return made
        if self._oracle is None:
            return made if self._without else "the suite has no oracle that knows the right answer"
        try:
            answer = self._oracle(made)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an oracle that breaks knows nothing
            return f"the suite's oracle cannot answer it: {fault(error)}"
        if answer is None:
            return "the suite's oracle cannot answer it"
        return msgspec.structs.replace(made, expect=answer)
