"""The frozen types that every floor above speaks: scenarios, outcomes, verdicts, evidence, decisions.

Covers the vocabulary of the project, one class a word. Holds no I/O and no statistics of its own.
"""

from ninemarch.model.decision import Decision, GateResult, GateVerdict, NextNine
from ninemarch.model.evidence import Counts, Evidence, Failure, Rate, Slice, Tally, Weighted
from ninemarch.model.march import March, Step
from ninemarch.model.outcome import Abstain, Ended, HandOff, NoVerdict, Outcome
from ninemarch.model.run import Look, RunPlan
from ninemarch.model.scenario import Scenario, Severity
from ninemarch.model.suite import (
    CheckSpec,
    DemoPlan,
    Gate,
    Generator,
    Limits,
    Profile,
    Release,
    Seeds,
    Source,
    Suite,
    TargetSpec,
    Trials,
)
from ninemarch.model.trial import Trial, Verdict

__all__ = [
    "Abstain",
    "CheckSpec",
    "Counts",
    "Decision",
    "DemoPlan",
    "Ended",
    "Evidence",
    "Failure",
    "Gate",
    "GateResult",
    "GateVerdict",
    "Generator",
    "HandOff",
    "Limits",
    "Look",
    "March",
    "NextNine",
    "NoVerdict",
    "Outcome",
    "Profile",
    "Rate",
    "Release",
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
