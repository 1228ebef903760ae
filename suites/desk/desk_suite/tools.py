"""The desk's tools: what they do to the database, and how they are described to a model.

Covers the tools as a shop's backend has them: they do what they are told and know no policy; that is the agent's job.
How their answers travel, and what goes wrong on the way, is in ``boundary``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from desk_suite.shop import Shop, record_of

__all__ = ["LOCAL", "READS", "REQUESTS", "RESULTS", "WRITES", "execute", "final_state", "schemas"]

REQUESTS = ("cancel", "return", "refund", "address", "status")
RESULTS = ("done", "refused", "withdrawn")
READS = ("find_orders", "look_up_order")
WRITES = ("cancel", "return", "refund", "change_address", "status")
LOCAL = ("close", "hand_off")
"""Tools of the desk itself: they do not travel, so nothing goes wrong with them."""

Reply = tuple[int, dict[str, Any]]
Arguments = Mapping[str, tuple[str, str]]
_ORDER: Arguments = {"order_id": ("string", "Number of the order, six digits.")}
_KEY: Arguments = {
    "key": ("string", "Optional. A second call with the same key changes nothing and gets the first one's answer.")
}
# name: what it does, required arguments, optional ones
_TOOLS: Mapping[str, tuple[str, Arguments, Arguments]] = {
    "find_orders": (
        "List the orders of the customer with this name and postcode; an empty list where they do not fit.",
        {"name": ("string", "Full name."), "postcode": ("string", "Five digits.")},
        {},
    ),
    "look_up_order": ("Show the record of an order; as_of says how old the record is.", _ORDER, {}),
    "cancel": ("Cancel an order and pay back its price.", _ORDER, _KEY),
    "return": ("Open a return: the customer gets a label. No money moves yet.", _ORDER, _KEY),
    "refund": (
        "Pay money back to the customer. Every call pays.",
        {**_ORDER, "amount_cents": ("integer", "Amount in cents.")},
        _KEY,
    ),
    "change_address": ("Change the delivery address.", {**_ORDER, "address": ("string", "Street, town.")}, _KEY),
    "status": ("Mail the state of an order to the customer.", _ORDER, _KEY),
    "hand_off": ("Hand the conversation over to a person; it ends here.", {"reason": ("string", "Why.")}, {}),
    "close": (
        "Note how one request of the customer ended. Every request needs exactly one note.",
        {
            "request": ("string", f"One of {', '.join(REQUESTS)}."),
            "result": ("string", f"One of {', '.join(RESULTS)}."),
        },
        {},
    ),
}


def schemas() -> list[dict[str, Any]]:
    """Return the tools as JSON schemas: name, description and parameters of each."""
    return [
        {
            "name": name,
            "description": says,
            "parameters": {
                "type": "object",
                "properties": {
                    each: {"type": kind, "description": about} for each, (kind, about) in {**needed, **more}.items()
                },
                "required": list(needed),
                "additionalProperties": False,
            },
        }
        for name, (says, needed, more) in _TOOLS.items()
    ]


def execute(base: sqlite3.Connection, tool: str, args: Mapping[str, Any]) -> Reply:
    """Do what a call asks for; return the HTTP status and the body of the answer.

    Unknown tools and wrong arguments are answered with 400, as by a service; nothing is raised.
    """
    problem = _problem(tool, args)
    if problem:
        return 400, {"error": problem}
    key = str(args.get("key") or "")
    if key:
        row = base.execute("SELECT said FROM keys WHERE key = ?", (key,)).fetchone()
        if row:
            status, body = json.loads(row[0])
            return status, body
    status, body = _DO[tool](base, args)
    if key:
        base.execute("INSERT INTO keys VALUES (?, ?)", (key, json.dumps([status, body])))
    return status, body


def _problem(tool: str, args: Mapping[str, Any]) -> str:
    if tool not in _TOOLS:
        return "no such tool"
    _, needed, more = _TOOLS[tool]
    unknown = [name for name in args if name not in needed and name not in more]
    if unknown:
        return f"unknown argument {unknown[0]}"
    for name in args.keys() | needed.keys():
        kind, value = {**needed, **more}[name][0], args.get(name)
        if not (_small(value) if kind == "integer" else isinstance(value, str)):
            return f"{name} is missing or no {kind}"
    return ""


def _small(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _find(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    rows = base.execute(
        "SELECT o.id, o.item, o.placed FROM orders o JOIN customers c ON c.id = o.owner"
        " WHERE lower(c.name) = lower(?) AND c.postcode = ? ORDER BY o.placed, o.id",
        (args["name"], args["postcode"]),
    )
    return 200, {"orders": [{"order_id": row[0], "item": row[1], "days_since_order": row[2]} for row in rows]}


def _look_up(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    record = record_of(base, args["order_id"])
    return (404, {"error": "no such order"}) if record is None else (200, record)


def _state(base: sqlite3.Connection, number: str) -> str:
    row = base.execute("SELECT state FROM orders WHERE id = ?", (number,)).fetchone()
    return str(row[0]) if row else ""


def _cancel(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    number = args["order_id"]
    if _state(base, number) == "cancelled":
        return 409, {"error": "already cancelled"}
    base.execute("UPDATE orders SET state = 'cancelled' WHERE id = ?", (number,))
    base.execute("INSERT INTO ledger SELECT id, price FROM orders WHERE id = ?", (number,))
    return 200, {"ok": True}


def _return(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    number = args["order_id"]
    if base.execute("SELECT 1 FROM returns WHERE order_id = ?", (number,)).fetchone():
        return 409, {"error": "a return is open already"}
    base.execute("INSERT INTO returns VALUES (?)", (number,))
    return 200, {"ok": True}


def _refund(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    base.execute("INSERT INTO ledger VALUES (?, ?)", (args["order_id"], args["amount_cents"]))
    return 200, {"ok": True}


def _address(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    base.execute("UPDATE orders SET address = ? WHERE id = ?", (args["address"], args["order_id"]))
    return 200, {"ok": True}


def _mail(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    base.execute("INSERT INTO mails VALUES (?)", (args["order_id"],))
    return 200, {"ok": True}


def _hand_off(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    base.execute("INSERT INTO tickets VALUES (?)", (args["reason"],))
    return 200, {"ok": True}


def _close(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
    if args["request"] not in REQUESTS or args["result"] not in RESULTS:
        return 400, {"error": "no such request or result"}
    base.execute("INSERT INTO closed VALUES (?, ?)", (args["request"], args["result"]))
    return 200, {"ok": True}


Do = Callable[[sqlite3.Connection, Mapping[str, Any]], Reply]


def _known(do: Do) -> Do:
    """The write, for an order that exists."""

    def checked(base: sqlite3.Connection, args: Mapping[str, Any]) -> Reply:
        return do(base, args) if _state(base, args["order_id"]) else (404, {"error": "no such order"})

    return checked


_DO: Mapping[str, Do] = {
    "find_orders": _find,
    "look_up_order": _look_up,
    "cancel": _known(_cancel),
    "return": _known(_return),
    "refund": _known(_refund),
    "change_address": _known(_address),
    "status": _known(_mail),
    "hand_off": _hand_off,
    "close": _close,
}


def final_state(base: sqlite3.Connection, shop: Shop) -> dict[str, Any]:
    """Return what has changed since the conversation began, read from the database.

    Returns:
        ``changes``: sorted ``[what, order, value]``, what being cancel, return, address, status or money (every
        payment by itself, in cents); ``closed``: sorted ``[request, result]``; ``person``: whether one was asked.
    """
    before = {order.id: order for order in shop.orders}
    changes: list[list[Any]] = []
    for number, state, address in base.execute("SELECT id, state, address FROM orders"):
        order = before[number]
        if state != order.state:
            changes.append(["cancel", number, state])
        if address != shop.customers[order.owner].address:
            changes.append(["address", number, address])
    paid_before = sum(order.state in {"refunded", "cancelled"} for order in shop.orders)
    rows = base.execute("SELECT order_id, cents FROM ledger WHERE rowid > ?", (paid_before,))
    changes += [["money", number, cents] for number, cents in rows]
    changes += [["return", number, "open"] for (number,) in base.execute("SELECT order_id FROM returns")]
    changes += [["status", number, "mailed"] for (number,) in base.execute("SELECT DISTINCT order_id FROM mails")]
    return {
        "changes": sorted(changes, key=str),
        "closed": sorted([request, result] for request, result in base.execute("SELECT request, result FROM closed")),
        "person": base.execute("SELECT 1 FROM tickets").fetchone() is not None,
    }
