"""ninemarch: the reliability harness for the march of nines.

The command line is ``ninemarch``; the same functions are in ``ninemarch.workflow`` and the statistics in
``ninemarch.stats``. Importing this package loads nothing heavy.
"""

from ninemarch.model import Abstain, Answer, HandOff, NoVerdict, Outcome, Scenario, TargetUnreachable, Verdict

__version__ = "0.1.0"

__all__ = [
    "Abstain",
    "Answer",
    "HandOff",
    "NoVerdict",
    "Outcome",
    "Scenario",
    "TargetUnreachable",
    "Verdict",
    "__version__",
]
