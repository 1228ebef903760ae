"""From evidence to one decision: PASS, FAIL or NOT PROVEN for each gate, and the verdict of the run."""

from ninemarch.gate.calibrate import calibrate
from ninemarch.gate.decide import decide
from ninemarch.gate.plan import needs, plan_gate
from ninemarch.gate.power import power_line
from ninemarch.gate.results import looks

__all__ = ["calibrate", "decide", "looks", "needs", "plan_gate", "power_line"]
