"""Fresh trials on the slices that mining found: drawn, run and judged until each is confirmed or refuted.

Covers drawing scenarios as the run's profile does, with a held-out seed that no run here has used. What is run is not
recorded and enters no rate: it was drawn for its slice, not as use draws it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ninemarch import table
from ninemarch.engine import Progress, judge_scenarios
from ninemarch.errors import UsageError
from ninemarch.journal import find_run, list_runs
from ninemarch.mining.confirm import CONTROL, Confirming, ConfirmOptions
from ninemarch.mining.result import MiningResult
from ninemarch.model import RunPlan, Scenario, Suite
from ninemarch.suite import GeneratorFault, load
from ninemarch.suite.draw import FILTER_PATIENCE, Drawer, profile_of
from ninemarch.targets import open_target

__all__ = ["confirm_slices"]

Watch = Callable[[str, Progress], None]

_TRIED = 300  # scenarios drawn to see whether new groups can be had at all
_FEW = 0.05  # so few of them are none


def confirm_slices(
    found: MiningResult, *, trials: int = 2000, top: int = 10, watch: Watch | None = None, root: Path | None = None
) -> MiningResult:
    """Run fresh trials on the slices found and return the result with what they said; as it was without a slice.

    Args:
        found: what mining found.
        trials: fresh trials at most.
        top: slices tested at most, the strongest first.
        watch: called with a title and the running counts after every batch.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no fresh scenarios can be drawn, or the suite has changed since; nothing was run.
        Interrupted: a signal came; nothing is kept.
    """
    plan, report = found.plan, found.slices
    if report is None:
        msg = f"run {plan.run} is no sample of its profile, so it has no slices; confirm those of a drawn run"
        raise UsageError(msg)
    if not report.slices:
        return found
    suite = load(plan.origin)
    if suite.hash != plan.hash:
        msg = f"suite {suite.name} has changed since run {plan.run}: fresh trials would test something else; run anew"
        raise UsageError(msg)
    seed = _fresh_seed(suite, plan, root)
    confirming = Confirming(report, ConfirmOptions(trials=trials), most=top)
    fresh = _Fresh(suite, plan, seed, known=_groups(plan, root))
    progress = Progress(trials)
    with open_target(plan.target, suite) as target:
        while wanted := confirming.wanted():
            picked = fresh.pick(confirming, wanted)
            for (arm, _), trial in zip(
                picked, judge_scenarios(suite, [scenario for _, scenario in picked], target), strict=True
            ):
                confirming.tell(arm, trial.verdict)
                progress.add(trial.verdict)
            confirming.look()
            if watch:
                watch("fresh trials", progress)
    return replace(found, confirmation=confirming.result(seed=seed, new_groups=fresh.new_groups))


def _fresh_seed(suite: Suite, plan: RunPlan, root: Path | None) -> int:
    """The first held-out seed that no run of these scenarios here has used."""
    used = {other.seed for _, other in list_runs(root) if other.scenarios_hash == plan.scenarios_hash} | {plan.seed}
    first, last = suite.seeds.held_out
    seed = next((seed for seed in range(first, last + 1) if seed not in used), None)
    if seed is None or not plan.drawn:
        why = "every held-out seed has been used" if seed is None else "its scenarios are listed, not drawn"
        msg = f"suite {suite.name} has no fresh scenario to confirm on: {why}; give it a generator"
        raise UsageError(msg)
    return seed


def _groups(plan: RunPlan, root: Path | None) -> frozenset[str]:
    """Groups of the mined run."""
    path = table.ensure(find_run(plan.run, root))
    return frozenset(name for batch in table.stream(path, ["group"]) for name in batch["group"].to_pylist() if name)


class _Fresh:
    """Scenarios that the mined run did not have, in the order in which they are drawn.

    ``new_groups``: where scenarios share groups, only groups that the run did not have, each once. Where the suite
    has next to no other groups (one fixed pool of pictures), those of the run are taken again, drawn as use draws
    them: what is said then holds for these groups.
    """

    def __init__(self, suite: Suite, plan: RunPlan, seed: int, *, known: frozenset[str]) -> None:
        self._drawer = Drawer(suite, profile_of(suite, plan.profile), seed)
        self._where, self._used = plan.where, set(known)
        self._next = 0
        self.new_groups: bool | None = None
        if known:
            tried = [each.group for each in self._drawn(_TRIED) if each]
            self.new_groups = sum(group not in known for group in tried) > _FEW * len(tried)
            self._next = 0

    def pick(self, confirming: Confirming, wanted: Counter[int]) -> list[tuple[int, Scenario]]:
        """Return scenarios of the arms that are wanted, with their arms; arms of which none is left are closed."""
        wanted, picked, patience = +wanted, [], FILTER_PATIENCE
        while wanted and patience:
            patience -= 1
            levels, _ = self._drawer.levels(self._next)
            index, self._next = self._next, self._next + 1
            if not wanted[CONTROL] and not any(confirming.may_be_in(arm, levels) for arm in wanted):
                continue
            scenario = self._scenario(index)
            arm = None if scenario is None else confirming.arm_of(scenario.attributes)
            if scenario is None or arm is None or wanted[arm] <= 0 or not self._unused(scenario):
                continue
            picked.append((arm, scenario))
            wanted[arm] -= 1
            wanted, patience = +wanted, FILTER_PATIENCE
        confirming.close(list(wanted))
        return picked

    def _drawn(self, many: int) -> Iterator[Scenario | None]:
        for index in range(many):
            yield self._scenario(index)

    def _scenario(self, index: int) -> Scenario | None:
        """The scenario; None where it is broken, void or filtered out."""
        try:
            made = self._drawer.scenario(index)
        except GeneratorFault:
            return None
        fits = all(made.attributes.get(name) == level for name, level in self._where.items())
        return made if fits and not made.void else None

    def _unused(self, scenario: Scenario) -> bool:
        """Whether its group may enter; it is then used."""
        if not self.new_groups or not scenario.group:
            return True
        new = scenario.group not in self._used
        self._used.add(scenario.group)
        return new
