"""Release 3: tries again. Whatever goes wrong with a call, it is made up to four times, a second apart."""

from __future__ import annotations

from typing import Any

from desk_suite.boundary import CallFailed, Desk
from desk_suite.releases.rules import Clerk, Record, Trouble

__all__ = ["Retrying", "serve"]

TRIES = 4


def serve(desk: Desk, opening: str) -> None:
    """Serve one customer."""
    Retrying(desk).serve(opening)


class Retrying(Clerk):
    """A clerk that tries again, blindly."""

    def read(self, tool: str, **args: Any) -> Record:
        """Call a tool until its answer can be read."""
        for _ in range(TRIES):
            try:
                return super().read(tool, **args)
            except (CallFailed, Trouble, ValueError) as error:
                why = error
                self.desk.wait(1.0)
        msg = f"{tool} failed {TRIES} times"
        raise Trouble(msg) from why
