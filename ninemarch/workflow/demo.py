"""The whole story offline: every release of a shipped suite on every profile, decided, and one page.

Covers the order of the runs and their sizes. Each run is an ordinary run, kept and resumable like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from ninemarch.durable import check_file
from ninemarch.engine import Progress, Selection
from ninemarch.errors import UsageError
from ninemarch.march import build_march
from ninemarch.model import Comparison, March, Release, Suite
from ninemarch.report import write_page
from ninemarch.suite import load, shipped_names
from ninemarch.workflow.baseline import baseline_of, beside
from ninemarch.workflow.report import expected_next, further_of
from ninemarch.workflow.run import Finished, run

# A quick demo makes a tenth of the trials of its side columns and stops bad releases sooner; the last
# release keeps enough trials to say what it says.
QUICK_TRIALS = 300
QUICK_SIDE = 150


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The march of the demo, its runs on the headline profile in order, and where the page is.

    ``hidden`` are the releases beside the one before, where one is worse somewhere though not on the whole.
    """

    march: March
    runs: tuple[Finished, ...]
    page: Path
    hidden: tuple[Comparison, ...] = ()

    @property
    def last(self) -> Finished:
        """The newest release's run."""
        return self.runs[-1]

    @property
    def example(self) -> tuple[str, int] | None:
        """Run and number of a failed trial worth a look: the newest release's first silent one, if any."""
        for finished in reversed(self.runs):
            for failure in sorted(finished.evidence.failures, key=lambda f: (not f.silent, f.number)):
                if failure.verdict == "fail":
                    return finished.folder.name, failure.number
        return None


Announce = Callable[[Release, str, Progress], None]


def demo(
    name: str = "dates",
    *,
    quick: bool = False,
    announce: Announce | None = None,
    reports: Path | None = None,
    root: Path | None = None,
) -> DemoResult:
    """Run every release of a shipped suite and write the page.

    Args:
        name: a shipped suite, or any suite with releases.
        quick: fewer trials everywhere; says less, in a quarter of the time.
        announce: called after every trial with the release, the profile and the running counts.
        reports: folder of the page; ``reports`` here by default.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such suite, what it needs is not installed, or it has no releases.
        Interrupted: a signal came; finished runs are kept.
    """
    suite = load(name)
    if not suite.releases:
        msg = f"suite {name} has no releases to march over; shipped suites: {', '.join(shipped_names())}"
        raise UsageError(msg)
    page = (reports or Path("reports")) / f"{suite.name}.html"
    check_file(page)
    side = [profile for profile in suite.demo.profiles if profile != suite.default_profile]
    main: list[Finished] = []
    others: dict[str, list[Finished]] = {profile: [] for profile in side}
    for release in suite.releases:
        for profile in (suite.default_profile, *side):
            selection = Selection(
                release=release.id,
                profile=profile,
                trials=_trials(suite, release, profile, quick=quick),
                look=profile == suite.default_profile,
            )
            finished = run(suite, selection, watch=_watch(announce, release, profile), root=root, ledger=False)
            (main if profile == suite.default_profile else others[profile]).append(finished)
    march = build_march(
        [finished.decision for finished in main],
        title=suite.title,
        others={profile: [finished.decision for finished in many] for profile, many in others.items()},
        effort_unit=suite.effort_unit,
    )
    elsewhere = [many[-1].evidence for many in others.values()] + [each.evidence for each in reversed(main[:-1])]
    further = replace(further_of(main[-1]), cone=expected_next(march, main))
    write_page(page, march, main[-1].evidence, elsewhere, further=further)
    return DemoResult(march, tuple(main), page, tuple(_hidden(main)))


def _hidden(runs: Sequence[Finished]) -> Iterator[Comparison]:
    for then, now in pairwise(runs):
        found = beside(baseline_of(then), now)
        if found.hidden:
            yield found


def _trials(suite: Suite, release: Release, profile: str, *, quick: bool) -> int:
    """Trials of one run: the suite's, the column's, or the release's own limit, whichever is least."""
    most = suite.demo.trials.get(profile, suite.trials.max)
    last = release is suite.releases[-1] and profile == suite.default_profile
    if quick and not last:
        most = min(most, QUICK_TRIALS if profile == suite.default_profile else QUICK_SIDE)
    return min(most, release.max_trials or most)


def _watch(announce: Announce | None, release: Release, profile: str) -> Callable[[Progress], None] | None:
    if announce is None:
        return None
    return lambda progress: announce(release, profile, progress)
