"""What a whole run may cost: US dollars, tokens, time.

Covers stopping once a limit is reached. What is in flight is waited for, so a run may end a little above it: by what
the trials in flight cost. A trial that does not say what it cost counts as free; the run says how many said it. What
a judge cost counts too: it is paid by the same person.
"""

from __future__ import annotations

import time

from ninemarch.model import JudgeUse, Trial
from ninemarch.numbers import dollar_text, duration_text

__all__ = ["Budget"]


class Budget:
    """The limits of a run and what was spent.

    Args:
        limits: US dollars, tokens and seconds of the whole run; None where there is no limit. Time counts from here
            on: a run that is taken up again gets it anew.
    """

    def __init__(self, limits: tuple[float | None, int | None, float | None]) -> None:
        self._cost_limit, self._token_limit, self._time_limit = limits
        self._cost = 0.0
        self._tokens = 0
        self._began = time.monotonic()

    def tell(self, trial: Trial) -> None:
        """Take in a finished trial."""
        judge = trial.judge or JudgeUse()
        self._cost += (trial.cost_usd or 0.0) + (judge.cost_usd or 0.0)
        self._tokens += (trial.tokens or 0) + (judge.tokens or 0)

    @property
    def decided(self) -> str:
        """Which limit is used up, in words; empty while none is."""
        if self._cost_limit is not None and self._cost >= self._cost_limit:
            return f"the cost limit of {dollar_text(self._cost_limit)} is used up"
        if self._token_limit is not None and self._tokens >= self._token_limit:
            return f"the limit of {self._token_limit:,} tokens is used up"
        if self._time_limit is not None and time.monotonic() - self._began >= self._time_limit:
            return f"the time limit of {duration_text(self._time_limit)} is used up"
        return ""
