"""Release 6: says what it is about to do before it does it, and asks a person where it cannot go on."""

from __future__ import annotations

from desk_suite.boundary import CallFailed, Desk, Over
from desk_suite.releases.fresh import Fresh
from desk_suite.releases.rules import Record, Trouble

__all__ = ["SayingBack", "serve"]

ASKS = 2
WILL = {
    "cancel": "cancel {it}",
    "return": "open a return for {it}",
    "refund": "refund {it}",
    "address": "change the address of {it}",
    "status": "mail you the status of {it}",
}


def serve(desk: Desk, opening: str) -> None:
    """Serve one customer."""
    clerk = SayingBack(desk)
    try:
        clerk.serve(opening)
    except (CallFailed, Trouble, ValueError, KeyError, Over) as error:
        clerk.hand_off(f"cannot go on: {type(error).__name__}")


class SayingBack(Fresh):
    """A clerk that makes sure."""

    def decide(self, record: Record) -> None:
        """Decide once the customer has agreed to what is meant."""
        for _ in range(ASKS):
            it = f"order {record['order_id']}, the {record['item']}"
            reply = self.ask(f"You want me to {WILL[self.request].format(it=it)}. Is that right?")
            if self.number == "withdrawn":
                self.close("withdrawn")
                return
            if reply.lower().startswith("yes") and self.number == record["order_id"]:
                super().decide(record)
                return
            found = self.find()
            if found is None:
                break
            record = found
        self.hand_off("the customer and I do not mean the same")
