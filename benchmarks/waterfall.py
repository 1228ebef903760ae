"""Does the waterfall's limit cover the truth? Failures of known kinds drawn over and over, the largest kinds fixed.

Covers independent trials. For the first fix, half of the known kinds and all of them: how often the 95% limit of
what is left lies below what is truly left, with the counts as seen and as ``mining.waterfall.stays`` corrects them;
and their bias as a share of all failures.
"""

from __future__ import annotations

import argparse

import numpy as np
from common import note, table, write

from ninemarch import stats
from ninemarch.mining.waterfall import stays

# trials, failure rate, kinds, and how steeply kinds fall off (rate of the k-th proportional to k^-this)
WORLDS = (
    (1000, 0.03, 8, 1.0),
    (1000, 0.03, 30, 1.0),
    (1000, 0.03, 30, 0.0),
    (1000, 0.26, 40, 1.5),
    (4000, 0.1, 30, 1.0),
    (4000, 0.1, 200, 1.0),
    (8000, 0.0078, 20, 1.0),
    (8000, 0.0078, 100, 1.0),
)


def world(trials: int, failing: float, kinds: int, fall: float, *, times: int) -> list[dict[str, float | int | str]]:
    """One row for each number of fixes."""
    rng = np.random.default_rng(0)
    rates = 1 / np.arange(1, kinds + 1) ** fall
    rates *= failing / rates.sum()
    sums = {name: np.zeros(5) for name in ("first", "half", "all")}
    for _ in range(times):
        counts = rng.multinomial(trials, [*rates, 1 - failing])[:-1]
        order = np.argsort(-counts, kind="stable")
        order = order[counts[order] > 0]
        known = int((counts > 1).sum())
        if not known:
            continue
        units = counts[order].tolist()
        for name, fixes in (("first", 1), ("half", max(1, known // 2)), ("all", known)):
            seen, truth = sum(units[fixes:]), failing - rates[order[:fixes]].sum()
            corrected = stays(units, fixes)
            below = [stats.clopper_pearson(k, trials, side="upper").upper < truth for k in (seen, corrected)]
            bias = [(k / trials - truth) / failing for k in (seen, corrected)]
            sums[name] += [1, *below, *bias]
    what = f"{trials:,} trials, {failing:.2%} failing, {kinds} kinds, k^-{fall:g}"
    return [
        {
            "world": what,
            "fixes": name,
            "below_as_seen": round(total[1] / total[0], 3),
            "below_corrected": round(total[2] / total[0], 3),
            "bias_as_seen": round(total[3] / total[0], 3),
            "bias_corrected": round(total[4] / total[0], 3),
        }
        for name, total in sums.items()
    ]


def main() -> None:
    """Print the table and write results/waterfall.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300, help="runs drawn of each world")
    options = parser.parse_args()
    rows = []
    for each in WORLDS:
        note(str(each))
        rows += world(*each, times=options.times)
    table(list(rows[0]), [list(row.values()) for row in rows])
    write("waterfall", {"times": options.times, "rows": rows})


if __name__ == "__main__":
    main()
