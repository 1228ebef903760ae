"""From the table to counts and rates: the only door from data to statistics.

``gather`` reads a run's table and returns its Evidence; ``estimate`` turns a tally into a rate with its interval;
``FailedTrials`` divides failures into parts; ``read_attributed`` gives a run trial by trial with every attribute,
``read_scenarios`` scenario by scenario, ``compare`` beside a baseline, ``differing`` in which slices;
``expected_slices`` is what a clean run of a plan would leave; ``worth`` is what a tally tells.
``read_outcomes`` reads what others recorded, and ``Counter`` counts it.
"""

from ninemarch.evidence.attributed import Attributed, read_attributed
from ninemarch.evidence.breakdown import breakdown
from ninemarch.evidence.count import Counter
from ninemarch.evidence.differing import differing
from ninemarch.evidence.estimate import estimate, extra_clean_trials, misses, p_beyond, proves_beyond, proves_within
from ninemarch.evidence.expected import expected_slices
from ninemarch.evidence.failed import FailedTrials, LevelCounts
from ninemarch.evidence.failures import read_failures, stream_failures
from ninemarch.evidence.gather import gather
from ninemarch.evidence.judged import JudgedRun, audited, read_judged
from ninemarch.evidence.judged_texts import JudgedTrial, stream_judged
from ninemarch.evidence.outcomes import Outcomes, find_files, read_outcomes
from ninemarch.evidence.pairs import Pair, pair_trials
from ninemarch.evidence.scenarios import Scenarios, compare, read_scenarios
from ninemarch.evidence.waived import Waived
from ninemarch.evidence.worth import worth

__all__ = [
    "Attributed",
    "Counter",
    "FailedTrials",
    "JudgedRun",
    "JudgedTrial",
    "LevelCounts",
    "Outcomes",
    "Pair",
    "Scenarios",
    "Waived",
    "audited",
    "breakdown",
    "compare",
    "differing",
    "estimate",
    "expected_slices",
    "extra_clean_trials",
    "find_files",
    "gather",
    "misses",
    "p_beyond",
    "pair_trials",
    "proves_beyond",
    "proves_within",
    "read_attributed",
    "read_failures",
    "read_judged",
    "read_outcomes",
    "read_scenarios",
    "stream_failures",
    "stream_judged",
    "worth",
]
