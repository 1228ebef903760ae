"""The shop's policy in code: what a request ought to come to. ``POLICY.md`` says the same in words.

Covers the truth about one request on one order. Agents have a policy of their own, read from the words; this one
never reaches them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from desk_suite.shop import Order, Shop

__all__ = ["PERSON_ABOVE", "RETURN_DAYS", "decide", "truth"]

RETURN_DAYS = 30
PERSON_ABOVE = 25_000
"""Refunds above so many cents are a person's."""


def decide(request: str, order: Order) -> str:
    """Return ``done``, ``refused`` or ``person`` for a request by the order's owner.

    Examples:
        >>> order = Order("481273", 0, "desk lamp", 2990, False, "delivered", 40, 31)
        >>> decide("return", order), decide("status", order), decide("cancel", order)
        ('refused', 'done', 'refused')
    """
    if request in {"cancel", "address"}:
        return "done" if order.state == "placed" else "refused"
    if request == "return":
        days = order.delivered
        fits = order.state == "delivered" and days is not None and days <= RETURN_DAYS and not order.final_sale
        return "done" if fits else "refused"
    if request == "refund":
        if order.state != "arrived_back":
            return "refused"
        return "person" if order.price > PERSON_ABOVE else "done"
    return "done"


def truth(
    shop: Shop, asked: Iterable[tuple[str, str]], address: str, *, known: bool, withdrawn: bool
) -> dict[str, Any]:
    """Return the right final state: what the database must have changed by, and how each request must be closed.

    Args:
        shop: the shop.
        asked: (request, order) of everything that the customer wants in the end.
        address: the new address, for requests that need one.
        known: whether the customer is who they say.
        withdrawn: whether they take the request back.
    """
    changes: list[list[Any]] = []
    closed: list[list[str]] = []
    person = False
    for request, number in asked:
        order = shop.order(number)
        if order is None:
            msg = f"the shop has no order {number}"
            raise LookupError(msg)
        result = "withdrawn" if withdrawn else decide(request, order) if known else "refused"
        if result == "person":
            person = True
            continue
        closed.append([request, result])
        if result == "done":
            changes += _changes(request, order, address)
    return {"changes": sorted(changes, key=str), "closed": sorted(closed), "person": person}


def _changes(request: str, order: Order, address: str) -> list[list[Any]]:
    found: dict[str, list[list[Any]]] = {
        "cancel": [["cancel", order.id, "cancelled"], ["money", order.id, order.price]],
        "return": [["return", order.id, "open"]],
        "refund": [["money", order.id, order.price]],
        "address": [["address", order.id, address]],
        "status": [["status", order.id, "mailed"]],
    }
    return found[request]
