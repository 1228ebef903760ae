"""Stops a run whose target is not there: the same error, again and again, with nothing else between.

Covers errors that are not the target's (``TargetUnreachable``), whatever made the trials. What is recorded stays, and
the run may be taken up again once the cause is gone; a run that is taken up counts anew.
"""

from __future__ import annotations

import re

from ninemarch.model import Ended, Trial
from ninemarch.text import excerpt

__all__ = ["IN_A_ROW", "Breaker"]

IN_A_ROW = 30
# Ids and numbers of requests, which differ in errors that are alike; a status has three digits.
_OWN = re.compile(r"\b(?=\w*\d)\w{5,}\b|\d[\d.,:]{4,}")


class Breaker:
    """Counts errors of one kind without another outcome between."""

    def __init__(self) -> None:
        self._kind, self._many, self._says = "", 0, ""

    def tell(self, trial: Trial) -> None:
        """Take in a finished trial."""
        if trial.ended is not Ended.ERROR:
            self._many = 0
            return
        kind = _OWN.sub("#", trial.detail)
        self._many = self._many + 1 if kind == self._kind and self._many else 1
        self._kind, self._says = kind, trial.detail

    @property
    def decided(self) -> str:
        """Why the run is to stop, in words; empty while it is not."""
        if self._many < IN_A_ROW:
            return ""
        return f"the target cannot be reached: {self._many} times in a row: {excerpt(self._says, 300)}"
