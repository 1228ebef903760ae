"""Release 1: a keyword script. The first keyword decides, the number is six digits, and what was asked is done."""

from __future__ import annotations

import re

from desk_suite.boundary import Desk

__all__ = ["serve"]

KEYWORDS = ("cancel", "return", "refund", "address", "status", "where")
NUMBER = re.compile(r"\b\d{6}\b")


def serve(desk: Desk, opening: str) -> None:
    """Serve one customer."""
    request = next(word for word in KEYWORDS if word in opening.lower())
    request = "status" if request == "where" else request
    numbers = NUMBER.findall(opening) or NUMBER.findall(desk.say("What is your order number?") or "")
    number = numbers[0]
    if request == "refund":
        record = desk.call("look_up_order", order_id=number).text
        cents = int(re.findall(r"\d+", record.split("price_cents")[1])[0])
        desk.call("refund", order_id=number, amount_cents=cents)
    elif request == "address":
        address = desk.say("What is the new address?") or ""
        desk.call("change_address", order_id=number, address=address)
    else:
        desk.call(request, order_id=number)
    desk.call("close", request=request, result="done")
    desk.say("It is done. Goodbye.")
