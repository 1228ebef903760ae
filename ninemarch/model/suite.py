"""A suite as the engine sees it: sources of scenarios, profiles, checks, releases, gates.

Covers plain frozen data, the same whether it came from YAML or from Python. Reading, validating and hashing
are the suite floor's job; a suite holds references to code (``module:name``), never the code itself, except
where it was built in Python.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ninemarch.model.gate import Gate
from ninemarch.model.scenario import Scenario, Severity
from ninemarch.model.variant import VariantSpec

Generator = Callable[[Mapping[str, str], random.Random], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """How to reach a target.

    Args:
        kind: ``python``, ``control``, ... as in the suite file; see ``targets.open.KINDS``.
        ref: ``module:name`` of a callable, the control's name (``null``, ``oracle``, ``coin``), a model's name, ...
        params: keyword arguments given to the callable (or to the factory), or the kind's other keys.
        factory: the reference makes the callable; called once, outside every trial's time.
        batch: inputs handed over at once; 0 for one at a time.
    """

    kind: str
    ref: str
    params: Mapping[str, Any] = field(default_factory=dict)
    factory: bool = False
    batch: int = 0

    def __str__(self) -> str:
        """The target in one line, as ``--target`` takes it."""
        p = self.params.get("p") if self.kind == "control" else None
        at = self.params.get("base_url") if self.kind in {"openai", "anthropic"} else None
        return f"{self.kind}:{self.ref}" + (f":{p:g}" if isinstance(p, float) else f"@{at}" if at else "")


@dataclass(frozen=True, slots=True)
class Price:
    """What a model's tokens cost, in US dollars for a million of them.

    Args:
        tokens_in: of those sent, >= 0.
        tokens_out: of those answered, >= 0.
        cached: of those sent that the server had kept; as ``tokens_in`` where None.
    """

    tokens_in: float
    tokens_out: float
    cached: float | None = None

    def of(self, tokens_in: int | None, tokens_out: int | None, cached: int = 0) -> float | None:
        """Return the cost of an answer; None where its tokens are unknown.

        Examples:
            >>> Price(0.5, 2.0, cached=0.1).of(1_000_000, 100_000, cached=500_000)
            0.5
        """
        if tokens_in is None or tokens_out is None:
            return None
        kept = min(cached, tokens_in)
        rate = self.tokens_in if self.cached is None else self.cached
        return ((tokens_in - kept) * self.tokens_in + kept * rate + tokens_out * self.tokens_out) / 1e6


@dataclass(frozen=True, slots=True)
class Release:
    """An identified version of the target on the suite's ladder.

    Args:
        id: short name, e.g. ``"5"`` or ``"1.4.0"``.
        target: how to reach it.
        name: what is new in it, in a few words.
        effort: work it took, in the suite's own unit (the shipped suites: lines of code); None if unknown.
        max_trials: fewer trials than the suite's, for an expensive release; None for the suite's own.
    """

    id: str
    target: TargetSpec
    name: str = ""
    effort: float | None = None
    max_trials: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of real use: for each attribute, level -> weight; every attribute sums to 1."""

    name: str
    attributes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where scenarios come from: a list, or a generator.

    Args:
        scenarios: the listed scenarios (empty for a generator).
        generator: pure function of (levels, random generator) to the fields of a scenario.
        weight: share of this generator among the suite's generators, > 0.
        subset: name of a hand-picked subset that never enters a rate; empty for the population.
    """

    scenarios: tuple[Scenario, ...] = ()
    generator: Generator | None = None
    weight: float = 1.0
    subset: str = ""


@dataclass(frozen=True, slots=True)
class HuntSource:
    """Where scenarios come from that only a hunt tries: a Hypothesis strategy; they never enter a rate.

    Args:
        ref: ``module:name`` of the strategy; empty where it is made from ``schema``.
        schema: JSON schema of the input, from which a strategy is made.
        max_examples: examples drawn in one hunt, >= 1.
    """

    ref: str = ""
    schema: Mapping[str, Any] | None = None
    max_examples: int = 300


@dataclass(frozen=True, slots=True)
class Focus:
    """What a check looks at, where that is not the whole output, and what it is compared with.

    Args:
        at: JSON path of the part that is looked at.
        expect: what it must be, in place of the scenario's expectation; None for the scenario's.
        expect_at: JSON path of the part of the expectation that counts.
        file: look into this file in place of the output.
        file_at: look into the file that the output names at this JSON path.
        folder: where such a file must lie, beside the suite file; the suite's own folder where empty.
        query: the file is an SQLite database; look at the rows of this query.
    """

    at: str = ""
    expect: Any = None
    expect_at: str = ""
    file: str = ""
    file_at: str = ""
    folder: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check: its kind, its parameters, and how bad it is when it fails.

    Args:
        kind: what it does, e.g. ``exact``; ``ninemarch.checks.table`` lists them.
        params: the check's own parameters.
        severity: minor checks are reported, never counted.
        function: the function itself, for a check built in Python.
        id: name by which a gate and the record of a failure call it, unique in its suite; the kind where empty.
        parts: the checks that ``any``, ``all`` and ``not`` are made of; their own severities and ids say nothing.
        focus: what it looks at.
    """

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.MAJOR
    function: Callable[..., Any] | None = None
    id: str = ""
    parts: tuple[CheckSpec, ...] = ()
    focus: Focus = Focus()


@dataclass(frozen=True, slots=True)
class Trials:
    """How many trials, and when to stop.

    Args:
        max: trials of a run, >= 1.
        per_scenario: repeats of each scenario, >= 1.
        look: a declared checkpoint after so many trials, at which a release that has already failed the
            strictest overall gate stops; 0 for none. Only in a fixed plan.
        stop: ``fixed``: all trials, decided at the end; ``sequential``: until the gates are decided, ``max`` at most.
    """

    max: int = 1000
    per_scenario: int = 1
    look: int = 0
    stop: str = "sequential"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a run.

    Args:
        timeout: seconds one trial may take; None for no limit.
        concurrency: asynchronous trials in flight, >= 1.
        errors_max: share of errors above which a run is invalid, in [0, 1].
        tries: requests sent for one answer of a server at most, >= 1.
        cost_usd: what all trials together may cost, in US dollars; None for no limit.
        tokens: tokens that all trials together may use; None for no limit.
        time: seconds that the whole run may take; None for no limit.
    """

    timeout: float | None = None
    concurrency: int = 16
    errors_max: float = 0.01
    tries: int = 3
    cost_usd: float | None = None
    tokens: int | None = None
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Seeds:
    """Seed ranges, both ends included: what releases are made on, and what they are measured on."""

    development: tuple[int, int] = (0, 999)
    held_out: tuple[int, int] = (1000, 999_999)


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Columns of ``ninemarch demo``: profile names, and trials where they differ from the suite's."""

    profiles: tuple[str, ...] = ()
    trials: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """A versioned, content-hashed set of scenarios with checks, profiles, releases and gates.

    Args:
        hunts: sources that only ``ninemarch hunt`` draws from.
        variants: ways of saying a scenario otherwise, which only ``ninemarch variants`` tries.
        prices: name of a model -> what its tokens cost.
        scenarios_hash: hash of everything that decides which scenarios are drawn (``hunts`` do not).
        checks_hash: hash of everything that decides what passes.
        mends: ``module:name`` of a function that proposes what to mend in a failed trial, for step credit.
        stress: profiles that are for finding failures alone; their runs make no rate.
        self_test: ``module:name`` of a function that proves, before a run, that what the suite measures with works.
        effort_unit: what the effort of a release is counted in.
        folder: folder on which file and code references are relative; None for a suite made in Python.
        origin: how the command line names it: a path or a shipped suite's name.
        declared: which of ``trials`` and ``stop`` its file says itself.
    """

    name: str
    sources: tuple[Source, ...]
    checks: tuple[CheckSpec, ...]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default_profile: str = ""
    stress: tuple[str, ...] = ()
    title: str = ""
    effort_unit: str = ""
    version: str = "1"
    target: TargetSpec | None = None
    releases: tuple[Release, ...] = ()
    gates: tuple[Gate, ...] = ()
    trials: Trials = field(default_factory=Trials)
    limits: Limits = field(default_factory=Limits)
    seeds: Seeds = field(default_factory=Seeds)
    demo: DemoPlan = field(default_factory=DemoPlan)
    oracle: str = ""
    self_test: str = ""
    mends: str = ""
    hunts: tuple[HuntSource, ...] = ()
    variants: tuple[VariantSpec, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)
    scenarios_hash: str = ""
    checks_hash: str = ""
    folder: Path | None = None
    origin: str = ""
    declared: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def hash(self) -> str:
        """Content hash of scenarios and checks together: 12 hexadecimal digits each, joined by a dash."""
        return f"{self.scenarios_hash[:12]}-{self.checks_hash[:12]}"
