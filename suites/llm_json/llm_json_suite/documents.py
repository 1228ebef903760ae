"""Eight families of typed documents and the JSON schema of each.

Covers what a model might be asked to extract: invoices, contacts, recipes, events, reviews, tickets, trips
and tables. Does not cover how a model would write them down (``writer.py``) or spoil them (``damage.py``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from llm_json_suite.words import amount, clock, count, email, name, noun, place, stamp, text

__all__ = ["FAMILIES", "SCHEMAS", "SIZES", "document"]

Json = dict[str, Any]

# Items in each list of a document: lowest and highest, both possible.
SIZES: Mapping[str, tuple[int, int]] = {"small": (0, 2), "medium": (2, 3), "large": (5, 8)}


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _map(values: Json) -> Json:
    return {"type": "object", "additionalProperties": values}


def _one_of(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_NUMBER: Json = {"type": "number"}
_TRUTH: Json = {"type": "boolean"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER_OR_NULL: Json = {"type": ["number", "null"]}
_WHOLE_OR_NULL: Json = {"type": ["integer", "null"]}
_TRUTH_OR_NULL: Json = {"type": ["boolean", "null"]}

_CURRENCIES = ("EUR", "USD", "JPY", "CHF", "BRL")
_PHONES = ("mobile", "work", "home")
_MOODS = ("positive", "mixed", "negative")
_SEVERITIES = ("low", "medium", "high")

SCHEMAS: Mapping[str, Json] = {
    "invoice": _object(
        number=_TEXT,
        vendor=_object(name=_TEXT, tax_id=_TEXT_OR_NULL),
        currency=_one_of(*_CURRENCIES),
        lines=_list(_object(description=_TEXT, quantity=_WHOLE, unit_price=_NUMBER)),
        total=_NUMBER,
        paid=_TRUTH,
        notes=_TEXT_OR_NULL,
    ),
    "contact": _object(
        name=_TEXT,
        emails=_list(_TEXT),
        phones=_list(_object(kind=_one_of(*_PHONES), number=_TEXT)),
        address=_object(street=_TEXT, city=_TEXT, postcode=_TEXT_OR_NULL),
        tags=_list(_TEXT),
        vip=_TRUTH,
        age=_WHOLE_OR_NULL,
    ),
    "recipe": _object(
        title=_TEXT,
        servings=_WHOLE,
        ingredients=_list(_object(item=_TEXT, amount=_NUMBER_OR_NULL, unit=_TEXT_OR_NULL)),
        steps=_list(_TEXT),
        minutes=_WHOLE,
        vegetarian=_TRUTH,
        rating=_NUMBER_OR_NULL,
    ),
    "event": _object(
        title=_TEXT,
        start=_TEXT,
        end=_TEXT_OR_NULL,
        location=_TEXT_OR_NULL,
        attendees=_list(_object(name=_TEXT, email=_TEXT, accepted=_TRUTH_OR_NULL)),
        all_day=_TRUTH,
        reminders=_list(_WHOLE),
    ),
    "review": _object(
        product=_TEXT,
        stars=_WHOLE,
        sentiment=_one_of(*_MOODS),
        pros=_list(_TEXT),
        cons=_list(_TEXT),
        aspects=_map(_NUMBER),
        recommended=_TRUTH_OR_NULL,
        summary=_TEXT,
    ),
    "ticket": _object(
        id=_WHOLE,
        severity=_one_of(*_SEVERITIES),
        summary=_TEXT,
        steps=_list(_TEXT),
        environment=_map(_TEXT),
        duplicates=_list(_WHOLE),
        resolved=_TRUTH,
        assignee=_TEXT_OR_NULL,
        snippet=_TEXT,
    ),
    "trip": _object(
        traveller=_TEXT,
        legs=_list(_object(origin=_TEXT, to=_TEXT, depart=_TEXT, seat=_TEXT_OR_NULL, price=_NUMBER)),
        bags=_list(_list(_WHOLE)),
        remarks=_list(_TEXT),
        refundable=_TRUTH,
        miles=_WHOLE_OR_NULL,
    ),
    "table": _object(
        title=_TEXT,
        columns=_list(_TEXT),
        rows=_list(_list(_NUMBER_OR_NULL)),
        unit=_TEXT_OR_NULL,
        scale=_NUMBER,
        complete=_TRUTH,
    ),
}

_Draw = Callable[[random.Random], Any]


def _some(rng: random.Random, size: str, draw: _Draw) -> list[Any]:
    low, high = SIZES[size]
    return [draw(rng) for _ in range(rng.randrange(low, high + 1))]


def _maybe(rng: random.Random, draw: _Draw) -> Any:
    """The value, or null in one case of four."""
    return None if rng.random() < 0.25 else draw(rng)


def _truth(rng: random.Random) -> bool:
    return rng.random() < 0.5


def _signed(rng: random.Random) -> float:
    return amount(rng) * (-1 if rng.random() < 0.2 else 1)


def _invoice(rng: random.Random, size: str) -> Json:
    return {
        "number": f"INV-{rng.randrange(2010, 2031)}-{rng.randrange(10000):04}",
        "vendor": {"name": name(rng), "tax_id": _maybe(rng, lambda r: f"DE{r.randrange(10**9):09}")},
        "currency": rng.choice(_CURRENCIES),
        "lines": _some(
            rng,
            size,
            lambda r: {"description": text(r), "quantity": count(r), "unit_price": amount(r)},
        ),
        "total": amount(rng),
        "paid": _truth(rng),
        "notes": _maybe(rng, text),
    }


def _contact(rng: random.Random, size: str) -> Json:
    return {
        "name": name(rng),
        "emails": _some(rng, size, email),
        "phones": _some(
            rng, size, lambda r: {"kind": r.choice(_PHONES), "number": f"+{r.randrange(10, 99)} {r.randrange(10**7)}"}
        ),
        "address": {
            "street": text(rng),
            "city": place(rng),
            "postcode": _maybe(rng, lambda r: f"{r.randrange(10**5):05}"),
        },
        "tags": _some(rng, size, lambda r: text(r, hard=0.2)),
        "vip": _truth(rng),
        "age": _maybe(rng, lambda r: r.randrange(18, 99)),
    }


def _recipe(rng: random.Random, size: str) -> Json:
    return {
        "title": text(rng),
        "servings": rng.randrange(1, 13),
        "ingredients": _some(
            rng,
            size,
            lambda r: {"item": noun(r), "amount": _maybe(r, amount), "unit": _maybe(r, lambda q: q.choice("gmlL"))},
        ),
        "steps": _some(rng, size, text),
        "minutes": rng.randrange(5, 1500),
        "vegetarian": _truth(rng),
        "rating": _maybe(rng, lambda r: (r.randrange(1, 50) * 10 + 5) / 100),
    }


def _event(rng: random.Random, size: str) -> Json:
    return {
        "title": text(rng),
        "start": stamp(rng),
        "end": _maybe(rng, stamp),
        "location": _maybe(rng, place),
        "attendees": _some(rng, size, lambda r: {"name": name(r), "email": email(r), "accepted": _maybe(r, _truth)}),
        "all_day": _truth(rng),
        "reminders": _some(rng, size, lambda r: r.randrange(5, 3000)),
    }


def _review(rng: random.Random, size: str) -> Json:
    return {
        "product": text(rng, hard=0.2),
        "stars": rng.randrange(1, 6),
        "sentiment": rng.choice(_MOODS),
        "pros": _some(rng, size, text),
        "cons": _some(rng, size, text),
        "aspects": dict(_some(rng, size, lambda r: (noun(r), amount(r)))),
        "recommended": _maybe(rng, _truth),
        "summary": text(rng, hard=0.5),
    }


def _ticket(rng: random.Random, size: str) -> Json:
    return {
        "id": count(rng),
        "severity": rng.choice(_SEVERITIES),
        "summary": text(rng),
        "steps": _some(rng, size, text),
        "environment": dict(_some(rng, size, lambda r: (noun(r), text(r, hard=0.2)))),
        "duplicates": _some(rng, size, count),
        "resolved": _truth(rng),
        "assignee": _maybe(rng, name),
        "snippet": text(rng, hard=0.9),
    }


def _trip(rng: random.Random, size: str) -> Json:
    return {
        "traveller": name(rng),
        "legs": _some(
            rng,
            size,
            lambda r: {
                "origin": place(r),
                "to": place(r),
                "depart": stamp(r) if _truth(r) else clock(r),
                "seat": _maybe(r, lambda q: f"{q.randrange(1, 60)}{q.choice('ABCDEF')}"),
                "price": amount(r),
            },
        ),
        "bags": _some(rng, size, lambda r: [r.randrange(10, 120) for _ in range(3)]),
        "remarks": _some(rng, size, text),
        "refundable": _truth(rng),
        "miles": _maybe(rng, count),
    }


def _table(rng: random.Random, size: str) -> Json:
    columns = _some(rng, size, noun)
    return {
        "title": text(rng),
        "columns": columns,
        "rows": _some(rng, size, lambda r: [_maybe(r, _signed) for _ in columns]),
        "unit": _maybe(rng, noun),
        "scale": rng.choice((0.001, 0.5, 1.5e-07, 2.5e21, 0.25)),
        "complete": _truth(rng),
    }


FAMILIES: Mapping[str, Callable[[random.Random, str], Json]] = {
    "invoice": _invoice,
    "contact": _contact,
    "recipe": _recipe,
    "event": _event,
    "review": _review,
    "ticket": _ticket,
    "trip": _trip,
    "table": _table,
}


def document(family: str, size: str, rng: random.Random) -> Json:
    """A document of the family that its schema accepts.

    Args:
        family: a key of ``FAMILIES``.
        size: a key of ``SIZES``.
        rng: source of randomness.
    """
    return FAMILIES[family](rng, size)
