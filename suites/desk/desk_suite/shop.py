"""The shop: customers and orders from a seed, and the SQLite database made of them.

Covers the data at the start of a conversation and the records that ``look_up_order`` shows. What changes them is in
``tools``. A shop is a pure function of its seed; every trial has a fresh one, so trials share nothing.
"""

from __future__ import annotations

import functools
import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk_suite.words import FIRST, GOODS, LAST, STREETS, TOWNS

__all__ = ["STATES", "Customer", "Order", "Shop", "open_database", "shop_of"]

CUSTOMERS = 4
STATES = ("placed", "shipped", "delivered", "arrived_back", "refunded", "cancelled")
# What yesterday's copy of the record says.
YESTERDAY: Mapping[str, str] = {
    "placed": "placed",
    "shipped": "placed",
    "delivered": "shipped",
    "arrived_back": "delivered",
    "refunded": "arrived_back",
    "cancelled": "placed",
}
_WEIGHTS = (26, 16, 26, 18, 7, 7)
_SCHEMA = """
CREATE TABLE orders (id TEXT PRIMARY KEY, owner INTEGER, item TEXT, price INTEGER, final_sale INTEGER, state TEXT,
                     placed INTEGER, delivered INTEGER, address TEXT);
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, postcode TEXT);
CREATE TABLE ledger (order_id TEXT, cents INTEGER);
CREATE TABLE returns (order_id TEXT);
CREATE TABLE mails (order_id TEXT);
CREATE TABLE closed (request TEXT, result TEXT);
CREATE TABLE tickets (reason TEXT);
CREATE TABLE keys (key TEXT PRIMARY KEY, said TEXT);
"""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: who they are, and what proves it."""

    name: str
    postcode: str
    address: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands when the conversation begins.

    Args:
        id: six digits.
        owner: place of the customer in the shop.
        item: what was bought.
        price: cents.
        final_sale: sold without a right to return.
        state: one of ``STATES``; ``arrived_back`` waits for its refund.
        placed: days ago.
        delivered: days ago; None before delivery.
    """

    id: str
    owner: int
    item: str
    price: int
    final_sale: bool
    state: str
    placed: int
    delivered: int | None


@dataclass(frozen=True, slots=True)
class Shop:
    """All customers and orders of one shop."""

    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]

    def order(self, number: str) -> Order | None:
        """The order with this number, if there is one."""
        return next((order for order in self.orders if order.id == number), None)


@functools.lru_cache(maxsize=8)
def shop_of(seed: int) -> Shop:
    """Return the shop of a seed: four customers with two to four orders each, of different goods."""
    rng = random.Random(seed)
    names = [f"{first} {last}" for first, last in zip(rng.sample(FIRST, 4), rng.sample(LAST, 4), strict=True)]
    postcodes = rng.sample(range(10000, 99999), CUSTOMERS)
    customers = tuple(
        Customer(name, str(code), f"{rng.randint(1, 99)} {rng.choice(STREETS)}, {rng.choice(TOWNS)}")
        for name, code in zip(names, postcodes, strict=True)
    )
    numbers = iter(rng.sample(range(100_000, 1_000_000), CUSTOMERS * 4))
    orders = [
        _order(str(next(numbers)), owner, item, rng)
        for owner in range(CUSTOMERS)
        for item in rng.sample(sorted(GOODS), rng.randint(2, 4))
    ]
    return Shop(customers, tuple(orders))


def _order(number: str, owner: int, item: str, rng: random.Random) -> Order:
    state = rng.choices(STATES, _WEIGHTS)[0]
    low, high = GOODS[item]
    price = rng.randrange(low, high, 100) + 90
    delivered = (
        rng.choice((3, 8, 15, 24, 29, 31, 40, 75)) if state in {"delivered", "arrived_back", "refunded"} else None
    )
    return Order(
        id=number,
        owner=owner,
        item=item,
        price=price,
        final_sale=rng.random() < 0.15,
        state=state,
        placed=(delivered or 0) + rng.randint(2, 6),
        delivered=delivered,
    )


def open_database(shop: Shop) -> sqlite3.Connection:
    """Return a fresh database in memory that holds the shop."""
    base = sqlite3.connect(":memory:", isolation_level=None, cached_statements=64)
    base.deserialize(_empty())
    base.executemany(
        "INSERT INTO customers VALUES (?, ?, ?)",
        [(place, each.name, each.postcode) for place, each in enumerate(shop.customers)],
    )
    base.executemany(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                o.id,
                o.owner,
                o.item,
                o.price,
                o.final_sale,
                o.state,
                o.placed,
                o.delivered,
                shop.customers[o.owner].address,
            )
            for o in shop.orders
        ],
    )
    base.executemany(
        "INSERT INTO ledger VALUES (?, ?)",
        [(o.id, o.price) for o in shop.orders if o.state in {"refunded", "cancelled"}],
    )
    return base


@functools.cache
def _empty() -> bytes:
    """The bytes of a database with the tables and no row: faster than creating them every time."""
    base = sqlite3.connect(":memory:")
    base.executescript(_SCHEMA)
    return base.serialize()


def record_of(base: sqlite3.Connection, number: str) -> dict[str, Any] | None:
    """Return the record of an order as ``look_up_order`` shows it now; None where there is none."""
    row = base.execute(
        "SELECT o.item, o.price, o.final_sale, o.state, o.placed, o.delivered, o.address, c.name, c.postcode"
        " FROM orders o JOIN customers c ON c.id = o.owner WHERE o.id = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    (paid_back,) = base.execute("SELECT COALESCE(SUM(cents), 0) FROM ledger WHERE order_id = ?", (number,)).fetchone()
    opened = base.execute("SELECT 1 FROM returns WHERE order_id = ?", (number,)).fetchone() is not None
    mailed = base.execute("SELECT 1 FROM mails WHERE order_id = ?", (number,)).fetchone() is not None
    return {
        "order_id": number,
        "name": row[7],
        "postcode": row[8],
        "item": row[0],
        "price_cents": row[1],
        "final_sale": bool(row[2]),
        "state": row[3],
        "days_since_order": row[4],
        "days_since_delivery": row[5],
        "address": row[6],
        "refunded_cents": paid_back,
        "return_open": opened,
        "status_mailed": mailed,
    }
