"""The frozen types that every floor above speaks: scenarios, outcomes, verdicts, evidence, decisions.

Covers the vocabulary of the project, one class a word. Holds no I/O and no statistics of its own.
"""

from ninemarch.model.analysis import Analysis, OutcomeColumns, SliceRate
from ninemarch.model.baseline import Baseline, Results
from ninemarch.model.breakdown import Breakdown, Cross
from ninemarch.model.calibration import Calibration, Coins, Tried
from ninemarch.model.catalogue import Catalogue, KeptRun, Kind, KnownCluster, Sightings
from ninemarch.model.ceiling import Ceiling
from ninemarch.model.comparison import Comparison, Difference, PairedScenario, PairedSlice
from ninemarch.model.decision import Decision, GateResult, GateVerdict, Grouping, NextNine, Rung
from ninemarch.model.evidence import Counts, Evidence, Failure, Rate, Requests, Slice, Spending
from ninemarch.model.forecast import (
    Cone,
    ConePoint,
    DiscreteGrowth,
    MarchForecast,
    Observed,
    Pace,
    PaceVerdict,
    Shape,
)
from ninemarch.model.gate import Asks, Gate
from ninemarch.model.judge_audit import JudgeAudit, ProbeResult
from ninemarch.model.judge_calibration import GoldCounts, JudgeCalibration, RunLabels, Share
from ninemarch.model.march import March, Step
from ninemarch.model.milestone import (
    Drop,
    Effort,
    GateMark,
    Milestone,
    Milestones,
    MilestoneTable,
    Population,
    Rebased,
    Standing,
)
from ninemarch.model.outcome import (
    Abstain,
    Answer,
    Ended,
    HandOff,
    NoVerdict,
    Outcome,
    TargetFailed,
    TargetUnreachable,
    Traffic,
)
from ninemarch.model.planning import Course, GatePlan, Needs, Sized, SuitePlan, TrialCost
from ninemarch.model.run import RunPlan
from ninemarch.model.scenario import Scenario, Severity
from ninemarch.model.slice import ConfirmedSlice
from ninemarch.model.suite import (
    CheckSpec,
    DemoPlan,
    Focus,
    Generator,
    HuntSource,
    Limits,
    Price,
    Profile,
    Release,
    Seeds,
    Source,
    Suite,
    TargetSpec,
    Trials,
)
from ninemarch.model.tally import Earlier, Look, Tally, Weighted
from ninemarch.model.trial import JudgeUse, Trial, Verdict
from ninemarch.model.variant import Broken, Robustness, VariantResult, VariantSpec
from ninemarch.model.verified import Accepted, Control, NullAudit
from ninemarch.model.waiver import Match, Waiver, WaiverUse

__all__ = [
    "Abstain",
    "Accepted",
    "Analysis",
    "Answer",
    "Asks",
    "Baseline",
    "Breakdown",
    "Broken",
    "Calibration",
    "Catalogue",
    "Ceiling",
    "CheckSpec",
    "Coins",
    "Comparison",
    "Cone",
    "ConePoint",
    "ConfirmedSlice",
    "Control",
    "Counts",
    "Course",
    "Cross",
    "Decision",
    "DemoPlan",
    "Difference",
    "DiscreteGrowth",
    "Drop",
    "Earlier",
    "Effort",
    "Ended",
    "Evidence",
    "Failure",
    "Focus",
    "Gate",
    "GateMark",
    "GatePlan",
    "GateResult",
    "GateVerdict",
    "Generator",
    "GoldCounts",
    "Grouping",
    "HandOff",
    "HuntSource",
    "JudgeAudit",
    "JudgeCalibration",
    "JudgeUse",
    "KeptRun",
    "Kind",
    "KnownCluster",
    "Limits",
    "Look",
    "March",
    "MarchForecast",
    "Match",
    "Milestone",
    "MilestoneTable",
    "Milestones",
    "Needs",
    "NextNine",
    "NoVerdict",
    "NullAudit",
    "Observed",
    "Outcome",
    "OutcomeColumns",
    "Pace",
    "PaceVerdict",
    "PairedScenario",
    "PairedSlice",
    "Population",
    "Price",
    "ProbeResult",
    "Profile",
    "Rate",
    "Rebased",
    "Release",
    "Requests",
    "Results",
    "Robustness",
    "RunLabels",
    "RunPlan",
    "Rung",
    "Scenario",
    "Seeds",
    "Severity",
    "Shape",
    "Share",
    "Sightings",
    "Sized",
    "Slice",
    "SliceRate",
    "Source",
    "Spending",
    "Standing",
    "Step",
    "Suite",
    "SuitePlan",
    "Tally",
    "TargetFailed",
    "TargetSpec",
    "TargetUnreachable",
    "Traffic",
    "Trial",
    "TrialCost",
    "Trials",
    "Tried",
    "VariantResult",
    "VariantSpec",
    "Verdict",
    "Waiver",
    "WaiverUse",
    "Weighted",
]
