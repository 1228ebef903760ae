"""Release 2: understands more wordings, asks who is there, keeps the policy, hears second thoughts and second wishes.

Any trouble with a tool ends the conversation: it stops, loudly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from desk_suite.boundary import Desk, Response

__all__ = ["Clerk", "Trouble", "serve"]

Record = dict[str, Any]
NUMBER = re.compile(r"\b\d{6}\b")
POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
# The first that is found decides: from the surest to the least sure.
WORDINGS: tuple[tuple[str, str], ...] = (
    ("status", r"i (just|only) (want to know|wonder)"),
    ("refund", r"where'?s my money|my money|paid|cash|bank"),
    ("cancel", r"just cancel|i want to cancel|please cancel|could you cancel|cancle|cansel|cancell\b"),
    ("return", r"send .*back|go back|coming home|off my hands|i return|come back to you|retrun|retunr|reutrn"),
    ("address", r"addre?ss|adress|addres|moved|instead\?|somewhere else|reroute|new home|new place"),
    ("return", r"\breturn\b"),
    ("refund", r"refund|refudn|reffund|re-fund"),
    ("cancel", r"\bstop\b|call off|scrap|not happen|do not ship"),
    ("status", r"status|staus|satus|stauts|where|wehre|wher\b|any sign|has .* left|how far|looking out"),
    ("cancel", r"cancel"),
)
TAKEN_BACK = re.compile(r"leave it|forget it|keep it as it is|changed my mind", re.IGNORECASE)
MEANS = re.compile(
    r"i want to (cancel|return|get a refund|change the delivery address|hear the status)", re.IGNORECASE
)
PLAINLY: Mapping[str, str] = {
    "cancel": "cancel",
    "return": "return",
    "get a refund": "refund",
    "change the delivery address": "address",
    "hear the status": "status",
}


class Trouble(Exception):
    """A tool did not do its work."""


def serve(desk: Desk, opening: str) -> None:
    """Serve one customer."""
    Clerk(desk).serve(opening)


class Clerk:
    """One conversation. Later releases build on it and change one thing each."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.who: tuple[str, str] | None = None
        self.request = ""
        self.number = ""
        self.item = ""

    def serve(self, opening: str) -> None:
        """Serve from the first words to the last."""
        first, *rest = opening.split("And also: ")
        self.listen(first)
        self.handle()
        for words in rest:
            self.another(words)
        while True:
            reply = self.say("Is there anything else?")
            if not reply.lower().startswith("yes"):
                return
            self.another(reply)

    def another(self, words: str) -> None:
        """Handle one more request."""
        self.request = self.number = self.item = ""
        self.listen(words)
        self.handle()

    def say(self, text: str) -> str:
        """Say something and take in what comes back."""
        reply = self.desk.say(text)
        if reply is None:
            msg = "the customer has left"
            raise Trouble(msg)
        return reply

    def ask(self, text: str) -> str:
        """Ask, and let the answer change what is known of the wish."""
        reply = self.say(text)
        self.learn(reply)
        return reply

    def listen(self, words: str) -> None:
        """Take the wish out of the customer's own words."""
        low = words.lower()
        plain = MEANS.search(low)
        self.request = (
            PLAINLY[plain[1]] if plain else next((kind for kind, how in WORDINGS if re.search(how, low)), "")
        )
        self.take(words)

    def learn(self, reply: str) -> None:
        """Take what a reply adds: a number, a name, another wish, or none any more."""
        self.take(reply)
        if plain := MEANS.search(reply):
            self.request = PLAINLY[plain[1].lower()]
        if TAKEN_BACK.search(reply):
            self.number, self.item = "withdrawn", ""

    def take(self, words: str) -> None:
        """Take the facts out of a sentence."""
        if numbers := NUMBER.findall(words):
            self.number = numbers[-1]
        named = re.search(r"(?:My name is )?([A-Z]\w+ [A-Z]\w+), (?:postcode )?(\d{5})\b", words)
        if named:
            self.who = named[1], named[2]

    def handle(self) -> None:
        """Bring one request to its end."""
        if not self.request:
            self.ask("Would you like to cancel, return, get a refund, change the address or hear the status?")
        if self.who is None:
            self.ask("May I have your name and postcode, please?")
        if self.number == "withdrawn":
            self.close("withdrawn")
            return
        record = self.find()
        if record is None:
            self.close("refused")
            return
        self.decide(record)

    def find(self) -> Record | None:
        """The customer's own order; None where it is not theirs or cannot be found."""
        if not self.number:
            self.ask("What is your order number?")
        if not self.number:
            return self.search()
        record = self.look_up(self.number)
        if record is None or not self.theirs(record):
            self.number = ""
            self.ask("I cannot find that one under your name and postcode. What is your order number?")
            record = self.look_up(self.number) if self.number else None
        return record if record is not None and self.theirs(record) else None

    def theirs(self, record: Record) -> bool:
        """Whether the customer has shown to be the owner."""
        return self.who == (record["name"], record["postcode"])

    def search(self) -> Record | None:
        """The order by name, postcode and item."""
        if self.who is None:
            return None
        orders = self.read("find_orders", name=self.who[0], postcode=self.who[1])["orders"]
        if not orders:
            return None
        reply = self.ask("Which item is it about?").lower()
        fit = [order for order in orders if order["item"] in reply]
        self.number = fit[0]["order_id"] if fit else ""
        return self.look_up(self.number) if self.number else None

    def decide(self, record: Record) -> None:
        """Do what the policy allows, refuse the rest."""
        request, state = self.request, record["state"]
        if request == "refund" and state == "arrived_back" and record["price_cents"] > 25_000:
            self.hand_off("a refund above 250.00")
            return
        days = record["days_since_delivery"]
        allowed = {
            "cancel": state == "placed",
            "return": state == "delivered" and days is not None and days <= 30 and not record["final_sale"],
            "refund": state == "arrived_back" and not record["refunded_cents"],
            "address": state == "placed",
            "status": True,
        }[request]
        if allowed:
            self.act(record)
        self.close("done" if allowed else "refused")

    def act(self, record: Record) -> None:
        """Do it."""
        number = record["order_id"]
        if self.request == "refund":
            self.write(record, "refund", order_id=number, amount_cents=record["price_cents"])
        elif self.request == "address":
            self.write(record, "change_address", order_id=number, address=self.say("What is the new address?"))
        else:
            self.write(record, self.request, order_id=number)

    def write(self, record: Record, tool: str, **args: Any) -> None:  # noqa: ARG002 - later releases need the record
        """Change something in the shop."""
        self.read(tool, **args)

    def look_up(self, number: str) -> Record | None:
        """The record of an order; None where there is no such order."""
        found = self.read("look_up_order", order_id=number)
        return None if "error" in found else found

    def read(self, tool: str, **args: Any) -> Record:
        """Call a tool and read its answer; a 404 is an answer too."""
        response = self.call(tool, **args)
        if response.status not in {200, 404}:
            msg = f"{tool}: HTTP {response.status}"
            raise Trouble(msg)
        return self.parsed(response)

    def parsed(self, response: Response) -> Record:
        """The answer's object."""
        found: Record = json.loads(response.text)
        return found

    def call(self, tool: str, **args: Any) -> Response:
        """Call a tool once."""
        return self.desk.call(tool, **args)

    def close(self, result: str) -> None:
        """Note how the request ended."""
        self.desk.call("close", request=self.request, result=result)

    def hand_off(self, reason: str) -> None:
        """Ask a person to take over."""
        self.desk.call("hand_off", reason=reason)
