"""What may go wrong with one try, and what it means: another try, none, or the target's failure.

Covers the exceptions that readers of answers raise and the client acts on.
"""

from __future__ import annotations

__all__ = ["MOST_BYTES", "Again", "Refused", "TooLarge", "Unreadable"]

MOST_BYTES = 16 * 1024 * 1024  # of one answer, after decompression: far above any model's longest


class Again(Exception):
    """This try came to nothing; another may not.

    Args:
        why: in a few words, the same for the same cause.
        after: seconds that the server wants to be left alone.
        busy: the server said that there are too many requests.
        broke: the connection broke before an answer: often a kept one that the server had closed.
    """

    def __init__(self, why: str, *, after: float = 0.0, busy: bool = False, broke: bool = False) -> None:
        super().__init__(why)
        self.why, self.after, self.busy, self.broke = why, after, busy, broke


class Unreadable(Again):
    """The answer is cut off, not in the charset or form that it claims to be, or no answer of this protocol."""


class Refused(Exception):
    """The server refused the request for good: no other try.

    Args:
        status: HTTP status.
        body: what it said, at most 64 KiB.
        why: in a few words.
    """

    def __init__(self, status: int, body: bytes, why: str) -> None:
        super().__init__(why)
        self.status, self.body, self.why = status, body, why


class TooLarge(Exception):
    """The answer is larger than ``MOST_BYTES``: the target's doing, and so its failure."""
