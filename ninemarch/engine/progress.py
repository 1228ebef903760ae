"""What the engine tells an onlooker while it runs.

Covers the running counts; how they are shown is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ninemarch.model import Trial, Verdict


@dataclass(slots=True)
class Progress:
    """Running counts of a run, those of an earlier part of a resumed run included.

    Args:
        planned: trials planned.
        passed, failed, assisted, other: trials so far; other = unscored, error and void.
        notify: called after every trial; must be quick.
    """

    planned: int
    passed: int = 0
    failed: int = 0
    assisted: int = 0
    other: int = 0
    notify: Callable[[Progress], None] | None = field(default=None, repr=False)

    @property
    def done(self) -> int:
        """Trials recorded."""
        return self.passed + self.failed + self.assisted + self.other

    def add(self, verdict: Verdict) -> None:
        """Count one trial."""
        if verdict is Verdict.PASS:
            self.passed += 1
        elif verdict is Verdict.FAIL:
            self.failed += 1
        elif verdict is Verdict.ASSISTED:
            self.assisted += 1
        else:
            self.other += 1

    def tell(self, trial: Trial) -> None:
        """Count one trial and notify."""
        self.add(trial.verdict)
        if self.notify is not None:
            self.notify(self)
