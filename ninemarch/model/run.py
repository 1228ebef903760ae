"""What a run set out to do, written down before its first trial.

Covers the declared plan and the identity of a run. How a plan is made and carried out is the engine's job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ninemarch.model.ceiling import Ceiling
from ninemarch.model.gate import Gate
from ninemarch.model.suite import TargetSpec
from ninemarch.model.tally import Earlier, Look


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The plan of a run, journalled before the first trial, so that every count can be checked for ever.

    Args:
        run: id of the run.
        created: UTC time in ISO 8601.
        suite: name of the suite; ``origin`` is where it was read from.
        target: what was run; ``release`` and ``release_name`` say which rung of the ladder, if any.
        profile: name of the operational profile; ``weights`` are its attributes, kept so that the evidence
            can be weighed without the suite.
        subset: name of a hand-picked subset; such a run never enters a rate.
        selection: scenario ids or ``attribute=level`` filters given on the command line.
        drawn: every scenario is drawn from the profile by a generator (so no weights are needed).
        planned: trials the plan calls for.
        look: the declared checkpoint, if any.
        gates: the requirements in force when the run was planned.
        stop: ``fixed`` or ``sequential``, see ``Trials.stop``.
        first: index of the first scenario drawn; above 0 where earlier runs of this release used up the ones before.
        earlier: what earlier runs of the same release showed; a new run continues their evidence.
        regression_of: id of an earlier run of the same release whose very scenarios these are; empty for fresh ones.
            Such a run may lower a verdict, never raise it.
        release_key: what makes it the same release: its id, or the target, and a fingerprint of the target's code.
        profile_hash: hash of the profile's shares; a run of another version of ninemarch may lack it.
        stress: the profile is for finding failures alone; its runs make no rate.
        shard: which part of the planned trials this run makes, and of how many, e.g. (2, 8); (1, 1) for all of them.
            What the parts show together is decided by merging them.
        budget: largest cost in US dollars, tokens and seconds of the whole run; None where there is no limit.
        judges: what the calibration of each of the suite's judges is kept under.
        ceilings: what the suite's checks can certify at most, where they were found to accept nonsense.
    """

    run: str
    created: str
    suite: str
    suite_version: str
    origin: str
    scenarios_hash: str
    checks_hash: str
    target: TargetSpec
    profile: str
    seed: int
    seed_range: str
    planned: int
    per_scenario: int = 1
    release: str = ""
    release_name: str = ""
    effort: float | None = None
    subset: str = ""
    ids: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    drawn: bool = True
    look: Look | None = None
    errors_max: float = 0.01
    ninemarch: str = ""
    python: str = ""
    argv: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    title: str = ""
    effort_unit: str = ""
    stop: str = "fixed"
    first: int = 0
    earlier: tuple[Earlier, ...] = ()
    regression_of: str = ""
    release_key: str = ""
    profile_hash: str = ""
    budget: tuple[float | None, int | None, float | None] = (None, None, None)
    ceilings: tuple[Ceiling, ...] = ()
    judges: tuple[str, ...] = ()
    stress: bool = False
    shard: tuple[int, int] = (1, 1)

    @property
    def hash(self) -> str:
        """The suite's content hash, as ``Suite.hash`` gives it."""
        return f"{self.scenarios_hash[:12]}-{self.checks_hash[:12]}"

    @property
    def choice(self) -> tuple[str, ...]:
        """The options of ``ninemarch run`` that choose the same target and release; none: the suite's own."""
        by_target = "--target" in {word.split("=")[0] for word in self.argv}
        target = ("--target", str(self.target)) if by_target or not (self.release or "run" in self.argv[:1]) else ()
        return (*target, *(("--release", self.release) if self.release else ()))

    def makes(self, number: int) -> bool:
        """Whether the trial belongs to this run's part of the plan; all trials of a scenario belong together."""
        part, parts = self.shard
        return parts == 1 or number // self.per_scenario % parts == part - 1

    @property
    def share(self) -> int:
        """Planned trials that belong to this run's part."""
        part, parts = self.shard
        scenarios = range(part - 1, -(-self.planned // self.per_scenario), parts)
        return sum(min(self.per_scenario, self.planned - each * self.per_scenario) for each in scenarios)

    @property
    def counts_in_a_rate(self) -> bool:
        """Whether the trials are a sample of use (no hand-picked subset, no chosen ids, no stress profile)."""
        return not self.subset and not self.ids and not self.stress
