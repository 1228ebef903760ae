"""Statistics of nines: pure functions on failure counts and numpy arrays, frozen results.

Failures come first in every signature; rates are failure rates, in and out; intervals have ``lower``, ``upper``,
``estimate``, ``method`` and ``confidence``. Nothing here reads, writes, draws random numbers or remembers.
Importing this package loads no numpy and no scipy: each function's module is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ninemarch.stats.amsaa import CrowAmsaa, crow_amsaa, crow_amsaa_grouped, crow_amsaa_times
    from ninemarch.stats.cloglog import effective_counts
    from ninemarch.stats.compare import Mcnemar, mcnemar, newcombe, paired_log_e, paired_shares, tango
    from ninemarch.stats.contrast import log_e_above, log_e_below
    from ninemarch.stats.coverage import exact_coverage, false_pass
    from ninemarch.stats.discovery import chao1, expected_new_modes, good_turing, rarefied_modes, sample_coverage
    from ninemarch.stats.grouped import GroupSummary, compound_gamma, gaffke, group_summary
    from ninemarch.stats.interval import Interval, Side
    from ninemarch.stats.judge import (
        AuditedRate,
        audited_rate,
        audited_within,
        judge_accuracy,
        part_of,
        rogan_gladen,
        rogan_within,
    )
    from ninemarch.stats.martingale import (
        GroupEvidence,
        group_confidence_sequence,
        group_log_e,
        group_log_e_fail,
        group_log_e_pass,
    )
    from ninemarch.stats.multiplicity import (
        benjamini_hochberg,
        benjamini_yekutieli,
        bonferroni,
        hochberg,
        holm,
        tarone,
    )
    from ninemarch.stats.operating import (
        Operating,
        Sprt,
        calibrated_threshold,
        operating_characteristics,
        sequential_plan,
        sequential_regression,
        sprt,
    )
    from ninemarch.stats.pace import PaceChange, pace_change
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
    from ninemarch.stats.repeats import all_pass_chance, end_to_end, pass_at_k, pass_hat_k, per_step
    from ninemarch.stats.scale import nines, nines_interval, nines_of_rate, nines_proven, trials_for_next_nine
    from ninemarch.stats.sequential import confidence_sequence, fail_table, log_e_fail, log_e_pass, pass_table
    from ninemarch.stats.staged import look_threshold, two_stage
    from ninemarch.stats.trend import Forecast, Growth, expected_range, forecast, growth
    from ninemarch.stats.unpaired import boschloo, fisher, miettinen_nurminen, newcombe_unpaired, trials_to_differ
    from ninemarch.stats.weighted import allocate, contribution_gamma, effective_size, weighted_gamma

__all__ = [
    "AuditedRate",
    "CrowAmsaa",
    "Forecast",
    "GroupEvidence",
    "GroupSummary",
    "Growth",
    "Interval",
    "Mcnemar",
    "Operating",
    "PaceChange",
    "PowerPlan",
    "Regression",
    "Side",
    "Sprt",
    "agresti_coull",
    "all_pass_chance",
    "allocate",
    "audited_rate",
    "audited_within",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "beta_posterior",
    "bonferroni",
    "boschloo",
    "calibrated_threshold",
    "chao1",
    "clean_trials_missing",
    "clopper_pearson",
    "compound_gamma",
    "confidence_sequence",
    "contribution_gamma",
    "crow_amsaa",
    "crow_amsaa_grouped",
    "crow_amsaa_times",
    "effective_counts",
    "effective_size",
    "end_to_end",
    "exact_coverage",
    "expected_new_modes",
    "expected_range",
    "fail_table",
    "failures_allowed",
    "false_pass",
    "fisher",
    "forecast",
    "gaffke",
    "good_turing",
    "group_confidence_sequence",
    "group_log_e",
    "group_log_e_fail",
    "group_log_e_pass",
    "group_summary",
    "growth",
    "hochberg",
    "holm",
    "jeffreys",
    "judge_accuracy",
    "log_e_above",
    "log_e_below",
    "log_e_fail",
    "log_e_pass",
    "look_threshold",
    "mcnemar",
    "mid_p",
    "miettinen_nurminen",
    "newcombe",
    "newcombe_unpaired",
    "nines",
    "nines_interval",
    "nines_of_rate",
    "nines_proven",
    "operating_characteristics",
    "pace_change",
    "paired_log_e",
    "paired_shares",
    "part_of",
    "pass_at_k",
    "pass_hat_k",
    "pass_table",
    "per_step",
    "power",
    "rarefied_modes",
    "rogan_gladen",
    "rogan_within",
    "sample_coverage",
    "sequential_plan",
    "sequential_regression",
    "smallest_regression",
    "sprt",
    "tango",
    "tarone",
    "trials_for_next_nine",
    "trials_for_power",
    "trials_needed",
    "trials_to_differ",
    "two_stage",
    "weighted_gamma",
    "wilson",
    "wilson_cc",
]

_MODULES = {
    "amsaa": (
        "CrowAmsaa",
        "crow_amsaa",
        "crow_amsaa_grouped",
        "crow_amsaa_times",
    ),
    "cloglog": ("effective_counts",),
    "compare": (
        "Mcnemar",
        "mcnemar",
        "newcombe",
        "paired_log_e",
        "paired_shares",
        "tango",
    ),
    "contrast": (
        "log_e_above",
        "log_e_below",
    ),
    "coverage": (
        "exact_coverage",
        "false_pass",
    ),
    "discovery": (
        "chao1",
        "expected_new_modes",
        "good_turing",
        "rarefied_modes",
        "sample_coverage",
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
    "judge": (
        "AuditedRate",
        "audited_rate",
        "audited_within",
        "judge_accuracy",
        "part_of",
        "rogan_gladen",
        "rogan_within",
    ),
    "martingale": (
        "GroupEvidence",
        "group_confidence_sequence",
        "group_log_e",
        "group_log_e_fail",
        "group_log_e_pass",
    ),
    "multiplicity": (
        "benjamini_hochberg",
        "benjamini_yekutieli",
        "bonferroni",
        "hochberg",
        "holm",
        "tarone",
    ),
    "operating": (
        "Operating",
        "Sprt",
        "calibrated_threshold",
        "operating_characteristics",
        "sequential_plan",
        "sequential_regression",
        "sprt",
    ),
    "pace": (
        "PaceChange",
        "pace_change",
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
    "repeats": (
        "all_pass_chance",
        "end_to_end",
        "pass_at_k",
        "pass_hat_k",
        "per_step",
    ),
    "scale": (
        "nines",
        "nines_interval",
        "nines_of_rate",
        "nines_proven",
        "trials_for_next_nine",
    ),
    "sequential": (
        "confidence_sequence",
        "fail_table",
        "log_e_fail",
        "log_e_pass",
        "pass_table",
    ),
    "staged": (
        "look_threshold",
        "two_stage",
    ),
    "trend": (
        "Forecast",
        "Growth",
        "expected_range",
        "forecast",
        "growth",
    ),
    "unpaired": (
        "boschloo",
        "fisher",
        "miettinen_nurminen",
        "newcombe_unpaired",
        "trials_to_differ",
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
