"""How often the cone of a march holds the next three releases: on synthetic marches, and on published growth data.

Covers ``ninemarch.march.cone_of`` as ``ninemarch march forecast`` uses it, and the verdict on the pace. A release is
held if its true failure rate (published data: what was measured) lies inside the cone at its effort; a release beyond
the end of the cone is not foretold, and is counted apart.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import common
import numpy as np

NEXT = 3
CONFIDENCE = 0.9
# Nines of a release at effort e, when h releases, one unit of effort each, are known.
TRUTHS: dict[str, Callable[[float, int], float]] = {
    "each nine the same": lambda e, h: 0.8 + 0.25 * e,  # noqa: ARG005
    "each nine a factor": lambda e, h: 0.8 + 1.2 * math.log10(e),  # noqa: ARG005
    "levels off": lambda e, h: 0.8 + 2.0 * (1 - math.exp(-e / 4)),  # noqa: ARG005
    "gets faster": lambda e, h: 0.8 + 0.015 * e * e,  # noqa: ARG005
    "no progress": lambda e, h: 1.3,  # noqa: ARG005
    "a nine at once, just ahead": lambda e, h: 0.8 + 0.1 * e + (e > h),
}
HISTORIES = (5, 8, 12)
TRIALS = (500, 5000)
NOISES = (0.0, 0.3)  # standard deviation of log(failure rate) between releases beyond chance

# Cumulative failures at cumulative test time. Wood (1996), IEEE Computer 29(11):69-77: four releases of Tandem's
# software by week, in hours. Jelinski and Moranda (1972): the Naval Tactical Data System, days between failures.
TANDEM = {
    "Tandem 1": (
        "519 968 1430 1893 2490 3058 3625 4422 5218 5823 6539 7083 7487 7846 8205 8564 8923 9282 9641 10000",
        "16 24 27 33 41 49 54 58 69 75 81 86 90 93 96 98 99 100 100 100",
    ),
    "Tandem 2": (
        "384 1186 1471 2236 2772 2967 3812 4880 6104 6634 7229 8072 8484 8847 9253 9712 10083 10174 10272",
        "13 18 26 34 40 48 61 75 84 89 95 100 104 110 112 114 117 118 120",
    ),
    "Tandem 3": ("162 499 715 1137 1799 2438 2818 3574 4234 4680 4955 5053", "6 9 13 20 28 40 48 54 57 59 60 61"),
    "Tandem 4": (
        "254 788 1054 1393 2216 2880 3593 4281 5180 6003 7621 8783 9604 10064 10560 11008 11237 11243 11305",
        "1 3 8 9 11 16 19 25 27 29 32 32 36 38 39 39 41 42 42",
    ),
}
NTDS = "9 12 11 4 7 2 5 8 5 7 1 6 1 9 4 1 3 3 6 1 11 33 7 91 2 1 87 47 12 9 135 258 16 35"
# ReliaWiki's Crow-AMSAA example of exact times, hours.
EXACT = (
    "2.7 10.3 12.5 30.6 57.0 61.3 80.0 109.5 125.0 128.6 143.8 167.9 229.2 296.7 320.6 328.2 366.2 396.7 421.1 438.2 "
    "501.2 620.0"
)


def main() -> None:
    """Simulate, replay, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marches", type=int, default=60, help="synthetic marches of each kind")
    options = parser.parse_args()
    start = time.process_time()
    synthetic = [
        row for name in TRUTHS for history in HISTORIES for row in _cells(name, history, options.marches)
    ]  # fmt: skip
    published = [_replayed(name, *data) for name, data in _published().items()]
    _show(synthetic, published)
    seconds = round(time.process_time() - start, 1)
    result = {"marches": options.marches, "confidence": CONFIDENCE, "synthetic": synthetic, "published": published}
    common.write("forecast", {**result, "cpu_s": seconds})


def _cells(name: str, history: int, marches: int) -> Iterator[dict[str, Any]]:
    for trials in TRIALS:
        for noise in NOISES:
            common.note(f"{name}, {history} releases of {trials} trials, noise {noise}")
            # A march may be known only by its name and number: the same seeds for every kind.
            rng = np.random.default_rng([history, trials, round(10 * noise)])
            seen = [_one(TRUTHS[name], history, trials, noise, rng) for _ in range(marches)]
            told = [each for march, _ in seen if march is not None for each in march]
            inside = [each for each in told if each is not None]
            verdicts = [verdict for _, verdict in seen]
            yield {
                "truth": name,
                "releases": history,
                "trials": trials,
                "noise": noise,
                "cones": sum(march is not None for march, _ in seen),
                "foretold": len(inside),
                "beyond": len(told) - len(inside),
                "held": sum(side == 0 for side, _ in inside),
                "worse": sum(side > 0 for side, _ in inside),
                "better": sum(side < 0 for side, _ in inside),
                "width_nines": round(float(np.median([width for _, width in inside])), 2) if inside else None,
                "pace": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
            }


def _one(
    truth: Callable[[float, int], float], history: int, trials: int, noise: float, rng: np.random.Generator
) -> tuple[list[tuple[int, float] | None] | None, str]:
    """Where each of the next releases lies (0 in the cone, 1 worse, -1 better) and the cone's width there in nines.

    None for a release beyond the cone's end, None for all where there is no cone; then what is said of the pace.
    """
    from ninemarch.march import cone_of, pace_of

    efforts = [float(e) for e in range(1, history + NEXT + 1)]
    nines = [truth(effort, history) for effort in efforts]
    rates = np.minimum(10.0 ** -np.array(nines) * np.exp(rng.normal(0, noise, len(efforts))), 0.999)
    failures = rng.binomial(trials, rates)
    rows = _rows(failures[:history], [trials] * history, efforts[:history])
    pace = pace_of(rows, confidence=CONFIDENCE)
    cone = cone_of(rows, confidence=CONFIDENCE)
    places = None
    if cone is not None:
        places = [_place(cone, effort, rate) for effort, rate in zip(efforts[history:], rates[history:], strict=True)]
    return places, str(pace.verdict) if pace else "none"


def _rows(failures: Sequence[float], trials: Sequence[float], efforts: Sequence[float]) -> list[Any]:
    from ninemarch.model import Observed

    rows = zip(failures, trials, efforts, strict=True)
    return [Observed(str(i), float(effort), float(k), float(n), 1) for i, (k, n, effort) in enumerate(rows, 1)]


def _limits(cone: Any, effort: float) -> tuple[float, float] | None:
    """The cone at an effort, its limits taken as straight on the log scale between points; None beyond its end."""
    xs = [point.effort for point in cone.points]
    if effort > xs[-1] + 1e-9:
        return None
    low, high = (
        float(np.exp(np.interp(effort, xs, np.log(np.maximum(limits, 1e-300)))))
        for limits in ([p.lower for p in cone.points], [p.upper for p in cone.points])
    )
    return low, high


def _place(cone: Any, effort: float, rate: float) -> tuple[int, float] | None:
    limits = _limits(cone, effort)
    if limits is None:
        return None
    low, high = limits
    return int(rate > high) - int(rate < low), math.log10(high / low)


def _published() -> dict[str, tuple[list[float], list[float], list[float]]]:
    """Name -> failures, time and cumulative time of each interval."""
    found = {}
    for name, (ends, counts) in TANDEM.items():
        times, failures = (np.array(text.split(), dtype=float) for text in (ends, counts))
        found[name] = _intervals(failures, times)
    for name, at, width in (
        ("NTDS", np.cumsum(np.array(NTDS.split(), dtype=float)), 40.0),
        ("exact times", np.array(EXACT.split(), dtype=float), 62.0),
    ):
        # Intervals of one length, to the last whole one, as they would have been planned.
        ends = np.arange(width, at[-1] + 1e-9, width)
        found[name] = _intervals(np.searchsorted(at, ends, side="right").astype(float), ends)
    return found


def _intervals(failures: Any, ends: Any) -> tuple[list[float], list[float], list[float]]:
    return np.diff(failures, prepend=0).tolist(), np.diff(ends, prepend=0).tolist(), ends.tolist()


def _replayed(name: str, failures: Sequence[float], widths: Sequence[float], ends: Sequence[float]) -> dict[str, Any]:
    """Every history of five intervals or more, and the next three: is what was counted in line with the cone?"""
    from scipy import stats as reference

    from ninemarch.march import cone_of

    parts = 1000  # of a unit of time: failures by time as failures among many short trials
    histories = foretold = rate_inside = in_line = 0
    for known in range(5, len(ends)):
        rows = _rows(failures[:known], [round(parts * w) for w in widths[:known]], ends[:known])
        cone = cone_of(rows, confidence=CONFIDENCE)
        if cone is None:
            continue
        histories += 1
        for place in range(known, min(known + NEXT, len(ends))):
            limits = _limits(cone, ends[place])
            if limits is None:
                continue
            foretold += 1
            k, time_ = failures[place], widths[place] * parts
            rate_inside += limits[0] <= k / time_ <= limits[1]
            # The exact 90% interval of the count meets the cone (Garwood 1936).
            low = reference.chi2.ppf(0.05, 2 * k) / 2 / time_ if k else 0.0
            in_line += low <= limits[1] and reference.chi2.ppf(0.95, 2 * k + 2) / 2 / time_ >= limits[0]
    return {
        "data": name,
        "intervals": len(ends),
        "histories": histories,
        "foretold": foretold,
        "rate_inside": int(rate_inside),
        "in_line": int(in_line),
    }


def _show(synthetic: Sequence[Mapping[str, Any]], published: Sequence[Mapping[str, Any]]) -> None:
    rows = []
    for name in TRUTHS:
        for history in HISTORIES:
            cells = [row for row in synthetic if (row["truth"], row["releases"]) == (name, history)]
            total = {key: sum(row[key] for row in cells) for key in ("foretold", "beyond", "held", "worse", "better")}
            shares = [row["held"] / row["foretold"] for row in cells if row["foretold"] >= 50]
            parts = [f"{total[key] / max(total['foretold'], 1):.1%}" for key in ("held", "worse", "better")]
            width = sum(row["width_nines"] or 0 for row in cells) / len(cells)
            pace = {
                key: sum(row["pace"].get(key, 0) for row in cells) for key in ("slowing", "speeding up", "steady")
            }
            runs = sum(sum(row["pace"].values()) for row in cells)
            told = [f"{many / runs:.0%}" for many in pace.values()]
            worst = f"{min(shares):.0%}" if shares else "-"
            rows.append([name, history, total["foretold"], total["beyond"], *parts, worst, round(width, 2), *told])
    head = ["truth", "releases", "foretold", "beyond", "held", "worse", "better", "least"]
    common.table([*head, "nines wide", "slowing", "speeding up", "steady"], rows)
    print()
    common.table(
        ["published data", "intervals", "foretold", "in line", "rate itself inside"],
        [
            [
                row["data"],
                row["intervals"],
                row["foretold"],
                *(f"{row[key] / max(row['foretold'], 1):.0%}" for key in ("in_line", "rate_inside")),
            ]
            for row in published
        ],
    )


if __name__ == "__main__":
    main()
