"""Confirm mined slices on fresh trials of the same release: scenarios drawn with a seed that no run here has used.

Covers drawing inside and outside a slice as the profile does, and running them. The trials are not recorded and enter
no rate; the same seed makes the same scenarios again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from ninemarch.engine import Progress, judge_scenarios
from ninemarch.errors import UsageError
from ninemarch.journal import list_runs
from ninemarch.mining.confirm import Confirmed, Pairs, confirm
from ninemarch.mining.result import MiningResult
from ninemarch.mining.slices import FoundSlice
from ninemarch.model import RunPlan, Scenario, Suite, Trial, Verdict
from ninemarch.suite import GeneratorFault, load
from ninemarch.suite.draw import Drawer, profile_of
from ninemarch.targets import Target, open_target

__all__ = ["confirm_slices"]

_PATIENCE = 200_000  # draws without one in the slice after which it is too rare to confirm
_BAD = {Verdict.FAIL, Verdict.ASSISTED}

Watch = Callable[[str, Progress], None]


def confirm_slices(
    found: MiningResult, *, trials: int, top: int = 10, watch: Watch | None = None, root: Path | None = None
) -> Confirmed:
    """Run fresh trials inside and outside each slice until it is confirmed or refuted.

    Args:
        found: what mining found.
        trials: fresh trials for each slice at most, inside and outside together, >= 2.
        top: slices tried at most.
        watch: called with the slice and the running counts after every batch.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: there is no slice, the suite cannot be had, has changed, or draws no scenarios.
        Interrupted: a signal came; nothing was recorded.
    """
    plan = found.plan
    slices = found.slices.slices[:top] if found.slices else ()
    if not slices:
        msg = f"run {plan.run} has no slice to confirm; see 'ninemarch mine {plan.run}'"
        raise UsageError(msg)
    suite = load(plan.origin)
    if (suite.scenarios_hash, suite.checks_hash) != (plan.scenarios_hash, plan.checks_hash):
        msg = f"suite {suite.name} has changed since run {plan.run}: fresh trials would test something else; run anew"
        raise UsageError(msg)
    seed = _fresh_seed(suite, plan, root)
    fresh = _Fresh(suite, plan, seed, open_target(plan.target, suite))
    done = []
    for each in slices:
        pairs = fresh.pairs(each, Progress(trials), watch)
        done.append((each, confirm(pairs, claim=each.at_least, most=max(1, trials // 2))))
    return Confirmed(seed, tuple(done), fresh.undecided)


def _fresh_seed(suite: Suite, plan: RunPlan, root: Path | None) -> int:
    """The first held-out seed that no run of these scenarios here has used."""
    used = {other.seed for _, other in list_runs(root) if other.scenarios_hash == plan.scenarios_hash} | {plan.seed}
    first, last = suite.seeds.held_out
    seed = next((seed for seed in range(first, last + 1) if seed not in used), None)
    if seed is None or not any(source.generator and not source.subset for source in suite.sources):
        why = "every held-out seed has been used" if seed is None else "its scenarios are listed, not drawn"
        msg = f"suite {suite.name} has no fresh scenario to confirm on: {why}; give it a generator"
        raise UsageError(msg)
    return seed


class _Fresh:
    """Fresh trials of one release, in pairs."""

    def __init__(self, suite: Suite, plan: RunPlan, seed: int, target: Target) -> None:
        self._suite, self._plan, self._seed, self._target = suite, plan, seed, target
        self.undecided = 0

    def pairs(self, slice_: FoundSlice, progress: Progress, watch: Watch | None) -> Pairs:
        """Return a maker of pairs for one slice; every scenario of it belongs to another group."""
        drawn = self._drawn(slice_)

        def make(many: int) -> list[tuple[bool, bool]]:
            out: list[tuple[bool, bool]] = []
            while len(out) < many:
                batch = list(islice(drawn, many - len(out)))
                if not batch:
                    break
                out += self._tried(batch, progress)
                if watch:
                    watch(slice_.label, progress)
            return out

        return make

    def _tried(self, batch: list[tuple[Scenario, Scenario]], progress: Progress) -> list[tuple[bool, bool]]:
        scenarios = [scenario for pair in batch for scenario in pair]
        trials = judge_scenarios(self._suite, scenarios, self._target)
        for trial in trials:
            progress.add(trial.verdict)
        out = []
        for inside, outside in zip(trials[::2], trials[1::2], strict=True):
            if _scored(inside) and _scored(outside):
                out.append((inside.verdict in _BAD, outside.verdict in _BAD))
            self.undecided += (not _scored(inside)) + (not _scored(outside))
        return out

    def _drawn(self, slice_: FoundSlice) -> Iterator[tuple[Scenario, Scenario]]:
        """Pairs of scenarios, one inside the slice and one outside, as the profile draws them."""
        waiting: tuple[deque[Scenario], deque[Scenario]] = (deque(), deque())
        groups: tuple[set[str], set[str]] = (set(), set())
        misses = 0
        for scenario in self._scenarios():
            place = 0 if slice_.holds(scenario.attributes) else 1
            misses += 1
            if misses > _PATIENCE:
                return
            # A group that has been tried tells nothing new; outside ones are kept only while they are needed.
            if scenario.group_key in groups[place] or (place == 1 and len(waiting[1]) > len(waiting[0])):
                continue
            groups[place].add(scenario.group_key)
            waiting[place].append(scenario)
            if waiting[0] and waiting[1]:
                misses = 0
                yield waiting[0].popleft(), waiting[1].popleft()

    def _scenarios(self) -> Iterator[Scenario]:
        drawer = Drawer(self._suite, profile_of(self._suite, self._plan.profile), self._seed)
        index = 0
        while True:
            try:
                made = drawer.scenario(index)
            except GeneratorFault:
                self.undecided += 1
            else:
                inside = all(made.attributes.get(name) == level for name, level in self._plan.where.items())
                if inside and not made.void:
                    yield made
            index += 1


def _scored(trial: Trial) -> bool:
    return trial.verdict in {Verdict.PASS, *_BAD}
