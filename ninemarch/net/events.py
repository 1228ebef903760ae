"""Server-sent events: the ``data`` of each, as it comes.

Covers what chat servers send (WHATWG HTML, section 9.2): lines ended by LF, CR LF or CR, always UTF-8. Ids and retry
times are passed over.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from ninemarch.net.faults import Unreadable

__all__ = ["events"]

_LINE = re.compile(rb"\r\n|\n|\r")


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield the data of every event; an event that is cut off is dropped.

    Raises:
        Unreadable: it is not UTF-8.
    """
    rest, data = b"", []
    async for chunk in chunks:
        rest += chunk
        # A CR at the end may be half of a CR LF: wait for the next chunk.
        ready = len(rest) - rest.endswith(b"\r")
        *lines, tail = _LINE.split(rest[:ready])
        rest = tail + rest[ready:]
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                yield _text(b"\n".join(data))
                data = []


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("the answer is not UTF-8 text") from error
