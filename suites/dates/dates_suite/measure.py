"""Repeat the figures of README.md: ``python -m dates_suite.measure traffic 20000`` in this suite's folder.

Covers counting on one core without the engine: pass, silent failure, void, CPU time. Rates with intervals and
gates come from ``ninemarch run``.
"""

from __future__ import annotations

import csv
import importlib
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dates_suite import generator

__all__ = ["drawn", "main", "suite"]

_FOLDER = Path(__file__).resolve().parent.parent


def suite() -> dict[str, Any]:
    """The suite file as plain data."""
    return dict(YAML(typ="safe").load(_FOLDER / "suite.yaml"))


def _levels(weights: str | Mapping[str, float]) -> tuple[list[str], list[float]]:
    """Levels and cumulative weights of one attribute, from the suite file or the CSV that it names."""
    if isinstance(weights, str):
        with (_FOLDER / weights).open(encoding="utf-8", newline="") as file:
            weights = {row["level"]: float(row["weight"]) for row in csv.DictReader(file)}
    return list(weights), list(itertools.accumulate(weights.values()))


def drawn(profile: str, count: int, *, seed: int) -> Iterator[dict[str, Any]]:
    """``count`` scenarios of a named profile.

    Args:
        profile: ``demo``, ``traffic`` or ``world``.
        count: number of scenarios, >= 0.
        seed: 0 to 999 for development, 1000 to 9999 held out.
    """
    attributes = {name: _levels(weights) for name, weights in suite()["profiles"][profile].items()}
    for index in range(count):
        rng = random.Random(f"{profile}:{seed}:{index}")
        levels = {name: rng.choices(of, cum_weights=sums)[0] for name, (of, sums) in attributes.items()}
        yield generator.scenario(levels, rng)


def target(reference: str) -> Callable[[dict[str, str]], Any]:
    """The callable behind ``module:name``."""
    module, _, name = reference.partition(":")
    function: Callable[[dict[str, str]], Any] = getattr(importlib.import_module(module), name)
    return function


def main(profile: str, count: int, *, seed: int, only: str = "", show: int = 0) -> None:
    """Print one line a release: rate, silent share, void share, CPU ms a trial; and ``show`` failures."""
    for release in suite()["releases"]:
        if only and release["id"] not in only.split(","):
            continue
        read, passed, silent, void, spent = target(release["target"]["python"]), 0, 0, 0, 0.0
        shown = show
        for made in drawn(profile, count, seed=seed):
            if "void" in made:
                void += 1
                continue
            start = time.process_time()
            try:
                answer = read(made["input"])
            except Exception as error:  # noqa: BLE001 - a loud failure of the release
                answer, failure = None, repr(error)
            else:
                failure = repr(answer)
            spent += time.process_time() - start
            passed += answer == made["expect"]
            silent += answer is not None and answer != made["expect"]
            if answer != made["expect"] and shown > 0:
                shown -= 1
                sys.stdout.write(f"    {made['input']} {made['expect']} -> {failure} {made['attributes']}\n")
        run = count - void
        sys.stdout.write(
            f"{profile:8} {release['id']} {release['name']:28} n={run}"
            f" {100 * passed / run:8.3f}% failed {run - passed}"
            f" silent {100 * silent / run:6.3f}% void {100 * void / count:.3f}% {1e3 * spent / run:.3f} ms\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        seed=int(sys.argv[3]) if len(sys.argv) > 3 else 1000,
        only=sys.argv[4] if len(sys.argv) > 4 else "",
        show=int(sys.argv[5]) if len(sys.argv) > 5 else 0,
    )
