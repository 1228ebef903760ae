"""A hunt from end to end: propose, make, run, record, learn; then count what was found.

Covers the loop and its durable record: a journal in a folder of its own, with the proposals beside the trials. What a
hunt records is marked hand-picked, so no rate, gate or march ever counts it.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

import ninemarch
from ninemarch.checks import compile_checks
from ninemarch.engine import Progress, Selection, judge_scenarios, release_of
from ninemarch.errors import Interrupted, UsageError, nearest
from ninemarch.journal import HUNTS, Journal, new_run_folder
from ninemarch.mining.domain import Domain, domain_of
from ninemarch.mining.hunting import Hunted, HuntPlan
from ninemarch.mining.modes import modes_of
from ninemarch.mining.policies import POLICIES, SHARE, Tried, policy_of
from ninemarch.model import Ended, Failure, RunPlan, Scenario, Suite, TargetSpec, Trial, Verdict
from ninemarch.suite import GeneratorFault
from ninemarch.suite.draw import profile_of
from ninemarch.targets import Mode, Target, open_target
from ninemarch.text import excerpt
from ninemarch.workflow.hunt_record import PROPOSED, SETTINGS, SUBSET, Proposals, failure_of, read_hunt
from ninemarch.workflow.offers import Adversary, Examples, Levels, Offer, Offers

__all__ = ["HuntOptions", "hunt"]

Watch = Callable[[Progress], None]

MOST_TRIALS = 100_000
_AT_ONCE = 10  # trials between two looks at what was learned, for a target that takes one input at a time
_LOOKS = 50  # looks at least, for a target that takes batches: a policy that learns late finds less
_WINDOW = 300  # failures whose modes are told apart together while hunting; at the end all are


@dataclass(frozen=True, slots=True)
class HuntOptions:
    """How to hunt.

    Args:
        policy: one of ``POLICIES``, or ``strategy`` for the suite's hunt sources; by default the first policy where
            the suite has a generator, else ``strategy``.
        trials: trials at most, 1 to ``MOST_TRIALS``.
        strength: of the covering array that some policies begin with, 1 to 4.
        share: share of the drawn trials left to the profile.
        forbid: combinations to leave out, attribute -> level.
        adversary: a target that proposes scenarios, in place of a policy.
    """

    policy: str = ""
    trials: int = 1000
    strength: int = 2
    share: float = SHARE
    forbid: Sequence[dict[str, str]] = ()
    adversary: TargetSpec | None = None


def hunt(
    suite: Suite,
    selection: Selection,
    options: HuntOptions | None = None,
    *,
    watch: Watch | None = None,
    root: Path | None = None,
) -> Hunted:
    """Search for failures of a target and record what is found.

    Args:
        suite: the suite.
        selection: release or target, profile and seed (the first development one by default).
        options: how to hunt.
        watch: called after every batch of trials with the running counts.
        root: folder that holds ``.ninemarch``; here by default.

    Returns:
        The hunt as recorded, and what it found.

    Raises:
        UsageError: an option cannot be used, or the suite gives nothing to hunt with; nothing was run.
        Interrupted: a signal came; everything acknowledged is kept.
        RunInvalid: the journal cannot be written.
    """
    options = options or HuntOptions()
    # Everything that can be wrong with the request is found before a folder is made.
    release = release_of(suite, selection)
    compile_checks(suite)
    with ExitStack() as opened:
        target = opened.enter_context(open_target(release.target, suite))
        begin = _beginning(suite, selection, options, opened)
        folder = new_run_folder(root, HUNTS)
        plan = RunPlan(
            run=folder.name,
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            suite=suite.name,
            suite_version=suite.version,
            origin=suite.origin,
            scenarios_hash=suite.scenarios_hash,
            checks_hash=suite.checks_hash,
            target=release.target,
            profile=selection.profile or suite.default_profile,
            seed=begin.plan.seed,
            seed_range="",
            planned=options.trials,
            release=release.id,
            release_name=release.name,
            subset=SUBSET,
            ninemarch=ninemarch.__version__,
            python=platform.python_version(),
            argv=tuple(sys.argv[1:]),
            title=suite.title,
        )
        with Journal.create(folder, plan) as journal:
            journal.note(SETTINGS, msgspec.json.encode(begin.plan).decode())
            _Search(suite, target, journal, begin.plan.domain, Progress(options.trials, notify=watch)).go(
                begin.offers
            )
    return read_hunt(folder)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """A hunt's plan, and where its scenarios come from."""

    plan: HuntPlan
    offers: Offers


def _beginning(suite: Suite, selection: Selection, options: HuntOptions, opened: ExitStack) -> _Beginning:
    seed = suite.seeds.development[0] if selection.seed is None else selection.seed
    name = options.policy or _default_policy(suite)
    known = (*POLICIES, "strategy")
    if name not in known or not 1 <= options.trials <= MOST_TRIALS:
        msg = (
            f"policy={excerpt(name, 40)}{nearest(name, known)}, trials={options.trials:,}; allowed: "
            f"{', '.join(known)}; 1 to {MOST_TRIALS:,} trials"
        )
        raise UsageError(msg)
    generated = any(source.generator and not source.subset for source in suite.sources)
    if options.adversary is not None:
        adversary = opened.enter_context(open_target(options.adversary, suite))
        domain = _domain(suite, selection, options) if generated else None
        plan = HuntPlan("adversary", domain, adversary=str(options.adversary), seed=seed)
        return _Beginning(plan, Adversary(suite, domain, adversary, seed=seed))
    if name == "strategy":
        if not suite.hunts:
            msg = (
                f"suite {suite.name} has no hunt source; add one under scenarios: hunt: {{python: module:strategy}}, "
                "or take another policy"
            )
            raise UsageError(msg)
        return _Beginning(HuntPlan("strategy", None, seed=seed), Examples(suite, seed=seed, budget=options.trials))
    if not generated:
        msg = (
            f"suite {suite.name} has no generator that makes scenarios at chosen levels, as policy {name} asks; add "
            "generate: {python: module:name} or a hunt source under scenarios, or give --adversary TARGET"
        )
        raise UsageError(msg)
    domain = _domain(suite, selection, options)
    policy = policy_of(name, domain, seed=seed, budget=options.trials, strength=options.strength, share=options.share)
    plan = HuntPlan(name, domain, options.strength, options.share, policy.heaviest, seed=seed)
    return _Beginning(plan, Levels(suite, domain, policy, seed=seed))


def _default_policy(suite: Suite) -> str:
    generated = any(source.generator and not source.subset for source in suite.sources)
    return "strategy" if suite.hunts and not generated else POLICIES[0]


def _domain(suite: Suite, selection: Selection, options: HuntOptions) -> Domain:
    profile = profile_of(suite, selection.profile)
    return domain_of(profile, tuple(suite.profiles.values()), forbid=options.forbid)


class _Search:
    """The loop of one hunt."""

    def __init__(
        self, suite: Suite, target: Target, journal: Journal, domain: Domain | None, progress: Progress
    ) -> None:
        self._suite = suite
        self._target = target
        self._journal = journal
        self._domain = domain
        self._progress = progress
        self._failures: list[Failure] = []

    def go(self, offers: Offers) -> None:
        """Try offers until the planned trials are made or there is nothing left."""
        number, planned = 0, self._journal.plan.planned
        try:
            while number < planned:
                batch = offers.offer(min(self._at_once(), planned - number))
                if not batch:
                    self._journal.stop(f"{offers.ended} after {number:,} of {planned:,} trials")
                    break
                self._batch(offers, batch, number)
                number += len(batch)
        except Interrupted as error:
            self._journal.commit()
            run = self._journal.plan.run
            msg = (
                f"interrupted: {self._journal.acknowledged:,} of {planned:,} trials of hunt {run} are safe; see them "
                f"with\n  ninemarch show {run}"
            )
            raise Interrupted(msg, error.exit_code) from error
        self._journal.seal()

    def _at_once(self) -> int:
        if self._target.mode is Mode.BATCH:
            return min(self._target.batch, max(_AT_ONCE, self._journal.plan.planned // _LOOKS))
        return self._suite.limits.concurrency if self._target.mode is Mode.ASYNC else _AT_ONCE

    def _batch(self, offers: Offers, batch: Sequence[Offer], first: int) -> None:
        proposals = Proposals(first, tuple(offer.proposal for offer in batch))
        self._journal.note(PROPOSED, msgspec.json.encode(proposals).decode())
        trials = self._tried(batch, first)
        for trial in trials:
            self._journal.append(trial)
            self._progress.tell(trial)
        self._journal.commit()
        new = [failure_of(trial) for trial in trials if trial.verdict is Verdict.FAIL]
        self._failures = [*self._failures, *new][-max(_WINDOW, len(new)) :]
        modes = modes_of(self._failures, self._domain)[len(self._failures) - len(new) :] if new else []
        mode_of = {failure.number: mode.key for failure, mode in zip(new, modes, strict=True)}
        tried = [
            Tried(offer.proposal, first + place, mode_of.get(first + place, "")) for place, offer in enumerate(batch)
        ]
        offers.learn(tried, new)

    def _tried(self, batch: Sequence[Offer], first: int) -> list[Trial]:
        """The record of every offer, in order: run where it can be, else why not."""
        name = f"{SUBSET}-{self._journal.plan.run}"
        sound = [offer.made for offer in batch if isinstance(offer.made, Scenario) and not offer.made.void]
        ran = iter(judge_scenarios(self._suite, sound, self._target))
        out = []
        for offer in batch:
            made = offer.made
            if isinstance(made, GeneratorFault):
                out.append(_not_run(made.scenario, Verdict.ERROR, str(made)))
            elif isinstance(made, str):
                out.append(_not_run(Scenario(id="", input=None), Verdict.UNSCORED, made))
            elif made.void:
                out.append(_not_run(made, Verdict.VOID, excerpt(made.void, 300)))
            else:
                out.append(next(ran))
        return [
            msgspec.structs.replace(trial, number=number, scenario=f"{name}:{number}")
            for number, trial in enumerate(out, start=first)
        ]


def _not_run(scenario: Scenario, verdict: Verdict, reason: str) -> Trial:
    return Trial(
        number=0,
        scenario=scenario.id,
        repeat=0,
        group=scenario.group,
        attributes=scenario.attributes,
        severity=scenario.severity,
        verdict=verdict,
        ended=Ended.NOT_RUN,
        reason=reason,
        input=scenario.input,
        expect=scenario.expect,
    )
