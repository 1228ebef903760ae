"""The main jobs: plan, run, decide, replay, shrink, hunt, verify, mine, baselines, march, demo; for the commands."""

from ninemarch.workflow.analyze import analyze
from ninemarch.workflow.audit import audit
from ninemarch.workflow.baseline import accept_baseline, compare_runs, compare_with_baseline, named_baseline
from ninemarch.workflow.calibration import calibrate_rate, calibrate_suite
from ninemarch.workflow.catalogue import edit_clusters, keep_clusters, known_clusters
from ninemarch.workflow.confirm import confirm_slices
from ninemarch.workflow.credit import blame_trial, step_credit
from ninemarch.workflow.demo import DemoResult, demo
from ninemarch.workflow.diversity import suite_diversity
from ninemarch.workflow.hunt import HuntOptions, hunt
from ninemarch.workflow.hunt_record import is_hunt, read_hunt
from ninemarch.workflow.judge_audit import AuditOptions, audit_judge
from ninemarch.workflow.judge_calibration import calibrate_gold, calibrate_run, draw_sheet, read_sheet
from ninemarch.workflow.march import add_milestone, check_effort, forecast_march, import_milestones, milestone_table
from ninemarch.workflow.merge import Merged, merge
from ninemarch.workflow.mine import mine
from ninemarch.workflow.naming import Namer, name_clusters
from ninemarch.workflow.nulls import audit_checks, check_ceiling, try_nulls
from ninemarch.workflow.planning import plan_rates, plan_suite
from ninemarch.workflow.promote import Promoted, promote
from ninemarch.workflow.rebase import rebase_march
from ninemarch.workflow.replay import ReplayResult, replay
from ninemarch.workflow.report import write_report
from ninemarch.workflow.run import Finished, decide_run, march_of, resume, run
from ninemarch.workflow.shrink import shrink_trial
from ninemarch.workflow.slices import KeptSlices, idle_gates, keep_slices
from ninemarch.workflow.variants import try_variants
from ninemarch.workflow.verify import check_code, example_scenarios, review, verify

__all__ = [
    "AuditOptions",
    "Control",
    "DemoResult",
    "Finished",
    "HuntOptions",
    "KeptSlices",
    "Merged",
    "Namer",
    "Promoted",
    "ReplayResult",
    "accept_baseline",
    "add_milestone",
    "analyze",
    "audit",
    "audit_checks",
    "audit_judge",
    "blame_trial",
    "calibrate_gold",
    "calibrate_rate",
    "calibrate_run",
    "calibrate_suite",
    "check_ceiling",
    "check_code",
    "check_effort",
    "compare_runs",
    "compare_with_baseline",
    "confirm_slices",
    "decide_run",
    "demo",
    "draw_sheet",
    "edit_clusters",
    "example_scenarios",
    "forecast_march",
    "hunt",
    "idle_gates",
    "import_milestones",
    "is_hunt",
    "keep_clusters",
    "keep_slices",
    "known_clusters",
    "march_of",
    "merge",
    "milestone_table",
    "mine",
    "name_clusters",
    "named_baseline",
    "plan_rates",
    "plan_suite",
    "promote",
    "read_hunt",
    "read_sheet",
    "rebase_march",
    "replay",
    "resume",
    "review",
    "run",
    "shrink_trial",
    "step_credit",
    "suite_diversity",
    "try_nulls",
    "try_variants",
    "verify",
    "write_report",
]
