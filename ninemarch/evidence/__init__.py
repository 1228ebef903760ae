"""From the table to counts and rates: the only door from data to statistics.

``gather`` reads a run's table and returns its Evidence; ``estimate`` turns a tally into a rate with its interval.
"""

from ninemarch.evidence.estimate import estimate, extra_clean_trials, misses, p_beyond, proves_beyond, proves_within
from ninemarch.evidence.gather import gather
from ninemarch.evidence.load import read_failures

__all__ = [
    "estimate",
    "extra_clean_trials",
    "gather",
    "misses",
    "p_beyond",
    "proves_beyond",
    "proves_within",
    "read_failures",
]
