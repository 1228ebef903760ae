"""The customer: a script that answers what it is asked, in its own way.

Covers what a customer says when. It understands an agent by the words of its questions, whoever wrote them: an agent
that asks for the order number gets it, one that reads the order back is told whether it is right. What the customer
will say is fixed by the scenario; nothing here is random.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from desk_suite.words import GOODS, VERBS

__all__ = ["Visitor"]

_NUMBER = re.compile(r"\b\d{6}\b")
_NAMED: Mapping[str, str] = {
    "cancel": r"cancel",
    "return": r"return",
    "refund": r"refund|money back|pay",
    "address": r"address|deliver",
    "status": r"status|state|where",
}
_ASKS_KIND = re.compile(r"would you like|what do you want|what can i do|how can i help|which request", re.IGNORECASE)
_ASKS_NUMBER = re.compile(r"order number|number of (the|your) order", re.IGNORECASE)
_ASKS_WHO = re.compile(r"postcode|post code|zip|your name|who you are|verify", re.IGNORECASE)
_ASKS_ITEM = re.compile(r"which (item|order|one|of)|what did you (order|buy)|what item", re.IGNORECASE)
_ASKS_ADDRESS = re.compile(r"(new|which|what|delivery) address|where should|where to", re.IGNORECASE)
_ASKS_RIGHT = re.compile(
    r"correct\?|is that right|is this right|shall i|should i|confirm|do you agree|okay\?", re.IGNORECASE
)
_ASKS_MORE = re.compile(r"anything else|any other|something else|further", re.IGNORECASE)


class Visitor:
    """One customer in one conversation.

    Args:
        script: ``opening``, ``name``, ``postcode``, ``typed`` (the number they give first; empty where they have
            none), ``order`` (the one they mean), ``item``, ``request``, ``address``, ``change`` (what they say when
            they change their mind, or empty), ``then`` (the request after it), ``withdraws`` (whether the change
            takes the request back), ``second`` (what else they want: what they say, the request, its order and item,
            and whether they said it at the beginning; or none), ``insists`` (gives the same number whenever asked).
    """

    def __init__(self, script: Mapping[str, Any]) -> None:
        self._script = script
        self.order = str(script["order"])
        self._numbers_given = 1 if script["typed"] and script["typed"] in script["opening"] else 0
        self._changed = not script["change"]
        self._second = bool(script["second"]) and not script["second"]["upfront"]
        self._second_heard = False

    def reply(self, text: str) -> str:
        """Return what the customer says to ``text``."""
        said = [each for each in (self._who(text), self._which(text), self._where(text)) if each]
        if not said and _ASKS_RIGHT.search(text):
            said.append(self._right(text))
        if not said and _ASKS_KIND.search(text) and "?" in text and not _ASKS_MORE.search(text):
            said.append(f"I want to {VERBS[self._wanted()]} it.")
        if not said:
            said.append(self._more())
        elif not self._changed:
            self._changed = True
            said.append(str(self._script["change"]))
        return " ".join(said)

    def _wanted(self) -> str:
        return str(self._script["then"] if self._changed and self._script["then"] else self._script["request"])

    def _who(self, text: str) -> str:
        return f"{self._script['name']}, {self._script['postcode']}." if _ASKS_WHO.search(text) else ""

    def _which(self, text: str) -> str:
        said = []
        if _ASKS_NUMBER.search(text):
            typed, order = self._script["typed"], self._script["order"]
            if not typed:
                said.append("I do not have the number here.")
            else:
                again = self._numbers_given and not self._script["insists"]
                said.append(f"It is {order if again else typed}.")
                self._numbers_given += 1
        if _ASKS_ITEM.search(text):
            said.append(f"The {self._script['item']}.")
        return " ".join(said)

    def _where(self, text: str) -> str:
        asks = _ASKS_ADDRESS.search(text) and "?" in text and not _ASKS_RIGHT.search(text)
        return str(self._script["address"]) if asks and not _ASKS_KIND.search(text) else ""

    def _right(self, text: str) -> str:
        """Yes, where all that the question names is what the customer means."""
        script, low = self._script, text.lower()
        if script["withdraws"] and self._changed:
            return "No, leave it, please."
        order, item, request = self._meant(_NUMBER.findall(text))
        wrong_order = bool(_NUMBER.search(text)) and order not in text
        wrong_item = item not in low and any(other in low for other in GOODS if other != item)
        if (wrong_order or wrong_item) and not script["insists"]:
            self._numbers_given += 1
            return f"No, I mean the {item}, order {order}."
        named = [each for each, words in _NAMED.items() if re.search(words, low)]
        return f"No, I want to {VERBS[request]} it." if named and request not in named else "Yes."

    def _meant(self, numbers: list[str]) -> tuple[str, str, str]:
        """Order, item and request of the wish that the agent seems to speak of."""
        second = self._script["second"]
        if (
            second
            and (self._second_heard or second["upfront"])
            and (self._second_heard or second["order"] in numbers)
        ):
            return second["order"], second["item"], second["request"]
        return self.order, self._script["item"], self._wanted()

    def _more(self) -> str:
        if self._second:
            self._second, self._second_heard = False, True
            return str(self._script["second"]["says"])
        return "No, that is all. Thank you."
