"""Statistics of nines: pure functions on failure counts and numpy arrays, frozen results.

Failures come first in every signature; rates are failure rates, in and out; intervals have ``lower``, ``upper``,
``estimate``, ``method`` and ``confidence``. Nothing here reads, writes, draws random numbers or remembers.
Importing this package loads no numpy and no scipy: each function's module is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ninemarch.stats.coverage import exact_coverage, false_pass
    from ninemarch.stats.grouped import GroupSummary, compound_gamma, gaffke, group_summary
    from ninemarch.stats.interval import Interval, Side
    from ninemarch.stats.plan import (
        PowerPlan,
        Regression,
        clean_trials_missing,
        failures_allowed,
        power,
        smallest_regression,
        trials_for_power,
        trials_needed,
    )
    from ninemarch.stats.proportion import (
        agresti_coull,
        beta_posterior,
        clopper_pearson,
        jeffreys,
        mid_p,
        wilson,
        wilson_cc,
    )
    from ninemarch.stats.scale import nines, nines_interval, nines_of_rate, nines_proven, trials_for_next_nine
    from ninemarch.stats.staged import look_threshold, two_stage
    from ninemarch.stats.weighted import allocate, contribution_gamma, effective_size, weighted_gamma

__all__ = [
    "GroupSummary",
    "Interval",
    "PowerPlan",
    "Regression",
    "Side",
    "agresti_coull",
    "allocate",
    "beta_posterior",
    "clean_trials_missing",
    "clopper_pearson",
    "compound_gamma",
    "contribution_gamma",
    "effective_size",
    "exact_coverage",
    "failures_allowed",
    "false_pass",
    "gaffke",
    "group_summary",
    "jeffreys",
    "look_threshold",
    "mid_p",
    "nines",
    "nines_interval",
    "nines_of_rate",
    "nines_proven",
    "power",
    "smallest_regression",
    "trials_for_next_nine",
    "trials_for_power",
    "trials_needed",
    "two_stage",
    "weighted_gamma",
    "wilson",
    "wilson_cc",
]

_MODULES = {
    "coverage": (
        "exact_coverage",
        "false_pass",
    ),
    "grouped": (
        "GroupSummary",
        "compound_gamma",
        "gaffke",
        "group_summary",
    ),
    "interval": (
        "Interval",
        "Side",
    ),
    "plan": (
        "PowerPlan",
        "Regression",
        "clean_trials_missing",
        "failures_allowed",
        "power",
        "smallest_regression",
        "trials_for_power",
        "trials_needed",
    ),
    "proportion": (
        "agresti_coull",
        "beta_posterior",
        "clopper_pearson",
        "jeffreys",
        "mid_p",
        "wilson",
        "wilson_cc",
    ),
    "scale": (
        "nines",
        "nines_interval",
        "nines_of_rate",
        "nines_proven",
        "trials_for_next_nine",
    ),
    "staged": (
        "look_threshold",
        "two_stage",
    ),
    "weighted": (
        "allocate",
        "contribution_gamma",
        "effective_size",
        "weighted_gamma",
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load the module of a public name when it is first asked for."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted(__all__)
