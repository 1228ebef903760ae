"""Does the waterfall keep its promises? Each shipped release mined, then the next one run on the same scenarios.

Covers the shipped suites. For every step of a ladder: which clusters the next release fixed (``mine --since``), the
success rate that the earlier run had without them (what its waterfall promised), the rate then measured, and the
failures that came by what the release broke. Beside it the causes known from how the suites were made, and whether
mining names them.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import note, table, write

from ninemarch.engine import Selection
from ninemarch.mining.result import MiningResult
from ninemarch.mining.since import Outcome
from ninemarch.model import Rate
from ninemarch.suite import load
from ninemarch.workflow import mine, run

SUITES = ("dates", "llm_json", "digits")


@dataclass(frozen=True)
class Truth:
    """A cause known from the suite: the words in which mining must name it, in a cluster, a level or a slice."""

    suite: str
    release: str
    cause: str
    words: str
    profile: str = ""


TRUTHS = (
    Truth("dates", "2", "ISO dates read day first", "day and month swapped, at order=ymd"),
    Truth("dates", "2", "ISO dates read day first", "pattern=iso"),
    Truth("dates", "3", "numeric dates in the wrong order", "day and month swapped"),
    Truth("dates", "3", "dates inside a sentence", "noises=sentence"),
    Truth("llm_json", "5", "escapes of surrogate pairs", "halves of a surrogate pair"),
    Truth("llm_json", "5", "HTML escapes", "encoding=html_escapes"),
    Truth("digits", "3", "shifted images", "shift=strong", "harsh"),
    Truth("digits", "3", "faint images", "contrast=strong", "harsh"),
    Truth("digits", "3", "rotated images", "rotation=strong", "harsh"),
)


def named(found: MiningResult, words: str) -> str:
    """Where mining says these words: in a cluster's name, at one of its levels, in a slice; empty for nowhere."""
    for place, each in enumerate(found.clusters, 1):
        if words in each.name:
            return f"cluster {place}, {each.size} failures"
    for place, each in enumerate(found.clusters, 1):
        for level in each.levels:
            if words == f"{level.attribute}={level.level}":
                return f"level of cluster {place}, {level.failures} of {level.of}"
    for place, slice_ in enumerate(found.slices.slices if found.slices else (), 1):
        if words in slice_.label:
            return f"slice {place}: {slice_.label}"
    return ""


def rate(of: Rate | None) -> str:
    """A success rate with its 90% interval."""
    return f"{of.estimate:.4f} ({of.lower:.4f}-{of.upper:.4f})" if of else "-"


def march(name: str, trials: int, root: Path) -> tuple[list[dict[str, Any]], dict[str, MiningResult]]:
    """Run a suite's ladder; return the steps, and what mining found of each release."""
    suite, mined, before = load(name), {}, ""
    steps = []
    for release in suite.releases:
        note(f"{name}, release {release.id}")
        done = run(suite, Selection(release=release.id, trials=trials, look=False), root=root)
        found = mine(done.folder.name, since=before, root=root)
        mined[release.id] = found
        if found.since and found.waterfall:
            fixed = [fate for fate in found.since.clusters if fate.outcome is Outcome.FIXED]
            promised, now = found.since.promised, found.waterfall.now
            worse = [fate for fate in found.since.clusters if fate.outcome is Outcome.MORE]
            steps.append(
                {
                    "suite": name,
                    "release": release.id,
                    "fixed": len(fixed),
                    "failures_gone": sum(fate.then for fate in fixed),
                    "promised": rate(promised),
                    "measured": rate(now),
                    "failures_new": sum(fate.came for fate in worse),
                    "kept": None if promised is None else bool(now.upper >= promised.lower),
                }
            )
        before = done.folder.name
    return steps, mined


def _mined(truth: Truth, mined: dict[str, MiningResult], trials: int, root: Path) -> MiningResult:
    """What mining found of the truth's release, run on another profile where the truth names one."""
    if not truth.profile:
        return mined[truth.release]
    key = f"{truth.release} {truth.profile}"
    if key not in mined:
        selection = Selection(release=truth.release, profile=truth.profile, trials=2 * trials, look=False)
        mined[key] = mine(run(load(truth.suite), selection, root=root).folder.name, root=root)
    return mined[key]


def main() -> None:
    """Print both tables and write results/promises.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000, help="trials of each release")
    options = parser.parse_args()
    steps, truths = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name in SUITES:
            own, mined = march(name, options.trials, Path(folder) / name)
            steps += own
            for truth in (each for each in TRUTHS if each.suite == name):
                where = named(_mined(truth, mined, options.trials, Path(folder) / name), truth.words)
                truths.append({"suite": name, "release": truth.release, "cause": truth.cause, "named": where or "NO"})
    table(list(steps[0]), [list(step.values()) for step in steps])
    table(list(truths[0]), [list(truth.values()) for truth in truths])
    write("promises", {"trials": options.trials, "steps": steps, "truths": truths})


if __name__ == "__main__":
    main()
