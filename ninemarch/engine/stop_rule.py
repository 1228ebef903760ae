"""When a sequential run may stop: every blocking gate followed trial by trial, in planned order.

Covers the rule. Trials may be told in any order; they are released in planned order, because the order in which they
finish depends on how they went. After a decision the trials in flight are told too, and the decision is looked at
anew: what is decided is always the present state. Gates are followed as the gate floor will judge them: PASS with
every trial without a verdict read as bad, FAIL with every one read as good. ``courses`` follows a single gate.

Source: as for ``ninemarch.stats.sequential`` and ``ninemarch.stats.martingale``.
"""

from __future__ import annotations

from collections.abc import Mapping

from ninemarch.engine.courses import Course, Reading, clean_trials, course_of, reading_of
from ninemarch.model import Gate, RunPlan, Trial, Verdict

__all__ = ["StopRule"]

_LOOK_EVERY = 64  # trials after which slices are looked at even where nothing has changed


class StopRule:
    """Follows the blocking gates of a plan.

    Args:
        plan: the plan; what earlier runs of the release showed is in it.
        baselines: name of a baseline -> share failed of each of its scenarios.
    """

    def __init__(self, plan: RunPlan, baselines: Mapping[str, Mapping[str, float]] | None = None) -> None:
        self._plan = plan
        self._baselines = baselines or {}
        self._gates = [gate for gate in plan.gates if gate.blocking and self._applies(gate)]
        self._courses: dict[tuple[str, tuple[str, ...]], Course] = {}
        self._futile: set[tuple[str, tuple[str, ...]]] = set()
        self._waiting: dict[int, Trial] = {}
        self._released = self._scored = 0
        self._stale = True
        self._why = ""
        # Found once: a million trials need not look up the same course.
        self._plain = [
            (tuple(gate.where.items()), self._course(gate, gate.where)) for gate in self._gates if not gate.each
        ]
        for gate in self._gates:
            for where in self._known(gate) if gate.each else []:
                self._course(gate, where)
        self._each: list[tuple[Gate, str, dict[str, Course]]] = [
            (gate, name, {}) for gate in self._gates for name in gate.each
        ]
        # A release that earlier runs have proven is looked at again as closely as a first, clean run would.
        follows = [course for course in self._courses.values() if not course.counts_failures]
        proven = bool(follows) and all(course.passes() for course in follows)
        self._least = max(clean_trials(gate) for gate in self._gates) if proven else 0

    def _applies(self, gate: Gate) -> bool:
        """Whether this selection says anything on the gate; as the gate floor sees it."""
        outside = [name for name, level in self._plan.where.items() if gate.where.get(name) != level]
        return not outside or outside == list(gate.each)

    def _known(self, gate: Gate) -> list[Mapping[str, str]]:
        """The slices of a gate with ``each`` that are known before the first trial."""
        return [look.where for look in self._plan.earlier if look.gate == gate.id]

    def _course(self, gate: Gate, where: Mapping[str, str]) -> Course:
        key = gate.id, tuple(sorted(f"{name}={level}" for name, level in where.items()))
        if key not in self._courses:
            course = self._courses[key] = course_of(gate, where, self._plan, self._baselines.get(gate.baseline))
            if course.hopeless(self._plan.planned - self._released):
                self._futile.add(key)  # the plan was too small from the start: it measures, and proves nothing
        return self._courses[key]

    def tell(self, trial: Trial) -> None:
        """Take in one finished trial, in any order; each number once."""
        self._waiting[trial.number] = trial
        while (following := self._waiting.pop(self._released, None)) is not None:
            self._released += 1
            self._release(following)

    def _release(self, trial: Trial) -> None:
        reading = reading_of(trial)
        if trial.verdict is Verdict.VOID:
            return
        self._scored += reading is not Reading.OPEN
        for where, course in self._plain:
            if not where or all(trial.attributes.get(name) == level for name, level in where):
                self._stale |= course.add(trial, reading)
        for gate, name, levels in self._each:
            level = trial.attributes.get(name)
            if level is not None:
                if level not in levels:
                    levels[level] = self._course(gate, {name: level})
                self._stale |= levels[level].add(trial, reading)
        self._stale |= self._released % _LOOK_EVERY == 0 or self._released == self._least

    @property
    def decided(self) -> str:
        """Why the run may stop now, in words; empty while it must go on."""
        if self._stale:
            self._why = self._look()
            self._stale = False
        return self._why

    def _look(self) -> str:
        least = {gate.id: gate.min_share * max(self._scored, 1) for gate in self._gates}
        known = {key: course for key, course in self._courses.items() if course.scored >= least[course.gate.id]}
        courses = list(known.values())
        slices = sum(bool(course.where) for course in courses)
        left = self._plan.planned - self._released
        if self._released < 1:
            return ""  # whatever earlier runs have shown, a run makes trials of its own
        for course in courses:
            if course.fails(slices if course.where else 1):
                return f"decided after {self._released:,} trials: {course.name} has failed"
        follows = [course for course in courses if not course.counts_failures]
        fresh = min(self._least, self._plan.planned)
        if follows and self._released >= fresh and all(course.passes() for course in follows):
            return f"decided after {self._released:,} trials: every gate is proven"
        for key, course in known.items():
            if key not in self._futile and course.hopeless(left):
                return f"stopped after {self._released:,} trials: no trial left in the plan can pass {course.name}"
        return ""
