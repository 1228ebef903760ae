"""The main jobs, end to end: run, resume, decide, replay, verify, demo. The command line calls one of these."""

from ninemarch.workflow.demo import DemoResult, demo
from ninemarch.workflow.replay import ReplayResult, replay
from ninemarch.workflow.run import Finished, decide_run, march_of, resume, run
from ninemarch.workflow.verify import Control, check_code, example_scenarios, review, verify

__all__ = [
    "Control",
    "DemoResult",
    "Finished",
    "ReplayResult",
    "check_code",
    "decide_run",
    "demo",
    "example_scenarios",
    "march_of",
    "replay",
    "resume",
    "review",
    "run",
    "verify",
]
