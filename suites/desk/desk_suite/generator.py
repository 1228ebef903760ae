"""Draws one scenario: a shop, a customer with a script, the faults on the way, and the right end.

Covers the choice of the order and the writing of the script; the truth is the policy's. Pure: the same levels and the
same random state give the same scenario on any machine.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from desk_suite.faults import planned_faults
from desk_suite.policy import decide, truth
from desk_suite.shop import Order, Shop, shop_of
from desk_suite.words import MISLEADING, ODD, PLAIN, SPELT, STREETS, TOWNS, VERBS

__all__ = ["scenario"]

_TRIES = 400  # shops drawn until one has the order that the levels ask for
_EARLY = 3  # calls whose fault names the attribute


class _NoSuchOrder(Exception):
    """This shop has no order of the kind that is asked for."""


def scenario(attributes: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """Return one scenario of the suite.

    Args:
        attributes: levels of request, due, wording, number, item, identity, change, second and fault_rate.
        rng: source of randomness; the only one.

    Returns:
        ``input`` (the shop's seed, the customer's script, the faults), ``expect`` (the right final state) and
        ``attributes``: levels that had to give way to others, as they really are, and the fault planned for one of
        the first three calls, if any.
    """
    levels = _consistent(attributes)
    for _ in range(_TRIES):
        seed = rng.getrandbits(32)
        try:
            made = _Scene(shop_of(seed), levels, rng)
        except _NoSuchOrder:
            continue
        break
    else:
        msg = f"no shop with such an order in {_TRIES} tries: {dict(levels)}"
        raise LookupError(msg)
    rate = levels["fault_rate"]
    faults = list(planned_faults(rng.getrandbits(64), 0.0 if rate == "none" else float(rate.rstrip("%")) / 100))
    early = next((fault.kind.value for fault in faults if fault.at < _EARLY), "none")
    return {
        "input": {
            "shop": seed,
            "customer": made.script(),
            "faults": [{"at": each.at, "kind": each.kind.value, "share": each.share} for each in faults],
        },
        "expect": made.truth(),
        "attributes": {**levels, "first_fault": early, "early_fault": "no" if early == "none" else "yes"},
    }


def _consistent(attributes: Mapping[str, str]) -> dict[str, str]:
    """The levels with what contradicts another one taken back."""
    levels = dict(attributes)
    if levels["due"] == "person" and (levels["request"] != "refund" or levels["identity"] == "impostor"):
        levels["due"] = "allowed"
    if levels["request"] == "status":
        levels["due"] = "allowed"
    if levels["identity"] == "impostor":
        levels.update(change="none", number="given")
    if levels["number"] in {"missing", "own_other"} and levels["change"] == "other_order":
        levels["change"] = "none"
    if levels["change"] != "none" or levels["due"] == "person" or levels["number"] == "own_other":
        levels["second"] = "none"
    if levels["change"] != "none":
        levels["identity"] = "asked"
    return levels


class _Scene:
    """What happens in one scenario, once a shop has the orders for it."""

    def __init__(self, shop: Shop, levels: Mapping[str, str], rng: random.Random) -> None:
        self._shop, self._levels, self._rng = shop, levels, rng
        self._first = levels["request"]
        others = [each for each in PLAIN if each != self._first]
        self._then = rng.choice(others) if levels["change"] == "other_request" else ""
        self._final = self._then or self._first
        self._order = self._pick(self._final)
        own = [each for each in shop.orders if each.owner == self._order.owner and each is not self._order]
        if not own:
            raise _NoSuchOrder
        self._other = rng.choice(own)
        self._second = rng.choice(others) if levels["second"] != "none" else ""
        if self._second and self._second_result() == "person":
            raise _NoSuchOrder
        self._address = f"{rng.randint(100, 199)} {rng.choice(STREETS)}, {rng.choice(TOWNS)}"
        self._typed = self._number()

    def _pick(self, request: str) -> Order:
        wanted = {"allowed": "done", "refused": "refused", "person": "person"}[self._levels["due"]]
        if request == "status" or (wanted == "person" and request != "refund"):
            wanted = "done"
        fit = [order for order in self._shop.orders if decide(request, order) == wanted]
        if not fit:
            raise _NoSuchOrder
        return self._rng.choice(fit)

    def _second_result(self) -> str:
        return decide(self._second, self._other)

    def _number(self) -> str:
        """The number that the customer gives first."""
        how, rng = self._levels["number"], self._rng
        if how == "missing":
            return ""
        if self._levels["change"] == "other_order" or how == "own_other":
            return self._other.id
        if how == "strangers":
            return rng.choice([order.id for order in self._shop.orders if order.owner != self._order.owner])
        if how == "mistyped":
            known = {order.id for order in self._shop.orders}
            place = rng.randrange(6)
            digits = [digit for digit in "123456789" if digit != self._order.id[place]]
            typed = self._order.id[:place] + rng.choice(digits) + self._order.id[place + 1 :]
            return self._order.id if typed in known else typed
        return self._order.id

    def script(self) -> dict[str, Any]:
        """The customer's script, as ``customer.Visitor`` takes it."""
        owner = self._shop.customers[self._order.owner]
        impostor = self._levels["identity"] == "impostor"
        postcode = str(10_000 + (int(owner.postcode) + self._rng.randrange(1, 80_000)) % 89_999)
        found: dict[str, Any] = {
            "opening": "",
            "name": owner.name,
            "postcode": postcode if impostor else owner.postcode,
            "typed": self._typed,
            "order": self._order.id,
            "item": self._order.item,
            "request": self._first,
            "then": self._then,
            "address": self._address,
            "change": self._change(),
            "withdraws": self._levels["change"] == "withdrawn",
            "second": self._second_wish(),
            "insists": impostor,
        }
        found["opening"] = self._opening(found)
        return found

    def _opening(self, script: Mapping[str, Any]) -> str:
        sentence = _sentence(self._first, self._levels["wording"], self._rng).format(it=self._it())
        parts = [sentence]
        if self._levels["identity"] == "upfront":
            parts.append(f"My name is {script['name']}, postcode {script['postcode']}.")
        if self._levels["second"] == "upfront":
            parts.append(script["second"]["says"])
        return " ".join(parts)

    def _it(self) -> str:
        mentioned = self._other if self._levels["change"] == "other_order" else self._order
        named = self._levels["item"] == "named"
        if not self._typed:
            return f"the {mentioned.item}" if named else "my order"
        return f"order {self._typed} (the {mentioned.item})" if named else f"order {self._typed}"

    def _change(self) -> str:
        change, rng = self._levels["change"], self._rng
        if change == "withdrawn":
            return rng.choice(("Actually, leave it. I will keep it as it is.", "Forget it, I have changed my mind."))
        if change == "other_request":
            return f"On second thought, no: I want to {VERBS[self._then]} it instead."
        if change == "other_order":
            return f"Wait, I gave you the wrong order: I mean order {self._order.id}, the {self._order.item}."
        return ""

    def _second_wish(self) -> dict[str, Any] | None:
        if not self._second:
            return None
        upfront = self._levels["second"] == "upfront"
        start = "And also" if upfront else "Yes, one more thing"
        says = f"{start}: I want to {VERBS[self._second]} order {self._other.id}."
        of = {"order": self._other.id, "item": self._other.item}
        return {"says": says, "request": self._second, **of, "upfront": upfront}

    def truth(self) -> dict[str, Any]:
        """The right final state."""
        asked = [(self._final, self._order.id)]
        if self._second:
            asked.append((self._second, self._other.id))
        return truth(
            self._shop,
            asked,
            self._address,
            known=self._levels["identity"] != "impostor",
            withdrawn=self._levels["change"] == "withdrawn",
        )


def _sentence(request: str, wording: str, rng: random.Random) -> str:
    if wording == "odd":
        return rng.choice(ODD[request])
    if wording == "misleading":
        return rng.choice(MISLEADING[request])
    sentence = rng.choice(PLAIN[request])
    if wording == "misspelt":
        for word, spellings in SPELT.items():
            if word in sentence:
                return sentence.replace(word, rng.choice(spellings))
    return sentence
