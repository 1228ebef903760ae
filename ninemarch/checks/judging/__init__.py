"""A check that asks a model: the question, the grammar of its verdict, votes, and what never reaches it.

A judge is the weakest of checks: what it accepts by mistake bounds what a suite can prove. ``ninemarch judge audit``
and ``ninemarch judge calibrate`` measure that.
"""

from ninemarch.checks.judging.check import UNSEEN, compile_judge, judge_check
from ninemarch.checks.judging.memory import Memory
from ninemarch.checks.judging.probes import Piece, Probe, probes_of
from ninemarch.checks.judging.question import Exhibit, messages_for, verdict_in
from ninemarch.checks.judging.seat import Ask, Said, Seat, judge_key, judge_specs, seat_of
from ninemarch.checks.judging.worthless import worthless

__all__ = [
    "UNSEEN",
    "Ask",
    "Exhibit",
    "Memory",
    "Piece",
    "Probe",
    "Said",
    "Seat",
    "compile_judge",
    "judge_check",
    "judge_key",
    "judge_specs",
    "messages_for",
    "probes_of",
    "seat_of",
    "verdict_in",
    "worthless",
]
