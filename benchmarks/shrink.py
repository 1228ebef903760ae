"""Trials that shrinking a random failure costs, how often the failure is kept, and how often its core is found.

Covers planted failures (A: 3 needed items of 40, failing 30% of the time; B: the same at 10%; C: 2 of 100 at 50%;
A flaky: as A, but any scenario fails 3% of the time; D: 40 items that each add to the hazard), and real ones (E: a
digit read by logistic regression after 16 random image operations). Beside it, on the same failures, delta debugging
with the usual ways to accept a candidate.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import common
import numpy as np
from scipy import ndimage

from ninemarch.mining.shrink import LOOSE, TIGHT, Acceptance, Lens, Shape, json_key, json_size, reduce_items, shrink

OUTERMOST: Lens[Any] = Lens(lambda items: items, lambda _, left: left, may=lambda path: not path)
ITEMS: Shape[Any] = Shape(lambda search: reduce_items(search, OUTERMOST), json_size, json_key)
KEPT = 1000  # trials that measure what is left of a real failure's rate
BUDGET = 20_000
OPERATIONS = {
    "rotate": (-15, 15),
    "shift": (-0.8, 0.8),
    "blur": (0.2, 0.5),
    "noise": (0.5, 2.0),
    "jitter": (0.1, 0.45),
    "occlude": (1, 2.99),
    "contrast": (0.75, 1.1),
    "salt": (0.005, 0.04),
}


@dataclass(frozen=True)
class Case:
    """A failure to be shrunk: its items, failures in so many trials, its true rate, its core where it has one."""

    items: list[Any]
    count: Callable[[Sequence[Any], int], int]
    rate: Callable[[Sequence[Any]], float]
    core: list[Any] | None = None


def planted(items: int, needed: int, rate: float, seed: int, *, flaky: float = 0.0) -> Case:
    """A failure that needs all of a few items; without them it comes at the rate ``flaky``."""
    rng = random.Random(f"planted {items} {needed} {rate} {flaky} {seed}")
    core = sorted(rng.sample(range(items), needed))

    def true_rate(kept: Sequence[int]) -> float:
        return rate if set(core) <= set(kept) else flaky

    return Case(list(range(items)), _flips(true_rate, rng), true_rate, core)


def spread(items: int, rate: float, seed: int) -> Case:
    """A failure to which every item adds a little."""
    rng = random.Random(f"spread {items} {rate} {seed}")
    weights = [rng.random() ** 3 for _ in range(items)]
    scale = -np.log(1 - rate) / sum(weights)

    def true_rate(kept: Sequence[int]) -> float:
        return float(1 - np.exp(-scale * sum(weights[item] for item in kept)))

    return Case(list(range(items)), _flips(true_rate, rng), true_rate)


def _flips(rate: Callable[[Sequence[int]], float], rng: random.Random) -> Callable[[Sequence[int], int], int]:
    return lambda kept, many: sum(rng.random() < rate(kept) for _ in range(many))


def digit(case: int, seed: int) -> Case:
    """A digit that is read right as it is, and wrong 15 to 60% of the time after 16 operations."""
    image, operations = _digits()[case]
    rng = np.random.default_rng([case, seed])
    apart = np.random.default_rng([case, seed, 1])
    return Case(
        operations,
        lambda kept, many: _misread(image, kept, many, rng),
        lambda kept: _misread(image, kept, KEPT, apart) / KEPT,
    )


@cache
def _model() -> tuple[Any, Any, Any, Any]:
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    train, test = order[:900], order[900:]
    return LogisticRegression(max_iter=300).fit(data.data[train], data.target[train]), data.images, data.target, test


@cache
def _digits(want: int = 20) -> list[tuple[int, list[Any]]]:
    found: list[tuple[int, list[Any]]] = []
    seed = 0
    while len(found) < want:
        rng, noise = random.Random(seed), np.random.default_rng(seed)
        image = rng.randrange(len(_model()[3]))
        operations = [[kind, rng.uniform(*OPERATIONS[kind])] for kind in rng.choices(list(OPERATIONS), k=16)]
        seed += 1
        if not _misread(image, [], 1, noise) and 0.15 < _misread(image, operations, 400, noise) / 400 < 0.6:
            found.append((image, operations))
    return found


def _misread(image: int, operations: Sequence[Any], many: int, rng: np.random.Generator) -> int:
    model, images, labels, test = _model()
    seen = np.repeat(images[test[image]][None], many, axis=0)
    for kind, amount in operations:
        seen = np.clip(_operated(kind, amount, seen, rng), 0, 16)
    scores = seen.reshape(many, 64) @ model.coef_.T + model.intercept_
    return int((scores.argmax(axis=1) != labels[test[image]]).sum())


def _operated(kind: str, amount: float, images: Any, rng: np.random.Generator) -> Any:
    """One operation on a stack of images; what is random is drawn for each of them."""
    many = len(images)
    if kind in {"rotate", "shift", "blur"}:
        return (images.reshape(many, 64) @ _linear(kind, amount)).reshape(many, 8, 8)
    if kind == "noise":
        return images + rng.normal(0, amount, images.shape)
    if kind == "jitter":
        moves = rng.normal(0, amount, (2, many, 1, 1))
        to, source = np.ogrid[:8, :8]
        down, right = np.clip(1 - np.abs(to - moves - source), 0, None)  # linear interpolation
        return down @ images @ right.transpose(0, 2, 1)
    if kind == "contrast":
        return 8 + (images - 8) * amount
    if kind == "salt":
        return np.where(rng.random(images.shape) < amount, 16, images)
    side = int(amount)
    row, column = rng.integers(0, 9 - side, (2, many, 1, 1))
    down, right = np.ogrid[:8, :8]
    covered = (down >= row) & (down < row + side) & (right >= column) & (right < column + side)
    return np.where(covered, 0, images)


@cache
def _linear(kind: str, amount: float) -> Any:
    """What an operation without chance does to each of the 64 pixels, as a matrix."""
    pixels = np.eye(64).reshape(64, 8, 8)
    if kind == "rotate":
        moved = ndimage.rotate(pixels, amount, axes=(2, 1), reshape=False, order=1)
    elif kind == "shift":
        moved = ndimage.shift(pixels, (0, abs(amount) / 2, -amount / 2), order=1)
    else:
        moved = ndimage.gaussian_filter(pixels, (0, amount, amount))
    return moved.reshape(64, 64)


CASES: dict[str, tuple[Callable[[int], Case], int]] = {
    "A: 3 of 40, p = 0.3": (lambda seed: planted(40, 3, 0.3, seed), 1000),
    "B: 3 of 40, p = 0.1": (lambda seed: planted(40, 3, 0.1, seed), 500),
    "C: 2 of 100, p = 0.5": (lambda seed: planted(100, 2, 0.5, seed), 1000),
    "certain: 3 of 100, p = 1": (lambda seed: planted(100, 3, 1.0, seed), 200),
    "A flaky: as A, 0.03 without the 3": (lambda seed: planted(40, 3, 0.3, seed, flaky=0.03), 500),
    "D: hazard of 40, p = 0.4": (lambda seed: spread(40, 0.4, seed), 60),
    "E: digits, 16 operations": (lambda seed: digit(seed % 20, seed // 20), 20),
}

Outcome = tuple[list[Any], int]


def ours(test: Acceptance, budget: int = BUDGET) -> Callable[[Case], Outcome]:
    """The shrinker, every trial counted: measuring the original and the confirmation too."""

    def run(case: Case) -> Outcome:
        def fails(kept: list[Any], many: int) -> list[bool]:
            failed = case.count(kept, many)
            return [place < failed for place in range(many)]

        found = shrink(case.items, fails, shape=ITEMS, budget=budget, test=test)
        return found.scenario, found.trials

    return run


class _Ddmin:
    """Delta debugging as published, with one way to accept a candidate; ``used`` counts its trials."""

    def __init__(self, case: Case, accept: Callable[[_Ddmin, list[Any]], bool]) -> None:
        self.case, self.used, self._accept, self._known = case, 0, accept, dict[str, bool]()

    def count(self, kept: list[Any], many: int) -> int:
        self.used += many
        return self.case.count(kept, many)

    def accept(self, kept: list[Any]) -> bool:
        key = json_key(kept)
        if key not in self._known:
            self._known[key] = self._accept(self, kept)
        return self._known[key]

    def run(self) -> Outcome:
        items, parts = list(self.case.items), 2
        while len(items) > 1:
            edges = [len(items) * place // parts for place in range(parts + 1)]
            spans = [(edges[place], edges[place + 1]) for place in range(parts)]
            subsets = [items[a:b] for a, b in spans]
            complements = [items[:a] + items[b:] for a, b in spans] if parts > 2 else []
            smaller = next((s for s in subsets if self.accept(s)), None)
            if smaller is not None:
                items, parts = smaller, 2
                continue
            smaller = next((c for c in complements if self.accept(c)), None)
            if smaller is not None:
                items, parts = smaller, max(parts - 1, 2)
            elif parts < len(items):
                parts = min(len(items), 2 * parts)
            else:
                break
        return items, self.used


def ddmin(accept: Callable[[_Ddmin, list[Any]], bool], measure: int = 0) -> Callable[[Case], Outcome]:
    """Delta debugging; ``measure`` trials of the original come first where the way to accept needs its rate."""

    def run(case: Case) -> Outcome:
        search = _Ddmin(case, accept)
        search.rate = max(1, search.count(case.items, measure)) / measure if measure else 0.0  # type: ignore[attr-defined]
        return search.run()

    return run


def _any(search: Any, kept: list[Any]) -> bool:
    """Any of as many trials as the original needs to fail with a chance of 95%."""
    rate = min(0.999, search.rate)
    return any(search.count(kept, 1) for _ in range(int(np.ceil(np.log(0.05) / np.log(1 - rate)))))


def _fixed(search: Any, kept: list[Any]) -> bool:
    """At least half of the original rate in 60 trials."""
    return bool(search.count(kept, 60) >= 60 * search.rate / 2)


def _sequential(test: Acceptance) -> Callable[[Any, list[Any]], bool]:
    def accept(search: Any, kept: list[Any]) -> bool:
        line, failures, trials = test.against(search.rate), 0, 0
        while (decided := line.decide(failures, trials)) is None:
            failures, trials = failures + search.count(kept, 1), trials + 1
        return decided

    return accept


METHODS: dict[str, Callable[[Case], Outcome]] = {
    "shrink, loose": ours(LOOSE),
    "shrink, tight": ours(TIGHT),
    "shrink, loose, budget 2,000": ours(LOOSE, 2000),
    "ddmin, any of n": ddmin(_any, 60),
    "ddmin, 60 trials": ddmin(_fixed, 60),
    "ddmin, SPRT .25 .75": ddmin(_sequential(Acceptance(0.25, 0.75, 0.05, 0.20)), 60),
    "ddmin, SPRT .5 .9": ddmin(_sequential(Acceptance(0.5, 0.9, 0.01, 0.10)), 60),
}


def measured(make: Callable[[int], Case], method: Callable[[Case], Outcome], many: int) -> dict[str, Any]:
    """Shrink ``many`` failures and sum up."""
    used, sizes, kept, exact = [], [], 0, 0
    for seed in range(many):
        case = make(seed)
        left, trials = method(case)
        used.append(trials)
        sizes.append(len(left))
        kept += case.rate(left) >= 0.5 * case.rate(case.items)
        exact += left == case.core
    return {
        "failures": many,
        "median_trials": statistics.median(used),
        "mean_trials": round(statistics.fmean(used)),
        "p95_trials": round(float(np.quantile(used, 0.95))),
        "kept_half": kept / many,
        "exact": exact / many if make(0).core is not None else None,
        "mean_items_left": round(statistics.fmean(sizes), 2),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases whose names begin with one of these letters")
    parser.add_argument("--share", type=float, default=1.0, help="share of the failures to shrink")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    chosen = {name: case for name, case in CASES.items() if not options.only or name[0] in options.only}
    for name, (make, many) in chosen.items():
        rows = []
        for label, method in METHODS.items():
            common.note(f"{name}: {label}")
            part = 1.0 if label.startswith("shrink") else 0.2
            row = measured(make, method, max(20, round(many * options.share * part)))
            result.setdefault(name, {})[label] = row
            rows.append([label, *("-" if value is None else value for value in row.values())])
        print(f"\n{name}")
        common.table(["", "failures", "median", "mean", "95%", "kept", "exact", "left"], rows)
    if chosen == CASES:
        common.write("shrink", {"cases": result})


if __name__ == "__main__":
    main()
