"""From evidence to one decision: PASS, FAIL or NOT PROVEN for each gate, and the verdict of the run."""

from ninemarch.gate.decide import decide

__all__ = ["decide"]
