"""Release 4: a lost answer does not mean that nothing was done. It reads the order back before it writes again.

It also waits as long as it is told to after too many requests.
"""

from __future__ import annotations

from typing import Any

from desk_suite.boundary import CallFailed, Desk, Response
from desk_suite.releases.retries import TRIES, Retrying
from desk_suite.releases.rules import Clerk, Record, Trouble

__all__ = ["Careful", "serve"]


def serve(desk: Desk, opening: str) -> None:
    """Serve one customer."""
    Careful(desk).serve(opening)


class Careful(Retrying):
    """A clerk that looks before it leaps a second time."""

    def call(self, tool: str, **args: Any) -> Response:
        """Call a tool; where there were too many requests, wait as told and call again."""
        response = super().call(tool, **args)
        if response.retry_after is not None:
            self.desk.wait(response.retry_after)
            response = super().call(tool, **args)
        return response

    def write(self, record: Record, tool: str, **args: Any) -> None:
        """Change something once: after trouble, only where the record shows that it was not done."""
        for _ in range(TRIES):
            try:
                Clerk.read(self, tool, **args)
            except (CallFailed, Trouble, ValueError):
                now = self.look_up(record["order_id"])
                if now is not None and self.done(record, now, tool, args):
                    return
            else:
                return
        msg = f"{tool} failed {TRIES} times"
        raise Trouble(msg)

    def done(self, before: Record, now: Record, tool: str, args: dict[str, Any]) -> bool:
        """Whether the record shows what was to be done."""
        return bool(
            {
                "cancel": now["state"] == "cancelled",
                "return": now["return_open"],
                "refund": now["refunded_cents"] > before["refunded_cents"],
                "change_address": now["address"] == args.get("address"),
                "status": now["status_mailed"],
            }[tool]
        )
