"""The frozen types that every floor above speaks: scenarios, outcomes, verdicts, evidence, decisions.

Covers the vocabulary of the project, one class a word. Holds no I/O and no statistics of its own.
"""

from ninemarch.model.baseline import Baseline, Results
from ninemarch.model.comparison import Comparison, Difference, PairedScenario
from ninemarch.model.decision import Decision, GateResult, GateVerdict, NextNine
from ninemarch.model.evidence import Counts, Evidence, Failure, Rate, Slice
from ninemarch.model.gate import Asks, Gate
from ninemarch.model.march import March, Step
from ninemarch.model.outcome import Abstain, Answer, Ended, HandOff, NoVerdict, Outcome
from ninemarch.model.run import RunPlan
from ninemarch.model.scenario import Scenario, Severity
from ninemarch.model.suite import (
    CheckSpec,
    DemoPlan,
    Generator,
    HuntSource,
    Limits,
    Profile,
    Release,
    Seeds,
    Source,
    Suite,
    TargetSpec,
    Trials,
)
from ninemarch.model.tally import Earlier, Look, Tally, Weighted
from ninemarch.model.trial import Trial, Verdict

__all__ = [
    "Abstain",
    "Answer",
    "Asks",
    "Baseline",
    "CheckSpec",
    "Comparison",
    "Counts",
    "Decision",
    "DemoPlan",
    "Difference",
    "Earlier",
    "Ended",
    "Evidence",
    "Failure",
    "Gate",
    "GateResult",
    "GateVerdict",
    "Generator",
    "HandOff",
    "HuntSource",
    "Limits",
    "Look",
    "March",
    "NextNine",
    "NoVerdict",
    "Outcome",
    "PairedScenario",
    "Profile",
    "Rate",
    "Release",
    "Results",
    "RunPlan",
    "Scenario",
    "Seeds",
    "Severity",
    "Slice",
    "Source",
    "Step",
    "Suite",
    "Tally",
    "TargetSpec",
    "Trial",
    "Trials",
    "Verdict",
    "Weighted",
]
