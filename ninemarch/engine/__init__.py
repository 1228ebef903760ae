"""From plan to trials: plan a run, carry it out durably, take it up again.

``make_plan`` declares what will run, ``execute`` runs what is missing of it. Order, concurrency and the stop
rule live here; statistics do not.
"""

from ninemarch.engine.plan import History, Selection, make_plan, release_of, schedule_of
from ninemarch.engine.progress import Progress
from ninemarch.engine.runner import RunResult, execute, recount
from ninemarch.engine.staff import EXECUTORS, Staff, staffed
from ninemarch.engine.trials import Crew, Here, judge_once, judge_scenarios

__all__ = [
    "EXECUTORS",
    "Crew",
    "Here",
    "History",
    "Progress",
    "RunResult",
    "Selection",
    "Staff",
    "execute",
    "judge_once",
    "judge_scenarios",
    "make_plan",
    "recount",
    "release_of",
    "schedule_of",
    "staffed",
]
