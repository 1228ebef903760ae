"""Release 5: trusts no answer for its looks. It sees stale records, reads renamed fields, and keys every write.

A key makes a call that arrives twice count once. It also sees when the item that the customer named is not the item
of the order.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from desk_suite.boundary import Desk, Response
from desk_suite.releases.readback import Careful
from desk_suite.releases.rules import Record, Trouble

__all__ = ["Fresh", "serve"]

NAMED = re.compile(r"\(the ([a-z ]+)\)")


def serve(desk: Desk, opening: str) -> None:
    """Serve one customer."""
    Fresh(desk).serve(opening)


class Fresh(Careful):
    """A clerk that checks what it reads."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.keys = itertools.count(1)

    def take(self, words: str) -> None:
        """Take the facts out of a sentence, the item too."""
        super().take(words)
        if named := NAMED.search(words):
            self.item = named[1]

    def parsed(self, response: Response) -> Record:
        """The answer's object, whichever version of the service wrote it."""
        found = json.loads(response.text)
        if not isinstance(found, dict):
            msg = "the answer is no object"
            raise Trouble(msg)
        found = found.get("data", found)
        return {re.sub(r"([A-Z])", lambda big: "_" + big[1].lower(), name): value for name, value in found.items()}

    def look_up(self, number: str) -> Record | None:
        """A record that is not older than the question."""
        for _ in range(4):
            asked = self.desk.now()
            found = super().look_up(number)
            if found is None or found.get("as_of", -1.0) >= asked:
                return found
        msg = "only old records come"
        raise Trouble(msg)

    def write(self, record: Record, tool: str, **args: Any) -> None:
        """Change something under a key of its own."""
        super().write(record, tool, **args, key=f"{record['order_id']}-{next(self.keys)}")

    def find(self) -> Record | None:
        """The customer's own order, of the item that they named."""
        record = super().find()
        if record is not None and self.item and record["item"] != self.item:
            self.number = ""
            self.ask(f"That is another item. What is your order number for the {self.item}?")
            record = super().find()
        return record
