"""Drawing scenarios: scenario i of (suite, profile, seed) is the same on every machine.

Covers the order of a run's scenarios and looking one up by its id. A drawn scenario's id is
``profile:seed:index``; from it, the suite and nothing else the scenario can be made again anywhere.

The random generator is Python's own ``random.Random`` (Mersenne Twister, whose ``random()`` is stable over
versions), seeded with 128 bits of BLAKE2b(scenarios hash, profile, seed, index).
"""

from __future__ import annotations

import bisect
import hashlib
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import invert
from typing import Any, TypeAlias

from ninemarch.errors import SuiteError, UsageError, nearest
from ninemarch.model import Profile, Scenario, Severity, Source, Suite
from ninemarch.text import excerpt, fault, scrub

_GENERATED = frozenset({"input", "expect", "attributes", "group", "severity", "weight", "void"})
# Seeds and indexes are 63 bits wide; a longer number is no name of a scenario.
_MOST_DIGITS = 18
# A filter that the first so many drawn scenarios never meet is taken to select nothing.
FILTER_PATIENCE = 20_000
# Number of a trial, and what stands for its scenario: the index of a drawn one, ~place of a listed one.
Pick: TypeAlias = tuple[int, int]


class GeneratorFault(Exception):
    """A generator raised or returned something that is not a scenario: our side broke, the trial is an error.

    Args:
        scenario: what was known before it broke (id and drawn levels).
    """

    def __init__(self, message: str, scenario: Scenario) -> None:
        super().__init__(message)
        self.scenario = scenario


class Drawer:
    """Draws scenarios from the generators of a suite under one profile and seed."""

    def __init__(self, suite: Suite, profile: Profile, seed: int, *, subset: str = "") -> None:
        self._prefix = hashlib.blake2b(f"{suite.scenarios_hash}|{profile.name}|{seed}|".encode(), digest_size=16)
        self._id = f"{profile.name}:{seed}:"
        self._generators = [s for s in suite.sources if s.generator and s.subset == subset]
        self._shares = list(accumulate(s.weight for s in self._generators))
        self._levels = []
        for name, levels in sorted(profile.attributes.items()):
            *inner, total = accumulate(levels.values())  # not sum(): it rounds differently since Python 3.12
            self._levels.append((name, list(levels), inner, total))

    def levels(self, index: int) -> tuple[dict[str, str], random.Random]:
        """The levels drawn for scenario ``index`` and its random generator, positioned after the draw."""
        seed = self._prefix.copy()
        seed.update(str(index).encode())
        rng = random.Random(int.from_bytes(seed.digest()))  # noqa: S311 - sampling, not cryptography
        uniform, place = rng.random, bisect.bisect
        return {name: levels[place(inner, uniform() * total)] for name, levels, inner, total in self._levels}, rng

    def scenario(self, index: int) -> Scenario:
        """Make scenario ``index``.

        Raises:
            GeneratorFault: the generator raised, or did not return the fields of a scenario.
        """
        return self.scenario_at(index)

    def scenario_at(self, index: int, levels: Mapping[str, str] | None = None) -> Scenario:
        """Make scenario ``index`` at other levels, from the same random numbers; at its own by default.

        Raises:
            GeneratorFault: the generator raised, or did not return the fields of a scenario.
        """
        drawn, rng = self.levels(index)
        return _made(self._source(rng), f"{self._id}{index}", drawn if levels is None else dict(levels), rng)

    def _source(self, rng: random.Random) -> Source:
        if len(self._generators) == 1:
            return self._generators[0]
        return self._generators[bisect.bisect(self._shares, rng.random() * self._shares[-1])]


class Maker:
    """Makes scenarios at chosen levels, off the profile: for hunting and shrinking, never for a rate.

    Args:
        suite: a suite with at least one generator that is not a subset's.

    Raises:
        UsageError: the suite has only listed scenarios.
    """

    def __init__(self, suite: Suite) -> None:
        self._hash = suite.scenarios_hash
        self._generators = [s for s in suite.sources if s.generator and not s.subset]
        self._shares = [s.weight for s in self._generators]
        if not self._generators:
            msg = (
                f"suite {suite.name} has no generator, so no scenario can be made at chosen levels; "
                "add one under scenarios: generate: {python: module:name}"
            )
            raise UsageError(msg)

    def scenario(self, name: str, levels: Mapping[str, str], *, stream: str) -> Scenario:
        """Make the scenario ``name`` at ``levels``.

        Args:
            name: id of the scenario.
            levels: the level of every attribute that the generator is given.
            stream: names the random numbers of all that the levels leave open: the same suite, levels and stream
                give the same scenario anywhere.

        Raises:
            GeneratorFault: the generator raised, or did not return the fields of a scenario.
        """
        digest = hashlib.blake2b(f"{self._hash}|at|{stream}".encode(), digest_size=16).digest()
        rng = random.Random(int.from_bytes(digest))  # noqa: S311 - sampling, not cryptography
        (source,) = rng.choices(self._generators, self._shares)
        return _made(source, name, dict(levels), rng)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scenario that a generator made, and how it makes others like it: for shrinking, never for a rate.

    Args:
        levels: the levels that the generator was given.
        at: makes the scenario at other levels, from the same random numbers; raises GeneratorFault.
    """

    levels: Mapping[str, str]
    at: Callable[[Mapping[str, str]], Scenario]


def _made(source: Source, name: str, levels: dict[str, str], rng: random.Random) -> Scenario:
    try:
        made = source.generator(levels, rng) if source.generator else {}
        return _assemble(name, levels, made)
    except (Exception, SystemExit) as error:
        known = Scenario(id=name, input=None, attributes=levels)
        msg = f"the generator failed: {fault(error)}"
        raise GeneratorFault(msg, known) from error


def _assemble(scenario_id: str, drawn: Mapping[str, str], made: Any) -> Scenario:
    if not isinstance(made, Mapping):
        msg = f"it must return a dict with the key 'input'; it returned a {type(made).__name__}"
        raise SuiteError(msg)
    if "input" not in made or not made.keys() <= _GENERATED:
        keys = excerpt(sorted(map(str, made)), 200)
        msg = f"it must return 'input' and may return {sorted(_GENERATED)}; it returned the keys {keys}"
        raise SuiteError(msg)
    attributes = made.get("attributes", {})
    group, void, weight = made.get("group", ""), made.get("void", ""), made.get("weight", 1.0)
    # What goes into the journal as text or number must be that: a level 3 would be unreadable later.
    if not isinstance(attributes, Mapping) or not all(
        map(_is_text, (*attributes, *attributes.values(), group, void))
    ):
        msg = "attributes (names and levels), group and void must be texts without lone surrogates"
        raise SuiteError(msg)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < math.inf:
        msg = f"weight={excerpt(weight, 40)}; allowed: a finite number, 0 or more"
        raise SuiteError(msg)
    return Scenario(
        id=scenario_id,
        input=made["input"],
        expect=made.get("expect"),
        attributes={**drawn, **{str(name): str(level) for name, level in attributes.items()}},
        group=str(group),
        severity=Severity(made.get("severity", "major")),
        weight=float(weight),
        void=str(void),
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and (value.isascii() or scrub(value) == value)


class Schedule:
    """The scenarios of one run in planned order, made one by one.

    Args:
        suite: the suite.
        profile: name of the profile.
        seed: seed of the draw and of the order.
        planned: trials wanted; fewer are planned when only listed scenarios exist.
        subset: run a hand-picked subset instead of the population.
        where: keep only scenarios with these attribute levels.
        ids: run exactly these scenarios.
        first: index of the first scenario drawn.

    Raises:
        UsageError: nothing is selected, or a name is unknown.
    """

    def __init__(
        self,
        suite: Suite,
        *,
        profile: str,
        seed: int,
        planned: int,
        subset: str = "",
        where: Mapping[str, str] | None = None,
        ids: Sequence[str] = (),
        first: int = 0,
    ) -> None:
        self._first = first
        self._kept: dict[int, Scenario | GeneratorFault] = {}
        self.suite = suite
        self.profile = profile_of(suite, profile)
        self.repeats = suite.trials.per_scenario
        self._where = dict(where or {})
        known = {s.subset for s in suite.sources if s.subset}
        if subset and subset not in known:
            names = ", ".join(sorted(known)) or "none"
            msg = f"subset={subset} is not in the suite{nearest(subset, known)}; known: {names}"
            raise UsageError(msg)
        listed = [s for source in suite.sources if source.subset == subset for s in source.scenarios]
        self._drawer: Drawer | None = None
        if any(s.generator and s.subset == subset for s in suite.sources):
            self._drawer = Drawer(suite, self.profile, seed, subset=subset)
        if ids:
            listed, self._drawer = [find_scenario(suite, name) for name in ids], None
        self._check_where(listed)
        self._listed = [s for s in listed if self._matches(s.attributes)]
        order = random.Random(f"{suite.scenarios_hash}|order|{seed}")  # noqa: S311 - sampling
        order.shuffle(self._listed)
        if self._drawer is None:
            self.planned = min(planned, len(self._listed) * self.repeats)
        else:
            self.planned = planned
            self._spread(order)
        if self.planned == 0 or next(iter(self), None) is None:
            picked = ", ".join(f"{k}={v}" for k, v in self._where.items()) or "this selection"
            see = f"ninemarch suite show {suite.origin or suite.name}"
            msg = f"{picked} selects no scenario of suite {suite.name}; see '{see}'"
            raise UsageError(msg)

    @property
    def drawn(self) -> bool:
        """Whether every scenario is drawn from the profile, so that no weights are needed."""
        return self._drawer is not None and not self._listed

    def _spread(self, order: random.Random) -> None:
        """Place the listed scenarios at random among the drawn ones."""
        slots = -(-self.planned // self.repeats)
        places = sorted(order.sample(range(slots), min(len(self._listed), slots)))
        self._places = {place: which for which, place in enumerate(places)}

    def _check_where(self, listed: Sequence[Scenario]) -> None:
        for name, level in self._where.items():
            levels = set(self.profile.attributes.get(name, {})) | {
                s.attributes[name] for s in listed if name in s.attributes
            }
            if not levels and self._drawer is not None:
                continue  # the generator may add attributes of its own; the search below decides
            if not levels:
                attributes = {*self.profile.attributes, *(a for s in listed for a in s.attributes)}
                msg = f"-w {name}={level}: no scenario has the attribute '{name}'{nearest(name, attributes)}"
                raise UsageError(msg)
            if level not in levels and (self._drawer is None or name in self.profile.attributes):
                known = excerpt(sorted(levels), 200)
                msg = f"-w {name}={level}: no such level{nearest(level, levels)}; give one of {known}"
                raise UsageError(msg)

    def _matches(self, attributes: Mapping[str, str]) -> bool:
        return all(attributes.get(name) == level for name, level in self._where.items())

    def __iter__(self) -> Iterator[tuple[int, int, Scenario | GeneratorFault]]:
        """Yield (trial number, repeat, scenario or fault) in planned order."""
        for number, pick in self.picks():
            yield number, number % self.repeats, self.made(pick)

    def picks(self) -> Iterator[Pick]:
        """Yield every trial's pick in planned order; ``made`` makes its scenario, in any process with the suite."""
        number = 0
        for pick in self._picks():
            for _ in range(self.repeats):
                if number >= self.planned:
                    return
                yield number, pick
                number += 1

    def made(self, pick: int) -> Scenario | GeneratorFault:
        """The scenario that the second number of a pick stands for, or why there is none."""
        if pick not in self._kept:  # the last one only: its repeats follow it
            self._kept = {pick: self._make(pick)}
        return self._kept[pick]

    def _make(self, pick: int) -> Scenario | GeneratorFault:
        if pick < 0 or self._drawer is None:
            return self._listed[~pick]
        try:
            return self._drawer.scenario(pick)
        except GeneratorFault as fault:
            return fault

    def _picks(self) -> Iterator[int]:
        """Indices of drawn scenarios; ~place of listed ones."""
        if self._drawer is None:
            yield from map(invert, range(len(self._listed)))
            return
        index = self._first - 1
        misses = slot = 0
        while misses < FILTER_PATIENCE:
            if slot in self._places:
                yield ~self._places[slot]
                slot += 1
                continue
            index += 1
            if self._where and not self._meets(self._drawer, index):
                misses += 1
                continue
            misses = 0
            slot += 1
            yield index

    def _meets(self, drawer: Drawer, index: int) -> bool:
        drawn, _ = drawer.levels(index)
        if any(drawn.get(name, level) != level for name, level in self._where.items()):
            return False
        made = self.made(index)
        return self._matches((made.scenario if isinstance(made, GeneratorFault) else made).attributes)


def profile_of(suite: Suite, name: str) -> Profile:
    """Return the suite's profile of that name; the default one for an empty name.

    Raises:
        UsageError: no such profile.
    """
    name = name or suite.default_profile
    if name not in suite.profiles:
        known = ", ".join(suite.profiles) or "none"
        msg = f"profile={name} is not in suite {suite.name}{nearest(name, suite.profiles)}; known: {known}"
        raise UsageError(msg)
    return suite.profiles[name]


def find_scenario(suite: Suite, name: str) -> Scenario:
    """Return the scenario with this id: a listed one, or a drawn one made again.

    Raises:
        UsageError: no scenario has this id.
    """
    listed = {s.id: s for source in suite.sources for s in source.scenarios}
    if name in listed:
        return listed[name]
    drawn = find_drawn(suite, name)
    if drawn is not None:
        try:
            return drawn.at(drawn.levels)
        except GeneratorFault as fault:
            msg = f"scenario {name} of suite {suite.name}: {fault}"
            raise UsageError(msg) from fault
    msg = (
        f"no scenario '{excerpt(name, 80)}' in suite {suite.name}{nearest(name, listed)}; drawn scenarios are named "
        f"profile:seed:index, e.g. {suite.default_profile}:{suite.seeds.held_out[0]}:0"
    )
    raise UsageError(msg)


def find_drawn(suite: Suite, name: str) -> Drawn | None:
    """Return how the drawn scenario with this id was made; None for a listed one, and where there is none."""
    if any(name == scenario.id for source in suite.sources for scenario in source.scenarios):
        return None
    profile, _, rest = name.partition(":")
    seed, _, index = rest.partition(":")
    subsets = [source.subset for source in suite.sources if source.generator]
    if profile not in suite.profiles or not subsets:
        return None
    if not all(part.isdecimal() and len(part) <= _MOST_DIGITS for part in (seed, index)):
        return None
    drawer = Drawer(suite, suite.profiles[profile], int(seed), subset=subsets[0])
    return Drawn(drawer.levels(int(index))[0], lambda levels: drawer.scenario_at(int(index), levels))
