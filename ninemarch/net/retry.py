"""Which answers of a server are asked for again, and how long to wait before it.

Covers status codes, ``Retry-After`` in both of its forms, and full-jitter backoff.
"""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["LONGEST_PAUSE", "backoff", "retry_after", "temporary"]

LONGEST_PAUSE = 60.0  # seconds; a server that wants to be left alone for longer is as good as unreachable
_FIRST = 0.5  # seconds, the mean of the first pause being half of it
_LONGEST_BACKOFF = 20.0
# 408 request timeout, 409 conflict (lock), 425 too early, 429 too many; and every 5xx.
_TEMPORARY = frozenset({408, 409, 425, 429})


def temporary(status: int) -> bool:
    """Whether the same request may succeed later.

    Examples:
        >>> [temporary(status) for status in (200, 401, 429, 503, 529)]
        [False, False, True, True, True]
    """
    return status in _TEMPORARY or 500 <= status <= 599


def backoff(tries: int, source: random.Random) -> float:
    """Return the seconds to wait after so many failed tries: uniform from 0 to 0.5, 1, 2, ... 20.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
    """
    return source.uniform(0, min(_LONGEST_BACKOFF, _FIRST * 2 ** (tries - 1)))


def retry_after(header: str, now: datetime | None = None) -> float:
    """Return the seconds that a ``Retry-After`` header asks for, 0 to ``LONGEST_PAUSE``; 0 where it says nothing.

    Args:
        header: seconds, or a date (RFC 9110, 10.2.3).
        now: the time to reckon from; the present by default.

    Examples:
        >>> retry_after("2.5"), retry_after("86400"), retry_after("soon"), retry_after("-1")
        (2.5, 60.0, 0.0, 0.0)
        >>> retry_after("Wed, 21 Oct 2015 07:28:05 GMT", datetime(2015, 10, 21, 7, 28, tzinfo=UTC))
        5.0
    """
    try:
        seconds = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except (ValueError, TypeError, IndexError, OverflowError):
            return 0.0
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = (when - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_PAUSE) if math.isfinite(seconds) else 0.0
